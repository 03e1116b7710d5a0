//! A call that runs on another thread: its arguments copied, its code put aside, its outcome kept
//! until the interpreter's thread makes Perl values of it.

use crate::error::{Failure, Report};
use crate::ffi::bridge::{Arena, Call, RETURNED_DEFERRED};
use crate::objects::{Reference, Transfer};
use crate::panics;
use crate::perl::Origin;
use std::cell::Cell;
use std::sync::Arc;
use virt::sys::virConnectPtr;

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
    objects: Vec<Reference>,
    /// Of a method that lasts.
    transfer: Option<Arc<Transfer>>,
    _arena: Arena,
    /// Where it was called, if that is not where it ends.
    origin: Option<Arc<Origin>>,
}

// SAFETY: a method that can be deferred runs no Perl code and makes no Perl values, so neither its
// code nor its outcome has any; pointers in them are libvirt's, whose functions any thread may call.
unsafe impl Send for Deferred {}

impl Call {
    /// Whether the call is deferred.
    #[inline(always)]
    pub fn is_deferred(&self) -> bool {
        self.returned.get() == RETURNED_DEFERRED
    }

    /// The whole of a deferred call.
    pub fn deferral(&self) -> Option<&Deferred> {
        // SAFETY: a call that says so is the first field of one, and only those do.
        self.is_deferred().then(|| unsafe { &*std::ptr::from_ref(self).cast::<Deferred>() })
    }
}

impl Deferred {
    /// Copies the arguments of a call, and judges them. `origin` is what errors say that they are of,
    /// where the call does not wait for its end.
    pub fn of(call: &Call, origin: Option<Arc<Origin>>) -> Result<Box<Self>, Failure> {
        let (call, mut arena) = call.deferred();
        // SAFETY: the bridge has read live objects, and nothing has run since.
        let referenced = |(class, object)| unsafe { Reference::assume_borrowed(class, object) };
        let objects = arena.objects.drain(..).map(referenced).collect();
        let (work, failure, warning) = Default::default();
        let transfer = call.method.lasts.then(Arc::default);
        let deferred = Box::new(Deferred { call, work, failure, warning, objects, transfer, _arena: arena, origin });
        // SAFETY: a call of that method. It stops before its code: see `put_aside`.
        unsafe { (deferred.call.method.run)(&deferred.call) };
        match deferred.failure.take() {
            Some(failure) => Err(failure),
            None => Ok(deferred),
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
    pub fn finish(&self, outcome: Outcome, call: &Call) {
        outcome(call);
        if let Some(problem) = self.warning.take() {
            let place = self.origin.as_ref().map(|origin| origin.place());
            call.warn_with(&[self.call.say(&problem).into_bytes(), place.unwrap_or_default()].concat());
        }
    }

    /// What others see of the call, if its method lasts.
    pub fn transfer(&self) -> Option<Arc<Transfer>> {
        self.transfer.clone()
    }

    /// The connection of the first object among the arguments; NULL if there is none, or if libvirt
    /// has no function that tells.
    pub fn connection(&self) -> virConnectPtr {
        self.objects.first().map_or(std::ptr::null_mut(), Reference::connection)
    }
}

impl Drop for Deferred {
    /// The code before what it borrows.
    fn drop(&mut self) {
        drop(self.work.take());
    }
}
