//! Perl code that libvirt calls: event callbacks, the event loop's handles and timers, and
//! loops written in Perl.
//!
//! One recipe for all. A [`Registration`] owns a [`Callback`], boxed; libvirt gets its address as
//! the opaque pointer and frees it with [`drop_registration`]. A C function of the type that the
//! event wants makes Perl values of its arguments and runs the callback with [`deliver`]. What
//! the callback dies with is parked, and comes out of the call that ran the loop. Whatever
//! libvirt calls is [`guarded`] against panics.

pub mod connection;
pub mod event_loop;
mod guard;
pub mod parked;
pub mod perl_loop;
pub mod stream;

pub use guard::{guarded, guarded_in};

use crate::convert::{Connect, Handle};
use crate::ffi::bridge::Tag;
use crate::method::{Call, Method};
use crate::perl::{Callback, Perl, Scalar};
use std::ffi::c_void;
use virt::sys::virConnectPtr;

/// The tables of `Sys::Virt::Event`.
pub const TABLES: &[&[Method]] = &[event_loop::METHODS, perl_loop::METHODS];

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
    ///
    /// # Safety
    /// The method takes a code reference.
    pub unsafe fn on_connection(call: &Call, callback: Callback) -> Self {
        let perl = call.perl();
        // SAFETY: the caller's promise.
        let connection = perl.weak(&unsafe { call.argument(0) });
        Registration { callback, object: Some(Callback::keep(perl, connection)) }
    }

    /// A callback registered by a call of the stream in argument 0, which lives on with it.
    ///
    /// # Safety
    /// The method takes a code reference.
    pub unsafe fn on_stream(call: &Call, callback: Callback) -> Self {
        let perl = call.perl();
        // SAFETY: the caller's promise.
        let stream = perl.copy(&unsafe { call.argument(0) });
        Registration { callback, object: Some(Callback::keep(perl, stream)) }
    }

    /// The registration as libvirt's opaque pointer, to be freed with [`drop_registration`].
    pub fn into_opaque(self) -> *mut c_void {
        Box::into_raw(Box::new(self)).cast()
    }

    /// Runs the callback with the arguments that `arguments` makes, given the object it is
    /// registered on. On a thread that does not run the callback's interpreter nothing happens: its
    /// values must not be touched there.
    fn run(&self, arguments: impl FnOnce(Perl, Option<&Scalar>) -> Vec<Scalar>) {
        // Held, for the callback may end its own registration, and with it its own life.
        let Some(callback) = self.callback.here() else { return };
        let object = self.object.as_ref().and_then(Callback::here);
        let perl = callback.perl();
        if let Err(exception) = callback.run(arguments(perl, object.as_ref().map(|object| object.scalar()))) {
            parked::park(perl, exception);
        }
    }
}

/// libvirt is done with a registration.
///
/// # Safety
/// `data` is from [`Registration::into_opaque`], and not used again.
pub unsafe extern "C" fn drop_registration(data: *mut c_void) {
    // SAFETY: the caller's promise.
    guarded((), || drop(unsafe { Box::from_raw(data.cast::<Registration>()) }));
}

/// The connection as a callback's argument: the script's object, or a new one.
///
/// # Safety
/// `conn` is a live connection.
unsafe fn connection_argument(perl: Perl, own: Option<&Scalar>, conn: virConnectPtr) -> Scalar {
    match own {
        // The kept one is weak; the copy keeps the object for the callback.
        Some(own) if own.read(perl, |data| data.tag() != Tag::Undef) => perl.copy(own),
        // SAFETY: the caller's promise.
        _ => unsafe { Handle::<Connect>::assume_borrowed(conn) }.into_scalar(perl),
    }
}

/// Runs a callback, guarded: see [`Registration::run`].
///
/// # Safety
/// `data` is from [`Registration::into_opaque`] and registered.
unsafe fn deliver(data: *mut c_void, arguments: impl FnOnce(Perl, Option<&Scalar>) -> Vec<Scalar>) {
    // SAFETY: the caller's promise.
    guarded((), || unsafe { &*data.cast::<Registration>() }.run(arguments));
}
