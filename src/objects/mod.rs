//! libvirt's objects, and who owns them: the classes, references to objects, and what lives as long
//! as a connection or a stream.

mod class;
pub mod connection;
mod handle;
mod later;
mod reference;
pub mod stream;
mod transfer;
pub mod watch;

pub use class::*;
pub use handle::Handle;
pub use reference::Reference;
pub use transfer::Transfer;
