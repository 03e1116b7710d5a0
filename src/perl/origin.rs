//! Where an error comes from: the method, and the place in the script that has called it. Kept behind
//! the error's hash (`bridge/origin.c`), whose keys stay those that scripts know.

use super::{Perl, Scalar};
use crate::ffi::bridge::{self, Place};
use std::ffi::CStr;
use std::slice;

/// Which call an error is of.
pub struct Origin {
    /// With its package.
    pub method: &'static CStr,
    /// Bytes, as perl has them.
    pub file: Vec<u8>,
    /// 0 if perl does not know.
    pub line: u32,
}

// SAFETY of every block below: `Perl` is the running interpreter, scalars are live ones of it, and none
// of these functions can die.
impl Origin {
    /// A call of `method` from where the script is.
    pub fn here(perl: Perl, method: &'static CStr) -> Self {
        let place = perl.place();
        // SAFETY: see above; the running statement's.
        unsafe { Origin::copy(method, &place) }
    }

    /// That of an error, if it has one.
    pub fn of(error: &Scalar, perl: Perl) -> Option<Self> {
        let mut place = Place::default();
        // SAFETY: see above; methods have constant names, and the rest lives as long as the error.
        unsafe {
            let method = bridge::sv_bridge_origin(perl.raw(), error.as_raw(), &mut place);
            (!method.is_null()).then(|| Origin::copy(CStr::from_ptr(method), &place))
        }
    }

    /// # Safety
    /// The file is NULL, or has its length.
    unsafe fn copy(method: &'static CStr, place: &Place) -> Self {
        let file = match place.file.is_null() {
            true => Vec::new(),
            // SAFETY: the caller's promise.
            false => unsafe { slice::from_raw_parts(place.file.cast(), place.len) }.to_vec(),
        };
        Origin { method, file, line: place.line }
    }

    /// As messages end: " at FILE line N.\n".
    pub fn place(&self) -> Vec<u8> {
        [b" at ", &*self.file, format!(" line {}.\n", self.line).as_bytes()].concat()
    }
}

impl Perl {
    /// Where the script is.
    fn place(self) -> Place {
        let mut place = Place::default();
        // SAFETY: see above.
        unsafe { bridge::sv_bridge_place(self.raw(), &mut place) };
        place
    }
}

impl Scalar {
    /// Says that this error is of a call of `method` from where the script is.
    pub fn comes_from_here(&self, perl: Perl, method: &'static CStr) {
        // SAFETY: see above; a fresh error, and the running statement's place.
        unsafe { bridge::sv_bridge_set_origin(perl.raw(), self.as_raw(), method.as_ptr(), &perl.place()) };
    }

    /// Says that this error is of that call.
    pub fn comes_from(&self, perl: Perl, origin: &Origin) {
        let place = Place { file: origin.file.as_ptr().cast(), len: origin.file.len(), line: origin.line };
        // SAFETY: see above; a fresh error, and a place with its length.
        unsafe { bridge::sv_bridge_set_origin(perl.raw(), self.as_raw(), origin.method.as_ptr(), &place) };
    }
}
