//! C structs as hashes.

/// `record! { virDomainInfo as info { "state" => info.state, ... } }` makes a struct of libvirt
/// a value that becomes a hashref, with its keys hashed once a process. The expressions are inside
/// an `unsafe` block that the macro writes: pointers in the struct are libvirt's.
macro_rules! record {
    ($type:ty as $value:ident { $($key:literal => $field:expr),* $(,)? }) => {
        impl $crate::convert::IntoScalar for $type {
            unsafe fn into_scalar(self, perl: $crate::perl::Perl) -> $crate::perl::Scalar {
                let $value = self;
                let mut hash = $crate::perl::Hash::with_capacity(perl, [$($key),*].len());
                $({
                    static KEY: $crate::perl::Key = $crate::perl::Key::new($crate::ffi::c_str(concat!($key, "\0")));
                    // SAFETY: the caller's promise for the whole struct.
                    hash.store(&KEY, unsafe { $crate::convert::IntoScalar::into_scalar($field, perl) });
                })*
                hash.into_ref()
            }
        }
    };
}
pub(crate) use record;
