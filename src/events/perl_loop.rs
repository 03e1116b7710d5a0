//! An event loop written in Perl: libvirt adds, updates and removes handles and timers by
//! calling methods of an object, and the object runs what has become due with
//! `_run_handle_callback`, `_run_timeout_callback` and `_free_callback_opaque`.
//!
//! What libvirt gives to be called stays in `loop_entries`, under a number; Perl gets the number, so
//! that no wrong value from a script becomes a wrong pointer.

use super::loop_entries::{Entry, Function, add, change, entry, forget, registry};
use super::{guarded, parked};
use crate::convert::*;
use crate::error::{Failure, initialize};
use crate::ffi::bridge::{self, Tag};
use crate::method::{Call, methods};
use crate::perl::{Callback, Perl};
use std::ffi::{c_int, c_void};
use std::ptr;
use virt::sys::*;

methods! {
    "Sys::Virt::Event";
    register(r#impl: Kept) and more in call => register(call, r#impl);
    _run_handle_callback(_self: Any, watch: i32, fd: i32, events: i32, cb: i64, opaque: i64) in call =>
        run_handle(call, (watch, fd, events), cb, opaque);
    _run_timeout_callback(_self: Any, timer: i32, cb: i64, opaque: i64) in call => run_timer(call, timer, cb, opaque);
    _free_callback_opaque(_self: Any, ff: i64, opaque: i64) => free_opaque(ff, opaque);
}

fn register(call: &Call, implementation: Callback) -> Result<(), Failure> {
    let perl = call.perl();
    // A plain reference has no method isa: it fits as little as another class. The name of a class
    // has the method, but is no object.
    let fits = implementation.here().is_some_and(|object| {
        object.scalar().read(perl, |data| matches!(data.tag(), Tag::Foreign))
            && [c"Sys::Virt::EventImpl", c"Sys::Virt::Event"].iter().any(|class| {
                perl.call_method(c"isa", vec![object.another(), perl.new_string(class.to_bytes())])
                    .is_ok_and(|answer| answer.read(perl, |data| Data::of(data).truth()))
            })
    });
    if !fits {
        return Err(call.bad_argument(0, "is not an object of a subclass of Sys::Virt::EventImpl"));
    }
    initialize();
    registry().implementation = Some(implementation);
    // From now on libvirt may run the object's methods inside any of its functions.
    bridge::sv_bridge_attend(bridge::ATTENTION_HOLD);
    // SAFETY: functions for the whole process.
    unsafe {
        virEventRegisterImpl(
            Some(add_handle),
            Some(update_handle),
            Some(remove_handle),
            Some(add_timeout),
            Some(update_timeout),
            Some(remove_timeout),
        );
    }
    Ok(())
}

unsafe extern "C" fn add_handle(
    fd: c_int,
    events: c_int,
    callback: virEventHandleCallback,
    opaque: *mut c_void,
    free: virFreeCallback,
) -> c_int {
    let Some(function) = callback else { return -1 };
    guarded(-1, || add(Entry::new(Function::Handle(fd, function), events, opaque, free)))
}

unsafe extern "C" fn update_handle(watch: c_int, events: c_int) {
    guarded((), || {
        change(watch, false, Some(events));
    });
}

unsafe extern "C" fn remove_handle(watch: c_int) -> c_int {
    guarded(-1, || change(watch, false, None))
}

unsafe extern "C" fn add_timeout(
    interval: c_int,
    callback: virEventTimeoutCallback,
    opaque: *mut c_void,
    free: virFreeCallback,
) -> c_int {
    let Some(function) = callback else { return -1 };
    guarded(-1, || add(Entry::new(Function::Timer(function), interval, opaque, free)))
}

unsafe extern "C" fn update_timeout(timer: c_int, interval: c_int) {
    guarded((), || {
        change(timer, true, Some(interval));
    });
}

unsafe extern "C" fn remove_timeout(timer: c_int) -> c_int {
    guarded(-1, || change(timer, true, None))
}

/// Refuses to run a callback inside a method of the implementation: libvirt, which called that,
/// may hold the very lock that the callback wants. To free one there is no better, but loops that are written
/// for the C module do it, and most often live.
fn ready(callback: i64, opaque: i64) -> Result<(), Failure> {
    if registry().busy == 0 {
        return Ok(());
    }
    let problem = "cannot run inside a method that adds, updates or removes";
    Err(Failure::invalid(format!("callback {callback}, opaque {opaque}: {problem}")))
}

fn run_handle(call: &Call, event: (c_int, c_int, c_int), cb: i64, opaque: i64) -> Result<(), Failure> {
    ready(cb, opaque)?;
    let (function, due) = entry(cb, opaque, |entry| match entry.function {
        Function::Handle(_, function) => Some((function, Due::of(entry))),
        Function::Timer(_) => None,
    })?;
    // SAFETY: as libvirt registered it, and not yet freed.
    run(call.perl(), true, &due, || unsafe { function(due.id.unwrap_or(event.0), event.1, event.2, due.opaque) })
}

fn run_timer(call: &Call, timer: c_int, cb: i64, opaque: i64) -> Result<(), Failure> {
    ready(cb, opaque)?;
    let (function, due) = entry(cb, opaque, |entry| match entry.function {
        Function::Timer(function) => Some((function, Due::of(entry))),
        Function::Handle(..) => None,
    })?;
    // SAFETY: as libvirt registered it, and not yet freed.
    run(call.perl(), due.wanted == Some(0), &due, || unsafe { function(due.id.unwrap_or(timer), due.opaque) })
}

/// What has become due.
struct Due {
    opaque: *mut c_void,
    id: Option<c_int>,
    wanted: Option<c_int>,
}

impl Due {
    fn of(entry: &Entry) -> Self {
        Due { opaque: entry.opaque, id: entry.id, wanted: entry.wanted }
    }
}

/// Runs what has become due. Exceptions come out one at a time: while an earlier run has left some,
/// what is `due_again` at the loop's next turn waits for that, so that they do not pile up. What
/// a run leaves gets a timer of its own, so that there is a next turn. What libvirt has removed on another
/// thread, of which the loop has not heard yet, is not due any more.
fn run(perl: Perl, due_again: bool, due: &Due, function: impl FnOnce()) -> Result<(), Failure> {
    if due_again {
        parked::release(perl)?;
    }
    if due.wanted.is_none() {
        return Ok(());
    }
    function();
    let released = parked::release(perl);
    if released.is_err() && parked::any(perl) {
        // SAFETY: the timer has no data.
        unsafe { virEventAddTimeout(0, Some(end_timer), ptr::null_mut(), None) };
    }
    released
}

unsafe extern "C" fn end_timer(timer: c_int, _: *mut c_void) {
    // SAFETY: the timer's own number.
    unsafe { virEventRemoveTimeout(timer) };
}

fn free_opaque(ff: i64, opaque: i64) -> Result<(), Failure> {
    entry(ff, opaque, |_| Some(()))?;
    if !forget(opaque) {
        let problem = format!("callback {ff}, opaque {opaque}: cannot be freed before it is removed");
        return Err(Failure::invalid(problem));
    }
    Ok(())
}
