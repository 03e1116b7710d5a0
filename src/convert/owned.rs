//! What libvirt allocated for a method: owned until Perl has it, and freed after that.

use super::{IntoSv, Object, Return, int, put_list, put_single, slice_at};
use crate::error::Failure;
use crate::ffi::bridge;
use crate::method::Call;
use crate::perl::Perl;
use libperl_sys::SV;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr;

unsafe extern "C" {
    /// libvirt's own memory is from malloc.
    pub fn free(pointer: *mut c_void);
}

/// A string that the method returns and libvirt allocated for it.
pub struct OwnedStr(*mut c_char);

impl OwnedStr {
    fn bytes(&self) -> &[u8] {
        // SAFETY: a string libvirt made for us.
        unsafe { CStr::from_ptr(self.0) }.to_bytes()
    }
}

impl Drop for OwnedStr {
    fn drop(&mut self) {
        // SAFETY: libvirt hands its strings out to be freed so.
        unsafe { free(self.0.cast()) };
    }
}

impl IntoSv for OwnedStr {
    fn into_sv(self, perl: Perl) -> *mut SV {
        perl.new_string(self.bytes())
    }
}

impl Return for OwnedStr {
    fn put(self, call: &Call) {
        put_single(call, |perl, target| perl.set_string(target, self.bytes()), self.bytes());
    }
}

/// A string that stays libvirt's.
pub struct BorrowedStr(*const c_char);

impl Return for BorrowedStr {
    fn put(self, call: &Call) {
        // SAFETY: checked by `borrowed_str`.
        let bytes = unsafe { CStr::from_ptr(self.0) }.to_bytes();
        put_single(call, |perl, target| perl.set_string(target, bytes), bytes);
    }
}

/// An array that libvirt allocated, with elements that need nothing freed.
pub struct OwnedArray<T> {
    pointer: *mut T,
    count: usize,
}

impl<T> OwnedArray<T> {
    /// Takes over what libvirt allocated.
    pub fn new(pointer: *mut T, count: usize) -> Self {
        OwnedArray { pointer, count }
    }

    pub fn as_slice(&self) -> &[T] {
        // SAFETY: libvirt said how many there are.
        unsafe { slice_at(self.pointer, self.count) }
    }
}

impl<T> Drop for OwnedArray<T> {
    fn drop(&mut self) {
        // SAFETY: libvirt allocated it for us.
        unsafe { free(self.pointer.cast()) };
    }
}

/// As a list of hashes.
impl<T: IntoSv + Copy> Return for OwnedArray<T> {
    fn put(self, call: &Call) {
        let values = self.as_slice();
        put_list(call, values.iter().copied());
    }
}

/// Structs that libvirt allocated, each and the array.
pub struct Records<T> {
    array: OwnedArray<*mut T>,
    free: unsafe extern "C" fn(*mut T),
}

impl<T> Drop for Records<T> {
    fn drop(&mut self) {
        for &record in self.array.as_slice() {
            // SAFETY: libvirt allocated it for us, and `free` is for its type.
            unsafe { (self.free)(record) };
        }
    }
}

impl<T: IntoSv + Copy> Return for Records<T> {
    fn put(self, call: &Call) {
        let records = self.array.as_slice();
        // SAFETY: libvirt allocated it for us.
        put_list(call, records.iter().map(|&record| unsafe { *record }));
    }
}

/// A list of strings that libvirt allocated, each and the array.
pub struct OwnedStrings(OwnedArray<*mut c_char>);

impl OwnedStrings {
    pub fn new(pointer: *mut *mut c_char, count: usize) -> Self {
        OwnedStrings(OwnedArray::new(pointer, count))
    }
}

impl Drop for OwnedStrings {
    fn drop(&mut self) {
        for &string in self.0.as_slice() {
            // SAFETY: libvirt allocated it for us.
            unsafe { free(string.cast()) };
        }
    }
}

impl Return for OwnedStrings {
    fn put(self, call: &Call) {
        let strings = self.0.as_slice();
        put_list(call, strings.iter().copied());
    }
}

/// A list of objects that libvirt allocated, with a reference to each.
pub struct Handles<T: Object> {
    array: OwnedArray<*mut T::Target>,
}

impl<T: Object> Return for Handles<T> {
    fn put(self, call: &Call) {
        let objects = self.array.as_slice();
        let perl = call.perl();
        let stash = perl.stash(T::class().package);
        let made = objects.iter().map(|&object| {
            // SAFETY: the running interpreter, and an object whose reference is ours to give.
            unsafe { bridge::sv_bridge_object(perl.raw(), stash, T::CLASS, object.cast()) }
        });
        put_list(call, made);
    }
}

/// Strings to be freed, in an array of ours.
pub struct OwnedNames(pub Vec<*mut c_char>);

impl Drop for OwnedNames {
    fn drop(&mut self) {
        for &name in &self.0 {
            // SAFETY: libvirt allocated it for us.
            unsafe { free(name.cast()) };
        }
    }
}

impl Return for OwnedNames {
    fn put(self, call: &Call) {
        put_list(call, self.0.iter().copied());
    }
}

/// A string to be freed; NULL is failure.
pub fn owned_str(result: *mut c_char) -> Result<OwnedStr, Failure> {
    if result.is_null() { Err(Failure::last()) } else { Ok(OwnedStr(result)) }
}

/// A string not to be freed; NULL is failure.
pub fn borrowed_str(result: *const c_char) -> Result<BorrowedStr, Failure> {
    if result.is_null() { Err(Failure::last()) } else { Ok(BorrowedStr(result)) }
}

/// The strings that `call` allocates, as a list.
pub fn string_list(call: impl FnOnce(*mut *mut *mut c_char) -> c_int) -> Result<OwnedStrings, Failure> {
    let mut strings = ptr::null_mut();
    let count = int(call(&mut strings))?;
    Ok(OwnedStrings::new(strings, count as usize))
}

/// The structs that `call` allocates in one array, as a list of hashes.
pub fn array<T>(call: impl FnOnce(*mut *mut T) -> c_int) -> Result<OwnedArray<T>, Failure> {
    let mut pointer = ptr::null_mut();
    let count = int(call(&mut pointer))?;
    Ok(OwnedArray::new(pointer, count as usize))
}

/// The structs that `call` allocates one by one, as a list of hashes.
pub fn records<T>(
    call: impl FnOnce(*mut *mut *mut T) -> c_int,
    free: unsafe extern "C" fn(*mut T),
) -> Result<Records<T>, Failure> {
    Ok(Records { array: array(call)?, free })
}

/// The objects that `call` allocates, as a list.
pub fn object_list<T: Object>(call: impl FnOnce(*mut *mut *mut T::Target) -> c_int) -> Result<Handles<T>, Failure> {
    let mut objects = ptr::null_mut();
    let count = int(call(&mut objects))?;
    Ok(Handles { array: OwnedArray::new(objects, count as usize) })
}
