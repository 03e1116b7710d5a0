//! Ends of objects. The last reference to a connection closes it, and that of a stream aborts it: both
//! ask the host, and wait for it.

use super::home::Home;
use super::job::{elsewhere, may_any_hang};
use crate::objects::{Reference, connection};
use crate::panics;
use crate::perl::Perl;
use std::ffi::c_void;
use std::sync::mpsc;
use std::time::Duration;

/// For the bridge: the end of a reference once a connection has had a deadline, or a call may have hung. One
/// that may have to wait for its host does so on another thread, and this one waits for that as long as the
/// connection's deadline says. The handlers of signals wait with it: perl is in the middle of freeing
/// something, such as all that a handler of a signal leaves, or exit, before the call is abandoned.
///
/// # Safety
/// `object` is a live object of `class`, on that connection, and the caller gives up its reference.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sys_virt_object_free_within(class: u8, object: *mut c_void, conn: *mut c_void) {
    // SAFETY: the caller's promise.
    let reference = unsafe { Reference::assume_owned(class, object) };
    let conn = conn as usize;
    panics::contained(|| {
        let seconds = connection::limits(conn).timeout;
        if seconds.is_none() && !may_any_hang() {
            return drop(reference);
        }
        // The last object of a connection that the script has dropped may close it.
        if !reference.asks_host() && connection::has_objects(conn) {
            return drop(reference);
        }
        let Some(perl) = Perl::current() else { return drop(reference) };
        let home = Home::of(perl);
        let (ended, end) = mpsc::channel::<()>();
        elsewhere(&home, conn, move || {
            drop(reference);
            drop(ended);
        });
        if let Some(seconds) = seconds {
            // Nothing comes but the end, or the end of the time.
            let _ = end.recv_timeout(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX));
            home.answer();
        }
    });
}
