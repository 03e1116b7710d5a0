//! Streams: what they are connected to, and what is registered on them.
//!
//! libvirt checks little of that. Its driver in this process loses what a stream was connected to
//! when it is connected again, and with it a descriptor and a thread; it follows null pointers when
//! a hole is sent the wrong way. Neither driver stops calling a stream's callback when the stream ends.

use super::Transfer;
use super::watch::Watch;
use crate::error::{Failure, Report};
use crate::ffi::Process;
use std::any::Any;
use std::collections::HashMap;
use std::ffi::{c_int, c_void};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use virt::sys::*;

/// Where a stream's data goes.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum Flow {
    /// Nowhere yet.
    #[default]
    Idle,
    /// To the script.
    Reads,
    /// From the script.
    Writes,
    /// Both ways.
    Both,
    /// Nowhere any more, but libvirt is not done with it: a handler or callback has ended it.
    Ending,
    /// Nowhere any more.
    Ended,
}

#[derive(Default)]
struct State {
    /// Perl objects for it, in all interpreters.
    objects: usize,
    flow: Flow,
    /// The process that made it, where another cannot use it: a thread of libvirt's moves the data of one that
    /// does not block, and a child has no such thread.
    bound_to: Option<Process>,
    /// How many functions that move all data are running, one in a handler of the other.
    moving: usize,
    /// The one that moves it from or to a file, or was the last that did, and whether it still does.
    transfer: Option<Arc<Transfer>>,
    transferring: bool,
    watch: Option<Arc<Watch>>,
    /// Whether the callback is told of an abort: libvirt has it no more, and it may remove itself.
    telling: bool,
}

impl State {
    /// Whether its end has to be told.
    fn is_connected(&self) -> bool {
        !matches!(self.flow, Flow::Idle | Flow::Ending | Flow::Ended)
    }

    fn end(&mut self) {
        self.flow = if self.moving > 0 { Flow::Ending } else { Flow::Ended };
    }
}

fn states() -> MutexGuard<'static, HashMap<usize, State>> {
    static STATES: LazyLock<Mutex<HashMap<usize, State>>> = LazyLock::new(Mutex::default);
    STATES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Holds the lock while the process forks: the child gets it unlocked, whatever other threads do.
pub fn hold() -> Box<dyn Any> {
    Box::new(states())
}

fn with_state<T>(stream: virStreamPtr, work: impl FnOnce(&mut State) -> T) -> T {
    work(states().entry(stream as usize).or_default())
}

/// The first Perl object for a new stream; NULL is passed on.
pub fn opened(stream: virStreamPtr, flags: u32) -> virStreamPtr {
    if !stream.is_null() {
        let bound_to = (flags & VIR_STREAM_NONBLOCK != 0).then(Process::current);
        states().insert(stream as usize, State { objects: 1, bound_to, ..State::default() });
    }
    stream
}

/// One Perl object more for a stream.
///
/// # Safety
/// `stream` is a live stream.
pub unsafe fn reference(stream: *mut c_void) -> c_int {
    with_state(stream.cast(), |state| state.objects += 1);
    // SAFETY: the caller's promise.
    unsafe { virStreamRef(stream.cast()) }
}

/// One Perl object less for a stream. The last one aborts it, after its callback: libvirt would keep
/// both, and what the stream is connected to.
///
/// # Safety
/// `stream` is a live stream of this process, and the caller gives up its reference.
pub unsafe fn release(stream: *mut c_void) -> c_int {
    let stream: virStreamPtr = stream.cast();
    let is_last = with_state(stream, |state| {
        state.objects = state.objects.saturating_sub(1);
        state.objects == 0
    });
    if is_last {
        // SAFETY: the caller's promise.
        unsafe { give_up(stream) };
        let state = states().remove(&(stream as usize));
        if state.is_some_and(|state| state.is_connected()) {
            // SAFETY: the caller's promise.
            unsafe { virStreamAbort(stream) };
        }
    }
    // SAFETY: the caller's promise.
    unsafe { virStreamFree(stream) }
}

/// Where the data of a stream goes, unless this process cannot use it.
pub fn flow(stream: virStreamPtr) -> Result<Flow, &'static str> {
    with_state(stream, |state| match state.bound_to {
        Some(process) if !process.is_current() => {
            Err("is a stream that does not block, and belongs to the parent process")
        }
        _ => Ok(state.flow),
    })
}

/// Whether a stream is connected to anything.
pub fn is_connected(stream: virStreamPtr) -> bool {
    states().get(&(stream as usize)).is_some_and(State::is_connected)
}

/// Passes on what came of a function that connects a stream.
pub fn connected<T>(stream: virStreamPtr, flow: Flow, outcome: Result<T, Failure>) -> Result<T, Failure> {
    if outcome.is_ok() {
        with_state(stream, |state| state.flow = flow);
    }
    outcome
}

/// Finishes a stream with `finish`, and ends its callback first.
///
/// # Safety
/// `stream` is a live stream.
pub unsafe fn finish<T>(stream: virStreamPtr, finish: impl FnOnce() -> T) -> T {
    // SAFETY: the caller's promise.
    unsafe { give_up(stream) };
    let outcome = finish();
    with_state(stream, |state| {
        // What leads nowhere cannot be finished.
        if state.flow != Flow::Idle {
            state.end();
        }
    });
    outcome
}

