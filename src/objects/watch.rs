//! The callback of a stream.
//!
//! libvirt has it as long as no function takes it away, and its drivers go on calling it when the
//! stream has ended. One that was taken away and added again while it ran is never freed, and
//! with it the stream; so what removes itself stays libvirt's until it returns.

use std::ffi::c_int;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use virt::sys::*;

/// Perl code that hears what a stream is ready for.
pub trait Listener: Send + Sync {
    /// Calls it.
    fn hear(&self, events: c_int);
}

/// What libvirt calls for a stream, and what that is for.
#[derive(Default)]
pub struct Watch {
    listener: Mutex<Option<Arc<dyn Listener>>>,
    wanted: AtomicI32,
    running: AtomicBool,
}

impl Watch {
    fn listener(&self) -> MutexGuard<'_, Option<Arc<dyn Listener>>> {
        self.listener.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on it has somebody to tell.
    pub fn listen(&self, events: c_int, listener: Arc<dyn Listener>) {
        self.want(events);
        *self.listener() = Some(listener);
    }

    /// From now on it does nothing.
    pub fn give_up(&self) {
        let listener = self.listener().take();
        drop(listener); // without the lock
    }

    /// Whether it has somebody to tell.
    pub fn is_heard(&self) -> bool {
        self.listener().is_some()
    }

    /// Whether it was called and has not returned.
    pub fn is_running(&self) -> bool {
        self.running.load(Ordering::Relaxed)
    }

    /// Which events it is for.
    pub fn want(&self, events: c_int) {
        self.wanted.store(events, Ordering::Relaxed);
    }

    /// Which events libvirt is asked for. While a function moves all data, those of data too:
    /// the driver in this process calls nothing else when that function aborts the stream.
    pub fn asked(&self, moving: bool) -> c_int {
        self.wanted.load(Ordering::Relaxed) | if moving { VIR_STREAM_EVENT_READABLE as c_int } else { 0 }
    }

    /// Tells of events, unless it was told and has not returned.
    pub fn tell(&self, events: c_int) {
        // The listener may give it up.
        let listener = self.listener().clone();
        if let (Some(listener), false) = (listener, self.running.swap(true, Ordering::Relaxed)) {
            listener.hear(events);
            self.running.store(false, Ordering::Relaxed);
        }
    }

    /// Tells of what libvirt calls it for: those events that it is for, and failures.
    /// Returns whether the stream was aborted.
    pub fn called(&self, events: c_int) -> bool {
        let failed = (VIR_STREAM_EVENT_ERROR | VIR_STREAM_EVENT_HANGUP) as c_int;
        let events = events & (self.wanted.load(Ordering::Relaxed) | failed);
        if events != 0 {
            self.tell(events);
        }
        events & VIR_STREAM_EVENT_ERROR as c_int != 0
    }
}
