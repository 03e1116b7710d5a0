//! Connections, and what is registered on them.
//!
//! libvirt keeps a connection open as long as a callback is registered on it, so one that the
//! script has dropped would stay open for ever. Therefore the last Perl object of a connection
//! takes its callbacks along.

use crate::error::{Failure, Report};
use crate::ffi::bridge;
use std::any::Any;
use std::collections::HashMap;
use std::ffi::{c_int, c_void};
use std::ptr;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use virt::sys::*;

/// What kind of event a registration is for: one static value each, with libvirt's function to end
/// the registration that has an id.
pub struct Source {
    /// That function.
    pub end: unsafe fn(virConnectPtr, c_int) -> c_int,
}

/// A registration on a connection.
type Registered = (&'static Source, c_int);

#[derive(Default)]
struct Connection {
    /// Perl objects for it, in all interpreters.
    objects: usize,
    registrations: Vec<Registered>,
    /// They outlive the last of those: domains and the like that came from the connection keep it open.
    limits: Limits,
    close: Option<Close>,
}

/// What the script has set for the calls of a connection.
#[derive(Clone, Copy, Default)]
pub struct Limits {
    /// How many seconds one may take.
    pub timeout: Option<f64>,
    /// How many may run on other threads at a time.
    pub places: Option<usize>,
}

/// The callback for a connection's end.
struct Close {
    function: virConnectCloseFunc,
    /// What it gets. libvirt forgets to free it where a driver has no use for it, so it is freed
    /// here.
    _data: Arc<dyn Any + Send + Sync>,
    /// While it runs libvirt holds a lock that every function about close callbacks takes.
    running: bool,
    /// Whether it was ended while it ran, of which libvirt does not know yet.
    ended: bool,
}

type Connections = HashMap<usize, Connection>;

fn connections() -> MutexGuard<'static, Connections> {
    static CONNECTIONS: LazyLock<Mutex<Connections>> = LazyLock::new(Mutex::default);
    CONNECTIONS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Holds the lock while the process forks: the child gets it unlocked, whatever other threads do.
pub fn hold() -> Box<dyn Any> {
    Box::new(connections())
}

/// The first Perl object for a connection that was opened. What is known of another one, which had this
/// address before, ends.
pub fn opened(conn: virConnectPtr) {
    connections().insert(conn as usize, Connection { objects: 1, ..Connection::default() });
}

/// Those of the connection at this address.
pub fn limits(conn: usize) -> Limits {
    connections().get(&conn).map(|connection| connection.limits).unwrap_or_default()
}

/// Whether the connection at this address has Perl objects.
pub fn has_objects(conn: usize) -> bool {
    connections().get(&conn).is_some_and(|connection| connection.objects > 0)
}

/// Sets how many seconds its calls may take; `None` for as long as they take.
pub fn set_timeout(conn: virConnectPtr, seconds: Option<f64>) {
    connections().entry(conn as usize).or_default().limits.timeout = seconds;
    if seconds.is_some() {
        bridge::sv_bridge_attend(bridge::ATTENTION_DEADLINE);
    }
}

/// Sets how many of them may run on other threads at a time.
pub fn set_places(conn: virConnectPtr, places: usize) {
    connections().entry(conn as usize).or_default().limits.places = Some(places);
}

/// Remembers a registration, which ends with the connection.
pub fn registered(conn: virConnectPtr, source: &'static Source, id: c_int) {
    if let Some(connection) = connections().get_mut(&(conn as usize)) {
        connection.registrations.push((source, id));
    }
}

/// Registers the function for the connection's own end, which is called with the address of `data`,
/// if there is none yet.
///
/// # Safety
/// `conn` is a live connection, and `function` takes that for its data.
pub unsafe fn register_close<D: Send + Sync + 'static>(
    conn: virConnectPtr,
    function: virConnectCloseFunc,
    data: D,
) -> Result<(), Failure> {
    match close_of(conn) {
        Some((true, _)) => {
            let problem = "cannot register a close callback while one runs";
            return Err(Failure::Libvirt(Report::new(VIR_ERR_OPERATION_INVALID, problem)));
        }
        // SAFETY: the caller's promise.
        Some((_, true)) => unsafe { deregister_close(conn, function) }?,
        _ => {}
    }
    let data = Arc::new(data);
    let address = Arc::as_ptr(&data).cast_mut();
    // SAFETY: the caller's promise; the data stays at its place until it is unregistered.
    if unsafe { virConnectRegisterCloseCallback(conn, function, address.cast(), None) } < 0 {
        return Err(Failure::last());
    }
    let close = Close { function, _data: data, running: false, ended: false };
    connections().entry(conn as usize).or_default().close = Some(close);
    Ok(())
}

