//! An event loop written in Perl: libvirt adds, updates and removes handles and timers by
//! calling methods of an object, and the object runs what has become due with
//! `_run_handle_callback`, `_run_timeout_callback` and `_free_callback_opaque`.
//!
//! What libvirt gives to be called stays here, under a number; Perl gets the number, so that
//! no wrong value from a script becomes a wrong pointer.

use super::parked;
use crate::convert::*;
use crate::error::Failure;
use crate::ffi::bridge;
use crate::method::{Call, methods};
use crate::perl::{Callback, Perl};
use libperl_sys::SV;
use std::collections::{HashMap, HashSet};
use std::ffi::{CStr, c_int, c_void};
use std::ptr;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use virt::sys::*;

methods! {
    "Sys::Virt::Event";
    register(r#impl: Kept) with call => register(call, r#impl);
    _run_handle_callback(_self: Any, watch: i32, fd: i32, events: i32, cb: i64, opaque: i64) with call =>
        run_handle(call, (watch, fd, events), cb, opaque);
    _run_timeout_callback(_self: Any, timer: i32, cb: i64, opaque: i64) with call => run_timer(call, timer, cb, opaque);
    _free_callback_opaque(_self: Any, ff: i64, opaque: i64) => free_opaque(ff, opaque);
}

/// What libvirt wants called.
enum Function {
    Handle(unsafe extern "C" fn(c_int, c_int, c_int, *mut c_void)),
    Timer(unsafe extern "C" fn(c_int, *mut c_void)),
}

/// A handle's or timer's callback, as libvirt gave it.
struct Entry {
    function: Function,
    opaque: *mut c_void,
    free: virFreeCallback,
}

// SAFETY: libvirt's callbacks may be called by whichever thread runs the loop.
unsafe impl Send for Entry {}

#[derive(Default)]
struct Registry {
    implementation: Option<Callback>,
    entries: HashMap<i64, Entry>,
    last: i64,
    /// The timers with an interval of 0.
    always_due: HashSet<c_int>,
}

// SAFETY: a callback checks that it is used and freed in its own interpreter.
unsafe impl Send for Registry {}

fn registry() -> MutexGuard<'static, Registry> {
    static REGISTRY: LazyLock<Mutex<Registry>> = LazyLock::new(Mutex::default);
    REGISTRY.lock().unwrap_or_else(PoisonError::into_inner)
}

