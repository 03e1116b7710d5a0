//! How calls begin on other threads, and how their outcome comes back: what the bridge and
//! `Sys::Virt::Future` use of jobs.

use super::home::{self, Home, Item};
use super::job::{Deadline, Job};
use super::{are_there_any, lock, pool, shared};
use crate::deferred::Deferred;
use crate::error::{Failure, Report};
use crate::ffi::bridge::{self, Call, Tag};
use crate::objects::connection;
use crate::panics;
use crate::perl::{Origin, Perl};
use std::ffi::{CStr, c_int};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use virt::sys;

/// Begins a call on another thread; its number. `None` if it is to run here: it is no future's, and
/// nothing asks for more.
fn begin(call: &Call, timeout: Option<f64>, why: u8) -> Result<Option<u64>, Failure> {
    let is_future = why == bridge::BEGIN_FUTURE;
    if !is_future && (call.method.here || call.method.at_once) {
        return Ok(None);
    }
    // SAFETY: the bridge has filled in a value for each parameter.
    let first = (call.method.most > 0).then(|| unsafe { call.value(0) });
    // SAFETY: the tag says that there is an object.
    let connection_of = |first: &bridge::RawValue| unsafe { bridge::sv_bridge_connection(first.owner()) } as usize;
    let conn = first.filter(|first| first.tag() == Tag::Object).map_or(0, connection_of);
    let timeout = timeout.or_else(|| connection::timeout(conn));
    let anyway = why == bridge::BEGIN_ALARM || call.method.lasts;
    if !is_future && timeout.is_none() && !anyway {
        return Ok(None);
    }
    if is_future && (call.method.here || call.method.assigns()) {
        return Err(Failure::invalid("cannot be called so: it needs the script's own thread"));
    }
    let origin = is_future.then(|| Arc::new(Origin::here(call.perl(), call.method_name())));
    let (deferred, kept) = Deferred::of(call, origin.clone())?;
    static LAST: AtomicU64 = AtomicU64::new(0);
    let id = LAST.fetch_add(1, Ordering::Relaxed) + 1;
    let signal = (!is_future).then(|| bridge::sv_bridge_open_signal());
    let uri = || first.filter(|_| call.method_name().to_bytes().ends_with(b"::new")).map(uri_of);
    let deadline = timeout.map(|seconds| Deadline::new(seconds, call.method_name(), origin, uri()));
    // What is of no connection is in nobody's way, nor is what does not ask, or only sends or receives.
    let lane = if conn == 0 || call.method.at_once || call.method.lasts { usize::MAX - id as usize } else { conn };
    let home = Home::of(call.perl());
    if let Some(watch) = WATCH.get() {
        watch(&home);
    }
    let job = Job::of_call(id, (lane, conn), home, signal, deadline, (deferred, kept));
    lock(&shared().jobs).insert(id, Arc::clone(&job));
    job.keep_deadline();
    if !shared().pool.submit(job, connection::places(conn).unwrap_or(pool::PLACES), !is_future) {
        abandon(call.perl(), id);
        return Err(Failure::Libvirt(Report::new(sys::VIR_ERR_SYSTEM_ERROR, "cannot begin a thread for the call")));
    }
    Ok(Some(id))
}

/// Has the event loop look at a home.
pub static WATCH: OnceLock<fn(&Home)> = OnceLock::new();

/// The URI that is to be opened, where the first argument is one.
fn uri_of(value: &bridge::RawValue) -> String {
    match value.tag() {
        // SAFETY: the tag says so, and a NUL follows.
        Tag::String => unsafe { CStr::from_ptr(value.content().pv) }.to_string_lossy().into_owned(),
        _ => "the default hypervisor".into(),
    }
}

/// The job with this number, if it is one of this thread's interpreter.
fn known(id: u64) -> Option<Arc<Job>> {
    lock(&shared().jobs).get(&id).filter(|job| job.home.is_here()).cloned()
}

