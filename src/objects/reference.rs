//! A reference to an object of any class.

use super::class::{Connect, Object, Stream, sys_virt_object_free, sys_virt_object_ref};
use super::stream;
use std::ffi::c_void;

/// One reference to a libvirt object, given up with the value.
pub struct Reference {
    class: u8,
    object: *mut c_void,
}

// SAFETY: libvirt's objects may be used by any thread.
unsafe impl Send for Reference {}

impl Reference {
    /// A new reference to somebody else's object.
    ///
    /// # Safety
    /// A live object of the class with this number.
    pub unsafe fn assume_borrowed(class: u8, object: *mut c_void) -> Self {
        // SAFETY: the caller's promise.
        unsafe { sys_virt_object_ref(class, object) };
        Reference { class, object }
    }

    /// Takes a reference over.
    ///
    /// # Safety
    /// A live object of the class with this number, of which the caller gives up a reference.
    pub unsafe fn assume_owned(class: u8, object: *mut c_void) -> Self {
        Reference { class, object }
    }

    /// Whether libvirt asks the host when the last one ends.
    pub fn asks_host(&self) -> bool {
        match self.class {
            Connect::CLASS => true,
            Stream::CLASS => stream::is_connected(self.object.cast()),
            _ => false,
        }
    }
}

impl Drop for Reference {
    fn drop(&mut self) {
        // SAFETY: the reference is ours.
        unsafe { sys_virt_object_free(self.class, self.object) };
    }
}
