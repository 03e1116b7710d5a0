//! Memory: how much, what it is used for, what is in it.

use crate::convert::*;
use crate::error::Failure;
use crate::method::methods;
use crate::perl::{Choice, Perl, Scalar};
use crate::since;
use std::ffi::{c_int, c_ulong};
use virt::sys::*;

methods! {
    "Sys::Virt::Domain";
    get_max_memory(dom: Domain) => match virDomainGetMaxMemory(dom) { 0 => Err(Failure::last()), memory => Ok(memory) };
    set_max_memory(dom: Domain, val: c_ulong) => void(virDomainSetMaxMemory(dom, val));
    set_memory(dom: Domain, val: c_ulong, flags: u32 = 0) =>
        void(if flags == 0 { virDomainSetMemory(dom, val) } else { virDomainSetMemoryFlags(dom, val, flags) });
    set_memory_stats_period(dom: Domain, val: i32, flags: u32 = 0) => void(virDomainSetMemoryStatsPeriod(dom, val, flags));
    memory_stats(dom: Domain, flags: u32 = 0) => memory_stats(|stats, count| virDomainMemoryStats(dom, stats, count, flags));
    memory_peek(dom: Domain, offset: u64, size: usize, flags: u32 = 0) =>
        bytes(size, |buffer| virDomainMemoryPeek(dom, offset, size, buffer, flags));
    start_dirty_rate_calc(dom: Domain, secs: i32, flags: u32 = 0) => void(since::virDomainStartDirtyRateCalc()?(dom, secs, flags));
}

const TAGS: usize = VIR_DOMAIN_MEMORY_STAT_NR as usize;

struct MemoryStats {
    stats: [virDomainMemoryStatStruct; TAGS],
    count: usize,
}

fn memory_stats(get: impl FnOnce(*mut virDomainMemoryStatStruct, u32) -> c_int) -> Result<One<MemoryStats>, Failure> {
    let mut stats = [virDomainMemoryStatStruct { tag: 0, val: 0 }; TAGS];
    let count = int(get(stats.as_mut_ptr(), TAGS as u32))? as usize;
    Ok(One(MemoryStats { stats, count }))
}

impl IntoScalar for MemoryStats {
    unsafe fn into_scalar(self, perl: Perl) -> Scalar {
        // In the order of the tags.
        static KEYS: Choice<TAGS> = Choice::new([
            c"swap_in",
            c"swap_out",
            c"major_fault",
            c"minor_fault",
            c"unused",
            c"available",
            c"actual_balloon",
            c"rss",
            c"usable",
            c"last_update",
            c"disk_caches",
            c"hugetlb_pgalloc",
            c"hugetlb_pgfail",
        ]);
        let mut values = [const { None }; TAGS];
        for stat in self.stats.iter().take(self.count) {
            if let Some(value) = usize::try_from(stat.tag).ok().and_then(|tag| values.get_mut(tag)) {
                *value = Some(perl.new_uint(stat.val));
            }
        }
        KEYS.hash(perl, values)
    }
}
