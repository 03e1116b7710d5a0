//! Arrays, built with their size known.

use super::{Perl, Scalar};
use libperl_sys::{AV, SV, thx};

/// An array under construction.
pub struct Array {
    perl: Perl,
    av: *mut AV,
}

// SAFETY of the blocks below: `av` is a plain array that only this value knows, and stores
// into such an array cannot die.
impl Array {
    /// An empty array with room for so many elements.
    pub fn with_capacity(perl: Perl, elements: usize) -> Self {
        // SAFETY: see above.
        let av = unsafe { thx::Perl_newAV(perl.raw()) };
        if elements > 0 {
            // SAFETY: see above.
            unsafe { thx::Perl_av_extend(perl.raw(), av, elements as isize - 1) };
        }
        Array { perl, av }
    }

    /// Adds `value`.
    pub fn push(&mut self, value: Scalar) {
        // SAFETY: see above; the array takes the reference over.
        unsafe { thx::Perl_av_push(self.perl.raw(), self.av, value.into_raw()) };
    }

    /// A reference to the finished array.
    pub fn into_ref(self) -> Scalar {
        // SAFETY: the only reference to the array is given up for the new one.
        unsafe { self.perl.new_ref(self.av.cast::<SV>()) }
    }
}
