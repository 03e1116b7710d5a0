//! Objects that ended while a method was running. Perl code that libvirt calls from inside it drops
//! and destroys what it likes; the method has its arguments as pointers, and they stay good until
//! it is done.

use crate::ffi::Process;
use std::cell::RefCell;
use std::ffi::c_void;
use std::mem::ManuallyDrop;

/// A reference to be given up, by the process that had it.
struct Ended {
    class: u8,
    object: *mut c_void,
    connection: *mut c_void,
    process: Process,
}

thread_local! {
    // Never dropped: it is empty when the thread ends, for no method runs any more.
    static ENDED: ManuallyDrop<RefCell<Vec<Ended>>> = const { ManuallyDrop::new(RefCell::new(Vec::new())) };
}

/// For the bridge: the end of a reference, once no method runs.
///
/// # Safety
/// `object` is a live object of `class`, and the caller gives up its reference.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sys_virt_object_free_later(class: u8, object: *mut c_void, connection: *mut c_void) {
    let last = Ended { class, object, connection, process: Process::current() };
    ENDED.with(|ended| ended.borrow_mut().push(last));
}

/// For the bridge: one of them, whose reference it gives up.
#[unsafe(no_mangle)]
pub extern "C" fn sys_virt_object_to_free(
    class: &mut u8,
    object: &mut *mut c_void,
    connection: &mut *mut c_void,
) -> bool {
    let pop = || ENDED.with(|ended| ended.borrow_mut().pop());
    match std::iter::from_fn(pop).find(|last| last.process.is_current()) {
        Some(last) => {
            (*class, *object, *connection) = (last.class, last.object, last.connection);
            true
        }
        None => false,
    }
}
