//! C structs as hashes.

/// `record! { virDomainInfo as info { "state" => info.state, ... } }` makes a struct of libvirt
/// a value that becomes a hashref, with its keys hashed once a process.
macro_rules! record {
    ($type:ty as $value:ident { $($key:literal => $field:expr),* $(,)? }) => {
        impl $crate::convert::IntoSv for $type {
            fn into_sv(self, perl: $crate::perl::Perl) -> *mut libperl_sys::SV {
                let $value = self;
                let mut hash = $crate::perl::Hash::with_capacity(perl, [$($key),*].len());
                $({
                    static KEY: $crate::perl::Key = $crate::perl::Key::new($crate::ffi::c_str(concat!($key, "\0")));
                    hash.store(&KEY, $crate::convert::IntoSv::into_sv($field, perl));
                })*
                hash.into_ref()
            }
        }
    };
}
pub(crate) use record;
