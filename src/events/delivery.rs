//! What other threads have for an interpreter, delivered by the event loop.

use super::{guarded, parked};
use crate::perl::Perl;
use crate::workers::Home;
use std::ffi::{c_int, c_void};
use std::sync::atomic::Ordering;
use virt::sys::*;

/// Has the event loop, if there is one, deliver it.
pub fn watch(home: &Home) {
    if !home.is_watched.load(Ordering::Relaxed) {
        let readable = VIR_EVENT_HANDLE_READABLE as c_int;
        // SAFETY: the interpreter's address is all that the function gets, and it looks it up.
        let watch =
            unsafe { virEventAddHandle(home.signal(), readable, Some(ready), home.interpreter() as *mut c_void, None) };
        home.is_watched.store(watch >= 0, Ordering::Relaxed);
    }
}

unsafe extern "C" fn ready(watch: c_int, _: c_int, _: c_int, perl: *mut c_void) {
    guarded((), || {
        let home = Home::at(perl as usize);
        let Some((perl, home)) = Perl::current().zip(home.as_ref()).filter(|(_, home)| home.is_here()) else {
            // The loop of another interpreter would turn for ever.
            // SAFETY: the number that the loop has for this.
            unsafe { virEventRemoveHandle(watch) };
            return home.into_iter().for_each(|home| home.is_watched.store(false, Ordering::Relaxed));
        };
        deliver_to(perl, home);
    });
}

/// Delivers what other threads have for the running interpreter; whether there was anything.
pub fn deliver(perl: Perl) -> bool {
    let home = Home::at(perl.raw() as usize).filter(|home| home.has_items());
    home.inspect(|home| deliver_to(perl, home)).is_some()
}

fn deliver_to(perl: Perl, home: &Home) {
    // Who has made no future need not have what those need.
    if home.run_tasks(perl) {
        let class = perl.new_string(b"Sys::Virt::Future");
        if let Err(exception) = perl.call_method(c"deliver", vec![class]) {
            parked::park(perl, exception);
        }
    }
}
