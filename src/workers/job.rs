//! A job: one call on another thread, from its beginning on the interpreter's thread to its end
//! there. libvirt cannot be told to give up: a job whose time is over, or that nobody waits for any
//! more, is abandoned, and keeps its thread and its place until libvirt returns.

use super::home::{self, Home, Item};
use super::{are_there_any, lock, pool, shared};
use crate::deferred::{Deferred, Outcome};
use crate::error::{Failure, Report};
use crate::ffi::bridge::{self, Call, Tag};
use crate::objects::{Reference, Transfer, connection, connection_of};
use crate::panics;
use crate::perl::{Origin, Perl};
use std::collections::HashMap;
use std::ffi::{CStr, c_int, c_void};
use std::mem;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};
use virt::sys;

/// Jobs whose outcome somebody will ask for, by their numbers.
pub type Jobs = HashMap<u64, Arc<Job>>;

pub struct Job {
    pub id: u64,
    /// The connection, for the pool.
    pub lane: usize,
    home: Arc<Home>,
    /// Raised when it is done, for who waits in C; otherwise its home is told.
    signal: Option<c_int>,
    deadline: Option<Deadline>,
    /// Of a method that lasts.
    transfer: Option<Arc<Transfer>>,
    state: Mutex<State>,
}

struct Deadline {
    at: Mutex<Instant>,
    seconds: f64,
    method: &'static CStr,
    /// For who does not wait: the origin of the call.
    origin: Option<Arc<Origin>>,
    /// What is to be opened; a connection tells itself.
    uri: Option<String>,
}

enum State {
    Waiting(Box<Deferred>),
    /// For nobody: the end of an object.
    Task(Box<dyn FnOnce() + Send>),
    /// On the connection at this address, which it keeps alive.
    Running(usize),
    Done(Finished),
    Failed(Failure),
    Over,
}

/// The call before its outcome: libvirt's objects in that may need the connection in this.
struct Finished(Outcome, Box<Deferred>);

// SAFETY: as a deferred call, an outcome has no Perl values.
unsafe impl Send for Finished {}
// SAFETY: a failure in a job is not that of Perl code, of which it runs none.
unsafe impl Send for State {}

/// How many abandoned jobs libvirt has not returned from.
static HUNG: AtomicUsize = AtomicUsize::new(0);

fn hang(more: bool) {
    let hung = match more {
        true => HUNG.fetch_add(1, Ordering::Relaxed) + 1,
        false => HUNG.fetch_sub(1, Ordering::Relaxed) - 1,
    };
    bridge::sv_bridge_attend(bridge::ATTENTION_HUNG, hung > 0);
}

impl Job {
    /// On a thread of the pool: the method's code.
    pub fn run(self: &Arc<Self>) {
        let deferred = {
            let mut state = lock(&self.state);
            match mem::replace(&mut *state, State::Over) {
                State::Waiting(deferred) => {
                    *state = State::Running(deferred.connection() as usize);
                    deferred
                }
                State::Task(task) => {
                    drop(state);
                    return panics::contained(task);
                }
                other => {
                    *state = other;
                    return;
                }
            }
        };
        let finished = Finished(deferred.run(), deferred);
        let mut state = lock(&self.state);
        if let State::Running(_) = *state {
            *state = State::Done(finished);
            drop(state);
            self.tell();
        } else {
            drop(state);
            hang(false);
            // Here: what ends with it may have to wait for its host once more.
            drop(finished);
        }
    }

    /// On the thread of deadlines: the time is over.
    pub fn expire(self: &Arc<Self>) {
        let Some(deadline) = &self.deadline else { return };
        if let Some(later) = self.transfer.as_ref().map(|transfer| deadline.after(transfer.moved_at()))
            && later > Instant::now()
        {
            *lock(&deadline.at) = later;
            return shared().deadlines.add(later, self);
        }
        let mut state = lock(&self.state);
        let conn = match &*state {
            State::Waiting(deferred) => deferred.connection() as usize,
            State::Running(conn) => *conn,
            _ => return,
        };
        // SAFETY: the job keeps it alive, and cannot give it up while its state is locked.
        let failure = Failure::Libvirt(unsafe { deadline.is_over(conn as sys::virConnectPtr) });
        match mem::replace(&mut *state, State::Failed(failure)) {
            State::Waiting(deferred) => end_elsewhere(&self.home, move || drop(deferred)),
            _ => hang(true),
        }
        drop(state);
        self.stop();
        shared().pool.withdraw(self);
        self.tell();
    }

