//! Installs everything when perl loads the module.

use crate::convert::Str;
use crate::events::loop_entries;
use crate::ffi::bridge;
use crate::method::{Method, methods};
use crate::objects::{admin, connection, stream};
use crate::perl::{self, Perl};
use crate::{classes, constants, error, events, objects, panics, workers};
use libperl_sys::PerlInterpreter;
use std::any::Any;
use std::cell::RefCell;
use std::ffi::{CStr, CString};

/// For the bridge: makes methods and constants callable in an interpreter.
///
/// # Safety
/// Called by the bridge, with the interpreter it runs in.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sys_virt_boot(perl: *mut PerlInterpreter) {
    // SAFETY: the caller's promise.
    let perl = unsafe { Perl::assume_current(perl) };
    panics::keep_quiet();
    panics::contained(|| {
        error::silence_libvirt();
        let _ = workers::WATCH.set(events::watch);
        let _ = perl::TAKE_HOME.set(workers::take_home);
        // Constants first: perl finds what comes later sooner, and methods are looked up at every call.
        constants::install(perl, constants::PACKAGES);
        for &tables in classes::TABLES {
            tables.iter().for_each(|methods| install(perl, methods));
        }
        events::TABLES.iter().for_each(|methods| install(perl, methods));
        classes::DECLARED.iter().for_each(|package| declare(perl, package));
        objects::install(perl);
        install(perl, METHODS);
    });
}

methods! {
    "Sys::Virt";
    // What the packages of other libraries call when a script loads them.
    _extend(package: Str) in call => {
        // SAFETY: a string of the call.
        extend(call.perl(), unsafe { CStr::from_ptr(package) });
        Ok(())
    };
}

/// Makes the methods and constants callable that a package adds.
fn extend(perl: Perl, package: &CStr) {
    let name = package.to_str().unwrap_or_default();
    objects::extend(perl, package);
    for (_, tables) in classes::EXTENSIONS.iter().filter(|extension| extension.0 == name) {
        tables.iter().for_each(|methods| install(perl, methods));
    }
    for (_, constants) in constants::EXTENSIONS.iter().filter(|extension| extension.0 == name) {
        constants::install(perl, &[constants]);
    }
}

thread_local! {
    static HELD: RefCell<Vec<Box<dyn Any>>> = const { RefCell::new(Vec::new()) };
}

/// For the bridge: this thread is about to fork; for a program, if libvirt does it.
#[unsafe(no_mangle)]
pub extern "C" fn sys_virt_fork_begins(in_libvirt: bool) {
    // First of all: who waits for one of the others seems to sleep.
    let mut held: Vec<_> = (!in_libvirt).then(workers::hold).into_iter().collect();
    // Who has one of these may want one of those behind them, as what ends under a lock may be a callback.
    held.extend([admin::hold(), connection::hold(), stream::hold(), loop_entries::hold()]);
    held.extend([perl::hold(), perl::hold_templates()]);
    HELD.with(|all| *all.borrow_mut() = held);
}

/// For the bridge: it has forked, and this is either process.
#[unsafe(no_mangle)]
pub extern "C" fn sys_virt_fork_ends() {
    HELD.with(|all| all.borrow_mut().clear());
}

/// Installs the methods of one package.
fn install(perl: Perl, methods: &'static [Method]) {
    let Some(first) = methods.first() else { return };
    let package = first.package();
    let stash = perl.stash(&CString::new(package).unwrap_or_default());
    for method in methods {
        let name = method.c_name().to_bytes_with_nul();
        let sub = &name[package.len() + 2..];
        // Perl looks an operator's name up in main.
        let name = if sub.starts_with(b"(") { name } else { sub };
        // SAFETY: the running interpreter, a stash of it, and a row, whose name ends with a NUL.
        unsafe { bridge::sv_bridge_install(perl.raw(), stash, name.as_ptr().cast(), method) };
    }
}

/// Declares subs that are defined when they are called.
fn declare(perl: Perl, &(package, names): &(&'static str, &'static [&'static str])) {
    let stash = perl.stash(&CString::new(package).unwrap_or_default());
    for name in names {
        let sub = &name[package.len() + 2..];
        // SAFETY: the running interpreter, a stash of it, and a static name with its NUL.
        unsafe {
            bridge::sv_bridge_declare(
                perl.raw(),
                stash,
                name.as_ptr().cast(),
                sub.as_ptr().cast(),
                sub.len() as i32 - 1,
            );
        }
    }
}
