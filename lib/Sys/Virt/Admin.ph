# What Virt.so makes for Sys::Virt::Admin, named for tools that read source; perl never reads this.

package Sys::Virt::Admin;

sub daemon_shutdown($conn, $flags = 0) { ... }
sub get_library_version($conn) { ... }
sub get_logging_filters($conn, $flags = 0) { ... }
sub get_logging_outputs($conn, $flags = 0) { ... }
sub get_uri($conn) { ... }
sub is_alive($conn) { ... }
sub list_servers($conn, $flags = 0) { ... }
sub lookup_server($conn, $name, $flags = 0) { ... }
sub register_close_callback($conn, $cb) { ... }
sub set_daemon_timeout($conn, $seconds, $flags = 0) { ... }
sub set_logging_filters($conn, $filters, $flags = 0) { ... }
sub set_logging_outputs($conn, $outputs, $flags = 0) { ... }
sub unregister_close_callback($conn) { ... }

sub CLIENT_INFO_READONLY() { ... }
sub CLIENT_INFO_SASL_USER_NAME() { ... }
sub CLIENT_INFO_SELINUX_CONTEXT() { ... }
sub CLIENT_INFO_SOCKET_ADDR() { ... }
sub CLIENT_INFO_UNIX_GROUP_ID() { ... }
sub CLIENT_INFO_UNIX_GROUP_NAME() { ... }
sub CLIENT_INFO_UNIX_PROCESS_ID() { ... }
sub CLIENT_INFO_UNIX_USER_ID() { ... }
sub CLIENT_INFO_UNIX_USER_NAME() { ... }
sub CLIENT_INFO_X509_DISTINGUISHED_NAME() { ... }
sub CLIENT_TRANS_TCP() { ... }
sub CLIENT_TRANS_TLS() { ... }
sub CLIENT_TRANS_UNIX() { ... }
sub DAEMON_SHUTDOWN_PRESERVE() { ... }
sub SERVER_CLIENTS_CURRENT() { ... }
sub SERVER_CLIENTS_MAX() { ... }
sub SERVER_CLIENTS_UNAUTH_CURRENT() { ... }
sub SERVER_CLIENTS_UNAUTH_MAX() { ... }
sub THREADPOOL_JOB_QUEUE_DEPTH() { ... }
sub THREADPOOL_WORKERS_CURRENT() { ... }
sub THREADPOOL_WORKERS_FREE() { ... }
sub THREADPOOL_WORKERS_MAX() { ... }
sub THREADPOOL_WORKERS_MIN() { ... }
sub THREADPOOL_WORKERS_PRIORITY() { ... }
