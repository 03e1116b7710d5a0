//! Arrays, built with their size known.

use super::Perl;
use libperl_sys::{AV, SV, thx};

/// An array under construction.
pub struct Array {
    perl: Perl,
    av: *mut AV,
}

// SAFETY of the blocks below: `av` is a plain array that only this value knows, and stores
// into such an array cannot die.
impl Array {
    pub fn with_capacity(perl: Perl, elements: usize) -> Self {
        // SAFETY: see above.
        let av = unsafe { thx::Perl_newAV(perl.raw()) };
        if elements > 0 {
            // SAFETY: see above.
            unsafe { thx::Perl_av_extend(perl.raw(), av, elements as isize - 1) };
        }
        Array { perl, av }
    }

    /// Adds `value`, which the array takes over.
    pub fn push(&mut self, value: *mut SV) {
        // SAFETY: see above.
        unsafe { thx::Perl_av_push(self.perl.raw(), self.av, value) };
    }

    /// A reference to the finished array.
    pub fn into_ref(self) -> *mut SV {
        self.perl.new_ref(self.av.cast::<SV>())
    }
}
