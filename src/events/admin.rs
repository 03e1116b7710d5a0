//! The end of a connection to a daemon itself, of libvirt-admin.

use super::{Registration, connection_argument, deliver, drop_registration, guarded};
use crate::convert::{AdminConnect, Handle};
use crate::error::Failure;
use crate::ffi::bridge;
use crate::objects::admin;
use crate::perl::{Perl, Scalar};
use crate::since::admin::virAdmConnectPtr;
use std::ffi::{c_int, c_void};

/// A connection, kept for another thread.
struct Kept(Handle<AdminConnect>);

// SAFETY: libvirt's objects may be used by any thread.
unsafe impl Send for Kept {}

unsafe extern "C" fn closed(conn: virAdmConnectPtr, reason: c_int, callback: *mut c_void) {
    let arguments = move |perl: Perl, own: Option<&Scalar>, conn| {
        // SAFETY: a live connection.
        vec![unsafe { connection_argument::<AdminConnect>(perl, own, conn) }, perl.new_int(reason.into())]
    };
    // SAFETY: libvirt calls with what was registered, and with a live connection.
    let run = || unsafe {
        deliver(
            callback,
            |perl, own| arguments(perl, own, conn),
            || {
                let kept = Kept(Handle::assume_borrowed(conn));
                Box::new(move |perl, own| {
                    let kept = kept;
                    arguments(perl, own, kept.0.as_ptr())
                })
            },
        );
    };
    guarded((), || admin::run_close(conn, run));
}

/// Registers the callback for a connection's end.
///
/// # Safety
/// A live connection.
pub unsafe fn register_close(conn: virAdmConnectPtr, callback: Registration) -> Result<(), Failure> {
    // From now on libvirt may run it inside any function that talks on the connection.
    bridge::sv_bridge_attend(bridge::ATTENTION_HOLD);
    // SAFETY: the caller's promise; what libvirt did not take is ours.
    unsafe {
        let data = callback.into_opaque();
        admin::register_close(conn, closed, data, Some(drop_registration)).inspect_err(|_| drop_registration(data))
    }
}

/// Ends that registration.
///
/// # Safety
/// A live connection.
pub unsafe fn deregister_close(conn: virAdmConnectPtr) -> Result<(), Failure> {
    // SAFETY: the caller's promise.
    unsafe { admin::deregister_close(conn, closed) }
}
