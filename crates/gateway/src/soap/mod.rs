// SPDX-License-Identifier: AGPL-3.0-or-later
//! The Node's door: `POST /soap/pa-for-node`, the six primitives of today's interface, and beside it the payment options
//! of a notice in JSON.
//!
//! Bytes come in, are read by `tramite_pagopa::soap`, checked in a fixed order (rules.md 18), decided by the same
//! domain as the REST side, and answered in the primitive's own wrapper. Verify and get change nothing: what is to be
//! remembered of them goes through a buffer. A receipt is committed before it is acknowledged.

mod amount;
mod answer;
mod answered;
mod buffer;
mod checks;
mod deadline;
mod demand;
mod denied;
mod door;
mod exchange;
mod flush;
mod get;
mod journal;
mod mapping_payment;
mod mapping_receipt;
mod message;
mod options;
mod pulse;
mod raw;
mod receipt;
mod registry;
mod remember;
mod route;
mod serve;
mod tally;
mod verify;

pub use deadline::DEADLINE_MS;
pub use door::Soap;
pub use flush::Flusher;
pub use message::{Inbound, Outbound, Peer};
pub use options::PATH as PAYMENT_OPTIONS_PATH;
pub use route::{MESSAGE_BYTES_MAX, PATH, RECEIPT_BYTES_MAX, configure};
pub use tally::month_of;

pub(crate) use route::mount;
