//! `Sys::Virt::StoragePool`: storage that volumes are made in.

use crate::convert::*;
use crate::method::methods;
use virt::sys::*;

methods! {
    "Sys::Virt::StoragePool";
    _lookup_by_volume(volume: StorageVol) => object::<StoragePool>(virStoragePoolLookupByVolume(volume));
    get_name(pool: StoragePool) at once => borrowed_str(virStoragePoolGetName(pool));
    get_uuid(pool: StoragePool) at once => uuid(|p| virStoragePoolGetUUID(pool, p));
    get_uuid_string(pool: StoragePool) at once => uuid_string(|p| virStoragePoolGetUUIDString(pool, p));
    get_xml_description(pool: StoragePool, flags: u32 = 0) => owned_str(virStoragePoolGetXMLDesc(pool, flags));
    get_info(pool: StoragePool) => filled(|info: *mut virStoragePoolInfo| virStoragePoolGetInfo(pool, info));
    is_active(pool: StoragePool) => int(virStoragePoolIsActive(pool));
    is_persistent(pool: StoragePool) => int(virStoragePoolIsPersistent(pool));
    get_autostart(pool: StoragePool) => stored(|p: *mut i32| virStoragePoolGetAutostart(pool, p));
    set_autostart(pool: StoragePool, autostart: i32) => void(virStoragePoolSetAutostart(pool, autostart));
    create(pool: StoragePool) => void(virStoragePoolCreate(pool, 0));
    destroy(pool_rv: StoragePool) => void(virStoragePoolDestroy(pool_rv));
    undefine(pool: StoragePool) => void(virStoragePoolUndefine(pool));
    build(pool: StoragePool, flags: u32 = 0) => void(virStoragePoolBuild(pool, flags));
    delete(pool: StoragePool, flags: u32 = 0) => void(virStoragePoolDelete(pool, flags));
    refresh(pool: StoragePool, flags: u32 = 0) => void(virStoragePoolRefresh(pool, flags));
    num_of_storage_volumes(pool: StoragePool) => int(virStoragePoolNumOfVolumes(pool));
    list_storage_vol_names(pool: StoragePool, maxnames: i32) => names(maxnames, |list, n| virStoragePoolListVolumes(pool, list, n));
    list_volumes(pool: StoragePool) and more => by_names::<StorageVol>(virStoragePoolNumOfVolumes(pool),
        |list, n| virStoragePoolListVolumes(pool, list, n), |name| virStorageVolLookupByName(pool, name));
    list_all_volumes(pool: StoragePool, flags: u32 = 0) => object_list::<StorageVol>(|list| virStoragePoolListAllVolumes(pool, list, flags));
    get_volume_by_name(pool: StoragePool, name: Str) and more => object::<StorageVol>(virStorageVolLookupByName(pool, name));
    create_volume(pool: StoragePool, xml: Str, flags: u32 = 0) and more => object::<StorageVol>(virStorageVolCreateXML(pool, xml, flags));
    clone_volume(pool: StoragePool, xml: Str, clonevol: StorageVol, flags: u32 = 0) and more =>
        object::<StorageVol>(virStorageVolCreateXMLFrom(pool, xml, clonevol, flags));
}

record! {
    virStoragePoolInfo as info {
        "state" => info.state,
        "capacity" => info.capacity,
        "allocation" => info.allocation,
        "available" => info.available,
    }
}
