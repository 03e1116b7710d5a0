//! Perl data that the bridge has read: scalars, and arrays and hashes of them. What a method may
//! have is judged here, and said in these words, for an argument and for what is in one.

use super::IntoScalar;
use crate::ffi::bridge::{RawValue, Tag};
use crate::objects::Class;
use crate::perl::{Perl, Scalar};
use libperl_sys::SV;
use std::borrow::Cow;
use std::ffi::{CStr, CString, c_char, c_void};
use std::{slice, str};

/// One scalar.
#[derive(Clone, Copy)]
pub enum Data<'a> {
    /// Undef.
    Undef,
    /// A signed integer.
    Int(i64),
    /// An integer above those.
    Uint(u64),
    /// A floating point number.
    Number(f64),
    /// A string; a NUL follows.
    Text(&'a [u8]),
    /// A string with characters above 255 where bytes are wanted.
    Wide,
    /// Class number and pointer, NULL for a destroyed object.
    Object(u8, *mut c_void),
    /// The elements.
    Array(&'a [RawValue]),
    /// Key, value, key, value.
    Hash(&'a [RawValue]),
    /// More than any method takes.
    Endless,
    /// A reference that is no data; its type.
    Reference(&'a CStr),
    /// An object of another module; its class.
    Foreign(&'a CStr),
    /// A scalar to keep, or to write to.
    Scalar(*mut SV),
    /// A scalar that cannot be written to.
    Constant,
    /// A glob.
    Glob,
    /// A file handle that cannot be used, and why.
    Handle(&'static str),
}

impl<'a> Data<'a> {
    /// What a value of the bridge holds.
    #[inline]
    pub fn of(raw: &'a RawValue) -> Self {
        let (content, len) = (raw.content(), raw.len());
        // SAFETY: the tag says which field of the union C has set, and what it points at lives
        // as long as the value.
        unsafe {
            match raw.tag() {
                Tag::Undef => Data::Undef,
                Tag::Int => Data::Int(content.iv),
                Tag::Uint => Data::Uint(content.uv),
                Tag::Number => Data::Number(content.nv),
                Tag::String => Data::Text(slice::from_raw_parts(content.pv.cast(), len)),
                Tag::Wide => Data::Wide,
                Tag::Object => Data::Object(raw.class(), content.ptr),
                Tag::Array => Data::Array(slice::from_raw_parts(content.items, len)),
                Tag::Hash => Data::Hash(slice::from_raw_parts(content.items, len)),
                Tag::Endless => Data::Endless,
                Tag::Reference => Data::Reference(CStr::from_ptr(content.pv)),
                Tag::Foreign => Data::Foreign(CStr::from_ptr(content.pv)),
                Tag::Scalar => Data::Scalar(content.sv),
                Tag::Constant => Data::Constant,
                Tag::Glob => Data::Glob,
                Tag::Closed => Data::Handle("that is not open"),
                Tag::Tied => Data::Handle("that is tied"),
                Tag::Unfiled => Data::Handle("without a descriptor"),
                Tag::Filled => Data::Handle("with data in its buffer that its descriptor cannot take"),
            }
        }
    }

    /// For messages: "undef", "'text'", "an array".
    pub fn describe(&self) -> String {
        match self {
            Data::Undef => "undef".into(),
            Data::Int(value) => value.to_string(),
            Data::Uint(value) => value.to_string(),
            Data::Number(value) => value.to_string(),
            Data::Text(text) => format!("'{}'", String::from_utf8_lossy(text)),
            Data::Wide => "a string with characters above 255".into(),
            Data::Object(class, _) => format!("a {} object", Class::name(*class)),
            Data::Array(_) => "an array".into(),
            Data::Hash(_) => "a hash".into(),
            Data::Endless => "endless".into(),
            Data::Reference(kind) => format!("a reference to {}", kind.to_string_lossy()),
            Data::Foreign(class) => format!("a {} object", class.to_string_lossy()),
            Data::Scalar(_) => "a scalar".into(),
            Data::Constant => "read-only".into(),
            Data::Glob => "a glob".into(),
            Data::Handle(problem) => format!("a file handle {problem}"),
        }
    }

    /// Why the data is not `wanted`.
    pub fn is_not(&self, wanted: &str) -> String {
        match self {
            Data::Endless => "has too many elements".into(),
            Data::Wide => "has a character above 255: encode it first".into(),
            _ => format!("is {}, not {wanted}", self.describe()),
        }
    }

    /// The value as an integer between `min` and `max`; fractions are cut off. One above the largest
    /// i64 comes as the i64 of the same bits.
    pub fn integer(&self, min: i64, max: u64) -> Result<i64, String> {
        let number = match *self {
            Data::Int(value) => i128::from(value),
            Data::Uint(value) => i128::from(value),
            Data::Number(value) => from_float(value).ok_or_else(|| self.is_not_between(min, max))?,
            Data::Text(text) => parse_integer(text).ok_or_else(|| self.is_not("an integer"))?,
            _ => return Err(self.is_not("an integer")),
        };
        if number < i128::from(min) || number > i128::from(max) {
            return Err(self.is_not_between(min, max));
        }
        Ok(number as i64)
    }

    fn is_not_between(&self, min: i64, max: u64) -> String {
        format!("is {}, not between {min} and {max}", self.describe())
    }

    /// The value as a floating point number.
    pub fn float(&self) -> Result<f64, String> {
        match *self {
            Data::Int(value) => Some(value as f64),
            Data::Uint(value) => Some(value as f64),
            Data::Number(value) => Some(value),
            Data::Text(text) => str::from_utf8(text).ok().and_then(|text| text.trim().parse().ok()),
            _ => None,
        }
        .ok_or_else(|| self.is_not("a number"))
    }

    /// Truth as Perl has it.
    pub fn truth(&self) -> bool {
        match *self {
            Data::Undef => false,
            Data::Int(value) => value != 0,
            Data::Number(value) => value != 0.0,
            Data::Text(text) => !text.is_empty() && text != b"0",
            _ => true,
        }
    }

    /// The value as bytes, a number written out; `None` for what is neither.
    pub fn bytes(&self) -> Option<Cow<'a, [u8]>> {
        Some(match *self {
            Data::Text(text) => Cow::Borrowed(text),
            Data::Int(value) => Cow::Owned(value.to_string().into_bytes()),
            Data::Uint(value) => Cow::Owned(value.to_string().into_bytes()),
            Data::Number(value) => Cow::Owned(value.to_string().into_bytes()),
            _ => return None,
        })
    }

    /// The value as a string for C. A number is written out; `owned` keeps it.
    pub fn c_str(&self, owned: &mut Vec<CString>) -> Result<*const c_char, String> {
        let written = match self.bytes() {
            Some(text) if text.contains(&0) => return Err(HAS_NUL.into()),
            // The bridge promises a NUL behind the text.
            Some(Cow::Borrowed(text)) => return Ok(text.as_ptr().cast()),
            Some(Cow::Owned(number)) => number,
            None => return Err(self.is_not("a string")),
        };
        let written = CString::new(written).map_err(|error| error.to_string())?;
        let pointer = written.as_ptr();
        owned.push(written);
        Ok(pointer)
    }
}

/// Why a string cannot go to C.
pub const HAS_NUL: &str = "has a NUL byte in it";

fn from_float(value: f64) -> Option<i128> {
    // Within 2**64 the cast is exact, and beyond it every range refuses.
    (value.abs() <= 2.0f64.powi(64)).then_some(value.trunc() as i128)
}

/// Like perl reads a number in a string, except that text behind the number is refused.
fn parse_integer(text: &[u8]) -> Option<i128> {
    let text = str::from_utf8(text).ok()?.trim();
    text.parse::<i128>().ok().or_else(|| text.parse::<f64>().ok().and_then(from_float))
}

/// Data that is no scalar becomes undef.
impl IntoScalar for Data<'_> {
    unsafe fn into_scalar(self, perl: Perl) -> Scalar {
        match self {
            Data::Int(value) => perl.new_int(value),
            Data::Uint(value) => perl.new_uint(value),
            Data::Number(value) => perl.new_number(value),
            Data::Text(text) => perl.new_string(text),
            _ => perl.new_undef(),
        }
    }
}

/// The keys and values of a hash argument.
#[derive(Clone, Copy)]
pub struct Pairs<'a> {
    raw: &'a [RawValue],
}

impl<'a> Pairs<'a> {
    /// Key, value, key, value.
    pub fn new(raw: &'a [RawValue]) -> Self {
        Pairs { raw }
    }

    /// One after the other.
    pub fn iter(&self) -> impl Iterator<Item = (&'a [u8], Data<'a>)> + use<'a> {
        self.raw.chunks_exact(2).map(|pair| match Data::of(&pair[0]) {
            Data::Text(key) => (key, Data::of(&pair[1])),
            _ => (&b""[..], Data::of(&pair[1])),
        })
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.raw.len() / 2
    }

    /// The value of a key.
    pub fn get(&self, key: &[u8]) -> Option<Data<'a>> {
        let is_key =
            |name: &RawValue| name.len() == key.len() && matches!(Data::of(name), Data::Text(text) if text == key);
        self.raw.chunks_exact(2).find(|pair| is_key(&pair[0])).map(|pair| Data::of(&pair[1]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integer_takes_what_perl_takes_for_one() {
        for (data, number) in [
            (Data::Int(-5), -5_i128),
            (Data::Uint(u64::MAX), u64::MAX.into()),
            (Data::Number(2.9), 2),
            (Data::Number(-2.9), -2),
            (Data::Text(b" 12 "), 12),
            (Data::Text(b"1e3"), 1000),
            (Data::Text(b"18446744073709551615"), u64::MAX.into()),
        ] {
            assert_eq!(data.integer(i64::MIN, u64::MAX), Ok(number as i64), "{}", data.describe());
        }
    }

    #[test]
    fn integer_refuses_what_is_none_or_out_of_range() {
        for (data, problem) in [
            (Data::Text(b"12 MiB"), "is '12 MiB', not an integer"),
            (Data::Text(b""), "is '', not an integer"),
            (Data::Undef, "is undef, not an integer"),
            (Data::Array(&[]), "is an array, not an integer"),
            (Data::Reference(c"CODE"), "is a reference to CODE, not an integer"),
            (Data::Foreign(c"Some::Class"), "is a Some::Class object, not an integer"),
            (Data::Int(-1), "is -1, not between 0 and 4294967295"),
            (Data::Int(1 << 32), "is 4294967296, not between 0 and 4294967295"),
            (Data::Text(b"-9223372036854775809"), "is '-9223372036854775809', not between 0 and 4294967295"),
        ] {
            assert_eq!(data.integer(0, u32::MAX.into()), Err(problem.into()));
        }
        assert!(Data::Number(f64::NAN).integer(i64::MIN, u64::MAX).is_err());
        assert!(Data::Number(1e30).integer(i64::MIN, u64::MAX).is_err());
    }

    #[test]
    fn float_reads_numbers_in_strings_and_nothing_else() {
        assert_eq!(Data::Text(b" 1.5 ").float(), Ok(1.5));
        assert_eq!(Data::Uint(1 << 63).float(), Ok(9_223_372_036_854_775_808.0));
        assert_eq!(Data::Text(b"fast").float(), Err("is 'fast', not a number".into()));
    }

    #[test]
    fn truth_is_that_of_perl() {
        for (data, truth) in [
            (Data::Undef, false),
            (Data::Text(b""), false),
            (Data::Text(b"0"), false),
            (Data::Text(b"00"), true),
            (Data::Text(b"0.0"), true),
            (Data::Number(0.0), false),
            (Data::Int(0), false),
            (Data::Hash(&[]), true),
        ] {
            assert_eq!(data.truth(), truth, "{}", data.describe());
        }
    }

    #[test]
    fn c_str_borrows_text_and_writes_numbers_out() {
        let mut owned = Vec::new();
        let text = b"text\0";
        assert_eq!(Data::Text(&text[..4]).c_str(&mut owned), Ok(text.as_ptr().cast()));
        assert!(owned.is_empty());
        assert!(Data::Int(-7).c_str(&mut owned).is_ok());
        assert_eq!(owned[0].to_bytes(), b"-7");
        assert_eq!(Data::Text(b"a\0b").c_str(&mut owned), Err(HAS_NUL.into()));
    }
}
