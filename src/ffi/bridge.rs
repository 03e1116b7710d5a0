//! The mirror of `bridge/bridge.h`, where everything is explained.

use libperl_sys::{CV, HV, PerlInterpreter, SV};
use std::cell::Cell;
use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;

/// How C reads an argument: `enum bridge_kind`.
#[repr(u8)]
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Object,
    Integer,
    String,
    Bytes,
    Hash,
    Array,
    Any,
    Code,
    Kept,
    Output,
}

/// What a [`RawValue`] holds: `enum bridge_tag`.
#[repr(u8)]
#[derive(Clone, Copy, PartialEq, Eq)]
#[allow(dead_code, reason = "made in C")]
pub enum Tag {
    Undef,
    Int,
    Uint,
    Number,
    String,
    Object,
    Array,
    Hash,
    Scalar,
    Other,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct RawValue {
    pub tag: Tag,
    pub class: u8,
    pub len: usize,
    pub u: RawUnion,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub union RawUnion {
    pub iv: i64,
    pub uv: u64,
    pub nv: f64,
    pub pv: *const c_char,
    pub ptr: *mut c_void,
    pub sv: *mut SV,
    pub items: *const RawValue,
}

#[repr(C)]
pub struct Param {
    pub name: *const c_char,
    pub preset: *const c_char,
    pub preset_value: i64,
    pub min: i64,
    pub max: u64,
    pub kind: Kind,
    pub class: u8,
    pub optional: bool,
}

#[repr(C)]
pub struct Method {
    pub name: *const c_char,
    pub params: *const Param,
    pub run: unsafe extern "C" fn(&Call),
    pub least: u8,
    pub most: u8,
    pub calls_back: bool,
    pub surplus: bool,
}

// SAFETY: rows are constant data; what they point at is static.
unsafe impl Sync for Method {}
// SAFETY: as above.
unsafe impl Sync for Param {}

/// `struct bridge_call`. Its methods are in [`crate::method`]. What Rust leaves in it is in
/// cells, for it is shared with what borrows the arguments.
#[repr(C)]
pub struct Call {
    pub perl: *mut PerlInterpreter,
    pub returned: Cell<i32>,
    pub notes: Cell<u32>,
    pub method: &'static Method,
    pub single: Cell<*mut SV>,
    pub ax: i32,
    /// Filled as far as the method has parameters.
    pub values: [MaybeUninit<RawValue>; MAX_PARAMS],
    pub error: Cell<MaybeUninit<*mut SV>>,
    pub warning: Cell<MaybeUninit<*mut SV>>,
    pub output: Cell<MaybeUninit<*mut SV>>,
    pub content: Cell<MaybeUninit<*mut SV>>,
}

pub const MAX_PARAMS: usize = 8;
/// `Call::returned` when the only value is in `Call::single`.
pub const RETURNED_SINGLE: i32 = -1;
pub const NOTE_ERROR: u32 = 1;
pub const NOTE_WARNING: u32 = 2;
pub const NOTE_OUTPUT: u32 = 4;

#[allow(dead_code, reason = "Rust 1.85 does not count the assertions below")]
const POINTER: usize = size_of::<*const c_void>();
const _: () = assert!(size_of::<RawValue>() == 3 * POINTER);
const _: () = assert!(size_of::<Param>() == 3 * POINTER + 3 * 8);
const _: () = assert!(size_of::<Method>() == 4 * POINTER);
const _: () = assert!(size_of::<Call>() == 9 * POINTER + MAX_PARAMS * size_of::<RawValue>());

unsafe extern "C" {
    pub fn sv_bridge_reserve(perl: *mut PerlInterpreter, call: &Call, count: isize) -> *mut *mut SV;
    pub fn sv_bridge_wants_scalar(perl: *mut PerlInterpreter) -> bool;
    pub fn sv_bridge_object(perl: *mut PerlInterpreter, stash: *mut HV, class: u8, ptr: *mut c_void) -> *mut SV;
    pub fn sv_bridge_reference(perl: *mut PerlInterpreter, target: *mut SV) -> *mut SV;
    pub fn sv_bridge_call(
        perl: *mut PerlInterpreter,
        code: *mut SV,
        method: *const c_char,
        argv: *const *mut SV,
        argc: isize,
        results: *mut *mut SV,
        wanted: isize,
    ) -> *mut SV;
    pub fn sv_bridge_argument(perl: *mut PerlInterpreter, ax: i32, index: isize) -> *mut SV;
    pub fn sv_bridge_read(perl: *mut PerlInterpreter, sv: *mut SV, value: &mut RawValue);
    pub fn sv_bridge_locate(perl: *mut PerlInterpreter, message: *mut SV);
    pub fn sv_bridge_keep_key(perl: *mut PerlInterpreter, key: *const c_char, len: usize) -> u32;
    pub fn sv_bridge_interpreter() -> *mut PerlInterpreter;
    pub fn sv_bridge_hold(sv: *mut SV);
    pub fn sv_bridge_free(perl: *mut PerlInterpreter, sv: *mut SV);
    pub fn sv_bridge_exiting() -> bool;
    pub fn sv_bridge_handle_sigpipe();
    pub fn sv_bridge_install(perl: *mut PerlInterpreter, method: &'static Method);
    pub fn sv_bridge_install_destroy(perl: *mut PerlInterpreter, name: *const c_char);
    pub fn sv_bridge_install_constant(
        perl: *mut PerlInterpreter,
        stash: *mut HV,
        name: *const c_char,
        len: i32,
        value: *mut SV,
    );
    pub fn sv_bridge_constants_done(perl: *mut PerlInterpreter, stash: *mut HV);
    pub fn sv_bridge_always_hold();
}

unsafe extern "C-unwind" {
    #[cfg(perl_useithreads)]
    pub fn sv_bridge_boot(perl: *mut PerlInterpreter, cv: *mut CV);
    #[cfg(not(perl_useithreads))]
    pub fn sv_bridge_boot(cv: *mut CV);
}
