//! A domain's state in a file: saved, saved where libvirt keeps it, dumped.

use super::save_params::save_params;
use crate::call::Arguments;
use crate::convert::*;
use crate::error::Failure;
use crate::method::methods;
use crate::since;
use std::ffi::c_char;
use virt::sys::*;

methods! {
    "Sys::Virt::Domain";
    save(dom: Domain, tosv: OptStr, dxmlsv: OptStr, params_sv: HashOrFlags, flags: u32 = 0) with call =>
        save(call, dom, tosv, dxmlsv, params_sv, flags);
    managed_save(dom: Domain, flags: u32 = 0) => void(virDomainManagedSave(dom, flags));
    has_managed_save_image(dom: Domain, flags: u32 = 0) => int(virDomainHasManagedSaveImage(dom, flags));
    managed_save_remove(dom: Domain, flags: u32 = 0) => void(virDomainManagedSaveRemove(dom, flags));
    managed_save_define_xml(dom: Domain, xml: Str, flags: u32 = 0) => void(virDomainManagedSaveDefineXML(dom, xml, flags));
    managed_save_get_xml_description(dom: Domain, flags: u32 = 0) => owned_str(virDomainManagedSaveGetXMLDesc(dom, flags));
    core_dump(dom: Domain, to: Str, flags: u32 = 0) => void(virDomainCoreDump(dom, to, flags));
    core_dump_format(dom: Domain, to: Str, format: u32, flags: u32 = 0) => void(virDomainCoreDumpWithFormat(dom, to, format, flags));
}

/// By the oldest function that takes what is given.
///
/// # Safety
/// A live domain, and strings or NULL.
unsafe fn save(
    call: Arguments,
    dom: virDomainPtr,
    to: *const c_char,
    dxml: *const c_char,
    params: HashOrNumber,
    flags: u32,
) -> Result<(), Failure> {
    let (params, flags) = params.with_flags(flags);
    if let Some(params) = params {
        let save = since::virDomainSaveParams()?;
        // SAFETY: a live object, the call's strings, and parameters that outlive the call.
        return unsafe {
            let mut params = save_params(&params, to, dxml)?;
            void(save(dom, params.as_mut_ptr(), params.len(), flags))
        };
    }
    if to.is_null() {
        return Err(call.bad_argument(1, "is undef, and there are no parameters that name the file"));
    }
    // SAFETY: a live object, strings with their NUL.
    void(unsafe {
        if dxml.is_null() && flags == 0 { virDomainSave(dom, to) } else { virDomainSaveFlags(dom, to, dxml, flags) }
    })
}
