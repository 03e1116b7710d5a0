//! `Sys::Virt::Error`: what methods die with. These methods take any hash blessed so, for
//! scripts make errors of their own.

use crate::convert::*;
use crate::error::Failure;
use crate::ffi::bridge::{Frame, Method, Param};
use crate::method::{Call, finish, method, methods, param};
use crate::perl::Perl;
use libperl_sys::SV;

methods! {
    "Sys::Virt::Error";
    level(err: Hash) => Ok(One(member(err, b"level")));
    code(err: Hash) => Ok(One(member(err, b"code")));
    domain(err: Hash) => Ok(One(member(err, b"domain")));
    message(err: Hash) => Ok(One(member(err, b"message")));
    stringify(err: Hash) => Ok(text(err));
}

fn member<'a>(err: HashArg<'a>, key: &[u8]) -> Value<'a> {
    err.pairs.get(key).unwrap_or(Value::Undef)
}

fn text(err: HashArg) -> Vec<u8> {
    let (code, message) = (member(err, b"code"), member(err, b"message"));
    let [code, message] = [code, message].map(|value| value.bytes().unwrap_or_default());
    let mut text = [b"libvirt error code: ", &*code, b", message: ", &*message].concat();
    if !text.ends_with(b"\n") {
        text.push(b'\n');
    }
    text
}

/// What `use overload '""' => 'stringify', fallback => 1` installs, without the cost of loading
/// overload.pm: the operator, the mark of a class that has any, and the place of `fallback`,
/// which lib/Sys/Virt.pm sets.
pub static OVERLOADING: &[Method] = &[
    method("Sys::Virt::Error::(\"\"\0", OPERANDS, as_string),
    method("Sys::Virt::Error::((\0", OPERANDS, as_string),
    method("Sys::Virt::Error::()\0", OPERANDS, as_string),
];

const OPERANDS: &[Param] =
    &[param("err\0", Hash::SPEC, None), param("other\0", Any::SPEC, None), param("swapped\0", Any::SPEC, None)];

/// Calls `stringify` by its name: a subclass may have its own.
unsafe extern "C-unwind" fn as_string(frame: &mut Frame) {
    // SAFETY: the dispatcher runs rows only with the frame of a call.
    let call = unsafe { Call::of(frame) };
    let perl = call.perl();
    let outcome = perl.call_method(c"stringify", &[perl.share(call.argument(0))]);
    finish(frame, &call, outcome.map(|text| One(Made(text))).map_err(Failure::from));
}

/// A scalar that a call has made.
struct Made(*mut SV);

impl IntoSv for Made {
    fn into_sv(self, _: Perl) -> *mut SV {
        self.0
    }
}
