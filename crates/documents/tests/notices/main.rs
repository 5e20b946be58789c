// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is printed: notices in every model, receipts, and the codes on them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests state what they expect")]

mod boxes;
mod codes;
mod logos;
mod models;
mod previews;
mod receipts;
mod support;
