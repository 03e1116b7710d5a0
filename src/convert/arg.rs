//! Parameter types of method rows: what a row writes behind an argument's name, how the bridge
//! reads it, and what the row's code gets for it, or why it gets nothing.

use super::{Data, HAS_NUL, Items, Pairs};
use crate::error::Failure;
use crate::ffi::bridge::{Call, Kind, RawValue, Tag};
use crate::perl::{Callback, Scalar, Variable};
use std::ffi::{c_char, c_int};
use std::ptr;

/// How the bridge reads a parameter.
pub struct Spec {
    /// Its kind.
    pub kind: Kind,
    /// Undef stands for an argument left out.
    pub undef: bool,
    /// It may be left out at the end.
    pub omissible: bool,
    /// No copy of it may stay in memory.
    pub secret: bool,
    /// It is of an older form of the method, which the usage message does not show.
    pub older: bool,
}

impl Spec {
    /// A parameter that has to be there.
    pub const fn of(kind: Kind) -> Self {
        Spec { kind, undef: false, omissible: false, secret: false, older: false }
    }

    /// A parameter that may be left out.
    pub const fn optional(kind: Kind) -> Self {
        Spec { undef: true, omissible: true, ..Spec::of(kind) }
    }

    /// A secret that has to be there.
    pub const fn secret(kind: Kind) -> Self {
        Spec { secret: true, ..Spec::of(kind) }
    }
}

/// A parameter type.
pub trait FromArg {
    /// What the row's code gets.
    type Native<'a>;
    /// How it is read.
    const SPEC: Spec;
    /// Judges what was read: `value` is that of argument number `index`.
    fn from_arg<'a>(call: &'a Call, index: usize, value: &'a RawValue) -> Result<Self::Native<'a>, Failure>;
}

macro_rules! integers {
    ($($type:ty)*) => {$(
        impl FromArg for $type {
            type Native<'a> = $type;
            const SPEC: Spec = Spec::of(Kind::Integer);

            #[inline(always)]
            fn from_arg<'a>(call: &'a Call, index: usize, value: &'a RawValue) -> Result<$type, Failure> {
                const RANGE: (i64, u64) = (<$type>::MIN as i64, <$type>::MAX as u64);
                match value.integer_between(RANGE.0, RANGE.1) {
                    Some(number) => Ok(number as $type),
                    None => integer(call, index, value, RANGE.0, RANGE.1).map(|number| number as $type),
                }
            }
        }
    )*};
}

integers! { i32 u32 i64 u64 usize }

/// An integer that is not the usual, or none.
#[cold]
fn integer(call: &Call, index: usize, value: &RawValue, min: i64, max: u64) -> Result<i64, Failure> {
    Data::of(value).integer(min, max).map_err(|problem| call.bad_argument(index, &problem))
}

