//! Between libvirt's C types and Perl.
//!
//! | C | Perl in | Perl out | outside the range | undef given |
//! |---|---|---|---|---|
//! | `int`, `unsigned int`, `long`, ... | integer, or a string or number that is one; fractions are cut | integer, unsigned ones exact | error | the default if there is one, else 0 with perl's warning |
//! | `const char *` | bytes of a string | string of bytes, undecoded | NUL inside: error | NULL if optional, else "" with perl's warning |
//! | bytes with a length | string; characters above 255 are an error | string | | "" with perl's warning |
//! | `virXxxPtr` | object of the class | object | another class, or destroyed: error | NULL if optional, else error |
//! | `char **`, `int *`, ... | arrayref | list | element by element | NULL if optional, else error |
//! | `virTypedParameter *` | hashref | hashref | value by value | none if optional, else error |
//! | struct | | hashref | | |
//! | descriptor | file handle, or a number | | not open, tied or without one: error | error |
//! | `int` that is -1 on failure | | empty list, or the number | | |
//! | NULL where a pointer is the result | | `Sys::Virt::Error` | | |
//! | NULL where a string may be absent | | undef | | |

mod arg;
mod data;
mod descriptors;
mod handle;
mod lists;
mod lookup;
mod object;
mod output;
mod owned;
mod param_set;
mod ret;
mod stream;
mod structs;
mod typed_params;

pub use crate::objects::{
    AdminClient, AdminConnect, AdminServer, Connect, Domain, DomainCheckpoint, DomainSnapshot, Handle, Interface,
    NWFilter, NWFilterBinding, Network, NetworkPort, NodeDevice, Object, Secret, StoragePool, StorageVol, Stream,
};
pub use arg::*;
pub use data::*;
pub use descriptors::*;
pub use handle::*;
pub use lists::*;
pub use lookup::*;
pub use object::*;
pub use output::*;
pub use owned::*;
pub use param_set::*;
pub use ret::*;
pub use stream::*;
pub(crate) use structs::record;
pub use typed_params::*;
