# What Virt.so makes for Sys::Virt::Domain, named for tools that read source; perl never reads this.

package Sys::Virt::Domain;

sub abort_block_job($dom, $path, $flags = 0) { ... }
sub abort_job($dom, $flags = 0) { ... }
sub add_iothread($dom, $iothread_id, $flags = 0) { ... }
sub announce_interface($dom, $device = undef, $newparams = undef, $flags = 0) { ... }
sub attach_device($dom, $xml, $flags = 0) { ... }
sub authorized_ssh_keys_get($dom, $user, $flags = 0) { ... }
sub authorized_ssh_keys_set($dom, $user, $keysSV, $flags = 0) { ... }
sub backup_begin($dom, $backupxmlsv, $checkpointxmlsv = undef, $flags = 0) { ... }
sub backup_get_xml_description($dom, $flags = 0) { ... }
sub block_commit($dom, $path, $base, $top, $bandwidth, $flags = 0) { ... }
sub block_copy($dom, $path, $destxml, $newparams, $flags = 0) { ... }
sub block_peek($dom, $path, $offset, $size, $flags = 0) { ... }
sub block_pull($dom, $path, $bandwidth, $flags = 0) { ... }
sub block_rebase($dom, $path, $base, $bandwidth, $flags = 0) { ... }
sub block_resize($dom, $disk, $size, $flags = 0) { ... }
sub block_stats($dom, $path, $flags = 0) { ... }
sub core_dump($dom, $to, $flags = 0) { ... }
sub core_dump_format($dom, $to, $format, $flags = 0) { ... }
sub create($dom, $flags = 0) { ... }
sub create_checkpoint($dom, $xml, $flags = 0) { ... }
sub create_snapshot($dom, $xml, $flags = 0) { ... }
sub create_with_files($dom, $fdssv, $flags = 0) { ... }
sub current_snapshot($dom, $flags = 0) { ... }
sub del_iothread($dom, $iothread_id, $flags = 0) { ... }
sub del_throttle_group($dom, $group, $flags = 0) { ... }
sub destroy($dom_rv, $flags = 0) { ... }
sub detach_device($dom, $xml, $flags = 0) { ... }
sub detach_device_alias($dom, $alias, $flags = 0) { ... }
sub fd_associate($dom, $name, $fdssv, $flags = 0) { ... }
sub fs_freeze($dom, $mountPointsSV, $flags = 0) { ... }
sub fs_thaw($dom, $mountPointsSV, $flags = 0) { ... }
sub fs_trim($dom, $mountPoint, $minimumsv, $flags = 0) { ... }
sub get_autostart($dom) { ... }
sub get_autostart_once($dom) { ... }
sub get_blkio_parameters($dom, $flags = 0) { ... }
sub get_block_info($dom, $dev, $flags = 0) { ... }
sub get_block_iotune($dom, $disk, $flags = 0) { ... }
sub get_block_job_info($dom, $path, $flags = 0) { ... }
sub get_checkpoint_by_name($dom, $name) { ... }
sub get_control_info($dom, $flags = 0) { ... }
sub get_cpu_stats($dom, $start_cpu, $ncpus, $flags = 0) { ... }
sub get_disk_errors($dom, $flags = 0) { ... }
sub get_emulator_pin_info($dom, $flags = 0) { ... }
sub get_fs_info($dom, $flags = 0) { ... }
sub get_guest_info($dom, $types = 0, $flags = 0) { ... }
sub get_guest_vcpus($dom, $flags = 0) { ... }
sub get_hostname($dom, $flags = 0) { ... }
sub get_id($dom) { ... }
sub get_info($dom) { ... }
sub get_interface_addresses($dom, $src, $flags = 0) { ... }
sub get_interface_parameters($dom, $intf, $flags = 0) { ... }
sub get_iothread_info($dom, $flags = 0) { ... }
sub get_job_info($dom) { ... }
sub get_job_stats($dom, $flags = 0) { ... }
sub get_launch_security_info($dom, $flags = 0) { ... }
sub get_max_memory($dom) { ... }
sub get_max_vcpus($dom) { ... }
sub get_memory_parameters($dom, $flags = 0) { ... }
sub get_messages($dom, $flags = 0) { ... }
sub get_metadata($dom, $type, $uri = undef, $flags = 0) { ... }
sub get_name($dom) { ... }
sub get_numa_parameters($dom, $flags = 0) { ... }
sub get_os_type($dom) { ... }
sub get_perf_events($dom, $flags = 0) { ... }
sub get_scheduler_parameters($dom, $flags = 0) { ... }
sub get_scheduler_type($dom) { ... }
sub get_security_label($dom) { ... }
sub get_security_label_list($dom) { ... }
sub get_snapshot_by_name($dom, $name) { ... }
sub get_state($dom, $flags = 0) { ... }
sub get_time($dom, $flags = 0) { ... }
sub get_uuid($dom) { ... }
sub get_uuid_string($dom) { ... }
sub get_vcpu_info($dom, $flags = 0) { ... }
sub get_vcpus($dom, $flags = 0) { ... }
sub get_xml_description($dom, $flags = 0) { ... }
sub graphics_reload($dom, $type, $flags = 0) { ... }
sub has_current_snapshot($dom, $flags = 0) { ... }
sub has_managed_save_image($dom, $flags = 0) { ... }
sub inject_nmi($dom, $flags = 0) { ... }
sub interface_stats($dom, $path) { ... }
sub is_active($dom) { ... }
sub is_persistent($dom) { ... }
sub is_updated($dom) { ... }
sub list_all_checkpoints($dom, $flags = 0) { ... }
sub list_all_snapshots($dom, $flags = 0) { ... }
sub list_snapshot_names($dom, $maxnames = -1, $flags = 0) { ... }
sub list_snapshots($dom) { ... }
sub managed_save($dom, $flags = 0) { ... }
sub managed_save_define_xml($dom, $xml, $flags = 0) { ... }
sub managed_save_get_xml_description($dom, $flags = 0) { ... }
sub managed_save_remove($dom, $flags = 0) { ... }
sub memory_peek($dom, $offset, $size, $flags = 0) { ... }
sub memory_stats($dom, $flags = 0) { ... }
sub migrate($dom, $destcon, $params = undef, $flags = 0) { ... }
sub migrate2($dom, $destcon, $dxml = undef, $flags = 0, $dname = undef, $uri = undef, $bandwidth = undef) { ... }
sub migrate_get_compression_cache($dom, $flags = 0) { ... }
sub migrate_get_max_downtime($dom, $flags = 0) { ... }
sub migrate_get_max_speed($dom, $flags = 0) { ... }
sub migrate_set_compression_cache($dom, $cacheSizeSv, $flags = 0) { ... }
sub migrate_set_max_downtime($dom, $downtime, $flags = 0) { ... }
sub migrate_set_max_speed($dom, $bandwidth, $flags = 0) { ... }
sub migrate_start_post_copy($dom, $flags = 0) { ... }
sub migrate_to_uri($dom, $desturi, $params = undef, $flags = 0) { ... }
sub migrate_to_uri2($dom, $dconnuri, $miguri = undef, $dxml = undef, $flags = 0, $dname = undef, $bandwidth = undef) { ... }
sub num_of_snapshots($dom, $flags = 0) { ... }
sub open_channel($dom, $st, $devname = undef, $flags = 0) { ... }
sub open_console($dom, $st, $devname = undef, $flags = 0) { ... }
sub open_graphics($dom, $idx, $fd, $flags = 0) { ... }
sub open_graphics_fd($dom, $idx, $flags = 0) { ... }
sub pin_emulator($dom, $mask, $flags = 0) { ... }
sub pin_iothread($dom, $iothread_id, $mask, $flags = 0) { ... }
sub pin_vcpu($dom, $vcpu, $mask, $flags = 0) { ... }
sub pm_suspend_for_duration($dom, $target, $duration, $flags = 0) { ... }
sub pm_wakeup($dom, $flags = 0) { ... }
sub reboot($dom, $flags = 0) { ... }
sub rename($dom, $newname, $flags = 0) { ... }
sub reset($dom, $flags = 0) { ... }
sub resume($dom) { ... }
sub save($dom, $tosv = undef, $dxmlsv = undef, $params_sv = undef, $flags = 0) { ... }
sub screenshot($dom, $st, $screen, $flags = 0) { ... }
sub send_key($dom, $codeset, $holdtime, $keycodesSV, $flags = 0) { ... }
sub send_process_signal($dom, $pidsv, $signum, $flags = 0) { ... }
sub set_agent_response_timeout($dom, $timeout, $flags = 0) { ... }
sub set_autostart($dom, $autostart) { ... }
sub set_autostart_once($dom, $autostart) { ... }
sub set_blkio_parameters($dom, $newparams, $flags = 0) { ... }
sub set_block_iotune($dom, $disk, $newparams, $flags = 0) { ... }
sub set_block_job_speed($dom, $path, $bandwidth, $flags = 0) { ... }
sub set_block_threshold($dom, $dev, $thresholdsv, $flags = 0) { ... }
sub set_guest_vcpus($dom, $cpumap, $state, $flags = 0) { ... }
sub set_interface_parameters($dom, $intf, $newparams, $flags = 0) { ... }
sub set_iothread($dom, $iothread_id, $newparams, $flags = 0) { ... }
sub set_launch_security_state($dom, $newparams, $flags = 0) { ... }
sub set_lifecycle_action($dom, $type, $action, $flags = 0) { ... }
sub set_max_memory($dom, $val) { ... }
sub set_memory($dom, $val, $flags = 0) { ... }
sub set_memory_parameters($dom, $newparams, $flags = 0) { ... }
sub set_memory_stats_period($dom, $val, $flags = 0) { ... }
sub set_metadata($dom, $type, $metadata = undef, $key = undef, $uri = undef, $flags = 0) { ... }
sub set_numa_parameters($dom, $newparams, $flags = 0) { ... }
sub set_perf_events($dom, $newparams, $flags = 0) { ... }
sub set_scheduler_parameters($dom, $newparams, $flags = 0) { ... }
sub set_throttle_group($dom, $group, $newparams, $flags = 0) { ... }
sub set_time($dom, $secssv, $nsecs, $flags = 0) { ... }
sub set_user_password($dom, $username, $password, $flags = 0) { ... }
sub set_vcpu($dom, $cpumap, $state, $flags = 0) { ... }
sub set_vcpus($dom, $num, $flags = 0) { ... }
sub shutdown($dom, $flags = 0) { ... }
sub start_dirty_rate_calc($dom, $secs, $flags = 0) { ... }
sub suspend($dom) { ... }
sub undefine($dom, $flags = 0) { ... }
sub update_device($dom, $xml, $flags = 0) { ... }