macro_rules! parameter {
    ($(#[$doc:meta])* $name:ident: $spec:expr => $native:ty, |$call:ident, $index:ident, $value:ident| $body:expr) => {
        $(#[$doc])*
        pub enum $name {}
        impl FromArg for $name {
            type Native<'a> = $native;
            const SPEC: Spec = $spec;

            #[inline(always)]
            fn from_arg<'a>($call: &'a Call, $index: usize, $value: &'a RawValue) -> Result<$native, Failure> {
                $body
            }
        }
    };
}

parameter! {
    /// A string, never NULL.
    Str: Spec::of(Kind::String) => *const c_char, |call, index, value| string(call, index, value)
}
parameter! {
    /// A string, NULL if undef or left out.
    OptStr: Spec::optional(Kind::String) => *const c_char, |call, index, value| string_or_null(call, index, value)
}
parameter! {
    /// A string, NULL if undef.
    NullStr: Spec { omissible: false, ..OptStr::SPEC } => *const c_char, |call, index, value| string_or_null(call, index, value)
}
parameter! {
    /// Bytes of any value.
    Bytes: Spec::of(Kind::Bytes) => &'a [u8], |call, index, value| match Data::of(value) {
        Data::Text(bytes) => Ok(bytes),
        other => Err(call.bad_argument(index, &other.is_not("a string"))),
    }
}
parameter! {
    /// Any scalar, of an older form of the method.
    Older: Spec { older: true, ..Any::SPEC } => Data<'a>, |call, index, value| Any::from_arg(call, index, value)
}
parameter! {
    /// A string that is a secret.
    SecretStr: Spec::secret(Kind::String) => *const c_char, |call, index, value| string(call, index, value)
}
parameter! {
    /// Bytes that are a secret.
    SecretBytes: Spec::secret(Kind::Bytes) => &'a [u8], |call, index, value| Bytes::from_arg(call, index, value)
}
parameter! {
    /// A hash.
    HashRef: Spec::of(Kind::Hash) => HashArg<'a>, |call, index, value| hash(call, index, value)
}
parameter! {
    /// A hash, empty if undef or left out.
    OptHashRef: Spec::optional(Kind::Hash) => HashArg<'a>, |call, index, value| match value.tag() {
        Tag::Undef => Ok(HashArg { call, index, pairs: Pairs::new(&[]) }),
        _ => hash(call, index, value),
    }
}
parameter! {
    /// An array.
    ArrayRef: Spec::of(Kind::Array) => Items<'a>, |call, index, value| items(call, index, value)
}
parameter! {
    /// An array, `None` if undef or left out.
    OptArrayRef: Spec::optional(Kind::Array) => Option<Items<'a>>, |call, index, value| match value.tag() {
        Tag::Undef => Ok(None),
        _ => items(call, index, value).map(Some),
    }
}
parameter! {
    /// Any scalar.
    Any: Spec::optional(Kind::Any) => Data<'a>, |call, index, value| match Data::of(value) {
        endless @ Data::Endless => Err(call.bad_argument(index, &endless.is_not("a scalar"))),
        data => Ok(data),
    }
}
parameter! {
    /// A hash of parameters, or the flags that older scripts have in its place.
    HashOrFlags: Spec::optional(Kind::Any) => HashOrNumber<'a>, |call, index, value| match value.tag() {
        Tag::Undef => Ok(HashOrNumber::Neither),
        Tag::Hash => hash(call, index, value).map(HashOrNumber::Hash),
        Tag::Int | Tag::Uint | Tag::Number | Tag::String => u32_of(call, index, value).map(HashOrNumber::Number),
        _ => Err(call.bad_argument(index, &Data::of(value).is_not("a hash reference or an integer"))),
    }
}
parameter! {
    /// A code reference, which the row's code keeps.
    Code: Spec::of(Kind::Code) => Callback, |call, index, value| kept(call, index, value)
}
parameter! {
    /// A code reference, `None` if undef or left out.
    OptCode: Spec::optional(Kind::Code) => Option<Callback>, |call, index, value| match value.tag() {
        Tag::Undef => Ok(None),
        _ => kept(call, index, value).map(Some),
    }
}
parameter! {
    /// Any scalar, which the row's code keeps.
    Kept: Spec::of(Kind::Kept) => Callback, |call, index, value| kept(call, index, value)
}
parameter! {
    /// A variable of the caller's that the method's result is assigned to.
    Output: Spec::of(Kind::Output) => Variable, |call, index, value| match Data::of(value) {
        // SAFETY: an argument of the call, which C found to be no constant.
        Data::Scalar(sv) => Ok(unsafe { Variable::assume(sv) }),
        other => Err(call.bad_argument(index, &other.is_not("a variable to write to"))),
    }
}

#[inline(always)]
fn string(call: &Call, index: usize, value: &RawValue) -> Result<*const c_char, Failure> {
    match Data::of(value) {
        Data::Text(text) if !has_nul(text) => Ok(text.as_ptr().cast()),
        _ => Err(no_string(call, index, value)),
    }
}

