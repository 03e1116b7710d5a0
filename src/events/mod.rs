//! Perl code that libvirt calls: event callbacks, the event loop's handles and timers, and
//! loops written in Perl.
//!
//! One recipe for all. A [`Registration`] owns a [`Callback`], boxed; libvirt gets its address as
//! the opaque pointer and frees it with [`drop_registration`]. A C function of the type that the
//! event wants makes Perl values of its arguments and runs the callback with [`deliver`]. What
//! the callback dies with is parked, and comes out of the call that ran the loop. Whatever
//! libvirt calls is [`guarded`] against panics.

pub mod admin;
pub mod connection;
mod delivery;
pub mod event_loop;
mod guard;
pub mod loop_entries;
pub mod parked;
pub mod perl_loop;
mod shapes;
pub mod stream;

pub use delivery::watch;
pub use guard::{guarded, guarded_in};

use crate::convert::{Code, FromArg, Handle, Object, Spec};
use crate::error::Failure;
use crate::ffi::bridge::{RawValue, Tag};
use crate::method::{Call, Method};
use crate::objects::Lent;
use crate::perl::{Callback, Perl, Scalar};
use crate::workers::Home;
use std::ffi::c_void;
use std::sync::Arc;

/// The tables of `Sys::Virt::Event`.
pub const TABLES: &[&[Method]] = &[event_loop::METHODS, perl_loop::METHODS];

/// A callback, and the object it is registered on: the script's own, so that its class and
/// identity are kept.
#[derive(Clone)]
pub struct Registration {
    callback: Arc<Callback>,
    object: Option<Arc<Callback>>,
}

impl Registration {
    /// A callback of the event loop.
    pub fn new(callback: Callback) -> Self {
        Registration::on(callback, None)
    }

    /// A callback registered by a call of the stream in argument 0, which lives on with it.
    ///
    /// # Safety
    /// Argument 0 is a stream, and no Perl code has run since it was read.
    pub unsafe fn on_stream(call: &Call, callback: Callback) -> Self {
        // SAFETY: the caller's promise.
        let stream = unsafe { call.object(0) };
        Registration::on(callback, Some(Callback::keep(call.perl(), stream)))
    }

    fn on(callback: Callback, object: Option<Callback>) -> Self {
        // What other threads have for it waits there.
        if let Some(here) = callback.here() {
            Home::of(here.perl());
        }
        Registration { callback: Arc::new(callback), object: object.map(Arc::new) }
    }

    /// The registration as libvirt's opaque pointer, to be freed with [`drop_registration`].
    pub fn into_opaque(self) -> *mut c_void {
        Box::into_raw(Box::new(self)).cast()
    }

    /// Whether the callback runs on the current thread.
    fn is_here(&self) -> bool {
        self.callback.here().is_some()
    }

    /// Runs the callback, here with the arguments that `arguments` makes, or on the thread that it belongs
    /// to with those of `kept`, which owns what they are made of.
    fn deliver<A: Into<Given>>(
        &self,
        arguments: impl FnOnce(Perl, Option<&Scalar>) -> A,
        kept: impl FnOnce() -> Arguments,
    ) {
        if self.is_here() {
            self.run(arguments);
        } else if let Some(home) = Home::of_callback(&self.callback) {
            let (registration, kept) = (self.clone(), kept());
            home.post(move || registration.run(kept));
            watch(&home);
        }
    }

    /// Runs the callback with the arguments that `arguments` makes, given the object it is
    /// registered on; on another thread than its interpreter's, as soon as that one delivers what
    /// other threads have for it.
    fn run<A: Into<Given>>(&self, arguments: impl FnOnce(Perl, Option<&Scalar>) -> A) {
        // Held, for the callback may end its own registration, and with it its own life.
        let Some(callback) = self.callback.here() else { return };
        let object = self.object.as_ref().and_then(|object| object.here());
        let perl = callback.perl();
        let given = arguments(perl, object.as_ref().map(|object| object.scalar())).into();
        if let Err(exception) = callback.run(given.arguments) {
            parked::park(perl, exception);
        }
        drop(given.lent);
    }
}

/// A parameter: a code reference, registered by a call of the connection in argument 0; no reason
/// for that to stay open. It is kept while arguments are judged, on the interpreter's thread, so the
/// registration itself may wait for its host on another.
pub enum Listener {}

impl FromArg for Listener {
    type Native<'a> = Registration;
    const SPEC: Spec = Code::SPEC;

    fn from_arg<'a>(call: &'a Call, index: usize, value: &'a RawValue) -> Result<Registration, Failure> {
        let callback = Code::from_arg(call, index, value)?;
        let perl = call.perl();
        // SAFETY: the rows that have this have a connection before it, which was judged; a new reference.
        let connection = unsafe { perl.weak(call.object(0)) };
        Ok(Registration::on(callback, Some(Callback::keep(perl, connection))))
    }
}

/// The arguments of a callback, and what is lent of them until it is over.
struct Given {
    arguments: Vec<Scalar>,
    lent: Option<Lent>,
}

impl From<Vec<Scalar>> for Given {
    fn from(arguments: Vec<Scalar>) -> Self {
        Given { arguments, lent: None }
    }
}

impl From<(Vec<Scalar>, Lent)> for Given {
    fn from((arguments, lent): (Vec<Scalar>, Lent)) -> Self {
        Given { arguments, lent: Some(lent) }
    }
}

/// The arguments of a callback as they travel to another thread.
type Arguments = Box<dyn FnOnce(Perl, Option<&Scalar>) -> Vec<Scalar> + Send>;

/// libvirt is done with a registration.
///
/// # Safety
/// `data` is from [`Registration::into_opaque`], and not used again.
pub unsafe extern "C" fn drop_registration(data: *mut c_void) {
    // SAFETY: the caller's promise.
    guarded((), || drop(unsafe { Box::from_raw(data.cast::<Registration>()) }));
}

/// The connection as a callback's argument: the script's object, or a new one.
///
/// # Safety
/// `conn` is a live connection.
unsafe fn connection_argument<T: Object>(perl: Perl, own: Option<&Scalar>, conn: *mut T::Target) -> Scalar {
    match own {
        // The kept one is weak; the copy keeps the object for the callback.
        Some(own) if own.read(perl, |data| data.tag() != Tag::Undef) => perl.copy(own),
        // SAFETY: the caller's promise.
        _ => unsafe { Handle::<T>::assume_borrowed(conn) }.into_scalar(perl),
    }
}

/// Runs a callback, guarded: here with the arguments that `arguments` makes, or on the thread that it
/// belongs to, with those of `kept`, which owns what they are made of.
///
/// # Safety
/// `data` is from [`Registration::into_opaque`] and registered.
unsafe fn deliver<A: Into<Given>>(
    data: *mut c_void,
    arguments: impl FnOnce(Perl, Option<&Scalar>) -> A,
    kept: impl FnOnce() -> Arguments,
) {
    guarded((), || {
        // SAFETY: the caller's promise.
        let registration = unsafe { &*data.cast::<Registration>() }.clone();
        // A loop written in Perl may free that one meanwhile.
        registration.deliver(arguments, kept);
    });
}
