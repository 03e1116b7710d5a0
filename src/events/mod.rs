//! Perl code that libvirt calls: event callbacks, the event loop's handles and timers, and
//! loops written in Perl.
//!
//! One recipe for all. A registration owns a [`Callback`], boxed; libvirt gets its address as
//! the opaque pointer and frees it with [`drop_callback`]. A C function of the type that the
//! event wants makes Perl values of its arguments and runs the callback with [`deliver`]. What
//! the callback dies with is parked, and comes out of the call that ran the loop.

pub mod connection;
pub mod event_loop;
pub mod implementation;
pub mod parked;
pub mod rows;

use crate::method::Method;
use crate::perl::{Callback, Perl};
use libperl_sys::SV;
use std::ffi::c_void;

/// The tables of `Sys::Virt::Event`.
pub const TABLES: &[&[Method]] = &[event_loop::METHODS, implementation::METHODS];

/// A callback as libvirt's opaque pointer, to be freed with [`drop_callback`].
pub fn opaque(callback: Callback) -> *mut c_void {
    Box::into_raw(Box::new(callback)).cast()
}

/// libvirt is done with a callback.
///
/// # Safety
/// `callback` is from [`opaque`], and not used again.
pub unsafe extern "C" fn drop_callback(callback: *mut c_void) {
    // SAFETY: the caller's promise.
    drop(unsafe { Box::from_raw(callback.cast::<Callback>()) });
}

/// As [`run`], for libvirt's opaque pointer.
///
/// # Safety
/// `callback` is from [`opaque`] and registered.
pub unsafe fn deliver(callback: *mut c_void, arguments: impl FnOnce(Perl) -> Vec<*mut SV>) {
    // SAFETY: the caller's promise.
    run(unsafe { &*callback.cast::<Callback>() }, arguments);
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
