//! `Sys::Virt::Domain`, a file a topic.

pub mod identity;
pub mod save_params;

use crate::method::Method;

/// The tables of all topics.
pub const TABLES: &[&[Method]] = &[identity::METHODS];
