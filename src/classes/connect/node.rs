//! The host as a machine: its CPUs, memory, pages and power.

use crate::call::Arguments;
use crate::convert::*;
use crate::error::Failure;
use crate::method::methods;
use crate::perl::{Hash, Perl, Scalar};
use std::ffi::c_int;
use std::ptr;
use virt::sys::*;

methods! {
    "Sys::Virt";
    get_node_info(con: Connect) => filled(|info: *mut virNodeInfo| virNodeGetInfo(con, info));
    get_node_cpu_stats(con: Connect, cpuNum: i32 = -1, flags: u32 = 0) =>
        counters(|stats: *mut virNodeCPUStats, count| virNodeGetCPUStats(con, cpuNum, stats, count, flags));
    get_node_memory_stats(con: Connect, cellNum: i32 = -1, flags: u32 = 0) =>
        counters(|stats: *mut virNodeMemoryStats, count| virNodeGetMemoryStats(con, cellNum, stats, count, flags));
    get_node_cpu_map(con: Connect, flags: u32 = 0) => cpu_map(con, flags);
    get_node_security_model(con: Connect) => filled(|model: *mut virSecurityModel| virNodeGetSecurityModel(con, model));
    get_node_sev_info(conn: Connect, flags: u32 = 0) => allocated(|params, count| virNodeGetSEVInfo(conn, params, count, flags));
    get_node_free_memory(con: Connect) => free_memory(con);
    get_node_cells_free_memory(con: Connect, start: i32, end: i32) with call => cells_free_memory(call, con, start, end);
    get_node_free_pages(con: Connect, pagesizes: ArrayRef, start: i32, end: i32, flags: u32 = 0) with call =>
        free_pages(call, con, pagesizes, start, end, flags);
    node_alloc_pages(con: Connect, pages: ArrayRef, start: i32, end: i32, flags: u32 = 0) with call =>
        alloc_pages(call, con, pages, start, end, flags);
    get_node_memory_parameters(conn: Connect, flags: u32 = 0) =>
        fetched(|params, count| virNodeGetMemoryParameters(conn, params, count, flags));
    set_node_memory_parameters(conn: Connect, newparams: HashRef, flags: u32 = 0) => updated(newparams,
        |params, count| virNodeGetMemoryParameters(conn, params, count, 0),
        |params, count| virNodeSetMemoryParameters(conn, params, count, flags));
    node_suspend_for_duration(conn: Connect, target: u32, duration: u64, flags: u32 = 0) =>
        void(virNodeSuspendForDuration(conn, target, duration, flags));
}

record! {
    virNodeInfo as info {
        "model" => text(&info.model),
        "memory" => info.memory,
        "cpus" => info.cpus,
        "mhz" => info.mhz,
        "nodes" => info.nodes,
        "sockets" => info.sockets,
        "cores" => info.cores,
        "threads" => info.threads,
    }
}

record! {
    virSecurityModel as model {
        "model" => text(&model.model),
        "doi" => text(&model.doi),
    }
}

/// A named number, as libvirt counts CPU time in ns and memory in KiB.
trait Counter {
    fn name(&self) -> &[u8];
    fn count(&self) -> u64;
}

impl Counter for virNodeCPUStats {
    fn name(&self) -> &[u8] {
        text(&self.field)
    }
    fn count(&self) -> u64 {
        self.value
    }
}

impl Counter for virNodeMemoryStats {
    fn name(&self) -> &[u8] {
        text(&self.field)
    }
    fn count(&self) -> u64 {
        self.value
    }
}

/// Counters as a hash of their names.
struct Counters<T>(Vec<T>);

impl<T: Counter> IntoScalar for Counters<T> {
    unsafe fn into_scalar(self, perl: Perl) -> Scalar {
        let mut hash = Hash::with_capacity(perl, self.0.len());
        for counter in &self.0 {
            hash.store(counter.name(), perl.new_uint(counter.count()));
        }
        hash.into_ref()
    }
}

/// What `get` stores.
///
/// # Safety
/// Told how many counters there is room for, `get` fills in as many as it says.
unsafe fn counters<T: Counter>(get: impl Fn(*mut T, *mut c_int) -> c_int) -> Result<One<Counters<T>>, Failure> {
    let mut count = 0;
    void(get(ptr::null_mut(), &mut count))?;
    let mut counters: Vec<T> = Vec::with_capacity(usize::try_from(count).unwrap_or(0));
    let room = count;
    void(get(counters.as_mut_ptr(), &mut count))?;
    // SAFETY: the caller's promise.
    unsafe { counters.set_len(count.clamp(0, room) as usize) };
    Ok(One(Counters(counters)))
}

/// How many CPUs there are, the bit string of those online, and how many these are.
///
/// # Safety
/// A live connection.
unsafe fn cpu_map(con: virConnectPtr, flags: u32) -> Result<(c_int, Vec<u8>, u32), Failure> {
    let (mut map, mut online) = (ptr::null_mut(), 0);
    // SAFETY: a live connection and places for the results.
    let total = int(unsafe { virNodeGetCPUMap(con, &mut map, &mut online, flags) })?;
    // SAFETY: libvirt allocated it, with a bit for each CPU.
    let map = unsafe { OwnedArray::assume_owned(map, (total as usize).div_ceil(8)) };
    Ok((total, map.as_slice().to_vec(), online))
}

