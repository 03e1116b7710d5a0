//! Why a call failed, and the `Sys::Virt::Error` that Perl sees of it.

use crate::perl::{Exception, Perl, Scalar, Shape};
use std::ffi::{CStr, c_int, c_void};
use virt::sys;

/// Why a call failed.
pub enum Failure {
    /// libvirt said so, or an error told in libvirt's terms.
    Libvirt(Report),
    /// An argument cannot be used: which one, and what is wrong with it. The method's name and the
    /// caller's place are added by the call (`Call::fail`).
    Argument {
        /// `VIR_ERR_INVALID_ARG`, or `VIR_ERR_INVALID_DOMAIN` and the like for a destroyed object.
        code: sys::virErrorNumber,
        /// Begins with "argument 'name'", if it is about one.
        text: String,
    },
    /// Perl code that the call ran died.
    Died(Exception),
}

impl From<Exception> for Failure {
    fn from(exception: Exception) -> Self {
        Failure::Died(exception)
    }
}

impl Failure {
    /// libvirt's error of this thread.
    #[cold]
    pub fn last() -> Self {
        Failure::Libvirt(Report::last())
    }

    /// An argument that cannot be used.
    #[cold]
    pub fn invalid(text: impl Into<String>) -> Self {
        Failure::Argument { code: sys::VIR_ERR_INVALID_ARG, text: text.into() }
    }
}

/// The contents of a `Sys::Virt::Error`.
pub struct Report {
    /// `virErrorNumber`.
    pub code: c_int,
    /// `virErrorDomain`.
    pub domain: c_int,
    /// `virErrorLevel`.
    pub level: c_int,
    /// Bytes, in whatever encoding libvirt has them.
    pub message: Vec<u8>,
}

impl Report {
    /// An error of our own.
    pub fn new(code: sys::virErrorNumber, message: impl Into<Vec<u8>>) -> Self {
        Report {
            code: code as c_int,
            domain: sys::VIR_FROM_NONE as c_int,
            level: sys::VIR_ERR_ERROR as c_int,
            message: message.into(),
        }
    }

    /// The same, said of `what`.
    pub fn with_prefix(mut self, what: &str) -> Self {
        self.message.splice(..0, format!("{what}: ").into_bytes());
        self
    }

    /// Copies libvirt's error of this thread.
    pub fn last() -> Self {
        // SAFETY: NULL, or an error that stays as it is until the thread's next libvirt call.
        match unsafe { sys::virGetLastError().as_ref() } {
            // SAFETY: libvirt allocated it and nothing else runs in between.
            Some(error) => unsafe { Report::copy(error) },
            // A libvirt function that fails without an error, such as an unknown timer's removal.
            None => Report::new(sys::VIR_ERR_OK, "Unknown problem"),
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
    pub fn into_scalar(self, perl: Perl) -> Scalar {
        static SHAPE: Shape<4> = Shape::new([c"level", c"code", c"domain", c"message"]);
        let [level, code, domain] = [self.level, self.code, self.domain].map(|number| perl.new_int(number.into()));
        let error = SHAPE.hash(perl, [level, code, domain, perl.new_string(&self.message)]);
        perl.bless(&error, c"Sys::Virt::Error");
        error
    }
}

/// Keeps libvirt from printing errors on stderr: they all become exceptions.
pub fn silence_libvirt() {
    unsafe extern "C" fn ignore(_: *mut c_void, _: sys::virErrorPtr) {}
    // SAFETY: a handler without state, for the whole process.
    unsafe { sys::virSetErrorFunc(std::ptr::null_mut(), Some(ignore)) }
}
