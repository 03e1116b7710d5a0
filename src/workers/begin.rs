//! How calls begin on other threads, and how their outcome comes back: what the bridge uses of jobs.

use super::home::{self, Home};
use super::job::Job;
use super::lanes::Places;
use super::limit::Deadline;
use super::signal::Signal;
use super::{are_there_any, shared};
use crate::deferred::Deferred;
use crate::error::{Failure, Report};
use crate::ffi::bridge::{self, Call, Tag};
use crate::objects::connection;
use crate::panics;
use crate::perl::{Origin, Perl};
use libperl_sys::{PerlInterpreter, SV};
use std::ffi::{CStr, c_int};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::mem;
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use virt::sys;

/// Begins a call on another thread, for the future at that address if it is not NULL. `None` if it is to
/// run here: it is no future's, and nothing asks for more.
fn begin(call: &Call, timeout: Option<f64>, anyway: bool, future: usize) -> Result<Option<Arc<Job>>, Failure> {
    let is_future = future != 0;
    if !is_future && (call.method.here || call.method.at_once) {
        return Ok(None);
    }
    // SAFETY: the bridge has filled in a value for each parameter.
    let first = (call.method.most > 0).then(|| unsafe { call.value(0) });
    // SAFETY: the tag says that there is an object.
    let connection_of = |first: &bridge::RawValue| unsafe { bridge::sv_bridge_connection(first.owner()) } as usize;
    let conn = first.filter(|first| first.tag() == Tag::Object).map_or(0, connection_of);
    let limits = connection::limits(conn);
    let timeout = timeout.or(limits.timeout);
    if !is_future && timeout.is_none() && !anyway && !call.method.elsewhere {
        return Ok(None);
    }
    if is_future && (call.method.here || call.method.needs_caller()) {
        return Err(Failure::invalid("cannot be called so: it needs the script's own thread"));
    }
    let origin = is_future.then(|| Arc::new(Origin::here(call.perl(), call.method_name())));
    let (deferred, kept) = Deferred::of(call, origin.clone())?;
    static LAST: AtomicU64 = AtomicU64::new(0);
    let id = LAST.fetch_add(1, Ordering::Relaxed) + 1;
    let waiter = (!is_future).then(Signal::open);
    let uri = first.filter(|_| conn == 0 && call.method_name().to_bytes().ends_with(b"::new")).map(uri_of);
    let (lane, places) = match &uri {
        Some(uri) => (lane_of(uri), Places::Openings),
        // What is of no connection is in nobody's way, nor is what does not ask, or only sends or receives.
        None if conn == 0 || call.method.at_once || call.method.lasts => (usize::MAX - id as usize, Places::Of(1)),
        None => (conn, limits.places.map_or(Places::USUAL, Places::Of)),
    };
    let deadline = timeout.map(|seconds| Deadline::new(seconds, call, origin, uri));
    let home = Home::of(call.perl());
    if let Some(watch) = WATCH.get() {
        watch(&home);
    }
    let job = Job::of_call(id, (lane, conn), (home, future), waiter, deadline, (deferred, kept));
    if !job.keep_deadline() || shared().pool.submit(Arc::clone(&job), places, !is_future).is_err() {
        // SAFETY: the job of an interpreter that runs here.
        unsafe { job.abandon(call.perl()) };
        return Err(Failure::Libvirt(Report::new(sys::VIR_ERR_SYSTEM_ERROR, "cannot begin a thread for the call")));
    }
    Ok(Some(job))
}

/// Has the event loop look at a home.
pub static WATCH: OnceLock<fn(&Home)> = OnceLock::new();

/// The lane of those who open a URI: where no connection is.
fn lane_of(uri: &str) -> usize {
    let mut hasher = DefaultHasher::new();
    uri.hash(&mut hasher);
    (hasher.finish() as usize) >> 2 | 1 << (usize::BITS - 2)
}

/// The URI that is to be opened, where the first argument is one.
fn uri_of(value: &bridge::RawValue) -> String {
    match value.tag() {
        // SAFETY: the tag says so, and a NUL follows.
        Tag::String => unsafe { CStr::from_ptr(value.content().pv) }.to_string_lossy().into_owned(),
        _ => "the default hypervisor".into(),
    }
}

