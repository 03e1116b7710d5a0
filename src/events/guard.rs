//! Where libvirt enters Rust: no panic leaves a callback, and libvirt's error is afterwards what it was.

use super::parked;
use crate::error::{Failure, KeptError, Report};
use crate::panics;
use crate::perl::{Exception, Perl};

/// Runs the body of a function that libvirt calls. A panic becomes an exception, which is parked;
/// libvirt gets `instead`.
#[inline(always)]
pub fn guarded<T>(instead: T, body: impl FnOnce() -> T) -> T {
    caught(body).unwrap_or_else(|report| {
        match Perl::current() {
            Some(perl) => parked::park(perl, Exception::of(perl, report.into_scalar(perl))),
            None => eprintln!("Sys::Virt: {}", String::from_utf8_lossy(&report.message)),
        }
        instead
    })
}

/// The same for a function that libvirt calls before a call of ours is over: what goes wrong is kept
/// for that.
pub fn guarded_in<T>(failure: &mut Option<Failure>, instead: T, body: impl FnOnce() -> Result<T, Failure>) -> T {
    caught(body).unwrap_or_else(|report| Err(Failure::Libvirt(report))).unwrap_or_else(|problem| {
        *failure = Some(problem);
        instead
    })
}

#[inline(always)]
fn caught<T>(body: impl FnOnce() -> T) -> Result<T, Report> {
    panics::caught(|| {
        #[cfg(debug_assertions)]
        provoke();
        let _error = KeptError::keep();
        body()
    })
}

/// For the test that a panic is caught: there is no other way to one.
#[cfg(debug_assertions)]
fn provoke() {
    assert!(std::env::var_os("SYS_VIRT_TEST_PANIC").is_none(), "provoked by SYS_VIRT_TEST_PANIC");
}
