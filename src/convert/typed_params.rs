//! `virTypedParameter` arrays that libvirt fills in, as hashrefs.

use super::{IntoScalar, One, int, void};
use crate::error::Failure;
use crate::perl::{Hash, Perl, Scalar};
use std::ffi::{c_char, c_int};
use std::{ptr, slice};
use virt::sys;

/// `virTypedParameter`.
pub type TypedParam = sys::virTypedParameter;

/// Typed parameters that libvirt filled in, with the strings it allocated.
pub struct TypedParams {
    pointer: *mut TypedParam,
    count: c_int,
    /// Where the array itself is ours; otherwise libvirt allocated it too.
    _array: Option<Vec<TypedParam>>,
}

impl TypedParams {
    /// Room for `count` parameters, to be filled in.
    pub fn blank(count: c_int) -> Self {
        // No Box, which would have its elements to itself wherever it is moved.
        let mut array = vec![empty(); usize::try_from(count).unwrap_or(0)];
        TypedParams { pointer: array.as_mut_ptr(), count: array.len() as c_int, _array: Some(array) }
    }

    /// Takes over what libvirt allocated.
    ///
    /// # Safety
    /// NULL, or so many parameters in memory from malloc.
    pub unsafe fn assume_owned(pointer: *mut TypedParam, count: c_int) -> Self {
        TypedParams { pointer, count, _array: None }
    }

    /// Copies parameters of somebody else's.
    ///
    /// # Safety
    /// libvirt has filled them in.
    pub unsafe fn copied(params: &[TypedParam]) -> Self {
        let mut copies = TypedParams::blank(params.len() as c_int);
        for (copy, param) in copies._array.iter_mut().flat_map(|array| array.iter_mut()).zip(params) {
            *copy = *param;
            if param.type_ as u32 == sys::VIR_TYPED_PARAM_STRING {
                // SAFETY: the type says which field of the union is set; libvirt frees the copy.
                copy.value.s = unsafe { strdup(param.value.s) };
            }
        }
        copies
    }

    /// The first of them, for libvirt to fill in.
    pub fn as_mut_ptr(&mut self) -> *mut TypedParam {
        self.pointer
    }

    /// The parameters.
    pub fn as_slice(&self) -> &[TypedParam] {
        // SAFETY: an array of ours, or the promise to `assume_owned`.
        unsafe { as_slice(self.pointer, self.count) }
    }
}

// SAFETY: memory that any thread may free.
unsafe impl Send for TypedParams {}

impl Drop for TypedParams {
    fn drop(&mut self) {
        // SAFETY: `count` parameters as libvirt left them.
        unsafe {
            match self._array {
                Some(_) => sys::virTypedParamsClear(self.pointer, self.count),
                None => sys::virTypedParamsFree(self.pointer, self.count),
            }
        }
    }
}

impl IntoScalar for TypedParams {
    unsafe fn into_scalar(self, perl: Perl) -> Scalar {
        // SAFETY: libvirt has filled them in, and they are owned.
        unsafe { params_hash(perl, self.as_slice()) }
    }
}

/// The parameters at a pointer of libvirt's.
///
/// # Safety
/// NULL, or so many of them for as long as the result is used.
pub unsafe fn as_slice<'a>(pointer: *const TypedParam, count: c_int) -> &'a [TypedParam] {
    match usize::try_from(count) {
        // SAFETY: the caller's promise.
        Ok(count) if count > 0 && !pointer.is_null() => unsafe { slice::from_raw_parts(pointer, count) },
        _ => &[],
    }
}

/// The value of a parameter as a new scalar.
///
/// # Safety
/// libvirt has filled it in.
unsafe fn param_value(perl: Perl, param: &TypedParam) -> Scalar {
    // SAFETY: the type says which field of the union is set.
    unsafe {
        match param.type_ as u32 {
            sys::VIR_TYPED_PARAM_INT => perl.new_int(param.value.i.into()),
            sys::VIR_TYPED_PARAM_UINT => perl.new_int(param.value.ui.into()),
            sys::VIR_TYPED_PARAM_LLONG => perl.new_int(param.value.l),
            sys::VIR_TYPED_PARAM_ULLONG => perl.new_uint(param.value.ul),
            sys::VIR_TYPED_PARAM_DOUBLE => perl.new_number(param.value.d),
            sys::VIR_TYPED_PARAM_BOOLEAN => perl.new_int(param.value.b.into()),
            sys::VIR_TYPED_PARAM_STRING => param.value.s.into_scalar(perl),
            _ => perl.new_undef(),
        }
    }
}

