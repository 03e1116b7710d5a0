//! File descriptors that a method returns, as file handles.

use super::{IntoScalar, OwnedArray, Return};
use crate::ffi::bridge::Call;
use crate::perl::{Perl, Scalar};
use std::ffi::c_int;
use std::iter;

unsafe extern "C" {
    fn close(descriptor: c_int) -> c_int;
}

/// Descriptors that libvirt has opened for us, in an array that it allocated: closed with the handles
/// that Perl gets for them, or with this.
pub struct Descriptors {
    array: OwnedArray<c_int>,
    /// How many of them have been given on.
    given: usize,
}

impl Descriptors {
    /// Takes them over.
    ///
    /// # Safety
    /// NULL, or so many open descriptors in memory from malloc, which the caller gives up.
    pub unsafe fn assume_owned(list: *mut c_int, count: usize) -> Self {
        // SAFETY: the caller's promise.
        Descriptors { array: unsafe { OwnedArray::assume_owned(list, count) }, given: 0 }
    }

    fn count(&self) -> usize {
        self.array.as_slice().len()
    }

    fn next(&mut self) -> Option<c_int> {
        let descriptor = *self.array.as_slice().get(self.given)?;
        self.given += 1;
        Some(descriptor)
    }

    fn next_handle(&mut self, perl: Perl) -> Option<Scalar> {
        // SAFETY: open, and given on once.
        self.next().map(|descriptor| unsafe { perl.new_handle(descriptor) })
    }
}

impl Drop for Descriptors {
    fn drop(&mut self) {
        while let Some(descriptor) = self.next() {
            // SAFETY: open, and nobody else's.
            unsafe { close(descriptor) };
        }
    }
}

impl Return for Descriptors {
    unsafe fn put(mut self, call: &Call) {
        call.give_list(self.count(), iter::from_fn(|| self.next_handle(call.perl())));
    }
}

/// Descriptors behind a value.
impl<T: IntoScalar> Return for (T, Descriptors) {
    unsafe fn put(self, call: &Call) {
        let (perl, (value, mut descriptors)) = (call.perl(), self);
        // SAFETY: the caller's promise.
        let first = iter::once(unsafe { value.into_scalar(perl) });
        call.give_list(1 + descriptors.count(), first.chain(iter::from_fn(|| descriptors.next_handle(perl))));
    }
}
