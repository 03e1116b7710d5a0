//! What libvirt allocated for a method: owned until Perl has it, and freed after that.

use super::{Handle, IntoScalar, Object, One, Return, int, put_list, slice_at};
use crate::error::Failure;
use crate::ffi::bridge::Call;
use crate::ffi::wipe;
use crate::perl::{Perl, Scalar};
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

impl IntoScalar for OwnedStr {
    unsafe fn into_scalar(self, perl: Perl) -> Scalar {
        perl.new_string(self.bytes())
    }
}

impl Return for OwnedStr {
    unsafe fn put(self, call: &Call) {
        call.give_string(self.bytes());
    }
}

/// A string that stays libvirt's.
pub struct BorrowedStr(*const c_char);

impl Return for BorrowedStr {
    unsafe fn put(self, call: &Call) {
        // SAFETY: the promise to `borrowed_str`.
        call.give_string(unsafe { CStr::from_ptr(self.0) }.to_bytes());
    }
}

/// An array that libvirt allocated, with elements that need nothing freed.
pub struct OwnedArray<T> {
    pointer: *mut T,
    count: usize,
}

impl<T> OwnedArray<T> {
    /// Takes over what libvirt allocated.
    ///
    /// # Safety
    /// NULL, or memory from malloc with so many elements.
    pub unsafe fn assume_owned(pointer: *mut T, count: usize) -> Self {
        OwnedArray { pointer, count }
    }

    /// The elements.
    pub fn as_slice(&self) -> &[T] {
        // SAFETY: the promise to `assume_owned`.
        unsafe { slice_at(self.pointer, self.count) }
    }
}

impl<T> Drop for OwnedArray<T> {
    fn drop(&mut self) {
        // SAFETY: the promise to `assume_owned`.
        unsafe { free(self.pointer.cast()) };
    }
}

/// As a list of hashes.
impl<T: IntoScalar + Copy> Return for OwnedArray<T> {
    unsafe fn put(self, call: &Call) {
        // SAFETY: the caller's promise.
        unsafe { put_list(call, self.as_slice().iter().copied()) };
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
            // SAFETY: the promise to `records`.
            unsafe { (self.free)(record) };
        }
    }
}

impl<T: IntoScalar + Copy> Return for Records<T> {
    unsafe fn put(self, call: &Call) {
        // SAFETY: the promise to `records`.
        unsafe { put_list(call, self.array.as_slice().iter().map(|&record| *record)) };
    }
}

/// A list of strings that libvirt allocated, each and the array.
pub struct OwnedStrings(OwnedArray<*mut c_char>);

impl Drop for OwnedStrings {
    fn drop(&mut self) {
        for &string in self.0.as_slice() {
            // SAFETY: the promise to `string_list`.
            unsafe { free(string.cast()) };
        }
    }
}

impl Return for OwnedStrings {
    unsafe fn put(self, call: &Call) {
        // SAFETY: the caller's promise.
        unsafe { put_list(call, self.0.as_slice().iter().copied()) };
    }
}

/// A list of objects that libvirt allocated, with a reference to each.
pub struct Handles<T: Object> {
    array: OwnedArray<*mut T::Target>,
    /// How many of them have been given on.
    given: usize,
}

impl<T: Object> Handles<T> {
    fn next(&mut self) -> Option<Handle<T>> {
        let object = *self.array.as_slice().get(self.given)?;
        self.given += 1;
        // SAFETY: the promise to `object_list`, and once for each.
        unsafe { Handle::assume_owned(object) }
    }
}

impl<T: Object> Drop for Handles<T> {
    fn drop(&mut self) {
        while self.next().is_some() {}
    }
}

impl<T: Object> Return for Handles<T> {
    unsafe fn put(mut self, call: &Call) {
        let perl = call.perl();
        let stash = perl.stash(T::class().package);
        let count = self.array.as_slice().len();
        // SAFETY: the stash of their class.
        let next = || self.next().map(|object| unsafe { object.into_scalar_of(perl, stash) });
        call.give_list(count, std::iter::from_fn(next));
    }
}

/// Strings to be freed, in an array of ours.
pub struct OwnedNames(Vec<*mut c_char>);

impl OwnedNames {
    /// Takes over the strings.
    ///
    /// # Safety
    /// NULL, or strings from malloc.
    pub unsafe fn assume_owned(names: Vec<*mut c_char>) -> Self {
        OwnedNames(names)
    }

    /// The strings.
    pub fn as_slice(&self) -> &[*mut c_char] {
        &self.0
    }
}

