//! `Sys::Virt::Domain`, a file a topic.

pub mod identity;
