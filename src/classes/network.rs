//! `Sys::Virt::Network`: virtual networks.

use crate::convert::*;
use crate::method::methods;
use crate::since;
use virt::sys::*;

methods! {
    "Sys::Virt::Network";
    get_name(net: Network) at once => borrowed_str(virNetworkGetName(net));
    get_uuid(net: Network) at once => uuid(|p| virNetworkGetUUID(net, p));
    get_uuid_string(net: Network) at once => uuid_string(|p| virNetworkGetUUIDString(net, p));
    get_bridge_name(net: Network) => owned_str(virNetworkGetBridgeName(net));
    get_xml_description(net: Network, flags: u32 = 0) => owned_str(virNetworkGetXMLDesc(net, flags));
    get_metadata(net: Network, r#type: i32, uri: OptStr, flags: u32 = 0) =>
        owned_str(since::virNetworkGetMetadata()?(net, r#type, uri, flags));
    set_metadata(net: Network, r#type: i32, metadata: OptStr, key: OptStr, uri: OptStr, flags: u32 = 0) =>
        void(since::virNetworkSetMetadata()?(net, r#type, metadata, key, uri, flags));
    is_active(net: Network) => int(virNetworkIsActive(net));
    is_persistent(net: Network) => int(virNetworkIsPersistent(net));
    get_autostart(net: Network) => stored(|p: *mut i32| virNetworkGetAutostart(net, p));
    set_autostart(net: Network, autostart: i32) => void(virNetworkSetAutostart(net, autostart));
    create(net: Network) => void(virNetworkCreate(net));
    destroy(net_rv: Network) => void(virNetworkDestroy(net_rv));
    undefine(net: Network) => void(virNetworkUndefine(net));
    update(net: Network, command: u32, section: u32, parentIndex: i32, xml: Str, flags: u32 = 0) =>
        void(virNetworkUpdate(net, command, section, parentIndex, xml, flags));
    get_dhcp_leases(net: Network, macsv: OptStr, flags: u32 = 0) =>
        records(|leases| virNetworkGetDHCPLeases(net, macsv, leases, flags), virNetworkDHCPLeaseFree);
    list_all_ports(net: Network, flags: u32 = 0) => object_list::<NetworkPort>(|list| virNetworkListAllPorts(net, list, flags));
    create_port(net: Network, xml: Str, flags: u32 = 0) and more => object::<NetworkPort>(virNetworkPortCreateXML(net, xml, flags));
    get_port_by_uuid(net: Network, uuid: Bytes) and more with call =>
        by_uuid::<NetworkPort>(call, uuid, |raw| virNetworkPortLookupByUUID(net, raw), |text| virNetworkPortLookupByUUIDString(net, text));
}

record! {
    virNetworkDHCPLease as lease {
        "iface" => lease.iface,
        "expirytime" => lease.expirytime,
        "type" => lease.type_,
        "mac" => lease.mac,
        "iaid" => lease.iaid,
        "ipaddr" => lease.ipaddr,
        "prefix" => lease.prefix,
        "hostname" => lease.hostname,
        "clientid" => lease.clientid,
    }
}