/// Aborts a stream with `abort`, and tells its callback, which has ended then.
///
/// # Safety
/// `stream` is a live stream.
pub unsafe fn abort<T>(stream: virStreamPtr, abort: impl FnOnce() -> T) -> T {
    // SAFETY: the caller's promise.
    let watch = unsafe { take_watch(stream, |_| true) };
    let outcome = abort();
    let tell = |telling| with_state(stream, |state| state.telling = telling);
    with_state(stream, State::end);
    if let Some(watch) = watch {
        tell(true);
        watch.tell(VIR_STREAM_EVENT_ERROR as c_int);
        watch.give_up();
        tell(false);
    }
    outcome
}

/// Runs a function that moves all data, and aborts the stream if that fails, as libvirt does in
/// most cases. The callback of a stream of this process can be ended before that or in the
/// call that libvirt then makes of it, which therefore has to come.
///
/// # Safety
/// `stream` is a live stream.
pub unsafe fn moving<T>(stream: virStreamPtr, all: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    let count = |one: isize| {
        let (moving, watch) = with_state(stream, |state| {
            state.moving = state.moving.saturating_add_signed(one);
            if state.flow == Flow::Ending {
                state.end();
            }
            (state.moving > 0, state.watch.clone())
        });
        if let Some(watch) = watch {
            // SAFETY: the caller's promise.
            unsafe { virStreamEventUpdateCallback(stream, watch.asked(moving)) };
        }
    };
    count(1);
    let outcome = all();
    count(-1);
    if outcome.is_ok() {
        return outcome;
    }
    // SAFETY: the caller's promise.
    unsafe {
        abort(stream, || {
            virStreamAbort(stream);
            outcome
        })
    }
}

/// Whether a function that moves all data is running.
pub fn is_moving(stream: virStreamPtr) -> bool {
    states().get(&(stream as usize)).is_some_and(|state| state.moving > 0)
}

/// Refuses a stream that does not wait for data, as functions that move all need it.
pub fn waits(stream: virStreamPtr) -> Result<(), Failure> {
    match with_state(stream, |state| state.bound_to) {
        None => Ok(()),
        Some(_) => {
            let problem = "the stream does not block: send or receive in pieces";
            Err(Failure::Libvirt(Report::new(VIR_ERR_OPERATION_INVALID, problem)))
        }
    }
}

/// Refuses a stream that has ended.
pub fn not_ended(stream: virStreamPtr) -> Result<(), Failure> {
    match with_state(stream, |state| state.flow) {
        Flow::Ending | Flow::Ended => Err(Failure::invalid("the stream has ended")),
        _ => Ok(()),
    }
}

/// Runs a function that moves all data from or to a file: one at a time.
///
/// # Safety
/// `stream` is a live stream.
pub unsafe fn transfer<T>(
    stream: virStreamPtr,
    transfer: &Arc<Transfer>,
    work: impl FnOnce() -> Result<T, Failure>,
) -> Result<T, Failure> {
    with_state(stream, |state| {
        if state.moving > 0 || state.transferring {
            return Err(Failure::invalid("another call moves the data of the stream"));
        }
        state.transfer = Some(Arc::clone(transfer));
        state.transferring = true;
        Ok(())
    })?;
    // SAFETY: the caller's promise.
    let outcome = unsafe { moving(stream, work) };
    with_state(stream, |state| state.transferring = false);
    outcome
}

/// How many bytes the call that moves the stream's data from or to a file has moved, or the last one
/// that did.
pub fn transferred(stream: virStreamPtr) -> u64 {
    with_state(stream, |state| state.transfer.as_ref().map_or(0, |transfer| transfer.bytes()))
}

/// The callback of a stream, if there is one.
pub fn watch(stream: virStreamPtr) -> Option<Arc<Watch>> {
    states().get(&(stream as usize))?.watch.clone()
}

/// Whether a stream's callback is told of an abort.
pub fn is_telling(stream: virStreamPtr) -> bool {
    states().get(&(stream as usize)).is_some_and(|state| state.telling)
}

/// What libvirt has for the callback of a stream.
pub fn watched(stream: virStreamPtr, watch: Arc<Watch>) {
    with_state(stream, |state| state.watch = Some(watch));
}

/// Ends the callback of a stream, if there is one.
///
/// # Safety
/// `stream` is a live stream.
pub unsafe fn give_up(stream: virStreamPtr) {
    // SAFETY: the caller's promise.
    if let Some(watch) = unsafe { take_watch(stream, |_| true) } {
        watch.give_up();
    }
}

/// Takes the callback of a stream away from libvirt, if it is that one.
///
/// # Safety
/// `stream` is a live stream.
unsafe fn take_watch(stream: virStreamPtr, is_it: impl FnOnce(&Arc<Watch>) -> bool) -> Option<Arc<Watch>> {
    let watch = states().get_mut(&(stream as usize))?.watch.take_if(|watch| is_it(watch))?;
    // SAFETY: the caller's promise. One that libvirt has aborted has none any more.
    unsafe { virStreamEventRemoveCallback(stream) };
    Some(watch)
}

/// libvirt calls the callback of a stream, which ends then if nobody hears it or the stream was aborted
/// while a function moves all its data.
///
/// # Safety
/// `stream` is a live stream, and `watch` is registered on it.
pub unsafe fn called(stream: virStreamPtr, watch: &Arc<Watch>, events: c_int) {
    let aborted = watch.called(events);
    if aborted && is_moving(stream) || !watch.is_heard() && !watch.is_running() {
        // SAFETY: the caller's promise.
        unsafe { take_watch(stream, |registered| Arc::ptr_eq(registered, watch)) };
        watch.give_up();
    }
}
