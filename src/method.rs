//! A method is a row: its name, its parameters with their types and defaults, and one
//! expression that calls libvirt and says what becomes of the result.

use crate::convert::{Return, Spec};
use crate::deferred::{Deferred, Outcome};
use crate::error::Failure;
use crate::ffi::bridge::{Kind, MAX_PARAMS, Parameter};
use crate::panics;

pub use crate::ffi::bridge::{Call, Method};

/// Runs `row`, the code of a method: where every call enters Rust, and no panic leaves it. Inlined
/// into every row, so that nothing else is called between the bridge and that code.
#[inline(always)]
pub fn dispatch(call: &Call, row: impl FnOnce()) {
    if let Err(report) = panics::caught(row) {
        call.fail(Failure::Libvirt(report.with_prefix(&call.say(""))));
    }
}

/// Ends a call with what a row's code gives, as Perl values.
///
/// # Safety
/// As for `IntoScalar::into_scalar`.
#[inline(always)]
pub unsafe fn finish<R: Return>(call: &Call, outcome: Result<R, Failure>) {
    match outcome {
        // SAFETY: the caller's promise.
        Ok(value) => unsafe { value.put(call) },
        Err(failure) => call.fail(failure),
    }
}

/// Runs a row's code; of a deferred call, later.
///
/// # Safety
/// As for `IntoScalar::into_scalar`. What the code borrows is the call's.
#[inline(always)]
pub unsafe fn perform<R: Return + 'static>(call: &Call, code: impl FnOnce() -> Result<R, Failure>) {
    match call.deferral() {
        // SAFETY: the caller's promise.
        None => unsafe { finish(call, code()) },
        // SAFETY: as above.
        Some(deferral) => unsafe { put_aside(deferral, code) },
    }
}

/// Apart, so that a call which is not deferred has the smaller frame.
///
/// # Safety
/// As for [`perform`].
#[cold]
#[inline(never)]
unsafe fn put_aside<R: Return + 'static>(deferral: &Deferred, code: impl FnOnce() -> Result<R, Failure>) {
    // SAFETY: the caller's promise.
    unsafe { deferral.put_aside(Box::new(move || outcome(deferral, code()))) }
}

/// The outcome of a deferred call. `R: 'static` proves that it borrows no argument.
fn outcome<R: Return + 'static>(deferral: &Deferred, outcome: Result<R, Failure>) -> Outcome {
    let outcome = outcome.map_err(|failure| deferral.placed(failure));
    // SAFETY: the promise to `perform`; what libvirt has made is in the outcome, and owned.
    Box::new(move |call| unsafe { finish(call, outcome) })
}

/// A parameter from what its row says of it. For the macro below.
pub const fn param(name: &'static str, spec: Spec, preset: Option<(&'static str, i64)>) -> Parameter {
    let (preset, preset_value) = match preset {
        Some((text, value)) => (text.as_ptr().cast(), value),
        None if spec.older => (c"".as_ptr(), 0),
        None if spec.omissible => (c"undef".as_ptr(), 0),
        None => (std::ptr::null(), 0),
    };
    // A name that is a keyword of Rust is written r#name in the row.
    let raw = name.as_bytes()[0] == b'r' && name.as_bytes()[1] == b'#';
    // SAFETY: the prefix is two bytes of the name.
    let name = unsafe { name.as_ptr().add(if raw { 2 } else { 0 }) };
    let optional = spec.undef || !preset.is_null();
    Parameter { name: name.cast(), preset, preset_value, kind: spec.kind, optional, secret: spec.secret }
}

/// A method from its row. For the macro below.
pub const fn method(
    name: &'static str,
    params: &'static [Parameter],
    surplus: bool,
    here: bool,
    at: &str,
    run: unsafe extern "C" fn(&Call),
) -> Method {
    assert!(params.len() <= MAX_PARAMS);
    let (mut least, mut calls_back, mut elsewhere, mut index) = (0, false, false, 0);
    while index < params.len() {
        if params[index].preset.is_null() {
            least = index + 1;
        }
        // What flushes a handle may be Perl code, too.
        calls_back |= matches!(params[index].kind, Kind::Code | Kind::Kept | Kind::Handle);
        elsewhere |= matches!(params[index].kind, Kind::Handle);
        index += 1;
    }
    let alone = !params.is_empty() && matches!(params[0].kind, Kind::Object) && least <= 1 && !elsewhere;
    let (at_once, lasts) = (matches!(at.as_bytes(), b"once"), matches!(at.as_bytes(), b"length"));
    assert!(at.is_empty() || at_once || lasts);
    let (name, params, least, most) = (name.as_ptr().cast(), params.as_ptr(), least as u8, params.len() as u8);
    Method { name, params, run, least, most, calls_back, surplus, here, alone, elsewhere, at_once, lasts }
}

/// `methods! { "Package"; rows }` is the package's table of methods, each row
/// `name(self: Type, argument: Type = default, ...) => expression;`. The expression calls
/// libvirt with what the arguments were read to and gives a `Result<impl Return, Failure>`;
/// `at once` before the arrow says that it asks no host and so never waits, and needs no deadline; `at
/// length` that it may take any time, and its deadline is for the time without progress; `with call` names its [`Arguments`] for it; `in call` gives it the whole [`Call`], with the
/// interpreter, and so the method cannot run on another thread; `and more` says that surplus
/// arguments are ignored, with a warning.
macro_rules! methods {
    ($package:literal; $(
        $name:ident($($arg:ident: $type:ty $(= $preset:literal)?),*) $(and $more:ident)? $(at $when:ident)? $(with $with:ident)? $(in $in:ident)? => $body:expr;
    )*) => {
        /// The methods of the package, or of this topic of it.
        pub static METHODS: &[$crate::method::Method] = &[$({
            #[allow(unused_imports)]
            use $crate::convert::FromArg;
            const PARAMS: &[$crate::ffi::bridge::Parameter] = &[$(
                $crate::method::param(
                    concat!(stringify!($arg), "\0"),
                    <$type as FromArg>::SPEC,
                    $crate::method::preset!($($preset)?),
                )
            ),*];
            #[allow(unused_mut, unused_variables, unused_assignments, unused_unsafe)]
            #[allow(non_snake_case, clippy::redundant_closure_call)]
            unsafe extern "C" fn run(call: &$crate::method::Call) {
                $crate::method::dispatch(call, || {
                    let mut next = 0;
                    $(
                        // SAFETY: one for each parameter of this row.
                        let $arg = match <$type as FromArg>::from_arg(call, next, unsafe { call.value(next) }) {
                            Ok(argument) => argument,
                            Err(failure) => return call.fail(failure),
                        };
                        next += 1;
                    )*
                    $(let $with = $crate::call::Arguments::of(call);)?
                    $(let $in = call;)?
                    // SAFETY: the arguments are what the row declares: live objects of their
                    // class, strings with their NUL, integers in range. What adapters ask of
                    // libvirt's functions is what libvirt documents of them.
                    unsafe { $crate::method::perform(call, move || $body) }
                })
            }
            let surplus = !concat!($(stringify!($more))?).is_empty();
            let here = !concat!($(stringify!($in))?).is_empty();
            let at = concat!($(stringify!($when))?);
            $crate::method::method(concat!($package, "::", stringify!($name), "\0"), PARAMS, surplus, here, at, run)
        }),*];
    };
}
pub(crate) use methods;

/// A default as its text and value.
macro_rules! preset {
    () => {
        None
    };
    ($preset:literal) => {
        Some((concat!(stringify!($preset), "\0"), $preset))
    };
}
pub(crate) use preset;
