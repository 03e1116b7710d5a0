//! A call that runs on another thread: its arguments copied, its code put aside, its outcome kept
//! until the interpreter's thread makes Perl values of it.

use crate::error::{Failure, Report};
use crate::ffi::bridge::{self, Arena, Call};
use crate::objects::{KeptObject, Transfer};
use crate::panics;
use crate::perl::Origin;
use std::cell::Cell;
use std::sync::Arc;

/// The result of a method's code, to be given to a call on the interpreter's thread.
pub type Outcome = Box<dyn FnOnce(&Call)>;
/// A method's code with its arguments.
type Work = Box<dyn FnOnce() -> Outcome>;

/// A deferred call. What its code borrows is in it, so it stays where it is.
#[repr(C)]
pub struct Deferred {
    call: Call,
    work: Cell<Option<Work>>,
    failure: Cell<Option<Failure>>,
    warning: Cell<Option<String>>,
    /// Of a method that lasts, or asks the script.
    transfer: Option<Arc<Transfer>>,
    _arena: Arena,
    /// Where it was called, if that is not where it ends.
    origin: Option<Arc<Origin>>,
}

// SAFETY: a method that can be deferred runs no Perl code and makes no Perl values, so neither its
// code nor its outcome has any; pointers in them are libvirt's, whose functions any thread may call.
unsafe impl Send for Deferred {}

impl Call {
    /// The whole of a deferred call.
    pub fn deferral(&self) -> Option<&Deferred> {
        // SAFETY: a call that says so is the first field of one, and only those do.
        self.is_deferred().then(|| unsafe { &*std::ptr::from_ref(self).cast::<Deferred>() })
    }
}

impl Deferred {
    /// Copies the arguments of a call, and judges them; and keeps the objects in them, for as long as
    /// this lives. `origin` is what errors say that they are of, where the call does not wait for its
    /// end.
    pub fn of(call: &Call, origin: Option<Arc<Origin>>) -> Result<(Box<Self>, Vec<KeptObject>), Failure> {
        // SAFETY: it becomes that below.
        let (call, mut arena) = unsafe { call.deferred() };
        let objects = std::mem::take(&mut arena.objects);
        let (work, failure, warning) = Default::default();
        let transfer = (call.method.lasts || call.method.calls_back).then(Arc::default);
        let deferred = Box::new(Deferred { call, work, failure, warning, transfer, _arena: arena, origin });
        // SAFETY: a call of that method. It stops before its code: see `put_aside`.
        unsafe { (deferred.call.method.run)(&deferred.call) };
        match deferred.failure.take() {
            Some(failure) => Err(failure),
            // SAFETY: the bridge has read live objects, and no Perl code has run since.
            None => Ok((deferred, objects.into_iter().map(|object| unsafe { KeptObject::keep(object) }).collect())),
        }
    }

    /// Keeps a method's code instead of running it.
    ///
    /// # Safety
    /// What it borrows is in this deferred call.
    pub unsafe fn put_aside<'a>(&'a self, work: Box<dyn FnOnce() -> Outcome + 'a>) {
        // SAFETY: the box is given up with this, or before.
        self.work.set(Some(unsafe { std::mem::transmute::<Box<dyn FnOnce() -> Outcome + 'a>, Work>(work) }));
    }

    /// Ends the judgement of the arguments.
    pub fn refuse(&self, failure: Failure) {
        self.failure.set(Some(failure));
    }

    /// Keeps a warning.
    pub fn warn(&self, problem: &str) {
        self.warning.set(Some(problem.into()));
    }

    /// Runs the method's code.
    pub fn run(&self) -> Outcome {
        let Some(work) = self.work.take() else { return Box::new(|_| ()) };
        panics::caught(work).unwrap_or_else(|report| {
            let failure = self.placed(Failure::Libvirt(report.with_prefix(&self.call.say(""))));
            Box::new(move |call| call.fail(failure))
        })
    }

    /// A failure with what is known of the call only here.
    pub fn placed(&self, failure: Failure) -> Failure {
        match (failure, &self.origin) {
            (Failure::Argument { code, text }, Some(origin)) => {
                let message = [self.call.say(&text).into_bytes(), origin.place()].concat();
                Failure::Libvirt(Report::new(code, message).of(origin))
            }
            (Failure::Libvirt(report), Some(origin)) => Failure::Libvirt(report.of(origin)),
            (failure, _) => failure,
        }
    }

    /// Gives the outcome to a call on the interpreter's thread.
    ///
    /// # Safety
    /// The objects in the arguments are kept.
    pub unsafe fn finish(&self, outcome: Outcome, call: &Call) {
        // The objects in it are on the connection of this call's arguments.
        // SAFETY: this call outlives what is made of its outcome, and so do its objects.
        let before = unsafe { bridge::sv_bridge_run_as(&self.call) };
        let given = panics::caught(|| outcome(call));
        // SAFETY: the one that runs.
        unsafe { bridge::sv_bridge_run_as(before) };
        if let Err(report) = given {
            call.fail(Failure::Libvirt(report));
        }
        if let Some(problem) = self.warning.take() {
            let place = self.origin.as_ref().map(|origin| origin.place());
            call.warn_with(&[self.call.say(&problem).into_bytes(), place.unwrap_or_default()].concat());
        }
    }

    /// What others see of the call, if its method lasts or asks the script.
    pub fn transfer(&self) -> Option<Arc<Transfer>> {
        self.transfer.clone()
    }
}

impl Drop for Deferred {
    /// The code before what it borrows.
    fn drop(&mut self) {
        drop(self.work.take());
    }
}