sub AFFECT_CONFIG() { ... }
sub AFFECT_CURRENT() { ... }
sub AFFECT_LIVE() { ... }
sub AGENT_RESPONSE_TIMEOUT_BLOCK() { ... }
sub AGENT_RESPONSE_TIMEOUT_DEFAULT() { ... }
sub AGENT_RESPONSE_TIMEOUT_NOWAIT() { ... }
sub ANNOUNCE_INTERFACE_INITIAL() { ... }
sub ANNOUNCE_INTERFACE_MAX() { ... }
sub ANNOUNCE_INTERFACE_ROUNDS() { ... }
sub ANNOUNCE_INTERFACE_STEP() { ... }
sub AUTHORIZED_SSH_KEYS_SET_APPEND() { ... }
sub AUTHORIZED_SSH_KEYS_SET_REMOVE() { ... }
sub BACKUP_BEGIN_PRESERVE_SHUTDOWN_DOMAIN() { ... }
sub BACKUP_BEGIN_REUSE_EXTERNAL() { ... }
sub BANDWIDTH_IN_AVERAGE() { ... }
sub BANDWIDTH_IN_BURST() { ... }
sub BANDWIDTH_IN_FLOOR() { ... }
sub BANDWIDTH_IN_PEAK() { ... }
sub BANDWIDTH_OUT_AVERAGE() { ... }
sub BANDWIDTH_OUT_BURST() { ... }
sub BANDWIDTH_OUT_PEAK() { ... }
sub BLKIO_DEVICE_READ_BPS() { ... }
sub BLKIO_DEVICE_READ_IOPS() { ... }
sub BLKIO_DEVICE_WEIGHT() { ... }
sub BLKIO_DEVICE_WRITE_BPS() { ... }
sub BLKIO_DEVICE_WRITE_IOPS() { ... }
sub BLKIO_WEIGHT() { ... }
sub BLOCK_COMMIT_ACTIVE() { ... }
sub BLOCK_COMMIT_BANDWIDTH_BYTES() { ... }
sub BLOCK_COMMIT_DELETE() { ... }
sub BLOCK_COMMIT_RELATIVE() { ... }
sub BLOCK_COMMIT_SHALLOW() { ... }
sub BLOCK_COPY_BANDWIDTH() { ... }
sub BLOCK_COPY_BUF_SIZE() { ... }
sub BLOCK_COPY_GRANULARITY() { ... }
sub BLOCK_COPY_REUSE_EXT() { ... }
sub BLOCK_COPY_SHALLOW() { ... }
sub BLOCK_COPY_SYNCHRONOUS_WRITES() { ... }
sub BLOCK_COPY_TARGET_ZEROED() { ... }
sub BLOCK_COPY_TRANSIENT_JOB() { ... }
sub BLOCK_IOTUNE_GROUP_NAME() { ... }
sub BLOCK_IOTUNE_READ_BYTES_SEC() { ... }
sub BLOCK_IOTUNE_READ_BYTES_SEC_MAX() { ... }
sub BLOCK_IOTUNE_READ_BYTES_SEC_MAX_LENGTH() { ... }
sub BLOCK_IOTUNE_READ_IOPS_SEC() { ... }
sub BLOCK_IOTUNE_READ_IOPS_SEC_MAX() { ... }
sub BLOCK_IOTUNE_READ_IOPS_SEC_MAX_LENGTH() { ... }
sub BLOCK_IOTUNE_SIZE_IOPS_SEC() { ... }
sub BLOCK_IOTUNE_TOTAL_BYTES_SEC() { ... }
sub BLOCK_IOTUNE_TOTAL_BYTES_SEC_MAX() { ... }
sub BLOCK_IOTUNE_TOTAL_BYTES_SEC_MAX_LENGTH() { ... }
sub BLOCK_IOTUNE_TOTAL_IOPS_SEC() { ... }
sub BLOCK_IOTUNE_TOTAL_IOPS_SEC_MAX() { ... }
sub BLOCK_IOTUNE_TOTAL_IOPS_SEC_MAX_LENGTH() { ... }
sub BLOCK_IOTUNE_WRITE_BYTES_SEC() { ... }
sub BLOCK_IOTUNE_WRITE_BYTES_SEC_MAX() { ... }
sub BLOCK_IOTUNE_WRITE_BYTES_SEC_MAX_LENGTH() { ... }
sub BLOCK_IOTUNE_WRITE_IOPS_SEC() { ... }
sub BLOCK_IOTUNE_WRITE_IOPS_SEC_MAX() { ... }
sub BLOCK_IOTUNE_WRITE_IOPS_SEC_MAX_LENGTH() { ... }
sub BLOCK_JOB_ABORT_ASYNC() { ... }
sub BLOCK_JOB_ABORT_PIVOT() { ... }
sub BLOCK_JOB_CANCELED() { ... }
sub BLOCK_JOB_COMPLETED() { ... }
sub BLOCK_JOB_FAILED() { ... }
sub BLOCK_JOB_INFO_BANDWIDTH_BYTES() { ... }
sub BLOCK_JOB_READY() { ... }
sub BLOCK_JOB_SPEED_BANDWIDTH_BYTES() { ... }
sub BLOCK_JOB_TYPE_ACTIVE_COMMIT() { ... }
sub BLOCK_JOB_TYPE_BACKUP() { ... }
sub BLOCK_JOB_TYPE_COMMIT() { ... }
sub BLOCK_JOB_TYPE_COPY() { ... }
sub BLOCK_JOB_TYPE_PULL() { ... }
sub BLOCK_JOB_TYPE_UNKNOWN() { ... }
sub BLOCK_PULL_BANDWIDTH_BYTES() { ... }
sub BLOCK_REBASE_BANDWIDTH_BYTES() { ... }
sub BLOCK_REBASE_COPY() { ... }
sub BLOCK_REBASE_COPY_DEV() { ... }
sub BLOCK_REBASE_COPY_RAW() { ... }
sub BLOCK_REBASE_RELATIVE() { ... }
sub BLOCK_REBASE_REUSE_EXT() { ... }
sub BLOCK_REBASE_SHALLOW() { ... }
sub BLOCK_RESIZE_BYTES() { ... }
sub BLOCK_RESIZE_CAPACITY() { ... }
sub BLOCK_RESIZE_EXTEND() { ... }
sub BLOCK_STATS_ERRS() { ... }
sub BLOCK_STATS_FLUSH_REQ() { ... }
sub BLOCK_STATS_FLUSH_TOTAL_TIMES() { ... }
sub BLOCK_STATS_READ_BYTES() { ... }
sub BLOCK_STATS_READ_REQ() { ... }
sub BLOCK_STATS_READ_TOTAL_TIMES() { ... }
sub BLOCK_STATS_WRITE_BYTES() { ... }
sub BLOCK_STATS_WRITE_REQ() { ... }
sub BLOCK_STATS_WRITE_TOTAL_TIMES() { ... }
sub CONTROL_ERROR() { ... }
sub CONTROL_ERROR_REASON_INTERNAL() { ... }
sub CONTROL_ERROR_REASON_MONITOR() { ... }
sub CONTROL_ERROR_REASON_NONE() { ... }
sub CONTROL_ERROR_REASON_UNKNOWN() { ... }
sub CONTROL_JOB() { ... }
sub CONTROL_OCCUPIED() { ... }
sub CONTROL_OK() { ... }
sub CORE_DUMP_FORMAT_KDUMP_LZO() { ... }
sub CORE_DUMP_FORMAT_KDUMP_SNAPPY() { ... }
sub CORE_DUMP_FORMAT_KDUMP_ZLIB() { ... }
sub CORE_DUMP_FORMAT_RAW() { ... }
sub CORE_DUMP_FORMAT_WIN_DMP() { ... }
sub CPU_STATS_CPUTIME() { ... }
sub CPU_STATS_SYSTEMTIME() { ... }
sub CPU_STATS_USERTIME() { ... }
sub CPU_STATS_VCPUTIME() { ... }
sub DEFINE_VALIDATE() { ... }
sub DESTROY_DEFAULT() { ... }
sub DESTROY_GRACEFUL() { ... }
sub DESTROY_REMOVE_LOGS() { ... }
sub DEVICE_MODIFY_CONFIG() { ... }
sub DEVICE_MODIFY_CURRENT() { ... }
sub DEVICE_MODIFY_FORCE() { ... }
sub DEVICE_MODIFY_LIVE() { ... }
sub DIRTYRATE_MEASURED() { ... }
sub DIRTYRATE_MEASURING() { ... }
sub DIRTYRATE_MODE_DIRTY_BITMAP() { ... }
sub DIRTYRATE_MODE_DIRTY_RING() { ... }
sub DIRTYRATE_MODE_PAGE_SAMPLING() { ... }
sub DIRTYRATE_UNSTARTED() { ... }
sub DISK_ERROR_NONE() { ... }
sub DISK_ERROR_NO_SPACE() { ... }
sub DISK_ERROR_UNSPEC() { ... }
sub DOMAIN_ABORT_JOB_POSTCOPY() { ... }
sub DUMP_BYPASS_CACHE() { ... }
sub DUMP_CRASH() { ... }
sub DUMP_LIVE() { ... }
sub DUMP_MEMORY_ONLY() { ... }
sub DUMP_RESET() { ... }
sub EVENT_AGENT_LIFECYCLE_REASON_CHANNEL() { ... }
sub EVENT_AGENT_LIFECYCLE_REASON_DOMAIN_STARTED() { ... }
sub EVENT_AGENT_LIFECYCLE_REASON_UNKNOWN() { ... }
sub EVENT_AGENT_LIFECYCLE_STATE_CONNECTED() { ... }
sub EVENT_AGENT_LIFECYCLE_STATE_DISCONNECTED() { ... }
sub EVENT_CHANNEL_LIFECYCLE_REASON_CHANNEL() { ... }
sub EVENT_CHANNEL_LIFECYCLE_REASON_DOMAIN_STARTED() { ... }
sub EVENT_CHANNEL_LIFECYCLE_REASON_UNKNOWN() { ... }
sub EVENT_CHANNEL_LIFECYCLE_STATE_CONNECTED() { ... }
sub EVENT_CHANNEL_LIFECYCLE_STATE_DISCONNECTED() { ... }
sub EVENT_CRASHED() { ... }
sub EVENT_CRASHED_CRASHLOADED() { ... }
sub EVENT_CRASHED_PANICKED() { ... }
sub EVENT_DEFINED() { ... }
sub EVENT_DEFINED_ADDED() { ... }
sub EVENT_DEFINED_FROM_SNAPSHOT() { ... }
sub EVENT_DEFINED_RENAMED() { ... }
sub EVENT_DEFINED_UPDATED() { ... }
sub EVENT_DISK_CHANGE_MISSING_ON_START() { ... }
sub EVENT_DISK_DROP_MISSING_ON_START() { ... }
sub EVENT_GRAPHICS_ADDRESS_IPV4() { ... }
sub EVENT_GRAPHICS_ADDRESS_IPV6() { ... }
sub EVENT_GRAPHICS_ADDRESS_UNIX() { ... }
sub EVENT_GRAPHICS_CONNECT() { ... }
sub EVENT_GRAPHICS_DISCONNECT() { ... }
sub EVENT_GRAPHICS_INITIALIZE() { ... }
sub EVENT_ID_AGENT_LIFECYCLE() { ... }
sub EVENT_ID_BALLOON_CHANGE() { ... }
sub EVENT_ID_BLOCK_JOB() { ... }
sub EVENT_ID_BLOCK_JOB_2() { ... }
sub EVENT_ID_BLOCK_THRESHOLD() { ... }
sub EVENT_ID_CHANNEL_LIFECYCLE() { ... }
sub EVENT_ID_CONTROL_ERROR() { ... }
sub EVENT_ID_DEVICE_ADDED() { ... }
sub EVENT_ID_DEVICE_REMOVAL_FAILED() { ... }
sub EVENT_ID_DEVICE_REMOVED() { ... }
sub EVENT_ID_DISK_CHANGE() { ... }
sub EVENT_ID_GRAPHICS() { ... }
sub EVENT_ID_IO_ERROR() { ... }
sub EVENT_ID_IO_ERROR_REASON() { ... }
sub EVENT_ID_JOB_COMPLETED() { ... }
sub EVENT_ID_LIFECYCLE() { ... }
sub EVENT_ID_MEMORY_DEVICE_SIZE_CHANGE() { ... }
sub EVENT_ID_MEMORY_FAILURE() { ... }
sub EVENT_ID_METADATA_CHANGE() { ... }
sub EVENT_ID_MIGRATION_ITERATION() { ... }
sub EVENT_ID_NIC_MAC_CHANGE() { ... }
sub EVENT_ID_PMSUSPEND() { ... }
sub EVENT_ID_PMSUSPEND_DISK() { ... }
sub EVENT_ID_PMWAKEUP() { ... }
sub EVENT_ID_REBOOT() { ... }
sub EVENT_ID_RTC_CHANGE() { ... }
sub EVENT_ID_TRAY_CHANGE() { ... }
sub EVENT_ID_TUNABLE() { ... }
sub EVENT_ID_VCPU_REMOVED() { ... }
sub EVENT_ID_WATCHDOG() { ... }
sub EVENT_IO_ERROR_NONE() { ... }
sub EVENT_IO_ERROR_PAUSE() { ... }
sub EVENT_IO_ERROR_REPORT() { ... }
sub EVENT_MEMORY_FAILURE_ACTION_FATAL() { ... }
sub EVENT_MEMORY_FAILURE_ACTION_IGNORE() { ... }
sub EVENT_MEMORY_FAILURE_ACTION_INJECT() { ... }
sub EVENT_MEMORY_FAILURE_ACTION_RESET() { ... }
sub EVENT_MEMORY_FAILURE_RECIPIENT_GUEST() { ... }
sub EVENT_MEMORY_FAILURE_RECIPIENT_HYPERVISOR() { ... }
sub EVENT_PMSUSPENDED() { ... }
sub EVENT_PMSUSPENDED_DISK() { ... }
sub EVENT_PMSUSPENDED_MEMORY() { ... }
sub EVENT_RESUMED() { ... }
sub EVENT_RESUMED_FROM_SNAPSHOT() { ... }
sub EVENT_RESUMED_MIGRATED() { ... }
sub EVENT_RESUMED_POSTCOPY() { ... }
sub EVENT_RESUMED_POSTCOPY_FAILED() { ... }
sub EVENT_RESUMED_UNPAUSED() { ... }
sub EVENT_SHUTDOWN() { ... }
sub EVENT_SHUTDOWN_FINISHED() { ... }
sub EVENT_SHUTDOWN_GUEST() { ... }
sub EVENT_SHUTDOWN_HOST() { ... }
sub EVENT_STARTED() { ... }
sub EVENT_STARTED_BOOTED() { ... }
sub EVENT_STARTED_FROM_SNAPSHOT() { ... }
sub EVENT_STARTED_MIGRATED() { ... }
sub EVENT_STARTED_RECREATED() { ... }
sub EVENT_STARTED_RESTORED() { ... }
sub EVENT_STARTED_WAKEUP() { ... }
sub EVENT_STOPPED() { ... }
sub EVENT_STOPPED_CRASHED() { ... }
sub EVENT_STOPPED_DESTROYED() { ... }
sub EVENT_STOPPED_FAILED() { ... }
sub EVENT_STOPPED_FROM_SNAPSHOT() { ... }
sub EVENT_STOPPED_MIGRATED() { ... }
sub EVENT_STOPPED_RECREATED() { ... }
sub EVENT_STOPPED_SAVED() { ... }
sub EVENT_STOPPED_SHUTDOWN() { ... }
sub EVENT_SUSPENDED() { ... }
sub EVENT_SUSPENDED_API_ERROR() { ... }
sub EVENT_SUSPENDED_FROM_SNAPSHOT() { ... }
sub EVENT_SUSPENDED_GUEST_SHUTDOWN() { ... }
sub EVENT_SUSPENDED_IOERROR() { ... }
sub EVENT_SUSPENDED_MIGRATED() { ... }
sub EVENT_SUSPENDED_PAUSED() { ... }
sub EVENT_SUSPENDED_POSTCOPY() { ... }
sub EVENT_SUSPENDED_POSTCOPY_FAILED() { ... }
sub EVENT_SUSPENDED_RESTORED() { ... }
sub EVENT_SUSPENDED_WATCHDOG() { ... }
sub EVENT_TRAY_CHANGE_CLOSE() { ... }
sub EVENT_TRAY_CHANGE_OPEN() { ... }
sub EVENT_UNDEFINED() { ... }
sub EVENT_UNDEFINED_REMOVED() { ... }
sub EVENT_UNDEFINED_RENAMED() { ... }
sub EVENT_WATCHDOG_DEBUG() { ... }
sub EVENT_WATCHDOG_INJECTNMI() { ... }
sub EVENT_WATCHDOG_NONE() { ... }
sub EVENT_WATCHDOG_PAUSE() { ... }
sub EVENT_WATCHDOG_POWEROFF() { ... }
sub EVENT_WATCHDOG_RESET() { ... }
sub EVENT_WATCHDOG_SHUTDOWN() { ... }
sub FD_ASSOCIATE_SECLABEL_RESTORE() { ... }
sub FD_ASSOCIATE_SECLABEL_WRITABLE() { ... }
sub GET_ALL_STATS_ACTIVE() { ... }
sub GET_ALL_STATS_BACKING() { ... }
sub GET_ALL_STATS_ENFORCE_STATS() { ... }
sub GET_ALL_STATS_INACTIVE() { ... }
sub GET_ALL_STATS_NOWAIT() { ... }
sub GET_ALL_STATS_OTHER() { ... }
sub GET_ALL_STATS_PAUSED() { ... }
sub GET_ALL_STATS_PERSISTENT() { ... }
sub GET_ALL_STATS_RUNNING() { ... }
sub GET_ALL_STATS_SHUTOFF() { ... }
sub GET_ALL_STATS_TRANSIENT() { ... }
sub GET_HOSTNAME_AGENT() { ... }
sub GET_HOSTNAME_LEASE() { ... }
sub GRAPHICS_RELOAD_TYPE_ANY() { ... }
sub GRAPHICS_RELOAD_TYPE_VNC() { ... }
sub GUEST_INFO_DEVICES() { ... }
sub GUEST_INFO_DEVICE_COUNT() { ... }
sub GUEST_INFO_DEVICE_PREFIX() { ... }
sub GUEST_INFO_DEVICE_SUFFIX_DRIVER_DATE() { ... }
sub GUEST_INFO_DEVICE_SUFFIX_DRIVER_NAME() { ... }
sub GUEST_INFO_DEVICE_SUFFIX_DRIVER_VERSION() { ... }
sub GUEST_INFO_DEVICE_SUFFIX_ID_TYPE() { ... }
sub GUEST_INFO_DEVICE_SUFFIX_PCI_DEVICE() { ... }
sub GUEST_INFO_DEVICE_SUFFIX_PCI_VENDOR() { ... }
sub GUEST_INFO_DISKS() { ... }
sub GUEST_INFO_DISK_COUNT() { ... }
sub GUEST_INFO_DISK_PREFIX() { ... }
sub GUEST_INFO_DISK_SUFFIX_ALIAS() { ... }
sub GUEST_INFO_DISK_SUFFIX_DEPENDENCY_COUNT() { ... }
sub GUEST_INFO_DISK_SUFFIX_DEPENDENCY_PREFIX() { ... }
sub GUEST_INFO_DISK_SUFFIX_DEPENDENCY_SUFFIX_NAME() { ... }
sub GUEST_INFO_DISK_SUFFIX_GUEST_ALIAS() { ... }
sub GUEST_INFO_DISK_SUFFIX_GUEST_BUS() { ... }
sub GUEST_INFO_DISK_SUFFIX_NAME() { ... }
sub GUEST_INFO_DISK_SUFFIX_PARTITION() { ... }
sub GUEST_INFO_DISK_SUFFIX_SERIAL() { ... }
sub GUEST_INFO_FILESYSTEM() { ... }
sub GUEST_INFO_FS_COUNT() { ... }
sub GUEST_INFO_FS_PREFIX() { ... }
sub GUEST_INFO_FS_SUFFIX_DISK_COUNT() { ... }
sub GUEST_INFO_FS_SUFFIX_DISK_PREFIX() { ... }
sub GUEST_INFO_FS_SUFFIX_DISK_SUFFIX_ALIAS() { ... }
sub GUEST_INFO_FS_SUFFIX_DISK_SUFFIX_DEVICE() { ... }
sub GUEST_INFO_FS_SUFFIX_DISK_SUFFIX_SERIAL() { ... }
sub GUEST_INFO_FS_SUFFIX_FSTYPE() { ... }
sub GUEST_INFO_FS_SUFFIX_MOUNTPOINT() { ... }
sub GUEST_INFO_FS_SUFFIX_NAME() { ... }
sub GUEST_INFO_FS_SUFFIX_TOTAL_BYTES() { ... }
sub GUEST_INFO_FS_SUFFIX_USED_BYTES() { ... }
sub GUEST_INFO_HOSTNAME() { ... }
sub GUEST_INFO_HOSTNAME_HOSTNAME() { ... }
sub GUEST_INFO_IF_COUNT() { ... }
sub GUEST_INFO_IF_PREFIX() { ... }
sub GUEST_INFO_IF_SUFFIX_ADDR_COUNT() { ... }
sub GUEST_INFO_IF_SUFFIX_ADDR_PREFIX() { ... }
sub GUEST_INFO_IF_SUFFIX_ADDR_SUFFIX_ADDR() { ... }
sub GUEST_INFO_IF_SUFFIX_ADDR_SUFFIX_PREFIX() { ... }
sub GUEST_INFO_IF_SUFFIX_ADDR_SUFFIX_TYPE() { ... }
sub GUEST_INFO_IF_SUFFIX_HWADDR() { ... }
sub GUEST_INFO_IF_SUFFIX_NAME() { ... }
sub GUEST_INFO_INTERFACES() { ... }
sub GUEST_INFO_LOAD() { ... }
sub GUEST_INFO_LOAD_15M() { ... }
sub GUEST_INFO_LOAD_1M() { ... }
sub GUEST_INFO_LOAD_5M() { ... }
sub GUEST_INFO_OS() { ... }
sub GUEST_INFO_OS_ID() { ... }
sub GUEST_INFO_OS_KERNEL_RELEASE() { ... }
sub GUEST_INFO_OS_KERNEL_VERSION() { ... }
sub GUEST_INFO_OS_MACHINE() { ... }
sub GUEST_INFO_OS_NAME() { ... }
sub GUEST_INFO_OS_PRETTY_NAME() { ... }
sub GUEST_INFO_OS_VARIANT() { ... }
sub GUEST_INFO_OS_VARIANT_ID() { ... }
sub GUEST_INFO_OS_VERSION() { ... }
sub GUEST_INFO_OS_VERSION_ID() { ... }
sub GUEST_INFO_TIMEZONE() { ... }
sub GUEST_INFO_TIMEZONE_NAME() { ... }
sub GUEST_INFO_TIMEZONE_OFFSET() { ... }
sub GUEST_INFO_USERS() { ... }
sub GUEST_INFO_USER_COUNT() { ... }
sub GUEST_INFO_USER_PREFIX() { ... }
sub GUEST_INFO_USER_SUFFIX_DOMAIN() { ... }
sub GUEST_INFO_USER_SUFFIX_LOGIN_TIME() { ... }
sub GUEST_INFO_USER_SUFFIX_NAME() { ... }
sub INTERFACE_ADDRESSES_SRC_AGENT() { ... }
sub INTERFACE_ADDRESSES_SRC_ARP() { ... }
sub INTERFACE_ADDRESSES_SRC_LEASE() { ... }
sub IOTHREAD_PARAM_POLL_GROW() { ... }
sub IOTHREAD_PARAM_POLL_MAX_NS() { ... }
sub IOTHREAD_PARAM_POLL_SHRINK() { ... }
sub IOTHREAD_PARAM_POLL_WEIGHT() { ... }
sub IOTHREAD_PARAM_THREAD_POOL_MAX() { ... }
sub IOTHREAD_PARAM_THREAD_POOL_MIN() { ... }
sub JOB_AUTO_CONVERGE_THROTTLE() { ... }
sub JOB_BOUNDED() { ... }
sub JOB_CANCELLED() { ... }
sub JOB_COMPLETED() { ... }
sub JOB_COMPRESSION_BYTES() { ... }
sub JOB_COMPRESSION_CACHE() { ... }
sub JOB_COMPRESSION_CACHE_MISSES() { ... }
sub JOB_COMPRESSION_OVERFLOW() { ... }
sub JOB_COMPRESSION_PAGES() { ... }
sub JOB_DATA_PROCESSED() { ... }
sub JOB_DATA_REMAINING() { ... }
sub JOB_DATA_TOTAL() { ... }
sub JOB_DISK_BPS() { ... }
sub JOB_DISK_PROCESSED() { ... }
sub JOB_DISK_REMAINING() { ... }
sub JOB_DISK_TEMP_TOTAL() { ... }
sub JOB_DISK_TEMP_USED() { ... }
sub JOB_DISK_TOTAL() { ... }
sub JOB_DOWNTIME() { ... }
sub JOB_DOWNTIME_NET() { ... }
sub JOB_ERRMSG() { ... }
sub JOB_FAILED() { ... }
sub JOB_MEMORY_BPS() { ... }
sub JOB_MEMORY_CONSTANT() { ... }
sub JOB_MEMORY_DIRTY_RATE() { ... }
sub JOB_MEMORY_ITERATION() { ... }
sub JOB_MEMORY_NORMAL() { ... }
sub JOB_MEMORY_NORMAL_BYTES() { ... }
sub JOB_MEMORY_PAGE_SIZE() { ... }
sub JOB_MEMORY_POSTCOPY_REQS() { ... }
sub JOB_MEMORY_PROCESSED() { ... }
sub JOB_MEMORY_REMAINING() { ... }
sub JOB_MEMORY_TOTAL() { ... }
sub JOB_NONE() { ... }
sub JOB_OPERATION() { ... }
sub JOB_OPERATION_BACKUP() { ... }
sub JOB_OPERATION_DUMP() { ... }
sub JOB_OPERATION_MIGRATION_IN() { ... }
sub JOB_OPERATION_MIGRATION_OUT() { ... }
sub JOB_OPERATION_RESTORE() { ... }
sub JOB_OPERATION_SAVE() { ... }
sub JOB_OPERATION_SNAPSHOT() { ... }
sub JOB_OPERATION_SNAPSHOT_DELETE() { ... }
sub JOB_OPERATION_SNAPSHOT_REVERT() { ... }
sub JOB_OPERATION_START() { ... }
sub JOB_OPERATION_UNKNOWN() { ... }
sub JOB_SETUP_TIME() { ... }
sub JOB_STATS_COMPLETED() { ... }
sub JOB_STATS_KEEP_COMPLETED() { ... }
sub JOB_SUCCESS() { ... }
sub JOB_TIME_ELAPSED() { ... }
sub JOB_TIME_ELAPSED_NET() { ... }
sub JOB_TIME_REMAINING() { ... }
sub JOB_UNBOUNDED() { ... }
sub JOB_VFIO_DATA_TRANSFERRED() { ... }
sub KEYCODE_SET_ATSET1() { ... }
sub KEYCODE_SET_ATSET2() { ... }
sub KEYCODE_SET_ATSET3() { ... }
sub KEYCODE_SET_LINUX() { ... }
sub KEYCODE_SET_OSX() { ... }
sub KEYCODE_SET_QNUM() { ... }
sub KEYCODE_SET_RFB() { ... }
sub KEYCODE_SET_USB() { ... }
sub KEYCODE_SET_WIN32() { ... }
sub KEYCODE_SET_XT() { ... }
sub KEYCODE_SET_XT_KBD() { ... }
sub LAUNCH_SECURITY_SEV_API_MAJOR() { ... }
sub LAUNCH_SECURITY_SEV_API_MINOR() { ... }
sub LAUNCH_SECURITY_SEV_BUILD_ID() { ... }
sub LAUNCH_SECURITY_SEV_MEASUREMENT() { ... }
sub LAUNCH_SECURITY_SEV_POLICY() { ... }
sub LAUNCH_SECURITY_SEV_SECRET() { ... }
sub LAUNCH_SECURITY_SEV_SECRET_HEADER() { ... }
sub LAUNCH_SECURITY_SEV_SECRET_SET_ADDRESS() { ... }
sub LAUNCH_SECURITY_SEV_SNP_POLICY() { ... }
sub LIFECYCLE_ACTION_COREDUMP_DESTROY() { ... }
sub LIFECYCLE_ACTION_COREDUMP_RESTART() { ... }
sub LIFECYCLE_ACTION_DESTROY() { ... }
sub LIFECYCLE_ACTION_PRESERVE() { ... }
sub LIFECYCLE_ACTION_PRESERVE_RUNNING() { ... }
sub LIFECYCLE_ACTION_RESTART() { ... }
sub LIFECYCLE_ACTION_RESTART_RENAME() { ... }
sub LIFECYCLE_CRASH() { ... }
sub LIFECYCLE_POWEROFF() { ... }
sub LIFECYCLE_REBOOT() { ... }
sub LIST_ACTIVE() { ... }
sub LIST_AUTOSTART() { ... }
sub LIST_HAS_CHECKPOINT() { ... }
sub LIST_HAS_SNAPSHOT() { ... }
sub LIST_INACTIVE() { ... }
sub LIST_MANAGEDSAVE() { ... }
sub LIST_NO_AUTOSTART() { ... }
sub LIST_NO_CHECKPOINT() { ... }
sub LIST_NO_MANAGEDSAVE() { ... }
sub LIST_NO_SNAPSHOT() { ... }
sub LIST_OTHER() { ... }
sub LIST_PAUSED() { ... }
sub LIST_PERSISTENT() { ... }
sub LIST_RUNNING() { ... }
sub LIST_SHUTOFF() { ... }
sub LIST_TRANSIENT() { ... }
sub MEMORY_FAILURE_ACTION_REQUIRED() { ... }
sub MEMORY_FAILURE_RECURSIVE() { ... }
sub MEMORY_HARD_LIMIT() { ... }
sub MEMORY_MIN_GUARANTEE() { ... }
sub MEMORY_PARAM_UNLIMITED() { ... }
sub MEMORY_PHYSICAL() { ... }
sub MEMORY_SOFT_LIMIT() { ... }
sub MEMORY_STAT_ACTUAL_BALLOON() { ... }
sub MEMORY_STAT_AVAILABLE() { ... }
sub MEMORY_STAT_DISK_CACHES() { ... }
sub MEMORY_STAT_HUGETLB_PGALLOC() { ... }
sub MEMORY_STAT_HUGETLB_PGFAIL() { ... }
sub MEMORY_STAT_LAST_UPDATE() { ... }
sub MEMORY_STAT_MAJOR_FAULT() { ... }
sub MEMORY_STAT_MINOR_FAULT() { ... }
sub MEMORY_STAT_RSS() { ... }
sub MEMORY_STAT_SWAP_IN() { ... }
sub MEMORY_STAT_SWAP_OUT() { ... }
sub MEMORY_STAT_UNUSED() { ... }
sub MEMORY_STAT_USABLE() { ... }
sub MEMORY_SWAP_HARD_LIMIT() { ... }
sub MEMORY_VIRTUAL() { ... }
sub MEM_CONFIG() { ... }
sub MEM_CURRENT() { ... }
sub MEM_LIVE() { ... }
sub MEM_MAXIMUM() { ... }
sub MESSAGE_DEPRECATION() { ... }
sub MESSAGE_IOERRORS() { ... }
sub MESSAGE_TAINTING() { ... }
sub METADATA_DESCRIPTION() { ... }
sub METADATA_ELEMENT() { ... }
sub METADATA_TITLE() { ... }
sub MIGRATE_ABORT_ON_ERROR() { ... }
sub MIGRATE_AUTO_CONVERGE() { ... }
sub MIGRATE_CHANGE_PROTECTION() { ... }
sub MIGRATE_COMPRESSED() { ... }
sub MIGRATE_LIVE() { ... }
sub MIGRATE_MAX_SPEED_POSTCOPY() { ... }
sub MIGRATE_NON_SHARED_DISK() { ... }
sub MIGRATE_NON_SHARED_INC() { ... }
sub MIGRATE_NON_SHARED_SYNCHRONOUS_WRITES() { ... }
sub MIGRATE_OFFLINE() { ... }
sub MIGRATE_PARALLEL() { ... }
sub MIGRATE_PARAM_AUTO_CONVERGE_INCREMENT() { ... }
sub MIGRATE_PARAM_AUTO_CONVERGE_INITIAL() { ... }
sub MIGRATE_PARAM_BANDWIDTH() { ... }
sub MIGRATE_PARAM_BANDWIDTH_AVAIL_SWITCHOVER() { ... }
sub MIGRATE_PARAM_BANDWIDTH_POSTCOPY() { ... }
sub MIGRATE_PARAM_COMPRESSION() { ... }
sub MIGRATE_PARAM_COMPRESSION_MT_DTHREADS() { ... }
sub MIGRATE_PARAM_COMPRESSION_MT_LEVEL() { ... }
sub MIGRATE_PARAM_COMPRESSION_MT_THREADS() { ... }
sub MIGRATE_PARAM_COMPRESSION_XBZRLE_CACHE() { ... }
sub MIGRATE_PARAM_DEST_NAME() { ... }
sub MIGRATE_PARAM_DEST_XML() { ... }
sub MIGRATE_PARAM_DISKS_DETECT_ZEROES() { ... }
sub MIGRATE_PARAM_DISKS_URI() { ... }
sub MIGRATE_PARAM_DISK_PORT() { ... }
sub MIGRATE_PARAM_GRAPHICS_URI() { ... }
sub MIGRATE_PARAM_LISTEN_ADDRESS() { ... }
sub MIGRATE_PARAM_MIGRATE_DISKS() { ... }
sub MIGRATE_PARAM_MIGRATE_DISKS_TARGET_ZERO() { ... }
sub MIGRATE_PARAM_PARALLEL_CONNECTIONS() { ... }
sub MIGRATE_PARAM_PERSIST_XML() { ... }
sub MIGRATE_PARAM_TLS_DESTINATION() { ... }
sub MIGRATE_PARAM_URI() { ... }
sub MIGRATE_PARAM_ZLIB_LEVEL() { ... }
sub MIGRATE_PARAM_ZSTD_LEVEL() { ... }
sub MIGRATE_PAUSED() { ... }
sub MIGRATE_PEER2PEER() { ... }
sub MIGRATE_PERSIST_DEST() { ... }
sub MIGRATE_POSTCOPY() { ... }
sub MIGRATE_POSTCOPY_RESUME() { ... }
sub MIGRATE_RDMA_PIN_ALL() { ... }
sub MIGRATE_TLS() { ... }
sub MIGRATE_TUNNELLED() { ... }
sub MIGRATE_UNDEFINE_SOURCE() { ... }
sub MIGRATE_UNSAFE() { ... }
sub MIGRATE_ZEROCOPY() { ... }
sub NUMATUNE_MEM_INTERLEAVE() { ... }
sub NUMATUNE_MEM_PREFERRED() { ... }
sub NUMATUNE_MEM_RESTRICTIVE() { ... }
sub NUMATUNE_MEM_STRICT() { ... }
sub NUMA_MODE() { ... }
sub NUMA_NODESET() { ... }
sub OPEN_CHANNEL_FORCE() { ... }
sub OPEN_CONSOLE_FORCE() { ... }
sub OPEN_CONSOLE_SAFE() { ... }
sub OPEN_GRAPHICS_SKIPAUTH() { ... }
sub PASSWORD_ENCRYPTED() { ... }
sub PERF_PARAM_ALIGNMENT_FAULTS() { ... }
sub PERF_PARAM_BRANCH_INSTRUCTIONS() { ... }
sub PERF_PARAM_BRANCH_MISSES() { ... }
sub PERF_PARAM_BUS_CYCLES() { ... }
sub PERF_PARAM_CACHE_MISSES() { ... }
sub PERF_PARAM_CACHE_REFERENCES() { ... }
sub PERF_PARAM_CMT() { ... }
sub PERF_PARAM_CONTEXT_SWITCHES() { ... }
sub PERF_PARAM_CPU_CLOCK() { ... }
sub PERF_PARAM_CPU_CYCLES() { ... }
sub PERF_PARAM_CPU_MIGRATIONS() { ... }
sub PERF_PARAM_EMULATION_FAULTS() { ... }
sub PERF_PARAM_INSTRUCTIONS() { ... }
sub PERF_PARAM_MBML() { ... }
sub PERF_PARAM_MBMT() { ... }
sub PERF_PARAM_PAGE_FAULTS() { ... }
sub PERF_PARAM_PAGE_FAULTS_MAJ() { ... }
sub PERF_PARAM_PAGE_FAULTS_MIN() { ... }
sub PERF_PARAM_REF_CPU_CYCLES() { ... }
sub PERF_PARAM_STALLED_CYCLES_BACKEND() { ... }
sub PERF_PARAM_STALLED_CYCLES_FRONTEND() { ... }
sub PERF_PARAM_TASK_CLOCK() { ... }
sub PROCESS_SIGNAL_ABRT() { ... }
sub PROCESS_SIGNAL_ALRM() { ... }
sub PROCESS_SIGNAL_BUS() { ... }
sub PROCESS_SIGNAL_CHLD() { ... }
sub PROCESS_SIGNAL_CONT() { ... }
sub PROCESS_SIGNAL_FPE() { ... }
sub PROCESS_SIGNAL_HUP() { ... }
sub PROCESS_SIGNAL_ILL() { ... }
sub PROCESS_SIGNAL_INT() { ... }
sub PROCESS_SIGNAL_KILL() { ... }
sub PROCESS_SIGNAL_NOP() { ... }
sub PROCESS_SIGNAL_PIPE() { ... }
sub PROCESS_SIGNAL_POLL() { ... }
sub PROCESS_SIGNAL_PROF() { ... }
sub PROCESS_SIGNAL_PWR() { ... }
sub PROCESS_SIGNAL_QUIT() { ... }
sub PROCESS_SIGNAL_RT0() { ... }
sub PROCESS_SIGNAL_RT1() { ... }
sub PROCESS_SIGNAL_RT10() { ... }
sub PROCESS_SIGNAL_RT11() { ... }
sub PROCESS_SIGNAL_RT12() { ... }
sub PROCESS_SIGNAL_RT13() { ... }
sub PROCESS_SIGNAL_RT14() { ... }
sub PROCESS_SIGNAL_RT15() { ... }
sub PROCESS_SIGNAL_RT16() { ... }
sub PROCESS_SIGNAL_RT17() { ... }
sub PROCESS_SIGNAL_RT18() { ... }
sub PROCESS_SIGNAL_RT19() { ... }
sub PROCESS_SIGNAL_RT2() { ... }
sub PROCESS_SIGNAL_RT20() { ... }
sub PROCESS_SIGNAL_RT21() { ... }
sub PROCESS_SIGNAL_RT22() { ... }
sub PROCESS_SIGNAL_RT23() { ... }
sub PROCESS_SIGNAL_RT24() { ... }
sub PROCESS_SIGNAL_RT25() { ... }
sub PROCESS_SIGNAL_RT26() { ... }
sub PROCESS_SIGNAL_RT27() { ... }
sub PROCESS_SIGNAL_RT28() { ... }
sub PROCESS_SIGNAL_RT29() { ... }
sub PROCESS_SIGNAL_RT3() { ... }
sub PROCESS_SIGNAL_RT30() { ... }
sub PROCESS_SIGNAL_RT31() { ... }
sub PROCESS_SIGNAL_RT32() { ... }
sub PROCESS_SIGNAL_RT4() { ... }
sub PROCESS_SIGNAL_RT5() { ... }
sub PROCESS_SIGNAL_RT6() { ... }
sub PROCESS_SIGNAL_RT7() { ... }
sub PROCESS_SIGNAL_RT8() { ... }
sub PROCESS_SIGNAL_RT9() { ... }
sub PROCESS_SIGNAL_SEGV() { ... }
sub PROCESS_SIGNAL_STKFLT() { ... }
sub PROCESS_SIGNAL_STOP() { ... }
sub PROCESS_SIGNAL_SYS() { ... }
sub PROCESS_SIGNAL_TERM() { ... }
sub PROCESS_SIGNAL_TRAP() { ... }
sub PROCESS_SIGNAL_TSTP() { ... }
sub PROCESS_SIGNAL_TTIN() { ... }
sub PROCESS_SIGNAL_TTOU() { ... }
sub PROCESS_SIGNAL_URG() { ... }
sub PROCESS_SIGNAL_USR1() { ... }
sub PROCESS_SIGNAL_USR2() { ... }
sub PROCESS_SIGNAL_VTALRM() { ... }
sub PROCESS_SIGNAL_WINCH() { ... }
sub PROCESS_SIGNAL_XCPU() { ... }
sub PROCESS_SIGNAL_XFSZ() { ... }
sub REBOOT_ACPI_POWER_BTN() { ... }
sub REBOOT_DEFAULT() { ... }
sub REBOOT_GUEST_AGENT() { ... }
sub REBOOT_INITCTL() { ... }
sub REBOOT_PARAVIRT() { ... }
sub REBOOT_SIGNAL() { ... }
sub SAVE_BYPASS_CACHE() { ... }
sub SAVE_IMAGE_XML_SECURE() { ... }
sub SAVE_PARAM_DXML() { ... }
sub SAVE_PARAM_FILE() { ... }
sub SAVE_PARAM_IMAGE_FORMAT() { ... }
sub SAVE_PARAM_IMAGE_FORMAT_BZIP2() { ... }
sub SAVE_PARAM_IMAGE_FORMAT_GZIP() { ... }
sub SAVE_PARAM_IMAGE_FORMAT_LZOP() { ... }
sub SAVE_PARAM_IMAGE_FORMAT_RAW() { ... }
sub SAVE_PARAM_IMAGE_FORMAT_SPARSE() { ... }
sub SAVE_PARAM_IMAGE_FORMAT_XZ() { ... }
sub SAVE_PARAM_IMAGE_FORMAT_ZSTD() { ... }
sub SAVE_PARAM_PARALLEL_CHANNELS() { ... }
sub SAVE_PAUSED() { ... }
sub SAVE_RESET_NVRAM() { ... }
sub SAVE_RUNNING() { ... }
sub SCHEDULER_CAP() { ... }
sub SCHEDULER_CPU_SHARES() { ... }
sub SCHEDULER_EMULATOR_PERIOD() { ... }
sub SCHEDULER_EMULATOR_QUOTA() { ... }
sub SCHEDULER_GLOBAL_PERIOD() { ... }
sub SCHEDULER_GLOBAL_QUOTA() { ... }
sub SCHEDULER_IOTHREAD_PERIOD() { ... }
sub SCHEDULER_IOTHREAD_QUOTA() { ... }
sub SCHEDULER_LIMIT() { ... }
sub SCHEDULER_RESERVATION() { ... }
sub SCHEDULER_SHARES() { ... }
sub SCHEDULER_VCPU_PERIOD() { ... }
sub SCHEDULER_VCPU_QUOTA() { ... }
sub SCHEDULER_WEIGHT() { ... }
sub SEND_KEY_MAX_KEYS() { ... }
sub SETVCPU_AFFECT_CONFIG() { ... }
sub SETVCPU_AFFECT_CURRENT() { ... }
sub SETVCPU_AFFECT_LIVE() { ... }
sub SETVCPU_ASYNC_UNPLUG() { ... }
sub SHUTDOWN_ACPI_POWER_BTN() { ... }
sub SHUTDOWN_DEFAULT() { ... }
sub SHUTDOWN_GUEST_AGENT() { ... }
sub SHUTDOWN_INITCTL() { ... }
sub SHUTDOWN_PARAVIRT() { ... }
sub SHUTDOWN_SIGNAL() { ... }
sub START_AUTODESTROY() { ... }
sub START_BYPASS_CACHE() { ... }
sub START_FORCE_BOOT() { ... }
sub START_PAUSED() { ... }
sub START_RESET_NVRAM() { ... }
sub START_VALIDATE() { ... }
sub STATE_BLOCKED() { ... }
sub STATE_BLOCKED_UNKNOWN() { ... }
sub STATE_CRASHED() { ... }
sub STATE_CRASHED_PANICKED() { ... }
sub STATE_CRASHED_UNKNOWN() { ... }
sub STATE_NOSTATE() { ... }
sub STATE_NOSTATE_UNKNOWN() { ... }
sub STATE_PAUSED() { ... }
sub STATE_PAUSED_API_ERROR() { ... }
sub STATE_PAUSED_CRASHED() { ... }
sub STATE_PAUSED_DUMP() { ... }
sub STATE_PAUSED_FROM_SNAPSHOT() { ... }
sub STATE_PAUSED_IOERROR() { ... }
sub STATE_PAUSED_MIGRATION() { ... }
sub STATE_PAUSED_POSTCOPY() { ... }
sub STATE_PAUSED_POSTCOPY_FAILED() { ... }
sub STATE_PAUSED_SAVE() { ... }
sub STATE_PAUSED_SHUTTING_DOWN() { ... }
sub STATE_PAUSED_SNAPSHOT() { ... }
sub STATE_PAUSED_STARTING_UP() { ... }
sub STATE_PAUSED_UNKNOWN() { ... }
sub STATE_PAUSED_USER() { ... }
sub STATE_PAUSED_WATCHDOG() { ... }
sub STATE_PMSUSPENDED() { ... }
sub STATE_PMSUSPENDED_DISK_UNKNOWN() { ... }
sub STATE_PMSUSPENDED_UNKNOWN() { ... }
sub STATE_RUNNING() { ... }
sub STATE_RUNNING_BOOTED() { ... }
sub STATE_RUNNING_CRASHED() { ... }
sub STATE_RUNNING_FROM_SNAPSHOT() { ... }
sub STATE_RUNNING_MIGRATED() { ... }
sub STATE_RUNNING_MIGRATION_CANCELED() { ... }
sub STATE_RUNNING_POSTCOPY() { ... }
sub STATE_RUNNING_POSTCOPY_FAILED() { ... }
sub STATE_RUNNING_RESTORED() { ... }
sub STATE_RUNNING_SAVE_CANCELED() { ... }
sub STATE_RUNNING_UNKNOWN() { ... }
sub STATE_RUNNING_UNPAUSED() { ... }
sub STATE_RUNNING_WAKEUP() { ... }
sub STATE_SHUTDOWN() { ... }
sub STATE_SHUTDOWN_UNKNOWN() { ... }
sub STATE_SHUTDOWN_USER() { ... }
sub STATE_SHUTOFF() { ... }
sub STATE_SHUTOFF_CRASHED() { ... }
sub STATE_SHUTOFF_DAEMON() { ... }
sub STATE_SHUTOFF_DESTROYED() { ... }
sub STATE_SHUTOFF_FAILED() { ... }
sub STATE_SHUTOFF_FROM_SNAPSHOT() { ... }
sub STATE_SHUTOFF_MIGRATED() { ... }
sub STATE_SHUTOFF_SAVED() { ... }
sub STATE_SHUTOFF_SHUTDOWN() { ... }
sub STATE_SHUTOFF_UNKNOWN() { ... }
sub STATS_BALLOON() { ... }
sub STATS_BALLOON_AVAILABLE() { ... }
sub STATS_BALLOON_CURRENT() { ... }
sub STATS_BALLOON_DISK_CACHES() { ... }
sub STATS_BALLOON_HUGETLB_PGALLOC() { ... }
sub STATS_BALLOON_HUGETLB_PGFAIL() { ... }
sub STATS_BALLOON_LAST_UPDATE() { ... }
sub STATS_BALLOON_MAJOR_FAULT() { ... }
sub STATS_BALLOON_MAXIMUM() { ... }
sub STATS_BALLOON_MINOR_FAULT() { ... }
sub STATS_BALLOON_RSS() { ... }
sub STATS_BALLOON_SWAP_IN() { ... }
sub STATS_BALLOON_SWAP_OUT() { ... }
sub STATS_BALLOON_UNUSED() { ... }
sub STATS_BALLOON_USABLE() { ... }
sub STATS_BLOCK() { ... }
sub STATS_BLOCK_COUNT() { ... }
sub STATS_BLOCK_PREFIX() { ... }
sub STATS_BLOCK_SUFFIX_ALLOCATION() { ... }
sub STATS_BLOCK_SUFFIX_BACKINGINDEX() { ... }
sub STATS_BLOCK_SUFFIX_CAPACITY() { ... }
sub STATS_BLOCK_SUFFIX_ERRORS() { ... }
sub STATS_BLOCK_SUFFIX_FL_REQS() { ... }
sub STATS_BLOCK_SUFFIX_FL_TIMES() { ... }
sub STATS_BLOCK_SUFFIX_LATENCY_HISTOGRAM_FLUSH_PREFIX() { ... }
sub STATS_BLOCK_SUFFIX_LATENCY_HISTOGRAM_READ_PREFIX() { ... }
sub STATS_BLOCK_SUFFIX_LATENCY_HISTOGRAM_SUFFIX_BIN_COUNT() { ... }
sub STATS_BLOCK_SUFFIX_LATENCY_HISTOGRAM_SUFFIX_BIN_PREFIX() { ... }
sub STATS_BLOCK_SUFFIX_LATENCY_HISTOGRAM_SUFFIX_BIN_SUFFIX_START() { ... }
sub STATS_BLOCK_SUFFIX_LATENCY_HISTOGRAM_SUFFIX_BIN_SUFFIX_VALUE() { ... }
sub STATS_BLOCK_SUFFIX_LATENCY_HISTOGRAM_WRITE_PREFIX() { ... }
sub STATS_BLOCK_SUFFIX_LATENCY_HISTOGRAM_ZONE_APPEND_PREFIX() { ... }
sub STATS_BLOCK_SUFFIX_LIMITS_DISCARD_ALIGNMENT() { ... }
sub STATS_BLOCK_SUFFIX_LIMITS_DISCARD_MAX() { ... }
sub STATS_BLOCK_SUFFIX_LIMITS_IOV_HW_MAX() { ... }
sub STATS_BLOCK_SUFFIX_LIMITS_IOV_MAX() { ... }
sub STATS_BLOCK_SUFFIX_LIMITS_MEMORY_ALIGNMENT_MINIMAL() { ... }
sub STATS_BLOCK_SUFFIX_LIMITS_MEMORY_ALIGNMENT_OPTIMAL() { ... }
sub STATS_BLOCK_SUFFIX_LIMITS_REQUEST_ALIGNMENT() { ... }
sub STATS_BLOCK_SUFFIX_LIMITS_TRANSFER_HW_MAX() { ... }
sub STATS_BLOCK_SUFFIX_LIMITS_TRANSFER_MAX() { ... }
sub STATS_BLOCK_SUFFIX_LIMITS_TRANSFER_OPTIMAL() { ... }
sub STATS_BLOCK_SUFFIX_LIMITS_WRITE_ZEROES_ALIGNMENT() { ... }
sub STATS_BLOCK_SUFFIX_LIMITS_WRITE_ZEROES_MAX() { ... }
sub STATS_BLOCK_SUFFIX_NAME() { ... }
sub STATS_BLOCK_SUFFIX_PATH() { ... }
sub STATS_BLOCK_SUFFIX_PHYSICAL() { ... }
sub STATS_BLOCK_SUFFIX_RD_BYTES() { ... }
sub STATS_BLOCK_SUFFIX_RD_REQS() { ... }
sub STATS_BLOCK_SUFFIX_RD_TIMES() { ... }
sub STATS_BLOCK_SUFFIX_THRESHOLD() { ... }
sub STATS_BLOCK_SUFFIX_TIMED_GROUP_COUNT() { ... }
sub STATS_BLOCK_SUFFIX_TIMED_GROUP_PREFIX() { ... }
sub STATS_BLOCK_SUFFIX_TIMED_GROUP_SUFFIX_FLUSH_LATENCY_AVG() { ... }
sub STATS_BLOCK_SUFFIX_TIMED_GROUP_SUFFIX_FLUSH_LATENCY_MAX() { ... }
sub STATS_BLOCK_SUFFIX_TIMED_GROUP_SUFFIX_FLUSH_LATENCY_MIN() { ... }
sub STATS_BLOCK_SUFFIX_TIMED_GROUP_SUFFIX_INTERVAL() { ... }
sub STATS_BLOCK_SUFFIX_TIMED_GROUP_SUFFIX_RD_LATENCY_AVG() { ... }
sub STATS_BLOCK_SUFFIX_TIMED_GROUP_SUFFIX_RD_LATENCY_MAX() { ... }
sub STATS_BLOCK_SUFFIX_TIMED_GROUP_SUFFIX_RD_LATENCY_MIN() { ... }
sub STATS_BLOCK_SUFFIX_TIMED_GROUP_SUFFIX_RD_QUEUE_DEPTH_AVG() { ... }
sub STATS_BLOCK_SUFFIX_TIMED_GROUP_SUFFIX_WR_LATENCY_AVG() { ... }
sub STATS_BLOCK_SUFFIX_TIMED_GROUP_SUFFIX_WR_LATENCY_MAX() { ... }
sub STATS_BLOCK_SUFFIX_TIMED_GROUP_SUFFIX_WR_LATENCY_MIN() { ... }
sub STATS_BLOCK_SUFFIX_TIMED_GROUP_SUFFIX_WR_QUEUE_DEPTH_AVG() { ... }
sub STATS_BLOCK_SUFFIX_TIMED_GROUP_SUFFIX_ZONE_APPEND_LATENCY_AVG() { ... }
sub STATS_BLOCK_SUFFIX_TIMED_GROUP_SUFFIX_ZONE_APPEND_LATENCY_MAX() { ... }
sub STATS_BLOCK_SUFFIX_TIMED_GROUP_SUFFIX_ZONE_APPEND_LATENCY_MIN() { ... }
sub STATS_BLOCK_SUFFIX_TIMED_GROUP_SUFFIX_ZONE_APPEND_QUEUE_DEPTH_AVG() { ... }
sub STATS_BLOCK_SUFFIX_WR_BYTES() { ... }
sub STATS_BLOCK_SUFFIX_WR_REQS() { ... }
sub STATS_BLOCK_SUFFIX_WR_TIMES() { ... }
sub STATS_CPU_CACHE_MONITOR_COUNT() { ... }
sub STATS_CPU_CACHE_MONITOR_PREFIX() { ... }
sub STATS_CPU_CACHE_MONITOR_SUFFIX_BANK_COUNT() { ... }
sub STATS_CPU_CACHE_MONITOR_SUFFIX_BANK_PREFIX() { ... }
sub STATS_CPU_CACHE_MONITOR_SUFFIX_BANK_SUFFIX_BYTES() { ... }
sub STATS_CPU_CACHE_MONITOR_SUFFIX_BANK_SUFFIX_ID() { ... }
sub STATS_CPU_CACHE_MONITOR_SUFFIX_NAME() { ... }
sub STATS_CPU_CACHE_MONITOR_SUFFIX_VCPUS() { ... }
sub STATS_CPU_ENERGY_MONITOR_COUNT() { ... }
sub STATS_CPU_ENERGY_MONITOR_PREFIX() { ... }
sub STATS_CPU_ENERGY_MONITOR_SUFFIX_NAME() { ... }
sub STATS_CPU_ENERGY_MONITOR_SUFFIX_PKG_COUNT() { ... }
sub STATS_CPU_ENERGY_MONITOR_SUFFIX_PKG_PREFIX() { ... }
sub STATS_CPU_ENERGY_MONITOR_SUFFIX_PKG_SUFFIX_ID() { ... }
sub STATS_CPU_ENERGY_MONITOR_SUFFIX_VCPUS() { ... }
sub STATS_CPU_HALTPOLL_FAIL_TIME() { ... }
sub STATS_CPU_HALTPOLL_SUCCESS_TIME() { ... }
sub STATS_CPU_SYSTEM() { ... }
sub STATS_CPU_TIME() { ... }
sub STATS_CPU_TOTAL() { ... }
sub STATS_CPU_USER() { ... }
sub STATS_CUSTOM_SUFFIX_TYPE_CUR() { ... }
sub STATS_CUSTOM_SUFFIX_TYPE_MAX() { ... }
sub STATS_CUSTOM_SUFFIX_TYPE_SUM() { ... }
sub STATS_DIRTYRATE() { ... }
sub STATS_DIRTYRATE_CALC_MODE() { ... }
sub STATS_DIRTYRATE_CALC_PERIOD() { ... }
sub STATS_DIRTYRATE_CALC_START_TIME() { ... }
sub STATS_DIRTYRATE_CALC_STATUS() { ... }
sub STATS_DIRTYRATE_MEGABYTES_PER_SECOND() { ... }
sub STATS_DIRTYRATE_VCPU_PREFIX() { ... }
sub STATS_DIRTYRATE_VCPU_SUFFIX_MEGABYTES_PER_SECOND() { ... }
sub STATS_INTERFACE() { ... }
sub STATS_IOTHREAD() { ... }
sub STATS_IOTHREAD_COUNT() { ... }
sub STATS_IOTHREAD_PREFIX() { ... }
sub STATS_IOTHREAD_SUFFIX_POLL_GROW() { ... }
sub STATS_IOTHREAD_SUFFIX_POLL_MAX_NS() { ... }
sub STATS_IOTHREAD_SUFFIX_POLL_SHRINK() { ... }
sub STATS_IOTHREAD_SUFFIX_POLL_WEIGHT() { ... }
sub STATS_MEMORY() { ... }
sub STATS_MEMORY_BANDWIDTH_MONITOR_COUNT() { ... }
sub STATS_MEMORY_BANDWIDTH_MONITOR_PREFIX() { ... }
sub STATS_MEMORY_BANDWIDTH_MONITOR_SUFFIX_NAME() { ... }
sub STATS_MEMORY_BANDWIDTH_MONITOR_SUFFIX_NODE_COUNT() { ... }
sub STATS_MEMORY_BANDWIDTH_MONITOR_SUFFIX_NODE_PREFIX() { ... }
sub STATS_MEMORY_BANDWIDTH_MONITOR_SUFFIX_NODE_SUFFIX_BYTES_LOCAL() { ... }
sub STATS_MEMORY_BANDWIDTH_MONITOR_SUFFIX_NODE_SUFFIX_BYTES_TOTAL() { ... }
sub STATS_MEMORY_BANDWIDTH_MONITOR_SUFFIX_NODE_SUFFIX_ID() { ... }
sub STATS_MEMORY_BANDWIDTH_MONITOR_SUFFIX_VCPUS() { ... }
sub STATS_NET_COUNT() { ... }
sub STATS_NET_PREFIX() { ... }
sub STATS_NET_SUFFIX_NAME() { ... }
sub STATS_NET_SUFFIX_RX_BYTES() { ... }
sub STATS_NET_SUFFIX_RX_DROP() { ... }
sub STATS_NET_SUFFIX_RX_ERRS() { ... }
sub STATS_NET_SUFFIX_RX_PKTS() { ... }
sub STATS_NET_SUFFIX_TX_BYTES() { ... }
sub STATS_NET_SUFFIX_TX_DROP() { ... }
sub STATS_NET_SUFFIX_TX_ERRS() { ... }
sub STATS_NET_SUFFIX_TX_PKTS() { ... }
sub STATS_PERF() { ... }
sub STATS_PERF_ALIGNMENT_FAULTS() { ... }
sub STATS_PERF_BRANCH_INSTRUCTIONS() { ... }
sub STATS_PERF_BRANCH_MISSES() { ... }
sub STATS_PERF_BUS_CYCLES() { ... }
sub STATS_PERF_CACHE_MISSES() { ... }
sub STATS_PERF_CACHE_REFERENCES() { ... }
sub STATS_PERF_CMT() { ... }
sub STATS_PERF_CONTEXT_SWITCHES() { ... }
sub STATS_PERF_CPU_CLOCK() { ... }
sub STATS_PERF_CPU_CYCLES() { ... }
sub STATS_PERF_CPU_MIGRATIONS() { ... }
sub STATS_PERF_EMULATION_FAULTS() { ... }
sub STATS_PERF_INSTRUCTIONS() { ... }
sub STATS_PERF_MBML() { ... }
sub STATS_PERF_MBMT() { ... }
sub STATS_PERF_PAGE_FAULTS() { ... }
sub STATS_PERF_PAGE_FAULTS_MAJ() { ... }
sub STATS_PERF_PAGE_FAULTS_MIN() { ... }
sub STATS_PERF_REF_CPU_CYCLES() { ... }
sub STATS_PERF_STALLED_CYCLES_BACKEND() { ... }
sub STATS_PERF_STALLED_CYCLES_FRONTEND() { ... }
sub STATS_PERF_TASK_CLOCK() { ... }
sub STATS_STATE() { ... }
sub STATS_STATE_REASON() { ... }
sub STATS_STATE_STATE() { ... }
sub STATS_VCPU() { ... }
sub STATS_VCPU_CURRENT() { ... }
sub STATS_VCPU_MAXIMUM() { ... }
sub STATS_VCPU_PREFIX() { ... }
sub STATS_VCPU_SUFFIX_DELAY() { ... }
sub STATS_VCPU_SUFFIX_HALTED() { ... }
sub STATS_VCPU_SUFFIX_STATE() { ... }
sub STATS_VCPU_SUFFIX_TIME() { ... }
sub STATS_VCPU_SUFFIX_WAIT() { ... }
sub STATS_VM() { ... }
sub STATS_VM_PREFIX() { ... }
sub TIME_SYNC() { ... }
sub TUNABLE_BLKDEV_DISK() { ... }
sub TUNABLE_BLKDEV_GROUP_NAME() { ... }
sub TUNABLE_BLKDEV_READ_BYTES_SEC() { ... }
sub TUNABLE_BLKDEV_READ_BYTES_SEC_MAX() { ... }
sub TUNABLE_BLKDEV_READ_BYTES_SEC_MAX_LENGTH() { ... }
sub TUNABLE_BLKDEV_READ_IOPS_SEC() { ... }
sub TUNABLE_BLKDEV_READ_IOPS_SEC_MAX() { ... }
sub TUNABLE_BLKDEV_READ_IOPS_SEC_MAX_LENGTH() { ... }
sub TUNABLE_BLKDEV_SIZE_IOPS_SEC() { ... }
sub TUNABLE_BLKDEV_TOTAL_BYTES_SEC() { ... }
sub TUNABLE_BLKDEV_TOTAL_BYTES_SEC_MAX() { ... }
sub TUNABLE_BLKDEV_TOTAL_BYTES_SEC_MAX_LENGTH() { ... }
sub TUNABLE_BLKDEV_TOTAL_IOPS_SEC() { ... }
sub TUNABLE_BLKDEV_TOTAL_IOPS_SEC_MAX() { ... }
sub TUNABLE_BLKDEV_TOTAL_IOPS_SEC_MAX_LENGTH() { ... }
sub TUNABLE_BLKDEV_WRITE_BYTES_SEC() { ... }
sub TUNABLE_BLKDEV_WRITE_BYTES_SEC_MAX() { ... }
sub TUNABLE_BLKDEV_WRITE_BYTES_SEC_MAX_LENGTH() { ... }
sub TUNABLE_BLKDEV_WRITE_IOPS_SEC() { ... }
sub TUNABLE_BLKDEV_WRITE_IOPS_SEC_MAX() { ... }
sub TUNABLE_BLKDEV_WRITE_IOPS_SEC_MAX_LENGTH() { ... }
sub TUNABLE_CPU_CPU_SHARES() { ... }
sub TUNABLE_CPU_EMULATORPIN() { ... }
sub TUNABLE_CPU_EMULATOR_PERIOD() { ... }
sub TUNABLE_CPU_EMULATOR_QUOTA() { ... }
sub TUNABLE_CPU_GLOBAL_PERIOD() { ... }
sub TUNABLE_CPU_GLOBAL_QUOTA() { ... }
sub TUNABLE_CPU_IOTHREAD_PERIOD() { ... }
sub TUNABLE_CPU_IOTHREAD_QUOTA() { ... }
sub TUNABLE_CPU_VCPUPIN() { ... }
sub TUNABLE_CPU_VCPU_PERIOD() { ... }
sub TUNABLE_CPU_VCPU_QUOTA() { ... }
sub TUNABLE_IOTHREADSPIN() { ... }
sub UNDEFINE_CHECKPOINTS_METADATA() { ... }
sub UNDEFINE_KEEP_NVRAM() { ... }
sub UNDEFINE_KEEP_TPM() { ... }
sub UNDEFINE_MANAGED_SAVE() { ... }
sub UNDEFINE_NVRAM() { ... }
sub UNDEFINE_SNAPSHOTS_METADATA() { ... }
sub UNDEFINE_TPM() { ... }
sub VCPU_ASYNC_UNPLUG() { ... }
sub VCPU_BLOCKED() { ... }
sub VCPU_CONFIG() { ... }
sub VCPU_CURRENT() { ... }
sub VCPU_GUEST() { ... }
sub VCPU_HOTPLUGGABLE() { ... }
sub VCPU_INFO_CPU_OFFLINE() { ... }
sub VCPU_INFO_CPU_UNAVAILABLE() { ... }
sub VCPU_LIVE() { ... }
sub VCPU_MAXIMUM() { ... }
sub VCPU_OFFLINE() { ... }
sub VCPU_RUNNING() { ... }
sub XML_INACTIVE() { ... }
sub XML_MIGRATABLE() { ... }
sub XML_SECURE() { ... }
sub XML_UPDATE_CPU() { ... }
