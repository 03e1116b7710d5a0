//! Connections, and what is registered on them.
//!
//! libvirt keeps a connection open as long as a callback is registered on it, so one that the
//! script has dropped would stay open for ever. Therefore the last Perl object of a connection
//! takes its callbacks along.

use crate::convert::{Connect, Handle, void};
use crate::error::{Failure, Report};
use crate::events::{Registration, rows};
use crate::ffi::bridge;
use std::collections::HashMap;
use std::ffi::{c_char, c_int, c_void};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use virt::sys::*;

/// What kind of event a registration is for; each has a libvirt function to end it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Source {
    Domain,
    Network,
    NodeDevice,
    Secret,
    StoragePool,
    /// The old registration for the lifecycle of domains, one a connection.
    Lifecycle,
    /// The callback for the connection's own end, one a connection.
    Close,
}

#[derive(Default)]
struct Connection {
    /// Perl objects for it, in all interpreters.
    objects: usize,
    registrations: Vec<(Source, c_int)>,
    close: Option<Close>,
}

/// The callback for a connection's end.
struct Close {
    /// libvirt forgets to free it where a driver has no use for it, so it is freed here.
    _callback: Box<Registration>,
    /// While it runs libvirt holds a lock that every function about close callbacks takes.
    running: bool,
    /// Whether it was ended while it ran, of which libvirt does not know yet.
    ended: bool,
}

// SAFETY: a callback checks that it is used and freed in its own interpreter.
unsafe impl Send for Connection {}

type Connections = HashMap<usize, Connection>;

fn connections() -> MutexGuard<'static, Connections> {
    static CONNECTIONS: LazyLock<Mutex<Connections>> = LazyLock::new(Mutex::default);
    CONNECTIONS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Opens a connection.
///
/// # Safety
/// `uri` is NULL or a string, and `auth` NULL or what libvirt may ask while it opens.
pub unsafe fn open(uri: *const c_char, auth: virConnectAuthPtr, flags: u32) -> Result<Handle<Connect>, Failure> {
    // SAFETY: the caller's promise.
    let conn = unsafe {
        bridge::sv_bridge_handle_sigpipe();
        virConnectOpenAuth(uri, auth, flags)
    };
    let handle = Handle::owned(conn)?;
    connections().entry(conn as usize).or_default().objects += 1;
    Ok(handle)
}

/// Remembers a registration, which ends with the connection.
pub fn registered(conn: virConnectPtr, source: Source, id: c_int) {
    if let Some(connection) = connections().get_mut(&(conn as usize)) {
        connection.registrations.push((source, id));
    }
}

/// Registers the callback for the connection's own end, if there is none yet.
///
/// # Safety
/// `conn` is a live connection.
pub unsafe fn register_close(conn: virConnectPtr, registration: Registration) -> Result<(), Failure> {
    match close_of(conn) {
        Some((true, _)) => {
            let problem = "cannot register a close callback while one runs".into();
            return Err(Failure::Libvirt(Report::new(VIR_ERR_OPERATION_INVALID, problem)));
        }
        // SAFETY: the caller's promise.
        Some((_, true)) => unsafe { deregister(conn, Source::Close, 0) }?,
        _ => {}
    }
    let mut callback = Box::new(registration);
    let data: *mut Registration = &mut *callback;
    // SAFETY: the caller's promise; the callback stays at its place until it is unregistered.
    void(unsafe { virConnectRegisterCloseCallback(conn, Some(rows::closed), data.cast(), None) })?;
    let mut connections = connections();
    let connection = connections.entry(conn as usize).or_default();
    connection.registrations.push((Source::Close, 0));
    connection.close = Some(Close { _callback: callback, running: false, ended: false });
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
pub unsafe fn deregister(conn: virConnectPtr, source: Source, id: c_int) -> Result<(), Failure> {
    let is_close = source == Source::Close;
    if is_close && matches!(close_of(conn), Some((true, _))) {
        with_close(conn, |close| close.ended = true);
        return Ok(());
    }
    // SAFETY: the caller's promise.
    let ended = void(unsafe { end(conn, source, id) });
    // Then nothing is called any more, though libvirt cannot tell its daemon.
    // SAFETY: as above.
    let is_gone = ended.is_err() && unsafe { virConnectIsAlive(conn) } == 0;
    let mut close = None;
    if is_close && ended.is_err() {
        with_close(conn, |close| close.ended = is_gone);
    } else if let Some(connection) = connections().get_mut(&(conn as usize)) {
        connection.registrations.retain(|&registration| registration != (source, id));
        close = connection.close.take_if(|_| is_close);
    }
    drop(close);
    if is_gone { Ok(()) } else { ended }
}

/// # Safety
/// `conn` is a live connection.
unsafe fn end(conn: virConnectPtr, source: Source, id: c_int) -> c_int {
    // SAFETY: the caller's promise; libvirt knows which ids there are.
    unsafe {
        match source {
            Source::Domain => virConnectDomainEventDeregisterAny(conn, id),
            Source::Network => virConnectNetworkEventDeregisterAny(conn, id),
            Source::NodeDevice => virConnectNodeDeviceEventDeregisterAny(conn, id),
            Source::Secret => virConnectSecretEventDeregisterAny(conn, id),
            Source::StoragePool => virConnectStoragePoolEventDeregisterAny(conn, id),
            Source::Lifecycle => virConnectDomainEventDeregister(conn, Some(rows::lifecycle)),
            Source::Close => virConnectUnregisterCloseCallback(conn, Some(rows::closed)),
        }
    }
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
        let close_runs = last.close.as_ref().is_some_and(|close| close.running);
        for &(source, id) in &last.registrations {
            let is_close = source == Source::Close;
            // SAFETY: the caller's promise.
            let has_ended = !(is_close && close_runs) && unsafe { end(conn, source, id) } >= 0;
            if is_close && !has_ended {
                // libvirt has it still.
                std::mem::forget(last.close.take());
            }
        }
    }
    forget(conn);
    // SAFETY: the caller's promise.
    unsafe { virConnectClose(conn) }
}

/// What is known of a connection, if this was its last object.
fn given_up(conn: virConnectPtr) -> Option<Connection> {
    let mut connections = connections();
    let connection = connections.get_mut(&(conn as usize))?;
    connection.objects -= 1;
    if connection.objects == 0 { connections.remove(&(conn as usize)) } else { None }
}

/// Drops what is known of a connection without objects: its address may be another's next.
fn forget(conn: virConnectPtr) {
    let mut connections = connections();
    if connections.get(&(conn as usize)).is_some_and(|connection| connection.objects == 0) {
        connections.remove(&(conn as usize));
    }
}
