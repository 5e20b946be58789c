// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is kept of one person, and what becomes of it: on their request at once as far as the law allows, and by itself when
//! the time of accounting is over (reliability.md 38).

mod erase;
mod retention;
mod verdict;

pub use erase::{Erased, Erasure, Kept, KeptThing, ReasonKept, names_somebody};
pub use retention::{
    LATE_RECEIPT_DAYS, RETENTION_YEARS, RETENTION_YEARS_MAX, RETENTION_YEARS_MIN, accounting_from, accounting_until,
    receipt_until,
};
pub use verdict::{Occasion, Terms, Verdict, of_position, of_receipt, of_session};
