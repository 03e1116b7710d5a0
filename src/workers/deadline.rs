//! Deadlines: one thread, begun with the first, that tells jobs when their time is over.

use super::job::Job;
use super::{lock, shared};
use crate::ffi::bridge;
use std::collections::BTreeMap;
use std::ffi::c_void;
use std::ptr;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Instant;

#[derive(Default)]
pub struct Deadlines {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    jobs: BTreeMap<(Instant, u64), Arc<Job>>,
    has_thread: bool,
}

impl Deadlines {
    /// Tells the job at that time, unless it is removed before; false if there can be no thread for that.
    pub fn add(&self, at: Instant, job: &Arc<Job>) -> bool {
        let mut state = lock(&self.state);
        state.jobs.insert((at, job.id), Arc::clone(job));
        if !state.has_thread {
            // SAFETY: a function for that thread, which needs no data.
            state.has_thread = unsafe { bridge::sv_bridge_spawn(thread, ptr::null_mut()) };
        } else if state.jobs.first_key_value().is_some_and(|(key, _)| key.1 == job.id) {
            self.changed.notify_one();
        }
        state.has_thread
    }

    pub fn remove(&self, at: Instant, job: &Job) {
        lock(&self.state).jobs.remove(&(at, job.id));
    }
}

extern "C" fn thread(_: *mut c_void) -> *mut c_void {
    bridge::sv_bridge_enter_libvirt();
    let deadlines = &shared().deadlines;
    let mut state = lock(&deadlines.state);
    loop {
        let now = Instant::now();
        match state.jobs.first_key_value().map(|(key, _)| *key) {
            None => state = deadlines.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            Some((at, _)) if at > now => {
                let waited = deadlines.changed.wait_timeout(state, at - now);
                state = waited.unwrap_or_else(PoisonError::into_inner).0;
            }
            Some(key) => {
                let job = state.jobs.remove(&key);
                drop(state);
                if let Some(job) = job {
                    job.expire();
                }
                state = lock(&deadlines.state);
            }
        }
    }
}
