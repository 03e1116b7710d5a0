//! A reference to an object of libvirt.

use super::class::{Connect, Object, sys_virt_object_free, sys_virt_object_ref};
use crate::ffi::bridge::{self, Loan};
use crate::perl::{Perl, Scalar};
use libperl_sys::{HV, SV};
use std::ptr::{self, NonNull};

/// One reference to a libvirt object, given up with the value.
pub struct Handle<T: Object>(*mut T::Target);

impl<T: Object> Handle<T> {
    /// Takes a reference over; `None` for NULL.
    ///
    /// # Safety
    /// NULL, or a live object of which the caller gives up a reference.
    pub unsafe fn assume_owned(object: *mut T::Target) -> Option<Self> {
        (!object.is_null()).then(|| Handle(object))
    }

    /// A new reference to an object of somebody else's, such as a callback's argument.
    ///
    /// # Safety
    /// A live object.
    pub unsafe fn assume_borrowed(object: *mut T::Target) -> Self {
        // SAFETY: the caller's promise.
        unsafe { sys_virt_object_ref(T::CLASS, object.cast()) };
        Handle(object)
    }

    /// The object, which is alive as long as this value.
    pub fn as_ptr(&self) -> *mut T::Target {
        self.0
    }

    /// The Perl object, which now owns the reference.
    pub fn into_scalar(self, perl: Perl) -> Scalar {
        // SAFETY: the stash of its class.
        unsafe { self.into_scalar_of(perl, perl.stash(T::class().package)) }
    }

    /// The same for many objects.
    ///
    /// # Safety
    /// `stash` is that of their class, just looked up.
    pub unsafe fn into_scalar_of(self, perl: Perl, stash: *mut HV) -> Scalar {
        // SAFETY: the caller's promise.
        unsafe { self.into_scalar_like(perl, stash, ptr::null_mut()) }
    }

    /// The same where no method of an object runs: it is on the connection of `like`.
    ///
    /// # Safety
    /// `like` is a reference to an object of this module.
    pub unsafe fn into_scalar_on(self, perl: Perl, like: &Scalar) -> Scalar {
        // SAFETY: the stash of its class, and the caller's promise.
        unsafe { self.into_scalar_like(perl, perl.stash(T::class().package), like.as_raw()) }
    }

    /// # Safety
    /// As for both.
    unsafe fn into_scalar_like(self, perl: Perl, stash: *mut HV, like: *mut SV) -> Scalar {
        let object = self.0.cast();
        std::mem::forget(self);
        let connection = if T::CLASS == Connect::CLASS { object } else { ptr::null_mut() };
        // SAFETY: the running interpreter, an object whose reference is ours to give, and the caller's
        // promise.
        unsafe {
            let scalar = bridge::sv_bridge_object(perl.raw(), stash, T::CLASS, object, connection, like);
            Scalar::assume_owned(scalar)
        }
    }
}

/// An object of libvirt's that Perl code gets without a reference of its own, which libvirt would log,
/// with the UUID of a domain. When this ends, the object gets one if Perl still has it.
pub struct Lent(NonNull<Loan>);

impl Lent {
    /// The Perl object, on the connection of `like`.
    ///
    /// # Safety
    /// A live object, which its owner does not give up before this ends, as it has to; and a reference to an
    /// object of this module.
    pub unsafe fn to<T: Object>(perl: Perl, object: *mut T::Target, like: &Scalar) -> (Scalar, Self) {
        // SAFETY: the caller's promise.
        let scalar = unsafe { Handle::<T>(object).into_scalar_on(perl, like) };
        // Not a Box any more, as C changes it from now on.
        let loan = NonNull::from(Box::leak(Box::new(Loan { object: ptr::null_mut(), below: ptr::null_mut() })));
        // SAFETY: a reference to a new object, and a place that stays until `drop`.
        unsafe { bridge::sv_bridge_lend(loan.as_ptr(), scalar.as_raw()) };
        (scalar, Lent(loan))
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        // SAFETY: that of `to`, which C knows no more after that; and the value has not left its thread.
        unsafe {
            bridge::sv_bridge_end_loan(self.0.as_ptr());
            drop(Box::from_raw(self.0.as_ptr()));
        }
    }
}

impl<T: Object> Drop for Handle<T> {
    fn drop(&mut self) {
        // SAFETY: the reference is ours and was not passed on.
        unsafe { sys_virt_object_free(T::CLASS, self.0.cast()) };
    }
}
