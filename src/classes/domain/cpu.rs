//! Virtual CPUs: how many, where they run, what they cost.

use crate::convert::*;
use crate::error::{Failure, Report};
use crate::method::{Call, methods};
use crate::perl::{Perl, Scalar};
use std::ffi::c_int;
use std::ops::Range;
use std::ptr;
use std::rc::Rc;
use virt::sys::*;

methods! {
    "Sys::Virt::Domain";
    get_max_vcpus(dom: Domain) => max_vcpus(dom);
    get_vcpus(dom: Domain, flags: u32 = 0) => int(virDomainGetVcpusFlags(dom, flags));
    set_vcpus(dom: Domain, num: u32, flags: u32 = 0) =>
        void(if flags == 0 { virDomainSetVcpus(dom, num) } else { virDomainSetVcpusFlags(dom, num, flags) });
    set_vcpu(dom: Domain, cpumap: Str, state: i32, flags: u32 = 0) => void(virDomainSetVcpu(dom, cpumap, state, flags));
    get_guest_vcpus(dom: Domain, flags: u32 = 0) => allocated(|p, n| virDomainGetGuestVcpus(dom, p, n.cast(), flags));
    set_guest_vcpus(dom: Domain, cpumap: Str, state: i32, flags: u32 = 0) => void(virDomainSetGuestVcpus(dom, cpumap, state, flags));

    get_vcpu_info(dom: Domain, flags: u32 = 0) => vcpu_info(dom, flags);
    pin_vcpu(dom: Domain, vcpu: u32, mask: Bytes, flags: u32 = 0) => void({
        let (map, len) = (mask.as_ptr().cast_mut(), mask.len() as c_int);
        if flags == 0 { virDomainPinVcpu(dom, vcpu, map, len) } else { virDomainPinVcpuFlags(dom, vcpu, map, len, flags) }
    });
    get_emulator_pin_info(dom: Domain, flags: u32 = 0) => {
        let mut mask = vec![0; cpu_mask_len(dom)?];
        void(virDomainGetEmulatorPinInfo(dom, mask.as_mut_ptr(), mask.len() as c_int, flags)).map(|()| mask)
    };
    pin_emulator(dom: Domain, mask: Bytes, flags: u32 = 0) =>
        void(virDomainPinEmulator(dom, mask.as_ptr().cast_mut(), mask.len() as c_int, flags));
    get_cpu_stats(dom: Domain, start_cpu: i32, ncpus: u32, flags: u32 = 0) => cpu_stats(ncpus,
        |p, each, count| virDomainGetCPUStats(dom, p, each, start_cpu, count, flags));
}

/// -1 for a domain that doesn't run, which scripts that look at all domains rely on.
///
/// # Safety
/// A live domain.
unsafe fn max_vcpus(dom: virDomainPtr) -> Result<c_int, Failure> {
    // SAFETY: a live domain.
    match int(unsafe { virDomainGetMaxVcpus(dom) }) {
        Err(Failure::Libvirt(report)) if report.code == VIR_ERR_OPERATION_INVALID as c_int => Ok(-1),
        count => count,
    }
}

/// How many bytes have a bit for each CPU of the host.
///
/// # Safety
/// A live domain.
unsafe fn cpu_mask_len(dom: virDomainPtr) -> Result<usize, Failure> {
    // SAFETY: a struct of integers and an array of char.
    let mut node: virNodeInfo = unsafe { std::mem::zeroed() };
    // SAFETY: a live object, whose connection lives as long.
    void(unsafe { virNodeGetInfo(virDomainGetConnect(dom), &mut node) })?;
    let cpus = [node.sockets, node.cores, node.threads].iter().fold(node.nodes as usize, |cpus, &n| cpus * n as usize);
    Ok(cpus.div_ceil(8))
}

struct Vcpus {
    found: usize,
    info: Vec<virVcpuInfo>,
    masks: Vec<u8>,
    /// Of each mask.
    len: usize,
}

