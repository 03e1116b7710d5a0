//! Threads for work, which is done in lanes.

use super::lanes::{Lanes, Places, Work};
use super::lock;
use crate::ffi::bridge;
use std::cell::Cell;
use std::ffi::c_void;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};
use std::{fs, ptr, thread};

/// How long a thread without a job stays.
const IDLE: Duration = Duration::from_secs(5);
/// How long a fork is held up by threads that do not sleep.
const PATIENCE: Duration = Duration::from_millis(100);

thread_local! {
    static IS_OF_POOL: Cell<bool> = const { Cell::new(false) };
}

/// Whether this is a thread of a pool.
pub fn is_here() -> bool {
    IS_OF_POOL.get()
}

pub struct Pool<W> {
    state: Mutex<State<W>>,
    work: Condvar,
    begun: AtomicBool,
}

pub struct State<W> {
    lanes: Lanes<W>,
    /// Threads that wait.
    idle: usize,
    /// Those that were called, and those that were begun, and have not looked yet.
    called: usize,
    starting: usize,
    /// The threads that have work: where Linux says what each does.
    running: Vec<Arc<Path>>,
}

impl<W> Default for Pool<W> {
    fn default() -> Self {
        let state = State { lanes: Lanes::default(), idle: 0, called: 0, starting: 0, running: Vec::new() };
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
        self.has_begun() && { !lock(&self.state).running.is_empty() }
    }

    /// Runs work as soon as its lane has a place; what is urgent before what waits. It comes back if there can
    /// be no thread for it.
    pub fn submit(&'static self, job: Arc<W>, places: Places, is_urgent: bool) -> Result<(), Arc<W>> {
        let mut state = lock(&self.state);
        let number = job.lane();
        state.lanes.add(job, places, is_urgent);
        // One that is busy may have taken what they are to come for.
        let calls = state.idle.min(state.uncalled());
        state.idle -= calls;
        state.called += calls;
        while state.uncalled() > 0 {
            self.begun.store(true, Ordering::Relaxed);
            // SAFETY: a function for threads of this pool, which stays.
            if !unsafe { bridge::sv_bridge_spawn(run::<W>, ptr::from_ref(self).cast_mut().cast()) } {
                // With other threads it waits for one of them.
                if state.running.is_empty() && state.called + state.starting == 0 {
                    let refused = state.lanes.ready.pop_back();
                    state.lanes.leave(number);
                    return refused.map_or(Ok(()), Err);
                }
                break;
            }
            state.starting += 1;
        }
        // Whoever wakes wants the lock at once.
        drop(state);
        (0..calls).for_each(|_| self.work.notify_one());
        Ok(())
    }

    /// Keeps threads from work while the process forks, once those that have work sleep: they wait
    /// for their hosts then, and have no lock that the child would have for ever. Since 2.90 GLib has
    /// some that all connections share. There is no waiting for what computes for long.
    pub fn hold(&self) -> MutexGuard<'_, State<W>> {
        let end = Instant::now() + PATIENCE;
        loop {
            let state = lock(&self.state);
            if state.running.iter().all(|status| sleeps(status)) || Instant::now() > end {
                return state;
            }
            drop(state);
            thread::sleep(Duration::from_micros(100));
        }
    }

    /// Takes what waits for a place out of its lane.
    pub fn withdraw(&self, job: &W) {
        lock(&self.state).lanes.withdraw(job);
    }
}

impl<W> State<W> {
    /// How much has a place, and no thread that is about to look.
    fn uncalled(&self) -> usize {
        self.lanes.ready.len().saturating_sub(self.called + self.starting)
    }
}

/// Whether the thread with that status neither runs nor is about to.
fn sleeps(status: &Path) -> bool {
    let Ok(status) = fs::read(status) else { return true };
    // Behind its name, which may have anything in it.
    let name_ends = status.iter().rposition(|&byte| byte == b')');
    !name_ends.is_some_and(|end| matches!(status.get(end + 2), Some(b'R' | b'D')))
}

/// That of the calling thread.
fn own_status() -> Arc<Path> {
    let thread = fs::read_link("/proc/thread-self").unwrap_or_default();
    [Path::new("/proc"), &thread, Path::new("stat")].iter().collect::<PathBuf>().into()
}

extern "C" fn run<W: Work>(pool: *mut c_void) -> *mut c_void {
    bridge::sv_bridge_enter_libvirt();
    IS_OF_POOL.set(true);
    // SAFETY: the pool that has begun it, which stays.
    let pool = unsafe { &*pool.cast::<Pool<W>>() };
    let status = own_status();
    let mut state = lock(&pool.state);
    state.starting -= 1;
    loop {
        if let Some(job) = state.lanes.ready.pop_front() {
            state.running.push(Arc::clone(&status));
            drop(state);
            job.run();
            let lane = job.lane();
            drop(job);
            state = lock(&pool.state);
            state.running.retain(|running| !Arc::ptr_eq(running, &status));
            state.lanes.leave(lane);
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Computes for so long, and then waits for nothing.
    struct Computing {
        time: Duration,
        is_over: AtomicBool,
    }

    impl Work for Computing {
        fn id(&self) -> u64 {
            1
        }

        fn lane(&self) -> usize {
            1
        }

        fn run(self: &Arc<Self>) {
            let end = Instant::now() + self.time;
            while Instant::now() < end {}
            self.is_over.store(true, Ordering::SeqCst);
            thread::sleep(4 * PATIENCE);
        }
    }

    /// Whether what computes for so long was over when the pool was held, and how long that took.
    fn hold_behind(time: Duration) -> (bool, Duration) {
        let pool: &Pool<Computing> = Box::leak(Box::default());
        let work = Arc::new(Computing { time, is_over: AtomicBool::new(false) });
        assert!(pool.submit(Arc::clone(&work), Places::USUAL, false).is_ok());
        while !pool.is_busy() {
            thread::yield_now();
        }
        let start = Instant::now();
        let held = pool.hold();
        let took = start.elapsed();
        assert_eq!(held.running.len(), 1);
        (work.is_over.load(Ordering::SeqCst), took)
    }

    #[test]
    fn a_fork_waits_until_threads_sleep() {
        let (is_over, took) = hold_behind(PATIENCE / 4);
        assert!(is_over || took >= PATIENCE);
        assert!(took < 4 * PATIENCE);
    }

    #[test]
    fn a_fork_does_not_wait_for_what_computes_for_long() {
        let (is_over, took) = hold_behind(20 * PATIENCE);
        assert!(!is_over && took >= PATIENCE);
    }
}