    /// Tells who waits that it is done.
    fn tell(&self) {
        match self.signal {
            // SAFETY: the job's own.
            Some(signal) => unsafe { bridge::sv_bridge_raise_signal(signal) },
            None => self.home.push(Item::Done(self.id)),
        }
    }

    fn is_done(&self) -> bool {
        !matches!(*lock(&self.state), State::Waiting(_) | State::Running(_))
    }

    fn no_deadline_more(&self) {
        if let Some(deadline) = &self.deadline {
            let at = *lock(&deadline.at);
            shared().deadlines.remove(at, self);
        }
    }

    /// Has what lasts end soon.
    fn stop(&self) {
        if let Some(transfer) = &self.transfer {
            transfer.stop();
        }
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        if let Some(signal) = self.signal {
            // SAFETY: the job's own, which nobody has any more.
            unsafe { bridge::sv_bridge_close_signal(signal) };
        }
    }
}

impl Deadline {
    /// When it would be if the call had begun then.
    fn after(&self, begin: Instant) -> Instant {
        begin + Duration::try_from_secs_f64(self.seconds).unwrap_or(Duration::MAX / 4)
    }

    /// # Safety
    /// NULL, or a live connection.
    unsafe fn is_over(&self, conn: sys::virConnectPtr) -> Report {
        let uri = self.uri.clone().unwrap_or_else(|| {
            // SAFETY: the caller's promise; known without asking the host.
            let uri = unsafe { sys::virConnectGetURI(conn) };
            if uri.is_null() {
                return "the host".into();
            }
            // SAFETY: a string that libvirt made for us.
            unsafe {
                let text = CStr::from_ptr(uri).to_string_lossy().into_owned();
                free(uri.cast());
                text
            }
        });
        let (method, seconds) = (self.method.to_string_lossy(), self.seconds);
        let text = format!("{method}: no answer from {} within {seconds} s, the call is abandoned", host_of(&uri));
        let report = Report::new(sys::VIR_ERR_OPERATION_TIMEOUT, text);
        self.origin.iter().fold(report, Report::of)
    }
}

unsafe extern "C" {
    fn free(pointer: *mut c_void);
}

/// The host in a URI, with its port; the whole URI if it has none.
fn host_of(uri: &str) -> &str {
    let Some((_, behind)) = uri.split_once("://") else { return uri };
    let authority = behind.split('/').next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    if host.is_empty() { uri } else { host }
}

/// Begins a call on another thread; its number. `None` if it is to run here: it is no future's, and
/// nothing asks for more.
fn begin(call: &Call, timeout: Option<f64>, why: u8) -> Result<Option<u64>, Failure> {
    let is_future = why == bridge::BEGIN_FUTURE;
    // SAFETY: the bridge has filled in a value for each parameter.
    let first = (call.method.most > 0).then(|| unsafe { call.value(0) });
    let conn = first.filter(|first| first.tag() == Tag::Object).map_or(0, |first| {
        // SAFETY: the tag says so, and the object is live if it is not NULL.
        let object = unsafe { first.content().ptr };
        // SAFETY: as above.
        if object.is_null() { 0 } else { unsafe { connection_of(first.class(), object) as usize } }
    });
    let timeout = timeout.or_else(|| connection::timeout(conn));
    let anyway = why == bridge::BEGIN_ALARM || call.method.lasts;
    if !is_future && (call.method.here || (timeout.is_none() && !anyway)) {
        return Ok(None);
    }
    if call.method.here {
        return Err(Failure::invalid(
            "cannot be called so: it takes a code reference, writes to a variable, or never waits",
        ));
    }
    let origin = is_future.then(|| Arc::new(Origin::here(call.perl(), call.method_name())));
    let deferred = Deferred::of(call, origin.clone())?;
    static LAST: AtomicU64 = AtomicU64::new(0);
    let id = LAST.fetch_add(1, Ordering::Relaxed) + 1;
    let signal = (!is_future).then(|| bridge::sv_bridge_open_signal());
    let deadline = timeout.map(|seconds| Deadline {
        at: Mutex::new(Instant::now()),
        seconds,
        method: call.method_name(),
        origin,
        uri: first.filter(|_| call.method_name() == c"Sys::Virt::new").map(uri_of),
    });
    // What is of no connection is in nobody's way, nor is what does not ask but only sends or receives.
    let lane = if conn == 0 || call.method.lasts { usize::MAX - id as usize } else { conn };
    let transfer = deferred.transfer();
    let (home, state) = (Home::of(call.perl()), Mutex::new(State::Waiting(deferred)));
    if let Some(watch) = WATCH.get() {
        watch(call.perl(), &home);
    }
    let job = Arc::new(Job { id, lane, home, signal, deadline, transfer, state });
    lock(&shared().jobs).insert(id, Arc::clone(&job));
    if let Some(deadline) = &job.deadline {
        let at = deadline.after(Instant::now());
        *lock(&deadline.at) = at;
        shared().deadlines.add(at, &job);
    }
    if !shared().pool.submit(job, connection::places(conn).unwrap_or(pool::PLACES), !is_future) {
        abandon(id);
        return Err(Failure::Libvirt(Report::new(sys::VIR_ERR_SYSTEM_ERROR, "cannot begin a thread for the call")));
    }
    Ok(Some(id))
}

