//! Why a call failed, and the `Sys::Virt::Error` that Perl sees of it.

use crate::convert::Class;
use crate::ffi::bridge;
use crate::method::Call;
use crate::perl::{Exception, Hash, Key, Perl};
use libperl_sys::{PerlInterpreter, SV};
use std::ffi::{CStr, c_char, c_int, c_void};
use std::slice;
use virt::sys;

/// Why a call failed.
pub enum Failure {
    /// libvirt said so, or an error told in libvirt's terms.
    Libvirt(Report),
    /// An argument cannot be used: which one, and what is wrong with it. The method's name and
    /// the caller's place are added on the way out.
    Argument(String),
    /// An argument is an object of this class that is destroyed already.
    Destroyed(&'static Class, String),
    /// Perl code that the call ran died.
    Died(Exception),
}

impl From<Exception> for Failure {
    fn from(exception: Exception) -> Self {
        Failure::Died(exception)
    }
}

/// The contents of a `Sys::Virt::Error`.
pub struct Report {
    pub code: c_int,
    pub domain: c_int,
    pub level: c_int,
    pub message: Vec<u8>,
}

impl Report {
    /// An error of our own.
    pub fn new(code: sys::virErrorNumber, message: String) -> Self {
        Report {
            code: code as c_int,
            domain: sys::VIR_FROM_NONE as c_int,
            level: sys::VIR_ERR_ERROR as c_int,
            message: message.into_bytes(),
        }
    }

    /// Copies libvirt's error of this thread.
    pub fn last() -> Self {
        // SAFETY: NULL, or an error that stays as it is until the thread's next libvirt call.
        match unsafe { sys::virGetLastError().as_ref() } {
            // SAFETY: libvirt allocated it and nothing else runs in between.
            Some(error) => unsafe { Report::copy(error) },
            // A libvirt function that fails without an error, such as an unknown timer's removal.
            None => Report::new(sys::VIR_ERR_OK, "Unknown problem".into()),
        }
    }

    /// # Safety
    /// `error` holds what libvirt put into it.
    unsafe fn copy(error: &sys::virError) -> Self {
        let message = match error.message.is_null() {
            true => Vec::new(),
            // SAFETY: a string of libvirt's.
            false => unsafe { CStr::from_ptr(error.message) }.to_bytes().to_vec(),
        };
        Report { code: error.code, domain: error.domain, level: error.level as c_int, message }
    }

    /// A new error object.
    pub fn into_sv(self, perl: Perl) -> *mut SV {
        static KEYS: [Key; 4] = [Key::new(c"level"), Key::new(c"code"), Key::new(c"domain"), Key::new(c"message")];
        let mut hash = Hash::with_capacity(perl, KEYS.len());
        hash.store(&KEYS[0], perl.new_int(self.level.into()));
        hash.store(&KEYS[1], perl.new_int(self.code.into()));
        hash.store(&KEYS[2], perl.new_int(self.domain.into()));
        hash.store(&KEYS[3], perl.new_string(&self.message));
        hash.into_object(c"Sys::Virt::Error")
    }
}

impl Failure {
    /// libvirt's error of this thread.
    pub fn last() -> Self {
        Failure::Libvirt(Report::last())
    }

    /// What the call dies with.
    pub fn into_sv(self, call: &Call) -> *mut SV {
        match self {
            Failure::Libvirt(report) => report.into_sv(call.perl()),
            Failure::Died(exception) => exception.into_sv(),
            Failure::Argument(problem) => argument_error(call, sys::VIR_ERR_INVALID_ARG, &problem),
            Failure::Destroyed(class, problem) => argument_error(call, class.invalid, &problem),
        }
    }
}

/// The error for an argument, with the method's name before the problem and the caller's place
/// behind it.
fn argument_error(call: &Call, code: sys::virErrorNumber, problem: &str) -> *mut SV {
    let perl = call.perl();
    let text = format!("{}: {problem}", call.method_name());
    let located = perl.mortal(perl.new_string(text.as_bytes()));
    // SAFETY: the running interpreter and a string scalar of our own.
    unsafe { bridge::sv_bridge_locate(perl.raw(), located) };
    Report { message: perl.bytes_of(located), ..Report::new(code, String::new()) }.into_sv(perl)
}

/// For the bridge: the error for an argument that C could not read.
///
/// # Safety
/// Called by the bridge, with `len` bytes of `message`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sys_virt_argument_error(
    perl: *mut PerlInterpreter,
    message: *const c_char,
    len: usize,
    destroyed_class: u8,
) -> *mut SV {
    // SAFETY: the bridge passes the interpreter it runs in.
    let perl = unsafe { Perl::assume_current(perl) };
    // SAFETY: the caller's promise.
    let message = unsafe { slice::from_raw_parts(message.cast::<u8>(), len) };
    let code = crate::convert::class_of(destroyed_class).map_or(sys::VIR_ERR_INVALID_ARG, |class| class.invalid);
    Report { message: message.to_vec(), ..Report::new(code, String::new()) }.into_sv(perl)
}

/// Keeps libvirt from printing errors on stderr: they all become exceptions.
pub fn silence_libvirt() {
    unsafe extern "C" fn ignore(_: *mut c_void, _: sys::virErrorPtr) {}
    // SAFETY: a handler without state, for the whole process.
    unsafe { sys::virSetErrorFunc(std::ptr::null_mut(), Some(ignore)) }
}
