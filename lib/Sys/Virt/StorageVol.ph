# What Virt.so makes for Sys::Virt::StorageVol, named for tools that read source; perl never reads this.

package Sys::Virt::StorageVol;

sub delete($vol, $flags = 0) { ... }
sub download($vol, $st, $offsetsv, $lengthsv, $flags = 0) { ... }
sub get_info($vol, $flags = 0) { ... }
sub get_key($vol) { ... }
sub get_name($vol) { ... }
sub get_path($vol) { ... }
sub get_xml_description($vol, $flags = 0) { ... }
sub resize($vol, $capacity, $flags = 0) { ... }
sub upload($vol, $st, $offsetsv, $lengthsv, $flags = 0) { ... }
sub wipe($vol, $flags = 0) { ... }
sub wipe_pattern($vol, $algorithm, $flags = 0) { ... }

sub CREATE_PREALLOC_METADATA() { ... }
sub CREATE_REFLINK() { ... }
sub CREATE_VALIDATE() { ... }
sub DELETE_NORMAL() { ... }
sub DELETE_WITH_SNAPSHOTS() { ... }
sub DELETE_ZEROED() { ... }
sub GET_PHYSICAL() { ... }
sub RESIZE_ALLOCATE() { ... }
sub RESIZE_DELTA() { ... }
sub RESIZE_SHRINK() { ... }
sub TYPE_BLOCK() { ... }
sub TYPE_DIR() { ... }
sub TYPE_FILE() { ... }
sub TYPE_NETDIR() { ... }
sub TYPE_NETWORK() { ... }
sub TYPE_PLOOP() { ... }
sub USE_ALLOCATION() { ... }
sub VOL_DOWNLOAD_SPARSE_STREAM() { ... }
sub VOL_UPLOAD_SPARSE_STREAM() { ... }
sub WIPE_ALG_BSI() { ... }
sub WIPE_ALG_DOD() { ... }
sub WIPE_ALG_GUTMANN() { ... }
sub WIPE_ALG_NNSA() { ... }
sub WIPE_ALG_PFITZNER33() { ... }
sub WIPE_ALG_PFITZNER7() { ... }
sub WIPE_ALG_RANDOM() { ... }
sub WIPE_ALG_SCHNEIER() { ... }
sub WIPE_ALG_TRIM() { ... }
sub WIPE_ALG_ZERO() { ... }
