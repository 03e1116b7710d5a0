//! Streams: whether they have ended, and what is registered on them.
//!
//! libvirt's remote driver never frees the callback of a stream, which owns the stream and with
//! that the connection. So what it owns is given up here, when it is removed or the stream ends.

use crate::error::Failure;
use std::any::Any;
use std::collections::HashMap;
use std::ffi::{c_int, c_void};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use virt::sys::*;

/// What a stream's callback owns, and how to take it away from it.
pub trait Watch: Send {
    /// From now on the callback does nothing.
    fn give_up(&self);
}

#[derive(Default)]
struct State {
    /// Perl objects for it, in all interpreters.
    objects: usize,
    /// Where it is from; the stream keeps it.
    connection: usize,
    /// libvirt follows a null pointer when a stream that has ended, of a driver in this process,
    /// is sent a hole.
    ended: bool,
    watch: Option<Box<dyn Watch>>,
}

fn states() -> MutexGuard<'static, HashMap<usize, State>> {
    static STATES: LazyLock<Mutex<HashMap<usize, State>>> = LazyLock::new(Mutex::default);
    STATES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Holds the lock while the process forks: the child gets it unlocked, whatever other threads do.
pub fn hold() -> Box<dyn Any> {
    Box::new(states())
}

/// The first Perl object for a new stream of a connection; NULL is passed on.
pub fn opened(connection: virConnectPtr, stream: virStreamPtr) -> virStreamPtr {
    if !stream.is_null() {
        states().insert(stream as usize, State { objects: 1, connection: connection as usize, ..State::default() });
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
    states().entry(stream as usize).or_default().objects += 1;
    // SAFETY: the caller's promise.
    unsafe { virStreamRef(stream.cast()) }
}

/// One Perl object less for a stream.
///
/// # Safety
/// `stream` is a live stream, and the caller gives up its reference.
pub unsafe fn release(stream: *mut c_void) -> c_int {
    let last = {
        let mut states = states();
        let state = states.entry(stream as usize).or_default();
        state.objects = state.objects.saturating_sub(1);
        if state.objects == 0 { states.remove(&(stream as usize)) } else { None }
    };
    // Not under the lock: what a watch owns may be another stream.
    drop(last);
    // SAFETY: the caller's promise.
    unsafe { virStreamFree(stream.cast()) }
}

/// A method has connected the stream to something again.
pub fn begun(stream: virStreamPtr) {
    give_up(stream);
    states().entry(stream as usize).or_default().ended = false;
}

/// Passes the result of what has ended a stream on.
pub fn ended<T>(stream: virStreamPtr, result: T) -> T {
    states().entry(stream as usize).or_default().ended = true;
    give_up(stream);
    result
}

/// Refuses a stream that has ended.
pub fn not_ended(stream: virStreamPtr) -> Result<(), Failure> {
    match states().get(&(stream as usize)).is_some_and(|state| state.ended) {
        true => Err(Failure::invalid("the stream has ended")),
        false => Ok(()),
    }
}

/// What the callback of a stream owns, until it is removed or the stream ends.
pub fn watch(stream: virStreamPtr, watch: impl Watch + 'static) {
    states().entry(stream as usize).or_default().watch = Some(Box::new(watch));
}

/// Gives that up.
pub fn give_up(stream: virStreamPtr) {
    let watch = states().get_mut(&(stream as usize)).and_then(|state| state.watch.take());
    if let Some(watch) = watch {
        watch.give_up();
    }
}
