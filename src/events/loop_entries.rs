//! What libvirt has given to a loop written in Perl to be called, and what the loop is to be told of it.
//!
//! libvirt adds, updates and removes on any thread; the loop's methods run on that of its interpreter. What
//! another thread asks for comes late, and the loop is told what libvirt wants then: of two threads that
//! change the same, the one whose change libvirt made last has it its way.

use super::parked;
use crate::convert::*;
use crate::error::Failure;
use crate::perl::{Callback, Scalar};
use crate::workers::Home;
use std::collections::HashMap;
use std::ffi::{CStr, c_int, c_void};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use virt::sys::*;

/// What libvirt wants called.
pub enum Function {
    /// When something happens to a descriptor.
    Handle(c_int, unsafe extern "C" fn(c_int, c_int, c_int, *mut c_void)),
    /// When an interval is over.
    Timer(unsafe extern "C" fn(c_int, *mut c_void)),
}

/// A handle's or timer's callback, as libvirt gave it.
pub struct Entry {
    /// The callback.
    pub function: Function,
    /// What it is called with, and `free` in the end.
    pub opaque: *mut c_void,
    free: virFreeCallback,
    /// The events of a handle or the interval of a timer, as libvirt wants it now; `None` once it is done
    /// with it. Freed before that, it would be used all the same.
    pub wanted: Option<c_int>,
    /// What libvirt calls it: what the loop does, unless another thread has added it.
    pub id: Option<c_int>,
    /// What the loop calls it; `None` before it has said so.
    in_loop: Option<c_int>,
    /// Whether the loop is still to be told of what another thread has changed.
    is_late: bool,
}

impl Entry {
    /// One that the loop is to be told of.
    pub fn new(function: Function, wanted: c_int, opaque: *mut c_void, free: virFreeCallback) -> Self {
        Entry { function, opaque, free, wanted: Some(wanted), id: None, in_loop: None, is_late: false }
    }

    /// Whether it is what libvirt means by `id`, and of the kind.
    fn is(&self, id: c_int, is_timer: bool) -> bool {
        self.id == Some(id) && self.wanted.is_some() && is_timer == self.is_timer()
    }

    /// Whether it is what the loop means by `id`, and of the kind.
    fn is_in_loop(&self, id: c_int, is_timer: bool) -> bool {
        self.in_loop == Some(id) && self.wanted.is_some() && is_timer == self.is_timer()
    }

    fn is_timer(&self) -> bool {
        self.descriptor().is_none()
    }

    /// That of a handle.
    fn descriptor(&self) -> Option<c_int> {
        match self.function {
            Function::Handle(descriptor, _) => Some(descriptor),
            Function::Timer(_) => None,
        }
    }
}

// SAFETY: libvirt's callbacks may be called by whichever thread runs the loop.
unsafe impl Send for Entry {}

/// The loop, and all that it is to call.
#[derive(Default)]
pub struct Registry {
    /// The object with its methods.
    pub implementation: Option<Callback>,
    entries: HashMap<i64, Entry>,
    last: i64,
    /// How many of the implementation's methods run.
    pub busy: usize,
}

/// That of the process, locked.
pub fn registry() -> MutexGuard<'static, Registry> {
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

/// What libvirt calls an entry that another thread has added.
const OURS: c_int = 1 << 30;

/// Adds an entry for what libvirt wants called, and has the loop told.
pub fn add(entry: Entry) -> c_int {
    let elsewhere = elsewhere();
    let is_late = elsewhere.is_some();
    let key = {
        let mut registry = registry();
        registry.last += 1;
        let key = registry.last;
        // libvirt wants its number at once.
        let id = is_late.then_some(OURS | key as c_int);
        registry.entries.insert(key, Entry { id, is_late, ..entry });
        key
    };
    match elsewhere {
        None => tell(key),
        Some(home) => {
            home.post(move || tell_late(key));
            OURS | key as c_int
        }
    }
}

