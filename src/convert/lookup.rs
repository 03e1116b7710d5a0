//! Finding objects: by UUID in either form, and a list of them by their names.

use super::{Counted, Handle, Object, OwnedNames, int, object};
use crate::call::Arguments;
use crate::error::Failure;
use std::ffi::{c_char, c_int};
use std::ptr;

const UUID_LENGTHS: &str = "is not a UUID: 16 bytes, or 32 or 36 characters of hexadecimal";

/// The object with a UUID, given as 16 bytes or printed, in argument number 1 of `call`.
///
/// # Safety
/// The functions give NULL, or an object with a reference.
pub unsafe fn by_uuid<T: Object>(
    call: Arguments,
    uuid: &[u8],
    by_bytes: impl FnOnce(*const u8) -> *mut T::Target,
    by_text: impl FnOnce(*const c_char) -> *mut T::Target,
) -> Result<Handle<T>, Failure> {
    match uuid.len() {
        // SAFETY: the caller's promise.
        16 => unsafe { object(by_bytes(uuid.as_ptr())) },
        32 | 36 if !uuid.contains(&0) => {
            let mut text = [0; 37];
            text[..uuid.len()].copy_from_slice(uuid);
            // SAFETY: the caller's promise.
            unsafe { object(by_text(text.as_ptr().cast())) }
        }
        _ => Err(call.bad_argument(1, UUID_LENGTHS)),
    }
}

/// The objects with the names that `list` stores, of which there are `count`; those that went
/// away in between are left out.
///
/// # Safety
/// As for [`names`], and `look_up` gives NULL, or an object with a reference.
pub unsafe fn by_names<T: Object>(
    count: c_int,
    list: impl FnOnce(*mut *mut c_char, c_int) -> c_int,
    mut look_up: impl FnMut(*const c_char) -> *mut T::Target,
) -> Result<Counted<Handle<T>>, Failure> {
    // SAFETY: the caller's promise.
    unsafe {
        let names = names(int(count)?, list)?;
        Ok(Counted(names.as_slice().iter().filter_map(|&name| object(look_up(name)).ok()).collect()))
    }
}

/// At most `most` names that `list` stores.
///
/// # Safety
/// What it stores are strings from malloc.
pub unsafe fn names(most: c_int, list: impl FnOnce(*mut *mut c_char, c_int) -> c_int) -> Result<OwnedNames, Failure> {
    let most = most.clamp(0, MOST_NAMES);
    let mut names = vec![ptr::null_mut(); most as usize];
    // None asked for: libvirtd 9.0 dies of that question about snapshots.
    if most > 0 {
        int(list(names.as_mut_ptr(), most))?;
    }
    names.retain(|name| !name.is_null());
    // SAFETY: the caller's promise.
    Ok(unsafe { OwnedNames::assume_owned(names) })
}

/// More than libvirt lists of anything: a script may ask for any number.
const MOST_NAMES: c_int = 1 << 20;
