//! A method is a row: its name, its parameters with their types and defaults, and one
//! expression that calls libvirt and says what becomes of the result.

use crate::convert::{Object, Return, Spec};
use crate::error::Failure;
use crate::ffi::bridge::{self, Kind, MAX_PARAMS, Param, RawValue};
use crate::perl::Perl;
use libperl_sys::SV;
use std::ffi::CStr;
use std::mem::MaybeUninit;

pub use crate::ffi::bridge::{Call, Method};

/// One call of a method, for its code: who was called, by which interpreter, and with what; and
/// what becomes of it.
impl Call {
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
    #[inline(always)]
    pub fn value(&self, index: usize) -> &RawValue {
        // SAFETY: the bridge fills one value for each parameter of the row; `index` counts
        // the row's parameters.
        unsafe { self.values[index].assume_init_ref() }
    }

    /// The scalar that was given as argument number `index`. Only a row that takes a code
    /// reference, or runs no Perl code, can rely on it to stay alive.
    pub fn argument(&self, index: usize) -> *mut SV {
        // SAFETY: the running interpreter and its call; the row requires that argument.
        unsafe { bridge::sv_bridge_argument(self.perl, self.ax, index as isize) }
    }

    /// The name of the parameter that `value` was read for.
    pub fn name_of(&self, value: &RawValue) -> &'static CStr {
        // SAFETY: `value` is one of the call's, so both pointers are into one array, and the
        // row has a parameter at that place.
        unsafe {
            let index = (value as *const RawValue).offset_from(self.values.as_ptr().cast());
            CStr::from_ptr((*self.method.params.offset(index)).name)
        }
    }

    /// Warns when the call is over, if warnings of category "misc" are on where it stands.
    pub fn warn(&self, problem: &str) {
        let text = format!("{}: {problem}", self.method_name());
        self.warning.set(MaybeUninit::new(self.perl().mortal(self.perl().new_string(text.as_bytes()))));
        self.note(bridge::NOTE_WARNING);
    }

    /// Assigns `content`, taken over, to a variable of the caller's when the call is over.
    pub fn assign(&self, output: *mut SV, content: *mut SV) {
        self.output.set(MaybeUninit::new(output));
        self.content.set(MaybeUninit::new(content));
        self.note(bridge::NOTE_OUTPUT);
    }

    /// Ends the call with an exception.
    pub fn fail(&self, failure: Failure) {
        self.error.set(MaybeUninit::new(failure.into_sv(self)));
        self.returned.set(0);
        self.note(bridge::NOTE_ERROR);
    }

    /// Ends the call with what a row's code gives, as Perl values.
    #[inline(always)]
    pub fn finish<R: Return>(&self, outcome: Result<R, Failure>) {
        match outcome {
            Ok(value) => value.put(self),
            Err(failure) => self.fail(failure),
        }
    }

    fn note(&self, what: u32) {
        self.notes.set(self.notes.get() | what);
    }

    /// The error for parameter `index` that is a destroyed object.
    pub fn destroyed<T: Object>(&self, index: usize) -> Failure {
        let name = self.name_of(self.value(index)).to_string_lossy();
        let package = T::class().package.to_string_lossy();
        Failure::Destroyed(T::class(), format!("argument '{name}' is a {package} object that is already destroyed"))
    }

    /// The error for parameter `index`.
    pub fn bad_argument(&self, index: usize, problem: &str) -> Failure {
        let name = self.name_of(self.value(index)).to_string_lossy();
        Failure::Argument(format!("argument '{name}' {problem}"))
    }
}

/// A parameter from what its row says of it. For the macro below.
pub const fn param(name: &'static str, spec: Spec, preset: Option<(&'static str, i64)>) -> Param {
    let (preset, preset_value) = match preset {
        Some((text, value)) => (text.as_ptr().cast(), value),
        None if spec.optional && !spec.written => (c"undef".as_ptr(), 0),
        None => (std::ptr::null(), 0),
    };
    // A name that is a keyword of Rust is written r#name in the row.
    let raw = name.as_bytes()[0] == b'r' && name.as_bytes()[1] == b'#';
    // SAFETY: the prefix is two bytes of the name.
    let name = unsafe { name.as_ptr().add(if raw { 2 } else { 0 }) };
    Param {
        name: name.cast(),
        preset,
        preset_value,
        min: spec.min,
        max: spec.max,
        kind: spec.kind,
        class: spec.class,
        optional: spec.optional || !preset.is_null(),
    }
}

/// A method from its row. For the macro below.
pub const fn method(
    name: &'static str,
    params: &'static [Param],
    surplus: bool,
    run: unsafe extern "C" fn(&Call),
) -> Method {
    assert!(params.len() <= MAX_PARAMS);
    let (mut least, mut calls_back, mut index) = (0, false, 0);
    while index < params.len() {
        if params[index].preset.is_null() {
            least = index + 1;
        }
        calls_back |= matches!(params[index].kind, Kind::Code | Kind::Kept);
        index += 1;
    }
    let most = params.len() as u8;
    Method { name: name.as_ptr().cast(), params: params.as_ptr(), run, least: least as u8, most, calls_back, surplus }
}

/// `methods! { "Package"; rows }` is the package's table of methods, each row
/// `name(self: Type, argument: Type = default, ...) => expression;`. The expression calls
/// libvirt with what the arguments were read to and gives a `Result<impl Return, Failure>`;
/// `with call` before the arrow names the [`Call`] for it; `and more` says that more arguments
/// than those are ignored, with a warning.
macro_rules! methods {
    ($package:literal; $(
        $name:ident($($arg:ident: $type:ty $(= $preset:literal)?),*) $(and $more:ident)? $(with $with:ident)? => $body:expr;
    )*) => {
        pub static METHODS: &[$crate::method::Method] = &[$({
            #[allow(unused_imports)]
            use $crate::convert::FromArg;
            const PARAMS: &[$crate::ffi::bridge::Param] = &[$(
                $crate::method::param(
                    concat!(stringify!($arg), "\0"),
                    <$type as FromArg>::SPEC,
                    $crate::method::preset!($($preset)?),
                )
            ),*];
            #[allow(unused_mut, unused_variables, unused_assignments, unused_unsafe)]
            #[allow(non_snake_case, clippy::redundant_closure_call)]
            unsafe extern "C" fn run(call: &$crate::method::Call) {
                $crate::dispatch::dispatch(call, || {
                    let mut next = 0;
                    $(
                        let $arg = <$type as FromArg>::from_arg(call, call.value(next));
                        next += 1;
                    )*
                    $(let $with = call;)?
                    // SAFETY: the arguments are what the row declares: live objects of their
                    // class, strings with their NUL, integers in range.
                    call.finish((|| unsafe { $body })())
                })
            }
            let surplus = !concat!($(stringify!($more))?).is_empty();
            $crate::method::method(concat!($package, "::", stringify!($name), "\0"), PARAMS, surplus, run)
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
