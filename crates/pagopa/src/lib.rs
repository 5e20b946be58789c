// SPDX-License-Identifier: AGPL-3.0-or-later
//! The languages of the pagoPA Node: SOAP messages, faults, mapping, and the Checkout client.
//!
//! - [`soap::receive`] reads a request of the Node, [`soap::answer`] writes what is answered.
//! - [`soap::request`] and [`strict::check_answer`] are the same the other way round: they are the Node.
//! - [`checkout`] asks Checkout for a cart.
//! - [`embedded`] reads XML that came as base64 inside a message.
//! - [`payment_options`] tells all options of a debt, in JSON.

pub mod checkout;
pub mod current;
pub mod embedded;
pub mod payment_options;
mod primitive;
pub mod receipts;
mod schema;
pub mod soap;
pub mod strict;
mod xml;

pub use primitive::Primitive;
pub use schema::{Reason, Violation};
pub use xml::{
    ATTRIBUTES_MAX, ATTRIBUTES_PER_ELEMENT_MAX, DEPTH_MAX, ELEMENTS_MAX, MESSAGE_BYTES_MAX, RECEIPT_TEXT_BYTES_MAX,
    Unreadable,
};
