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
pub mod stream;

use crate::convert::{Connect, Handle, Value};
use crate::method::{Call, Method};
use crate::perl::{Callback, Perl};
use libperl_sys::SV;
use std::ffi::c_void;
use virt::sys::virConnectPtr;

/// The tables of `Sys::Virt::Event`.
pub const TABLES: &[&[Method]] = &[event_loop::METHODS, implementation::METHODS];

/// A callback, and the object it is registered on: the script's own, so that its class and
/// identity are kept.
pub struct Registration {
    callback: Callback,
    object: Option<Callback>,
}

impl Registration {
    /// A callback of the event loop.
    pub fn new(callback: Callback) -> Self {
        Registration { callback, object: None }
    }

    /// A callback registered by a call of the connection in argument 0; no reason for that to
    /// stay open.
    pub fn on_connection(call: &Call, callback: Callback) -> Self {
        let perl = call.perl();
        let connection = perl.mortal(perl.weak(call.argument(0)));
        Registration { callback, object: Some(Callback::keep(perl, connection)) }
    }

    /// A callback registered by a call of the stream in argument 0, which lives on with it.
    pub fn on_stream(call: &Call, callback: Callback) -> Self {
        let perl = call.perl();
        let stream = perl.mortal(perl.copy(call.argument(0)));
        Registration { callback, object: Some(Callback::keep(perl, stream)) }
    }

    /// The same callback and object once more, on the thread that may use them.
    fn share(&self) -> Option<Self> {
        let perl = self.callback.perl()?;
        let object = self.object.as_ref().map(|object| object.share(perl));
        Some(Registration { callback: self.callback.share(perl), object })
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
    match own {
        // The kept one is weak; the copy keeps the object for the callback.
        Some(own) if !matches!(Value::of_scalar(perl, own), Value::Undef) => perl.copy(own),
        _ => Handle::<Connect>::borrowed(conn).into_sv(perl),
    }
}

/// Runs a callback with the arguments that `arguments` makes, given the object it is registered
/// on. On a thread that does not run the callback's interpreter nothing happens: its values
/// must not be touched there.
///
/// # Safety
/// `data` is from [`Registration::into_opaque`] and registered.
pub unsafe fn deliver(data: *mut c_void, arguments: impl FnOnce(Perl, Option<*mut SV>) -> Vec<*mut SV>) {
    // SAFETY: the caller's promise.
    deliver_to(unsafe { &*data.cast::<Registration>() }, arguments);
}

/// As [`deliver`], for a registration that lives until this returns.
fn deliver_to(registration: &Registration, arguments: impl FnOnce(Perl, Option<*mut SV>) -> Vec<*mut SV>) {
    let Some(perl) = registration.callback.perl() else { return };
    let object = registration.object.as_ref().map(Callback::scalar);
    // The callback may end its own registration, and with it its own life.
    let callback = registration.callback.share(perl);
    if let Err(exception) = callback.run(&arguments(perl, object)) {
        parked::park(perl, exception);
    }
}
