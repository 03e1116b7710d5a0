//! The methods of every class.

mod admin;
mod connect;
mod domain;
mod domain_checkpoint;
mod domain_snapshot;
mod error;
mod interface;
mod internal;
mod lxc;
mod network;
mod network_port;
mod node_device;
mod nwfilter;
mod nwfilter_binding;
mod qemu;
mod secret;
mod storage_pool;
mod storage_vol;
mod stream;

use crate::method::Method;

pub use internal::DECLARED;

/// All tables of methods.
pub const TABLES: &[&[&[Method]]] = &[connect::TABLES, domain::TABLES, OTHERS];

/// Tables that a package of their own adds when a script loads it, by the package's name.
pub const EXTENSIONS: &[(&str, &[&[Method]])] =
    &[("Sys::Virt::Admin", admin::TABLES), ("Sys::Virt::LXC", &[lxc::METHODS]), ("Sys::Virt::QEMU", qemu::TABLES)];

/// Classes that are one table each.
const OTHERS: &[&[Method]] = &[
    domain_checkpoint::METHODS,
    domain_snapshot::METHODS,
    error::METHODS,
    error::OVERLOADING,
    interface::METHODS,
    network::METHODS,
    network_port::METHODS,
    node_device::METHODS,
    nwfilter::METHODS,
    nwfilter_binding::METHODS,
    secret::METHODS,
    storage_pool::METHODS,
    storage_vol::METHODS,
    stream::METHODS,
    stream::file::METHODS,
];
