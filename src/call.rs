//! One call of a method, for its code: who was called, by which interpreter, and with what; and what
//! becomes of it.

use crate::deferred::Deferred;
use crate::error::{Failure, Report};
use crate::ffi::bridge::{self, Call, RawValue};
use crate::objects::{Object, Transfer};
use crate::perl::{Perl, Scalar, Target, Variable};
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

    /// With its package.
    pub fn method_name(&self) -> &'static str {
        // SAFETY: rows have constant names.
        unsafe { CStr::from_ptr(self.method.name) }.to_str().unwrap_or_default()
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

    /// The scalar that was given as argument number `index`.
    ///
    /// # Safety
    /// The method requires that argument, and takes a code reference or has run no Perl code so
    /// far: the caller may drop it in that.
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

    /// The op's own scalar for a single value, where it has one.
    #[inline(always)]
    pub fn target(&self) -> Option<Target> {
        let target = self.single.get();
        // SAFETY: C has looked at it, and it lives as long as the op.
        (!target.is_null()).then(|| unsafe { Target::assume(target) })
    }

    /// Gives one value: that of the op's own scalar.
    #[inline(always)]
    pub fn give_target(&self) {
        self.returned.set(bridge::RETURNED_SINGLE);
    }

    /// Gives one value.
    pub fn give(&self, value: Scalar) {
        self.single.set(self.perl().mortal(value));
        self.returned.set(bridge::RETURNED_SINGLE);
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
        self.returned.set(given as i32);
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
            None => self.warn_of(self.method_name(), problem, b""),
        }
    }

    /// The same for a call of `method`, made at `place` if that is another one.
    pub fn warn_of(&self, method: &str, problem: &str, place: &[u8]) {
        let text = [format!("{method}: {problem}").as_bytes(), place].concat();
        self.warning.set(self.perl().mortal(self.perl().new_string(&text)));
    }

    /// Assigns `content` to a variable of the caller's when the call is over.
    pub fn assign(&self, variable: Variable, content: Scalar) {
        self.output.set(variable.as_raw());
        self.content.set(content.into_raw());
    }

    /// Ends the call with an exception.
    #[cold]
    pub fn fail(&self, failure: Failure) {
        if let Some(deferral) = self.deferral() {
            return deferral.refuse(failure);
        }
        let error = match failure {
            Failure::Libvirt(report) => report.into_scalar(self.perl()),
            Failure::Died(exception) => exception.0,
            Failure::Argument { code, text } => self.argument_error(code, &text),
        };
        self.error.set(error.into_raw());
        self.returned.set(0);
    }

    /// Where the caller stands, for messages.
    pub fn place(&self) -> Vec<u8> {
        let perl = self.perl();
        let text = perl.new_string(b"");
        // SAFETY: the running interpreter and a string scalar of our own.
        unsafe { bridge::sv_bridge_locate(perl.raw(), text.as_raw()) };
        text.bytes(perl)
    }

    /// The error for an argument, with the method's name before the problem and the caller's place
    /// behind it.
    fn argument_error(&self, code: sys::virErrorNumber, problem: &str) -> Scalar {
        let perl = self.perl();
        let method = match self.method_name() {
            "Sys::Virt::_open" | "Sys::Virt::_open_auth" => "Sys::Virt::new",
            method => method,
        };
        let text = perl.new_string(format!("{method}: {problem}").as_bytes());
        // SAFETY: the running interpreter and a string scalar of our own.
        unsafe { bridge::sv_bridge_locate(perl.raw(), text.as_raw()) };
        Report::new(code, text.bytes(perl)).into_scalar(perl)
    }
}

/// The arguments of a call, for errors about them: all that code gets of its call that may run on
/// another thread.
#[derive(Clone, Copy)]
pub struct Arguments<'a>(&'a Call);

impl<'a> Arguments<'a> {
    /// Those of a call.
    #[inline(always)]
    pub fn of(call: &'a Call) -> Self {
        Arguments(call)
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
        Failure::Libvirt(Report::new(
            sys::VIR_ERR_SYSTEM_ERROR,
            format!("{}: cannot {what}: {reason}", self.0.method_name()),
        ))
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
