//! Disks: what they do, hold and suffer.

use crate::convert::*;
use crate::error::{Failure, Report};
use crate::method::methods;
use crate::perl::{Perl, Scalar};
use std::ffi::c_char;
use std::ptr;
use virt::sys::*;

methods! {
    "Sys::Virt::Domain";
    block_stats(dom: Domain, path: Str, flags: u32 = 0) => block_stats(dom, path, flags);
    get_block_info(dom: Domain, dev: Str, flags: u32 = 0) =>
        filled(|info: *mut virDomainBlockInfo| virDomainGetBlockInfo(dom, dev, info, flags));
    get_disk_errors(dom: Domain, flags: u32 = 0) => disk_errors(dom, flags);
    block_peek(dom: Domain, path: Str, offset: u64, size: usize, flags: u32 = 0) =>
        bytes(size, |buffer| virDomainBlockPeek(dom, path, offset, size, buffer, flags));
    block_resize(dom: Domain, disk: Str, size: u64, flags: u32 = 0) => void(virDomainBlockResize(dom, disk, size, flags));
    set_block_threshold(dom: Domain, dev: Str, thresholdsv: u64, flags: u32 = 0) =>
        void(virDomainSetBlockThreshold(dom, dev, thresholdsv, flags));
}

record! {
    virDomainBlockInfo as info {
        "capacity" => info.capacity,
        "allocation" => info.allocation,
        "physical" => info.physical,
    }
}

record! {
    virDomainBlockStatsStruct as stats {
        "rd_req" => stats.rd_req,
        "rd_bytes" => stats.rd_bytes,
        "wr_req" => stats.wr_req,
        "wr_bytes" => stats.wr_bytes,
        "errs" => stats.errs,
    }
}

/// Statistics from the newer or the older of two functions, with the keys of the older.
enum BlockStats {
    Params(TypedParams),
    Struct(virDomainBlockStatsStruct),
}

impl IntoScalar for BlockStats {
    unsafe fn into_scalar(self, perl: Perl) -> Scalar {
        // SAFETY: the caller's promise, and libvirt has filled them in.
        unsafe {
            match self {
                BlockStats::Struct(stats) => stats.into_scalar(perl),
                BlockStats::Params(params) => params_hash_as(perl, params.as_slice(), older_name),
            }
        }
    }
}

fn older_name(name: &[u8]) -> &[u8] {
    match name {
        b"rd_operations" => b"rd_req",
        b"wr_operations" => b"wr_req",
        b"flush_operations" => b"flush_reqs",
        name => name,
    }
}

/// # Safety
/// A live domain and a string.
unsafe fn block_stats(dom: virDomainPtr, path: *const c_char, flags: u32) -> Result<One<BlockStats>, Failure> {
    // SAFETY: a live object, a string with its NUL, room for as many parameters as libvirt said.
    let found = match unsafe { fetched(|p, n| virDomainBlockStatsFlags(dom, path, p, n, flags)) } {
        Err(Failure::Libvirt(Report { code, .. })) if code as u32 == VIR_ERR_NO_SUPPORT && flags == 0 => {
            let size = size_of::<virDomainBlockStatsStruct>();
            // SAFETY: as above, and a struct of that size.
            let stats = unsafe { filled(|stats| virDomainBlockStats(dom, path, stats, size)) }?;
            BlockStats::Struct(stats.0)
        }
        params => BlockStats::Params(params?.0),
    };
    Ok(One(found))
}

struct DiskError {
    path: OwnedStr,
    error: i32,
}

record! {
    DiskError as disk {
        "path" => disk.path,
        "error" => disk.error,
    }
}

/// # Safety
/// A live domain.
unsafe fn disk_errors(dom: virDomainPtr, flags: u32) -> Result<Values<DiskError>, Failure> {
    // SAFETY: a live object; asks for their number.
    let room = int(unsafe { virDomainGetDiskErrors(dom, ptr::null_mut(), 0, flags) })?;
    if room == 0 {
        return Ok(Values(Vec::new()));
    }
    let mut errors = vec![virDomainDiskError { disk: ptr::null_mut(), error: 0 }; room as usize];
    // SAFETY: a live object, and room for that many.
    let count = int(unsafe { virDomainGetDiskErrors(dom, errors.as_mut_ptr(), room as u32, flags) })?;
    let found = errors.into_iter().take(count as usize);
    found
        // SAFETY: libvirt allocated the names for us.
        .map(|found| unsafe { owned_str(found.disk) }.map(|path| DiskError { path, error: found.error }))
        .collect::<Result<_, _>>()
        .map(Values)
}
