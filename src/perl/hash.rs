//! Hashes, built with their size known. Their fixed keys are hashed once a process, and kept in
//! perl's table of shared keys, where they would otherwise come and go with every hash.

use super::{Perl, Scalar};
use crate::ffi::bridge;
use libperl_sys::{HV, SV, thx};
use std::ffi::{CStr, c_char};
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};

const HV_FETCH_ISSTORE: i32 = 0x04;
const HV_FETCH_JUST_SV: i32 = 0x20;

/// A hash key known when the module is compiled.
pub struct Key {
    name: &'static CStr,
    /// Perl's hash of the name with bit 32 set, or 0 before it is known. Perl seeds its hash
    /// function once a process, so threads agree.
    hash: AtomicU64,
}

impl Key {
    /// The key of that name.
    pub const fn new(name: &'static CStr) -> Self {
        Key { name, hash: AtomicU64::new(0) }
    }

    fn hash(&self, perl: Perl) -> u32 {
        let known = self.hash.load(Ordering::Relaxed);
        if known != 0 {
            return known as u32;
        }
        let hash = perl.keep_key(self.name.to_bytes());
        self.hash.store(u64::from(hash) | 1 << 32, Ordering::Relaxed);
        hash
    }
}

impl Perl {
    /// The hash of a key, which perl keeps from now on.
    fn keep_key(self, key: &[u8]) -> u32 {
        // SAFETY: the running interpreter, and bytes with their length.
        unsafe { bridge::sv_bridge_keep_key(self.raw(), key.as_ptr().cast::<c_char>(), key.len()) }
    }

    /// The stash of a package, made if there is none.
    pub fn stash(self, package: &CStr) -> *mut HV {
        let len = package.count_bytes() as u32;
        // SAFETY: the running interpreter and a string with its length.
        unsafe { thx::Perl_gv_stashpvn(self.raw(), package.as_ptr(), len, 1) }
    }
}

/// A hash under construction.
pub struct Hash {
    perl: Perl,
    hv: *mut HV,
}

// SAFETY of the blocks below: `hv` is a plain hash that only this value knows, and stores into
// such a hash cannot die.
impl Hash {
    /// An empty hash with room for so many keys.
    pub fn with_capacity(perl: Perl, keys: usize) -> Self {
        // SAFETY: see above.
        let hv = unsafe { thx::Perl_newHV(perl.raw()) };
        if keys > 8 {
            // SAFETY: see above.
            unsafe { thx::Perl_hv_ksplit(perl.raw(), hv, keys as i64) };
        }
        Hash { perl, hv }
    }

    /// Stores `value`.
    pub fn store(&mut self, key: &Key, value: Scalar) {
        self.store_hashed(key.name.to_bytes(), key.hash(self.perl), value);
    }

    /// Stores `value` under a key that libvirt chose.
    pub fn store_bytes(&mut self, key: &[u8], value: Scalar) {
        self.store_hashed(key, 0, value);
    }

    fn store_hashed(&mut self, key: &[u8], hash: u32, value: Scalar) {
        let action = HV_FETCH_ISSTORE | HV_FETCH_JUST_SV;
        let (name, value) = (key.as_ptr().cast::<c_char>(), value.into_raw());
        // SAFETY: see above; the hash takes the reference over, and hash 0 asks perl to compute it.
        unsafe {
            thx::Perl_hv_common(self.perl.raw(), self.hv, ptr::null_mut(), name, key.len(), 0, action, value, hash)
        };
    }

    /// A reference to the finished hash.
    pub fn into_ref(self) -> Scalar {
        // SAFETY: the only reference to the hash is given up for the new one.
        unsafe { self.perl.new_ref(self.hv.cast::<SV>()) }
    }

    /// A reference to the finished hash, blessed into `package`.
    pub fn into_object(self, package: &CStr) -> Scalar {
        let (perl, stash) = (self.perl, self.perl.stash(package));
        let reference = self.into_ref();
        // SAFETY: a fresh reference and the stash of a package, which cannot die.
        unsafe { thx::Perl_sv_bless(perl.raw(), reference.as_raw(), stash) };
        reference
    }
}
