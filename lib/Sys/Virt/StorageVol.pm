package Sys::Virt::StorageVol;

require Sys::Virt;
our $VERSION = $Sys::Virt::VERSION;

1;

__END__

# Virt.so makes these; they are named for those who look here. The manual is in the .pod file.

sub delete;
sub download;
sub get_info;
sub get_key;
sub get_name;
sub get_path;
sub get_xml_description;
sub resize;
sub upload;
sub wipe;
sub wipe_pattern;

# Constants:
CREATE_PREALLOC_METADATA CREATE_REFLINK CREATE_VALIDATE DELETE_NORMAL DELETE_WITH_SNAPSHOTS
DELETE_ZEROED GET_PHYSICAL RESIZE_ALLOCATE RESIZE_DELTA RESIZE_SHRINK TYPE_BLOCK TYPE_DIR
TYPE_FILE TYPE_NETDIR TYPE_NETWORK TYPE_PLOOP USE_ALLOCATION VOL_DOWNLOAD_SPARSE_STREAM
VOL_UPLOAD_SPARSE_STREAM WIPE_ALG_BSI WIPE_ALG_DOD WIPE_ALG_GUTMANN WIPE_ALG_NNSA
WIPE_ALG_PFITZNER33 WIPE_ALG_PFITZNER7 WIPE_ALG_RANDOM WIPE_ALG_SCHNEIER WIPE_ALG_TRIM
WIPE_ALG_ZERO
