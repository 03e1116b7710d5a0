//! `Sys::Virt::Error`: what methods die with. These methods take any hash blessed so, for
//! scripts make errors of their own.

use crate::convert::*;
use crate::error::Failure;
use crate::ffi::bridge::Parameter;
use crate::method::{Call, Method, dispatch, finish, method, methods, param};
use crate::perl::{Origin, Scalar};
use std::env;
use std::ffi::CStr;
use std::sync::atomic::{AtomicU8, Ordering};

methods! {
    "Sys::Virt::Error";
    level(err: HashRef) and more in call => Ok(One(value(call, err, b"level")));
    code(err: HashRef) and more in call => Ok(One(value(call, err, b"code")));
    domain(err: HashRef) and more in call => Ok(One(value(call, err, b"domain")));
    message(err: HashRef) and more in call => Ok(One(value(call, err, b"message")));
    method(err: HashRef) in call => Ok(One(origin(call).map(|origin| origin.method.to_bytes())));
    file(err: HashRef) in call => Ok(One(place(call).map(|place| place.file)));
    line(err: HashRef) in call => Ok(One(place(call).map(|place| place.line)));
    stringify(err: HashRef) and more in call => Ok(text(err, || origin(call)));
    // Says of which call an error is that a method written in Perl has made.
    _of_call(err: HashRef, method: Str, file: Bytes, line: u32) in call => { let _ = err; of_call(call, CStr::from_ptr(method), file, line) };
    verbose(class: Str, on: Any) with call => match CStr::from_ptr(class).to_bytes() {
        // Called as a function, it would have the value in its place.
        [b'a'..=b'z' | b'A'..=b'Z' | b'_', ..] => Ok(u32::from(verbose(on))),
        other => Err(call.bad_argument(0, &Data::Text(other).is_not("the name of a class"))),
    };
}

fn member<'a>(err: HashArg<'a>, key: &[u8]) -> Data<'a> {
    err.pairs.get(key).unwrap_or(Data::Undef)
}

fn value(call: &Call, err: HashArg, key: &[u8]) -> Scalar {
    // SAFETY: data of the script's own.
    unsafe { member(err, key).into_scalar(call.perl()) }
}

/// Which call the error is of that is the first argument.
fn origin(call: &Call) -> Option<Origin> {
    // SAFETY: the methods above require it, and C holds it where Perl code runs before them.
    let error = unsafe { call.argument(0) };
    Origin::of(&error, call.perl())
}

fn place(call: &Call) -> Option<Origin> {
    origin(call).filter(|origin| origin.line > 0)
}

/// The methods that are written in Perl.
const IN_PERL: [&CStr; 8] = [
    c"Sys::Virt::new",
    c"Sys::Virt::async",
    c"Sys::Virt::Admin::new",
    c"Sys::Virt::Domain::qemu_agent_command",
    c"Sys::Virt::Domain::qemu_monitor_command",
    c"Sys::Virt::Domain::qemu_monitor_command_with_files",
    c"Sys::Virt::LXC::run",
    c"Sys::Virt::QEMU::guest_exec",
];

fn of_call(call: &Call, method: &CStr, file: &[u8], line: u32) -> Result<(), Failure> {
    if let Some(method) = IN_PERL.into_iter().find(|known| *known == method) {
        // SAFETY: the row requires it.
        unsafe { call.argument(0) }.comes_from(call.perl(), &Origin { method, file: file.to_vec(), line });
    }
    Ok(())
}

fn text(err: HashArg, origin: impl FnOnce() -> Option<Origin>) -> Vec<u8> {
    let (code, message) = (member(err, b"code"), member(err, b"message"));
    let [code, message] = [code, message].map(|value| value.bytes().unwrap_or_default());
    let mut text = [b"libvirt error code: ", &*code, b", message: ", &*message].concat();
    // One that ends a line says it all.
    if text.ends_with(b"\n") {
        return text;
    }
    match is_verbose().then(origin).flatten() {
        None => text.push(b'\n'),
        Some(origin) => {
            if !message.starts_with(origin.method.to_bytes()) {
                text.extend([b", in ", origin.method.to_bytes()].concat());
            }
            text.extend(origin.place());
        }
    }
    text
}

/// 1 for short texts, 2 for long ones; 0 as long as only the environment says which.
static VERBOSE: AtomicU8 = AtomicU8::new(0);

fn is_verbose() -> bool {
    match VERBOSE.load(Ordering::Relaxed) {
        0 => env::var_os("SYS_VIRT_VERBOSE").is_some_and(|said| !said.is_empty() && said != "0"),
        said => said == 2,
    }
}

/// What it was before.
fn verbose(on: Data) -> bool {
    let before = is_verbose();
    if !matches!(on, Data::Undef) {
        VERBOSE.store(1 + u8::from(on.truth()), Ordering::Relaxed);
    }
    before
}

/// What `use overload '""' => 'stringify', fallback => 1` installs, without the cost of loading
/// overload.pm: the operator, the mark of a class that has any, and the place of `fallback`,
/// which lib/Sys/Virt.pm sets.
pub static OVERLOADING: &[Method] = &[
    method("Sys::Virt::Error::(\"\"\0", OPERANDS, false, true, "", as_string),
    method("Sys::Virt::Error::((\0", OPERANDS, false, true, "", as_string),
    method("Sys::Virt::Error::()\0", OPERANDS, false, true, "", as_string),
];

const OPERANDS: &[Parameter] =
    &[param("err\0", HashRef::SPEC, None), param("other\0", Any::SPEC, None), param("swapped\0", Any::SPEC, None)];

/// Calls `stringify` by its name: a subclass may have its own.
unsafe extern "C" fn as_string(call: &Call) {
    dispatch(call, || {
        // SAFETY: the operand is required, and has been read without Perl code.
        let operand = unsafe { call.argument(0) };
        let text = call.perl().call_method(c"stringify", vec![operand]);
        // SAFETY: a scalar has no pointers of libvirt's.
        unsafe { finish(call, text.map(One).map_err(Failure::from)) };
    })
}
