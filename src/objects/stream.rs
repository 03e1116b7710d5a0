//! Streams: what they are connected to, and what is registered on them.
//!
//! libvirt checks little of that. Its driver in this process loses what a stream was connected to
//! when it is connected again, and with it a descriptor and a thread; it follows null pointers when
//! a hole is sent the wrong way. Its remote driver never frees the callback of a stream, which owns
//! the stream and with that the connection; neither driver stops calling it when the stream ends.

use super::Transfer;
use crate::error::Failure;
use crate::ffi::bridge;
use std::any::Any;
use std::collections::HashMap;
use std::ffi::{c_int, c_void};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use virt::sys::*;

/// What a stream's callback owns, and how to take it away from it.
pub trait Watch: Send {
    /// From now on the callback does nothing.
    fn give_up(&self);
    /// Calls the callback, unless it runs.
    fn tell(&self, events: c_int);
}

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
    /// Nowhere any more.
    Ended,
}

#[derive(Default)]
struct State {
    /// Perl objects for it, in all interpreters.
    objects: usize,
    /// Where it is from; the stream keeps it.
    connection: usize,
    flow: Flow,
    /// The process that made it, as the bridge counts them, where another cannot use it: a thread of
    /// libvirt's moves the data of one that does not block, and a child has no such thread.
    bound_to: Option<isize>,
    watch: Option<Box<dyn Watch>>,
    /// The call that moves all its data, or was the last that did, and whether it still does.
    transfer: Option<Arc<Transfer>>,
    is_moving: bool,
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

/// The first Perl object for a new stream of a connection; NULL is passed on.
pub fn opened(connection: virConnectPtr, stream: virStreamPtr, flags: u32) -> virStreamPtr {
    if !stream.is_null() {
        let connection = connection as usize;
        let bound_to = (flags & VIR_STREAM_NONBLOCK != 0).then(|| bridge::sv_bridge_forks());
        states().insert(stream as usize, State { objects: 1, connection, bound_to, ..State::default() });
    }
    stream
}

/// The connection of a stream.
///
/// # Safety
/// `stream` is a live stream.
pub unsafe fn connection(stream: *mut c_void) -> virConnectPtr {
    states().get(&(stream as usize)).map_or(0, |state| state.connection) as virConnectPtr
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

/// One Perl object less for a stream. The last one aborts it: libvirt would keep what a stream is
/// connected to.
///
/// # Safety
/// `stream` is a live stream of this process, and the caller gives up its reference.
pub unsafe fn release(stream: *mut c_void) -> c_int {
    let last = {
        let mut states = states();
        let state = states.entry(stream as usize).or_default();
        state.objects = state.objects.saturating_sub(1);
        if state.objects == 0 { states.remove(&(stream as usize)) } else { None }
    };
    // Not under the lock: what a watch owns may be another stream.
    if last.is_some_and(|last| !matches!(last.flow, Flow::Idle | Flow::Ended)) {
        // SAFETY: the caller's promise.
        unsafe { virStreamAbort(stream.cast()) };
    }
    // SAFETY: the caller's promise.
    unsafe { virStreamFree(stream.cast()) }
}

/// Where the data of a stream goes, unless this process cannot use it.
pub fn flow(stream: virStreamPtr) -> Result<Flow, &'static str> {
    with_state(stream, |state| match state.bound_to {
        Some(process) if process != bridge::sv_bridge_forks() => {
            Err("is a stream that does not block, and belongs to the parent process")
        }
        _ => Ok(state.flow),
    })
}

/// Passes on what came of a function that connects a stream.
pub fn connected<T>(stream: virStreamPtr, flow: Flow, outcome: Result<T, Failure>) -> Result<T, Failure> {
    if outcome.is_ok() {
        with_state(stream, |state| state.flow = flow);
    }
    outcome
}

/// Ends a stream with `end`, and first its callback.
///
/// # Safety
/// `stream` is a live stream.
pub unsafe fn end<T>(stream: virStreamPtr, end: impl FnOnce() -> T) -> T {
    // SAFETY: the caller's promise.
    unsafe { give_up(stream) };
    let outcome = end();
    with_state(stream, |state| state.flow = Flow::Ended);
    outcome
}

/// The same with an abort, of which the callback is told.
///
/// # Safety
/// `stream` is a live stream.
pub unsafe fn abort<T>(stream: virStreamPtr, abort: impl FnOnce() -> T) -> T {
    // SAFETY: the caller's promise.
    let watch = unsafe { take_watch(stream) };
    // SAFETY: as above.
    let outcome = unsafe { end(stream, abort) };
    if let Some(watch) = watch {
        watch.tell(VIR_STREAM_EVENT_ERROR as c_int);
        watch.give_up();
    }
    outcome
}

/// Whether functions of the stream wait for data, as libvirt wants it of those that move all.
pub fn blocks(stream: virStreamPtr) -> bool {
    with_state(stream, |state| state.bound_to.is_none())
}

/// Refuses a stream that has ended.
pub fn not_ended(stream: virStreamPtr) -> Result<(), Failure> {
    match with_state(stream, |state| state.flow) {
        Flow::Ended => Err(Failure::invalid("the stream has ended")),
        _ => Ok(()),
    }
}

/// Runs a call that moves all data of the stream: one at a time.
pub fn transfer<T>(
    stream: virStreamPtr,
    transfer: &Arc<Transfer>,
    work: impl FnOnce() -> Result<T, Failure>,
) -> Result<T, Failure> {
    with_state(stream, |state| {
        if state.is_moving {
            return Err(Failure::invalid("another call moves the data of the stream"));
        }
        state.transfer = Some(Arc::clone(transfer));
        state.is_moving = true;
        Ok(())
    })?;
    let outcome = work();
    with_state(stream, |state| state.is_moving = false);
    outcome
}

/// How many bytes the call that moves the stream's data has moved, or the last one that did.
pub fn transferred(stream: virStreamPtr) -> u64 {
    with_state(stream, |state| state.transfer.as_ref().map_or(0, |transfer| transfer.bytes()))
}

/// Whether a callback is registered on the stream.
pub fn is_watched(stream: virStreamPtr) -> bool {
    with_state(stream, |state| state.watch.is_some())
}

/// What the callback of a stream owns, until it is removed or the stream ends.
pub fn watch(stream: virStreamPtr, watch: impl Watch + 'static) {
    with_state(stream, |state| state.watch = Some(Box::new(watch)));
}

/// Ends the callback of a stream, if there is one.
///
/// # Safety
/// `stream` is a live stream.
pub unsafe fn give_up(stream: virStreamPtr) {
    // SAFETY: the caller's promise.
    if let Some(watch) = unsafe { take_watch(stream) } {
        watch.give_up();
    }
}

/// # Safety
/// `stream` is a live stream.
unsafe fn take_watch(stream: virStreamPtr) -> Option<Box<dyn Watch>> {
    let watch = with_state(stream, |state| state.watch.take())?;
    // SAFETY: the caller's promise. One that libvirt has aborted has none any more.
    unsafe { virStreamEventRemoveCallback(stream) };
    Some(watch)
}

/// The callback of a stream has been removed.
pub fn unwatched(stream: virStreamPtr) {
    let watch = with_state(stream, |state| state.watch.take());
    if let Some(watch) = watch {
        watch.give_up();
    }
}
