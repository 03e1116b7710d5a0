//! Where every call enters Rust, and no panic leaves it.

use crate::error::{Failure, Report};
use crate::method::Call;
use std::any::Any;
use std::panic::{self, AssertUnwindSafe};
use virt::sys;

/// Runs `row`, the code of a method. Inlined into every row, so that nothing else is called
/// between the bridge and that code.
#[inline(always)]
pub fn dispatch(call: &Call, row: impl FnOnce()) {
    if let Err(panic) = panic::catch_unwind(AssertUnwindSafe(row)) {
        report(call, &*panic);
    }
}

#[cold]
fn report(call: &Call, panic: &(dyn Any + Send)) {
    let text = format!("{}: {}", call.method_name(), panic_text(panic));
    call.fail(Failure::Libvirt(Report::new(sys::VIR_ERR_INTERNAL_ERROR, text)));
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("panic")
}
