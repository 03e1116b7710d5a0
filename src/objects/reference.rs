//! A reference to an object of any class.

use super::class::{connection_of, sys_virt_object_free, sys_virt_object_ref};
use std::ffi::c_void;
use virt::sys::virConnectPtr;

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

    /// The object's connection, NULL where libvirt has no function that tells.
    pub fn connection(&self) -> virConnectPtr {
        // SAFETY: alive as long as this value.
        unsafe { connection_of(self.class, self.object) }
    }
}

impl Drop for Reference {
    fn drop(&mut self) {
        // SAFETY: the reference is ours.
        unsafe { sys_virt_object_free(self.class, self.object) };
    }
}
