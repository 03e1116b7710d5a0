//! `Sys::Virt::Stream`: data that flows from or to libvirt, in pieces that the script asks
//! for, or all at once through handlers.

pub mod file;

use crate::call::Arguments;
use crate::convert::*;
use crate::error::Failure;
use crate::events::stream::{add_callback, remove_callback, update_callback};
use crate::events::{guarded_in, parked};
use crate::ffi::bridge::RawValue;
use crate::method::{Call, methods};
use crate::objects::Transfer;
use crate::objects::stream::{self, not_ended};
use crate::perl::{Callback, Held, Perl, Scalar, Variable};
use crate::workers;
use std::ffi::{c_char, c_int, c_longlong, c_void};
use std::fmt::Display;
use std::sync::Arc;
use std::{ptr, slice};
use virt::sys::*;

methods! {
    "Sys::Virt::Stream";
    send(st: OutStream, data: Bytes, nbytes: usize) => moved(virStreamSend(st, data.as_ptr().cast(), nbytes.min(data.len())));
    recv(st: InStream, data: Output, nbytes: usize, flags: u32 = 0) with call => received(call, data, nbytes, |buffer, room| {
        if flags == 0 { virStreamRecv(st, buffer, room) } else { virStreamRecvFlags(st, buffer, room, flags) }
    });
    send_hole(st: OutStream, lengthSV: i64, flags: u32 = 0) => not_ended(st).and_then(|()| void(virStreamSendHole(st, lengthSV, flags)));
    recv_hole(st: InStream, flags: u32 = 0) => stored(|length: *mut i64| virStreamRecvHole(st, length, flags));

    send_all(stref: OutStream, handler: Handler) at length with call =>
        Handlers::of(call, handler).run(stref, |all| virStreamSendAll(stref, Some(source), all));
    recv_all(stref: InStream, handler: Handler) at length with call =>
        Handlers::of(call, handler).run(stref, |all| virStreamRecvAll(stref, Some(sink), all));
    sparse_send_all(stref: OutStream, handler: Handler, hole_handler: Handler, skip_handler: Handler) at length with call =>
        Handlers { hole: Some(hole_handler), skip: Some(skip_handler), ..Handlers::of(call, handler) }
            .run(stref, |all| virStreamSparseSendAll(stref, Some(source), Some(source_hole), Some(source_skip), all));
    sparse_recv_all(stref: InStream, handler: Handler, hole_handler: Handler) at length with call =>
        Handlers { hole: Some(hole_handler), ..Handlers::of(call, handler) }
            .run(stref, |all| virStreamSparseRecvAll(stref, Some(sink), Some(sink_hole), all));

    finish(st: OwnStream) => stream::finish(st, || void(virStreamFinish(st)));
    // Some streams tell their callback of the abort at once.
    abort(st: OwnStream) => stream::abort(st, || void(virStreamAbort(st))).map(|()| ThenParked);

    add_callback(stref: OwnStream, events: i32, cb: Code) in call => add_callback(call, stref, events, cb);
    update_callback(st: OwnStream, events: i32) at once => update_callback(st, events);
    remove_callback(st: OwnStream) at once => remove_callback(st);
}

/// No value, or the exception that waits.
struct ThenParked;

impl Return for ThenParked {
    unsafe fn put(self, call: &Call) {
        if let Err(failure) = parked::release(call.perl()) {
            call.fail(failure);
        }
    }
}

/// A number of bytes; or that a stream would have to wait (-2), or has come to a hole (-3).
fn moved(result: c_int) -> Result<c_int, Failure> {
    if matches!(result, -2 | -3) { Ok(result) } else { int(result) }
}

/// At most `nbytes` bytes that `receive` stores, for the caller's variable.
///
/// # Safety
/// `receive` gives the number of bytes that it has stored, within the room it is told.
unsafe fn received(
    call: Arguments,
    variable: Variable,
    nbytes: usize,
    receive: impl FnOnce(*mut c_char, usize) -> c_int,
) -> Result<Assigned<c_int>, Failure> {
    // More than libvirt has at once: a script may ask for any number.
    let room = nbytes.min(1 << 24);
    let mut bytes = Room::of(call, room);
    let count = moved(receive(bytes.as_mut_ptr(), room))?;
    // SAFETY: the caller's promise.
    let content = (count > 0).then(|| unsafe { bytes.filled(count as usize) });
    Ok(Assigned { result: count, variable, content })
}

