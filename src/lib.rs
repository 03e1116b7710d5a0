//! Sys::Virt, the Perl binding of libvirt: the shared object behind `Sys/Virt.pm`.
//!
//! Each ring knows those above it in this table, and none below; `bridge/` (C), which knows Perl's
//! macros, reads the arguments before Rust is entered, makes objects, and throws.
//!
//! | ring | what it knows |
//! |---|---|
//! | [`ffi`] | the bridge's C types |
//! | [`perl`] | Perl values, made with functions that cannot die |
//! | [`error`], [`panics`] | why a call fails |
//! | [`since`] | functions and libraries of libvirt's that may be missing |
//! | [`objects`] | libvirt's objects: classes, references, what lives as long as a connection |
//! | [`deferred`] | a call that runs on another thread |
//! | [`call`] | one call: its arguments as they were read, its outcome |
//! | [`workers`] | other threads, and what they have for each interpreter |
//! | [`convert`] | C types of libvirt to and from Perl |
//! | [`method`] | rows |
//! | [`events`] | callbacks, the event loop |
//! | [`classes`] | the methods, one row each, and the functions behind the odd ones |
//! | [`constants`] | data |
//! | [`boot`] | installs all that |
//!
//! **Perl never longjmps over a Rust frame.** C reads the arguments before Rust is entered and
//! throws after Rust has returned; in between only Perl functions run that cannot die, and
//! Perl code only through `sv_bridge_call`, which catches.

mod boot;
mod call;
mod classes;
mod constants;
mod convert;
mod deferred;
mod error;
mod events;
mod ffi;
mod method;
mod objects;
mod panics;
mod perl;
mod since;
mod workers;

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
