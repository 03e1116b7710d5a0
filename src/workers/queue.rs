//! A queue with a descriptor that is readable while there is something in it, made when somebody asks for
//! it. In a forked child its copy is empty: the descriptor is the parent's, too, whose signal must stay,
//! and a thread that the child does not have may have locked it.

use super::lock;
use super::signal::Signal;
use crate::ffi::Process;
use std::collections::VecDeque;
use std::ffi::c_int;
use std::mem;
use std::sync::{Mutex, OnceLock};

pub struct Queue<T> {
    state: Mutex<State<T>>,
    signal: OnceLock<Signal>,
    process: Process,
}

struct State<T> {
    items: VecDeque<T>,
    /// Whether the signal is raised, or somebody is about to raise it, as who makes it is.
    is_raised: bool,
    is_closed: bool,
}

impl<T> Queue<T> {
    pub fn new() -> Self {
        let state = State { items: VecDeque::new(), is_raised: false, is_closed: false };
        Queue { state: Mutex::new(state), signal: OnceLock::new(), process: Process::current() }
    }

    fn is_copy(&self) -> bool {
        !self.process.is_current()
    }

    /// That descriptor; -1 where the process has as many as it may.
    pub fn signal(&self) -> c_int {
        self.signal.get().or_else(|| self.open()).map_or(-1, Signal::descriptor)
    }

    fn open(&self) -> Option<&Signal> {
        let state = lock(&self.state);
        if self.signal.get().is_none() {
            let signal = Signal::open()?;
            if state.is_raised {
                signal.raise();
            }
            let _ = self.signal.set(signal);
        }
        self.signal.get()
    }

    /// Adds something behind the rest; it comes back if nobody will look any more.
    pub fn push(&self, item: T) -> Result<(), T> {
        self.push_if(|| true, item)
    }

    /// The same, if that is so while nobody else adds anything or takes it out.
    pub fn push_if(&self, condition: impl FnOnce() -> bool, item: T) -> Result<(), T> {
        let to_raise = {
            let mut state = lock(&self.state);
            if state.is_closed || !condition() {
                return Err(item);
            }
            state.items.push_back(item);
            let was_raised = mem::replace(&mut state.is_raised, true);
            self.signal.get().filter(|_| !was_raised)
        };
        // Without the lock, which whoever wakes wants at once.
        if let Some(signal) = to_raise {
            signal.raise();
        }
        Ok(())
    }

    /// Takes the first, if it is wanted.
    pub fn pop_if(&self, is_wanted: impl FnOnce(&T) -> bool) -> Option<T> {
        if self.is_copy() {
            return None;
        }
        let mut state = lock(&self.state);
        let first = if state.items.front().is_none_or(is_wanted) { state.items.pop_front() } else { None };
        if state.items.is_empty() && state.is_raised {
            // What is about to be raised is lowered by the next one who finds nothing.
            state.is_raised = self.signal.get().is_some_and(|signal| !signal.lower());
        }
        first
    }

    /// Takes out all but those that `keep` says; whoever finds nothing then lowers the signal.
    pub fn retain(&self, keep: impl FnMut(&T) -> bool) {
        lock(&self.state).items.retain(keep);
    }

    pub fn is_empty(&self) -> bool {
        self.is_copy() || lock(&self.state).items.is_empty()
    }

    /// Nobody looks any more: all that is in it.
    pub fn close(&self) -> VecDeque<T> {
        let mut state = lock(&self.state);
        state.is_closed = true;
        mem::take(&mut state.items)
    }
}
