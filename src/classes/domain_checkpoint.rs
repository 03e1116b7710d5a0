//! `Sys::Virt::DomainCheckpoint`: points in time that a backup can start from.

use crate::convert::*;
use crate::method::methods;
use virt::sys::*;

methods! {
    "Sys::Virt::DomainCheckpoint";
    get_name(domcp: DomainCheckpoint) at once => borrowed_str(virDomainCheckpointGetName(domcp));
    get_xml_description(domcp: DomainCheckpoint, flags: u32 = 0) => owned_str(virDomainCheckpointGetXMLDesc(domcp, flags));
    get_parent(domcp: DomainCheckpoint, flags: u32 = 0) => object::<DomainCheckpoint>(virDomainCheckpointGetParent(domcp, flags));
    list_all_children(domcp: DomainCheckpoint, flags: u32 = 0) =>
        object_list::<DomainCheckpoint>(|list| virDomainCheckpointListAllChildren(domcp, list, flags));
    delete(domcp: DomainCheckpoint, flags: u32 = 0) => void(virDomainCheckpointDelete(domcp, flags));
}
