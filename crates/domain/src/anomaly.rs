// SPDX-License-Identifier: AGPL-3.0-or-later
//! What may be strange about a payment. Money wins: an anomaly is told, never a reason to refuse (rules.md 27 to 30).

use serde::{Deserialize, Serialize};

use crate::named::named;

/// One strange thing about a receipt or a paid installment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Anomaly {
    /// Another receipt had already paid the installment, or an excluded alternative was paid too.
    DuplicatePayment,
    /// The amount is none that was due at the time.
    AmountMismatch,
    /// Nobody here knew the notice.
    UnknownPosition,
    /// The position was not yet published.
    DraftPosition,
    /// The position or installment had been cancelled.
    CancelledPosition,
    /// Another option of the position had been used.
    SupersededPosition,
    /// The installment was past its last payable instant.
    ExpiredPosition,
    /// A reduced option was paid after its term.
    LateReduced,
    /// A place was sold twice (rules.md 49).
    OverCapacity,
    /// The platform answered in our stead.
    StandIn,
    /// The Node never asked us before the payment.
    NotActivated,
    /// It came through a station that is not, or no longer, the institution's.
    StationMismatch,
    /// The institution is suspended or closed.
    InstitutionInactive,
    /// The message breaks the schema in what is not needed.
    IrregularMessage,
    /// The same receipt came again with other content.
    ReceiptDiffers,
}

named!(Anomaly {
    DuplicatePayment = "duplicate_payment", AmountMismatch = "amount_mismatch", UnknownPosition = "unknown_position",
    DraftPosition = "draft_position", CancelledPosition = "cancelled_position",
    SupersededPosition = "superseded_position", ExpiredPosition = "expired_position", LateReduced = "late_reduced",
    OverCapacity = "over_capacity", StandIn = "stand_in", NotActivated = "not_activated",
    StationMismatch = "station_mismatch", InstitutionInactive = "institution_inactive",
    IrregularMessage = "irregular_message", ReceiptDiffers = "receipt_differs",
});
