//! What methods return: adapters that check a libvirt result, and how each kind of native
//! value becomes Perl's. What needs freeing is in `owned`.

use super::{Handle, Object};
use crate::error::{Failure, Report};
use crate::ffi::bridge;
use crate::method::Call;
use crate::perl::{Array, Perl};
use libperl_sys::SV;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::slice;
use virt::sys;

/// A native value that becomes one new scalar.
pub trait IntoSv {
    /// The scalar, owned by the caller.
    fn into_sv(self, perl: Perl) -> *mut SV;
}

/// What a method's code may return.
pub trait Return {
    /// Puts the value on Perl's stack.
    fn put(self, call: &Call);
}

/// Puts values on the stack.
pub fn put_list<T: IntoSv>(call: &Call, values: impl ExactSizeIterator<Item = T>) {
    let (perl, count) = (call.perl(), values.len());
    // SAFETY: the running interpreter and its call.
    let base = unsafe { bridge::sv_bridge_reserve(perl.raw(), call, count as isize) };
    let mut put = 0;
    for value in values.take(count) {
        // SAFETY: within the `count` places just reserved. Making scalars does not touch the
        // stack.
        unsafe { base.add(put).write(perl.mortal(value.into_sv(perl))) };
        put += 1;
    }
    call.returned.set(put as i32);
}

/// Puts one value, a new scalar, on the stack.
fn put_one(call: &Call, value: impl IntoSv) {
    let perl = call.perl();
    call.single.set(perl.mortal(value.into_sv(perl)));
    call.returned.set(bridge::RETURNED_SINGLE);
}

/// Puts one value on the stack, in the op's own scalar where it has one: it saves making a
/// scalar for every call.
#[inline(always)]
pub fn put_single(call: &Call, set: impl FnOnce(Perl, *mut SV), value: impl IntoSv) {
    let target = call.single.get();
    if target.is_null() {
        put_one(call, value);
    } else {
        set(call.perl(), target);
        call.returned.set(bridge::RETURNED_SINGLE);
    }
}

/// Nothing: the empty list, undef in scalar context.
impl Return for () {
    fn put(self, _: &Call) {}
}

macro_rules! integers {
    ($($type:ty: $make:ident $set:ident $as:ty;)*) => {$(
        impl IntoSv for $type {
            fn into_sv(self, perl: Perl) -> *mut SV {
                perl.$make(self as $as)
            }
        }
        impl Return for $type {
            fn put(self, call: &Call) {
                put_single(call, |perl, target| perl.$set(target, self as $as), self)
            }
        }
    )*};
}

integers! {
    i32: new_int set_int i64;
    u32: new_int set_int i64;
    i64: new_int set_int i64;
    u64: new_uint set_uint u64;
}

impl IntoSv for f64 {
    fn into_sv(self, perl: Perl) -> *mut SV {
        perl.new_number(self)
    }
}

/// Bytes.
impl IntoSv for &[u8] {
    fn into_sv(self, perl: Perl) -> *mut SV {
        perl.new_string(self)
    }
}

impl IntoSv for Vec<u8> {
    fn into_sv(self, perl: Perl) -> *mut SV {
        perl.new_string(&self)
    }
}

/// A string that stays libvirt's; undef for NULL.
impl IntoSv for *const c_char {
    fn into_sv(self, perl: Perl) -> *mut SV {
        if self.is_null() {
            return perl.new_undef();
        }
        // SAFETY: a string of libvirt's, alive while its owner is.
        perl.new_string(unsafe { CStr::from_ptr(self) }.to_bytes())
    }
}

impl IntoSv for *mut c_char {
    fn into_sv(self, perl: Perl) -> *mut SV {
        self.cast_const().into_sv(perl)
    }
}

impl<T: IntoSv> IntoSv for Option<T> {
    fn into_sv(self, perl: Perl) -> *mut SV {
        self.map_or_else(|| perl.new_undef(), |value| value.into_sv(perl))
    }
}

impl<T: Object> IntoSv for Handle<T> {
    fn into_sv(self, perl: Perl) -> *mut SV {
        Handle::into_sv(self, perl)
    }
}

/// As an arrayref.
impl<T: IntoSv> IntoSv for Vec<T>
where
    T: Element,
{
    fn into_sv(self, perl: Perl) -> *mut SV {
        let mut array = Array::with_capacity(perl, self.len());
        self.into_iter().for_each(|value| array.push(value.into_sv(perl)));
        array.into_ref()
    }
}

/// What a `Vec` may hold to become an arrayref: everything but bytes.
pub trait Element {}
impl Element for c_int {}
impl Element for u32 {}
impl Element for i64 {}
impl Element for *const c_char {}
impl Element for *mut c_char {}

/// A scalar that is made already, and handed over.
impl IntoSv for *mut SV {
    fn into_sv(self, _: Perl) -> *mut SV {
        self
    }
}

/// A value of any kind as the only return value.
pub struct One<T>(pub T);

impl<T: IntoSv> Return for One<T> {
    fn put(self, call: &Call) {
        put_one(call, self.0);
    }
}

