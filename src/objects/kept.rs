//! Perl objects that a call on another thread keeps: as long as it does, libvirt's objects in them are
//! there, whatever the script does with its own. A reference of libvirt's would cost half as much as all
//! the rest of such a call: libvirt prints a domain's UUID for its log each time.

use super::Reference;
use crate::ffi::bridge::{self, Object};
use crate::perl::{Perl, Scalar};

/// An object that is kept until it is let go.
pub struct KeptObject(Object);

// SAFETY: the scalar is touched by its interpreter's thread alone.
unsafe impl Send for KeptObject {}

impl KeptObject {
    /// Keeps an object.
    ///
    /// # Safety
    /// The bridge has just read it, on its interpreter's thread.
    pub unsafe fn keep(object: Object) -> Self {
        // SAFETY: the caller's promise.
        unsafe {
            match object.class {
                0 => bridge::sv_bridge_hold(object.owner),
                _ => bridge::sv_bridge_keep_object(object.owner),
            }
        }
        KeptObject(object)
    }

    /// A reference of libvirt's own; of what is no object, nothing.
    pub fn reference(&self) -> Reference {
        // SAFETY: alive as long as it is kept.
        unsafe { Reference::assume_borrowed(self.0.class, self.0.ptr) }
    }

    /// Ends that, of what is no object with the running statement: a variable is assigned to after this.
    ///
    /// # Safety
    /// On the thread of its interpreter, which runs.
    pub unsafe fn let_go(self, perl: Perl) {
        // SAFETY: the caller's promise.
        unsafe {
            match self.0.class {
                0 => {
                    perl.mortal(Scalar::assume_owned(self.0.owner));
                }
                class => bridge::sv_bridge_let_object_go(perl.raw(), self.0.owner, class, self.0.ptr),
            }
        }
    }
}
