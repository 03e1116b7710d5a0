//! One call of a method, for its code: who was called, by which interpreter, and with what; and what
//! becomes of it.

use crate::deferred::Deferred;
use crate::error::{Failure, Report};
use crate::ffi::bridge::{self, Call, Method, RawValue};
use crate::objects::{Object, Transfer};
use crate::perl::{Perl, Scalar, Variable};
use libperl_sys::{PerlInterpreter, SV};
use std::ffi::CStr;
use std::io;
use std::sync::Arc;
use virt::sys;

impl Call {
    /// The interpreter that has called.
    #[inline(always)]
    pub fn perl(&self) -> Perl {
        // SAFETY: the bridge passes the interpreter it runs in, and a call ends where it began.
        unsafe { Perl::assume_current(self.perl) }
    }

    /// As the script has called it, with its package.
    pub fn method_name(&self) -> &'static CStr {
        match self.method.c_name().to_bytes() {
            b"Sys::Virt::_open" | b"Sys::Virt::_open_auth" => c"Sys::Virt::new",
            b"Sys::Virt::Admin::_open" => c"Sys::Virt::Admin::new",
            _ => self.method.c_name(),
        }
    }

    /// What is said of the call.
    pub fn say(&self, what: &str) -> String {
        format!("{}: {what}", self.method_name().to_string_lossy())
    }

    /// Argument number `index` as the bridge has read it.
    ///
    /// # Safety
    /// The method has that parameter.
    #[inline(always)]
    pub unsafe fn value(&self, index: usize) -> &RawValue {
        // SAFETY: the bridge fills one value for each parameter of the row.
        unsafe { self.values[index].assume_init_ref() }
    }

    /// A new reference to the object that was read as argument number `index`: the script's own, which
    /// may have another class than it was made with.
    ///
    /// # Safety
    /// The method has that parameter, it is an object, and no Perl code has run since it was read.
    pub unsafe fn object(&self, index: usize) -> Scalar {
        // SAFETY: the caller's promise, and an owner that lives so far.
        unsafe { self.perl().new_ref(Scalar::assume_borrowed(self.value(index).owner()).into_raw()) }
    }

    /// The scalar that was given as argument number `index`; Perl code that was asked for another argument
    /// may have changed it.
    ///
    /// # Safety
    /// The method requires that argument, and no Perl code has run since all were read: the caller may
    /// drop it in that.
    pub unsafe fn argument(&self, index: usize) -> Scalar {
        // SAFETY: the running interpreter and its call, and the caller's promise.
        unsafe { Scalar::assume_borrowed(bridge::sv_bridge_argument(self.perl, self, index as isize)) }
    }

    /// The name of parameter number `index`; "" for one that the method does not have.
    pub fn name_of(&self, index: usize) -> &'static CStr {
        if index >= usize::from(self.method.most) {
            return c"";
        }
        // SAFETY: the row has a parameter at that place, and names are constant.
        unsafe { CStr::from_ptr((*self.method.params.add(index)).name) }
    }

    /// Gives one value.
    pub fn give(&self, value: Scalar) {
        // SAFETY: as it says.
        unsafe { self.leave_single(self.perl().mortal(value)) };
    }

    /// Gives one number.
    #[inline(always)]
    pub fn give_integer(&self, value: i64) {
        self.leave_integer(value);
    }

    /// Gives one string.
    #[inline(always)]
    pub fn give_string(&self, bytes: &[u8]) {
        // SAFETY: the running interpreter and its call, and bytes with their length.
        unsafe { bridge::sv_bridge_give_string(self.perl, self, bytes.as_ptr().cast(), bytes.len()) }
    }

    /// Gives the values that `values` makes, which are `count` at most.
    pub fn give_list(&self, count: usize, values: impl Iterator<Item = Scalar>) {
        let perl = self.perl();
        // SAFETY: the running interpreter and its call.
        let base = unsafe { bridge::sv_bridge_reserve(self.perl, self, count as isize) };
        let mut given = 0;
        for value in values.take(count) {
            // SAFETY: within the `count` places just reserved. Making scalars does not touch the
            // stack.
            unsafe { base.add(given).write(perl.mortal(value)) };
            given += 1;
        }
        // SAFETY: written above.
        unsafe { self.leave_list(given) };
    }

    /// Whether the caller wants one value, and gets the number of elements for a list.
    pub fn wants_scalar(&self) -> bool {
        // SAFETY: the running interpreter.
        unsafe { bridge::sv_bridge_wants_scalar(self.perl) }
    }

    /// Warns when the call is over, if warnings of category "misc" are on where it stands.
    pub fn warn(&self, problem: &str) {
        match self.deferral() {
            Some(deferral) => deferral.warn(problem),
            None => self.warn_with(self.say(problem).as_bytes()),
        }
    }

    /// The same in these words, to which the place is added if they do not end in a newline.
    pub fn warn_with(&self, text: &[u8]) {
        // SAFETY: as it says.
        unsafe { self.leave_warning(self.perl().mortal(self.perl().new_string(text))) };
    }

    /// Assigns `content` to a variable of the caller's when the call is over.
    pub fn assign(&self, variable: Variable, content: Scalar) {
        // SAFETY: the promise to `Variable::assume`, and a scalar of our own.
        unsafe { self.leave_output(variable.as_raw(), content.into_raw()) };
    }

    /// Ends the call with an exception.
    #[cold]
    pub fn fail(&self, failure: Failure) {
        if let Some(deferral) = self.deferral() {
            return deferral.refuse(failure);
        }
        let error = match failure {
            Failure::Libvirt(report) => self.error(report),
            Failure::Died(exception) => exception.into_scalar(self.perl()),
            Failure::Argument { code, text } => self.error(self.argument_report(code, &text)),
        };
        // SAFETY: as it says.
        unsafe { self.leave_error(self.perl().mortal(error)) };
    }

    /// The error of a call: of this one, if it is of no other.
    fn error(&self, mut report: Report) -> Scalar {
        let (perl, origin) = (self.perl(), report.origin.take());
        let error = report.into_scalar(perl);
        match origin {
            None => error.comes_from_here(perl, self.method_name()),
            Some(origin) => error.comes_from(perl, &origin),
        }
        error
    }

    /// The report of an argument, with the method's name before the problem and the caller's place
    /// behind it.
    fn argument_report(&self, code: sys::virErrorNumber, problem: &str) -> Report {
        let perl = self.perl();
        let text = perl.new_string(self.say(problem).as_bytes());
        // SAFETY: the running interpreter and a string scalar of our own.
        unsafe { bridge::sv_bridge_locate(perl.raw(), text.as_raw()) };
        Report::new(code, text.bytes(perl))
    }
}

