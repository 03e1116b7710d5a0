//! Domains of a connection: made, found, listed, restored, and their statistics in bulk.

use crate::classes::domain::save_params::save_params;
use crate::convert::*;
use crate::error::Failure;
use crate::method::methods;
use crate::since;
use std::ffi::{c_char, c_int};
use std::ptr;
use virt::sys::*;

methods! {
    "Sys::Virt";
    create_domain(con: Connect, xml: Str, flags: u32 = 0) and more => object::<Domain>(virDomainCreateXML(con, xml, flags));
    create_domain_with_files(con: Connect, xml: Str, fds: ArrayRef, flags: u32 = 0) and more => {
        let mut fds = Ints::descriptors(&fds)?;
        object::<Domain>(virDomainCreateXMLWithFiles(con, xml, fds.len() as u32, fds.as_mut_ptr(), flags))
    };
    define_domain(con: Connect, xml: Str, flags: u32 = 0) and more =>
        object::<Domain>(if flags == 0 { virDomainDefineXML(con, xml) } else { virDomainDefineXMLFlags(con, xml, flags) });
    get_domain_by_id(con: Connect, id: i32) and more => object::<Domain>(virDomainLookupByID(con, id));
    get_domain_by_name(con: Connect, name: Str) and more => object::<Domain>(virDomainLookupByName(con, name));
    get_domain_by_uuid(con: Connect, uuid: Bytes) and more with call =>
        by_uuid::<Domain>(call, uuid, |raw| virDomainLookupByUUID(con, raw), |text| virDomainLookupByUUIDString(con, text));
    num_of_domains(con: Connect) => int(virConnectNumOfDomains(con));
    num_of_defined_domains(con: Connect) => int(virConnectNumOfDefinedDomains(con));
    list_domain_ids(con: Connect, maxids: i32) => ids(con, maxids).map(Values);
    list_domains(con: Connect) and more => running(con);
    list_defined_domain_names(con: Connect, maxnames: i32) => names(maxnames, |list, n| virConnectListDefinedDomains(con, list, n));
    list_defined_domains(con: Connect) and more => by_names::<Domain>(virConnectNumOfDefinedDomains(con),
        |list, n| virConnectListDefinedDomains(con, list, n), |name| virDomainLookupByName(con, name));
    list_all_domains(con: Connect, flags: u32 = 0) => object_list::<Domain>(|list| virConnectListAllDomains(con, list, flags));
    get_all_domain_stats(con: Connect, stats: u32, doms: OptArrayRef, flags: u32 = 0) => of_argument(2, all_stats(con, stats, doms, flags));

    restore_domain(con: Connect, from: OptStr, dxml: OptStr, params: HashOrFlags, flags: u32 = 0) =>
        restore(con, from, dxml, params, flags);
    get_save_image_xml_description(con: Connect, file: Str, flags: u32 = 0) => owned_str(virDomainSaveImageGetXMLDesc(con, file, flags));
    define_save_image_xml(con: Connect, file: Str, xml: Str, flags: u32 = 0) => void(virDomainSaveImageDefineXML(con, file, xml, flags));
}

/// # Safety
/// A live connection.
unsafe fn ids(con: virConnectPtr, most: c_int) -> Result<Vec<c_int>, Failure> {
    let mut ids = vec![0; most.clamp(0, 1 << 20) as usize];
    // SAFETY: a live connection and room for that many.
    let count = int(unsafe { virConnectListDomains(con, ids.as_mut_ptr(), ids.len() as c_int) })?;
    ids.truncate(count as usize);
    Ok(ids)
}

/// The running domains in the order of their ids; one that ended in between is left out.
///
/// # Safety
/// A live connection.
unsafe fn running(con: virConnectPtr) -> Result<Counted<Handle<Domain>>, Failure> {
    // SAFETY: the caller's promise.
    unsafe {
        let count = int(virConnectNumOfDomains(con))?;
        let found = ids(con, count)?.into_iter().filter_map(|id| object(virDomainLookupByID(con, id)).ok());
        Ok(Counted(found.collect()))
    }
}

/// # Safety
/// A live connection, and strings or NULL.
unsafe fn restore(
    con: virConnectPtr,
    from: *const c_char,
    xml: *const c_char,
    params: HashOrNumber,
    flags: u32,
) -> Result<(), Failure> {
    let (params, flags) = params.with_flags(flags);
    if let Some(params) = params {
        // SAFETY: a live connection, the call's strings, and parameters that outlive the call.
        return unsafe {
            let mut params = save_params(&params, from, xml)?;
            void(since::virDomainRestoreParams()?(con, params.as_mut_ptr(), params.len(), flags))
        };
    }
    // SAFETY: a live connection and the call's strings.
    void(unsafe {
        if xml.is_null() && flags == 0 {
            virDomainRestore(con, from)
        } else {
            virDomainRestoreFlags(con, from, xml, flags)
        }
    })
}

/// The statistics of a domain.
struct DomainStats {
    domain: Handle<Domain>,
    params: TypedParams,
}

record! {
    DomainStats as stats {
        "dom" => stats.domain,
        "data" => stats.params,
    }
}

/// # Safety
/// A live connection.
unsafe fn all_stats(
    con: virConnectPtr,
    stats: u32,
    doms: Option<Items>,
    flags: u32,
) -> Result<Values<DomainStats>, Failure> {
    let mut list = ptr::null_mut();
    let count = match doms {
        Some(doms) if doms.len() > 0 => {
            let mut doms = doms.objects::<Domain>()?;
            // SAFETY: live domains, with NULL at the end, and a place for the result.
            int(unsafe { virDomainListGetStats(doms.as_mut_ptr(), stats, &mut list, flags) })
        }
        // SAFETY: a live connection and a place for the result.
        _ => int(unsafe { virConnectGetAllDomainStats(con, stats, &mut list, flags) }),
    }?;
    // SAFETY: so many records that libvirt allocated for us, each and the array.
    let records = unsafe { OwnedArray::assume_owned(list, count as usize) };
    // SAFETY: as above, and each once.
    Ok(Values(records.as_slice().iter().filter_map(|&record| unsafe { taken_apart(record) }).collect()))
}

/// What a record of statistics owns. `virDomainStatsRecordListFree` would need a reference of its
/// own to the domain, and to count references of domains is most of what their statistics cost:
/// libvirt prints the UUID for its log each time.
///
/// # Safety
/// The record is libvirt's, and the caller gives it up.
unsafe fn taken_apart(record: virDomainStatsRecordPtr) -> Option<DomainStats> {
    // SAFETY: the caller's promise.
    unsafe {
        let params = TypedParams::assume_owned((*record).params, (*record).nparams);
        let domain = Handle::assume_owned((*record).dom);
        free(record.cast());
        Some(DomainStats { domain: domain?, params })
    }
}
