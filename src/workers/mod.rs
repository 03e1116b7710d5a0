//! Other threads. A method that needs no interpreter while it works runs on one of them: `pool`
//! has the threads, `lanes` what they are to do, `job` is one call, `home` what an interpreter is to be
//! told; `begin` is how calls come there and back, `ends` where objects end.

mod begin;
mod deadline;
mod ends;
mod home;
mod job;
mod lanes;
mod limit;
mod pool;
mod queue;
mod signal;

pub use begin::WATCH;
pub use home::{Home, Item, ask, take_home};
pub use pool::is_here as is_on_pool;

use crate::ffi::Process;
use std::any::Any;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// All that is shared between threads. A forked child starts anew: what it has of its parent's may
/// be locked by a thread that it does not have.
struct Shared {
    process: Process,
    pool: pool::Pool<job::Job>,
    homes: Mutex<home::Homes>,
    deadlines: deadline::Deadlines,
    /// How many calls may hang.
    hung: AtomicUsize,
}

fn shared() -> &'static Shared {
    static SHARED: AtomicPtr<Shared> = AtomicPtr::new(std::ptr::null_mut());
    let process = Process::current();
    let known = SHARED.load(Ordering::Acquire);
    // SAFETY: NULL, or one that is never freed.
    match unsafe { known.as_ref() } {
        Some(shared) if shared.process == process => shared,
        _ => {
            let new = Box::into_raw(Box::new(Shared {
                process,
                pool: pool::Pool::default(),
                homes: Mutex::default(),
                deadlines: deadline::Deadlines::default(),
                hung: AtomicUsize::new(0),
            }));
            match SHARED.compare_exchange(known, new, Ordering::AcqRel, Ordering::Acquire) {
                // SAFETY: never freed.
                Ok(_) => unsafe { &*new },
                // SAFETY: another thread was first; its own is never freed, and this one is nobody's.
                Err(theirs) => unsafe {
                    drop(Box::from_raw(new));
                    &*theirs
                },
            }
        }
    }
}

/// Whether there has been a thread in this process.
fn are_there_any() -> bool {
    shared().pool.has_begun()
}

/// Holds the pool while the script forks: see there.
pub fn hold() -> Box<dyn Any> {
    Box::new(shared().pool.hold())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
