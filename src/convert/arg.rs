//! Parameter types of method rows: what a row writes behind an argument's name, how the bridge
//! reads it, and what the row's code gets for it.

use super::{Items, Pairs, Value};
use crate::error::Failure;
use crate::ffi::bridge::{Kind, RawValue, Tag};
use crate::method::Call;
use crate::perl::Callback;
use libperl_sys::SV;
use std::ffi::{CStr, CString, c_char, c_int};
use std::ptr;

/// How the bridge reads a parameter.
pub struct Spec {
    pub kind: Kind,
    pub class: u8,
    /// Undef stands for an argument left out.
    pub optional: bool,
    /// Not to be left out all the same.
    pub written: bool,
    pub min: i64,
    pub max: u64,
}

impl Spec {
    pub const fn of(kind: Kind) -> Self {
        Spec { kind, class: 0, optional: false, written: false, min: 0, max: 0 }
    }
}

/// A parameter type.
pub trait FromArg {
    /// What the row's code gets.
    type Native<'a>;
    const SPEC: Spec;
    fn from_arg<'a>(call: &'a Call, value: &'a RawValue) -> Self::Native<'a>;
}

macro_rules! integers {
    ($($type:ty)*) => {$(
        impl FromArg for $type {
            type Native<'a> = $type;
            const SPEC: Spec = Spec { min: <$type>::MIN as i64, max: <$type>::MAX as u64, ..Spec::of(Kind::Integer) };

            #[inline(always)]
            fn from_arg<'a>(_: &'a Call, value: &'a RawValue) -> $type {
                // SAFETY: the bridge has read an integer, and checked its range.
                unsafe { value.u.uv as $type }
            }
        }
    )*};
}

integers! { i32 u32 i64 u64 usize }

macro_rules! parameter {
    ($(#[$doc:meta])* $name:ident: $spec:expr => $native:ty, |$call:ident, $value:ident| $body:expr) => {
        $(#[$doc])*
        pub enum $name {}
        impl FromArg for $name {
            type Native<'a> = $native;
            const SPEC: Spec = $spec;

            fn from_arg<'a>($call: &'a Call, $value: &'a RawValue) -> $native {
                $body
            }
        }
    };
}

/// NULL, or the string the bridge has read.
fn string_or_null(value: &RawValue) -> *const c_char {
    match value.tag {
        // SAFETY: the tag says so.
        Tag::String => unsafe { value.u.pv },
        _ => ptr::null(),
    }
}

parameter! {
    /// A string, never NULL.
    Str: Spec::of(Kind::String) => *const c_char, |_call, value| string_or_null(value)
}
parameter! {
    /// A string, NULL if undef or left out.
    OptStr: Spec { optional: true, ..Spec::of(Kind::String) } => *const c_char, |_call, value| string_or_null(value)
}
parameter! {
    /// A string, NULL if undef.
    NullStr: Spec { written: true, ..OptStr::SPEC } => *const c_char, |_call, value| string_or_null(value)
}
parameter! {
    /// Bytes of any value.
    Bytes: Spec::of(Kind::Bytes) => &'a [u8], |_call, value| match Value::of(value) {
        Value::Text(bytes) => bytes,
        _ => &[],
    }
}
parameter! {
    /// A hash.
    Hash: Spec::of(Kind::Hash) => HashArg<'a>, |call, value| HashArg::new(call, value)
}
parameter! {
    /// A hash, empty if undef or left out.
    OptHash: Spec { optional: true, ..Spec::of(Kind::Hash) } => HashArg<'a>, |call, value| HashArg::new(call, value)
}
parameter! {
    /// An array.
    List: Spec::of(Kind::Array) => Items<'a>, |call, value| items(call, value).unwrap_or(Items::new(c"", &[]))
}
parameter! {
    /// An array, `None` if undef or left out.
    OptList: Spec { optional: true, ..Spec::of(Kind::Array) } => Option<Items<'a>>, |call, value| items(call, value)
}
parameter! {
    /// Any scalar.
    Any: Spec { optional: true, ..Spec::of(Kind::Any) } => Value<'a>, |_call, value| Value::of(value)
}
parameter! {
    /// A hash of parameters, or the flags that older scripts have in its place.
    HashOrFlags: Spec { optional: true, ..Spec::of(Kind::Any) } => HashOrNumber<'a>, |call, value| match Value::of(value) {
        Value::Undef => HashOrNumber::Neither,
        Value::Hash(_) => HashOrNumber::Hash(HashArg::new(call, value)),
        number => HashOrNumber::Number(number, call.name_of(value)),
    }
}
parameter! {
    /// A code reference, which the row's code keeps.
    Code: Spec::of(Kind::Code) => Callback, |call, value| Callback::keep(call.perl(), scalar(value))
}
parameter! {
    /// A code reference, `None` if undef or left out.
    OptCode: Spec { optional: true, ..Spec::of(Kind::Code) } => Option<Callback>, |call, value| match value.tag {
        Tag::Scalar => Some(Callback::keep(call.perl(), scalar(value))),
        _ => None,
    }
}
parameter! {
    /// Any scalar, which the row's code keeps.
    Kept: Spec::of(Kind::Kept) => Callback, |call, value| Callback::keep(call.perl(), scalar(value))
}
parameter! {
    /// A variable of the caller's that the method's result is assigned to.
    Output: Spec::of(Kind::Output) => *mut SV, |_call, value| scalar(value)
}

