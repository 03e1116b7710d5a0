//! What the host and its hypervisor can do: capabilities, CPU models, conversions of XML.

use crate::convert::*;
use crate::error::Failure;
use crate::method::methods;
use std::ffi::{c_char, c_uint};
use std::ptr;
use virt::sys::*;

methods! {
    "Sys::Virt";
    get_capabilities(con: Connect) => owned_str(virConnectGetCapabilities(con));
    get_domain_capabilities(con: Connect, emulator: NullStr, arch: NullStr, machine: NullStr, virttype: NullStr, flags: u32 = 0) =>
        owned_str(virConnectGetDomainCapabilities(con, emulator, arch, machine, virttype, flags));
    get_sysinfo(con: Connect, flags: u32 = 0) => owned_str(virConnectGetSysinfo(con, flags));
    get_max_vcpus(con: Connect, r#type: NullStr) => int(virConnectGetMaxVcpus(con, r#type));
    get_cpu_model_names(con: Connect, arch: Str, flags: u32 = 0) =>
        string_list(|names| virConnectGetCPUModelNames(con, arch, names, flags));
    compare_cpu(con: Connect, xml: Str, flags: u32 = 0) => int(virConnectCompareCPU(con, xml, flags));
    compare_hypervisor_cpu(con: Connect, emulator: NullStr, arch: NullStr, machine: NullStr, virttype: NullStr, xml: Str, flags: u32 = 0) =>
        int(virConnectCompareHypervisorCPU(con, emulator, arch, machine, virttype, xml, flags));
    baseline_cpu(con: Connect, xml: ArrayRef, flags: u32 = 0) =>
        baseline(xml, |list, count| virConnectBaselineCPU(con, list, count, flags));
    baseline_hypervisor_cpu(con: Connect, emulator: NullStr, arch: NullStr, machine: NullStr, virttype: NullStr, xml: ArrayRef, flags: u32 = 0) =>
        baseline(xml, |list, count| virConnectBaselineHypervisorCPU(con, emulator, arch, machine, virttype, list, count, flags));
    domain_xml_from_native(con: Connect, configtype: Str, configdata: Str, flags: u32 = 0) =>
        owned_str(virConnectDomainXMLFromNative(con, configtype, configdata, flags));
    domain_xml_to_native(con: Connect, configtype: Str, xmldata: Str, flags: u32 = 0) =>
        owned_str(virConnectDomainXMLToNative(con, configtype, xmldata, flags));
}

/// What `call` makes of a list of XML.
///
/// # Safety
/// `call` gives NULL, or a string from malloc.
unsafe fn baseline(
    xml: Items,
    call: impl FnOnce(*mut *const c_char, c_uint) -> *mut c_char,
) -> Result<OwnedStr, Failure> {
    let mut list = Strings::of(&xml)?;
    let count = list.len() as c_uint;
    // libvirt tells an empty list from a missing one.
    let mut none = ptr::null();
    // SAFETY: the caller's promise.
    unsafe { owned_str(call(if count == 0 { &mut none } else { list.as_mut_ptr() }, count)) }
}