/// Has the event loop look at a home.
pub static WATCH: OnceLock<fn(Perl, &Home)> = OnceLock::new();

/// The URI that is to be opened, where the first argument is one.
fn uri_of(value: &bridge::RawValue) -> String {
    match value.tag() {
        // SAFETY: the tag says so, and a NUL follows.
        Tag::String => unsafe { CStr::from_ptr(value.content().pv) }.to_string_lossy().into_owned(),
        _ => "the default hypervisor".into(),
    }
}

/// What a job has come to, for a call on its interpreter's thread; once.
pub fn take(id: u64) -> Result<impl FnOnce(&Call), Failure> {
    let job = lock(&shared().jobs).remove(&id);
    let job = job.ok_or_else(|| Failure::invalid(format!("there is no job {id}")))?;
    job.no_deadline_more();
    let state = mem::replace(&mut *lock(&job.state), State::Over);
    match state {
        State::Done(Finished(outcome, deferred)) => Ok(move |call: &Call| deferred.finish(outcome, call)),
        State::Failed(failure) => Err(failure),
        _ => Err(Failure::invalid(format!("job {id} is not done"))),
    }
}

/// Nobody will ask for the outcome.
pub fn abandon(id: u64) {
    let Some(job) = lock(&shared().jobs).remove(&id) else { return };
    job.no_deadline_more();
    job.stop();
    shared().pool.withdraw(&job);
    let state = mem::replace(&mut *lock(&job.state), State::Over);
    if let State::Running(_) = state {
        hang(true);
    }
}

/// What comes next for an interpreter: the number of a job that is done, after the tasks before it.
pub fn next(perl: Perl, home: &Home) -> Option<u64> {
    loop {
        home.answer(perl);
        match home.pop()? {
            Item::Task(task) => task(perl),
            // One that was abandoned meanwhile is nobody's.
            Item::Done(id) if lock(&shared().jobs).contains_key(&id) => return Some(id),
            Item::Done(_) => {}
        }
    }
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

fn known(id: u64) -> Option<Arc<Job>> {
    lock(&shared().jobs).get(&id).cloned()
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
    let finished = panics::caught(|| match take(id) {
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
    panics::contained(|| abandon(id));
}

/// For the bridge: whether jobs run.
#[unsafe(no_mangle)]
pub extern "C" fn sys_virt_is_busy() -> bool {
    are_there_any() && shared().pool.is_busy()
}

/// For the bridge: the end of a reference while libvirt does not return from calls, which it may
/// have to wait for.
///
/// # Safety
/// `object` is a live object of `class`, and the caller gives up its reference.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sys_virt_object_free_elsewhere(class: u8, object: *mut c_void) {
    // SAFETY: the caller's promise.
    let reference = unsafe { Reference::assume_owned(class, object) };
    panics::contained(|| {
        if let Some(perl) = Perl::current() {
            end_elsewhere(&Home::of(perl), move || drop(reference));
        }
    });
}

/// Ends something on a thread of the pool, one after the other: it may have to wait for its host.
fn end_elsewhere(home: &Arc<Home>, end: impl FnOnce() + Send + 'static) {
    let state = Mutex::new(State::Task(Box::new(end)));
    let job = Job { id: 0, lane: ENDS, home: Arc::clone(home), signal: None, deadline: None, transfer: None, state };
    shared().pool.submit(Arc::new(job), 1, false);
}

/// The lane of objects that end.
const ENDS: usize = 1;

/// For the bridge: the end of an interpreter.
#[unsafe(no_mangle)]
pub extern "C" fn sys_virt_home_ends(perl: *mut libperl_sys::PerlInterpreter) {
    home::end(perl as usize);
}
