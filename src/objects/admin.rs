//! Connections to a daemon itself, and its servers and clients, all of libvirt-admin.
//!
//! As in [`super::connection`], the last Perl object of a connection takes its close callback along,
//! which would keep it open. Of servers and clients the library counts no references that others
//! take, so they are counted here.

use crate::error::{Failure, Report};
use crate::since::admin::*;
use std::any::Any;
use std::collections::HashMap;
use std::ffi::{c_int, c_void};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use virt::sys::{VIR_ERR_OPERATION_INVALID, virFreeCallback};

/// The callback for a connection's end, which libvirt calls once.
struct Close {
    function: virAdmConnectCloseFunc,
    /// While it runs libvirt holds a lock that the functions about it take.
    running: bool,
}

#[derive(Default)]
struct Known {
    /// References to it, without the first.
    more: usize,
    close: Option<Close>,
}

/// By their addresses.
type All = HashMap<usize, Known>;

fn all() -> MutexGuard<'static, All> {
    static ALL: LazyLock<Mutex<All>> = LazyLock::new(Mutex::default);
    ALL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Holds the lock while the process forks: the child gets it unlocked, whatever other threads do.
pub fn hold() -> Box<dyn Any> {
    Box::new(all())
}

/// One reference more than the first, which is not counted.
fn one_more(object: *mut c_void) {
    all().entry(object as usize).or_default().more += 1;
}

/// One reference less; what was known of the object, if it was the first one.
fn one_less(object: *mut c_void) -> Option<Known> {
    let mut all = all();
    match all.get_mut(&(object as usize)) {
        Some(known) if known.more > 0 => {
            known.more -= 1;
            None
        }
        _ => Some(all.remove(&(object as usize)).unwrap_or_default()),
    }
}

/// One reference more to a connection.
///
/// # Safety
/// A live connection.
pub unsafe fn reference_connection(conn: *mut c_void) -> c_int {
    one_more(conn);
    // SAFETY: the caller's promise.
    virAdmConnectRef().map_or(-1, |reference| unsafe { reference(conn.cast()) })
}

/// One reference more to a server or client.
///
/// # Safety
/// A live object, though nothing is asked of it.
pub unsafe fn reference(object: *mut c_void) -> c_int {
    one_more(object);
    0
}

/// The end of a reference to a connection.
///
/// # Safety
/// A live connection, of which the caller gives up a reference.
pub unsafe fn release_connection(conn: *mut c_void) -> c_int {
    let close = one_less(conn).and_then(|last| last.close);
    let conn: virAdmConnectPtr = conn.cast();
    let unregister = virAdmConnectUnregisterCloseCallback();
    if let (Some(Close { function, running: false }), Ok(unregister)) = (close, unregister) {
        // SAFETY: the caller's promise.
        unsafe { unregister(conn, function) };
    }
    // SAFETY: the caller's promise.
    virAdmConnectClose().map_or(-1, |close| unsafe { close(conn) })
}

/// The end of a reference to a server.
///
/// # Safety
/// A live server, of which the caller gives up a reference.
pub unsafe fn release_server(server: *mut c_void) -> c_int {
    // SAFETY: the caller's promise.
    one_less(server).map_or(0, |_| virAdmServerFree().map_or(-1, |free| unsafe { free(server.cast()) }))
}

/// The end of a reference to a client.
///
/// # Safety
/// A live client, of which the caller gives up a reference.
pub unsafe fn release_client(client: *mut c_void) -> c_int {
    // SAFETY: the caller's promise.
    one_less(client).map_or(0, |_| virAdmClientFree().map_or(-1, |free| unsafe { free(client.cast()) }))
}

fn is_running(conn: virAdmConnectPtr) -> bool {
    all().get(&(conn as usize)).is_some_and(|known| known.close.as_ref().is_some_and(|close| close.running))
}

/// Registers the function for the connection's end, which gets `data`; libvirt frees that.
///
/// # Safety
/// A live connection, and what the functions take.
pub unsafe fn register_close(
    conn: virAdmConnectPtr,
    function: virAdmConnectCloseFunc,
    data: *mut c_void,
    free: virFreeCallback,
) -> Result<(), Failure> {
    if is_running(conn) {
        let problem = "cannot register a close callback while one runs";
        return Err(Failure::Libvirt(Report::new(VIR_ERR_OPERATION_INVALID, problem)));
    }
    let register = virAdmConnectRegisterCloseCallback()?;
    // SAFETY: the caller's promise.
    if unsafe { register(conn, function, data, free) } < 0 {
        return Err(Failure::last());
    }
    all().entry(conn as usize).or_default().close = Some(Close { function, running: false });
    Ok(())
}

/// Ends that registration. One that runs has ended with that.
///
/// # Safety
/// A live connection.
pub unsafe fn deregister_close(conn: virAdmConnectPtr, function: virAdmConnectCloseFunc) -> Result<(), Failure> {
    if is_running(conn) {
        return Ok(());
    }
    let unregister = virAdmConnectUnregisterCloseCallback()?;
    // SAFETY: the caller's promise.
    if unsafe { unregister(conn, function) } < 0 {
        let failure = Failure::last();
        let is_alive = virAdmConnectIsAlive()?;
        // SAFETY: as above. With the connection it has ended anyway.
        return if unsafe { is_alive(conn) } == 0 { Ok(()) } else { Err(failure) };
    }
    if let Some(known) = all().get_mut(&(conn as usize)) {
        known.close = None;
    }
    Ok(())
}

/// Runs the close callback, which libvirt forgets then.
pub fn run_close(conn: virAdmConnectPtr, run: impl FnOnce()) {
    let with_close = |change: &dyn Fn(&mut Option<Close>)| {
        if let Some(known) = all().get_mut(&(conn as usize)) {
            change(&mut known.close);
        }
    };
    with_close(&|close| close.iter_mut().for_each(|close| close.running = true));
    run();
    with_close(&|close| *close = None);
}
