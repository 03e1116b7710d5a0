//! What methods return: adapters that check a libvirt result, and how each kind of native
//! value becomes Perl's. What needs freeing is in `owned`.

use super::{Handle, Object};
use crate::error::{Failure, Report};
use crate::ffi::bridge::{self, Call};
use crate::perl::{Array, Perl, Scalar};
use std::ffi::{CStr, c_char, c_int, c_void};
use std::slice;
use virt::sys;

/// A native value that becomes one new scalar.
pub trait IntoScalar {
    /// # Safety
    /// Pointers in the value are what libvirt has put there, NULL or live: adapters and the owners
    /// they make see to that.
    unsafe fn into_scalar(self, perl: Perl) -> Scalar;
}

/// What a method's code may return.
pub trait Return {
    /// Gives the value to the caller.
    ///
    /// # Safety
    /// As for [`IntoScalar::into_scalar`].
    unsafe fn put(self, call: &Call);
}

/// Gives values as a list.
///
/// # Safety
/// As for [`IntoScalar::into_scalar`].
pub unsafe fn put_list<T: IntoScalar>(call: &Call, values: impl ExactSizeIterator<Item = T>) {
    let perl = call.perl();
    // SAFETY: the caller's promise.
    call.give_list(values.len(), values.map(|value| unsafe { value.into_scalar(perl) }));
}

/// Nothing: the empty list, undef in scalar context.
impl Return for () {
    unsafe fn put(self, _: &Call) {}
}

macro_rules! integers {
    ($($type:ty)*) => {$(
        impl IntoScalar for $type {
            #[inline(always)]
            unsafe fn into_scalar(self, perl: Perl) -> Scalar {
                match i64::try_from(self) {
                    Ok(value) => perl.new_int(value),
                    Err(_) => perl.new_uint(self as u64),
                }
            }
        }
        impl Return for $type {
            #[inline(always)]
            unsafe fn put(self, call: &Call) {
                match i64::try_from(self) {
                    Ok(value) => call.give_integer(value),
                    Err(_) => call.give(call.perl().new_uint(self as u64)),
                }
            }
        }
    )*};
}

integers! { i32 u32 i64 u64 }

impl IntoScalar for f64 {
    unsafe fn into_scalar(self, perl: Perl) -> Scalar {
        perl.new_number(self)
    }
}

/// Bytes.
impl IntoScalar for &[u8] {
    unsafe fn into_scalar(self, perl: Perl) -> Scalar {
        perl.new_string(self)
    }
}

impl IntoScalar for Vec<u8> {
    unsafe fn into_scalar(self, perl: Perl) -> Scalar {
        perl.new_string(&self)
    }
}

/// A string that stays libvirt's; undef for NULL.
impl IntoScalar for *const c_char {
    unsafe fn into_scalar(self, perl: Perl) -> Scalar {
        if self.is_null() {
            return perl.new_undef();
        }
        // SAFETY: the caller's promise.
        perl.new_string(unsafe { CStr::from_ptr(self) }.to_bytes())
    }
}

impl IntoScalar for *mut c_char {
    unsafe fn into_scalar(self, perl: Perl) -> Scalar {
        // SAFETY: the caller's promise.
        unsafe { self.cast_const().into_scalar(perl) }
    }
}

impl<T: IntoScalar> IntoScalar for Option<T> {
    unsafe fn into_scalar(self, perl: Perl) -> Scalar {
        // SAFETY: the caller's promise.
        self.map_or_else(|| perl.new_undef(), |value| unsafe { value.into_scalar(perl) })
    }
}

impl<T: Object> IntoScalar for Handle<T> {
    unsafe fn into_scalar(self, perl: Perl) -> Scalar {
        Handle::into_scalar(self, perl)
    }
}

