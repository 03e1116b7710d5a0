//! Sys::Virt, the Perl binding of libvirt: the shared object behind `Sys/Virt.pm`.
//!
//! A call goes through the rings from the outside in and back:
//!
//! | ring | what it knows |
//! |---|---|
//! | `bridge/` (C) | Perl's macros: reads arguments, makes objects, throws |
//! | [`ffi`] | the bridge's C types, and libvirt functions that may be missing |
//! | [`perl`] | Perl values, made with functions that cannot die |
//! | [`convert`] | C types of libvirt to and from Perl, objects, typed parameters |
//! | [`classes`] | the methods, one row each, and the functions behind the odd ones |
//! | [`events`] | callbacks, streams' handlers, the event loop |
//! | [`constants`] | data |
//!
//! **Perl never longjmps over a Rust frame.** C reads the arguments before Rust is entered and
//! throws after Rust has returned; in between only Perl functions run that cannot die, and
//! Perl code only through `bridge::call`, which catches.

mod boot;
mod classes;
mod constants;
mod convert;
mod dispatch;
mod error;
mod events;
mod ffi;
mod method;
mod perl;

use libperl_sys::CV;

/// What XSLoader calls. A Rust symbol, because rustc exports no others from a cdylib; a plain
/// frame without destructors, which a die of perl's version check may jump over.
///
/// # Safety
/// Called by perl, as an XSUB.
#[cfg(perl_useithreads)]
#[unsafe(no_mangle)]
#[allow(non_snake_case)]
pub unsafe extern "C-unwind" fn boot_Sys__Virt(perl: *mut libperl_sys::PerlInterpreter, cv: *mut CV) {
    // SAFETY: passed on as they came.
    unsafe { ffi::bridge::sv_bridge_boot(perl, cv) }
}

/// What XSLoader calls in a perl without threads.
///
/// # Safety
/// Called by perl, as an XSUB.
#[cfg(not(perl_useithreads))]
#[unsafe(no_mangle)]
#[allow(non_snake_case)]
pub unsafe extern "C-unwind" fn boot_Sys__Virt(cv: *mut CV) {
    // SAFETY: passed on as it came.
    unsafe { ffi::bridge::sv_bridge_boot(cv) }
}
