//! Migration to another host.
//!
//! Every form ends in the one function of libvirt that takes parameters; arguments by position,
//! as older scripts give them, become parameters.

use crate::call::Arguments;
use crate::convert::*;
use crate::error::Failure;
use crate::method::methods;
use std::ffi::{CStr, c_char, c_ulong};
use virt::sys::*;

methods! {
    "Sys::Virt::Domain";
    migrate(dom: Domain, destcon: Connect, params: HashOrFlags, flags: Any = 0, uri: Older, bandwidth: Older) and more with call => {
        let (params, flags) = given(call, params, flags, [(VIR_MIGRATE_PARAM_URI, uri), (VIR_MIGRATE_PARAM_BANDWIDTH, bandwidth)])?;
        of_argument(1, to_connection(dom, destcon, params, flags))
    };
    migrate2(dom: Domain, destcon: Connect, dxml: Any, flags: u32 = 0, dname: Any, uri: Any, bandwidth: Any) and more => {
        let params = by_position(&[(VIR_MIGRATE_PARAM_DEST_XML, dxml), (VIR_MIGRATE_PARAM_DEST_NAME, dname),
            (VIR_MIGRATE_PARAM_URI, uri), (VIR_MIGRATE_PARAM_BANDWIDTH, bandwidth)])?;
        of_argument(1, to_connection(dom, destcon, params, flags))
    };
    migrate_to_uri(dom: Domain, desturi: NullStr, params: HashOrFlags, flags: Any = 0, uri: Older, bandwidth: Older) and more with call => {
        // The URI of the migration came later: before there was one, the bandwidth had its place.
        let number = !matches!(uri, Data::Undef | Data::Text(_)) || uri.integer(0, u64::MAX).is_ok();
        let uri = (if number { VIR_MIGRATE_PARAM_BANDWIDTH } else { VIR_MIGRATE_PARAM_URI }, uri);
        let (params, flags) = given(call, params, flags, [uri, (VIR_MIGRATE_PARAM_BANDWIDTH, bandwidth)])?;
        to_uri(dom, desturi, params, flags)
    };
    migrate_to_uri2(dom: Domain, dconnuri: NullStr, miguri: Any, dxml: Any, flags: u32 = 0, dname: Any, bandwidth: Any) and more => {
        let params = by_position(&[(VIR_MIGRATE_PARAM_URI, miguri), (VIR_MIGRATE_PARAM_DEST_XML, dxml),
            (VIR_MIGRATE_PARAM_DEST_NAME, dname), (VIR_MIGRATE_PARAM_BANDWIDTH, bandwidth)])?;
        to_uri(dom, dconnuri, params, flags)
    };

    migrate_get_max_downtime(dom: Domain, flags: u32 = 0) => stored(|p: *mut u64| virDomainMigrateGetMaxDowntime(dom, p, flags));
    migrate_set_max_downtime(dom: Domain, downtime: u64, flags: u32 = 0) => void(virDomainMigrateSetMaxDowntime(dom, downtime, flags));
    migrate_get_max_speed(dom: Domain, flags: u32 = 0) => stored(|p: *mut c_ulong| virDomainMigrateGetMaxSpeed(dom, p, flags));
    migrate_set_max_speed(dom: Domain, bandwidth: c_ulong, flags: u32 = 0) => void(virDomainMigrateSetMaxSpeed(dom, bandwidth, flags));
    migrate_get_compression_cache(dom: Domain, flags: u32 = 0) =>
        stored(|p: *mut u64| virDomainMigrateGetCompressionCache(dom, p, flags));
    migrate_set_compression_cache(dom: Domain, cacheSizeSv: u64, flags: u32 = 0) =>
        void(virDomainMigrateSetCompressionCache(dom, cacheSizeSv, flags));
    migrate_start_post_copy(dom: Domain, flags: u32 = 0) => void(virDomainMigrateStartPostCopy(dom, flags));
}

