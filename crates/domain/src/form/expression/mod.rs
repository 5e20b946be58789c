// SPDX-License-Identifier: AGPL-3.0-or-later
//! The language of forms: small and total. An expression has no loop, no name of its own and nothing to act with; it ends within a
//! number of steps that is known before the form is published, with a value or with one of two faults (a number too large, too
//! many steps). Its type is known too, so that a form that is published never meets a wrong one.
//!
//! What is absent (a field without value) stays absent through arithmetic and comparison; `==` and `!=` see it, `coalesce` replaces
//! it, and a condition takes it for no. Nothing is rounded that does not say so: what is divided, or multiplied by a decimal, is
//! money again only after `round`, `ceil` or `floor`.

mod calls;
mod check;
mod evaluate;
mod functions;
mod operators;
mod parse;
mod scope;
mod syntax;
mod token;
mod types;

pub(crate) use check::{Fault, check};
pub(crate) use evaluate::{Context, Stop, compare, evaluate};
pub(crate) use parse::parse;
pub(crate) use scope::{Named, Scope, Table};
pub(crate) use syntax::Node;
pub(crate) use types::{Kind, Typed};
