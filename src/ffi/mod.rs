//! What the C side looks like from Rust.

pub mod bridge;

use std::ffi::CStr;

/// A constant that ends with its NUL as a C string.
pub const fn c_str(text: &'static str) -> &'static CStr {
    match CStr::from_bytes_with_nul(text.as_bytes()) {
        Ok(text) => text,
        Err(_) => panic!("a C string has one NUL, at its end"),
    }
}
