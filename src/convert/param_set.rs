//! `virTypedParameter` arrays for libvirt, from hashrefs.

use super::typed_params::{TypedParam, empty, field};
use super::{Data, HashArg, Items, One, TypedParams, fetched, void};
use crate::error::Failure;
use std::ffi::{CStr, CString, c_int};
use std::marker::PhantomData;
use std::ptr;
use virt::sys;

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
