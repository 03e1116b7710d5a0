//! Keeps libvirt-admin and libvirt apart in one process.
//!
//! Both libraries contain the same object types, and both register them with GLib by the same names,
//! which GLib refuses the second one: whichever comes second crashes. virsh and virt-admin are not
//! concerned, for each uses one of them. Here libvirt-admin's calls of `virClassNew`, by which libvirt
//! registers a type, are led to a function that gives its types names of their own.
//!
//! They are led there by the loader's table of where libvirt-admin finds the functions of others. It is
//! the same on all processors: what kind a relocation is of is not looked at, only whose address it is.

use super::{LIBVIRT, since, unsupported};
use crate::error::Failure;
use once_cell::race::OnceNonZeroUsize;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::io;
use std::ops::Range;
use std::ptr;

/// What the loader tells of a library.
#[repr(C)]
struct Loaded {
    base: usize,
    name: *const c_char,
    headers: *const Header,
    count: u16,
}

/// What a library says of a part of itself.
#[repr(C)]
struct Header {
    kind: u32,
    #[cfg(target_pointer_width = "64")]
    flags: u32,
    offset: usize,
    address: usize,
    physical: usize,
    in_file: usize,
    size: usize,
    #[cfg(target_pointer_width = "32")]
    flags: u32,
    align: usize,
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

const PT_LOAD: u32 = 1;
const PT_DYNAMIC: u32 = 2;
const PT_GNU_RELRO: u32 = 0x6474_e552;

const DT_NULL: usize = 0;
const DT_PLTRELSZ: usize = 2;
const DT_STRTAB: usize = 5;
const DT_SYMTAB: usize = 6;
const DT_RELA: usize = 7;
const DT_RELASZ: usize = 8;
const DT_REL: usize = 17;
const DT_RELSZ: usize = 18;
const DT_PLTREL: usize = 20;
const DT_JMPREL: usize = 23;

/// The size of a symbol, and the place of its number in a relocation.
#[cfg(target_pointer_width = "64")]
const SYMBOL: (usize, u32) = (24, 32);
#[cfg(target_pointer_width = "32")]
const SYMBOL: (usize, u32) = (16, 8);

const PROT_READ: c_int = 1;
const PROT_WRITE: c_int = 2;

type Each = unsafe extern "C" fn(*const Loaded, usize, *mut c_void) -> c_int;

unsafe extern "C" {
    fn dl_iterate_phdr(each: Each, library: *mut c_void) -> c_int;
    fn getpagesize() -> c_int;
    fn mprotect(address: *mut c_void, len: usize, protection: c_int) -> c_int;
}

since! {
    LIBVIRT;
    "0.10.0" virClassNew(*mut c_void, *const c_char, usize, usize, *mut c_void) -> *mut c_void;
}

/// `virClassNew`, for libvirt-admin.
unsafe extern "C" fn new_apart(
    parent: *mut c_void,
    name: *const c_char,
    size: usize,
    parent_size: usize,
    dispose: *mut c_void,
) -> *mut c_void {
    // `keep` has found it.
    let Ok(class_new) = virClassNew() else { return ptr::null_mut() };
    // SAFETY: who calls this had been bound to that function, and gives it a string, which is copied.
    unsafe {
        let apart = CString::new([b"admin-", CStr::from_ptr(name).to_bytes()].concat()).unwrap_or_default();
        class_new(parent, apart.as_ptr(), size, parent_size, dispose)
    }
}

/// Leads the calls of libvirt-admin to that function; one of a release that has no such calls needs
/// nothing.
///
/// # Safety
/// The address of a function of libvirt-admin, which has not registered a type yet. One thread at a time.
pub unsafe fn keep(function: usize) -> Result<(), Failure> {
    let mut library = Library { function, base: 0, dynamic: ptr::null(), sealed: 0..0 };
    // SAFETY: the loader's own tables, which it has made sense of before.
    unsafe {
        dl_iterate_phdr(find, (&raw mut library).cast());
        for slot in library.slots(c"virClassNew") {
            virClassNew()?;
            library.write(slot, new_apart as *const () as usize).map_err(|error| {
                unsupported(format!("libvirt-admin cannot be used in one process with libvirt here: {error}"))
            })?;
        }
    }
    Ok(())
}

/// Completes the library if it is this one.
unsafe extern "C" fn find(loaded: *const Loaded, _: usize, library: *mut c_void) -> c_int {
    // SAFETY: both are there as long as this runs, and so many headers.
    let (loaded, library) = unsafe { (&*loaded, &mut *library.cast::<Library>()) };
    // SAFETY: as above.
    let headers = unsafe { std::slice::from_raw_parts(loaded.headers, loaded.count.into()) };
    let part = |header: &Header| {
        let begin = loaded.base.wrapping_add(header.address);
        begin..begin.wrapping_add(header.size)
    };
    if !headers.iter().any(|header| header.kind == PT_LOAD && part(header).contains(&library.function)) {
        return 0;
    }
    library.base = loaded.base;
    for header in headers {
        match header.kind {
            PT_DYNAMIC => library.dynamic = part(header).start as *const Dynamic,
            PT_GNU_RELRO => library.sealed = part(header),
            _ => {}
        }
    }
    1
}

/// A library: where it begins, its dynamic section, and what nobody writes to once it is loaded.
struct Library {
    function: usize,
    base: usize,
    dynamic: *const Dynamic,
    sealed: Range<usize>,
}

impl Library {
    /// What its dynamic section has by a tag, and otherwise nothing.
    ///
    /// # Safety
    /// A library of the loader's.
    unsafe fn tag(&self, tag: usize) -> usize {
        let mut entry = self.dynamic;
        // SAFETY: the section ends with that tag.
        unsafe {
            while !entry.is_null() && (*entry).tag != DT_NULL {
                if (*entry).tag == tag {
                    return (*entry).value;
                }
                entry = entry.add(1);
            }
        }
        0
    }

