//! An event loop written in Perl: libvirt adds, updates and removes handles and timers by
//! calling methods of an object, and the object runs what has become due with
//! `_run_handle_callback`, `_run_timeout_callback` and `_free_callback_opaque`.
//!
//! What libvirt gives to be called stays here, under a number; Perl gets the number, so that
//! no wrong value from a script becomes a wrong pointer.

use super::{guarded, parked};
use crate::convert::*;
use crate::error::{Failure, initialize};
use crate::ffi::bridge::{self, Tag};
use crate::method::{Call, methods};
use crate::perl::{Callback, Perl, Scalar};
use crate::workers::Home;
use std::collections::HashMap;
use std::ffi::{CStr, c_int, c_void};
use std::ptr;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use virt::sys::*;

methods! {
    "Sys::Virt::Event";
    register(r#impl: Kept) and more in call => register(call, r#impl);
    _run_handle_callback(_self: Any, watch: i32, fd: i32, events: i32, cb: i64, opaque: i64) in call =>
        run_handle(call, (watch, fd, events), cb, opaque);
    _run_timeout_callback(_self: Any, timer: i32, cb: i64, opaque: i64) in call => run_timer(call, timer, cb, opaque);
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
    /// What libvirt calls it: what the loop does, unless another thread has added it.
    id: Option<c_int>,
    /// What the loop calls it; `None` before it has said so.
    in_loop: Option<c_int>,
    /// A timer with an interval of 0.
    always_due: bool,
    /// Whether libvirt is done with it. Freed before that, it would be used all the same.
    removed: bool,
}

impl Entry {
    fn new(function: Function, opaque: *mut c_void, free: virFreeCallback) -> Self {
        Entry { function, opaque, free, id: None, in_loop: None, always_due: false, removed: false }
    }

    /// Whether it is what libvirt means by `id`, and of the kind.
    fn is(&self, id: c_int, is_timer: bool) -> bool {
        self.id == Some(id) && !self.removed && is_timer == self.is_timer()
    }

    /// Whether it is what the loop means by `id`, and of the kind.
    fn is_in_loop(&self, id: c_int, is_timer: bool) -> bool {
        self.in_loop == Some(id) && !self.removed && is_timer == self.is_timer()
    }

    fn is_timer(&self) -> bool {
        matches!(self.function, Function::Timer(_))
    }
}

// SAFETY: libvirt's callbacks may be called by whichever thread runs the loop.
unsafe impl Send for Entry {}

#[derive(Default)]
struct Registry {
    implementation: Option<Callback>,
    entries: HashMap<i64, Entry>,
    last: i64,
    /// How many of the implementation's methods run.
    busy: usize,
}

fn registry() -> MutexGuard<'static, Registry> {
    static REGISTRY: LazyLock<Mutex<Registry>> = LazyLock::new(Mutex::default);
    REGISTRY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Holds the lock while the process forks: the child gets it unlocked, whatever other threads do.
pub fn hold() -> Box<dyn std::any::Any> {
    Box::new(registry())
}

/// Whether there is such a loop.
pub fn is_registered() -> bool {
    registry().implementation.is_some()
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

/// Calls a method of the implementation; its number, or -1 when that cannot be or it dies.
fn call_implementation(method: &CStr, arguments: impl Iterator<Item = i64>) -> c_int {
    let implementation = registry().implementation.as_ref().and_then(Callback::here);
    let Some(implementation) = implementation else { return -1 };
    let perl = implementation.perl();
    let arguments = arguments.map(|argument| perl.new_int(argument));
    let all: Vec<Scalar> = std::iter::once(implementation.another()).chain(arguments).collect();
    registry().busy += 1;
    let answer = perl.call_method(method, all);
    registry().busy -= 1;
    match answer {
        Ok(answer) => answer.read(perl, |data| {
            Data::of(data).integer(c_int::MIN.into(), c_int::MAX as u64).map_or(0, |number| number as c_int)
        }),
        Err(exception) => {
            parked::park(perl, exception);
            -1
        }
    }
}

/// The queue of the implementation's interpreter, where this thread runs another one or none.
fn elsewhere() -> Option<Arc<Home>> {
    let registry = registry();
    let implementation = registry.implementation.as_ref().filter(|implementation| implementation.here().is_none())?;
    Home::of_callback(implementation)
}

/// Adds an entry for what libvirt wants called, and calls the method that adds it to the loop.
fn add(method: &'static CStr, arguments: &[c_int], entry: Entry) -> c_int {
    let elsewhere = elsewhere();
    let key = {
        let mut registry = registry();
        registry.last += 1;
        let key = registry.last;
        // libvirt wants its number at once.
        let id = elsewhere.is_some().then_some(OURS | key as c_int);
        registry.entries.insert(key, Entry { id, ..entry });
        key
    };
    let arguments = arguments.to_vec();
    match elsewhere {
        None => add_here(key, method, &arguments),
        Some(home) => {
            home.post(move || {
                add_here(key, method, &arguments);
            });
            OURS | key as c_int
        }
    }
}

/// What libvirt calls an entry that another thread has added.
const OURS: c_int = 1 << 30;

/// Adds an entry to the loop; what the loop calls it.
fn add_here(key: i64, method: &CStr, arguments: &[c_int]) -> c_int {
    let added = call_implementation(method, arguments.iter().copied().map(i64::from).chain([key; 3]));
    let mut registry = registry();
    let is_timer = registry.entries.get(&key).is_some_and(Entry::is_timer);
    // Two by one name could not be told apart when one is removed.
    if added < 0 || registry.entries.values().any(|entry| entry.is_in_loop(added, is_timer)) {
        registry.entries.remove(&key);
        return -1;
    }
    if let Some(entry) = registry.entries.get_mut(&key) {
        entry.in_loop = Some(added);
        entry.id.get_or_insert(added);
    }
    added
}

/// Marks an entry that libvirt is done with, and calls the method that removes it from the loop.
fn remove(method: &'static CStr, id: c_int, is_timer: bool) -> c_int {
    change(method, id, is_timer, None, |entry| entry.removed = true)
}

/// Calls a method about an entry, which `mark` changes first.
fn change(
    method: &'static CStr,
    id: c_int,
    is_timer: bool,
    argument: Option<c_int>,
    mark: impl FnOnce(&mut Entry),
) -> c_int {
    let key = {
        let mut registry = registry();
        let found = registry.entries.iter_mut().find(|(_, entry)| entry.is(id, is_timer));
        found.map(|(&key, entry)| {
            mark(entry);
            key
        })
    };
    let call = move || {
        let in_loop = key.and_then(|key| registry().entries.get(&key)?.in_loop).unwrap_or(id);
        call_implementation(method, std::iter::once(in_loop).chain(argument).map(i64::from))
    };
    match elsewhere() {
        None => call(),
        Some(home) => {
            home.post(move || {
                call();
            });
            0
        }
    }
}

unsafe extern "C" fn add_handle(
    fd: c_int,
    events: c_int,
    callback: virEventHandleCallback,
    opaque: *mut c_void,
    free: virFreeCallback,
) -> c_int {
    let Some(function) = callback else { return -1 };
    guarded(-1, || add(c"add_handle", &[fd, events], Entry::new(Function::Handle(function), opaque, free)))
}

unsafe extern "C" fn update_handle(watch: c_int, events: c_int) {
    guarded((), || {
        change(c"update_handle", watch, false, Some(events), |_| ());
    });
}

unsafe extern "C" fn remove_handle(watch: c_int) -> c_int {
    guarded(-1, || remove(c"remove_handle", watch, false))
}

unsafe extern "C" fn add_timeout(
    frequency: c_int,
    callback: virEventTimeoutCallback,
    opaque: *mut c_void,
    free: virFreeCallback,
) -> c_int {
    let Some(function) = callback else { return -1 };
    let entry = Entry { always_due: frequency == 0, ..Entry::new(Function::Timer(function), opaque, free) };
    guarded(-1, || add(c"add_timeout", &[frequency], entry))
}

unsafe extern "C" fn update_timeout(timer: c_int, frequency: c_int) {
    guarded((), || {
        change(c"update_timeout", timer, true, Some(frequency), |entry| entry.always_due = frequency == 0);
    });
}

unsafe extern "C" fn remove_timeout(timer: c_int) -> c_int {
    guarded(-1, || remove(c"remove_timeout", timer, true))
}

/// Refuses to run or free a callback inside a method of the implementation: libvirt, which called that,
/// may hold the very lock that this wants.
fn ready(callback: i64, opaque: i64) -> Result<(), Failure> {
    if registry().busy == 0 {
        return Ok(());
    }
    let problem = "cannot run or be freed inside a method that adds, updates or removes";
    Err(Failure::invalid(format!("callback {callback}, opaque {opaque}: {problem}")))
}

/// What `of` finds in the entry that two numbers from Perl stand for.
fn entry<T>(callback: i64, opaque: i64, of: impl FnOnce(&Entry) -> Option<T>) -> Result<T, Failure> {
    let registry = registry();
    let entry = registry.entries.get(&opaque).filter(|_| callback == opaque);
    entry.and_then(of).ok_or_else(|| Failure::invalid(format!("callback {callback}, opaque {opaque}: not registered")))
}

fn run_handle(call: &Call, event: (c_int, c_int, c_int), cb: i64, opaque: i64) -> Result<(), Failure> {
    ready(cb, opaque)?;
    let (function, data, id) = entry(cb, opaque, |entry| match entry.function {
        Function::Handle(function) => Some((function, entry.opaque, entry.id)),
        Function::Timer(_) => None,
    })?;
    // SAFETY: as libvirt registered it, and not yet freed.
    run(call.perl(), true, || unsafe { function(id.unwrap_or(event.0), event.1, event.2, data) })
}

fn run_timer(call: &Call, timer: c_int, cb: i64, opaque: i64) -> Result<(), Failure> {
    ready(cb, opaque)?;
    let (function, data, due_again, id) = entry(cb, opaque, |entry| match entry.function {
        Function::Timer(function) => Some((function, entry.opaque, entry.always_due, entry.id)),
        Function::Handle(_) => None,
    })?;
    // SAFETY: as libvirt registered it, and not yet freed.
    run(call.perl(), due_again, || unsafe { function(id.unwrap_or(timer), data) })
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
        unsafe { virEventAddTimeout(0, Some(end_timer), ptr::null_mut(), None) };
    }
    released
}

unsafe extern "C" fn end_timer(timer: c_int, _: *mut c_void) {
    // SAFETY: the timer's own number.
    unsafe { virEventRemoveTimeout(timer) };
}

fn free_opaque(ff: i64, opaque: i64) -> Result<(), Failure> {
    ready(ff, opaque)?;
    if !entry(ff, opaque, |entry| Some(entry.removed))? {
        let problem = format!("callback {ff}, opaque {opaque}: cannot be freed before it is removed");
        return Err(Failure::invalid(problem));
    }
    let removed = registry().entries.remove(&opaque);
    if let Some(Entry { opaque, free: Some(free), .. }) = removed {
        // SAFETY: as libvirt registered it; the entry is gone, so only once.
        unsafe { free(opaque) };
    }
    Ok(())
}
