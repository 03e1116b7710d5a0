//! What other threads have for an interpreter, delivered by the event loop.

use super::{guarded, parked};
use crate::perl::Perl;
use crate::workers::Home;
use std::ffi::{c_int, c_void};
use std::sync::atomic::Ordering;
use virt::sys::*;

/// Has the event loop, if there is one, deliver it.
pub fn watch(perl: Perl, home: &Home) {
    if !home.is_watched.load(Ordering::Relaxed) {
        let readable = VIR_EVENT_HANDLE_READABLE as c_int;
        // SAFETY: the interpreter's address is all that the function gets, and it looks it up.
        let watch = unsafe { virEventAddHandle(home.signal(), readable, Some(ready), perl.raw().cast(), None) };
        home.is_watched.store(watch >= 0, Ordering::Relaxed);
    }
}

unsafe extern "C" fn ready(watch: c_int, _: c_int, _: c_int, perl: *mut c_void) {
    guarded((), || {
        let is_here = Home::at(perl as usize).is_some_and(|home| home.is_here());
        if !is_here {
            // The loop of another interpreter would turn for ever.
            // SAFETY: the number that the loop has for this.
            unsafe { virEventRemoveHandle(watch) };
            if let Some(home) = Home::at(perl as usize) {
                home.is_watched.store(false, Ordering::Relaxed);
            }
        }
        if let Some(perl) = Perl::current().filter(|_| is_here) {
            let class = perl.new_string(b"Sys::Virt::Future");
            if let Err(exception) = perl.call_method(c"deliver", vec![class]) {
                parked::park(perl, exception);
            }
        }
    });
}
