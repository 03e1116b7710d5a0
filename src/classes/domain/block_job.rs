//! Work on disks in the background.

use crate::convert::*;
use crate::method::methods;
use std::ffi::c_ulong;
use virt::sys::*;

methods! {
    "Sys::Virt::Domain";
    block_pull(dom: Domain, path: Str, bandwidth: c_ulong, flags: u32 = 0) => void(virDomainBlockPull(dom, path, bandwidth, flags));
    block_rebase(dom: Domain, path: Str, base: NullStr, bandwidth: c_ulong, flags: u32 = 0) =>
        void(virDomainBlockRebase(dom, path, base, bandwidth, flags));
    block_commit(dom: Domain, path: Str, base: NullStr, top: NullStr, bandwidth: c_ulong, flags: u32 = 0) =>
        void(virDomainBlockCommit(dom, path, base, top, bandwidth, flags));
    block_copy(dom: Domain, path: Str, destxml: Str, newparams: HashRef, flags: u32 = 0) => {
        let mut params = ParamSet::known(&newparams, BLOCK_COPY)?;
        void(virDomainBlockCopy(dom, path, destxml, params.as_mut_ptr(), params.len(), flags))
    };
    get_block_job_info(dom: Domain, path: Str, flags: u32 = 0) =>
        filled(|info: *mut virDomainBlockJobInfo| virDomainGetBlockJobInfo(dom, path, info, flags));
    set_block_job_speed(dom: Domain, path: Str, bandwidth: c_ulong, flags: u32 = 0) =>
        void(virDomainBlockJobSetSpeed(dom, path, bandwidth, flags));
    abort_block_job(dom: Domain, path: Str, flags: u32 = 0) => void(virDomainBlockJobAbort(dom, path, flags));
}

const BLOCK_COPY: &Known = &[
    (VIR_DOMAIN_BLOCK_COPY_BANDWIDTH, ParamType::Ullong),
    (VIR_DOMAIN_BLOCK_COPY_GRANULARITY, ParamType::Uint),
    (VIR_DOMAIN_BLOCK_COPY_BUF_SIZE, ParamType::Ullong),
];

record! {
    virDomainBlockJobInfo as info {
        "type" => info.type_,
        "bandwidth" => info.bandwidth,
        "cur" => info.cur,
        "end" => info.end,
    }
}
