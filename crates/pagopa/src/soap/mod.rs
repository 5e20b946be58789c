// SPDX-License-Identifier: AGPL-3.0-or-later
//! The SOAP door: bytes in, typed requests out; typed answers in, bytes out.
//!
//! [`fn@receive`] is the only place that reads a request. The guard goes first, the shape tables second, and only
//! what we have written again ourselves reaches yaserde.

mod envelope;
mod italian;
mod receive;
mod refused;
mod write;

pub(crate) use envelope::only_payload;
pub use receive::{Received, SoapAction, receive};
pub use refused::{Refused, RefusedAnswer};
pub use write::{CONTENT_TYPE, answer, client_fault, request};
