//! Threads for input and output.

use crate::convert::*;
use crate::method::methods;
use std::ffi::c_int;
use virt::sys::*;

methods! {
    "Sys::Virt::Domain";
    get_iothread_info(dom: Domain, flags: u32 = 0) =>
        records(|list| virDomainGetIOThreadInfo(dom, list, flags), virDomainIOThreadInfoFree);
    pin_iothread(dom: Domain, iothread_id: u32, mask: Bytes, flags: u32 = 0) =>
        void(virDomainPinIOThread(dom, iothread_id, mask.as_ptr().cast_mut(), mask.len() as c_int, flags));
    add_iothread(dom: Domain, iothread_id: u32, flags: u32 = 0) => void(virDomainAddIOThread(dom, iothread_id, flags));
    del_iothread(dom: Domain, iothread_id: u32, flags: u32 = 0) => void(virDomainDelIOThread(dom, iothread_id, flags));
    set_iothread(dom: Domain, iothread_id: u32, newparams: HashRef, flags: u32 = 0) => {
        let mut params = ParamSet::known(&newparams, PARAMETERS)?;
        void(virDomainSetIOThreadParams(dom, iothread_id, params.as_mut_ptr(), params.len(), flags))
    };
}

const PARAMETERS: &Known = &[
    (VIR_DOMAIN_IOTHREAD_POLL_MAX_NS, ParamType::Ullong),
    (VIR_DOMAIN_IOTHREAD_POLL_GROW, ParamType::Uint),
    (VIR_DOMAIN_IOTHREAD_POLL_SHRINK, ParamType::Uint),
    (VIR_DOMAIN_IOTHREAD_POLL_WEIGHT, ParamType::Uint),
    (VIR_DOMAIN_IOTHREAD_THREAD_POOL_MIN, ParamType::Int),
    (VIR_DOMAIN_IOTHREAD_THREAD_POOL_MAX, ParamType::Int),
];

record! {
    virDomainIOThreadInfo as info {
        "number" => info.iothread_id,
        "affinity" => slice_at(info.cpumap, info.cpumaplen as usize),
    }
}
