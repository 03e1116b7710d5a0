//! Scalars: integers, numbers, strings, undef, references.

use super::Perl;
use crate::ffi::bridge::{self, RawValue, Tag};
use libperl_sys::{SV, thx};
use std::ffi::c_char;
use std::slice;

/// One reference to a scalar of the thread's interpreter. Without perl's help it cannot be given up,
/// so on a thread that runs none it stays.
#[must_use]
pub struct Scalar(*mut SV);

impl Scalar {
    /// # Safety
    /// `sv` is a live scalar of the interpreter that the thread runs, and the caller gives up a
    /// reference to it.
    #[inline(always)]
    pub unsafe fn assume_owned(sv: *mut SV) -> Self {
        Scalar(sv)
    }

    /// One more reference to a scalar of somebody else's.
    ///
    /// # Safety
    /// `sv` is a live scalar of the interpreter that the thread runs.
    pub unsafe fn assume_borrowed(sv: *mut SV) -> Self {
        // SAFETY: the caller's promise.
        unsafe { bridge::sv_bridge_hold(sv) };
        Scalar(sv)
    }

    /// The reference, which is the caller's now.
    #[inline(always)]
    pub fn into_raw(self) -> *mut SV {
        let sv = self.0;
        std::mem::forget(self);
        sv
    }

    /// The scalar, which stays this value's.
    #[inline(always)]
    pub fn as_raw(&self) -> *mut SV {
        self.0
    }

    /// Another reference to the same scalar.
    pub fn share(&self) -> Self {
        // SAFETY: alive as long as this value.
        unsafe { Scalar::assume_borrowed(self.0) }
    }

    /// What `read` makes of the contents. It keeps nothing of them, and runs no Perl code.
    pub fn read<R: 'static>(&self, perl: Perl, read: impl FnOnce(&RawValue) -> R) -> R {
        // SAFETY: the running interpreter and a live scalar, which nothing changes meanwhile.
        let raw = unsafe { RawValue::of_scalar(perl.raw(), self.0) };
        read(&raw)
    }

    /// A copy of the contents as bytes: none for what is no string.
    pub fn bytes(&self, perl: Perl) -> Vec<u8> {
        self.read(perl, |raw| match raw.tag() {
            // SAFETY: so C reads a string.
            Tag::String => unsafe { slice::from_raw_parts(raw.content().pv.cast(), raw.len()) }.to_vec(),
            _ => Vec::new(),
        })
    }
}

impl Drop for Scalar {
    #[cold]
    fn drop(&mut self) {
        if let Some(perl) = Perl::current() {
            // SAFETY: the reference is ours, and `Scalar` does not leave its thread.
            unsafe { bridge::sv_bridge_free(perl.raw(), self.0) };
        }
    }
}

// SAFETY of every block below: `Perl` is the running interpreter, the pointers are live scalars of
// it, lengths are those of the slices, and none of these functions can die; new scalars are the
// caller's.
impl Perl {
    /// A new signed integer.
    #[inline(always)]
    pub fn new_int(self, value: i64) -> Scalar {
        // SAFETY: see above.
        unsafe { Scalar::assume_owned(bridge::sv_bridge_integer(self.raw(), value)) }
    }

    /// A new unsigned integer.
    #[inline(always)]
    pub fn new_uint(self, value: u64) -> Scalar {
        match i64::try_from(value) {
            Ok(value) => self.new_int(value),
            // SAFETY: see above.
            Err(_) => unsafe { Scalar::assume_owned(thx::Perl_newSVuv(self.raw(), value)) },
        }
    }

    /// A new floating point number.
    pub fn new_number(self, value: f64) -> Scalar {
        // SAFETY: see above.
        unsafe { Scalar::assume_owned(thx::Perl_newSVnv(self.raw(), value)) }
    }

    /// A new string of bytes.
    pub fn new_string(self, bytes: &[u8]) -> Scalar {
        // SAFETY: see above.
        unsafe { Scalar::assume_owned(thx::Perl_newSVpvn(self.raw(), bytes.as_ptr().cast::<c_char>(), bytes.len())) }
    }