#[cold]
fn no_string(call: &Call, index: usize, value: &RawValue) -> Failure {
    match Data::of(value) {
        Data::Text(_) => call.bad_argument(index, HAS_NUL),
        other => call.bad_argument(index, &other.is_not("a string")),
    }
}

unsafe extern "C" {
    fn memchr(bytes: *const std::ffi::c_void, byte: c_int, count: usize) -> *const std::ffi::c_void;
}

/// XML is long, and memchr the fastest to look through it.
#[inline(always)]
fn has_nul(text: &[u8]) -> bool {
    // SAFETY: reads as many bytes as there are.
    !unsafe { memchr(text.as_ptr().cast(), 0, text.len()) }.is_null()
}

#[inline(always)]
fn string_or_null(call: &Call, index: usize, value: &RawValue) -> Result<*const c_char, Failure> {
    if value.tag() == Tag::Undef { Ok(ptr::null()) } else { string(call, index, value) }
}

fn u32_of(call: &Call, index: usize, value: &RawValue) -> Result<u32, Failure> {
    integer(call, index, value, 0, u32::MAX.into()).map(|number| number as u32)
}

fn kept(call: &Call, index: usize, value: &RawValue) -> Result<Callback, Failure> {
    match Data::of(value) {
        // SAFETY: a mortal scalar of the call that nobody else knows.
        Data::Scalar(sv) => Ok(Callback::keep(call.perl(), unsafe { Scalar::assume_borrowed(sv) })),
        other => Err(call.bad_argument(index, &other.is_not("a code reference"))),
    }
}

fn hash<'a>(call: &'a Call, index: usize, value: &'a RawValue) -> Result<HashArg<'a>, Failure> {
    match Data::of(value) {
        Data::Hash(raw) => Ok(HashArg { call, index, pairs: Pairs::new(raw) }),
        other => Err(call.bad_argument(index, &other.is_not("a hash reference"))),
    }
}

fn items<'a>(call: &'a Call, index: usize, value: &'a RawValue) -> Result<Items<'a>, Failure> {
    match Data::of(value) {
        Data::Array(raw) => Ok(Items::new(call.name_of(index), raw)),
        other => Err(call.bad_argument(index, &other.is_not("an array reference"))),
    }
}

/// A hash argument, with what it takes to complain about it.
#[derive(Clone, Copy)]
pub struct HashArg<'a> {
    call: &'a Call,
    index: usize,
    /// What is in it.
    pub pairs: Pairs<'a>,
}

impl HashArg<'_> {
    /// The error for one key.
    pub fn bad_value(&self, key: &[u8], problem: &str) -> Failure {
        let (name, key) = (self.call.name_of(self.index).to_string_lossy(), String::from_utf8_lossy(key));
        Failure::invalid(format!("argument '{name}', key '{key}': {problem}"))
    }

    /// Warns of keys that `known` does not know: libvirt will not hear of them.
    pub fn warn_of_unknown(&self, known: impl Fn(&[u8]) -> bool) {
        let unknown: Vec<_> = self.pairs.iter().map(|(key, _)| key).filter(|key| !known(key)).collect();
        if !unknown.is_empty() {
            let keys = unknown.join(&b"', '"[..]);
            let (name, keys) = (self.call.name_of(self.index).to_string_lossy(), String::from_utf8_lossy(&keys));
            self.call.warn(&format!("argument '{name}': '{keys}' is unknown here and ignored"));
        }
    }
}

/// A hash argument, or a number in its place.
pub enum HashOrNumber<'a> {
    /// Undef, or left out.
    Neither,
    /// A hash.
    Hash(HashArg<'a>),
    /// Flags.
    Number(u32),
}

impl<'a> HashOrNumber<'a> {
    /// The hash if there is one, and the flags: those in its place, and `flags`.
    pub fn with_flags(self, flags: u32) -> (Option<HashArg<'a>>, u32) {
        match self {
            HashOrNumber::Neither => (None, flags),
            HashOrNumber::Hash(hash) => (Some(hash), flags),
            HashOrNumber::Number(number) => (None, flags | number),
        }
    }
}
