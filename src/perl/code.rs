//! Perl subroutines that Rust keeps and calls.

use super::Perl;
use crate::ffi::bridge;
use libperl_sys::{PerlInterpreter, SV};
use std::collections::HashMap;
use std::ffi::CStr;
use std::ptr;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

/// What Perl code died with: owned until it is handed to the call, which dies with it.
pub struct Exception {
    perl: Perl,
    sv: *mut SV,
}

impl Exception {
    /// Takes over `sv`.
    pub fn new(perl: Perl, sv: *mut SV) -> Self {
        Exception { perl, sv }
    }

    /// The exception itself, which the caller now owns.
    pub fn into_sv(self) -> *mut SV {
        let sv = self.sv;
        std::mem::forget(self);
        sv
    }
}

impl Drop for Exception {
    fn drop(&mut self) {
        self.perl.free(self.sv);
    }
}

/// A code reference, kept until it is dropped, and usable only in its own interpreter.
pub struct Callback {
    perl: Perl,
    /// How many interpreters had the address of that one before it.
    predecessors: usize,
    sv: *mut SV,
}

/// How many interpreters at an address have ended. A thread's interpreter is often where that of
/// an earlier thread was, whose callbacks libvirt may still have.
fn ended() -> MutexGuard<'static, HashMap<usize, usize>> {
    static ENDED: LazyLock<Mutex<HashMap<usize, usize>>> = LazyLock::new(Mutex::default);
    ENDED.lock().unwrap_or_else(PoisonError::into_inner)
}

fn predecessors(perl: Perl) -> usize {
    ended().get(&(perl.raw() as usize)).copied().unwrap_or(0)
}

/// For the bridge: the end of an interpreter.
#[unsafe(no_mangle)]
pub extern "C" fn sys_virt_interpreter_ends(perl: *mut PerlInterpreter) {
    *ended().entry(perl as usize).or_default() += 1;
}

impl Callback {
    /// Keeps `sv`, a scalar private to the caller such as the bridge makes for `Kind::Code`.
    pub fn keep(perl: Perl, sv: *mut SV) -> Self {
        // SAFETY: a live scalar; only its reference count changes.
        unsafe { bridge::sv_bridge_hold(sv) };
        Callback { perl, predecessors: predecessors(perl), sv }
    }

    /// Another hold on the same code.
    pub fn share(&self, perl: Perl) -> Self {
        Callback { perl, predecessors: self.predecessors, sv: perl.share(self.sv) }
    }

    /// Another reference to the same code or object, owned by the caller: Perl code that gets it
    /// may assign to it.
    pub fn another(&self) -> *mut SV {
        self.perl.copy(self.sv)
    }

    /// The scalar that is kept, which stays this value's.
    pub fn scalar(&self) -> *mut SV {
        self.sv
    }

    /// The interpreter that the callback belongs to, where the current thread runs it.
    pub fn perl(&self) -> Option<Perl> {
        Perl::current().filter(|current| *current == self.perl && predecessors(*current) == self.predecessors)
    }

    /// Calls it with `arguments`, which it takes over, in scalar context; gives its value,
    /// owned by the caller. To be called on the thread of [`Callback::perl`] only.
    pub fn call(&self, arguments: &[*mut SV]) -> Result<*mut SV, Exception> {
        call(self.perl, self.sv, None, arguments).map(|[value]| value)
    }

    /// As [`Callback::call`], for a callback whose value nobody wants.
    pub fn run(&self, arguments: &[*mut SV]) -> Result<(), Exception> {
        call(self.perl, self.sv, None, arguments).map(|[]| ())
    }

    /// As [`Callback::call`], but in list context: gives the first values, undef where there
    /// are fewer.
    pub fn call_list<const N: usize>(&self, arguments: &[*mut SV]) -> Result<[*mut SV; N], Exception> {
        const { assert!(N > 1) };
        call(self.perl, self.sv, None, arguments)
    }
}

impl Drop for Callback {
    /// On a thread of another interpreter the code stays allocated: touching it there would
    /// race with its owner.
    fn drop(&mut self) {
        if let Some(perl) = self.perl() {
            perl.free(self.sv);
        }
    }
}

fn call<const N: usize>(
    perl: Perl,
    code: *mut SV,
    method: Option<&CStr>,
    arguments: &[*mut SV],
) -> Result<[*mut SV; N], Exception> {
    let mut results = [ptr::null_mut(); N];
    let (argv, argc) = (arguments.as_ptr(), arguments.len() as isize);
    let method = method.map_or(ptr::null(), CStr::as_ptr);
    // SAFETY: the running interpreter and live scalars; the bridge catches every die.
    let died =
        unsafe { bridge::sv_bridge_call(perl.raw(), code, method, argv, argc, results.as_mut_ptr(), N as isize) };
    if died.is_null() { Ok(results) } else { Err(Exception::new(perl, died)) }
}

impl Perl {
    /// Calls method `name` of `arguments[0]`; otherwise as [`Callback::call`].
    pub fn call_method(self, name: &CStr, arguments: &[*mut SV]) -> Result<*mut SV, Exception> {
        call(self, ptr::null_mut(), Some(name), arguments).map(|[value]| value)
    }

    /// Calls the sub with this name; otherwise as [`Callback::call`].
    pub fn call_sub(self, name: &CStr, arguments: &[*mut SV]) -> Result<*mut SV, Exception> {
        let name = self.mortal(self.new_string(name.to_bytes()));
        call(self, name, None, arguments).map(|[value]| value)
    }

    /// A copy of a scalar's value, without its magic.
    pub fn copy(self, sv: *mut SV) -> *mut SV {
        const SV_NOSTEAL: i32 = 16;
        // SAFETY: a live scalar, read without magic.
        unsafe { libperl_sys::thx::Perl_newSVsv_flags(self.raw(), sv, SV_NOSTEAL) }
    }

    /// A copy of a reference that does not keep its target alive, and is undef after that.
    pub fn weak(self, sv: *mut SV) -> *mut SV {
        let copy = self.copy(sv);
        // SAFETY: a reference of our own, which can be weakened.
        unsafe { libperl_sys::thx::Perl_sv_rvweaken(self.raw(), copy) }
    }

    /// Another reference to `sv`, owned by the caller.
    pub fn share(self, sv: *mut SV) -> *mut SV {
        // SAFETY: a live scalar; only its reference count changes.
        unsafe { bridge::sv_bridge_hold(sv) };
        sv
    }
}