/// A parameter's name: what stands before the NUL in the field.
pub fn field(param: &TypedParam) -> &[u8] {
    text(&param.field)
}

unsafe extern "C" {
    fn strnlen(text: *const c_char, most: usize) -> usize;
    fn strdup(text: *const c_char) -> *mut c_char;
}

/// A fixed array of a C struct as the string in it.
pub fn text(field: &[c_char]) -> &[u8] {
    // SAFETY: within the array; the same bytes under another type.
    unsafe { slice::from_raw_parts(field.as_ptr().cast(), strnlen(field.as_ptr(), field.len())) }
}

/// Parameters as a hashref.
///
/// # Safety
/// libvirt has filled them in.
pub unsafe fn params_hash(perl: Perl, params: &[TypedParam]) -> Scalar {
    // SAFETY: the caller's promise.
    unsafe { params_hash_as(perl, params, |name| name) }
}

/// Parameters as a hashref, with other names.
///
/// # Safety
/// libvirt has filled them in.
pub unsafe fn params_hash_as(perl: Perl, params: &[TypedParam], rename: impl Fn(&[u8]) -> &[u8]) -> Scalar {
    let mut hash = Hash::with_capacity(perl, params.len());
    for param in params {
        // SAFETY: the caller's promise.
        hash.store(rename(field(param)), unsafe { param_value(perl, param) });
    }
    hash.into_ref()
}

/// A parameter without anything.
#[inline(always)]
pub const fn empty() -> TypedParam {
    // SAFETY: for a plain C struct of integers and a union of them all zero is a value.
    unsafe { std::mem::zeroed() }
}

/// What a getter stores. Asked once, with as much room as libvirt's protocol lets most functions
/// have.
///
/// # Safety
/// `get` is a getter of libvirt's: told how many parameters there is room for, it fills in as many
/// as it says.
pub unsafe fn fetched(get: impl FnMut(*mut TypedParam, *mut c_int) -> c_int) -> Result<One<TypedParams>, Failure> {
    // SAFETY: the caller's promise.
    unsafe { fetched_into(16, get) }
}

/// What a getter stores. Asking for the number of parameters first is a round trip that few
/// scripts need: only what has filled all the room may have more.
///
/// # Safety
/// As for [`fetched`].
pub unsafe fn fetched_into(
    room: c_int,
    mut get: impl FnMut(*mut TypedParam, *mut c_int) -> c_int,
) -> Result<One<TypedParams>, Failure> {
    // SAFETY: the caller's promise.
    let params = unsafe { fetched_known(room, &mut get) }?;
    if params.0.count < room {
        return Ok(params);
    }
    let mut count = 0;
    void(get(ptr::null_mut(), &mut count))?;
    // SAFETY: as above.
    unsafe { fetched_known(count, get) }
}

/// What a getter stores that is known to have at most `count` parameters.
///
/// # Safety
/// As for [`fetched`].
pub unsafe fn fetched_known(
    count: c_int,
    mut get: impl FnMut(*mut TypedParam, *mut c_int) -> c_int,
) -> Result<One<TypedParams>, Failure> {
    let mut params = TypedParams::blank(count);
    let mut filled = params.count;
    if filled > 0 {
        void(get(params.pointer, &mut filled))?;
    }
    params.count = filled.min(params.count);
    Ok(One(params))
}

/// What a getter allocates.
///
/// # Safety
/// `get` stores NULL, or parameters in memory from malloc, and their number.
pub unsafe fn allocated(
    get: impl FnOnce(*mut *mut TypedParam, *mut c_int) -> c_int,
) -> Result<One<TypedParams>, Failure> {
    let (mut pointer, mut count) = (ptr::null_mut(), 0);
    int(get(&mut pointer, &mut count))?;
    // SAFETY: the caller's promise.
    Ok(One(unsafe { TypedParams::assume_owned(pointer, count) }))
}
