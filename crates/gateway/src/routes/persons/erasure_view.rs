// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a caller reads of an erasure. It names nobody: it is kept to be said again.

use serde::Serialize;
use tramite_domain::person::{Erased, Erasure, Kept, KeptThing};
use tramite_domain::time::Instant;
use utoipa::ToSchema;

use crate::words;

/// What went, and what stays.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PersonErasure, example = json!({
    "erased_at": "2026-09-20T10:00:00Z", "complete": true,
    "erased": {
        "debt_positions": 1, "debt_positions_pseudonymised": 0, "debt_positions_reduced": 1, "checkout_sessions": 2, "receipts": 0,
        "submissions": 1,
    },
    "kept": [
        {"debt_position_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e01", "why": "accounting", "until": "2036-12-31T23:00:00Z"},
        {"receipt_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e09", "why": "accounting", "until": "2036-12-31T23:00:00Z"},
    ],
    "more_kept": false,
}))]
pub(crate) struct PersonErasureView {
    #[schema(value_type = words::Timestamp)]
    erased_at: Instant,
    /// Whether everything was looked at. Where it was not, send it again under a new Idempotency-Key.
    complete: bool,
    erased: ErasedView,
    /// What stays, and why.
    #[schema(min_items = 0, max_items = 1000)]
    kept: Vec<KeptView>,
    /// Whether more stays than is told in `kept`.
    more_kept: bool,
}

/// How much of what named a person went.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ErasedCounts)]
pub(crate) struct ErasedView {
    /// Went, but for their notice numbers.
    #[schema(value_type = words::ItemCount)]
    debt_positions: u32,
    /// Amounts, dates and numbers stayed, and the debtor went.
    #[schema(value_type = words::ItemCount)]
    debt_positions_pseudonymised: u32,
    /// E-mail and address went.
    #[schema(value_type = words::ItemCount)]
    debt_positions_reduced: u32,
    /// The payer went, with `state` and `metadata`.
    #[schema(value_type = words::ItemCount)]
    checkout_sessions: u32,
    /// Amounts, dates and numbers stayed, and persons and message went.
    #[schema(value_type = words::ItemCount)]
    receipts: u32,
    /// What was entered went.
    #[schema(value_type = words::ItemCount)]
    submissions: u32,
}

/// Something that stays: one of the ids.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = KeptThing)]
pub(crate) struct KeptView {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    debt_position_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    checkout_session_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    receipt_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    submission_id: Option<String>,
    #[schema(value_type = words::ReasonKept)]
    why: &'static str,
    /// Until when; absent where nobody knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Timestamp>)]
    until: Option<Instant>,
}

impl PersonErasureView {
    pub(super) fn of(erasure: &Erasure, complete: bool, erased_at: Instant) -> Self {
        Self {
            erased_at,
            complete,
            erased: ErasedView::of(erasure.erased),
            kept: erasure.kept.iter().map(KeptView::of).collect(),
            more_kept: erasure.more_kept,
        }
    }
}

impl ErasedView {
    pub(crate) const fn of(erased: Erased) -> Self {
        Self {
            debt_positions: erased.debt_positions,
            debt_positions_pseudonymised: erased.debt_positions_pseudonymised,
            debt_positions_reduced: erased.debt_positions_reduced,
            checkout_sessions: erased.checkout_sessions,
            receipts: erased.receipts,
            submissions: erased.submissions,
        }
    }
}

impl KeptView {
    fn of(kept: &Kept) -> Self {
        let stays = Self { why: kept.why.name(), until: kept.until, ..Self::default() };
        match kept.thing {
            KeptThing::Position(id) => Self { debt_position_id: Some(id.to_string()), ..stays },
            KeptThing::Session(id) => Self { checkout_session_id: Some(id.to_string()), ..stays },
            KeptThing::Receipt(id) => Self { receipt_id: Some(id.to_string()), ..stays },
            KeptThing::Submission(id) => Self { submission_id: Some(id.to_string()), ..stays },
        }
    }
}
