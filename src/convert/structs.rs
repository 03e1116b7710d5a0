//! C structs as hashes.

/// `record! { virDomainInfo as info { "state" => info.state, ... } }` makes a struct of libvirt
/// a value that becomes a hashref. The expressions are inside an `unsafe` block that the macro
/// writes: pointers in the struct are libvirt's.
macro_rules! record {
    ($type:ty as $value:ident { $($key:literal => $field:expr),* $(,)? }) => {
        impl $crate::convert::IntoScalar for $type {
            unsafe fn into_scalar(self, perl: $crate::perl::Perl) -> $crate::perl::Scalar {
                static SHAPE: $crate::perl::Shape<{ [$($key),*].len() }> =
                    $crate::perl::Shape::new([$($crate::ffi::c_str(concat!($key, "\0"))),*]);
                let $value = self;
                // SAFETY: the caller's promise for the whole struct.
                SHAPE.hash(perl, [$(unsafe { $crate::convert::IntoScalar::into_scalar($field, perl) }),*])
            }
        }
    };
}
pub(crate) use record;
