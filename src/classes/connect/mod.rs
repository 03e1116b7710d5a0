//! `Sys::Virt`: the connection, a file a topic.

pub mod domains;
pub mod events;
pub mod host;
pub mod interfaces;
pub mod limits;
pub mod networks;
pub mod node;
pub mod open;
pub mod storage;

use crate::method::Method;

/// The tables of all topics.
pub const TABLES: &[&[Method]] = &[
    domains::METHODS,
    events::METHODS,
    host::METHODS,
    interfaces::METHODS,
    limits::METHODS,
    networks::METHODS,
    node::METHODS,
    open::METHODS,
    storage::METHODS,
];
