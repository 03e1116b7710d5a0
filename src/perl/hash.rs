//! Hashes, made at once of all their keys and values, from templates where such keys have been
//! before (`bridge/template.c`).

use super::{Perl, Scalar};
use crate::ffi::bridge::{self, Entry};
use libperl_sys::{HV, SV, thx};
use std::any::Any;
use std::ffi::CStr;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// The keys that all hashes of one kind have: a static value for each kind.
pub struct Shape<const N: usize> {
    keys: [&'static CStr; N],
    class: Option<&'static CStr>,
    /// From 1 on, or 0 before the first hash.
    number: AtomicU32,
}

impl<const N: usize> Shape<N> {
    /// That of hashes with those keys, which are all different.
    pub const fn new(keys: [&'static CStr; N]) -> Self {
        Shape { keys, class: None, number: AtomicU32::new(0) }
    }

    /// The same of objects.
    pub const fn of_class(class: &'static CStr, keys: [&'static CStr; N]) -> Self {
        Shape { class: Some(class), ..Shape::new(keys) }
    }

    #[inline(always)]
    fn number(&self) -> u32 {
        match self.number.load(Ordering::Relaxed) {
            0 => self.first_number(),
            number => number,
        }
    }

    #[cold]
    fn first_number(&self) -> u32 {
        let mine = new_number();
        // Another thread may have been first.
        self.number.compare_exchange(0, mine, Ordering::Relaxed, Ordering::Relaxed).err().unwrap_or(mine)
    }

    /// A reference to a new hash with those values.
    #[inline(always)]
    pub fn hash(&'static self, perl: Perl, values: [Scalar; N]) -> Scalar {
        let (number, values) = (self.number(), values.map(Scalar::into_raw));
        // SAFETY: the running interpreter, and a value of our own for each key of the shape.
        let hash = unsafe { bridge::sv_bridge_record(perl.raw(), number, values.as_ptr()) };
        match hash.is_null() {
            true => self.first(perl, number, values),
            // SAFETY: the bridge gives a new reference.
            false => unsafe { Scalar::assume_owned(hash) },
        }
    }

