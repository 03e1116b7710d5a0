//! Parameters that tune a domain. A setter has the types from libvirt's getter, which is asked
//! without flags: not all that a setter takes are allowed there.

use crate::convert::*;
use crate::error::Failure;
use crate::method::methods;
use crate::since;
use std::ffi::c_int;
use std::ptr;
use virt::sys::*;

methods! {
    "Sys::Virt::Domain";
    get_scheduler_type(dom: Domain) => owned_str(virDomainGetSchedulerType(dom, ptr::null_mut()));
    get_scheduler_parameters(dom: Domain, flags: u32 = 0) => scheduler_parameters(dom, flags);
    set_scheduler_parameters(dom: Domain, newparams: HashRef, flags: u32 = 0) => updated_like(newparams, scheduler_parameters(dom, 0)?, |p, n|
        if flags == 0 { virDomainSetSchedulerParameters(dom, p, n) } else { virDomainSetSchedulerParametersFlags(dom, p, n, flags) });

    get_memory_parameters(dom: Domain, flags: u32 = 0) => fetched(|p, n| virDomainGetMemoryParameters(dom, p, n, flags));
    set_memory_parameters(dom: Domain, newparams: HashRef, flags: u32 = 0) =>
        updated(newparams, |p, n| virDomainGetMemoryParameters(dom, p, n, 0), |p, n| virDomainSetMemoryParameters(dom, p, n, flags));

    get_blkio_parameters(dom: Domain, flags: u32 = 0) => fetched(|p, n| virDomainGetBlkioParameters(dom, p, n, flags));
    set_blkio_parameters(dom: Domain, newparams: HashRef, flags: u32 = 0) =>
        updated(newparams, |p, n| virDomainGetBlkioParameters(dom, p, n, 0), |p, n| virDomainSetBlkioParameters(dom, p, n, flags));

    get_numa_parameters(dom: Domain, flags: u32 = 0) => fetched(|p, n| virDomainGetNumaParameters(dom, p, n, flags));
    set_numa_parameters(dom: Domain, newparams: HashRef, flags: u32 = 0) =>
        updated(newparams, |p, n| virDomainGetNumaParameters(dom, p, n, 0), |p, n| virDomainSetNumaParameters(dom, p, n, flags));

    get_interface_parameters(dom: Domain, intf: Str, flags: u32 = 0) =>
        fetched(|p, n| virDomainGetInterfaceParameters(dom, intf, p, n, flags));
    set_interface_parameters(dom: Domain, intf: Str, newparams: HashRef, flags: u32 = 0) => updated(newparams,
        |p, n| virDomainGetInterfaceParameters(dom, intf, p, n, 0), |p, n| virDomainSetInterfaceParameters(dom, intf, p, n, flags));

    get_perf_events(dom: Domain, flags: u32 = 0) => allocated(|p, n| virDomainGetPerfEvents(dom, p, n, flags));
    set_perf_events(dom: Domain, newparams: HashRef, flags: u32 = 0) => updated_like(newparams,
        allocated(|p, n| virDomainGetPerfEvents(dom, p, n, 0))?, |p, n| virDomainSetPerfEvents(dom, p, n, flags));

    get_block_iotune(dom: Domain, disk: Str, flags: u32 = 0) =>
        fetched_into(32, |p, n| virDomainGetBlockIoTune(dom, disk, p, n, flags));
    set_block_iotune(dom: Domain, disk: Str, newparams: HashRef, flags: u32 = 0) => updated(newparams,
        |p, n| virDomainGetBlockIoTune(dom, disk, p, n, 0), |p, n| virDomainSetBlockIoTune(dom, disk, p, n, flags));

    set_throttle_group(dom: Domain, group: Str, newparams: HashRef, flags: u32 = 0) => {
        let set = since::virDomainSetThrottleGroup()?;
        let mut params = ParamSet::known(&newparams, THROTTLE_GROUP)?;
        void(set(dom, group, params.as_mut_ptr(), params.len(), flags))
    };
    del_throttle_group(dom: Domain, group: Str, flags: u32 = 0) => void(since::virDomainDelThrottleGroup()?(dom, group, flags));
}

/// The number of parameters comes with the name of the scheduler.
///
/// # Safety
/// A live domain.
unsafe fn scheduler_parameters(dom: virDomainPtr, flags: u32) -> Result<One<TypedParams>, Failure> {
    let mut count: c_int = 0;
    // SAFETY: a live object, and a place for the number.
    unsafe { owned_str(virDomainGetSchedulerType(dom, &mut count)) }?;
    // SAFETY: a live object, and room for that many parameters.
    unsafe {
        fetched_known(count, |p, n| match flags {
            0 => virDomainGetSchedulerParameters(dom, p, n),
            _ => virDomainGetSchedulerParametersFlags(dom, p, n, flags),
        })
    }
}

const THROTTLE_GROUP: &Known = &[
    (VIR_DOMAIN_BLOCK_IOTUNE_TOTAL_BYTES_SEC, ParamType::Ullong),
    (VIR_DOMAIN_BLOCK_IOTUNE_READ_BYTES_SEC, ParamType::Ullong),
    (VIR_DOMAIN_BLOCK_IOTUNE_WRITE_BYTES_SEC, ParamType::Ullong),
    (VIR_DOMAIN_BLOCK_IOTUNE_TOTAL_IOPS_SEC, ParamType::Ullong),
    (VIR_DOMAIN_BLOCK_IOTUNE_READ_IOPS_SEC, ParamType::Ullong),
    (VIR_DOMAIN_BLOCK_IOTUNE_WRITE_IOPS_SEC, ParamType::Ullong),
    (VIR_DOMAIN_BLOCK_IOTUNE_TOTAL_BYTES_SEC_MAX, ParamType::Ullong),
    (VIR_DOMAIN_BLOCK_IOTUNE_READ_BYTES_SEC_MAX, ParamType::Ullong),
    (VIR_DOMAIN_BLOCK_IOTUNE_WRITE_BYTES_SEC_MAX, ParamType::Ullong),
    (VIR_DOMAIN_BLOCK_IOTUNE_TOTAL_IOPS_SEC_MAX, ParamType::Ullong),
    (VIR_DOMAIN_BLOCK_IOTUNE_READ_IOPS_SEC_MAX, ParamType::Ullong),
    (VIR_DOMAIN_BLOCK_IOTUNE_WRITE_IOPS_SEC_MAX, ParamType::Ullong),
    (VIR_DOMAIN_BLOCK_IOTUNE_TOTAL_BYTES_SEC_MAX_LENGTH, ParamType::Ullong),
    (VIR_DOMAIN_BLOCK_IOTUNE_READ_BYTES_SEC_MAX_LENGTH, ParamType::Ullong),
    (VIR_DOMAIN_BLOCK_IOTUNE_WRITE_BYTES_SEC_MAX_LENGTH, ParamType::Ullong),
    (VIR_DOMAIN_BLOCK_IOTUNE_TOTAL_IOPS_SEC_MAX_LENGTH, ParamType::Ullong),
    (VIR_DOMAIN_BLOCK_IOTUNE_READ_IOPS_SEC_MAX_LENGTH, ParamType::Ullong),
    (VIR_DOMAIN_BLOCK_IOTUNE_WRITE_IOPS_SEC_MAX_LENGTH, ParamType::Ullong),
    (VIR_DOMAIN_BLOCK_IOTUNE_SIZE_IOPS_SEC, ParamType::Ullong),
    (VIR_DOMAIN_BLOCK_IOTUNE_GROUP_NAME, ParamType::String),
];
