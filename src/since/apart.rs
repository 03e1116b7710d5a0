//! Keeps libvirt-admin and libvirt apart in one process.
//!
//! Both libraries contain the same object types, and both register them with GLib by the same names,
//! which GLib refuses the second one: whichever comes second crashes. virsh and virt-admin are not
//! concerned, for each uses one of them. Here libvirt-admin's calls of `virClassNew`, by which libvirt
//! registers a type, are led to a function that gives its types names of their own.

use super::{LIBVIRT, RTLD_LAZY, dlopen, dlsym};
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::mem::transmute;
use std::ptr;

/// The beginning of what the loader knows of a library.
#[repr(C)]
struct LinkMap {
    base: usize,
    name: *const c_char,
    dynamic: *const Dynamic,
}

/// An entry of its dynamic section.
#[repr(C)]
struct Dynamic {
    tag: usize,
    value: usize,
}

/// What a relocation begins with, whether it has an addend or not.
#[repr(C)]
struct Relocation {
    offset: usize,
    info: usize,
}

const RTLD_DI_LINKMAP: c_int = 2;
const DT_NULL: usize = 0;
const DT_PLTRELSZ: usize = 2;
const DT_STRTAB: usize = 5;
const DT_SYMTAB: usize = 6;
const DT_RELA: usize = 7;
const DT_RELASZ: usize = 8;
const DT_PLTREL: usize = 20;
const DT_JMPREL: usize = 23;

/// The size of a symbol, and the place of its number in a relocation.
#[cfg(target_pointer_width = "64")]
const SYMBOL: (usize, u32) = (24, 32);
#[cfg(target_pointer_width = "32")]
const SYMBOL: (usize, u32) = (16, 8);

const PROT_READ_AND_WRITE: c_int = 3;

unsafe extern "C" {
    fn dlinfo(library: *mut c_void, request: c_int, answer: *mut *const LinkMap) -> c_int;
    fn getpagesize() -> c_int;
    fn mprotect(address: *mut c_void, len: usize, protection: c_int) -> c_int;
}

/// Leads the calls of libvirt-admin, just opened, to the function below; one of a release that has no
/// such calls needs nothing.
///
/// # Safety
/// The library, open.
pub unsafe fn keep(admin: *mut c_void) {
    let mut map = ptr::null();
    // SAFETY: the caller's promise; the loader's own tables, which it has made sense of before.
    unsafe {
        if dlinfo(admin, RTLD_DI_LINKMAP, &mut map) != 0 {
            return;
        }
        let map: &LinkMap = &*map;
        for slot in slots(map, c"virClassNew") {
            let page = getpagesize() as usize;
            // Writable until the loader was done.
            if mprotect((slot as usize / page * page) as *mut c_void, page, PROT_READ_AND_WRITE) == 0 {
                slot.write(new_apart);
            }
        }
    }
}

/// Where a library has the address of a function of another one.
///
/// # Safety
/// The loader's own.
unsafe fn slots(map: &LinkMap, name: &CStr) -> Vec<*mut ClassNew> {
    let tag = |tag: usize| {
        let mut entry = map.dynamic;
        // SAFETY: the section ends with that tag.
        unsafe {
            while (*entry).tag != DT_NULL && (*entry).tag != tag {
                entry = entry.add(1);
            }
            (*entry).value
        }
    };
    // Some loaders have replaced the addresses there, some have not.
    let address = |which: usize| if tag(which) < map.base { tag(which) + map.base } else { tag(which) };
    let (strings, symbols) = (address(DT_STRTAB), address(DT_SYMTAB));
    let mut found = Vec::new();
    for (table, size) in [(DT_JMPREL, DT_PLTRELSZ), (DT_RELA, DT_RELASZ)] {
        let words = if table == DT_RELA || tag(DT_PLTREL) == DT_RELA { 3 } else { 2 };
        let stride = words * size_of::<usize>();
        for place in (0..tag(size)).step_by(stride) {
            // SAFETY: within the table, whose symbols and their names are in the others.
            unsafe {
                let relocation = &*((address(table) + place) as *const Relocation);
                let symbol = (symbols + (relocation.info >> SYMBOL.1) * SYMBOL.0) as *const u32;
                if CStr::from_ptr((strings + *symbol as usize) as *const c_char) == name {
                    found.push((map.base + relocation.offset) as *mut ClassNew);
                }
            }
        }
    }
    found
}

type ClassNew = unsafe extern "C" fn(*mut c_void, *const c_char, usize, usize, *mut c_void) -> *mut c_void;

/// libvirt's `virClassNew`, for libvirt-admin.
unsafe extern "C" fn new_apart(
    parent: *mut c_void,
    name: *const c_char,
    size: usize,
    parent_size: usize,
    dispose: *mut c_void,
) -> *mut c_void {
    // SAFETY: who calls this had been bound to that function, and gives it a string, which is copied.
    unsafe {
        let class_new = dlsym(dlopen(LIBVIRT.as_ptr(), RTLD_LAZY), c"virClassNew".as_ptr());
        let class_new = transmute::<*mut c_void, ClassNew>(class_new);
        let apart = CString::new([b"admin-", CStr::from_ptr(name).to_bytes()].concat()).unwrap_or_default();
        class_new(parent, apart.as_ptr(), size, parent_size, dispose)
    }
}
