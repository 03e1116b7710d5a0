//! Installs everything when perl loads the module.

use crate::ffi::bridge;
use crate::method::Method;
use crate::perl::Perl;
use crate::{classes, constants, error, events, objects, panics, workers};
use libperl_sys::PerlInterpreter;

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
        for &tables in classes::TABLES {
            tables.iter().copied().flatten().for_each(|method| install(perl, method));
        }
        events::TABLES.iter().copied().flatten().for_each(|method| install(perl, method));
        objects::install(perl);
        constants::install(perl);
    });
}

fn install(perl: Perl, method: &'static Method) {
    // SAFETY: the running interpreter and a row, which is static.
    unsafe { bridge::sv_bridge_install(perl.raw(), method) };
}