/// # Safety
/// A live connection.
unsafe fn free_memory(con: virConnectPtr) -> Result<u64, Failure> {
    // SAFETY: a live connection.
    match unsafe { virNodeGetFreeMemory(con) } {
        0 => Err(Failure::last()),
        free => Ok(free),
    }
}

/// How many NUMA cells lie between `start` and `end`; the arguments are number `first` and the
/// next. More than any host has is refused.
fn cells(call: Arguments, first: usize, start: c_int, end: c_int) -> Result<usize, Failure> {
    match i64::from(end) - i64::from(start) + 1 {
        cells if cells < 1 => Err(call.bad_argument(first + 1, &format!("is {end}, before the first cell, {start}"))),
        cells if cells > 4096 => {
            Err(call.bad_argument(first + 1, &format!("is {end}, too many cells from {start} on")))
        }
        cells => Ok(cells as usize),
    }
}

/// # Safety
/// A live connection.
unsafe fn cells_free_memory(
    call: Arguments,
    con: virConnectPtr,
    start: c_int,
    end: c_int,
) -> Result<Values<u64>, Failure> {
    let count = cells(call, 1, start, end)?;
    let mut free = vec![0; count];
    // SAFETY: a live connection and room for one number a cell.
    let known = int(unsafe { virNodeGetCellsFreeMemory(con, free.as_mut_ptr(), start, count as c_int) })?;
    free.truncate(known as usize);
    Ok(Values(free))
}

/// The free pages of one cell: its number, and how many there are of each size.
struct CellPages {
    cell: c_int,
    pages: Vec<(u32, u64)>,
}

/// A hash from page size to count.
struct PageCounts(Vec<(u32, u64)>);

impl IntoScalar for PageCounts {
    unsafe fn into_scalar(self, perl: Perl) -> Scalar {
        let sizes: Vec<String> = self.0.iter().map(|(size, _)| size.to_string()).collect();
        let mut hash = Hash::with_capacity(perl, sizes.len());
        for (size, (_, count)) in sizes.iter().zip(self.0) {
            hash.store(size.as_bytes(), perl.new_uint(count));
        }
        hash.into_ref()
    }
}

record! {
    CellPages as cell {
        "cell" => cell.cell,
        "pages" => PageCounts(cell.pages),
    }
}

/// No host comes close, and memory for all that a script may ask for could end the process.
const MOST_COUNTS: usize = 1 << 20;

/// # Safety
/// A live connection.
unsafe fn free_pages(
    call: Arguments,
    con: virConnectPtr,
    sizes: Items,
    start: c_int,
    end: c_int,
    flags: u32,
) -> Result<Values<CellPages>, Failure> {
    let mut sizes: Vec<u32> = sizes.integers(0, u32::MAX.into())?;
    let cells = cells(call, 2, start, end)?;
    if cells * sizes.len() > MOST_COUNTS {
        return Err(call.bad_argument(1, &format!("has too many sizes for {cells} cells")));
    }
    let mut counts = vec![0; cells * sizes.len()];
    let (number, first) = (sizes.len() as u32, start);
    // SAFETY: a live connection and room for each size of each cell.
    void(unsafe {
        virNodeGetFreePages(con, number, sizes.as_mut_ptr(), first, cells as u32, counts.as_mut_ptr(), flags)
    })?;
    let cell_pages = |(index, counts): (usize, &[u64])| CellPages {
        cell: start + index as c_int,
        pages: sizes.iter().copied().zip(counts.iter().copied()).collect(),
    };
    Ok(Values(counts.chunks_exact(sizes.len().max(1)).enumerate().map(cell_pages).collect()))
}

/// # Safety
/// A live connection.
unsafe fn alloc_pages(
    call: Arguments,
    con: virConnectPtr,
    pages: Items,
    start: c_int,
    end: c_int,
    flags: u32,
) -> Result<(), Failure> {
    let (mut sizes, mut counts) = (Vec::new(), Vec::new());
    for (index, page) in pages.iter().enumerate() {
        let Data::Array(pair @ [_, _]) = page else {
            return Err(pages.bad_element(index, "is not a reference to an array of page size and count"));
        };
        let pair = Items::new(c"pages", pair);
        sizes.extend(pair.integers::<u32>(0, u32::MAX.into())?.first());
        counts.extend(pair.integers::<u64>(0, u64::MAX)?.last());
    }
    let cells = cells(call, 2, start, end)? as u32;
    let number = sizes.len() as u32;
    // SAFETY: a live connection, and as many sizes as counts.
    void(unsafe { virNodeAllocPages(con, number, sizes.as_mut_ptr(), counts.as_mut_ptr(), start, cells, flags) })
}