/// Whether a connection's close callback runs, and whether it was ended while it did.
fn close_of(conn: virConnectPtr) -> Option<(bool, bool)> {
    connections().get(&(conn as usize))?.close.as_ref().map(|close| (close.running, close.ended))
}

fn with_close(conn: virConnectPtr, change: impl FnOnce(&mut Close)) {
    connections().get_mut(&(conn as usize)).and_then(|connection| connection.close.as_mut()).map(change);
}

/// Runs the close callback, unless it was ended.
pub fn run_close(conn: virConnectPtr, run: impl FnOnce()) {
    if matches!(close_of(conn), Some((_, true))) {
        return;
    }
    with_close(conn, |close| close.running = true);
    run();
    with_close(conn, |close| close.running = false);
}

/// Ends a registration.
///
/// # Safety
/// `conn` is a live connection.
pub unsafe fn deregister(conn: virConnectPtr, source: &'static Source, id: c_int) -> Result<(), Failure> {
    // SAFETY: the caller's promise; libvirt knows which ids there are.
    unsafe { ended(conn, (source.end)(conn, id)) }?;
    if let Some(connection) = connections().get_mut(&(conn as usize)) {
        connection.registrations.retain(|&registered| !(ptr::eq(registered.0, source) && registered.1 == id));
    }
    Ok(())
}

/// Ends the registration for the connection's own end.
///
/// # Safety
/// `conn` is a live connection.
pub unsafe fn deregister_close(conn: virConnectPtr, function: virConnectCloseFunc) -> Result<(), Failure> {
    if matches!(close_of(conn), Some((true, _))) {
        with_close(conn, |close| close.ended = true);
        return Ok(());
    }
    // SAFETY: the caller's promise.
    match unsafe { ended(conn, virConnectUnregisterCloseCallback(conn, function)) }? {
        Ended::Now => drop(connections().get_mut(&(conn as usize)).and_then(|connection| connection.close.take())),
        Ended::WithConnection => with_close(conn, |close| close.ended = true),
    }
    Ok(())
}

/// How a registration has ended.
enum Ended {
    Now,
    /// Its connection is closed: nothing is called any more, though libvirt cannot tell its daemon.
    WithConnection,
}

/// What libvirt's answer to the end of a registration means.
///
/// # Safety
/// `conn` is a live connection.
unsafe fn ended(conn: virConnectPtr, answer: c_int) -> Result<Ended, Failure> {
    if answer >= 0 {
        return Ok(Ended::Now);
    }
    let failure = Failure::last();
    // SAFETY: the caller's promise.
    if unsafe { virConnectIsAlive(conn) } == 0 { Ok(Ended::WithConnection) } else { Err(failure) }
}

/// One Perl object more for a connection.
///
/// # Safety
/// `conn` is a live connection.
pub unsafe fn reference(conn: *mut c_void) -> c_int {
    connections().entry(conn as usize).or_default().objects += 1;
    // SAFETY: the caller's promise.
    unsafe { virConnectRef(conn.cast()) }
}

/// One Perl object less for a connection.
///
/// # Safety
/// `conn` is a live connection, and the caller gives up its reference.
pub unsafe fn release(conn: *mut c_void) -> c_int {
    let conn: virConnectPtr = conn.cast();
    // A loop written in Perl hears of the end of a registration, so not under the lock.
    if let Some(mut last) = given_up(conn) {
        for &(source, id) in &last.registrations {
            // SAFETY: the caller's promise.
            unsafe { (source.end)(conn, id) };
        }
        if let Some(close) = last.close.take() {
            // SAFETY: the caller's promise.
            let has_ended = !close.running && unsafe { virConnectUnregisterCloseCallback(conn, close.function) } >= 0;
            if !has_ended {
                // libvirt has it still.
                std::mem::forget(close);
            }
        }
    }
    // SAFETY: the caller's promise.
    unsafe { virConnectClose(conn) }
}

/// What is known of a connection, if this was its last object; but for its limits, which stay.
fn given_up(conn: virConnectPtr) -> Option<Connection> {
    let mut connections = connections();
    let connection = connections.get_mut(&(conn as usize))?;
    connection.objects -= 1;
    if connection.objects > 0 {
        return None;
    }
    let last = connections.remove(&(conn as usize))?;
    if last.limits.timeout.is_some() || last.limits.places.is_some() {
        connections.insert(conn as usize, Connection { limits: last.limits, ..Connection::default() });
    }
    Some(last)
}
