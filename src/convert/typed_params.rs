//! `virTypedParameter` arrays: from libvirt to a hashref, and from a hashref to libvirt.

use super::{HashArg, IntoSv, Items, One, Value, int, void};
use crate::error::Failure;
use crate::perl::{Hash, Perl};
use libperl_sys::SV;
use std::ffi::{CStr, CString, c_char, c_int};
use std::{ptr, slice};
use virt::sys;

type Param = sys::virTypedParameter;

/// Typed parameters that libvirt filled in, with the strings it allocated.
pub struct TypedParams {
    pointer: *mut Param,
    count: c_int,
    /// Where the array itself is ours; otherwise libvirt allocated it too.
    _array: Option<Box<[Param]>>,
}

impl TypedParams {
    /// Room for `count` parameters, to be filled in.
    pub fn blank(count: c_int) -> Self {
        let mut array = blank(usize::try_from(count).unwrap_or(0));
        TypedParams { pointer: array.as_mut_ptr(), count: array.len() as c_int, _array: Some(array) }
    }

    /// Takes over what libvirt allocated.
    pub fn owned(pointer: *mut Param, count: c_int) -> Self {
        TypedParams { pointer, count, _array: None }
    }

    pub fn as_mut_ptr(&mut self) -> *mut Param {
        self.pointer
    }

    pub fn as_slice(&self) -> &[Param] {
        as_slice(self.pointer, self.count)
    }
}

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

impl IntoSv for TypedParams {
    fn into_sv(self, perl: Perl) -> *mut SV {
        params_hash(perl, self.as_slice())
    }
}

/// The parameters at a pointer of libvirt's.
pub fn as_slice<'a>(pointer: *const Param, count: c_int) -> &'a [Param] {
    match usize::try_from(count) {
        // SAFETY: libvirt said how many there are, and keeps them while it waits for us.
        Ok(count) if count > 0 && !pointer.is_null() => unsafe { slice::from_raw_parts(pointer, count) },
        _ => &[],
    }
}

/// The value of a parameter as a new scalar.
fn param_value(perl: Perl, param: &Param) -> *mut SV {
    // SAFETY: the type says which field of the union is set.
    unsafe {
        match param.type_ as u32 {
            sys::VIR_TYPED_PARAM_INT => perl.new_int(param.value.i.into()),
            sys::VIR_TYPED_PARAM_UINT => perl.new_int(param.value.ui.into()),
            sys::VIR_TYPED_PARAM_LLONG => perl.new_int(param.value.l),
            sys::VIR_TYPED_PARAM_ULLONG => perl.new_uint(param.value.ul),
            sys::VIR_TYPED_PARAM_DOUBLE => perl.new_number(param.value.d),
            sys::VIR_TYPED_PARAM_BOOLEAN => perl.new_int(param.value.b.into()),
            sys::VIR_TYPED_PARAM_STRING => param.value.s.into_sv(perl),
            _ => perl.new_undef(),
        }
    }
}

fn field(param: &Param) -> &[u8] {
    // SAFETY: libvirt ends the name with a NUL inside the field.
    unsafe { CStr::from_ptr(param.field.as_ptr()) }.to_bytes()
}

/// Parameters as a hashref.
pub fn params_hash(perl: Perl, params: &[Param]) -> *mut SV {
    params_hash_as(perl, params, |name| name)
}

/// Parameters as a hashref, with other names.
pub fn params_hash_as(perl: Perl, params: &[Param], rename: impl Fn(&[u8]) -> &[u8]) -> *mut SV {
    let mut hash = Hash::with_capacity(perl, params.len());
    for param in params {
        hash.store_bytes(rename(field(param)), param_value(perl, param));
    }
    hash.into_ref()
}

/// Room for `count` parameters.
fn blank(count: usize) -> Box<[Param]> {
    // SAFETY: for a plain C struct of integers and a union of them all zero is a value.
    let blank: Param = unsafe { std::mem::zeroed() };
    vec![blank; count].into_boxed_slice()
}

