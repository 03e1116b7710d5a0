//! What the C side looks like from Rust.

pub mod bridge;
mod call;
mod process;
mod value;

pub use process::Process;

use std::ffi::CStr;
use std::ptr;

/// Overwrites a copy of a secret that is about to be freed.
pub fn wipe(secret: &mut [u8]) {
    // SAFETY: bytes of our own; volatile, for nobody reads them after that.
    secret.iter_mut().for_each(|byte| unsafe { ptr::write_volatile(byte, 0) });
}

/// A constant that ends with its NUL as a C string.
pub const fn c_str(text: &'static str) -> &'static CStr {
    match CStr::from_bytes_with_nul(text.as_bytes()) {
        Ok(text) => text,
        Err(_) => panic!("a C string has one NUL, at its end"),
    }
}
