//! Where every call enters Rust, and no panic leaves it.

use crate::error::{Failure, Report};
use crate::ffi::bridge::Frame;
use crate::method::Call;
use std::any::Any;
use std::panic::{self, AssertUnwindSafe};
use virt::sys;

/// Runs the method of `frame`, and leaves what it returns, or dies with, in it.
///
/// # Safety
/// Called by the bridge, with a frame it filled.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sys_virt_dispatch(frame: &mut Frame) {
    let run = frame.method.run;
    // SAFETY: the bridge filled the frame for the row it names.
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| unsafe { run(frame) }));
    if let Err(panic) = outcome {
        // SAFETY: as above.
        let call = unsafe { Call::of(frame) };
        let text = format!("{}: {}", call.method_name(), panic_text(&*panic));
        let failure = Failure::Libvirt(Report::new(sys::VIR_ERR_INTERNAL_ERROR, text));
        frame.returned = 0;
        frame.error = failure.into_sv(&call);
    }
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("panic")
}
