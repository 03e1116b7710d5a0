//! Streams: whether they have ended, and what is registered on them.
//!
//! libvirt's remote driver never frees the callback of a stream, which owns the stream and with
//! that the connection. So what it owns is given up here, when it is removed or the stream ends.

use crate::convert::{IntoSv, void};
use crate::error::Failure;
use crate::events::{Registration, deliver_to};
use crate::method::Call;
use crate::perl::Callback;
use std::collections::BTreeMap;
use std::ffi::{c_int, c_void};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use virt::sys::*;

/// A stream's callback, until it is given up.
struct Watch(Mutex<Option<Registration>>);

// SAFETY: a callback checks that it is used and freed in its own interpreter.
unsafe impl Send for Watch {}
// SAFETY: as above.
unsafe impl Sync for Watch {}

impl Watch {
    fn registration(&self) -> MutexGuard<'_, Option<Registration>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Default)]
struct State {
    /// libvirt follows a null pointer when a stream that has ended, of a driver in this process,
    /// is sent a hole.
    ended: bool,
    watch: Option<Arc<Watch>>,
}

fn states() -> MutexGuard<'static, BTreeMap<usize, State>> {
    static STATES: Mutex<BTreeMap<usize, State>> = Mutex::new(BTreeMap::new());
    STATES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A new stream, or one that a method has connected to something again.
pub fn begun(stream: virStreamPtr) -> virStreamPtr {
    states().remove(&(stream as usize));
    stream
}

/// Passes the result of what has ended a stream on.
pub fn ended<T>(stream: virStreamPtr, result: T) -> T {
    states().entry(stream as usize).or_default().ended = true;
    give_up(stream);
    result
}

pub fn not_ended(stream: virStreamPtr) -> Result<(), Failure> {
    match states().get(&(stream as usize)).is_some_and(|state| state.ended) {
        true => Err(Failure::Argument("the stream has ended".into())),
        false => Ok(()),
    }
}

fn give_up(stream: virStreamPtr) {
    let watch = states().get_mut(&(stream as usize)).and_then(|state| state.watch.take());
    drop(watch.and_then(|watch| watch.registration().take()));
}

/// Registers the callback of the stream in argument 0.
pub fn add_callback(call: &Call, stream: virStreamPtr, events: c_int, callback: Callback) -> Result<(), Failure> {
    let watch = Arc::new(Watch(Mutex::new(Some(Registration::on_stream(call, callback)))));
    let data = Arc::into_raw(Arc::clone(&watch)).cast_mut().cast();
    // SAFETY: a live stream, and a watch that libvirt frees, or else never uses once it is removed.
    let added = void(unsafe { virStreamEventAddCallback(stream, events, Some(ready), data, Some(drop_watch)) });
    match added {
        Ok(()) => states().entry(stream as usize).or_default().watch = Some(watch),
        // SAFETY: libvirt did not take it.
        Err(_) => unsafe { drop_watch(data) },
    }
    added
}

/// Ends the registration of a stream's callback.
///
/// # Safety
/// `stream` is a live stream.
pub unsafe fn remove_callback(stream: virStreamPtr) -> Result<(), Failure> {
    // SAFETY: the caller's promise.
    void(unsafe { virStreamEventRemoveCallback(stream) })?;
    give_up(stream);
    Ok(())
}

unsafe extern "C" fn drop_watch(data: *mut c_void) {
    // SAFETY: libvirt calls it with what `add_callback` registered, and no more after that.
    drop(unsafe { Arc::from_raw(data.cast::<Watch>()) });
}

unsafe extern "C" fn ready(_: virStreamPtr, events: c_int, data: *mut c_void) {
    // SAFETY: libvirt calls it with what `add_callback` registered.
    let watch = unsafe { &*data.cast::<Watch>() };
    // The callback may give the watch up.
    let registration = watch.registration().as_ref().and_then(Registration::share);
    if let Some(registration) = registration {
        deliver_to(&registration, |perl, stream| {
            let stream = stream.map(|stream| perl.copy(stream));
            stream.into_iter().chain([events.into_sv(perl)]).collect()
        });
    }
}
