//! `Sys::Virt::Event`: libvirt's default event loop, and handles and timers on whichever loop
//! is registered.

use super::{Registration, deliver, delivery, drop_registration, loop_entries, parked};
use crate::convert::*;
use crate::error::{Failure, Report, initialize};
use crate::method::{Call, methods};
use crate::perl::{Callback, Perl, Scalar};
use std::ffi::{c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};
use virt::sys::*;

methods! {
    "Sys::Virt::Event";
    register_default() at once => register_default();
    run_default() in call => run_once(call);
    add_handle(fd: i32, events: i32, coderef: Code) at once => added(coderef, |data|
        virEventAddHandle(fd, events, Some(handle_ready), data, Some(drop_registration)));
    update_handle(watch: i32, events: i32) at once => { virEventUpdateHandle(watch, events); Ok(()) };
    remove_handle(watch: i32) at once => void(virEventRemoveHandle(watch));
    add_timeout(frequency: i32, coderef: Code) at once => added(coderef, |data|
        virEventAddTimeout(frequency, Some(timer_due), data, Some(drop_registration)));
    update_timeout(timer: i32, frequency: i32) at once => { virEventUpdateTimeout(timer, frequency); Ok(()) };
    remove_timeout(timer: i32) at once => void(virEventRemoveTimeout(timer));
}

/// Whether libvirt's default loop is registered: without, it would wait for ever.
static REGISTERED: AtomicBool = AtomicBool::new(false);

fn register_default() -> Result<(), Failure> {
    initialize();
    // SAFETY: for the whole process.
    void(unsafe { virEventRegisterDefaultImpl() })?;
    REGISTERED.store(true, Ordering::Relaxed);
    Ok(())
}

/// Refuses what takes an event loop where there is none.
pub fn is_there() -> Result<(), Failure> {
    let probe = || {
        // SAFETY: it is never due, and removed at once.
        let timer = unsafe { virEventAddTimeout(-1, Some(nothing), ptr::null_mut(), None) };
        // SAFETY: a timer, if it is one.
        timer >= 0 && unsafe { virEventRemoveTimeout(timer) } == 0
    };
    // Only a program that perl is a part of has one that was registered neither here nor there.
    match REGISTERED.load(Ordering::Relaxed) || loop_entries::is_registered() || probe() {
        true => Ok(()),
        false => Err(no_loop()),
    }
}

unsafe extern "C" fn nothing(_: c_int, _: *mut c_void) {}

fn no_loop() -> Failure {
    let problem = "no event loop is registered that could run: call Sys::Virt::Event::register_default first";
    Failure::Libvirt(Report::new(VIR_ERR_OPERATION_INVALID, problem))
}

/// Runs the loop once. An exception that an earlier run left behind comes out first.
fn run_once(call: &Call) -> Result<(), Failure> {
    parked::release(call.perl())?;
    if !REGISTERED.load(Ordering::Relaxed) {
        return Err(no_loop());
    }
    // It may have come while the loop ran on another thread, which does not look for it.
    if delivery::deliver(call.perl()) {
        return parked::release(call.perl());
    }
    // SAFETY: the loop is registered.
    let ran = void(unsafe { virEventRunDefaultImpl() });
    parked::release(call.perl())?;
    ran
}

/// Adds a callback to the loop with `add`; gives its id there.
fn added(callback: Callback, add: impl FnOnce(*mut c_void) -> c_int) -> Result<c_int, Failure> {
    let data = Registration::new(callback).into_opaque();
    let id = add(data);
    if id < 0 {
        // SAFETY: the loop did not take it.
        unsafe { drop_registration(data) };
        return Err(Failure::last());
    }
    Ok(id)
}

/// A handle is ready: ($watch, $fd, $events).
unsafe extern "C" fn handle_ready(watch: c_int, fd: c_int, events: c_int, callback: *mut c_void) {
    // SAFETY: the loop calls with what was added.
    unsafe { numbers(callback, [watch, fd, events]) }
}

/// A timer is due: ($timer).
unsafe extern "C" fn timer_due(timer: c_int, callback: *mut c_void) {
    // SAFETY: the loop calls with what was added.
    unsafe { numbers(callback, [timer]) }
}

/// # Safety
/// As for [`deliver`].
unsafe fn numbers<const N: usize>(callback: *mut c_void, numbers: [c_int; N]) {
    let arguments = move |perl: Perl, _: Option<&Scalar>| Vec::from(numbers.map(|number| perl.new_int(number.into())));
    // SAFETY: the caller's promise.
    unsafe { deliver(callback, arguments, || Box::new(arguments)) }
}
