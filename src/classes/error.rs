//! `Sys::Virt::Error`: what methods die with. These methods take any hash blessed so, for
//! scripts make errors of their own.

use crate::convert::*;
use crate::error::Failure;
use crate::ffi::bridge::Parameter;
use crate::method::{Call, Method, dispatch, finish, method, methods, param};
use crate::perl::Scalar;

methods! {
    "Sys::Virt::Error";
    level(err: HashRef) and more in call => Ok(One(value(call, err, b"level")));
    code(err: HashRef) and more in call => Ok(One(value(call, err, b"code")));
    domain(err: HashRef) and more in call => Ok(One(value(call, err, b"domain")));
    message(err: HashRef) and more in call => Ok(One(value(call, err, b"message")));
    stringify(err: HashRef) and more => Ok(text(err));
}

fn member<'a>(err: HashArg<'a>, key: &[u8]) -> Data<'a> {
    err.pairs.get(key).unwrap_or(Data::Undef)
}

fn value(call: &Call, err: HashArg, key: &[u8]) -> Scalar {
    // SAFETY: data of the script's own.
    unsafe { member(err, key).into_scalar(call.perl()) }
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
    method("Sys::Virt::Error::(\"\"\0", OPERANDS, false, true, as_string),
    method("Sys::Virt::Error::((\0", OPERANDS, false, true, as_string),
    method("Sys::Virt::Error::()\0", OPERANDS, false, true, as_string),
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