/// What a getter stores. Asked once, with as much room as libvirt's protocol lets most functions
/// have.
pub fn fetched(get: impl FnMut(*mut Param, *mut c_int) -> c_int) -> Result<One<TypedParams>, Failure> {
    fetched_into(16, get)
}

/// What a getter stores. Asking for the number of parameters first is a round trip that few
/// scripts need: only what has filled all the room may have more.
pub fn fetched_into(
    room: c_int,
    mut get: impl FnMut(*mut Param, *mut c_int) -> c_int,
) -> Result<One<TypedParams>, Failure> {
    let params = fetched_known(room, &mut get)?;
    if params.0.count < room {
        return Ok(params);
    }
    let mut count = 0;
    void(get(ptr::null_mut(), &mut count))?;
    fetched_known(count, get)
}

/// What a getter stores that is known to have at most `count` parameters.
pub fn fetched_known(
    count: c_int,
    mut get: impl FnMut(*mut Param, *mut c_int) -> c_int,
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
pub fn allocated(get: impl FnOnce(*mut *mut Param, *mut c_int) -> c_int) -> Result<One<TypedParams>, Failure> {
    let (mut pointer, mut count) = (ptr::null_mut(), 0);
    int(get(&mut pointer, &mut count))?;
    Ok(One(TypedParams::owned(pointer, count)))
}

/// The C type of a parameter given by a script.
#[derive(Clone, Copy, PartialEq, Eq)]
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

/// Parameters for libvirt. Strings point at the caller's scalars.
#[derive(Default)]
pub struct ParamSet {
    params: Vec<Param>,
    /// Strings that were numbers in Perl.
    written: Vec<CString>,
}

impl ParamSet {
    fn with_room(hash: &HashArg) -> Self {
        ParamSet { params: Vec::with_capacity(hash.pairs.len()), written: Vec::new() }
    }

    /// The keys of `hash` that `known` has; others are warned of, undefined values left out.
    pub fn known(hash: &HashArg, known: &Known) -> Result<Self, Failure> {
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
    fn like(hash: &HashArg, current: &[Param]) -> Result<Self, Failure> {
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
    pub fn add(&mut self, name: &[u8], kind: ParamType, value: Value) -> Result<(), String> {
        if let (ParamType::Strings, Value::Array(raw)) = (kind, value) {
            return Items::new(c"", raw).iter().try_for_each(|element| self.add(name, ParamType::String, element));
        }
        if let Value::Undef = value {
            return Ok(());
        }
        let mut param = blank(1)[0];
        for (to, from) in
            param.field.iter_mut().zip(&name[..name.len().min(sys::VIR_TYPED_PARAM_FIELD_LENGTH as usize - 1)])
        {
            *to = *from as c_char;
        }
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
                param.value.l = value.integer(i64::MIN, i64::MAX as u64)? as i64;
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
                param.value.s = value.c_str(&mut self.written)?.cast_mut();
                sys::VIR_TYPED_PARAM_STRING
            }
        } as c_int;
        self.params.push(param);
        Ok(())
    }

    pub fn as_mut_ptr(&mut self) -> *mut Param {
        self.params.as_mut_ptr()
    }

    pub fn len(&self) -> c_int {
        self.params.len() as c_int
    }
}

/// Sets the parameters in `hash`, whose names and types `get` tells.
pub fn updated(
    hash: HashArg,
    get: impl FnMut(*mut Param, *mut c_int) -> c_int,
    set: impl FnOnce(*mut Param, c_int) -> c_int,
) -> Result<(), Failure> {
    updated_like(hash, fetched(get)?, set)
}

/// Sets the parameters in `hash`, which have the types of those in `current`.
pub fn updated_like(
    hash: HashArg,
    current: One<TypedParams>,
    set: impl FnOnce(*mut Param, c_int) -> c_int,
) -> Result<(), Failure> {
    let mut params = ParamSet::like(&hash, current.0.as_slice())?;
    void(set(params.as_mut_ptr(), params.len()))
}