impl Return for Vcpus {
    unsafe fn put(self, call: &Call) {
        let affinity = |number: usize| &self.masks[number * self.len..][..self.len];
        let vcpu = |number| Vcpu { number, info: self.info[number], affinity: affinity(number) };
        // SAFETY: the caller's promise.
        unsafe { put_list(call, (0..self.found.min(self.info.len())).map(vcpu)) };
    }
}

struct Vcpu<'a> {
    number: usize,
    info: virVcpuInfo,
    affinity: &'a [u8],
}

record! {
    Vcpu<'_> as vcpu {
        "number" => vcpu.number as u64,
        "state" => vcpu.info.state,
        "cpuTime" => vcpu.info.cpuTime,
        "cpu" => vcpu.info.cpu,
        "affinity" => vcpu.affinity,
    }
}

/// With flags, and for a domain that doesn't run, only what the configuration knows: where
/// each may run.
///
/// # Safety
/// A live domain.
unsafe fn vcpu_info(dom: virDomainPtr, flags: u32) -> Result<Vcpus, Failure> {
    // SAFETY: the caller's promise.
    let len = unsafe { cpu_mask_len(dom) }?;
    // SAFETY: a struct of integers.
    let mut domain: virDomainInfo = unsafe { std::mem::zeroed() };
    // SAFETY: a live object, and a place for the result.
    void(unsafe { virDomainGetInfo(dom, &mut domain) })?;

    let count = usize::from(domain.nrVirtCpu);
    let mut info = vec![virVcpuInfo { number: 0, state: 0, cpuTime: 0, cpu: 0 }; count];
    let mut masks = vec![0; count * len];
    let (room, infos, maps) = (count as c_int, info.as_mut_ptr(), masks.as_mut_ptr());
    // SAFETY: a live object, room for `count` structs and as many masks of `len` bytes.
    let running = || int(unsafe { virDomainGetVcpus(dom, infos, room, maps, len as c_int) });
    // SAFETY: as above.
    let configured = || int(unsafe { virDomainGetVcpuPinInfo(dom, room, maps, len as c_int, flags) });
    let found = match flags {
        0 => match running() {
            Err(Failure::Libvirt(Report { code, .. })) if code as u32 == VIR_ERR_OPERATION_INVALID => configured(),
            found => found,
        },
        _ => configured(),
    }?;

    Ok(Vcpus { found: found as usize, info, masks, len })
}

/// The statistics of one CPU, among those of all.
struct CpuStats {
    all: Rc<TypedParams>,
    range: Range<usize>,
}

impl IntoScalar for CpuStats {
    unsafe fn into_scalar(self, perl: Perl) -> Scalar {
        // SAFETY: libvirt has filled them in.
        unsafe { params_hash(perl, &self.all.as_slice()[self.range]) }
    }
}

/// More CPUs than any host has: a script may ask for any number.
const MOST_CPUS: u32 = 1 << 16;

/// A record for each CPU there is; libvirt leaves the room for others blank. `get` is told
/// where the parameters go, how many for each CPU, and how many CPUs.
fn cpu_stats(
    cpus: u32,
    mut get: impl FnMut(virTypedParameterPtr, u32, u32) -> c_int,
) -> Result<Values<CpuStats>, Failure> {
    let cpus = cpus.min(MOST_CPUS);
    let each = int(get(ptr::null_mut(), 0, 1))? as u32;
    let mut all = TypedParams::blank((each * cpus) as c_int);
    let filled = int(get(all.as_mut_ptr(), each, cpus))? as usize;
    let all = Rc::new(all);
    let each = (each as usize).max(1);
    let starts = (0..all.as_slice().len()).step_by(each).take_while(|&start| all.as_slice()[start].type_ != 0);
    Ok(Values(starts.map(|start| CpuStats { all: all.clone(), range: start..start + filled.min(each) }).collect()))
}
