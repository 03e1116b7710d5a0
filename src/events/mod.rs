//! Perl code that libvirt calls: event callbacks, the event loop's handles and timers, and
//! loops written in Perl.
//!
//! One recipe for all. A [`Registration`] owns a [`Callback`], boxed; libvirt gets its address as
//! the opaque pointer and frees it with [`drop_registration`]. A C function of the type that the
//! event wants makes Perl values of its arguments and runs the callback with [`deliver`]. What
//! the callback dies with is parked, and comes out of the call that ran the loop.

pub mod connection;
pub mod event_loop;
pub mod implementation;
pub mod parked;
pub mod rows;

use crate::convert::{Connect, Handle, Value};
use crate::method::{Call, Method};
use crate::perl::{Callback, Perl};
use libperl_sys::SV;
use std::ffi::c_void;
use virt::sys::virConnectPtr;

/// The tables of `Sys::Virt::Event`.
pub const TABLES: &[&[Method]] = &[event_loop::METHODS, implementation::METHODS];

/// A callback, and the connection it is registered on: the script's own object, so that its
/// class and identity are kept, but no reason for the connection to stay open.
pub struct Registration {
    callback: Callback,
    connection: Option<Callback>,
}

impl Registration {
    /// A callback of the event loop.
    pub fn new(callback: Callback) -> Self {
        Registration { callback, connection: None }
    }

    /// A callback registered by a call of the connection in argument 0.
    pub fn on_connection(call: &Call, callback: Callback) -> Self {
        let perl = call.perl();
        let connection = perl.mortal(perl.weak(call.argument(0)));
        Registration { callback, connection: Some(Callback::keep(perl, connection)) }
    }

    /// The registration as libvirt's opaque pointer, to be freed with [`drop_registration`].
    pub fn into_opaque(self) -> *mut c_void {
        Box::into_raw(Box::new(self)).cast()
    }
}

/// libvirt is done with a registration.
///
/// # Safety
/// `data` is from [`Registration::into_opaque`], and not used again.
pub unsafe extern "C" fn drop_registration(data: *mut c_void) {
    // SAFETY: the caller's promise.
    drop(unsafe { Box::from_raw(data.cast::<Registration>()) });
}

/// The connection as a callback's argument: the script's object, or a new one.
pub fn connection_argument(perl: Perl, own: Option<*mut SV>, conn: virConnectPtr) -> *mut SV {
    let own = own.map(|own| perl.mortal(perl.copy(own)));
    match own.filter(|&own| !matches!(Value::of_scalar(perl, own), Value::Undef)) {
        Some(own) => perl.share(own),
        None => Handle::<Connect>::borrowed(conn).into_sv(perl),
    }
}

/// Runs a callback with the arguments that `arguments` makes, given the connection it is
/// registered on.
///
/// # Safety
/// `data` is from [`Registration::into_opaque`] and registered.
pub unsafe fn deliver(data: *mut c_void, arguments: impl FnOnce(Perl, Option<*mut SV>) -> Vec<*mut SV>) {
    // SAFETY: the caller's promise.
    let registration = unsafe { &*data.cast::<Registration>() };
    run(&registration.callback, |perl| {
        arguments(perl, registration.connection.as_ref().map(|connection| perl.mortal(connection.another())))
    });
}

/// Runs a callback with the arguments that `arguments` makes. On a thread that does not run
/// the callback's interpreter nothing happens: its values must not be touched there.
pub fn run(callback: &Callback, arguments: impl FnOnce(Perl) -> Vec<*mut SV>) {
    let Some(perl) = callback.perl() else { return };
    // The callback may end its own registration, and with it its own life.
    let callback = callback.share(perl);
    match callback.call(&arguments(perl)) {
        Ok(result) => perl.free(result),
        Err(exception) => parked::park(perl, exception),
    }
}
