//! Installs everything when perl loads the module.

use crate::constants;
use crate::convert::classes;
use crate::error::silence_libvirt;
use crate::ffi::bridge;
use crate::method::Method;
use crate::perl::Perl;
use libperl_sys::PerlInterpreter;
use std::ffi::CString;
use std::panic;

/// For the bridge: makes methods and constants callable in an interpreter.
///
/// # Safety
/// Called by the bridge, with the interpreter it runs in.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sys_virt_boot(perl: *mut PerlInterpreter) {
    // SAFETY: the caller's promise.
    let perl = unsafe { Perl::assume_current(perl) };
    // The dispatcher reports panics as exceptions; nothing goes to stderr.
    panic::set_hook(Box::new(|_| ()));
    silence_libvirt();

    for &tables in crate::classes::TABLES {
        tables.iter().copied().flatten().for_each(|method| install(perl, method));
    }
    crate::events::TABLES.iter().copied().flatten().for_each(|method| install(perl, method));
    for class in classes() {
        let name = [class.package.to_bytes(), b"::DESTROY"].concat();
        if let Ok(name) = CString::new(name) {
            // SAFETY: the running interpreter and a name.
            unsafe { bridge::sv_bridge_install_destroy(perl.raw(), name.as_ptr()) };
        }
    }
    constants::install(perl);
}

fn install(perl: Perl, method: &'static Method) {
    // SAFETY: the running interpreter and a row, which is static.
    unsafe { bridge::sv_bridge_install(perl.raw(), method) };
}
