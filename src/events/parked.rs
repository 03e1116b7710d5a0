//! Exceptions of Perl code that libvirt called. They cannot pass through libvirt, so they wait
//! here until the Perl call that ran the event loop is about to return, and come out of that.

use crate::error::Failure;
use crate::ffi::bridge;
use crate::perl::{Exception, Perl};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::mem::ManuallyDrop;

thread_local! {
    // Never dropped: when the thread ends, its interpreter may be gone already.
    static PARKED: ManuallyDrop<RefCell<VecDeque<(Perl, Exception)>>> = const { ManuallyDrop::new(RefCell::new(VecDeque::new())) };
}

/// Keeps an exception for [`release`].
pub fn park(perl: Perl, exception: Exception) {
    if bridge::sv_bridge_exiting() {
        return; // An exit comes out by itself.
    }
    PARKED.with(|parked| parked.borrow_mut().push_back((perl, exception)));
}

/// Fails with the oldest exception that is parked in this interpreter.
pub fn release(perl: Perl) -> Result<(), Failure> {
    let oldest = PARKED.with(|parked| {
        let mut parked = parked.borrow_mut();
        let position = parked.iter().position(|(owner, _)| *owner == perl)?;
        parked.remove(position)
    });
    match oldest {
        Some((_, exception)) => Err(exception.into()),
        None => Ok(()),
    }
}

/// Whether one is parked in this interpreter.
pub fn any(perl: Perl) -> bool {
    PARKED.with(|parked| parked.borrow().iter().any(|(owner, _)| *owner == perl))
}
