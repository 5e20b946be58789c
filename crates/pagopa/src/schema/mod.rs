// SPDX-License-Identifier: AGPL-3.0-or-later
//! The schema of the messages as static tables, and what is checked with them.
//!
//! The tables (`current::shapes`) say what the official XSD says: which children, in which order, how many, and
//! what a leaf may hold. Children are in no namespace, for the schema has no `elementFormDefault`.

mod canonical;
mod check;
mod facet;
pub(crate) mod lexical;
mod shape;
mod violation;

pub(crate) use canonical::canonical;
pub(crate) use check::check;
pub(crate) use facet::{Facet, is_email, is_two_capitals};
pub(crate) use shape::{Field, leaf, many, one, optional, sequence};
pub use violation::{Reason, Violation};
