//! SIGPIPE, which libvirt does not expect: it writes to a program or daemon that may be gone.

unsafe extern "C" {
    fn sv_bridge_block_sigpipe() -> bool;
    fn sv_bridge_unblock_sigpipe();
}

/// Keeps the signal from this thread until it is dropped, and drops one that came meanwhile. Does
/// nothing if the signal was kept already.
pub struct Blocked(bool);

impl Blocked {
    pub fn new() -> Self {
        // SAFETY: changes the signal mask of this thread, no more.
        Blocked(unsafe { sv_bridge_block_sigpipe() })
    }

    /// Runs what needs the signal as it was.
    pub fn lifted<T>(&mut self, work: impl FnOnce() -> T) -> T {
        self.lift();
        let result = work();
        *self = Blocked::new();
        result
    }

    fn lift(&mut self) {
        if std::mem::take(&mut self.0) {
            // SAFETY: as above.
            unsafe { sv_bridge_unblock_sigpipe() };
        }
    }
}

impl Drop for Blocked {
    fn drop(&mut self) {
        self.lift();
    }
}
