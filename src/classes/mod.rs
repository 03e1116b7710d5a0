//! The methods of every class.

mod connect;
mod domain;

use crate::method::Method;

/// All tables of methods.
pub const TABLES: &[&[&[Method]]] = &[connect::TABLES, domain::TABLES, OTHERS];

/// Classes that are one table each.
const OTHERS: &[&[Method]] = &[];
