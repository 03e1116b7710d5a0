//! File handles as arguments: each becomes a descriptor of our own for the same open file, so that the
//! script may close its own meanwhile.

use super::{Data, FromArg, Spec};
use crate::error::Failure;
use crate::ffi::bridge::{self, Call, Kind, RawValue};
use std::fs::File;
use std::os::fd::{AsRawFd, BorrowedFd};

macro_rules! handles {
    ($($(#[$doc:meta])* $name:ident: $access:ident, $problem:literal;)*) => {$(
        $(#[$doc])*
        pub enum $name {}
        impl FromArg for $name {
            type Native<'a> = File;
            const SPEC: Spec = Spec::of(Kind::Handle);

            fn from_arg<'a>(call: &'a Call, index: usize, value: &'a RawValue) -> Result<File, Failure> {
                let refused = |problem: &str| call.bad_argument(index, problem);
                let file = file(&Data::of(value)).map_err(|problem| refused(&problem))?;
                match bridge::sv_bridge_file_access(file.as_raw_fd()) & bridge::$access {
                    0 => Err(refused($problem)),
                    _ => Ok(file),
                }
            }
        }
    )*};
}

handles! {
    /// A file to read from.
    Source: FILE_READABLE, "is open for writing only";
    /// A file to write to.
    Target: FILE_WRITABLE, "is open for reading only";
}

/// The system's error for a number that is no open descriptor.
const EBADF: i32 = 9;

fn file(handle: &Data) -> Result<File, String> {
    match *handle {
        Data::Int(number) => {
            let not_open = || format!("is descriptor {number}, which is not open");
            let number = i32::try_from(number).ok().filter(|number| *number >= 0).ok_or_else(not_open)?;
            // SAFETY: if it is not open, the system says so.
            let theirs = unsafe { BorrowedFd::borrow_raw(number) };
            theirs.try_clone_to_owned().map(File::from).map_err(|error| match error.raw_os_error() {
                Some(EBADF) => not_open(),
                _ => format!("cannot be used: {error}"),
            })
        }
        Data::Handle(_) => Err(format!("is {}", handle.describe())),
        _ => Err(handle.is_not("a file handle or a descriptor")),
    }
}