    #[cold]
    fn first(&self, perl: Perl, number: u32, values: [*mut SV; N]) -> Scalar {
        let mut values = values.into_iter();
        let entries = self.keys.map(|key| Entry {
            key: key.as_ptr(),
            len: key.count_bytes(),
            value: values.next().unwrap_or(std::ptr::null_mut()),
        });
        let class = self.class.map_or(std::ptr::null(), CStr::as_ptr);
        // SAFETY: the running interpreter, keys with their length, and the values, which were not taken;
        // storing into a new hash cannot die, nor can blessing it.
        let hash = unsafe { bridge::sv_bridge_first_record(perl.raw(), number, entries.as_ptr(), N as isize, class) };
        // SAFETY: the bridge gives a new reference.
        unsafe { Scalar::assume_owned(hash) }
    }
}

/// The keys that hashes of one kind may have, each some of them: a static value for each kind. They
/// have a shape for each choice of keys, up to four of them.
pub struct Choice<const N: usize> {
    keys: [&'static CStr; N],
    /// Which keys, a bit for each, and above those the number of their shape.
    shapes: [AtomicU64; 4],
}

impl<const N: usize> Choice<N> {
    /// That of hashes with some of those keys, which are all different.
    pub const fn new(keys: [&'static CStr; N]) -> Self {
        assert!(N <= 32);
        Choice { keys, shapes: [const { AtomicU64::new(0) }; 4] }
    }

    /// A reference to a new hash with the values that there are.
    pub fn hash(&'static self, perl: Perl, values: [Option<Scalar>; N]) -> Scalar {
        let (mut chosen, mut count) = (0_u64, 0);
        let mut given = [const { std::ptr::null_mut() }; N];
        for (index, value) in values.into_iter().enumerate() {
            if let Some(value) = value {
                chosen |= 1 << index;
                given[count] = value.into_raw();
                count += 1;
            }
        }
        let number = self.number(chosen);
        // SAFETY: the running interpreter, and a value of our own for each key of the shape.
        let mut hash = unsafe { bridge::sv_bridge_record(perl.raw(), number, given.as_ptr()) };
        if hash.is_null() {
            let keys = (0..N).filter(|index| chosen & 1 << index != 0).map(|index| self.keys[index]);
            let entry = |(key, &value): (&'static CStr, _)| Entry { key: key.as_ptr(), len: key.count_bytes(), value };
            let entries: Vec<Entry> = keys.zip(&given).map(entry).collect();
            // SAFETY: as in `Shape::first`.
            hash = unsafe {
                bridge::sv_bridge_first_record(perl.raw(), number, entries.as_ptr(), count as isize, std::ptr::null())
            };
        }
        // SAFETY: the bridge gives a new reference.
        unsafe { Scalar::assume_owned(hash) }
    }

    /// That of the shape with those keys; one that no template has, if all are taken.
    fn number(&self, chosen: u64) -> u32 {
        for shape in &self.shapes {
            let mut known = shape.load(Ordering::Relaxed);
            if known == 0 {
                let new = chosen | u64::from(new_number()) << 32;
                known = shape.compare_exchange(0, new, Ordering::Relaxed, Ordering::Relaxed).err().unwrap_or(new);
            }
            if known as u32 == chosen as u32 {
                return (known >> 32) as u32;
            }
        }
        u32::MAX
    }
}

/// A number that no shape has.
fn new_number() -> u32 {
    static LAST: AtomicU32 = AtomicU32::new(0);
    LAST.fetch_add(1, Ordering::Relaxed) + 1
}

impl Perl {
    /// The stash of a package, made if there is none.
    pub fn stash(self, package: &CStr) -> *mut HV {
        let len = package.count_bytes() as u32;
        // SAFETY: the running interpreter and a string with its length.
        unsafe { thx::Perl_gv_stashpvn(self.raw(), package.as_ptr(), len, 1) }
    }

    /// The same for a package that is about to get so many names: it grows at once, and what is in it
    /// before the last ones come stays behind them.
    pub fn stash_for(self, package: &CStr, names: usize) -> *mut HV {
        let stash = self.stash(package);
        // SAFETY: as above, and its stash.
        unsafe { thx::Perl_hv_ksplit(self.raw(), stash, 2 * names as i64) };
        stash
    }
}

/// A hash under construction, whose keys are not known before.
pub struct Hash<'a> {
    perl: Perl,
    entries: Vec<Entry>,
    keys: PhantomData<&'a [u8]>,
}

impl<'a> Hash<'a> {
    /// An empty hash with room for so many keys.
    pub fn with_capacity(perl: Perl, keys: usize) -> Self {
        Hash { perl, entries: Vec::with_capacity(keys), keys: PhantomData }
    }

    /// Stores `value`; the last one where a key comes again.
    #[inline(always)]
    pub fn store(&mut self, key: &'a [u8], value: Scalar) {
        self.entries.push(Entry { key: key.as_ptr().cast(), len: key.len(), value: value.into_raw() });
    }

    /// A reference to the finished hash.
    pub fn into_ref(self) -> Scalar {
        let (entries, count) = (self.entries.as_ptr(), self.entries.len() as isize);
        // SAFETY: as above; the keys are borrowed as long as this value.
        unsafe { Scalar::assume_owned(bridge::sv_bridge_list(self.perl.raw(), entries, count)) }
    }
}

impl Perl {
    /// The string under a key of a hash that this is a reference to, unless Perl code has to be
    /// asked for it.
    pub fn plain_element(self, hash: &Scalar, key: &CStr) -> Option<Scalar> {
        // SAFETY: the running interpreter, a live scalar and a key.
        let element = unsafe { bridge::sv_bridge_plain_element(self.raw(), hash.as_raw(), key.as_ptr()) };
        // SAFETY: the hash has it.
        (!element.is_null()).then(|| unsafe { Scalar::assume_borrowed(element) })
    }

    /// Overwrites that, unless somebody else has the hash, too.
    pub fn wipe_element(self, hash: &Scalar, key: &CStr) {
        // SAFETY: the running interpreter, a live scalar and a key.
        unsafe { bridge::sv_bridge_wipe_element(self.raw(), hash.as_raw(), key.as_ptr()) }
    }
}

/// The lock of the templates, held.
struct HeldTemplates;

/// Holds it while the process forks, as [`super::hold`] does its own.
pub fn hold_templates() -> Box<dyn Any> {
    // SAFETY: not held here, as nothing forks while it is; `drop` gives it up.
    unsafe { bridge::sv_bridge_hold_templates() };
    Box::new(HeldTemplates)
}

impl Drop for HeldTemplates {
    fn drop(&mut self) {
        // SAFETY: held by this thread, of which a child is a copy.
        unsafe { bridge::sv_bridge_let_templates_go() };
    }
}
