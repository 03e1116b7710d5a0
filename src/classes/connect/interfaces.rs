//! Host interfaces and node devices of a connection.

use crate::convert::*;
use crate::method::methods;
use crate::since;
use virt::sys::*;

methods! {
    "Sys::Virt";
    create_interface(con: Connect, xml: Str, flags: u32 = 0) and more => object::<Interface>(virInterfaceDefineXML(con, xml, flags));
    define_interface(con: Connect, xml: Str, flags: u32 = 0) and more => object::<Interface>(virInterfaceDefineXML(con, xml, flags));
    get_interface_by_name(con: Connect, name: Str) and more => object::<Interface>(virInterfaceLookupByName(con, name));
    get_interface_by_mac(con: Connect, mac: Str) and more => object::<Interface>(virInterfaceLookupByMACString(con, mac));
    num_of_interfaces(con: Connect) => int(virConnectNumOfInterfaces(con));
    num_of_defined_interfaces(con: Connect) => int(virConnectNumOfDefinedInterfaces(con));
    list_interface_names(con: Connect, maxnames: i32) => names(maxnames, |list, n| virConnectListInterfaces(con, list, n));
    list_defined_interface_names(con: Connect, maxnames: i32) => names(maxnames, |list, n| virConnectListDefinedInterfaces(con, list, n));
    list_interfaces(con: Connect) and more => by_names::<Interface>(virConnectNumOfInterfaces(con),
        |list, n| virConnectListInterfaces(con, list, n), |name| virInterfaceLookupByName(con, name));
    list_defined_interfaces(con: Connect) and more => by_names::<Interface>(virConnectNumOfDefinedInterfaces(con),
        |list, n| virConnectListDefinedInterfaces(con, list, n), |name| virInterfaceLookupByName(con, name));
    list_all_interfaces(con: Connect, flags: u32 = 0) => object_list::<Interface>(|list| virConnectListAllInterfaces(con, list, flags));
    interface_change_begin(conn: Connect, flags: u32 = 0) => void(virInterfaceChangeBegin(conn, flags));
    interface_change_commit(conn: Connect, flags: u32 = 0) => void(virInterfaceChangeCommit(conn, flags));
    interface_change_rollback(conn: Connect, flags: u32 = 0) => void(virInterfaceChangeRollback(conn, flags));

    create_node_device(con: Connect, xml: Str, flags: u32 = 0) and more => object::<NodeDevice>(virNodeDeviceCreateXML(con, xml, flags));
    define_node_device(con: Connect, xml: Str, flags: u32 = 0) and more => object::<NodeDevice>(since::virNodeDeviceDefineXML()?(con, xml, flags));
    get_node_device_by_name(con: Connect, name: Str) and more => object::<NodeDevice>(virNodeDeviceLookupByName(con, name));
    get_node_device_scsihost_by_wwn(con: Connect, wwnn: Str, wwpn: Str, flags: u32 = 0) and more =>
        object::<NodeDevice>(virNodeDeviceLookupSCSIHostByWWN(con, wwnn, wwpn, flags));
    num_of_node_devices(con: Connect, cap: NullStr, flags: u32 = 0) => int(virNodeNumOfDevices(con, cap, flags));
    list_node_device_names(con: Connect, cap: NullStr, maxnames: i32, flags: u32 = 0) =>
        names(maxnames, |list, n| virNodeListDevices(con, cap, list, n, flags));
    list_node_devices(con: Connect, cap: OptStr) and more => by_names::<NodeDevice>(virNodeNumOfDevices(con, cap, 0),
        |list, n| virNodeListDevices(con, cap, list, n, 0), |name| virNodeDeviceLookupByName(con, name));
    list_all_node_devices(con: Connect, flags: u32 = 0) => object_list::<NodeDevice>(|list| virConnectListAllNodeDevices(con, list, flags));
}
