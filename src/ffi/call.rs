//! Methods and their calls: `struct bridge_method` and `struct bridge_call`.

use super::value::{Arena, RawValue};
use libperl_sys::{PerlInterpreter, SV};
use std::cell::Cell;
use std::ffi::{CStr, c_char};
use std::mem::MaybeUninit;
use std::{ptr, slice};

/// `Call::returned` when `Call::single` has the only value.
const RETURNED_SINGLE: i32 = -1;
/// The same for a number.
const RETURNED_INTEGER: i32 = -3;
/// `Call::returned` when the call is one of Rust's own, to run on another thread later.
const RETURNED_DEFERRED: i32 = -2;
/// The most parameters that a method can have.
pub const MAX_PARAMS: usize = 8;

/// How C reads an argument: `enum bridge_kind`.
#[repr(u8)]
#[derive(Clone, Copy, PartialEq, Eq)]
#[allow(clippy::missing_docs_in_private_items, reason = "bridge.h says what they are")]
pub enum Kind {
    Object = 0,
    Integer = 1,
    String = 2,
    Bytes = 3,
    Hash = 4,
    Array = 5,
    Any = 6,
    Code = 7,
    Kept = 8,
    Output = 9,
    Handle = 10,
}

/// `struct bridge_param`: one parameter of a method.
#[repr(C)]
#[allow(clippy::missing_docs_in_private_items, reason = "bridge.h says what they are")]
pub struct Parameter {
    pub name: *const c_char,
    pub preset: *const c_char,
    pub preset_value: i64,
    pub kind: Kind,
    pub optional: bool,
    pub secret: bool,
}

/// `struct bridge_method`: one method, a static row.
#[repr(C)]
#[allow(clippy::missing_docs_in_private_items, reason = "bridge.h says what they are")]
pub struct Method {
    pub name: *const c_char,
    pub params: *const Parameter,
    pub run: unsafe extern "C" fn(&Call),
    pub least: u8,
    pub most: u8,
    pub calls_back: bool,
    pub surplus: bool,
    pub here: bool,
    pub alone: bool,
    pub elsewhere: bool,
    pub at_once: bool,
    pub lasts: bool,
}

impl Method {
    /// With its package, for C.
    pub fn c_name(&self) -> &'static CStr {
        // SAFETY: rows have constant names.
        unsafe { CStr::from_ptr(self.name) }
    }

    /// With its package.
    pub fn full_name(&self) -> &'static str {
        self.c_name().to_str().unwrap_or_default()
    }

    /// The package alone.
    pub fn package(&self) -> &'static str {
        self.full_name().rsplit_once("::").map_or("", |(package, _)| package)
    }

    /// Whether its caller has to wait for it: it assigns to a variable, or calls code while it works.
    pub fn needs_caller(&self) -> bool {
        // SAFETY: a row's own parameters.
        let params = unsafe { std::slice::from_raw_parts(self.params, usize::from(self.most)) };
        params.iter().any(|param| param.kind == Kind::Output || (self.lasts && param.kind == Kind::Code))
    }
}

// SAFETY: rows are constant data; what they point at is static.
unsafe impl Sync for Method {}
// SAFETY: as above.
unsafe impl Sync for Parameter {}

/// `struct bridge_call`: one call, which only C makes. Its methods are in [`crate::call`]. What Rust
/// leaves in it is in cells, for it is shared with what borrows the arguments.
#[repr(C)]
#[allow(clippy::missing_docs_in_private_items, reason = "bridge.h says what they are")]
pub struct Call {
    pub(crate) perl: *mut PerlInterpreter,
    pub(crate) method: &'static Method,
    pub(super) ax: isize,
    pub(super) returned: Cell<i32>,
    pub(super) surplus: Cell<bool>,
    pub(super) left: Cell<bool>,
    pub(super) single: Cell<Single>,
    pub(super) error: Cell<*mut SV>,
    pub(super) warning: Cell<*mut SV>,
    pub(super) output: Cell<*mut SV>,
    pub(super) content: Cell<*mut SV>,
    /// Filled as far as the method has parameters.
    pub(crate) values: [MaybeUninit<RawValue>; MAX_PARAMS],
}

/// The only value that a call returns.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) union Single {
    sv: *mut SV,
    iv: i64,
}

impl Call {
    /// C dies with an error.
    ///
    /// # Safety
    /// It is a mortal scalar.
    pub(crate) unsafe fn leave_error(&self, error: *mut SV) {
        self.error.set(error);
        self.left.set(true);
        self.returned.set(0);
    }

    /// C warns of a text.
    ///
    /// # Safety
    /// It is a mortal scalar.
    pub(crate) unsafe fn leave_warning(&self, text: *mut SV) {
        self.warning.set(text);
        self.left.set(true);
    }

    /// C gives a variable bytes, which are its own from here on.
    ///
    /// # Safety
    /// An argument of the call, and a string scalar that is given up.
    pub(crate) unsafe fn leave_output(&self, variable: *mut SV, content: *mut SV) {
        self.output.set(variable);
        self.content.set(content);
        self.left.set(true);
    }

    /// A scalar is the only value.
    ///
    /// # Safety
    /// It is mortal.
    #[inline(always)]
    pub(crate) unsafe fn leave_single(&self, value: *mut SV) {
        self.single.set(Single { sv: value });
        self.returned.set(RETURNED_SINGLE);
    }

    /// So many values are on the stack.
    ///
    /// # Safety
    /// They are, and all are mortal.
    pub(crate) unsafe fn leave_list(&self, count: usize) {
        self.returned.set(count as i32);
    }

    /// A number is the only value.
    #[inline(always)]
    pub(crate) fn leave_integer(&self, value: i64) {
        self.single.set(Single { iv: value });
        self.returned.set(RETURNED_INTEGER);
    }
}

impl Call {
    /// Whether it is to run on another thread later.
    #[inline(always)]
    pub fn is_deferred(&self) -> bool {
        self.returned.get() == RETURNED_DEFERRED
    }

    /// A call of the same method with copies of the arguments, to run on another thread later. The
    /// objects in them are for the caller to keep.
    ///
    /// # Safety
    /// Before anything else is done with it, it becomes the first field of a
    /// [`Deferred`](crate::deferred::Deferred), which it is taken for from then on.
    pub unsafe fn deferred(&self) -> (Call, Arena) {
        let mut arena = Arena::default();
        let mut values = [const { MaybeUninit::uninit() }; MAX_PARAMS];
        // SAFETY: a row has so many parameters.
        let params = unsafe { slice::from_raw_parts(self.method.params, self.method.most.into()) };
        arena.secret = params.iter().any(|param| param.secret);
        for (copy, value) in values.iter_mut().zip(&self.values).take(params.len()) {
            // SAFETY: the bridge fills one value for each parameter of the row.
            copy.write(unsafe { value.assume_init_ref() }.copied(&mut arena));
        }
        let nothing = || Cell::new(ptr::null_mut());
        let call = Call {
            perl: self.perl,
            method: self.method,
            ax: self.ax,
            returned: Cell::new(RETURNED_DEFERRED),
            surplus: Cell::new(false),
            left: Cell::new(false),
            single: Cell::new(Single { iv: 0 }),
            error: nothing(),
            warning: nothing(),
            output: nothing(),
            content: nothing(),
            values,
        };
        (call, arena)
    }
}
