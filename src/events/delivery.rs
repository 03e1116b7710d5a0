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
        let home = Home::at(perl as usize);
        match (Perl::current(), home) {
            (Some(perl), Some(home)) if home.is_here() => deliver(perl, &home),
            // The loop of another interpreter would turn for ever.
            (_, home) => {
                // SAFETY: the number that the loop has for this.
                unsafe { virEventRemoveHandle(watch) };
                if let Some(home) = home {
                    home.is_watched.store(false, Ordering::Relaxed);
                }
            }
        }
    });
}

fn deliver(perl: Perl, home: &Home) {
    // A script without futures has not loaded their class.
    if home.run_tasks(perl) {
        let class = perl.new_string(b"Sys::Virt::Future");
        if let Err(exception) = perl.call_method(c"deliver", vec![class]) {
            parked::park(perl, exception);
        }
    }
}