/// The same, which is asked for the last time.
fn last(id: u64) -> Option<Arc<Job>> {
    let job = known(id)?;
    lock(&shared().jobs).remove(&id);
    Some(job)
}

/// What a job has come to, for a call of that interpreter; once.
pub fn take(perl: Perl, id: u64) -> Result<impl FnOnce(&Call) + use<>, Failure> {
    let job = last(id).ok_or_else(|| Failure::invalid(format!("there is no job {id}")))?;
    // SAFETY: the job of an interpreter that runs here.
    unsafe { job.take(perl) }.unwrap_or_else(|| Err(Failure::invalid(format!("job {id} is not done"))))
}

/// Nobody will ask for the outcome.
pub fn abandon(perl: Perl, id: u64) {
    if let Some(job) = last(id) {
        // SAFETY: the job of an interpreter that runs here.
        unsafe { job.abandon(perl) };
    }
}

/// What comes next for an interpreter: the number of a job that is done, after the tasks before it.
pub fn next(perl: Perl, home: &Home) -> Option<u64> {
    while home.run_tasks(perl) {
        match home.pop()? {
            // One that was abandoned meanwhile is nobody's.
            Item::Done(id) if lock(&shared().jobs).contains_key(&id) => return Some(id),
            _ => {}
        }
    }
    None
}

/// For the bridge: begins a call on another thread.
///
/// # Safety
/// A call whose arguments the bridge has read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sys_virt_begin(call: &Call, timeout: f64, why: u8) -> u64 {
    let begun = panics::caught(|| begin(call, (timeout >= 0.0).then_some(timeout), why));
    match begun.unwrap_or_else(|report| Err(Failure::Libvirt(report))) {
        Ok(id) => id.unwrap_or(0),
        Err(failure) => {
            call.fail(failure);
            0
        }
    }
}

/// For the bridge: whether a job is done.
#[unsafe(no_mangle)]
pub extern "C" fn sys_virt_is_done(id: u64) -> bool {
    known(id).is_none_or(|job| job.is_done())
}

/// For the bridge: what is readable then.
#[unsafe(no_mangle)]
pub extern "C" fn sys_virt_signal_of(id: u64) -> c_int {
    known(id).and_then(|job| job.signal).unwrap_or(-1)
}

/// For the bridge: the outcome of a job as that of `call`.
#[unsafe(no_mangle)]
pub extern "C" fn sys_virt_finish(call: &Call, id: u64) {
    let finished = panics::caught(|| match take(call.perl(), id) {
        Ok(outcome) => outcome(call),
        Err(failure) => call.fail(failure),
    });
    if let Err(report) = finished {
        call.fail(Failure::Libvirt(report));
    }
}

/// For the bridge: readable while another thread waits for the interpreter.
#[unsafe(no_mangle)]
pub extern "C" fn sys_virt_urgent_signal(perl: *mut libperl_sys::PerlInterpreter) -> c_int {
    Home::at(perl as usize).map_or(-1, |home| home.urgent_signal())
}

/// For the bridge: answers those.
///
/// # Safety
/// The interpreter that the thread runs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sys_virt_run_urgent(perl: *mut libperl_sys::PerlInterpreter) {
    // SAFETY: the caller's promise.
    let perl = unsafe { Perl::assume_current(perl) };
    if let Some(home) = Home::at(perl.raw() as usize) {
        panics::contained(|| home.answer(perl));
    }
}

/// For the bridge: nobody waits any more.
#[unsafe(no_mangle)]
pub extern "C" fn sys_virt_abandon(id: u64) {
    panics::contained(|| Perl::current().into_iter().for_each(|perl| abandon(perl, id)));
}

/// For the bridge: whether jobs run.
#[unsafe(no_mangle)]
pub extern "C" fn sys_virt_is_busy() -> bool {
    are_there_any() && shared().pool.is_busy()
}

/// For the bridge: the end of an interpreter.
#[unsafe(no_mangle)]
pub extern "C" fn sys_virt_home_ends(perl: *mut libperl_sys::PerlInterpreter) {
    home::end(perl as usize);
}