    /// The same, of an address: some loaders have replaced those there, some have not.
    ///
    /// # Safety
    /// A library of the loader's.
    unsafe fn address(&self, tag: usize) -> usize {
        // SAFETY: the caller's promise.
        let address = unsafe { self.tag(tag) };
        if address < self.base { self.base + address } else { address }
    }

    /// Where it has the address of a function of another one.
    ///
    /// # Safety
    /// A library of the loader's.
    unsafe fn slots(&self, name: &CStr) -> Vec<*mut usize> {
        let mut found = Vec::new();
        // SAFETY: the caller's promise; within a table, whose symbols and their names are in the others.
        unsafe {
            let (strings, symbols) = (self.address(DT_STRTAB), self.address(DT_SYMTAB));
            let of_calls = self.tag(DT_PLTREL);
            for (table, size, kind) in
                [(DT_JMPREL, DT_PLTRELSZ, of_calls), (DT_RELA, DT_RELASZ, DT_RELA), (DT_REL, DT_RELSZ, DT_REL)]
            {
                let words = if kind == DT_RELA { 3 } else { 2 };
                for place in (0..self.tag(size)).step_by(words * size_of::<usize>()) {
                    let relocation = &*((self.address(table) + place) as *const Relocation);
                    let symbol = (symbols + (relocation.info >> SYMBOL.1) * SYMBOL.0) as *const u32;
                    if CStr::from_ptr((strings + *symbol as usize) as *const c_char) == name {
                        found.push((self.base + relocation.offset) as *mut usize);
                    }
                }
            }
        }
        found
    }

    /// Writes there what is an address. The loader has sealed whole pages, from the one that they begin
    /// in to the one that they end in, which it leaves open.
    ///
    /// # Safety
    /// Such a place, and an address of the same type.
    unsafe fn write(&self, slot: *mut usize, address: usize) -> io::Result<()> {
        // SAFETY: asks for a number.
        let size = unsafe { getpagesize() } as usize;
        let page = slot as usize / size * size;
        let protect = |protection| {
            // SAFETY: a page of the library's data, which stays readable.
            match unsafe { mprotect(page as *mut c_void, size, protection) } {
                0 => Ok(()),
                _ => Err(io::Error::last_os_error()),
            }
        };
        let sealed = (self.sealed.start / size * size..self.sealed.end / size * size).contains(&page);
        if sealed {
            protect(PROT_READ | PROT_WRITE)?;
        }
        // SAFETY: writable, and the caller's promise.
        unsafe { slot.write_volatile(address) };
        if sealed { protect(PROT_READ) } else { Ok(()) }
    }
}
