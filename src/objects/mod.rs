//! libvirt's objects, and who owns them: the classes, references to objects, and what lives as long
//! as a connection or a stream.

pub mod admin;
mod class;
pub mod connection;
mod handle;
mod kept;
mod later;
mod reference;
pub mod stream;
mod transfer;
pub mod watch;

pub use class::*;
pub use handle::{Handle, Lent};
pub use kept::KeptObject;
pub use reference::Reference;
pub use transfer::Transfer;
