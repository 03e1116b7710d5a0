//! Who a domain is.

use crate::convert::*;
use crate::method::methods;
use virt::sys::*;

methods! {
    "Sys::Virt::Domain";
    get_name(dom: Domain) => borrowed_str(virDomainGetName(dom));
    get_xml_description(dom: Domain, flags: u32 = 0) => owned_str(virDomainGetXMLDesc(dom, flags));
    get_memory_parameters(dom: Domain, flags: u32 = 0) => fetched(|p, n| virDomainGetMemoryParameters(dom, p, n, flags));
    set_memory_parameters(dom: Domain, newparams: Hash, flags: u32 = 0) =>
        updated(newparams, |p, n| virDomainGetMemoryParameters(dom, p, n, flags), |p, n| virDomainSetMemoryParameters(dom, p, n, flags));
    get_info(dom: Domain) => filled(|info: *mut virDomainInfo| virDomainGetInfo(dom, info));
}

record! {
    virDomainInfo as info {
        "state" => u32::from(info.state),
        "maxMem" => info.maxMem,
        "memory" => info.memory,
        "nrVirtCpu" => u32::from(info.nrVirtCpu),
        "cpuTime" => info.cpuTime,
    }
}
