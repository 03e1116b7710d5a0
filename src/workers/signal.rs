//! A descriptor that is readable while it is raised.

use crate::ffi::bridge;
use std::ffi::c_int;

/// One of its own, closed with the value.
pub struct Signal(c_int);

// SAFETY of the blocks below: the descriptor is this value's own.
impl Signal {
    /// `None` where the process has as many descriptors as it may.
    pub fn open() -> Option<Self> {
        let descriptor = bridge::sv_bridge_open_signal();
        (descriptor >= 0).then(|| Signal(descriptor))
    }

    /// For who waits.
    pub fn descriptor(&self) -> c_int {
        self.0
    }

    pub fn raise(&self) {
        // SAFETY: see above.
        unsafe { bridge::sv_bridge_raise_signal(self.0) };
    }

    /// False where it was not raised.
    pub fn lower(&self) -> bool {
        // SAFETY: see above.
        unsafe { bridge::sv_bridge_lower_signal(self.0) }
    }
}

impl Drop for Signal {
    fn drop(&mut self) {
        // SAFETY: see above.
        unsafe { bridge::sv_bridge_close_signal(self.0) };
    }
}