fn scalar(value: &RawValue) -> *mut SV {
    match Value::of(value) {
        Value::Scalar(sv) => sv,
        _ => ptr::null_mut(),
    }
}

fn items<'a>(call: &'a Call, value: &'a RawValue) -> Option<Items<'a>> {
    match Value::of(value) {
        Value::Array(raw) => Some(Items::new(call.name_of(value), raw)),
        _ => None,
    }
}

/// A hash argument, with what it takes to complain about it.
#[derive(Clone, Copy)]
pub struct HashArg<'a> {
    pub call: &'a Call,
    name: &'a CStr,
    pub pairs: Pairs<'a>,
}

impl<'a> HashArg<'a> {
    fn new(call: &'a Call, value: &'a RawValue) -> Self {
        let raw = match Value::of(value) {
            Value::Hash(raw) => raw,
            _ => &[],
        };
        HashArg { call, name: call.name_of(value), pairs: Pairs::new(raw) }
    }

    /// The error for one key.
    pub fn bad_value(&self, key: &[u8], problem: &str) -> Failure {
        let (name, key) = (self.name.to_string_lossy(), String::from_utf8_lossy(key));
        Failure::Argument(format!("argument '{name}', key '{key}': {problem}"))
    }

    /// Warns of keys that `known` does not know: libvirt will not hear of them.
    pub fn warn_of_unknown(&self, known: impl Fn(&[u8]) -> bool) {
        let unknown: Vec<_> = self.pairs.iter().map(|(key, _)| key).filter(|key| !known(key)).collect();
        if !unknown.is_empty() {
            let keys = unknown.join(&b"', '"[..]);
            let (name, keys) = (self.name.to_string_lossy(), String::from_utf8_lossy(&keys));
            self.call.warn(&format!("argument '{name}': '{keys}' is unknown here and ignored"));
        }
    }
}

/// A hash argument, or a number in its place.
pub enum HashOrNumber<'a> {
    Neither,
    Hash(HashArg<'a>),
    Number(Value<'a>, &'a CStr),
}

impl<'a> HashOrNumber<'a> {
    /// The hash if there is one, and the flags: the number in its place, or else `flags`.
    pub fn with_flags(self, flags: u32) -> Result<(Option<HashArg<'a>>, u32), Failure> {
        match self {
            HashOrNumber::Neither => Ok((None, flags)),
            HashOrNumber::Hash(hash) => Ok((Some(hash), flags)),
            HashOrNumber::Number(number, name) => match number.integer(0, u32::MAX.into()) {
                Ok(number) => Ok((None, flags | number as u32)),
                Err(problem) => Err(Failure::Argument(format!("argument '{}' {problem}", name.to_string_lossy()))),
            },
        }
    }
}

/// A list of integers for C.
pub struct Ints<T>(Vec<T>);

impl<T> Ints<T> {
    pub fn as_mut_ptr(&mut self) -> *mut T {
        self.0.as_mut_ptr()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl Ints<c_int> {
    /// The elements as file descriptors.
    pub fn descriptors(items: &Items) -> Result<Self, Failure> {
        Ok(Ints(items.integers(0, c_int::MAX as u64)?))
    }
}

impl Ints<u32> {
    /// The elements as unsigned ints.
    pub fn unsigned(items: &Items) -> Result<Self, Failure> {
        Ok(Ints(items.integers(0, u32::MAX.into())?))
    }
}

/// A list of strings for C.
pub struct Strings {
    pointers: Vec<*const c_char>,
    /// Strings that were numbers in Perl.
    _written: Vec<CString>,
}

impl Strings {
    pub fn of(items: &Items) -> Result<Self, Failure> {
        let mut written = Vec::new();
        let pointers = items.strings(&mut written)?;
        Ok(Strings { pointers, _written: written })
    }

    /// NULL when there are none.
    pub fn as_mut_ptr(&mut self) -> *mut *const c_char {
        if self.pointers.is_empty() { ptr::null_mut() } else { self.pointers.as_mut_ptr() }
    }

    pub fn len(&self) -> usize {
        self.pointers.len()
    }
}
