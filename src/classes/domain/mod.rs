//! `Sys::Virt::Domain`, a file a topic.

pub mod identity;
pub mod save_params;
