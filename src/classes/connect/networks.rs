//! Networks and network filters of a connection.

use crate::convert::*;
use crate::method::methods;
use crate::since;
use virt::sys::*;

methods! {
    "Sys::Virt";
    create_network(con: Connect, xml: Str, flags: u32 = 0) and more =>
        object::<Network>(if flags == 0 { virNetworkCreateXML(con, xml) } else { since::virNetworkCreateXMLFlags()?(con, xml, flags) });
    define_network(con: Connect, xml: Str, flags: u32 = 0) and more =>
        object::<Network>(if flags == 0 { virNetworkDefineXML(con, xml) } else { since::virNetworkDefineXMLFlags()?(con, xml, flags) });
    get_network_by_name(con: Connect, name: Str) and more => object::<Network>(virNetworkLookupByName(con, name));
    get_network_by_uuid(con: Connect, uuid: Bytes) and more with call =>
        by_uuid::<Network>(call, uuid, |raw| virNetworkLookupByUUID(con, raw), |text| virNetworkLookupByUUIDString(con, text));
    num_of_networks(con: Connect) => int(virConnectNumOfNetworks(con));
    num_of_defined_networks(con: Connect) => int(virConnectNumOfDefinedNetworks(con));
    list_network_names(con: Connect, maxnames: i32) => names(maxnames, |list, n| virConnectListNetworks(con, list, n));
    list_defined_network_names(con: Connect, maxnames: i32) => names(maxnames, |list, n| virConnectListDefinedNetworks(con, list, n));
    list_networks(con: Connect) and more => by_names::<Network>(virConnectNumOfNetworks(con),
        |list, n| virConnectListNetworks(con, list, n), |name| virNetworkLookupByName(con, name));
    list_defined_networks(con: Connect) and more => by_names::<Network>(virConnectNumOfDefinedNetworks(con),
        |list, n| virConnectListDefinedNetworks(con, list, n), |name| virNetworkLookupByName(con, name));
    list_all_networks(con: Connect, flags: u32 = 0) => object_list::<Network>(|list| virConnectListAllNetworks(con, list, flags));

    define_nwfilter(con: Connect, xml: Str, flags: u32 = 0) and more =>
        object::<NWFilter>(if flags == 0 { virNWFilterDefineXML(con, xml) } else { since::virNWFilterDefineXMLFlags()?(con, xml, flags) });
    get_nwfilter_by_name(con: Connect, name: Str) and more => object::<NWFilter>(virNWFilterLookupByName(con, name));
    get_nwfilter_by_uuid(con: Connect, uuid: Bytes) and more with call =>
        by_uuid::<NWFilter>(call, uuid, |raw| virNWFilterLookupByUUID(con, raw), |text| virNWFilterLookupByUUIDString(con, text));
    num_of_nwfilters(con: Connect) => int(virConnectNumOfNWFilters(con));
    list_nwfilter_names(con: Connect, maxnames: i32) => names(maxnames, |list, n| virConnectListNWFilters(con, list, n));
    list_nwfilters(con: Connect) and more => by_names::<NWFilter>(virConnectNumOfNWFilters(con),
        |list, n| virConnectListNWFilters(con, list, n), |name| virNWFilterLookupByName(con, name));
    list_all_nwfilters(con: Connect, flags: u32 = 0) => object_list::<NWFilter>(|list| virConnectListAllNWFilters(con, list, flags));

    create_nwfilter_binding(con: Connect, xml: Str, flags: u32 = 0) and more => object::<NWFilterBinding>(virNWFilterBindingCreateXML(con, xml, flags));
    get_nwfilter_binding_by_port_dev(con: Connect, name: Str) and more => object::<NWFilterBinding>(virNWFilterBindingLookupByPortDev(con, name));
    list_all_nwfilter_bindings(con: Connect, flags: u32 = 0) =>
        object_list::<NWFilterBinding>(|list| virConnectListAllNWFilterBindings(con, list, flags));
}
