//! Threads for work. Each connection has a lane: so much of its work is done at a time, and the
//! rest waits behind that in order, so that a host which hangs uses up its own places only.

use super::lock;
use crate::ffi::bridge;
use std::collections::{HashMap, VecDeque};
use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// As many as libvirtd answers at a time, of one client (`max_client_requests`).
pub const PLACES: usize = 5;
/// How long a thread without a job stays.
const IDLE: Duration = Duration::from_secs(5);

/// What a thread is for.
pub trait Work: Send + Sync {
    /// Its own number.
    fn id(&self) -> u64;
    /// That of its lane.
    fn lane(&self) -> usize;
    fn run(self: &Arc<Self>);
}

pub struct Pool<W> {
    state: Mutex<State<W>>,
    work: Condvar,
    begun: AtomicBool,
}

struct State<W> {
    lanes: HashMap<usize, Lane<W>>,
    /// What has its place, and waits for a thread.
    ready: VecDeque<Arc<W>>,
    /// Threads that wait.
    idle: usize,
    /// Those that were called, and those that were begun, and have not looked yet.
    called: usize,
    starting: usize,
    /// Work that has a thread.
    running: usize,
}

struct Lane<W> {
    waiting: VecDeque<Arc<W>>,
    running: usize,
    places: usize,
}

impl<W> Default for Pool<W> {
    fn default() -> Self {
        let state =
            State { lanes: HashMap::new(), ready: VecDeque::new(), idle: 0, called: 0, starting: 0, running: 0 };
        Pool { state: Mutex::new(state), work: Condvar::new(), begun: AtomicBool::new(false) }
    }
}

impl<W: Work> Pool<W> {
    /// Whether there has been a thread.
    pub fn has_begun(&self) -> bool {
        self.begun.load(Ordering::Relaxed)
    }

    /// Whether work is being done.
    pub fn is_busy(&self) -> bool {
        self.has_begun() && { lock(&self.state).running > 0 }
    }

    /// Runs work as soon as its lane has a place; what is urgent before what waits. False if there can
    /// be no thread for it.
    pub fn submit(&'static self, job: Arc<W>, places: usize, is_urgent: bool) -> bool {
        let mut state = lock(&self.state);
        let lane =
            state.lanes.entry(job.lane()).or_insert_with(|| Lane { waiting: VecDeque::new(), running: 0, places });
        lane.places = places;
        if lane.running >= lane.places {
            if is_urgent {
                lane.waiting.push_front(job)
            } else {
                lane.waiting.push_back(job)
            }
            return true;
        }
        lane.running += 1;
        let number = job.lane();
        state.ready.push_back(job);
        // One that is busy may have taken what they are to come for.
        if state.ready.len() <= state.called + state.starting {
            return true;
        }
        if state.idle > 0 {
            state.idle -= 1;
            state.called += 1;
            // Whoever wakes wants the lock at once.
            drop(state);
            self.work.notify_one();
            return true;
        }
        self.begun.store(true, Ordering::Relaxed);
        // SAFETY: a function for threads of this pool, which stays.
        let spawned = unsafe { bridge::sv_bridge_spawn(thread::<W>, ptr::from_ref(self).cast_mut().cast()) };
        // With other threads it waits for one of them.
        state.starting += usize::from(spawned);
        if !spawned && state.running == 0 && state.idle == 0 {
            state.ready.pop_back();
            state.leave(number);
            return false;
        }
        true
    }

    /// Takes what waits for a place out of its lane.
    pub fn withdraw(&self, job: &W) {
        let mut state = lock(&self.state);
        if let Some(lane) = state.lanes.get_mut(&job.lane()) {
            lane.waiting.retain(|waiting| waiting.id() != job.id());
        }
    }
}

impl<W> State<W> {
    /// Work has left its place: the next one of its lane gets it.
    fn leave(&mut self, number: usize) {
        let Some(lane) = self.lanes.get_mut(&number) else { return };
        match lane.waiting.pop_front() {
            Some(job) => self.ready.push_back(job),
            None => {
                lane.running -= 1;
                if lane.running == 0 {
                    self.lanes.remove(&number);
                }
            }
        }
    }
}

extern "C" fn thread<W: Work>(pool: *mut c_void) -> *mut c_void {
    bridge::sv_bridge_enter_libvirt();
    // SAFETY: the pool that has begun it, which stays.
    let pool = unsafe { &*pool.cast::<Pool<W>>() };
    let mut state = lock(&pool.state);
    state.starting -= 1;
    loop {
        if let Some(job) = state.ready.pop_front() {
            state.running += 1;
            drop(state);
            job.run();
            let lane = job.lane();
            drop(job);
            state = lock(&pool.state);
            state.running -= 1;
            state.leave(lane);
            continue;
        }
        state.idle += 1;
        let (back, timeout) = match pool.work.wait_timeout(state, IDLE) {
            Ok((state, timeout)) => (state, timeout.timed_out()),
            Err(poisoned) => (poisoned.into_inner().0, true),
        };
        state = back;
        if state.called > 0 {
            state.called -= 1;
            continue;
        }
        state.idle -= 1;
        if timeout {
            return ptr::null_mut();
        }
    }
}
