//! `Sys::Virt::DomainSnapshot`: states of a domain to go back to.

use crate::convert::*;
use crate::method::methods;
use virt::sys::*;

methods! {
    "Sys::Virt::DomainSnapshot";
    get_name(domss: DomainSnapshot) at once => borrowed_str(virDomainSnapshotGetName(domss));
    get_xml_description(domss: DomainSnapshot, flags: u32 = 0) => owned_str(virDomainSnapshotGetXMLDesc(domss, flags));
    is_current(domss: DomainSnapshot, flags: u32 = 0) => int(virDomainSnapshotIsCurrent(domss, flags));
    has_metadata(domss: DomainSnapshot, flags: u32 = 0) => int(virDomainSnapshotHasMetadata(domss, flags));
    get_parent(domss: DomainSnapshot, flags: u32 = 0) => object::<DomainSnapshot>(virDomainSnapshotGetParent(domss, flags));
    num_of_child_snapshots(domss: DomainSnapshot, flags: u32 = 0) => int(virDomainSnapshotNumChildren(domss, flags));
    list_child_snapshot_names(domss: DomainSnapshot, maxnames: i32, flags: u32 = 0) =>
        names(maxnames, |list, n| virDomainSnapshotListChildrenNames(domss, list, n, flags));
    list_child_snapshots(domss: DomainSnapshot) and more => {
        // The snapshot keeps its domain.
        let dom = virDomainSnapshotGetDomain(domss);
        by_names::<DomainSnapshot>(virDomainSnapshotNumChildren(domss, 0),
            |list, n| virDomainSnapshotListChildrenNames(domss, list, n, 0), |name| virDomainSnapshotLookupByName(dom, name, 0))
    };
    list_all_children(domss: DomainSnapshot, flags: u32 = 0) =>
        object_list::<DomainSnapshot>(|list| virDomainSnapshotListAllChildren(domss, list, flags));
    revert_to(domss: DomainSnapshot, flags: u32 = 0) => void(virDomainRevertToSnapshot(domss, flags));
    delete(domss: DomainSnapshot, flags: u32 = 0) => void(virDomainSnapshotDelete(domss, flags));
}
