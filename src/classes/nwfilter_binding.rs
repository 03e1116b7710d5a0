//! `Sys::Virt::NWFilterBinding`: which filter guards which port.

use crate::convert::*;
use crate::method::methods;
use virt::sys::*;

methods! {
    "Sys::Virt::NWFilterBinding";
    get_port_dev(binding: NWFilterBinding) at once => borrowed_str(virNWFilterBindingGetPortDev(binding));
    get_filter_name(binding: NWFilterBinding) at once => borrowed_str(virNWFilterBindingGetFilterName(binding));
    get_xml_description(binding: NWFilterBinding, flags: u32 = 0) => owned_str(virNWFilterBindingGetXMLDesc(binding, flags));
    delete(binding: NWFilterBinding) => void(virNWFilterBindingDelete(binding));
}
