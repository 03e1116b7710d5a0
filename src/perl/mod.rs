//! Perl values, made and read with functions of perl that cannot die, one kind of value a
//! file. Ownership is in the types: a [`Scalar`] is one reference to a scalar, and whoever takes
//! one over takes that; what C hands out becomes one with `assume_owned`.

mod array;
mod code;
mod hash;
mod origin;
mod scalar;

pub use array::Array;
pub use code::{Callback, Exception, Held, TAKE_HOME, hold};
pub use hash::{Choice, Hash, Shape, hold_templates};
pub use origin::Origin;
pub use scalar::{Buffer, Scalar, Variable};

use crate::ffi::bridge;
use libperl_sys::PerlInterpreter;

/// The Perl interpreter that the current thread runs. Not to be sent to another thread, so all
/// that is made with it stays on this one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Perl(*mut PerlInterpreter);

impl Perl {
    /// # Safety
    /// `raw` is the interpreter that the current thread runs, and stays so while the value
    /// is used.
    pub unsafe fn assume_current(raw: *mut PerlInterpreter) -> Self {
        Perl(raw)
    }

    /// The interpreter of this thread; `None` on a thread that has none, such as one of
    /// libvirt's own.
    pub fn current() -> Option<Self> {
        let raw = bridge::sv_bridge_interpreter();
        (!raw.is_null()).then_some(Perl(raw))
    }

    /// For the functions of perl and of the bridge.
    pub fn raw(self) -> *mut PerlInterpreter {
        self.0
    }
}
