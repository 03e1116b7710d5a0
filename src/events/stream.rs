//! The callback of a stream, which is called when data can be sent or received.

use super::{Registration, guarded};
use crate::convert::void;
use crate::error::Failure;
use crate::method::Call;
use crate::objects::stream::{self, Watch};
use crate::perl::Callback;
use std::ffi::{c_int, c_void};
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use virt::sys::*;

/// A stream's callback, until it is given up.
#[derive(Default)]
struct Watched {
    registration: Mutex<Option<Arc<Registration>>>,
    running: AtomicBool,
}

impl Watched {
    fn registration(&self) -> MutexGuard<'_, Option<Arc<Registration>>> {
        self.registration.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, events: c_int) {
        // The callback may give it up.
        let registration = self.registration().clone();
        if let Some(registration) = registration {
            let before = self.running.swap(true, Ordering::Relaxed);
            registration.run(|perl, stream| {
                let stream = stream.map(|stream| perl.copy(stream));
                stream.into_iter().chain([perl.new_int(events.into())]).collect()
            });
            self.running.store(before, Ordering::Relaxed);
        }
    }
}

impl Watch for Arc<Watched> {
    fn give_up(&self) {
        let registration = self.registration().take();
        drop(registration); // without the lock
    }

    fn tell(&self, events: c_int) {
        if !self.running.load(Ordering::Relaxed) {
            self.run(events);
        }
    }
}

/// Registers the callback of the stream in argument 0.
///
/// # Safety
/// `stream` is that stream, and the method takes a code reference.
pub unsafe fn add_callback(call: &Call, stream: virStreamPtr, events: c_int, code: Callback) -> Result<(), Failure> {
    if stream::is_watched(stream) {
        // libvirt would refuse it too, and lose the stream.
        return Err(call.bad_argument(0, "is a stream that has a callback already"));
    }
    // SAFETY: the caller's promise.
    let registration = Arc::new(unsafe { Registration::on_stream(call, code) });
    let watched = Arc::new(Watched { registration: Mutex::new(Some(registration)), ..Watched::default() });
    let data = Arc::into_raw(Arc::clone(&watched)).cast_mut().cast();
    // SAFETY: a live stream, and data that libvirt frees, or else never uses once it is removed.
    let added = void(unsafe { virStreamEventAddCallback(stream, events, Some(ready), data, Some(drop_watched)) });
    match added {
        Ok(()) => stream::watch(stream, watched),
        // SAFETY: libvirt did not take it.
        Err(_) => unsafe { drop_watched(data) },
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
    stream::unwatched(stream);
    Ok(())
}

unsafe extern "C" fn drop_watched(data: *mut c_void) {
    // SAFETY: libvirt calls it with what `add_callback` registered, and no more after that.
    guarded((), || drop(unsafe { Arc::from_raw(data.cast::<Watched>()) }));
}

unsafe extern "C" fn ready(_: virStreamPtr, events: c_int, data: *mut c_void) {
    guarded((), || {
        // SAFETY: libvirt calls it with what `add_callback` registered.
        let watched = unsafe { Arc::from_raw(data.cast::<Watched>()) };
        // libvirt keeps its own; the callback may end that.
        let watched = ManuallyDrop::new(watched);
        Arc::clone(&watched).run(events);
    });
}
