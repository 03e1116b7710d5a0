//! `Sys::Virt::Error`: what methods die with. These methods take any hash blessed so, for
//! scripts make errors of their own.

use crate::convert::*;
use crate::dispatch::dispatch;
use crate::error::Failure;
use crate::ffi::bridge::{Method, Param};
use crate::method::{Call, method, methods, param};

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
    method("Sys::Virt::Error::(\"\"\0", OPERANDS, false, as_string),
    method("Sys::Virt::Error::((\0", OPERANDS, false, as_string),
    method("Sys::Virt::Error::()\0", OPERANDS, false, as_string),
];

const OPERANDS: &[Param] =
    &[param("err\0", Hash::SPEC, None), param("other\0", Any::SPEC, None), param("swapped\0", Any::SPEC, None)];

/// Calls `stringify` by its name: a subclass may have its own.
unsafe extern "C" fn as_string(call: &Call) {
    dispatch(call, || {
        let text = call.perl().call_method(c"stringify", &[call.perl().share(call.argument(0))]);
        call.finish(text.map(One).map_err(Failure::from));
    })
}
