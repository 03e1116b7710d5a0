//! `Sys::Virt::Interface`: network interfaces of the host.

use crate::convert::*;
use crate::method::methods;
use virt::sys::*;

methods! {
    "Sys::Virt::Interface";
    get_name(iface: Interface) at once => borrowed_str(virInterfaceGetName(iface));
    get_mac(iface: Interface) at once => borrowed_str(virInterfaceGetMACString(iface));
    get_xml_description(iface: Interface, flags: u32 = 0) => owned_str(virInterfaceGetXMLDesc(iface, flags));
    is_active(iface: Interface) => int(virInterfaceIsActive(iface));
    create(iface: Interface, flags: u32 = 0) => void(virInterfaceCreate(iface, flags));
    destroy(iface_rv: Interface, flags: u32 = 0) => void(virInterfaceDestroy(iface_rv, flags));
    undefine(iface: Interface) => void(virInterfaceUndefine(iface));
}
