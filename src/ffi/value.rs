//! Arguments as C reads them: `struct bridge_value`.

use super::wipe;
use libperl_sys::{PerlInterpreter, SV};
use std::ffi::{CStr, c_char, c_void};
use std::{ptr, slice};

/// What a [`RawValue`] holds: `enum bridge_tag`.
#[repr(u8)]
#[derive(Clone, Copy, PartialEq, Eq)]
#[allow(clippy::missing_docs_in_private_items, reason = "bridge.h says what they are")]
#[allow(dead_code, reason = "made in C")]
pub enum Tag {
    Undef = 0,
    Int = 1,
    Uint = 2,
    Number = 3,
    String = 4,
    Wide = 5,
    Object = 6,
    Array = 7,
    Hash = 8,
    Endless = 9,
    Reference = 10,
    Foreign = 11,
    Scalar = 12,
    Constant = 13,
    Glob = 14,
    Closed = 15,
    Tied = 16,
    Unfiled = 17,
    Filled = 18,
}

/// `struct bridge_value`: one scalar as native data. Only C makes them, so the tag is true, and
/// what is pointed at lives as long as what the value was read from: an argument to the end of its
/// call, which is as long as a reference to the value can be.
#[repr(C)]
pub struct RawValue {
    pub(super) tag: Tag,
    pub(super) class: u8,
    /// Or `owner`, of an object.
    pub(super) len: usize,
    pub(super) u: RawUnion,
}

unsafe extern "C" {
    fn sv_bridge_read(perl: *mut PerlInterpreter, sv: *mut SV, value: &mut RawValue);
}

/// What a value is, by its tag.
#[repr(C)]
#[derive(Clone, Copy)]
#[allow(clippy::missing_docs_in_private_items, reason = "bridge.h says what they are")]
pub union RawUnion {
    pub iv: i64,
    pub uv: u64,
    pub nv: f64,
    pub pv: *const c_char,
    pub ptr: *mut c_void,
    pub sv: *mut SV,
    pub items: *const RawValue,
}

impl RawValue {
    /// Reads a scalar that no Perl code can be behind.
    ///
    /// # Safety
    /// The interpreter that the thread runs, and a live scalar of it; what is read is used only
    /// as long as that stays alive and unchanged.
    pub unsafe fn of_scalar(perl: *mut PerlInterpreter, sv: *mut SV) -> Self {
        let mut value = RawValue { tag: Tag::Undef, class: 0, len: 0, u: RawUnion { iv: 0 } };
        // SAFETY: the caller's promise.
        unsafe { sv_bridge_read(perl, sv, &mut value) };
        value
    }

    /// What the value is.
    #[inline(always)]
    pub fn tag(&self) -> Tag {
        self.tag
    }

    /// The number of the class of an object.
    #[inline(always)]
    pub fn class(&self) -> u8 {
        self.class
    }

    /// Whether it is an object of the class with this number: one comparison.
    #[inline(always)]
    pub fn is_of_class(&self, class: u8) -> bool {
        [self.tag as u8, self.class] == [Tag::Object as u8, class]
    }

    /// The scalar that owns an object.
    #[inline(always)]
    pub fn owner(&self) -> *mut SV {
        self.len as *mut SV
    }

    /// The length of a string, array or hash.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len
    }

    /// The value, if it is an integer between those, as most are.
    #[inline(always)]
    pub fn integer_between(&self, min: i64, max: u64) -> Option<i64> {
        if self.tag != Tag::Int {
            return None;
        }
        // SAFETY: the tag says so.
        let number = unsafe { self.u.iv };
        (number >= min && (number < 0 || number as u64 <= max)).then_some(number)
    }

    /// The value itself.
    #[inline(always)]
    pub fn content(&self) -> RawUnion {
        self.u
    }
}

/// An object in a value: what owns it, and libvirt's; or of no class, another scalar.
#[allow(clippy::missing_docs_in_private_items, reason = "as of a value")]
pub struct Object {
    pub owner: *mut SV,
    pub class: u8,
    pub ptr: *mut c_void,
}

/// What copies of values point at.
#[derive(Default)]
pub struct Arena {
    /// Whether one of them is a secret.
    pub(super) secret: bool,
    texts: Vec<Box<[u8]>>,
    lists: Vec<Box<[RawValue]>>,
    /// The values that are objects, or variables.
    pub objects: Vec<Object>,
}

impl Drop for Arena {
    fn drop(&mut self) {
        if self.secret {
            self.texts.iter_mut().for_each(|text| wipe(text));
        }
    }
}

impl RawValue {
    /// A copy that lives as long as the arena, and the objects and scalars in it.
    pub(super) fn copied(&self, arena: &mut Arena) -> RawValue {
        let mut copy = RawValue { tag: self.tag, class: self.class, len: self.len, u: self.u };
        // SAFETY: the tag says which field of the union C has set, and the lengths are true.
        unsafe {
            match self.tag {
                Tag::String => {
                    // With the NUL that follows.
                    let text: Box<[u8]> = slice::from_raw_parts(self.u.pv.cast::<u8>(), self.len + 1).into();
                    copy.u.pv = text.as_ptr().cast();
                    arena.texts.push(text);
                }
                Tag::Reference | Tag::Foreign => {
                    let name: Box<[u8]> = CStr::from_ptr(self.u.pv).to_bytes_with_nul().into();
                    copy.u.pv = name.as_ptr().cast();
                    arena.texts.push(name);
                }
                Tag::Array | Tag::Hash => {
                    let items = slice::from_raw_parts(self.u.items, self.len);
                    let items: Box<[RawValue]> = items.iter().map(|item| item.copied(arena)).collect();
                    copy.u.items = items.as_ptr();
                    arena.lists.push(items);
                }
                Tag::Object if !self.u.ptr.is_null() => {
                    arena.objects.push(Object { owner: self.len as *mut SV, class: self.class, ptr: self.u.ptr });
                }
                Tag::Scalar => arena.objects.push(Object { owner: self.u.sv, class: 0, ptr: ptr::null_mut() }),
                _ => {}
            }
        }
        copy
    }
}
