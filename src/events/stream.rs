//! The callback of a stream, which is called when data can be sent or received.

use super::{Registration, event_loop, guarded};
use crate::convert::void;
use crate::error::{Failure, Report};
use crate::method::Call;
use crate::objects::stream::{self, Flow};
use crate::objects::watch::{Listener, Watch};
use crate::perl::{Callback, Perl, Scalar};
use crate::workers;
use std::ffi::{c_int, c_void};
use std::mem::ManuallyDrop;
use std::sync::Arc;
use virt::sys::*;

impl Listener for Registration {
    fn hear(&self, events: c_int) {
        let arguments = move |perl: Perl, stream: Option<&Scalar>| {
            let stream = stream.map(|stream| perl.copy(stream));
            stream.into_iter().chain([perl.new_int(events.into())]).collect::<Vec<_>>()
        };
        if workers::is_on_pool() {
            // A call of the stream tells of an abort, and is over when the callback is.
            workers::ask(&self.callback, None, |_| self.run(arguments));
        } else {
            self.deliver(arguments, || Box::new(arguments));
        }
    }
}

/// Registers the callback of the stream in argument 0.
///
/// # Safety
/// `stream` is that stream, and no Perl code has run since arguments were read.
pub unsafe fn add_callback(call: &Call, stream: virStreamPtr, events: c_int, code: Callback) -> Result<(), Failure> {
    // libvirt would lose the stream in both cases: where it refuses a callback, too.
    stream::not_ended(stream)?;
    // One that is not connected it refuses itself.
    if stream::flow(stream) != Ok(Flow::Idle) {
        event_loop::is_there()?;
    }
    let watch = stream::watch(stream);
    if watch.as_ref().is_some_and(|watch| watch.is_heard()) {
        return Err(call.bad_argument(0, "is a stream that has a callback already"));
    }
    // SAFETY: the caller's promise.
    let listener = Arc::new(unsafe { Registration::on_stream(call, code) });
    if let Some(watch) = watch {
        // It has removed itself, and libvirt has it still.
        watch.listen(events, listener);
        // SAFETY: a live stream.
        return void(unsafe { virStreamEventUpdateCallback(stream, watch.asked(stream::is_moving(stream))) });
    }
    let watch = Arc::new(Watch::default());
    watch.listen(events, listener);
    let data = Arc::into_raw(Arc::clone(&watch)).cast_mut().cast();
    let asked = watch.asked(stream::is_moving(stream));
    // SAFETY: a live stream, and data that libvirt frees, or else never uses once it is removed.
    let added = void(unsafe { virStreamEventAddCallback(stream, asked, Some(ready), data, Some(drop_watch)) });
    match added {
        Ok(()) => stream::watched(stream, watch),
        // SAFETY: libvirt did not take it.
        Err(_) => unsafe { drop_watch(data) },
    }
    added
}

/// Changes what the stream's callback is for.
///
/// # Safety
/// `stream` is a live stream.
pub unsafe fn update_callback(stream: virStreamPtr, events: c_int) -> Result<(), Failure> {
    let mut asked = events;
    if let Some(watch) = stream::watch(stream) {
        not_removed(&watch)?;
        watch.want(events);
        asked = watch.asked(stream::is_moving(stream));
    }
    // SAFETY: the caller's promise.
    void(unsafe { virStreamEventUpdateCallback(stream, asked) })
}

/// Ends the registration of a stream's callback.
///
/// # Safety
/// `stream` is a live stream.
pub unsafe fn remove_callback(stream: virStreamPtr) -> Result<(), Failure> {
    let Some(watch) = stream::watch(stream) else {
        if stream::is_telling(stream) {
            return Ok(());
        }
        // SAFETY: the caller's promise. libvirt says what is missing.
        return void(unsafe { virStreamEventRemoveCallback(stream) });
    };
    not_removed(&watch)?;
    if watch.is_running() {
        watch.give_up();
    } else {
        // SAFETY: the caller's promise.
        unsafe { stream::give_up(stream) };
    }
    Ok(())
}

/// Refuses a callback that has removed itself.
fn not_removed(watch: &Watch) -> Result<(), Failure> {
    match watch.is_heard() {
        true => Ok(()),
        false => Err(Failure::Libvirt(Report::new(VIR_ERR_INTERNAL_ERROR, "the stream has no callback any more"))),
    }
}

unsafe extern "C" fn drop_watch(data: *mut c_void) {
    // SAFETY: libvirt calls it with what `add_callback` registered, and no more after that.
    guarded((), || drop(unsafe { Arc::from_raw(data.cast::<Watch>()) }));
}

unsafe extern "C" fn ready(stream: virStreamPtr, events: c_int, data: *mut c_void) {
    guarded((), || {
        // SAFETY: libvirt calls it with what `add_callback` registered.
        let watch = unsafe { Arc::from_raw(data.cast::<Watch>()) };
        // libvirt keeps its own; the callback may end that.
        let watch = ManuallyDrop::new(watch);
        // SAFETY: libvirt calls it with the stream.
        unsafe { stream::called(stream, &Arc::clone(&watch), events) };
    });
}
