//! Storage pools, volumes and secrets of a connection, and streams for their data.

use crate::convert::*;
use crate::method::methods;
use crate::objects::stream;
use virt::sys::*;

methods! {
    "Sys::Virt";
    create_storage_pool(con: Connect, xml: Str, flags: u32 = 0) and more => object::<StoragePool>(virStoragePoolCreateXML(con, xml, flags));
    define_storage_pool(con: Connect, xml: Str, flags: u32 = 0) and more => object::<StoragePool>(virStoragePoolDefineXML(con, xml, flags));
    get_storage_pool_by_name(con: Connect, name: Str) and more => object::<StoragePool>(virStoragePoolLookupByName(con, name));
    get_storage_pool_by_uuid(con: Connect, uuid: Bytes) and more with call =>
        by_uuid::<StoragePool>(call, uuid, |raw| virStoragePoolLookupByUUID(con, raw), |text| virStoragePoolLookupByUUIDString(con, text));
    get_storage_pool_by_volume(con: Connect, volume: StorageVol) and more => of_argument(1, object::<StoragePool>(virStoragePoolLookupByVolume(volume)));
    get_storage_pool_by_target_path(con: Connect, path: Str) and more => object::<StoragePool>(virStoragePoolLookupByTargetPath(con, path));
    get_storage_volume_by_path(con: Connect, path: Str) and more => object::<StorageVol>(virStorageVolLookupByPath(con, path));
    get_storage_volume_by_key(con: Connect, key: Str) and more => object::<StorageVol>(virStorageVolLookupByKey(con, key));
    num_of_storage_pools(con: Connect) => int(virConnectNumOfStoragePools(con));
    num_of_defined_storage_pools(con: Connect) => int(virConnectNumOfDefinedStoragePools(con));
    list_storage_pool_names(con: Connect, maxnames: i32) => names(maxnames, |list, n| virConnectListStoragePools(con, list, n));
    list_defined_storage_pool_names(con: Connect, maxnames: i32) => names(maxnames, |list, n| virConnectListDefinedStoragePools(con, list, n));
    list_storage_pools(con: Connect) and more => by_names::<StoragePool>(virConnectNumOfStoragePools(con),
        |list, n| virConnectListStoragePools(con, list, n), |name| virStoragePoolLookupByName(con, name));
    list_defined_storage_pools(con: Connect) and more => by_names::<StoragePool>(virConnectNumOfDefinedStoragePools(con),
        |list, n| virConnectListDefinedStoragePools(con, list, n), |name| virStoragePoolLookupByName(con, name));
    list_all_storage_pools(con: Connect, flags: u32 = 0) => object_list::<StoragePool>(|list| virConnectListAllStoragePools(con, list, flags));
    find_storage_pool_sources(con: Connect, r#type: Str, srcspec: NullStr, flags: u32 = 0) =>
        owned_str(virConnectFindStoragePoolSources(con, r#type, srcspec, flags));
    get_storage_pool_capabilities(con: Connect, flags: u32 = 0) => owned_str(virConnectGetStoragePoolCapabilities(con, flags));

    define_secret(con: Connect, xml: Str, flags: u32 = 0) and more => object::<Secret>(virSecretDefineXML(con, xml, flags));
    get_secret_by_uuid(con: Connect, uuid: Bytes) and more with call =>
        by_uuid::<Secret>(call, uuid, |raw| virSecretLookupByUUID(con, raw), |text| virSecretLookupByUUIDString(con, text));
    get_secret_by_usage(con: Connect, usageType: i32, usageID: Str) and more => object::<Secret>(virSecretLookupByUsage(con, usageType, usageID));
    num_of_secrets(con: Connect) => int(virConnectNumOfSecrets(con));
    list_secret_uuids(con: Connect, maxuuids: i32) => names(maxuuids, |list, n| virConnectListSecrets(con, list, n));
    list_secrets(con: Connect) and more => by_names::<Secret>(virConnectNumOfSecrets(con),
        |list, n| virConnectListSecrets(con, list, n), |uuid| virSecretLookupByUUIDString(con, uuid));
    list_all_secrets(con: Connect, flags: u32 = 0) => object_list::<Secret>(|list| virConnectListAllSecrets(con, list, flags));

    new_stream(con: Connect, flags: u32 = 0) and more at once => object::<Stream>(stream::opened(virStreamNew(con, flags), flags));
}
