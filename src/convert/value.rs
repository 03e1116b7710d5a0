//! Perl data that the bridge has read: scalars, and arrays and hashes of them.

use super::{IntoSv, class_of};
use crate::error::Failure;
use crate::ffi::bridge::{self, RawUnion, RawValue, Tag};
use crate::perl::Perl;
use libperl_sys::SV;
use std::borrow::Cow;
use std::ffi::{CStr, CString, c_char, c_void};
use std::{slice, str};

/// One scalar.
#[derive(Clone, Copy)]
pub enum Value<'a> {
    Undef,
    Int(i64),
    Uint(u64),
    Number(f64),
    Text(&'a [u8]),
    /// Class number and pointer, NULL for a destroyed object.
    Object(u8, *mut c_void),
    Array(&'a [RawValue]),
    Hash(&'a [RawValue]),
    Scalar(*mut SV),
    /// A reference that is no data; its type.
    Other(&'a CStr),
}

impl<'a> Value<'a> {
    pub fn of(raw: &'a RawValue) -> Self {
        // SAFETY: the tag says which field of the union C has set, and what it points at lives
        // as long as the call.
        unsafe {
            match raw.tag {
                Tag::Undef => Value::Undef,
                Tag::Int => Value::Int(raw.u.iv),
                Tag::Uint => Value::Uint(raw.u.uv),
                Tag::Number => Value::Number(raw.u.nv),
                Tag::String => Value::Text(slice::from_raw_parts(raw.u.pv.cast(), raw.len)),
                Tag::Object => Value::Object(raw.class, raw.u.ptr),
                Tag::Array => Value::Array(slice::from_raw_parts(raw.u.items, raw.len)),
                Tag::Hash => Value::Hash(slice::from_raw_parts(raw.u.items, raw.len)),
                Tag::Scalar => Value::Scalar(raw.u.sv),
                Tag::Other => Value::Other(CStr::from_ptr(raw.u.pv)),
            }
        }
    }

    /// What a scalar holds that no Perl code can be behind, such as a callback's result.
    pub fn of_scalar(perl: Perl, sv: *mut SV) -> Value<'a> {
        let mut raw = RawValue { tag: Tag::Undef, class: 0, len: 0, u: RawUnion { iv: 0 } };
        // SAFETY: the running interpreter and a live scalar.
        unsafe { bridge::sv_bridge_read(perl.raw(), sv, &mut raw) };
        // SAFETY: what `raw` points at belongs to `sv`, not to `raw`.
        Value::of(unsafe { &*(&raw as *const RawValue) })
    }

    /// For messages: "an array", "undef", "'text'".
    pub fn describe(&self) -> String {
        match self {
            Value::Undef => "undef".into(),
            Value::Int(value) => value.to_string(),
            Value::Uint(value) => value.to_string(),
            Value::Number(value) => value.to_string(),
            Value::Text(text) => format!("'{}'", String::from_utf8_lossy(text)),
            Value::Object(class, _) => {
                let package = class_of(*class).map_or(c"unknown", |class| class.package);
                format!("a {} object", package.to_string_lossy())
            }
            Value::Array(_) => "an array".into(),
            Value::Hash(_) => "a hash".into(),
            Value::Scalar(_) => "a scalar".into(),
            Value::Other(kind) => format!("a reference to {}", kind.to_string_lossy()),
        }
    }

    /// The value as an integer between `min` and `max`; fractions are cut off.
    pub fn integer(&self, min: i64, max: u64) -> Result<i128, String> {
        let number = match *self {
            Value::Int(value) => i128::from(value),
            Value::Uint(value) => i128::from(value),
            Value::Number(value) => from_float(value).ok_or_else(|| self.not_between(min, max))?,
            Value::Text(text) => {
                parse_integer(text).ok_or_else(|| format!("is {}, not an integer", self.describe()))?
            }
            _ => return Err(format!("is {}, not an integer", self.describe())),
        };
        if number < i128::from(min) || number > i128::from(max) {
            return Err(self.not_between(min, max));
        }
        Ok(number)
    }

    fn not_between(&self, min: i64, max: u64) -> String {
        format!("is {}, not between {min} and {max}", self.describe())
    }

    /// The value as a floating point number.
    pub fn float(&self) -> Result<f64, String> {
        match *self {
            Value::Int(value) => Some(value as f64),
            Value::Uint(value) => Some(value as f64),
            Value::Number(value) => Some(value),
            Value::Text(text) => str::from_utf8(text).ok().and_then(|text| text.trim().parse().ok()),
            _ => None,
        }
        .ok_or_else(|| format!("is {}, not a number", self.describe()))
    }

    /// Truth as Perl has it.
    pub fn truth(&self) -> bool {
        match *self {
            Value::Undef => false,
            Value::Int(value) => value != 0,
            Value::Number(value) => value != 0.0,
            Value::Text(text) => !text.is_empty() && text != b"0",
            _ => true,
        }
    }

    /// The value as bytes, a number written out; `None` for what is neither.
    pub fn bytes(&self) -> Option<Cow<'a, [u8]>> {
        Some(match *self {
            Value::Text(text) => Cow::Borrowed(text),
            Value::Int(value) => Cow::Owned(value.to_string().into_bytes()),
            Value::Uint(value) => Cow::Owned(value.to_string().into_bytes()),
            Value::Number(value) => Cow::Owned(value.to_string().into_bytes()),
            _ => return None,
        })
    }

    /// The value as a string for C. A number is written out; `owned` keeps it.
    pub fn c_str(&self, owned: &mut Vec<CString>) -> Result<*const c_char, String> {
        let written = match self.bytes() {
            Some(text) if text.contains(&0) => return Err("has a NUL byte in it".into()),
            // The bridge promises a NUL behind the text.
            Some(Cow::Borrowed(text)) => return Ok(text.as_ptr().cast()),
            Some(Cow::Owned(number)) => number,
            None => return Err(format!("is {}, not a string", self.describe())),
        };
        let written = CString::new(written).map_err(|error| error.to_string())?;
        let pointer = written.as_ptr();
        owned.push(written);
        Ok(pointer)
    }
}

/// Data that is no scalar becomes undef.
impl IntoSv for Value<'_> {
    fn into_sv(self, perl: Perl) -> *mut SV {
        match self {
            Value::Int(value) => perl.new_int(value),
            Value::Uint(value) => perl.new_uint(value),
            Value::Number(value) => perl.new_number(value),
            Value::Text(text) => perl.new_string(text),
            _ => perl.new_undef(),
        }
    }
}