/// A parameter: a code reference that is called while the method works, wherever that is. Its first
/// argument is the stream in argument 0.
enum Handler {}

impl FromArg for Handler {
    type Native<'a> = Handling;
    const SPEC: Spec = Code::SPEC;

    fn from_arg<'a>(call: &'a Call, index: usize, value: &'a RawValue) -> Result<Handling, Failure> {
        let code = Code::from_arg(call, index, value)?;
        // SAFETY: the rows that have this have a stream before it, which was judged.
        let stream = unsafe { call.object(0) };
        Ok(Handling { code, stream: Callback::keep(call.perl(), stream) })
    }
}

/// That, and the call's own argument.
struct Handling {
    code: Callback,
    stream: Callback,
}

/// Everything that a call which moves all data needs while libvirt calls back.
struct Handlers {
    data: Handling,
    hole: Option<Handling>,
    skip: Option<Handling>,
    transfer: Arc<Transfer>,
    failure: Option<Failure>,
}

impl Handlers {
    fn of(call: Arguments, data: Handling) -> Self {
        Handlers { data, hole: None, skip: None, transfer: call.transfer(), failure: None }
    }

    /// Lets libvirt move the data. What went wrong in a handler comes before libvirt's error,
    /// which says only that something did.
    ///
    /// # Safety
    /// `stream` is the call's.
    unsafe fn run(mut self, stream: virStreamPtr, all: impl FnOnce(*mut c_void) -> c_int) -> Result<(), Failure> {
        stream::waits(stream)?;
        let all = || {
            let result = all(ptr::from_mut(&mut self).cast());
            self.failure.map_or_else(|| void(result), Err)
        };
        // SAFETY: the caller's promise.
        unsafe { stream::moving(stream, all) }
    }
}

/// A handler on the thread of its interpreter.
struct Asked<'a> {
    perl: Perl,
    code: Held,
    handling: &'a Handling,
}

impl Asked<'_> {
    /// Calls it; gives its answer, a number, or `None` for undef.
    fn ask(&self, arguments: Vec<Scalar>) -> Result<Option<c_int>, Failure> {
        let answer = self.code.call(self.with_stream(arguments))?;
        let number = answer.read(self.perl, |data| integer(Data::of(data), c_int::MIN.into(), c_int::MAX as u64));
        Ok(number?.map(|number| number as c_int))
    }

    fn with_stream(&self, arguments: Vec<Scalar>) -> Vec<Scalar> {
        self.handling.stream.here().map(|stream| stream.another()).into_iter().chain(arguments).collect()
    }
}

/// What a handler has answered.
fn integer(answer: Data, min: i64, max: u64) -> Result<Option<i64>, Failure> {
    match answer {
        Data::Undef => Ok(None),
        answer => answer.integer(min, max).map(Some).map_err(bad_answer),
    }
}

fn bad_answer(problem: impl Display) -> Failure {
    Failure::invalid(format!("the handler's answer {problem}"))
}

/// The body of a handler that libvirt calls: asks the script, answers libvirt with what `then` makes of
/// that, keeps the failure, and tells libvirt to give up, as it does where nobody waits any more.
///
/// # Safety
/// `all` is what [`Handlers::run`] gave libvirt.
unsafe fn handle<R: Send>(
    all: *mut c_void,
    of: impl FnOnce(&Handlers) -> Option<&Handling>,
    work: impl FnOnce(Asked) -> Result<R, Failure> + Send,
    then: impl FnOnce(R) -> Result<c_int, Failure>,
) -> c_int {
    // SAFETY: the caller's promise.
    let handlers = unsafe { &mut *all.cast::<Handlers>() };
    let mut failure = None;
    let answer = guarded_in(&mut failure, -1, || {
        let Some(handling) = of(handlers) else { return Ok(-1) };
        let question = |code: Held| work(Asked { perl: code.perl(), code, handling });
        let transfer = &handlers.transfer;
        let answer = transfer.asking(|| workers::ask(&handling.code, Some(transfer), question));
        answer.map_or(Ok(-1), |answer| answer.and_then(then))
    });
    handlers.failure = failure;
    answer
}

