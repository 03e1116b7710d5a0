//! `Sys::Virt::Domain`, a file a topic.

mod block;
mod block_job;
mod console;
mod cpu;
mod device;
mod guest_agent;
mod identity;
mod iothread;
mod job;
mod lifecycle;
mod memory;
mod migrate;
mod save;
pub mod save_params;
mod security;
mod snapshot;
mod tuning;
mod xml;

use crate::method::Method;

/// The tables of all topics.
pub const TABLES: &[&[Method]] = &[
    block::METHODS,
    block_job::METHODS,
    console::METHODS,
    cpu::METHODS,
    device::METHODS,
    guest_agent::METHODS,
    identity::METHODS,
    iothread::METHODS,
    job::METHODS,
    lifecycle::METHODS,
    memory::METHODS,
    migrate::METHODS,
    save::METHODS,
    security::METHODS,
    snapshot::METHODS,
    tuning::METHODS,
    xml::METHODS,
];
