//! Processes. A forked child has copies of all that its parent had, of which it must leave much alone.

use super::bridge;

/// A process, known by the forks that lie between it and the one that loaded the module.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Process(isize);

impl Process {
    /// The one that runs this.
    pub fn current() -> Self {
        Process(bridge::sv_bridge_forks())
    }

    /// Whether it is the one that runs this.
    pub fn is_current(self) -> bool {
        self == Process::current()
    }
}