/// As an arrayref.
impl<T: IntoScalar> IntoScalar for Vec<T>
where
    T: Element,
{
    unsafe fn into_scalar(self, perl: Perl) -> Scalar {
        let mut array = Array::with_capacity(perl, self.len());
        // SAFETY: the caller's promise.
        self.into_iter().for_each(|value| array.push(unsafe { value.into_scalar(perl) }));
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

/// A scalar that is made already.
impl IntoScalar for Scalar {
    unsafe fn into_scalar(self, _: Perl) -> Scalar {
        self
    }
}

/// A value of any kind as the only return value.
pub struct One<T>(pub T);

impl<T: IntoScalar> Return for One<T> {
    unsafe fn put(self, call: &Call) {
        // SAFETY: the caller's promise.
        call.give(unsafe { self.0.into_scalar(call.perl()) });
    }
}

impl<T: Object> Return for Handle<T> {
    unsafe fn put(self, call: &Call) {
        call.give(self.into_scalar(call.perl()));
    }
}

/// Two values.
impl<A: IntoScalar, B: IntoScalar> Return for (A, B) {
    unsafe fn put(self, call: &Call) {
        let perl = call.perl();
        // SAFETY: the caller's promise.
        let values = unsafe { [self.0.into_scalar(perl), self.1.into_scalar(perl)] };
        call.give_list(values.len(), values.into_iter());
    }
}

/// Three values.
impl<A: IntoScalar, B: IntoScalar, C: IntoScalar> Return for (A, B, C) {
    unsafe fn put(self, call: &Call) {
        let perl = call.perl();
        // SAFETY: the caller's promise.
        let values = unsafe { [self.0.into_scalar(perl), self.1.into_scalar(perl), self.2.into_scalar(perl)] };
        call.give_list(values.len(), values.into_iter());
    }
}

/// Values as a list: all of them in list context, the last in scalar context.
pub struct Values<T>(pub Vec<T>);

impl<T: IntoScalar> Return for Values<T> {
    unsafe fn put(self, call: &Call) {
        // SAFETY: the caller's promise.
        unsafe { put_list(call, self.0.into_iter()) };
    }
}

/// Values as a Perl array: all of them in list context, their number in scalar context.
pub struct Counted<T>(pub Vec<T>);

impl<T: IntoScalar> Return for Counted<T> {
    unsafe fn put(self, call: &Call) {
        // SAFETY: the caller's promise.
        unsafe { if call.wants_scalar() { (self.0.len() as u64).put(call) } else { Values(self.0).put(call) } }
    }
}

/// A value whose objects are on the connection of another argument than the first.
pub struct OfArgument<R> {
    index: u8,
    value: R,
}

/// Says of a value that its objects are on the connection of argument number `index`.
pub fn of_argument<R>(index: u8, value: Result<R, Failure>) -> Result<OfArgument<R>, Failure> {
    value.map(|value| OfArgument { index, value })
}

impl<R: Return> Return for OfArgument<R> {
    unsafe fn put(self, call: &Call) {
        bridge::sv_bridge_give_of(self.index);
        // SAFETY: the caller's promise.
        unsafe { self.value.put(call) };
        bridge::sv_bridge_give_of(0);
    }
}

impl Return for Vec<u8> {
    unsafe fn put(self, call: &Call) {
        call.give(call.perl().new_string(&self));
    }
}

/// 0 or more is success without a value.
#[inline(always)]
pub fn void(result: c_int) -> Result<(), Failure> {
    if result < 0 { Err(Failure::last()) } else { Ok(()) }
}

/// 0 or more is the value.
#[inline(always)]
pub fn int(result: c_int) -> Result<c_int, Failure> {
    if result < 0 { Err(Failure::last()) } else { Ok(result) }
}

/// An object with its reference; NULL is failure.
///
/// # Safety
/// NULL, or a live object of which the caller gives up a reference.
pub unsafe fn object<T: Object>(result: *mut T::Target) -> Result<Handle<T>, Failure> {
    // SAFETY: the caller's promise.
    unsafe { Handle::assume_owned(result) }.ok_or_else(Failure::last)
}

/// The value that `call` stores through its pointer.
pub fn stored<T: Default>(call: impl FnOnce(*mut T) -> c_int) -> Result<T, Failure> {
    let mut value = T::default();
    void(call(&mut value))?;
    Ok(value)
}

/// A struct that `call` fills in, as a hash.
///
/// # Safety
/// A struct of libvirt's: plain C data, integers, arrays of char and nullable pointers, for all of
/// which zero is a value.
pub unsafe fn filled<T: IntoScalar>(call: impl FnOnce(*mut T) -> c_int) -> Result<One<T>, Failure> {
    // SAFETY: the caller's promise.
    let mut value: T = unsafe { std::mem::zeroed() };
    void(call(&mut value))?;
    Ok(One(value))
}

/// Room for as many bytes as a script asks for.
fn room(size: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    match bytes.try_reserve_exact(size) {
        Ok(()) => Ok(bytes),
        Err(_) => Err(Failure::Libvirt(Report::new(sys::VIR_ERR_NO_MEMORY, format!("no memory for {size} bytes")))),
    }
}

/// The `size` bytes that `call` fills in.
///
/// # Safety
/// When it succeeds it has filled in all of them.
pub unsafe fn bytes(size: usize, call: impl FnOnce(*mut c_void) -> c_int) -> Result<Vec<u8>, Failure> {
    let mut bytes = room(size)?;
    void(call(bytes.as_mut_ptr().cast()))?;
    // SAFETY: there is room for them, and the caller's promise.
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
pub fn uuid(call: impl FnOnce(*mut u8) -> c_int) -> Result<[u8; 16], Failure> {
    let mut uuid = [0; 16];
    void(call(uuid.as_mut_ptr()))?;
    Ok(uuid)
}

/// The printed form of a UUID, and the NUL behind it.
pub struct UuidText([u8; 37]);

/// The printed form of a UUID.
pub fn uuid_string(call: impl FnOnce(*mut c_char) -> c_int) -> Result<UuidText, Failure> {
    let mut uuid = [0; 37];
    void(call(uuid.as_mut_ptr().cast()))?;
    Ok(UuidText(uuid))
}

/// Bytes whose number is known.
impl<const N: usize> Return for [u8; N] {
    unsafe fn put(self, call: &Call) {
        call.give_string(&self);
    }
}

impl Return for UuidText {
    unsafe fn put(self, call: &Call) {
        call.give_string(&self.0[..36]);
    }
}
