//! `Sys::Virt::StorageVol`: volumes of a pool.

use crate::convert::*;
use crate::method::methods;
use crate::objects::stream::{Flow, connected};
use virt::sys::*;

methods! {
    "Sys::Virt::StorageVol";
    get_name(vol: StorageVol) at once => borrowed_str(virStorageVolGetName(vol));
    get_key(vol: StorageVol) at once => borrowed_str(virStorageVolGetKey(vol));
    get_path(vol: StorageVol) => owned_str(virStorageVolGetPath(vol));
    get_xml_description(vol: StorageVol, flags: u32 = 0) => owned_str(virStorageVolGetXMLDesc(vol, flags));
    get_info(vol: StorageVol, flags: u32 = 0) => filled(|info: *mut virStorageVolInfo| {
        if flags == 0 { virStorageVolGetInfo(vol, info) } else { virStorageVolGetInfoFlags(vol, info, flags) }
    });
    resize(vol: StorageVol, capacity: u64, flags: u32 = 0) => void(virStorageVolResize(vol, capacity, flags));
    wipe(vol: StorageVol, flags: u32 = 0) => void(virStorageVolWipe(vol, flags));
    wipe_pattern(vol: StorageVol, algorithm: u32, flags: u32 = 0) => void(virStorageVolWipePattern(vol, algorithm, flags));
    delete(vol: StorageVol, flags: u32 = 0) => void(virStorageVolDelete(vol, flags));
    download(vol: StorageVol, st: IdleStream, offsetsv: u64, lengthsv: u64, flags: u32 = 0) =>
        connected(st, Flow::Reads, void(virStorageVolDownload(vol, st, offsetsv, lengthsv, flags)));
    upload(vol: StorageVol, st: IdleStream, offsetsv: u64, lengthsv: u64, flags: u32 = 0) =>
        connected(st, Flow::Writes, void(virStorageVolUpload(vol, st, offsetsv, lengthsv, flags)));
}

record! {
    virStorageVolInfo as info {
        "type" => info.type_,
        "capacity" => info.capacity,
        "allocation" => info.allocation,
    }
}
