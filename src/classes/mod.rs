//! The methods of every class.

mod connect;
mod domain;

use crate::method::Method;

/// All tables of methods.
pub const METHODS: &[&[Method]] = &[connect::METHODS, domain::identity::METHODS];
