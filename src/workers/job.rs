//! A job: one call on another thread, from its beginning on the interpreter's thread to its end
//! there. libvirt cannot be told to give up: a job whose time is over, or that nobody waits for any
//! more, is abandoned, and keeps its thread and its place until libvirt returns.

use super::home::{Home, Item, Told};
use super::lanes::{Places, Work};
use super::limit::Deadline;
use super::signal::Signal;
use super::{lock, shared};
use crate::deferred::{Deferred, Outcome};
use crate::error::{Failure, Report};
use crate::ffi::Process;
use crate::ffi::bridge::{self, Call};
use crate::objects::{KeptObject, Reference, Transfer, connection};
use crate::panics;
use crate::perl::Perl;
use std::ffi::c_int;
use std::mem;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use virt::sys;

/// One call, or the end of an object.
pub struct Job {
    /// Its own number.
    pub id: u64,
    /// The one that has begun it. A child's copy never ends by itself, and may have locks that a thread of its
    /// parent's had.
    process: Process,
    /// For the pool.
    pub lane: usize,
    /// NULL if it is on none.
    pub connection: usize,
    home: Arc<Home>,
    future: usize,
    /// Of who waits in C: raised when it is done, if there is a descriptor left for that. Otherwise its home
    /// is told.
    waiter: Option<Option<Signal>>,
    deadline: Option<Deadline>,
    /// Of a method that lasts, or asks the script.
    transfer: Option<Arc<Transfer>>,
    state: Mutex<State>,
}

struct State {
    progress: Progress,
    /// Whether libvirt has it.
    runs: bool,
    /// For the interpreter's thread alone.
    kept: Vec<KeptObject>,
    /// In the place of those, once nobody waits for it any more, until libvirt returns.
    references: Vec<Reference>,
}

enum Progress {
    Waiting(Box<Deferred>),
    /// For nobody: the end of an object.
    Task(Box<dyn FnOnce() + Send>),
    Running,
    Done(Finished),
    /// With the call, if it was not made.
    Failed(Failure, Option<Box<Deferred>>),
    Over,
}

/// The call before its outcome: libvirt's objects in that may need what is in this.
struct Finished(Outcome, Box<Deferred>);

// SAFETY: as a deferred call, an outcome has no Perl values.
unsafe impl Send for Finished {}

/// Whether a call may hang: one that was abandoned, which libvirt has not returned from, or that somebody
/// waits for, whose host may never answer.
pub fn may_any_hang() -> bool {
    shared().hung.load(Ordering::Relaxed) > 0
}

fn may_hang(more: bool) {
    if more {
        shared().hung.fetch_add(1, Ordering::Relaxed);
        // From now on: whether any may is looked at there, as the last one's end and another's
        // beginning may come at the same time.
        bridge::sv_bridge_attend(bridge::ATTENTION_HUNG);
    } else {
        shared().hung.fetch_sub(1, Ordering::Relaxed);
    }
}

impl State {
    /// A call to be made, with the objects that it keeps.
    fn of_call(deferred: Box<Deferred>, kept: Vec<KeptObject>) -> Self {
        State { progress: Progress::Waiting(deferred), runs: false, kept, references: Vec::new() }
    }

    /// Lets the objects go that are kept for it.
    ///
    /// # Safety
    /// On the thread of its interpreter.
    unsafe fn let_go(&mut self, perl: Perl) {
        for object in self.kept.drain(..) {
            if self.runs {
                self.references.push(object.reference());
            }
            // SAFETY: the caller's promise.
            unsafe { object.let_go(perl) };
        }
    }
}

impl Work for Job {
    fn id(&self) -> u64 {
        self.id
    }

    fn lane(&self) -> usize {
        self.lane
    }

    /// The method's code.
    fn run(self: &Arc<Self>) {
        let deferred = {
            let mut state = lock(&self.state);
            match mem::replace(&mut state.progress, Progress::Running) {
                Progress::Waiting(deferred) => {
                    state.runs = true;
                    deferred
                }
                Progress::Task(task) => {
                    drop(state);
                    return panics::contained(task);
                }
                other => {
                    state.progress = other;
                    return;
                }
            }
        };
        let finished = Finished(deferred.run(), deferred);
        let mut state = lock(&self.state);
        state.runs = false;
        if let Progress::Running = state.progress {
            state.progress = Progress::Done(finished);
            drop(state);
            self.tell();
        } else {
            let references = mem::take(&mut state.references);
            drop(state);
            may_hang(false);
            // Here: what ends with it may have to wait for its host once more.
            drop(finished);
            drop(references);
        }
    }
}

impl Told for Job {
    fn is_over(&self) -> bool {
        matches!(lock(&self.state).progress, Progress::Over)
    }

    fn future(&self) -> usize {
        self.future
    }
}

impl Job {
    /// A call to be made, with the objects that it keeps.
    pub fn of_call(
        id: u64,
        (lane, connection): (usize, usize),
        (home, future): (Arc<Home>, usize),
        waiter: Option<Option<Signal>>,
        deadline: Option<Deadline>,
        (deferred, kept): (Box<Deferred>, Vec<KeptObject>),
    ) -> Arc<Self> {
        let transfer = deferred.transfer();
        let state = Mutex::new(State::of_call(deferred, kept));
        let process = Process::current();
        if waiter.is_some() {
            may_hang(true);
        }
        Arc::new(Job { id, process, lane, connection, home, future, waiter, deadline, transfer, state })
    }

