//! Panics, which are bugs of this module: no frame of C below may see one, and nothing is printed.
//! They become errors that say where they happened.

use crate::error::Report;
use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use virt::sys;

thread_local! {
    /// What the panic that unwinds the thread said, and where.
    static LAST: Cell<Option<String>> = const { Cell::new(None) };
}

/// Keeps what a panic says, instead of printing it.
pub fn keep_quiet() {
    panic::set_hook(Box::new(|panic| {
        let payload = panic.payload();
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("panic");
        let place = panic.location().map(|place| format!(" at {}:{}", place.file(), place.line()));
        // None while the thread ends.
        let _ = LAST.try_with(|last| last.set(Some(format!("{text}{}", place.unwrap_or_default()))));
    }));
}

/// Runs `body`; a panic becomes an error.
#[inline(always)]
pub fn caught<T>(body: impl FnOnce() -> T) -> Result<T, Report> {
    panic::catch_unwind(AssertUnwindSafe(body)).map_err(|_| report())
}

#[cold]
fn report() -> Report {
    let text = LAST.try_with(Cell::take).ok().flatten();
    Report::new(sys::VIR_ERR_INTERNAL_ERROR, text.unwrap_or_else(|| "panic".into()))
}

/// Runs what can fail with nobody to tell; a panic is printed.
#[inline(always)]
pub fn contained<T>(body: impl FnOnce() -> T) {
    if let Err(report) = caught(body) {
        eprintln!("Sys::Virt: {}", String::from_utf8_lossy(&report.message));
    }
}
