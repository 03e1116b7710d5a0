//! Streams as arguments: what a method may do with one depends on what it is connected to.

use super::{FromArg, Spec, Stream};
use crate::error::Failure;
use crate::ffi::bridge::{Call, RawValue};
use crate::objects::stream::{self, Flow};
use std::marker::PhantomData;
use virt::sys::virStreamPtr;

macro_rules! streams {
    ($($(#[$doc:meta])* $name:ident: $refused:pat => $problem:literal;)*) => {$(
        $(#[$doc])*
        pub enum $name {}
        impl FromArg for $name {
            type Native<'a> = virStreamPtr;
            const SPEC: Spec = Stream::SPEC;

            fn from_arg<'a>(call: &'a Call, index: usize, value: &'a RawValue) -> Result<virStreamPtr, Failure> {
                let stream = Stream::from_arg(call, index, value)?;
                match stream::flow(stream).map_err(|problem| call.bad_argument(index, problem))? {
                    $refused => Err(call.bad_argument(index, $problem)),
                    _ => Ok(stream),
                }
            }
        }
    )*};
}

streams! {
    /// A stream to be connected.
    IdleStream: Flow::Reads | Flow::Writes | Flow::Both | Flow::Ending => "is a stream in use: finish or abort it first";
    /// A stream to send to.
    OutStream: Flow::Reads => "is a stream for reading";
    /// A stream to receive from.
    InStream: Flow::Writes => "is a stream for writing";
}

/// A stream whose functions wait for data.
pub struct Blocking<S>(PhantomData<S>);
impl<S: for<'a> FromArg<Native<'a> = virStreamPtr>> FromArg for Blocking<S> {
    type Native<'a> = virStreamPtr;
    const SPEC: Spec = Stream::SPEC;

    fn from_arg<'a>(call: &'a Call, index: usize, value: &'a RawValue) -> Result<virStreamPtr, Failure> {
        let stream = S::from_arg(call, index, value)?;
        stream::waits(stream).map(|()| stream)
    }
}

/// A stream of this process.
pub enum OwnStream {}
impl FromArg for OwnStream {
    type Native<'a> = virStreamPtr;
    const SPEC: Spec = Stream::SPEC;

    fn from_arg<'a>(call: &'a Call, index: usize, value: &'a RawValue) -> Result<virStreamPtr, Failure> {
        let stream = Stream::from_arg(call, index, value)?;
        stream::flow(stream).map(|_| stream).map_err(|problem| call.bad_argument(index, problem))
    }
}