fn register(call: &Call, implementation: Callback) -> Result<(), Failure> {
    let perl = call.perl();
    let object = perl.mortal(implementation.another());
    let mut fits = false;
    for class in [c"Sys::Virt::EventImpl", c"Sys::Virt::Event"] {
        let arguments = [implementation.another(), perl.new_string(class.to_bytes())];
        // A plain reference has no method isa: it fits as little as another class.
        if let Ok(answer) = perl.call_method(c"isa", &arguments) {
            fits |= Value::of_scalar(perl, perl.mortal(answer)).truth();
        }
    }
    // The name of a class has the method, but is no object.
    if !fits || !matches!(Value::of_scalar(perl, object), Value::Other(_)) {
        return Err(call.bad_argument(0, "is not an object of a subclass of Sys::Virt::EventImpl"));
    }
    registry().implementation = Some(implementation);
    // SAFETY: functions for the whole process. From now on libvirt may run the object's
    // methods inside any of its functions.
    unsafe {
        bridge::sv_bridge_always_hold();
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

/// Calls a method of the implementation; its number, or -1 when that cannot be or it dies.
fn call_implementation(method: &CStr, arguments: impl FnOnce(Perl) -> Vec<*mut SV>) -> c_int {
    let Some((perl, implementation)) = registry().implementation.as_ref().and_then(|implementation| {
        let perl = implementation.perl()?;
        Some((perl, implementation.share(perl)))
    }) else {
        return -1;
    };
    let mut all = vec![implementation.another()];
    all.extend(arguments(perl));
    match perl.call_method(method, &all) {
        Ok(answer) => {
            let answer = Value::of_scalar(perl, perl.mortal(answer));
            answer.integer(c_int::MIN.into(), c_int::MAX as u64).map_or(0, |number| number as c_int)
        }
        Err(exception) => {
            parked::park(perl, exception);
            -1
        }
    }
}

/// Adds an entry for what libvirt wants called, and calls the method that adds it to the loop.
fn add(method: &CStr, arguments: &[c_int], entry: Entry) -> c_int {
    let id = {
        let mut registry = registry();
        registry.last += 1;
        let id = registry.last;
        registry.entries.insert(id, entry);
        id
    };
    let added = call_implementation(method, |perl| {
        let arguments = arguments.iter().map(|argument| argument.into_sv(perl));
        arguments.chain([id; 3].map(|id| id.into_sv(perl))).collect()
    });
    if added < 0 {
        registry().entries.remove(&id);
    }
    added
}

fn change(method: &CStr, arguments: &[c_int]) -> c_int {
    call_implementation(method, |perl| arguments.iter().map(|argument| argument.into_sv(perl)).collect())
}

unsafe extern "C" fn add_handle(
    fd: c_int,
    events: c_int,
    callback: virEventHandleCallback,
    opaque: *mut c_void,
    free: virFreeCallback,
) -> c_int {
    let Some(function) = callback else { return -1 };
    add(c"add_handle", &[fd, events], Entry { function: Function::Handle(function), opaque, free })
}

unsafe extern "C" fn update_handle(watch: c_int, events: c_int) {
    change(c"update_handle", &[watch, events]);
}

unsafe extern "C" fn remove_handle(watch: c_int) -> c_int {
    change(c"remove_handle", &[watch])
}

unsafe extern "C" fn add_timeout(
    frequency: c_int,
    callback: virEventTimeoutCallback,
    opaque: *mut c_void,
    free: virFreeCallback,
) -> c_int {
    let Some(function) = callback else { return -1 };
    let timer = add(c"add_timeout", &[frequency], Entry { function: Function::Timer(function), opaque, free });
    set_always_due(timer, frequency == 0);
    timer
}

unsafe extern "C" fn update_timeout(timer: c_int, frequency: c_int) {
    set_always_due(timer, frequency == 0);
    change(c"update_timeout", &[timer, frequency]);
}

unsafe extern "C" fn remove_timeout(timer: c_int) -> c_int {
    set_always_due(timer, false);
    change(c"remove_timeout", &[timer])
}

fn set_always_due(timer: c_int, always: bool) {
    let timers = &mut registry().always_due;
    if always {
        timers.insert(timer)
    } else {
        timers.remove(&timer)
    };
}

/// What `of` finds in the entry that two numbers from Perl stand for.
fn entry<T>(callback: i64, opaque: i64, of: impl FnOnce(&Entry) -> Option<T>) -> Result<T, Failure> {
    let registry = registry();
    let entry = registry.entries.get(&opaque).filter(|_| callback == opaque);
    entry.and_then(of).ok_or_else(|| Failure::Argument(format!("callback {callback}, opaque {opaque}: not registered")))
}

fn run_handle(call: &Call, ready: (c_int, c_int, c_int), cb: i64, opaque: i64) -> Result<(), Failure> {
    let (function, data) = entry(cb, opaque, |entry| match entry.function {
        Function::Handle(function) => Some((function, entry.opaque)),
        Function::Timer(_) => None,
    })?;
    // SAFETY: as libvirt registered it, and not yet freed.
    run(call.perl(), true, || unsafe { function(ready.0, ready.1, ready.2, data) })
}

fn run_timer(call: &Call, timer: c_int, cb: i64, opaque: i64) -> Result<(), Failure> {
    let (function, data) = entry(cb, opaque, |entry| match entry.function {
        Function::Timer(function) => Some((function, entry.opaque)),
        Function::Handle(_) => None,
    })?;
    let due_again = registry().always_due.contains(&timer);
    // SAFETY: as libvirt registered it, and not yet freed.
    run(call.perl(), due_again, || unsafe { function(timer, data) })
}

/// Runs what has become due. Exceptions come out one at a time: while an earlier run has left some,
/// what is `due_again` at the loop's next turn waits for that, so that they do not pile up. What
/// a run leaves gets a timer of its own, so that there is a next turn.
fn run(perl: Perl, due_again: bool, function: impl FnOnce()) -> Result<(), Failure> {
    if due_again {
        parked::release(perl)?;
    }
    function();
    let released = parked::release(perl);
    if released.is_err() && parked::any(perl) {
        // SAFETY: the timer has no data.
        unsafe { virEventAddTimeout(0, Some(remove), ptr::null_mut(), None) };
    }
    released
}

unsafe extern "C" fn remove(timer: c_int, _: *mut c_void) {
    // SAFETY: the timer's own number.
    unsafe { virEventRemoveTimeout(timer) };
}

fn free_opaque(ff: i64, opaque: i64) -> Result<(), Failure> {
    entry(ff, opaque, |_| Some(()))?;
    let removed = registry().entries.remove(&opaque);
    if let Some(Entry { opaque, free: Some(free), .. }) = removed {
        // SAFETY: as libvirt registered it; the entry is gone, so only once.
        unsafe { free(opaque) };
    }
    Ok(())
}