impl<T: Object> Return for Handle<T> {
    fn put(self, call: &Call) {
        put_one(call, self);
    }
}

/// Two values.
impl<A: IntoSv, B: IntoSv> Return for (A, B) {
    fn put(self, call: &Call) {
        let perl = call.perl();
        put_list(call, [self.0.into_sv(perl), self.1.into_sv(perl)].into_iter());
    }
}

/// Three values.
impl<A: IntoSv, B: IntoSv, C: IntoSv> Return for (A, B, C) {
    fn put(self, call: &Call) {
        let perl = call.perl();
        put_list(call, [self.0.into_sv(perl), self.1.into_sv(perl), self.2.into_sv(perl)].into_iter());
    }
}

/// Values as a list: all of them in list context, the last in scalar context.
pub struct Values<T>(pub Vec<T>);

impl<T: IntoSv> Return for Values<T> {
    fn put(self, call: &Call) {
        put_list(call, self.0.into_iter());
    }
}

/// Values as a Perl array: all of them in list context, their number in scalar context.
pub struct Counted<T>(pub Vec<T>);

impl<T: IntoSv> Return for Counted<T> {
    fn put(self, call: &Call) {
        // SAFETY: the running interpreter.
        if unsafe { bridge::sv_bridge_wants_scalar(call.perl) } {
            (self.0.len() as u64).put(call);
        } else {
            Values(self.0).put(call);
        }
    }
}

/// A value, and bytes for a variable of the caller's.
pub struct Assigned<T> {
    pub result: T,
    pub variable: *mut SV,
    /// A string, owned; `None` leaves the variable as it is.
    pub content: Option<*mut SV>,
}

impl<T: Return> Return for Assigned<T> {
    fn put(self, call: &Call) {
        if let Some(content) = self.content {
            call.assign(self.variable, content);
        }
        self.result.put(call);
    }
}

impl Return for Vec<u8> {
    fn put(self, call: &Call) {
        put_one(call, self);
    }
}

/// 0 or more is success without a value.
pub fn void(result: c_int) -> Result<(), Failure> {
    if result < 0 { Err(Failure::last()) } else { Ok(()) }
}

/// 0 or more is the value.
pub fn int(result: c_int) -> Result<c_int, Failure> {
    if result < 0 { Err(Failure::last()) } else { Ok(result) }
}

/// An object with its reference; NULL is failure.
pub fn object<T: Object>(result: *mut T::Target) -> Result<Handle<T>, Failure> {
    Handle::owned(result)
}

/// The value that `call` stores through its pointer.
pub fn stored<T: Default>(call: impl FnOnce(*mut T) -> c_int) -> Result<T, Failure> {
    let mut value = T::default();
    void(call(&mut value))?;
    Ok(value)
}

/// A struct that `call` fills in, as a hash.
pub fn filled<T>(call: impl FnOnce(*mut T) -> c_int) -> Result<One<T>, Failure>
where
    T: IntoSv,
{
    // SAFETY: libvirt's structs are plain C data: integers, arrays of char and nullable
    // pointers, for all of which zero is a value.
    let mut value: T = unsafe { std::mem::zeroed() };
    void(call(&mut value))?;
    Ok(One(value))
}

/// Room for as many bytes as a script asks for.
pub fn room(size: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    match bytes.try_reserve_exact(size) {
        Ok(()) => Ok(bytes),
        Err(_) => Err(Failure::Libvirt(Report::new(sys::VIR_ERR_NO_MEMORY, format!("no memory for {size} bytes")))),
    }
}

/// The `size` bytes that `call` fills in.
pub fn bytes(size: usize, call: impl FnOnce(*mut c_void) -> c_int) -> Result<Vec<u8>, Failure> {
    let mut bytes = room(size)?;
    void(call(bytes.as_mut_ptr().cast()))?;
    // SAFETY: there is room for them, and libvirt has filled them in.
    unsafe { bytes.set_len(size) };
    Ok(bytes)
}

/// The `count` elements at a pointer inside a struct of libvirt's.
///
/// # Safety
/// It is NULL, or has so many elements for as long as the result is used.
pub unsafe fn slice_at<'a, T>(pointer: *const T, count: usize) -> &'a [T] {
    // SAFETY: the caller's promise.
    if pointer.is_null() { &[] } else { unsafe { slice::from_raw_parts(pointer, count) } }
}

/// The 16 bytes of a UUID.
pub fn uuid(call: impl FnOnce(*mut u8) -> c_int) -> Result<Vec<u8>, Failure> {
    let mut uuid = [0; 16];
    void(call(uuid.as_mut_ptr()))?;
    Ok(uuid.to_vec())
}

/// The printed form of a UUID.
pub fn uuid_string(call: impl FnOnce(*mut c_char) -> c_int) -> Result<Vec<u8>, Failure> {
    let mut uuid = [0u8; 37];
    void(call(uuid.as_mut_ptr().cast()))?;
    Ok(uuid[..36].to_vec())
}
