//! All data of a stream from or to a file, with no Perl in between: on another thread, where nobody
//! waits for it but who has called.

use crate::call::Arguments;
use crate::convert::*;
use crate::error::{Failure, Report};
use crate::ffi::bridge;
use crate::method::methods;
use crate::objects::Transfer;
use crate::objects::stream::{self, Flow, not_ended};
use std::ffi::c_char;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileTypeExt;
use std::sync::Arc;
use virt::sys::*;

methods! {
    "Sys::Virt::Stream";
    recv_file(st: Blocking<InStream>, handle: Target) at length with call => Mover::run(call, st, handle, Mover::receive);
    send_file(st: Blocking<OutStream>, handle: Source) at length with call => Mover::run(call, st, handle, Mover::send);
    sparse_recv_file(st: Blocking<InStream>, handle: Target) at length with call => Mover::run(call, st, handle, Mover::receive_sparse);
    sparse_send_file(st: Blocking<OutStream>, handle: Source) at length with call => Mover::run(call, st, handle, Mover::send_sparse);

    // Here, so that it need not wait for a place on another thread.
    bytes_transferred(st: Stream) in call => { let _ = call; Ok(stream::transferred(st)) };
}

/// What libvirt sends or receives in one message.
const MESSAGE: usize = 262_120;
/// What a pipe takes without waiting once it takes anything.
const PIECE: usize = 4096;

/// One call that moves data.
struct Mover<'a> {
    call: Arguments<'a>,
    stream: virStreamPtr,
    file: File,
    /// How much is written at a time: what can be written without waiting, as far as the system tells.
    piece: usize,
    buffer: Vec<u8>,
    transfer: Arc<Transfer>,
}

impl<'a> Mover<'a> {
    /// Moves the data; gives the number of bytes. Where that fails, the stream is aborted.
    ///
    /// # Safety
    /// A live stream.
    unsafe fn run(
        call: Arguments<'a>,
        stream: virStreamPtr,
        file: File,
        work: unsafe fn(&mut Self) -> Result<(), Failure>,
    ) -> Result<u64, Failure> {
        not_ended(stream)?;
        let transfer = call.transfer();
        let piece = match file.metadata() {
            Ok(about) if about.is_file() || about.file_type().is_block_device() => MESSAGE,
            _ => PIECE,
        };
        let buffer = vec![0; MESSAGE];
        let mut mover = Mover { call, stream, file, piece, buffer, transfer: Arc::clone(&transfer) };
        // SAFETY: the caller's promise.
        unsafe { stream::transfer(stream, &transfer, || work(&mut mover).map(|()| transfer.bytes())) }
    }

    /// # Safety
    /// A live stream, as for all of these.
    unsafe fn receive(&mut self) -> Result<(), Failure> {
        // SAFETY: libvirt stores no more than there is room for.
        while let 1.. = unsafe { self.receive_some(|st, data, room| virStreamRecv(st, data, room)) }? {}
        Ok(())
    }

    unsafe fn receive_sparse(&mut self) -> Result<(), Failure> {
        if bridge::sv_bridge_file_access(self.file.as_raw_fd()) & bridge::FILE_APPENDS != 0 {
            // Where the first hole is to be.
            self.file.seek(SeekFrom::End(0)).map_err(|error| self.call.cannot("seek", &error))?;
        }
        let flags = VIR_STREAM_RECV_STOP_AT_HOLE;
        loop {
            // SAFETY: as above.
            match unsafe { self.receive_some(|st, data, room| virStreamRecvFlags(st, data, room, flags)) }? {
                0 => return Ok(()),
                // SAFETY: the caller's promise.
                -3 => unsafe { self.receive_hole() }?,
                _ => {}
            }
        }
    }

    /// Receives data and writes it; gives what libvirt does.
    ///
    /// # Safety
    /// `receive` stores no more than there is room for.
    unsafe fn receive_some(
        &mut self,
        receive: impl FnOnce(virStreamPtr, *mut c_char, usize) -> i32,
    ) -> Result<i32, Failure> {
        self.go_on()?;
        let got = receive(self.stream, self.buffer.as_mut_ptr().cast(), self.buffer.len());
        match usize::try_from(got) {
            Ok(count) => {
                let buffer = std::mem::take(&mut self.buffer);
                let written = self.write(&buffer[..count.min(MESSAGE)]);
                self.buffer = buffer;
                written.map(|()| got)
            }
            Err(_) if got == -3 => Ok(got),
            Err(_) => Err(Failure::last()),
        }
    }

    fn write(&mut self, data: &[u8]) -> Result<(), Failure> {
        for piece in data.chunks(self.piece) {
            let mut left = piece;
            while !left.is_empty() {
                self.wait(true)?;
                match self.file.write(left) {
                    Ok(count) => left = &left[count..],
                    Err(error) if goes_on(&error) => {}
                    Err(error) => return Err(self.call.cannot("write", &error)),
                }
            }
            self.transfer.add(piece.len() as u64);
        }
        Ok(())
    }

