//! Scalars: integers, numbers, strings, undef, references.

use super::Perl;
use crate::ffi::bridge;
use libperl_sys::{SV, thx};
use std::ffi::c_char;

// SAFETY of every block in this file: `Perl` is the running interpreter, the pointers are live
// scalars of it, lengths are those of the slices, and none of these functions can die.
impl Perl {
    pub fn new_int(self, value: i64) -> *mut SV {
        // SAFETY: see above.
        unsafe { thx::Perl_newSViv(self.raw(), value) }
    }

    pub fn new_uint(self, value: u64) -> *mut SV {
        // SAFETY: see above.
        unsafe { thx::Perl_newSVuv(self.raw(), value) }
    }

    pub fn new_number(self, value: f64) -> *mut SV {
        // SAFETY: see above.
        unsafe { thx::Perl_newSVnv(self.raw(), value) }
    }

    pub fn new_string(self, bytes: &[u8]) -> *mut SV {
        // SAFETY: see above.
        unsafe { thx::Perl_newSVpvn(self.raw(), bytes.as_ptr().cast::<c_char>(), bytes.len()) }
    }

    pub fn new_undef(self) -> *mut SV {
        // SAFETY: see above.
        unsafe { thx::Perl_newSV(self.raw(), 0) }
    }

    /// A reference that takes over `target`.
    pub fn new_ref(self, target: *mut SV) -> *mut SV {
        // SAFETY: see above.
        unsafe { bridge::sv_bridge_reference(self.raw(), target) }
    }

    /// Perl frees `sv` when the running statement is done.
    pub fn mortal(self, sv: *mut SV) -> *mut SV {
        // SAFETY: see above.
        unsafe { thx::Perl_sv_2mortal(self.raw(), sv) }
    }

    /// Gives up one reference to `sv`. No destructor runs before the call is over.
    pub fn free(self, sv: *mut SV) {
        // SAFETY: see above.
        unsafe { bridge::sv_bridge_free(self.raw(), sv) }
    }

    pub fn set_int(self, sv: *mut SV, value: i64) {
        // SAFETY: see above; `sv` is an op's target, which has no magic that could die.
        unsafe { thx::Perl_sv_setiv(self.raw(), sv, value) }
    }

    pub fn set_uint(self, sv: *mut SV, value: u64) {
        match i64::try_from(value) {
            Ok(value) => self.set_int(sv, value),
            // SAFETY: see set_int.
            Err(_) => unsafe { thx::Perl_sv_setuv(self.raw(), sv, value) },
        }
    }

    pub fn set_string(self, sv: *mut SV, bytes: &[u8]) {
        // SAFETY: see set_int.
        unsafe { thx::Perl_sv_setpvn(self.raw(), sv, bytes.as_ptr().cast::<c_char>(), bytes.len()) }
    }
}

impl Perl {
    /// Turns the characters of a string that Perl code has written into bytes; false if one of
    /// them is above 255.
    pub fn downgrade(self, sv: *mut SV) -> bool {
        // SAFETY: see above; told to return where it could not, and to leave magic alone.
        unsafe { thx::Perl_sv_utf8_downgrade_flags(self.raw(), sv, true, 0) }
    }

    /// The bytes of a string scalar of our own making.
    pub fn bytes_of(self, sv: *mut SV) -> Vec<u8> {
        match crate::convert::Value::of_scalar(self, sv) {
            crate::convert::Value::Text(bytes) => bytes.to_vec(),
            _ => Vec::new(),
        }
    }
}

/// A string scalar with room that C fills in.
pub struct Buffer {
    perl: Perl,
    sv: *mut SV,
    room: usize,
}

// SAFETY of the blocks below: `sv` is a string that only this value knows.
impl Buffer {
    pub fn with_room(perl: Perl, room: usize) -> Self {
        // SAFETY: see above.
        Buffer { perl, sv: unsafe { thx::Perl_newSV(perl.raw(), room) }, room }
    }

    /// Where the bytes go, `room` of them.
    pub fn as_mut_ptr(&mut self) -> *mut c_char {
        // SAFETY: see above; it has that size already and stays where it is.
        unsafe { thx::Perl_sv_grow(self.perl.raw(), self.sv, self.room + 1) }
    }

    /// The scalar with the first `len` bytes.
    ///
    /// # Safety
    /// They are filled in.
    pub unsafe fn filled(mut self, len: usize) -> *mut SV {
        let bytes = self.as_mut_ptr();
        // SAFETY: the caller's promise; perl moves the bytes to where they are.
        unsafe { thx::Perl_sv_setpvn(self.perl.raw(), self.sv, bytes, len) };
        self.perl.share(self.sv)
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        self.perl.free(self.sv);
    }
}
