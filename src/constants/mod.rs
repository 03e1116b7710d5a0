//! The constants, one file of rows for each package, and their installation.

mod admin;
mod connect;
mod domain;
mod domain_checkpoint;
mod domain_snapshot;
mod error;
mod event;
mod interface;
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

use crate::ffi::bridge;
use crate::perl::Perl;
use std::ffi::CStr;

/// A constant of a package.
pub struct Constant {
    /// Ends with a NUL.
    name: &'static str,
    value: Literal,
}

enum Literal {
    Int(i64),
    Text(&'static CStr),
}

/// A package and its constants.
pub struct Package {
    name: &'static CStr,
    constants: &'static [Constant],
}

/// Those of `Sys::Virt`.
pub const PACKAGES: &[&Package] = &[
    &connect::PACKAGE,
    &domain::PACKAGE,
    &domain_checkpoint::PACKAGE,
    &domain_snapshot::PACKAGE,
    &error::PACKAGE,
    &event::PACKAGE,
    &interface::PACKAGE,
    &network::PACKAGE,
    &network_port::PACKAGE,
    &node_device::PACKAGE,
    &nwfilter::PACKAGE,
    &nwfilter_binding::PACKAGE,
    &secret::PACKAGE,
    &storage_pool::PACKAGE,
    &storage_vol::PACKAGE,
    &stream::PACKAGE,
];

/// Those that are made when a script loads their package, by its name.
pub const EXTENSIONS: &[(&str, &Package)] =
    &[("Sys::Virt::Admin", &admin::PACKAGE), ("Sys::Virt::QEMU", &qemu::PACKAGE)];

/// Makes constants callable. What is stored for each is a reference to its value, from
/// which perl makes a sub only when one is asked for: a quarter of what a sub would cost.
pub fn install(perl: Perl, packages: &[&Package]) {
    for package in packages {
        let stash = perl.stash_for(package.name, package.constants.len());
        for constant in package.constants {
            let value = match constant.value {
                Literal::Int(value) => perl.new_int(value),
                Literal::Text(text) => perl.new_string(text.to_bytes()),
            };
            let (name, len) = (constant.name.as_ptr().cast(), constant.name.len() as i32 - 1);
            // SAFETY: the running interpreter, its stash, a name with its length and its NUL,
            // and a scalar of our own.
            unsafe { bridge::sv_bridge_install_constant(perl.raw(), stash, name, len, value.into_raw()) };
        }
        // SAFETY: as above.
        unsafe { bridge::sv_bridge_constants_done(perl.raw(), stash) };
    }
}

/// `constants! { "Package"; NAME: int NAME_IN_C; ... }`, with `in [path::*]` in front where it is not the
/// crate virt that has the names in C.
macro_rules! constants {
    ($package:literal; $($rows:tt)*) => {
        $crate::constants::constants! { in [virt::sys::*] $package; $($rows)* }
    };
    (in [$($from:tt)+] $package:literal; $($name:ident: $kind:ident $value:ident;)*) => {
        use $($from)+;
        use $crate::constants::{Constant, Package};

        pub static PACKAGE: Package = Package {
            name: $crate::ffi::c_str(concat!($package, "\0")),
            constants: &[$(Constant {
                name: concat!(stringify!($name), "\0"),
                value: $crate::constants::value!($kind $value),
            }),*],
        };
    };
}

macro_rules! value {
    (int $value:expr) => {
        $crate::constants::Literal::Int($value as i64)
    };
    (text $value:expr) => {
        $crate::constants::Literal::Text($value)
    };
}

use constants;
use value;