/// For the bridge: begins a call on another thread; NULL, or a job that C owns until it gives it up.
///
/// # Safety
/// A call whose arguments the bridge has read, and a future of its interpreter that lives as long as the
/// job, or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sys_virt_begin(call: &Call, timeout: f64, anyway: bool, future: *mut SV) -> *const Job {
    let begun = panics::caught(|| begin(call, (timeout >= 0.0).then_some(timeout), anyway, future as usize));
    match begun.unwrap_or_else(|report| Err(Failure::Libvirt(report))) {
        Ok(job) => job.map_or(ptr::null(), Arc::into_raw),
        Err(failure) => {
            call.fail(failure);
            ptr::null()
        }
    }
}

/// For the bridge: whether a job is done.
#[unsafe(no_mangle)]
pub extern "C" fn sys_virt_is_done(job: &Job) -> bool {
    job.is_done()
}

/// For the bridge: what is readable then; -1 where the process has as many descriptors as it may.
#[unsafe(no_mangle)]
pub extern "C" fn sys_virt_signal_of(job: &Job) -> c_int {
    job.signal().unwrap_or(-1)
}

/// For the bridge: the outcome of a job as that of `call`, once.
///
/// # Safety
/// A job of the interpreter that has called, from [`sys_virt_begin`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sys_virt_finish(call: &Call, job: *const Job) {
    // Perl code that is asked now may exit, and C gives the job up then.
    // SAFETY: the caller's promise.
    let job = unsafe {
        Arc::increment_strong_count(job);
        Arc::from_raw(job)
    };
    // SAFETY: as above.
    let finished = panics::caught(|| match unsafe { job.take(call.perl()) } {
        Some(Ok(outcome)) => outcome(call),
        Some(Err(failure)) => call.fail(failure),
        None => call.fail(Failure::invalid("the call is not done")),
    });
    if let Err(report) = finished {
        call.fail(Failure::Libvirt(report));
    }
}

/// For the bridge: nobody waits for a job any more.
///
/// # Safety
/// What [`sys_virt_begin`] has given to the interpreter that the thread runs, and not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sys_virt_give_up(perl: *mut PerlInterpreter, job: *const Job) {
    // SAFETY: the caller's promise.
    let (perl, job) = unsafe { (Perl::assume_current(perl), Arc::from_raw(job)) };
    if job.is_copy() {
        // With it would end what is the parent's, such as a connection that was just opened.
        return mem::forget(job);
    }
    // SAFETY: as above.
    panics::contained(|| unsafe { job.abandon(perl) });
}

/// For the bridge: the descriptor that is readable while there is something to deliver.
///
/// # Safety
/// The interpreter that the thread runs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sys_virt_home_signal(perl: *mut PerlInterpreter) -> c_int {
    // SAFETY: the caller's promise.
    Home::of(unsafe { Perl::assume_current(perl) }).signal()
}

/// For the bridge: readable while another thread waits for the interpreter.
#[unsafe(no_mangle)]
pub extern "C" fn sys_virt_urgent_signal(perl: *mut PerlInterpreter) -> c_int {
    Home::at(perl as usize).map_or(-1, |home| home.urgent_signal())
}

/// For the bridge: answers those, on the interpreter's thread.
#[unsafe(no_mangle)]
pub extern "C" fn sys_virt_run_urgent(perl: *mut PerlInterpreter) {
    if let Some(home) = Home::at(perl as usize) {
        panics::contained(|| home.answer());
    }
}

/// For the bridge: whether jobs run.
#[unsafe(no_mangle)]
pub extern "C" fn sys_virt_is_busy() -> bool {
    are_there_any() && shared().pool.is_busy()
}

/// For the bridge: the end of an interpreter.
#[unsafe(no_mangle)]
pub extern "C" fn sys_virt_home_ends(perl: *mut PerlInterpreter) {
    home::end(perl as usize);
}