const PARAMETERS: &Known = &[
    (VIR_MIGRATE_PARAM_URI, ParamType::String),
    (VIR_MIGRATE_PARAM_DEST_NAME, ParamType::String),
    (VIR_MIGRATE_PARAM_DEST_XML, ParamType::String),
    (VIR_MIGRATE_PARAM_PERSIST_XML, ParamType::String),
    (VIR_MIGRATE_PARAM_BANDWIDTH, ParamType::Ullong),
    (VIR_MIGRATE_PARAM_BANDWIDTH_POSTCOPY, ParamType::Ullong),
    (VIR_MIGRATE_PARAM_BANDWIDTH_AVAIL_SWITCHOVER, ParamType::Ullong),
    (VIR_MIGRATE_PARAM_GRAPHICS_URI, ParamType::String),
    (VIR_MIGRATE_PARAM_LISTEN_ADDRESS, ParamType::String),
    (VIR_MIGRATE_PARAM_MIGRATE_DISKS, ParamType::Strings),
    (VIR_MIGRATE_PARAM_MIGRATE_DISKS_DETECT_ZEROES, ParamType::Strings),
    (VIR_MIGRATE_PARAM_MIGRATE_DISKS_TARGET_ZERO, ParamType::Strings),
    (VIR_MIGRATE_PARAM_DISKS_PORT, ParamType::Int),
    (VIR_MIGRATE_PARAM_DISKS_URI, ParamType::String),
    (VIR_MIGRATE_PARAM_COMPRESSION, ParamType::Strings),
    (VIR_MIGRATE_PARAM_COMPRESSION_MT_LEVEL, ParamType::Int),
    (VIR_MIGRATE_PARAM_COMPRESSION_MT_THREADS, ParamType::Int),
    (VIR_MIGRATE_PARAM_COMPRESSION_MT_DTHREADS, ParamType::Int),
    (VIR_MIGRATE_PARAM_COMPRESSION_XBZRLE_CACHE, ParamType::Ullong),
    (VIR_MIGRATE_PARAM_COMPRESSION_ZLIB_LEVEL, ParamType::Int),
    (VIR_MIGRATE_PARAM_COMPRESSION_ZSTD_LEVEL, ParamType::Int),
    (VIR_MIGRATE_PARAM_AUTO_CONVERGE_INITIAL, ParamType::Int),
    (VIR_MIGRATE_PARAM_AUTO_CONVERGE_INCREMENT, ParamType::Int),
    (VIR_MIGRATE_PARAM_PARALLEL_CONNECTIONS, ParamType::Int),
    (VIR_MIGRATE_PARAM_TLS_DESTINATION, ParamType::String),
];

type Position<'a> = (&'static CStr, Data<'a>);

/// Parameters and flags from a hash with flags behind it, or from flags, name and `more` by
/// position.
fn given<'a>(
    call: Arguments,
    params: HashOrNumber<'a>,
    next: Data<'a>,
    more: [Position<'a>; 2],
) -> Result<(ParamSet<'a>, u32), Failure> {
    if let HashOrNumber::Hash(hash) = params {
        let flags = match next {
            Data::Undef => 0,
            flags => flags.integer(0, u32::MAX.into()).map_err(|problem| call.bad_argument(3, &problem))?,
        };
        return Ok((ParamSet::known(&hash, PARAMETERS)?, flags as u32));
    }
    let (_, flags) = params.with_flags(0);
    Ok((by_position(&[(VIR_MIGRATE_PARAM_DEST_NAME, next), more[0], more[1]])?, flags))
}

/// Parameters from those arguments that are defined.
fn by_position<'a>(arguments: &[Position<'a>]) -> Result<ParamSet<'a>, Failure> {
    let mut params = ParamSet::default();
    for (name, value) in arguments {
        let kind = if *name == VIR_MIGRATE_PARAM_BANDWIDTH { ParamType::Ullong } else { ParamType::String };
        params
            .add(name.to_bytes(), kind, *value)
            .map_err(|problem| Failure::invalid(format!("argument '{}' {problem}", name.to_string_lossy())))?;
    }
    Ok(params)
}

/// # Safety
/// Live objects.
unsafe fn to_connection(
    dom: virDomainPtr,
    to: virConnectPtr,
    mut params: ParamSet,
    flags: u32,
) -> Result<Handle<Domain>, Failure> {
    // SAFETY: live objects, and parameters that outlive the call.
    unsafe { object(virDomainMigrate3(dom, to, params.as_mut_ptr(), params.len() as u32, flags)) }
}

/// # Safety
/// A live domain, and a string or NULL.
unsafe fn to_uri(dom: virDomainPtr, to: *const c_char, mut params: ParamSet, flags: u32) -> Result<(), Failure> {
    // SAFETY: a live object, a string with its NUL or NULL, and parameters that outlive the call.
    void(unsafe { virDomainMigrateToURI3(dom, to, params.as_mut_ptr(), params.len() as u32, flags) })
}
