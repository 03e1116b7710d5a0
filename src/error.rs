//! Why a call failed, and the `Sys::Virt::Error` that Perl sees of it.

use crate::perl::{Exception, Origin, Perl, Scalar, Shape};
use std::ffi::{CStr, c_int, c_void};
use std::sync::{Arc, Once};
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
    /// Which call it is of, where that is not the one that ends with it.
    pub origin: Option<Arc<Origin>>,
}

impl Report {
    /// An error of our own.
    pub fn new(code: sys::virErrorNumber, message: impl Into<Vec<u8>>) -> Self {
        Report {
            code: code as c_int,
            domain: sys::VIR_FROM_NONE as c_int,
            level: sys::VIR_ERR_ERROR as c_int,
            message: message.into(),
            origin: None,
        }
    }

    /// The same with words before it.
    pub fn with_prefix(mut self, prefix: &str) -> Self {
        self.message.splice(..0, prefix.bytes());
        self
    }

    /// The same of a call that ends elsewhere.
    pub fn of(mut self, origin: &Arc<Origin>) -> Self {
        self.origin = Some(Arc::clone(origin));
        self
    }

    /// Copies libvirt's error of this thread.
    pub fn last() -> Self {
        initialize();
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
        Report { code: error.code, domain: error.domain, level: error.level as c_int, message, origin: None }
    }

    /// A new error object.
    pub fn into_scalar(self, perl: Perl) -> Scalar {
        static SHAPE: Shape<4> = Shape::of_class(c"Sys::Virt::Error", [c"level", c"code", c"domain", c"message"]);
        let [level, code, domain] = [self.level, self.code, self.domain].map(|number| perl.new_int(number.into()));
        SHAPE.hash(perl, [level, code, domain, perl.new_string(&self.message)])
    }
}

/// Before the first function of libvirt that needs no connection. Until then libvirt takes the first
/// of this thread's variables, which is perl's interpreter, for its error. Not at load, for it is two
/// million instructions.
pub fn initialize() {
    static ONCE: Once = Once::new();
    // SAFETY: may be called any number of times; a failure shows in what is called next.
    ONCE.call_once(|| unsafe {
        sys::virInitialize();
    });
}

/// libvirt's error of this thread, which comes back when the value is dropped. The Perl code of a
/// callback may call libvirt in between, while a function below is about to say why it failed.
pub struct KeptError(sys::virErrorPtr);

impl KeptError {
    /// Keeps it.
    pub fn keep() -> Self {
        initialize();
        // SAFETY: the copy is ours.
        KeptError(unsafe {
            match sys::virGetLastError().is_null() {
                true => std::ptr::null_mut(),
                false => sys::virSaveLastError(),
            }
        })
    }
}

impl Drop for KeptError {
    fn drop(&mut self) {
        // SAFETY: the thread's error is where libvirt has it, and what was kept is a copy of our own,
        // whose strings go there.
        unsafe {
            if self.0.is_null() {
                return sys::virResetLastError();
            }
            if sys::virGetLastError().is_null() {
                // libvirt has no function to set an error, and shows its place only where one is.
                sys::virDomainFree(std::ptr::null_mut());
            }
            match sys::virGetLastError() {
                place if place.is_null() => sys::virFreeError(self.0),
                place => {
                    sys::virResetError(place);
                    place.write(self.0.read());
                    self.0.write_bytes(0, 1);
                    sys::virFreeError(self.0);
                }
            }
        }
    }
}

/// Keeps libvirt from printing errors on stderr: they all become exceptions.
pub fn silence_libvirt() {
    unsafe extern "C" fn ignore(_: *mut c_void, _: sys::virErrorPtr) {}
    // SAFETY: a handler without state, for the whole process.
    unsafe { sys::virSetErrorFunc(std::ptr::null_mut(), Some(ignore)) }
}