unsafe extern "C" fn sink(_: virStreamPtr, data: *const c_char, nbytes: usize, all: *mut c_void) -> c_int {
    // SAFETY: libvirt calls it with `nbytes` bytes.
    let data = unsafe { slice::from_raw_parts(data.cast::<u8>(), nbytes) };
    let work = |handler: Asked| {
        let perl = handler.perl;
        match handler.ask(vec![perl.new_string(data), perl.new_uint(nbytes as u64)])? {
            // As 0 it would have the same data come again, for ever.
            None => Err(bad_answer("is undef, not how many bytes it took")),
            // libvirt would go on behind its buffer.
            Some(taken) if usize::try_from(taken).is_ok_and(|taken| taken > nbytes) => {
                Err(bad_answer(format!("is {taken}, more than the {nbytes} bytes it was given")))
            }
            Some(taken) => Ok(taken),
        }
    };
    // SAFETY: libvirt calls it during `run`.
    unsafe { handle(all, |handlers| Some(&handlers.data), work, Ok) }
}

unsafe extern "C" fn source(_: virStreamPtr, data: *mut c_char, nbytes: usize, all: *mut c_void) -> c_int {
    // SAFETY: libvirt calls it with room for `nbytes` bytes.
    let room = unsafe { slice::from_raw_parts_mut(data.cast::<u8>(), nbytes) };
    let work = |handler: Asked| {
        let perl = handler.perl;
        let buffer = perl.new_string(b"");
        let count = handler.ask(vec![buffer.share(), perl.new_uint(nbytes as u64)])?;
        if !perl.downgrade(&buffer) {
            return Err(Failure::invalid("the handler's data has a character above 255"));
        }
        buffer.read(perl, |written| fill(room, Data::of(written), count.unwrap_or(0)))
    };
    // SAFETY: libvirt calls it during `run`.
    unsafe { handle(all, |handlers| Some(&handlers.data), work, Ok) }
}

/// Puts the first `count` bytes of what a handler has written where libvirt wants them.
fn fill(room: &mut [u8], written: Data, count: c_int) -> Result<c_int, Failure> {
    let written = written.bytes().unwrap_or_default();
    if let Ok(taken @ 1..) = usize::try_from(count) {
        let (Some(room), Some(written)) = (room.get_mut(..taken), written.get(..taken)) else {
            let (wanted, there) = (room.len(), written.len());
            let problem = format!("is {count}; it has written {there} bytes, at most {wanted} were asked for");
            return Err(bad_answer(problem));
        };
        room.copy_from_slice(written);
    }
    Ok(count)
}

unsafe extern "C" fn sink_hole(_: virStreamPtr, length: c_longlong, all: *mut c_void) -> c_int {
    // SAFETY: libvirt calls it during `run`.
    unsafe { handle(all, |handlers| handlers.hole.as_ref(), |handler| past_hole(&handler, length), Ok) }
}

unsafe extern "C" fn source_skip(_: virStreamPtr, length: c_longlong, all: *mut c_void) -> c_int {
    // SAFETY: libvirt calls it during `run`.
    unsafe { handle(all, |handlers| handlers.skip.as_ref(), |handler| past_hole(&handler, length), Ok) }
}

fn past_hole(handler: &Asked, length: c_longlong) -> Result<c_int, Failure> {
    Ok(handler.ask(vec![handler.perl.new_int(length)])?.unwrap_or(0))
}

unsafe extern "C" fn source_hole(
    stream: virStreamPtr,
    in_data: *mut c_int,
    length: *mut c_longlong,
    all: *mut c_void,
) -> c_int {
    let work = |handler: Asked| {
        let perl = handler.perl;
        let [flag, section] = handler.code.call_list::<2>(handler.with_stream(Vec::new()))?;
        // libvirt would neither send a negative one nor end.
        let section = section.read(perl, |data| integer(Data::of(data), 0, i64::MAX as u64))?;
        let section = section.ok_or_else(|| bad_answer("is not a flag and a length"))?;
        Ok((flag.read(perl, |data| Data::of(data).truth()), section))
    };
    let then = |(flag, section): (bool, i64)| {
        // SAFETY: libvirt calls it with places for both answers.
        unsafe { (*in_data, *length) = (flag.into(), section) };
        // The handler may have ended it, too.
        not_ended(stream).map(|()| 0)
    };
    // SAFETY: libvirt calls it during `run`.
    unsafe { handle(all, |handlers| handlers.hole.as_ref(), work, then) }
}
