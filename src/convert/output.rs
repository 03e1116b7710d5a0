//! Bytes for a variable of the caller's.

use super::Return;
use crate::call::Arguments;
use crate::ffi::bridge::Call;
use crate::perl::{Buffer, Scalar, Variable};
use std::ffi::c_char;

/// Room for bytes that C fills in: a scalar's, where there is an interpreter.
pub enum Room {
    /// A scalar's.
    Scalar(Buffer),
    /// Our own.
    Bytes(Vec<u8>),
}

/// Bytes that are to be a scalar.
pub enum Content {
    /// One already.
    Scalar(Scalar),
    /// One later.
    Bytes(Vec<u8>),
}

impl Room {
    /// Room for so many bytes, for a variable of the caller's.
    pub fn of(call: Arguments, room: usize) -> Self {
        match call.interpreter() {
            Some(perl) => Room::Scalar(Buffer::with_room(perl, room)),
            None => Room::Bytes(Vec::with_capacity(room)),
        }
    }

    /// Where they go.
    pub fn as_mut_ptr(&mut self) -> *mut c_char {
        match self {
            Room::Scalar(buffer) => buffer.as_mut_ptr(),
            Room::Bytes(bytes) => bytes.as_mut_ptr().cast(),
        }
    }

    /// The first `len` of them.
    ///
    /// # Safety
    /// They are filled in, and there is room for them.
    pub unsafe fn filled(self, len: usize) -> Content {
        match self {
            // SAFETY: the caller's promise.
            Room::Scalar(buffer) => Content::Scalar(unsafe { buffer.filled(len) }),
            Room::Bytes(mut bytes) => {
                // SAFETY: as above.
                unsafe { bytes.set_len(len) };
                Content::Bytes(bytes)
            }
        }
    }
}

/// A value, and bytes for a variable of the caller's.
pub struct Assigned<T> {
    /// The value.
    pub result: T,
    /// The variable.
    pub variable: Variable,
    /// A string for it; `None` leaves it as it is.
    pub content: Option<Content>,
}

impl<T: Return> Return for Assigned<T> {
    unsafe fn put(self, call: &Call) {
        match self.content {
            Some(Content::Scalar(content)) => call.assign(self.variable, content),
            Some(Content::Bytes(bytes)) => call.assign(self.variable, call.perl().new_string(&bytes)),
            None => {}
        }
        // SAFETY: the caller's promise.
        unsafe { self.result.put(call) };
    }
}