impl Drop for OwnedNames {
    fn drop(&mut self) {
        for &name in &self.0 {
            // SAFETY: the promise to `assume_owned`.
            unsafe { free(name.cast()) };
        }
    }
}

impl Return for OwnedNames {
    unsafe fn put(self, call: &Call) {
        // SAFETY: the caller's promise.
        unsafe { put_list(call, self.0.iter().copied()) };
    }
}

/// A string to be freed; NULL is failure.
///
/// # Safety
/// NULL, or a string from malloc that the caller gives up.
#[inline(always)]
pub unsafe fn owned_str(result: *mut c_char) -> Result<OwnedStr, Failure> {
    if result.is_null() { Err(Failure::last()) } else { Ok(OwnedStr(result)) }
}

/// A string to be freed, which `call` stores; undef for NULL.
///
/// # Safety
/// It stores NULL, or a string from malloc that is given up.
pub unsafe fn stored_str(call: impl FnOnce(*mut *mut c_char) -> c_int) -> Result<One<Option<OwnedStr>>, Failure> {
    let mut text = ptr::null_mut();
    let result = call(&mut text);
    let text = (!text.is_null()).then_some(OwnedStr(text));
    int(result).map(|_| One(text))
}

/// A string not to be freed; NULL is failure.
///
/// # Safety
/// NULL, or a string that lives as long as the call's arguments.
#[inline(always)]
pub unsafe fn borrowed_str(result: *const c_char) -> Result<BorrowedStr, Failure> {
    if result.is_null() { Err(Failure::last()) } else { Ok(BorrowedStr(result)) }
}

/// The strings that `call` allocates, as a list.
///
/// # Safety
/// As for [`array`], and the elements are strings from malloc.
pub unsafe fn string_list(call: impl FnOnce(*mut *mut *mut c_char) -> c_int) -> Result<OwnedStrings, Failure> {
    // SAFETY: the caller's promise.
    Ok(OwnedStrings(unsafe { array(call) }?))
}

/// The structs that `call` allocates in one array, as a list of hashes.
///
/// # Safety
/// `call` stores NULL or memory from malloc, and gives the number of elements there.
pub unsafe fn array<T>(call: impl FnOnce(*mut *mut T) -> c_int) -> Result<OwnedArray<T>, Failure> {
    let mut pointer = ptr::null_mut();
    let count = int(call(&mut pointer))?;
    // SAFETY: the caller's promise.
    Ok(unsafe { OwnedArray::assume_owned(pointer, count as usize) })
}

/// The structs that `call` allocates one by one, as a list of hashes.
///
/// # Safety
/// As for [`array`], and the elements are structs that `free` is for.
pub unsafe fn records<T>(
    call: impl FnOnce(*mut *mut *mut T) -> c_int,
    free: unsafe extern "C" fn(*mut T),
) -> Result<Records<T>, Failure> {
    // SAFETY: the caller's promise.
    Ok(Records { array: unsafe { array(call) }?, free })
}

/// The objects that `call` allocates, as a list.
///
/// # Safety
/// As for [`array`], and the elements are live objects of which the caller gives up a reference.
pub unsafe fn object_list<T: Object>(
    call: impl FnOnce(*mut *mut *mut T::Target) -> c_int,
) -> Result<Handles<T>, Failure> {
    // SAFETY: the caller's promise.
    Ok(Handles { array: unsafe { array(call) }?, given: 0 })
}

/// A secret that the method returns and libvirt allocated for it.
pub struct SecretResult {
    bytes: *mut u8,
    len: usize,
}

impl SecretResult {
    /// Takes it over.
    ///
    /// # Safety
    /// `len` bytes from malloc that the caller gives up.
    pub unsafe fn assume_owned(bytes: *mut u8, len: usize) -> Self {
        SecretResult { bytes, len }
    }
}

impl Drop for SecretResult {
    fn drop(&mut self) {
        // SAFETY: so many bytes, which libvirt has allocated for us.
        unsafe {
            wipe(std::slice::from_raw_parts_mut(self.bytes, self.len));
            free(self.bytes.cast());
        }
    }
}

impl IntoScalar for SecretResult {
    unsafe fn into_scalar(self, perl: Perl) -> Scalar {
        // SAFETY: so many bytes of our own.
        perl.new_string(unsafe { std::slice::from_raw_parts(self.bytes, self.len) })
    }
}

impl Return for SecretResult {
    unsafe fn put(self, call: &Call) {
        // SAFETY: the caller's promise.
        call.give(unsafe { self.into_scalar(call.perl()) });
    }
}
