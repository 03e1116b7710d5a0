//! Snapshots and checkpoints of a domain, and backups.

use crate::convert::*;
use crate::method::methods;
use virt::sys::*;

methods! {
    "Sys::Virt::Domain";
    create_snapshot(dom: Domain, xml: Str, flags: u32 = 0) and more => object::<DomainSnapshot>(virDomainSnapshotCreateXML(dom, xml, flags));
    get_snapshot_by_name(dom: Domain, name: Str) and more => object::<DomainSnapshot>(virDomainSnapshotLookupByName(dom, name, 0));
    current_snapshot(dom: Domain, flags: u32 = 0) => object::<DomainSnapshot>(virDomainSnapshotCurrent(dom, flags));
    has_current_snapshot(dom: Domain, flags: u32 = 0) => int(virDomainHasCurrentSnapshot(dom, flags));
    num_of_snapshots(dom: Domain, flags: u32 = 0) => int(virDomainSnapshotNum(dom, flags));
    list_snapshot_names(dom: Domain, maxnames: i32 = -1, flags: u32 = 0) => {
        let most = if maxnames < 0 { int(virDomainSnapshotNum(dom, flags))? } else { maxnames };
        names(most, |list, most| virDomainSnapshotListNames(dom, list, most, flags))
    };
    list_snapshots(dom: Domain) and more => by_names::<DomainSnapshot>(virDomainSnapshotNum(dom, 0),
        |list, most| virDomainSnapshotListNames(dom, list, most, 0), |name| virDomainSnapshotLookupByName(dom, name, 0));
    list_all_snapshots(dom: Domain, flags: u32 = 0) => object_list::<DomainSnapshot>(|list| virDomainListAllSnapshots(dom, list, flags));

    create_checkpoint(dom: Domain, xml: Str, flags: u32 = 0) and more =>
        object::<DomainCheckpoint>(virDomainCheckpointCreateXML(dom, xml, flags));
    get_checkpoint_by_name(dom: Domain, name: Str) and more =>
        object::<DomainCheckpoint>(virDomainCheckpointLookupByName(dom, name, 0));
    list_all_checkpoints(dom: Domain, flags: u32 = 0) =>
        object_list::<DomainCheckpoint>(|list| virDomainListAllCheckpoints(dom, list, flags));

    backup_begin(dom: Domain, backupxmlsv: NullStr, checkpointxmlsv: OptStr, flags: u32 = 0) =>
        void(virDomainBackupBegin(dom, backupxmlsv, checkpointxmlsv, flags));
    backup_get_xml_description(dom: Domain, flags: u32 = 0) => owned_str(virDomainBackupGetXMLDesc(dom, flags));
}