/// Changes what libvirt wants of an entry, and has the loop told. `None` where there is no such entry.
fn change_known(id: c_int, is_timer: bool, wanted: Option<c_int>) -> Option<c_int> {
    let elsewhere = elsewhere();
    let (key, is_in_loop) = {
        let mut registry = registry();
        let (&key, entry) = registry.entries.iter_mut().find(|(_, entry)| entry.is(id, is_timer))?;
        entry.wanted = wanted;
        entry.is_late |= elsewhere.is_some();
        (key, entry.in_loop.is_some())
    };
    match elsewhere {
        None if is_in_loop => return Some(tell(key)),
        // It will be added as it is wanted then.
        None => {}
        Some(home) => home.post(move || tell_late(key)),
    }
    Some(0)
}

/// Changes what libvirt wants of an entry. A number that is none of ours comes from a script: the loop may
/// know it.
pub fn change(id: c_int, is_timer: bool, wanted: Option<c_int>) -> c_int {
    let ask = || {
        let arguments = std::iter::once(id).chain(wanted).map(i64::from);
        call_implementation(method(is_timer, true, wanted), arguments)
    };
    change_known(id, is_timer, wanted).unwrap_or_else(ask)
}

/// The method by which the loop is told.
fn method(is_timer: bool, is_in_loop: bool, wanted: Option<c_int>) -> &'static CStr {
    match (is_in_loop, wanted, is_timer) {
        (false, _, false) => c"add_handle",
        (false, _, true) => c"add_timeout",
        (true, Some(_), false) => c"update_handle",
        (true, Some(_), true) => c"update_timeout",
        (true, None, false) => c"remove_handle",
        (true, None, true) => c"remove_timeout",
    }
}

/// What comes to the loop from another thread comes late. libvirt may have changed its mind on this one
/// meanwhile, and the loop has been told, or the entry is gone.
fn tell_late(key: i64) {
    if registry().entries.get(&key).is_some_and(|entry| entry.is_late) {
        tell(key);
    }
}

/// Tells the loop what libvirt wants of an entry now; what the loop answers.
fn tell(key: i64) -> c_int {
    let (descriptor, is_timer, in_loop, wanted) = {
        let mut registry = registry();
        let Some(entry) = registry.entries.get_mut(&key) else { return -1 };
        entry.is_late = false;
        (entry.descriptor(), entry.is_timer(), entry.in_loop, entry.wanted)
    };
    if in_loop.is_none() && wanted.is_none() {
        // Done with before the loop has heard of it.
        forget(key);
        return 0;
    }
    let method = method(is_timer, in_loop.is_some(), wanted);
    let arguments = in_loop.or(descriptor).into_iter().chain(wanted).map(i64::from);
    match in_loop {
        None => added(key, call_implementation(method, arguments.chain([key; 3]))),
        Some(_) => call_implementation(method, arguments),
    }
}

/// Notes what the loop calls an entry that it has added; that name, or -1.
fn added(key: i64, answer: c_int) -> c_int {
    let mut registry = registry();
    let is_timer = registry.entries.get(&key).is_some_and(Entry::is_timer);
    // Two by one name could not be told apart when one is removed.
    if answer < 0 || registry.entries.values().any(|entry| entry.is_in_loop(answer, is_timer)) {
        registry.entries.remove(&key);
        return -1;
    }
    if let Some(entry) = registry.entries.get_mut(&key) {
        entry.in_loop = Some(answer);
        entry.id.get_or_insert(answer);
    }
    answer
}

/// Gives up an entry that libvirt is done with, and what libvirt keeps for it; whether it is one.
pub fn forget(key: i64) -> bool {
    let mut registry = registry();
    if registry.entries.get(&key).is_none_or(|entry| entry.wanted.is_some()) {
        return false;
    }
    let removed = registry.entries.remove(&key);
    drop(registry);
    if let Some(Entry { opaque, free: Some(free), .. }) = removed {
        // SAFETY: as libvirt registered it; the entry is gone, so only once.
        unsafe { free(opaque) };
    }
    true
}

/// What `of` finds in the entry that two numbers from Perl stand for.
pub fn entry<T>(callback: i64, opaque: i64, of: impl FnOnce(&Entry) -> Option<T>) -> Result<T, Failure> {
    let registry = registry();
    let entry = registry.entries.get(&opaque).filter(|_| callback == opaque);
    entry.and_then(of).ok_or_else(|| Failure::invalid(format!("callback {callback}, opaque {opaque}: not registered")))
}
