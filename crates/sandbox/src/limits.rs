// SPDX-License-Identifier: AGPL-3.0-or-later
//! Every limit of the sandbox, with its unit.

/// Questions for receipts that the platform takes in `QUESTION_MINUTES` (sla.md 2).
pub(crate) const QUESTIONS_MAX: usize = 10;

/// In how many minutes.
pub(crate) const QUESTION_MINUTES: i64 = 60;

/// Institutions in the registry.
pub(crate) const INSTITUTIONS_MAX: usize = 1_000;

/// Stations of one institution.
pub(crate) const STATIONS_PER_INSTITUTION_MAX: usize = 20;

/// Accounts of one institution.
pub(crate) const IBANS_PER_INSTITUTION_MAX: usize = 500;

/// Notices of which the Node remembers an attempt or a payment; the oldest idle one is forgotten first.
pub(crate) const NOTICES_MAX: usize = 20_000;

/// Receipts that are kept; the oldest one that everybody has is forgotten first.
pub(crate) const RECEIPTS_MAX: usize = 5_000;

/// Carts that are kept; the oldest one that can no longer be paid is forgotten first.
pub(crate) const CARTS_MAX: usize = 2_000;

/// Runs of which the transcript can be read.
pub(crate) const TRANSCRIPTS_MAX: usize = 200;

/// How far from the oldest a thing that may be forgotten is looked for.
pub(crate) const FORGET_SCAN_MAX: usize = 256;

/// Bytes of the document of a demand: as many as an institution must read.
pub(crate) const DEMAND_BYTES_MAX: usize = 336 * 1024;

/// Bytes of a body posted to the sandbox.
pub(crate) const REQUEST_BYTES_MAX: usize = 1024 * 1024;

/// Bytes of an answer of the creditor that are read at all.
pub(crate) const ANSWER_BYTES_MAX: usize = 1024 * 1024;

/// Bytes of a message as a transcript shows it.
pub(crate) const TRANSCRIPT_BYTES_MAX: usize = 64 * 1024;

/// Steps of one transcript.
pub(crate) const STEPS_MAX: usize = 50;

/// Calls to the creditor that are under way at the same time.
pub(crate) const CALLS_AT_ONCE_MAX: usize = 256;

/// Receipts that wait for their time to be sent.
pub(crate) const LATE_RECEIPTS_MAX: usize = 1_000;

/// Times one receipt is sent again by one request.
pub(crate) const SEND_TIMES_MAX: u32 = 200;

/// Seconds a receipt may be held back.
pub(crate) const LATE_SECONDS_MAX: u64 = 3_600;

/// Seconds by which the clock is put forward at once: a month.
pub(crate) const ADVANCE_SECONDS_MAX: i64 = 2_678_400;

/// Minutes a payment token lives without an outcome (sla.md 1).
pub(crate) const TOKEN_MINUTES: i64 = 30;

/// Minutes a cart can be paid.
pub(crate) const CART_MINUTES: i64 = 10;

/// Notices in one cart.
pub(crate) const CART_NOTICES_MAX: usize = 5;

/// Hourly attempts at a receipt before the Node gives up (current.md 6).
pub(crate) const DELIVERY_ATTEMPTS_MAX: u32 = 48;

/// Minutes between two attempts at a receipt.
pub(crate) const DELIVERY_RETRY_MINUTES: i64 = 60;

/// Milliseconds between two looks at the receipts that are due again.
pub(crate) const RETRY_LOOK_MS: u64 = 60_000;

/// Milliseconds the creditor has for verify and get (sla.md 1).
pub(crate) const ASK_CUTOFF_MS: u64 = 7_000;

/// Milliseconds the creditor has for a receipt (sla.md 1).
pub(crate) const RECEIPT_CUTOFF_MS: u64 = 15_000;

/// Milliseconds to a connection with the creditor.
pub(crate) const CONNECT_CUTOFF_MS: u64 = 5_000;

/// Milliseconds an idle connection is kept: less than servers usually keep theirs.
pub(crate) const IDLE_CONNECTION_MS: u64 = 2_000;

/// Times the gateway is asked for its environment before the sandbox gives up.
pub(crate) const GATEWAY_ATTEMPTS_MAX: u32 = 20;

/// Milliseconds between two of those questions.
pub(crate) const GATEWAY_PAUSE_MS: u64 = 500;

/// Milliseconds the gateway has for each.
pub(crate) const GATEWAY_CUTOFF_MS: u64 = 3_000;

/// Things on one page of a list.
pub(crate) const LIST_MAX: usize = 500;

/// Things on one page of a list where nobody says how many.
pub(crate) const LIST_DEFAULT: usize = 50;
