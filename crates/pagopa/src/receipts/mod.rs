// SPDX-License-Identifier: AGPL-3.0-or-later
//! The receipts API of the platform: a receipt that never came is fetched by the IUR and the IUV of its settlement line (current.md
//! 9.5). Ten calls an hour: it is for what was lost, and no way to read receipts.

mod client;
mod content;
mod numbers;

pub use client::{RECEIPT_BYTES_MAX, ReceiptsClient, ReceiptsClientError, ReceiptsFailure};
pub use content::{Unreadable, content};
