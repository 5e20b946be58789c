// SPDX-License-Identifier: AGPL-3.0-or-later
//! What becomes of the positions a session made when it ends unpaid (api.md `on_abandon`).

use crate::attempt::{Attempt, AttemptKind};
use crate::ids::{DebtPositionId, InstallmentId};
use crate::time::Instant;

use super::{CheckoutSession, ItemSubject, OnAbandon, SessionStatus, session_status};

/// The positions to cancel now that the session has expired: only those it made, and only while nobody is paying them.
///
/// `others` are the sessions that hold one of its installments, itself or not: while another of them lives, a citizen
/// may still pay there, and the position stays.
#[must_use]
pub fn abandoned(
    session: &CheckoutSession,
    attempts: &[Attempt],
    others: &[CheckoutSession],
    now: Instant,
) -> Vec<DebtPositionId> {
    if session.on_abandon != OnAbandon::Cancel || session_status(session, now) != SessionStatus::Expired {
        return Vec::new();
    }
    let asked = |installment: InstallmentId| {
        attempts
            .iter()
            .any(|one| one.installment_id == installment && one.kind != AttemptKind::Cart && one.locked_until() > now)
    };
    let offered = |installment: InstallmentId| {
        others.iter().filter(|other| other.id != session.id && !session_status(other, now).is_closed()).any(|other| {
            other.items.iter().any(
                |item| matches!(&item.subject, ItemSubject::Own { installment_id, .. } if *installment_id == installment),
            )
        })
    };
    session
        .items
        .iter()
        .filter_map(|item| match &item.subject {
            ItemSubject::Own { position_id, installment_id, inline: true, .. } => Some((*position_id, *installment_id)),
            _ => None,
        })
        .filter(|(_, installment)| !asked(*installment) && !offered(*installment))
        .map(|(position, _)| position)
        .collect()
}