    /// A new undef.
    pub fn new_undef(self) -> Scalar {
        // SAFETY: see above.
        unsafe { Scalar::assume_owned(thx::Perl_newSV(self.raw(), 0)) }
    }

    /// A new file handle, which closes the descriptor.
    ///
    /// # Safety
    /// It is open, and the caller gives it up.
    pub unsafe fn new_handle(self, descriptor: i32) -> Scalar {
        // SAFETY: see above.
        unsafe { Scalar::assume_owned(bridge::sv_bridge_handle(self.raw(), descriptor)) }
    }

    /// A reference that takes over `target`.
    ///
    /// # Safety
    /// `target` is live, and the caller gives up a reference to it.
    pub unsafe fn new_ref(self, target: *mut SV) -> Scalar {
        // SAFETY: see above.
        unsafe { Scalar::assume_owned(bridge::sv_bridge_reference(self.raw(), target)) }
    }

    /// Perl frees `scalar` when the running statement is done.
    #[inline(always)]
    pub fn mortal(self, scalar: Scalar) -> *mut SV {
        // SAFETY: see above.
        unsafe { thx::Perl_sv_2mortal(self.raw(), scalar.into_raw()) }
    }

    /// A copy of a scalar's value, without its magic.
    pub fn copy(self, scalar: &Scalar) -> Scalar {
        const SV_NOSTEAL: i32 = 16;
        // SAFETY: see above.
        unsafe { Scalar::assume_owned(thx::Perl_newSVsv_flags(self.raw(), scalar.as_raw(), SV_NOSTEAL)) }
    }

    /// The reference, which does not keep its target alive any more, and is undef after that.
    ///
    /// # Safety
    /// It is one that [`Perl::new_ref`] has made: what is none cannot be weakened.
    pub unsafe fn weak(self, reference: Scalar) -> Scalar {
        // SAFETY: see above, and the caller's promise.
        unsafe { thx::Perl_sv_rvweaken(self.raw(), reference.as_raw()) };
        reference
    }

    /// Turns the characters of a string that Perl code has written into bytes; false if one of
    /// them is above 255.
    pub fn downgrade(self, scalar: &Scalar) -> bool {
        // SAFETY: see above; told to return where it could not, and to leave magic alone.
        unsafe { thx::Perl_sv_utf8_downgrade_flags(self.raw(), scalar.as_raw(), true, 0) }
    }
}

/// A variable of the caller's that is assigned to when the call is over.
#[derive(Clone, Copy)]
pub struct Variable(*mut SV);

impl Variable {
    /// # Safety
    /// `sv` is an argument of the call, which can be assigned to.
    pub unsafe fn assume(sv: *mut SV) -> Self {
        Variable(sv)
    }

    /// For the bridge.
    pub fn as_raw(self) -> *mut SV {
        self.0
    }
}

/// A string scalar with room that C fills in.
pub struct Buffer {
    perl: Perl,
    scalar: Scalar,
    room: usize,
}

// SAFETY of the blocks below: as above, and only this value knows the scalar.
impl Buffer {
    /// Room for so many bytes.
    pub fn with_room(perl: Perl, room: usize) -> Self {
        // SAFETY: see above.
        let scalar = unsafe { Scalar::assume_owned(thx::Perl_newSV(perl.raw(), room)) };
        Buffer { perl, scalar, room }
    }

    /// Where the bytes go, `room` of them.
    pub fn as_mut_ptr(&mut self) -> *mut c_char {
        // SAFETY: see above; it has that size already and stays where it is.
        unsafe { thx::Perl_sv_grow(self.perl.raw(), self.scalar.as_raw(), self.room + 1) }
    }

    /// The scalar with the first `len` bytes.
    ///
    /// # Safety
    /// They are filled in.
    pub unsafe fn filled(mut self, len: usize) -> Scalar {
        let bytes = self.as_mut_ptr();
        // SAFETY: the caller's promise; perl moves the bytes to where they are.
        unsafe { thx::Perl_sv_setpvn(self.perl.raw(), self.scalar.as_raw(), bytes, len) };
        self.scalar
    }
}
