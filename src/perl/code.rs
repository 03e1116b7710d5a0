//! Perl subroutines that Rust keeps and calls.

use super::{Perl, Scalar};
use crate::ffi::bridge;
use libperl_sys::{PerlInterpreter, SV};
use std::any::Any;
use std::collections::HashMap;
use std::ffi::CStr;
use std::mem::ManuallyDrop;
use std::ptr;
use std::sync::{LazyLock, Mutex, MutexGuard, OnceLock, PoisonError};

/// What Perl code died with: as for a callback, its interpreter's, wherever it goes meanwhile.
pub struct Exception(Callback);

impl Exception {
    /// Takes the scalar over.
    pub fn of(perl: Perl, scalar: Scalar) -> Self {
        Exception(Callback::keep(perl, scalar))
    }

    /// The scalar, in its interpreter.
    pub fn into_scalar(self, perl: Perl) -> Scalar {
        self.0.here().map_or_else(|| perl.new_undef(), |held| held.scalar)
    }
}

/// A code reference, kept until it is dropped, and usable only in its own interpreter.
pub struct Callback {
    perl: Perl,
    /// How many interpreters had the address of that one before it.
    predecessors: usize,
    scalar: ManuallyDrop<Scalar>,
}

// SAFETY: what is kept is touched by a thread that runs its own interpreter alone.
unsafe impl Send for Callback {}
// SAFETY: as above.
unsafe impl Sync for Callback {}

/// How many interpreters at an address have ended. A thread's interpreter is often where that of
/// an earlier thread was, whose callbacks libvirt may still have.
fn ended() -> MutexGuard<'static, HashMap<usize, usize>> {
    static ENDED: LazyLock<Mutex<HashMap<usize, usize>>> = LazyLock::new(Mutex::default);
    ENDED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Holds the lock while the process forks: the child gets it unlocked, whatever other threads do.
pub fn hold() -> Box<dyn Any> {
    Box::new(ended())
}

fn predecessors(perl: Perl) -> usize {
    ended().get(&(perl.raw() as usize)).copied().unwrap_or(0)
}

/// For the bridge: the end of an interpreter.
///
/// # Safety
/// It is the one that the thread runs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sys_virt_interpreter_ends(perl: *mut PerlInterpreter) {
    // SAFETY: the caller's promise.
    unsafe { bridge::sv_bridge_forget_templates(perl) };
    *ended().entry(perl as usize).or_default() += 1;
}

impl Callback {
    /// Keeps `scalar`, which is private to the caller, such as the bridge makes for `Kind::Code`.
    pub fn keep(perl: Perl, scalar: Scalar) -> Self {
        Callback { perl, predecessors: predecessors(perl), scalar: ManuallyDrop::new(scalar) }
    }

    /// Whether the current thread runs the interpreter that it belongs to.
    pub fn is_here(&self) -> bool {
        Perl::current().is_some_and(|current| current == self.perl && predecessors(current) == self.predecessors)
    }

    /// Whether the interpreter that it belongs to has ended. Another one may have its address.
    pub fn is_orphan(&self) -> bool {
        predecessors(self.perl) != self.predecessors
    }

    /// The address of its interpreter.
    pub fn interpreter(&self) -> usize {
        self.perl.raw() as usize
    }

    /// What is kept, where the current thread runs the interpreter that it belongs to.
    pub fn here(&self) -> Option<Held> {
        self.is_here().then(|| Held { perl: self.perl, scalar: self.scalar.share() })
    }
}

/// Takes what is given up on another thread to that of its interpreter.
pub static TAKE_HOME: OnceLock<fn(Callback)> = OnceLock::new();

impl Drop for Callback {
    /// On a thread of another interpreter the code stays allocated: touching it there would
    /// race with its owner, who gives it up instead.
    fn drop(&mut self) {
        if self.is_here() {
            // SAFETY: not used after this.
            unsafe { ManuallyDrop::drop(&mut self.scalar) };
        } else if let Some(take_home) = TAKE_HOME.get() {
            // SAFETY: as above.
            let scalar = ManuallyDrop::new(unsafe { ManuallyDrop::take(&mut self.scalar) });
            take_home(Callback { perl: self.perl, predecessors: self.predecessors, scalar });
        }
    }
}

/// What a callback keeps, in its own interpreter, and alive whatever becomes of the callback.
pub struct Held {
    perl: Perl,
    scalar: Scalar,
}

impl Held {
    /// The interpreter.
    pub fn perl(&self) -> Perl {
        self.perl
    }

    /// The scalar that is kept.
    pub fn scalar(&self) -> &Scalar {
        &self.scalar
    }

    /// Another reference to the same code or object: Perl code that gets it may assign to it.
    pub fn another(&self) -> Scalar {
        self.perl.copy(&self.scalar)
    }

    /// Calls it with `arguments` in scalar context; gives its value.
    pub fn call(&self, arguments: Vec<Scalar>) -> Result<Scalar, Exception> {
        self.call_list(arguments).map(|[value]| value)
    }

    /// As [`Held::call`], for a callback whose value nobody wants.
    pub fn run(&self, arguments: Vec<Scalar>) -> Result<(), Exception> {
        self.call_list(arguments).map(|[]| ())
    }

    /// As [`Held::call`], in list context for more than one value: gives the first ones, undef
    /// where there are fewer.
    pub fn call_list<const N: usize>(&self, arguments: Vec<Scalar>) -> Result<[Scalar; N], Exception> {
        call(self.perl, self.scalar.as_raw(), None, arguments)
    }
}

fn call<const N: usize>(
    perl: Perl,
    code: *mut SV,
    method: Option<&CStr>,
    arguments: Vec<Scalar>,
) -> Result<[Scalar; N], Exception> {
    let mut results = [ptr::null_mut(); N];
    let argv: Vec<_> = arguments.into_iter().map(Scalar::into_raw).collect();
    let (argv, argc) = (argv.as_ptr(), argv.len() as isize);
    let method = method.map_or(ptr::null(), CStr::as_ptr);
    // SAFETY: the running interpreter and live scalars; the bridge catches every die.
    let died =
        unsafe { bridge::sv_bridge_call(perl.raw(), code, method, argv, argc, results.as_mut_ptr(), N as isize) };
    match died.is_null() {
        // SAFETY: the bridge hands out references of our own.
        true => Ok(results.map(|result| unsafe { Scalar::assume_owned(result) })),
        // SAFETY: as above.
        false => Err(Exception::of(perl, unsafe { Scalar::assume_owned(died) })),
    }
}

impl Perl {
    /// Calls method `name` of `arguments[0]`; otherwise as [`Held::call`].
    pub fn call_method(self, name: &CStr, arguments: Vec<Scalar>) -> Result<Scalar, Exception> {
        call(self, ptr::null_mut(), Some(name), arguments).map(|[value]| value)
    }

    /// Calls the sub with this name; otherwise as [`Held::call`].
    pub fn call_sub(self, name: &CStr, arguments: Vec<Scalar>) -> Result<Scalar, Exception> {
        let name = self.mortal(self.new_string(name.to_bytes()));
        call(self, name, None, arguments).map(|[value]| value)
    }
}