    /// Something that nobody waits for.
    pub fn of_task(lane: usize, home: Arc<Home>, task: impl FnOnce() + Send + 'static) -> Arc<Self> {
        let progress = Progress::Task(Box::new(task));
        let state = State { progress, runs: false, kept: Vec::new(), references: Vec::new() };
        let state = Mutex::new(state);
        let (waiter, deadline, transfer) = Default::default();
        let process = Process::current();
        Arc::new(Job { id: 0, process, lane, connection: 0, home, future: 0, waiter, deadline, transfer, state })
    }

    /// Has the thread of deadlines tell it when its time is over; false if there can be none.
    pub fn keep_deadline(self: &Arc<Self>) -> bool {
        self.deadline.as_ref().is_none_or(|deadline| shared().deadlines.add(deadline.at(), self))
    }

    /// On the thread of deadlines: the time is over.
    pub fn expire(self: &Arc<Self>) {
        let Some(deadline) = &self.deadline else { return };
        if self.transfer.as_ref().is_some_and(|transfer| deadline.is_put_off(transfer.moved_at())) {
            self.keep_deadline();
            return;
        }
        let mut state = lock(&self.state);
        if !matches!(state.progress, Progress::Waiting(_) | Progress::Running) {
            return;
        }
        // SAFETY: the job keeps it alive, and does not let it go while its state is locked.
        let failure = Failure::Libvirt(unsafe { deadline.is_over(self.connection as sys::virConnectPtr) });
        let call = match mem::replace(&mut state.progress, Progress::Running) {
            Progress::Waiting(deferred) => Some(deferred),
            _ => {
                may_hang(true);
                None
            }
        };
        state.progress = Progress::Failed(failure, call);
        drop(state);
        self.stop();
        shared().pool.withdraw(self);
        self.tell();
    }

    /// Tells who waits that it is done.
    fn tell(self: &Arc<Self>) {
        match &self.waiter {
            Some(signal) => signal.iter().for_each(Signal::raise),
            None => self.home.push(Item::Done(self.clone())),
        }
    }

    /// What is readable when it is done, for who waits in C.
    pub fn signal(&self) -> Option<c_int> {
        self.waiter.as_ref()?.as_ref().map(Signal::descriptor)
    }

    /// Whether this is a child's copy.
    pub fn is_copy(&self) -> bool {
        !self.process.is_current()
    }

    /// Whether nothing more comes of it.
    pub fn is_done(&self) -> bool {
        self.is_copy() || !matches!(lock(&self.state).progress, Progress::Waiting(_) | Progress::Running)
    }

    /// What it has come to, for a call on its interpreter's thread; `None` if nothing so far.
    ///
    /// # Safety
    /// On that thread.
    pub unsafe fn take(&self, perl: Perl) -> Option<Result<impl FnOnce(&Call) + use<>, Failure>> {
        if self.is_copy() {
            let problem = "the call was made by the process that this one is a copy of";
            return Some(Err(Failure::Libvirt(Report::new(sys::VIR_ERR_OPERATION_ABORTED, problem))));
        }
        // What it has given up of the script's, and who was to hear of it.
        self.home.answer();
        // SAFETY: the caller's promise.
        match unsafe { self.end(perl) } {
            (Progress::Done(Finished(outcome, deferred)), kept) => Some(Ok(move |call: &Call| {
                // SAFETY: as above; what is kept is let go after that.
                unsafe {
                    deferred.finish(outcome, call);
                    kept.into_iter().for_each(|object| object.let_go(perl));
                }
            })),
            (Progress::Failed(failure, call), _) => {
                drop(call);
                Some(Err(failure))
            }
            _ => None,
        }
    }

    /// Nobody waits for it any more.
    ///
    /// # Safety
    /// On its interpreter's thread.
    pub unsafe fn abandon(&self, perl: Perl) {
        if self.is_over() {
            return;
        }
        self.stop();
        shared().pool.withdraw(self);
        // SAFETY: the caller's promise.
        let (_, kept) = unsafe { self.end(perl) };
        self.home.forget_abandoned();
        // SAFETY: as above.
        kept.into_iter().for_each(|object| unsafe { object.let_go(perl) });
    }

    /// Has what lasts end soon, and ask no more.
    fn stop(&self) {
        if let Some(transfer) = &self.transfer {
            transfer.stop();
            self.home.withdraw(transfer);
        }
    }

    /// Its progress, which is over, and what was kept for its outcome.
    ///
    /// # Safety
    /// On its interpreter's thread.
    unsafe fn end(&self, perl: Perl) -> (Progress, Vec<KeptObject>) {
        if let Some(deadline) = &self.deadline {
            shared().deadlines.remove(deadline.at(), self);
        }
        if self.waiter.is_some() {
            may_hang(false);
        }
        let mut state = lock(&self.state);
        let progress = mem::replace(&mut state.progress, Progress::Over);
        match progress {
            Progress::Done(_) => return (progress, mem::take(&mut state.kept)),
            Progress::Running => may_hang(true),
            _ => {}
        }
        // SAFETY: the caller's promise.
        unsafe { state.let_go(perl) };
        (progress, Vec::new())
    }
}

/// Ends something of a connection on another thread, behind the calls that it has there; on this one, if there
/// can be no other.
pub fn elsewhere(home: &Arc<Home>, lane: usize, end: impl FnOnce() + Send + 'static) {
    let places = connection::limits(lane).places.map_or(Places::USUAL, Places::Of);
    if let Err(job) = shared().pool.submit(Job::of_task(lane, Arc::clone(home), end), places, false) {
        job.run();
    }
}