    unsafe fn receive_hole(&mut self) -> Result<(), Failure> {
        let mut length = 0;
        // SAFETY: a live stream, and a place for the length.
        void(unsafe { virStreamRecvHole(self.stream, &mut length, 0) })?;
        let length = u64::try_from(length).unwrap_or(0);
        let done = self.skip(length).map_err(|error| self.call.cannot("write", &error))?;
        self.transfer.add(done);
        self.write_zeros(length - done)
    }

    /// Makes a hole in the file, whatever stood there, as far as there can be one; how far that is.
    fn skip(&mut self, length: u64) -> io::Result<u64> {
        let about = self.file.metadata()?;
        if !about.is_file() && !about.file_type().is_block_device() {
            return Ok(0);
        }
        let place = self.file.stream_position()?;
        let behind = place.saturating_add(length);
        let within = if about.is_file() { about.len().clamp(place, behind) } else { behind };
        let fd = self.file.as_raw_fd();
        if within > place && !bridge::sv_bridge_file_punch(fd, place as i64, (within - place) as i64) {
            return Ok(0);
        }
        if behind > within {
            self.file.set_len(behind)?;
        }
        self.file.seek(SeekFrom::Start(behind))?;
        Ok(length)
    }

    fn write_zeros(&mut self, length: u64) -> Result<(), Failure> {
        let zeros = vec![0; (MESSAGE as u64).min(length) as usize];
        let mut left = length;
        while left > 0 {
            self.go_on()?;
            let count = left.min(MESSAGE as u64);
            self.write(&zeros[..count as usize])?;
            left -= count;
        }
        Ok(())
    }

    unsafe fn send(&mut self) -> Result<(), Failure> {
        // SAFETY: the caller's promise.
        unsafe { self.refuse_idle() }?;
        // SAFETY: the caller's promise.
        while unsafe { self.send_some(MESSAGE) }? > 0 {}
        Ok(())
    }

    /// Before anything is read: what leads nowhere takes no data, not even none.
    unsafe fn refuse_idle(&self) -> Result<(), Failure> {
        match stream::flow(self.stream) {
            // SAFETY: a live stream, which has no driver.
            Ok(Flow::Idle) => int(unsafe { virStreamSend(self.stream, c"".as_ptr(), 0) }).map(|_| ()),
            _ => Ok(()),
        }
    }

    unsafe fn send_sparse(&mut self) -> Result<(), Failure> {
        // SAFETY: the caller's promise.
        unsafe { self.refuse_idle() }?;
        let mut place = match self.file.stream_position() {
            Ok(place) => place as i64,
            // Of a pipe nobody knows what comes next.
            // SAFETY: the caller's promise.
            Err(_) => return unsafe { self.send() },
        };
        loop {
            self.go_on()?;
            let section = bridge::sv_bridge_file_section(self.file.as_raw_fd(), place);
            let end = place.saturating_add(section.saturating_abs());
            if section == 0 {
                return Ok(());
            }
            if section < 0 {
                // SAFETY: the caller's promise.
                void(unsafe { virStreamSendHole(self.stream, -section, 0) })?;
                self.file.seek(SeekFrom::Start(end as u64)).map_err(|error| self.call.cannot("seek", &error))?;
                self.transfer.add(section.unsigned_abs());
                place = end;
            }
            while section > 0 && place < end {
                // SAFETY: the caller's promise.
                match unsafe { self.send_some((end - place).min(MESSAGE as i64) as usize) }? {
                    0 => return Ok(()),
                    count => place += count as i64,
                }
            }
        }
    }

    /// Sends what can be read, so much at most; how much that was.
    unsafe fn send_some(&mut self, most: usize) -> Result<usize, Failure> {
        let count = loop {
            self.wait(false)?;
            match self.file.read(&mut self.buffer[..most]) {
                Ok(count) => break count,
                Err(error) if goes_on(&error) => {}
                Err(error) => return Err(self.call.cannot("read", &error)),
            }
        };
        let mut left = &self.buffer[..count];
        while !left.is_empty() {
            self.go_on()?;
            // SAFETY: a live stream, and data as long as that.
            let sent = unsafe { virStreamSend(self.stream, left.as_ptr().cast(), left.len()) };
            let sent = usize::try_from(sent).map_err(|_| Failure::last())?;
            self.transfer.add(sent as u64);
            left = &left[sent.min(left.len())..];
        }
        Ok(count)
    }

    /// Waits until the file can be read, or written to.
    fn wait(&self, to_write: bool) -> Result<(), Failure> {
        while self.piece == PIECE && !bridge::sv_bridge_file_ready(self.file.as_raw_fd(), to_write) {
            self.go_on()?;
        }
        self.go_on()
    }

    fn go_on(&self) -> Result<(), Failure> {
        match self.transfer.is_wanted() {
            true => Ok(()),
            false => {
                Err(Failure::Libvirt(Report::new(VIR_ERR_OPERATION_ABORTED, "nobody waits for the data any more")))
            }
        }
    }
}

fn goes_on(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::WouldBlock)
}
