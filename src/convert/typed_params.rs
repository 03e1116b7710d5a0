//! `virTypedParameter` arrays: from libvirt to a hashref, and from a hashref to libvirt.

use super::{Data, HashArg, IntoScalar, Items, One, int, void};
use crate::error::Failure;
use crate::perl::{Hash, Perl, Scalar};
use std::ffi::{CStr, CString, c_char, c_int};
use std::marker::PhantomData;
use std::{ptr, slice};
use virt::sys;

type TypedParam = sys::virTypedParameter;

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
fn field(param: &TypedParam) -> &[u8] {
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
const fn empty() -> TypedParam {
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

/// The C type of a parameter given by a script.
#[derive(Clone, Copy, PartialEq, Eq)]
#[allow(clippy::missing_docs_in_private_items, reason = "each is VIR_TYPED_PARAM_ of that name")]
pub enum ParamType {
    Int,
    Uint,
    Llong,
    Ullong,
    Double,
    Boolean,
    String,
    /// An arrayref, or one string: a parameter for each.
    Strings,
}

/// Parameters a function takes: names and types.
pub type Known = [(&'static CStr, ParamType)];

/// Parameters for libvirt, with strings of the call's arguments.
#[derive(Default)]
pub struct ParamSet<'a> {
    params: Vec<TypedParam>,
    /// Strings that were numbers in Perl.
    from_numbers: Vec<CString>,
    texts: PhantomData<&'a [u8]>,
}

impl<'a> ParamSet<'a> {
    fn with_room(hash: &HashArg) -> Self {
        ParamSet { params: Vec::with_capacity(hash.pairs.len()), ..ParamSet::default() }
    }

    /// The keys of `hash` that `known` has; others are warned of, undefined values left out.
    pub fn known(hash: &HashArg<'a>, known: &Known) -> Result<Self, Failure> {
        let mut set = ParamSet::with_room(hash);
        for (name, kind) in known {
            let key = name.to_bytes();
            if let Some(value) = hash.pairs.get(key) {
                set.add(key, *kind, value).map_err(|problem| hash.bad_value(key, &problem))?;
            }
        }
        hash.warn_of_unknown(|key| known.iter().any(|(name, _)| name.to_bytes() == key));
        Ok(set)
    }

    /// The keys of `hash` that libvirt has in `current`, with the types it has there.
    fn like(hash: &HashArg<'a>, current: &[TypedParam]) -> Result<Self, Failure> {
        let mut set = ParamSet::with_room(hash);
        for param in current {
            let key = field(param);
            if let Some(value) = hash.pairs.get(key) {
                let kind = match param.type_ as u32 {
                    sys::VIR_TYPED_PARAM_INT => ParamType::Int,
                    sys::VIR_TYPED_PARAM_UINT => ParamType::Uint,
                    sys::VIR_TYPED_PARAM_LLONG => ParamType::Llong,
                    sys::VIR_TYPED_PARAM_ULLONG => ParamType::Ullong,
                    sys::VIR_TYPED_PARAM_DOUBLE => ParamType::Double,
                    sys::VIR_TYPED_PARAM_BOOLEAN => ParamType::Boolean,
                    _ => ParamType::String,
                };
                set.add(key, kind, value).map_err(|problem| hash.bad_value(key, &problem))?;
            }
        }
        hash.warn_of_unknown(|key| current.iter().any(|param| field(param) == key));
        Ok(set)
    }

    /// Adds one parameter; an undefined value adds none.
    pub fn add(&mut self, name: &[u8], kind: ParamType, value: Data<'a>) -> Result<(), String> {
        if let (ParamType::Strings, Data::Array(raw)) = (kind, value) {
            return Items::new(c"", raw).iter().try_for_each(|element| self.add(name, ParamType::String, element));
        }
        if let Data::Undef = value {
            return Ok(());
        }
        let mut param = empty();
        let len = name.len().min(param.field.len() - 1);
        // SAFETY: within both; the same bytes under another type.
        unsafe { ptr::copy_nonoverlapping(name.as_ptr().cast(), param.field.as_mut_ptr(), len) };
        param.type_ = match kind {
            ParamType::Int => {
                param.value.i = value.integer(i32::MIN.into(), i32::MAX as u64)? as i32;
                sys::VIR_TYPED_PARAM_INT
            }
            ParamType::Uint => {
                param.value.ui = value.integer(0, u32::MAX.into())? as u32;
                sys::VIR_TYPED_PARAM_UINT
            }
            ParamType::Llong => {
                param.value.l = value.integer(i64::MIN, i64::MAX as u64)?;
                sys::VIR_TYPED_PARAM_LLONG
            }
            ParamType::Ullong => {
                param.value.ul = value.integer(0, u64::MAX)? as u64;
                sys::VIR_TYPED_PARAM_ULLONG
            }
            ParamType::Double => {
                param.value.d = value.float()?;
                sys::VIR_TYPED_PARAM_DOUBLE
            }
            ParamType::Boolean => {
                param.value.b = value.truth().into();
                sys::VIR_TYPED_PARAM_BOOLEAN
            }
            ParamType::String | ParamType::Strings => {
                param.value.s = value.c_str(&mut self.from_numbers)?.cast_mut();
                sys::VIR_TYPED_PARAM_STRING
            }
        } as c_int;
        self.params.push(param);
        Ok(())
    }

    /// The first of them.
    pub fn as_mut_ptr(&mut self) -> *mut TypedParam {
        self.params.as_mut_ptr()
    }

    /// How many there are.
    pub fn len(&self) -> c_int {
        self.params.len() as c_int
    }
}

/// Sets the parameters in `hash`, whose names and types `get` tells.
///
/// # Safety
/// As for [`fetched`].
pub unsafe fn updated(
    hash: HashArg,
    get: impl FnMut(*mut TypedParam, *mut c_int) -> c_int,
    set: impl FnOnce(*mut TypedParam, c_int) -> c_int,
) -> Result<(), Failure> {
    // SAFETY: the caller's promise.
    updated_like(hash, unsafe { fetched(get) }?, set)
}

/// Sets the parameters in `hash`, which have the types of those in `current`.
pub fn updated_like(
    hash: HashArg,
    current: One<TypedParams>,
    set: impl FnOnce(*mut TypedParam, c_int) -> c_int,
) -> Result<(), Failure> {
    let mut params = ParamSet::like(&hash, current.0.as_slice())?;
    void(set(params.as_mut_ptr(), params.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(kind: ParamType, data: Data) -> Result<ParamSet, String> {
        let mut set = ParamSet::default();
        set.add(b"key", kind, data).map(|()| set)
    }

    #[test]
    fn add_has_the_type_and_value_that_libvirt_reads() {
        let set = added(ParamType::Uint, Data::Uint(u32::MAX.into())).expect("fits");
        assert_eq!(field(&set.params[0]), b"key");
        assert_eq!(set.params[0].type_ as u32, sys::VIR_TYPED_PARAM_UINT);
        // SAFETY: the field of that type.
        assert_eq!(unsafe { set.params[0].value.ui }, u32::MAX);
        let set = added(ParamType::Double, Data::Text(b"0.5")).expect("a number");
        // SAFETY: as above.
        assert_eq!(unsafe { set.params[0].value.d }, 0.5);
    }

    #[test]
    fn add_refuses_what_the_type_cannot_hold() {
        for (kind, data) in [
            (ParamType::Int, Data::Int(1 << 31)),
            (ParamType::Uint, Data::Int(-1)),
            (ParamType::Llong, Data::Uint(1 << 63)),
            (ParamType::Ullong, Data::Int(-1)),
            (ParamType::String, Data::Text(b"a\0b")),
        ] {
            assert!(added(kind, data).is_err(), "{}", data.describe());
        }
    }

    #[test]
    fn add_leaves_undef_out() {
        assert_eq!(added(ParamType::String, Data::Undef).map(|set| set.len()), Ok(0));
    }

    #[test]
    fn a_name_as_long_as_the_field_keeps_its_nul() {
        let mut set = ParamSet::default();
        set.add(&[b'x'; 200], ParamType::Int, Data::Int(1)).expect("fits");
        assert_eq!(field(&set.params[0]).len(), sys::VIR_TYPED_PARAM_FIELD_LENGTH as usize - 1);
    }
}