fn from_float(value: f64) -> Option<i128> {
    // Within 2**64 the cast is exact, and beyond it every range refuses.
    (value.abs() <= 2.0f64.powi(64)).then_some(value.trunc() as i128)
}

/// Like perl reads a number in a string, except that text behind the number is refused.
fn parse_integer(text: &[u8]) -> Option<i128> {
    let text = str::from_utf8(text).ok()?.trim();
    text.parse::<i128>().ok().or_else(|| text.parse::<f64>().ok().and_then(from_float))
}

/// The elements of an array argument, with the argument's name for errors.
#[derive(Clone, Copy)]
pub struct Items<'a> {
    name: &'a CStr,
    raw: &'a [RawValue],
}

impl<'a> Items<'a> {
    pub fn new(name: &'a CStr, raw: &'a [RawValue]) -> Self {
        Items { name, raw }
    }

    pub fn len(&self) -> usize {
        self.raw.len()
    }

    pub fn iter(&self) -> impl Iterator<Item = Value<'a>> + use<'a> {
        self.raw.iter().map(Value::of)
    }

    /// The error for one element.
    pub fn bad_element(&self, index: usize, problem: &str) -> Failure {
        Failure::Argument(format!("argument '{}', element {index}: {problem}", self.name.to_string_lossy()))
    }

    /// The elements as integers between `min` and `max`.
    pub fn integers<T: TryFrom<i128>>(&self, min: i64, max: u64) -> Result<Vec<T>, Failure> {
        self.iter()
            .enumerate()
            .map(|(index, value)| {
                let number = value.integer(min, max).map_err(|problem| self.bad_element(index, &problem))?;
                T::try_from(number).map_err(|_| self.bad_element(index, "is out of range"))
            })
            .collect()
    }

    /// The elements as strings for C, which `owned` keeps where they were numbers.
    pub fn strings(&self, owned: &mut Vec<CString>) -> Result<Vec<*const c_char>, Failure> {
        self.iter()
            .enumerate()
            .map(|(index, value)| value.c_str(owned).map_err(|problem| self.bad_element(index, &problem)))
            .collect()
    }
}

/// The keys and values of a hash argument.
#[derive(Clone, Copy)]
pub struct Pairs<'a> {
    raw: &'a [RawValue],
}

impl<'a> Pairs<'a> {
    pub fn new(raw: &'a [RawValue]) -> Self {
        Pairs { raw }
    }

    pub fn iter(&self) -> impl Iterator<Item = (&'a [u8], Value<'a>)> + use<'a> {
        self.raw.chunks_exact(2).map(|pair| match Value::of(&pair[0]) {
            Value::Text(key) => (key, Value::of(&pair[1])),
            _ => (&b""[..], Value::of(&pair[1])),
        })
    }

    pub fn len(&self) -> usize {
        self.raw.len() / 2
    }

    pub fn get(&self, key: &[u8]) -> Option<Value<'a>> {
        let is_key =
            |name: &RawValue| name.len == key.len() && matches!(Value::of(name), Value::Text(text) if text == key);
        self.raw.chunks_exact(2).find(|pair| is_key(&pair[0])).map(|pair| Value::of(&pair[1]))
    }
}
