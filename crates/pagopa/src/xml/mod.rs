// SPDX-License-Identifier: AGPL-3.0-or-later
//! XML from outside: one guarded pass into a small tree, and text that is fit to be written.

mod attributes;
mod chars;
mod fit;
mod guard;
mod limits;
mod tree;
mod unreadable;

pub(crate) use chars::{collapsed, trimmed};
pub(crate) use fit::{fit, fit_optional, fit_or_dash};
pub(crate) use guard::guard;
pub(crate) use limits::EMBEDDED_BYTES_MAX;
pub use limits::{
    ATTRIBUTES_MAX, ATTRIBUTES_PER_ELEMENT_MAX, DEPTH_MAX, ELEMENTS_MAX, MESSAGE_BYTES_MAX, RECEIPT_TEXT_BYTES_MAX,
};
pub(crate) use tree::{Namespace, Node, Tree};
pub use unreadable::Unreadable;