/// The arguments of a call, for errors about them: what code gets of its call that may run on
/// another thread.
#[derive(Clone, Copy)]
pub struct Arguments<'a>(&'a Call);

impl<'a> Arguments<'a> {
    /// Those of a call.
    #[inline(always)]
    pub fn of(call: &'a Call) -> Self {
        Arguments(call)
    }

    /// The interpreter, unless the call is to run without one.
    pub fn interpreter(self) -> Option<Perl> {
        (!self.0.is_deferred()).then(|| self.0.perl())
    }

    /// The error for parameter `index`.
    #[cold]
    pub fn bad_argument(self, index: usize, problem: &str) -> Failure {
        self.0.bad_argument(index, problem)
    }

    /// What others see of a call that lasts.
    pub fn transfer(self) -> Arc<Transfer> {
        self.0.deferral().and_then(Deferred::transfer).unwrap_or_default()
    }

    /// The error of the system that has ended the call's work on a file.
    pub fn cannot(self, what: &str, error: &io::Error) -> Failure {
        let text = error.to_string();
        let reason = text.split(" (os error").next().unwrap_or_default();
        Failure::Libvirt(Report::new(sys::VIR_ERR_SYSTEM_ERROR, self.0.say(&format!("cannot {what}: {reason}"))))
    }
}

impl Call {
    /// The error for parameter `index`.
    #[cold]
    pub fn bad_argument(&self, index: usize, problem: &str) -> Failure {
        Failure::invalid(format!("argument '{}' {problem}", self.name_of(index).to_string_lossy()))
    }

    /// The error for parameter `index` that is a destroyed object.
    #[cold]
    pub fn destroyed<T: Object>(&self, index: usize) -> Failure {
        let (name, class) = (self.name_of(index).to_string_lossy(), T::class());
        let package = class.package.to_string_lossy();
        let text = format!("argument '{name}' is a {package} object that is already destroyed");
        Failure::Argument { code: class.invalid, text }
    }
}

/// For the bridge: the usage message of a method.
///
/// # Safety
/// Called by the bridge, with the interpreter it runs in.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sys_virt_usage(perl: *mut PerlInterpreter, method: &'static Method) -> *mut SV {
    // SAFETY: the caller's promise.
    let perl = unsafe { Perl::assume_current(perl) };
    let mut text = Vec::with_capacity(256);
    // SAFETY: rows have constant texts.
    let mut add = |pointer| text.extend_from_slice(unsafe { CStr::from_ptr(pointer) }.to_bytes());
    add(c"Usage: ".as_ptr());
    add(method.name);
    for index in 0..method.most {
        // SAFETY: the row has so many parameters.
        let param = unsafe { &*method.params.add(index.into()) };
        // SAFETY: as above.
        if index >= method.least && unsafe { *param.preset } == 0 {
            break; // of an older form
        }
        add(if index == 0 { c"(" } else { c", " }.as_ptr());
        add(param.name);
        if index >= method.least {
            add(c"=".as_ptr());
            add(param.preset);
        }
    }
    add(if method.most == 0 { c"()" } else { c")" }.as_ptr());
    perl.new_string(&text).into_raw()
}
