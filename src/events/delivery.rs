//! What other threads have for an interpreter, delivered by the event loop, or to who waits.

use super::{guarded, parked};
use crate::error::Failure;
use crate::ffi::bridge::Call;
use crate::panics;
use crate::perl::Perl;
use crate::workers::{Home, Item};
use libperl_sys::SV;
use std::ffi::{c_int, c_void};
use std::ptr;
use std::sync::atomic::Ordering;
use virt::sys::*;

/// Has the event loop, if there is one, deliver it.
pub fn watch(home: &Home) {
    // As late as it can be made, should there be no descriptor left now.
    if !home.is_watched.load(Ordering::Relaxed) && home.signal() >= 0 {
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
    if home.run_tasks() {
        let class = perl.new_string(b"Sys::Virt::Future");
        if let Err(exception) = perl.call_method(c"deliver", vec![class]) {
            parked::park(perl, exception);
        }
    }
}

/// The future whose call is done next, after the tasks before it; NULL if there is none.
fn next(perl: Perl, home: &Home) -> Result<*mut SV, Failure> {
    let comes = home.run_tasks();
    // They run callbacks of the script. One that dies leaves what comes behind it where it is.
    parked::release(perl)?;
    match comes.then(|| home.pop()).flatten() {
        Some(Item::Done(job)) => Ok(job.future() as *mut SV),
        _ => Ok(ptr::null_mut()),
    }
}

/// For the bridge: the next future that is to be made ready, which has its job so far.
///
/// # Safety
/// A call of the interpreter that the thread runs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sys_virt_next(call: &Call) -> *mut SV {
    let perl = call.perl();
    let next = panics::caught(|| next(perl, &Home::of(perl)));
    next.unwrap_or_else(|report| Err(Failure::Libvirt(report))).unwrap_or_else(|failure| {
        call.fail(failure);
        ptr::null_mut()
    })
}
