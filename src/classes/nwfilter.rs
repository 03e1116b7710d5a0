//! `Sys::Virt::NWFilter`: rules for network traffic.

use crate::convert::*;
use crate::method::methods;
use virt::sys::*;

methods! {
    "Sys::Virt::NWFilter";
    get_name(filter: NWFilter) at once => borrowed_str(virNWFilterGetName(filter));
    get_uuid(filter: NWFilter) at once => uuid(|p| virNWFilterGetUUID(filter, p));
    get_uuid_string(filter: NWFilter) at once => uuid_string(|p| virNWFilterGetUUIDString(filter, p));
    get_xml_description(filter: NWFilter, flags: u32 = 0) => owned_str(virNWFilterGetXMLDesc(filter, flags));
    undefine(filter: NWFilter) => void(virNWFilterUndefine(filter));
}
