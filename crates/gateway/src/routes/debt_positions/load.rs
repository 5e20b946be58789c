// SPDX-License-Identifier: AGPL-3.0-or-later
//! A position with who may be paying it, as every answer needs it.

use tramite_domain::attempt::ATTEMPT_LOCK_SECONDS;
use tramite_domain::debt_position::{DebtPosition, InstallmentStatus, amount_due, installment_status, position_status};
use tramite_domain::ids::{DebtPositionId, InstallmentId};
use tramite_domain::tax_code::InstitutionTaxCode;
use tramite_domain::time::Instant;
use tramite_storage::{Payers, PositionInUse, Scope};

use super::compose::ViewContext;
use super::view::DebtPositionView;
use crate::convention::Etag;
use crate::gateway::Gateway;
use crate::problem::{OrNotFound, Problem};

/// A position as a request finds it.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) position: DebtPosition,
    pub(crate) payers: Payers,
}

impl Loaded {
    pub(crate) fn etag(&self, now: Instant) -> Etag {
        etag_of(&self.position, now)
    }
}

/// The entity tag of a position: its version, the state that the clock gives it, and what its service adds by now.
pub(crate) fn etag_of(position: &DebtPosition, now: Instant) -> Etag {
    let status = position_status(position, now).name();
    match added(position, now) {
        0 => Etag::of(position.version, status),
        cents => Etag::of(position.version, &format!("{status}-{cents}")),
    }
}

/// What is added to all that can be paid now, in cents.
fn added(position: &DebtPosition, now: Instant) -> i64 {
    let open = position
        .installments()
        .filter(|(option, one)| installment_status(position, option, one, now) == InstallmentStatus::Open);
    open.filter_map(|(_, one)| amount_due(position, one, now).late).map(|late| late.total().cents()).sum()
}

/// The position of that id, or 404.
pub(crate) async fn load(gateway: &Gateway, scope: &Scope, id: DebtPositionId) -> Result<Loaded, Problem> {
    let since = gateway.now().plus_seconds(-ATTEMPT_LOCK_SECONDS);
    let found = gateway.store().position_in_use(scope, id, since).await?.or_not_found()?;
    let PositionInUse { position, payers } = found;
    Ok(Loaded { position, payers })
}

/// Who may be paying any of these positions now.
pub(crate) async fn payers(gateway: &Gateway, scope: &Scope, positions: &[DebtPosition]) -> Result<Payers, Problem> {
    let ids: Vec<InstallmentId> = positions
        .iter()
        .flat_map(DebtPosition::installments)
        .filter(|(_, one)| one.payment.is_none())
        .map(|(_, one)| one.id)
        .collect();
    let since = gateway.now().plus_seconds(-ATTEMPT_LOCK_SECONDS);
    Ok(gateway.store().payers(scope, &ids, since).await?)
}

/// What a caller reads of a position now.
pub(crate) fn view(
    creditor: InstitutionTaxCode,
    position: &DebtPosition,
    payers: &Payers,
    now: Instant,
) -> DebtPositionView {
    let context = ViewContext { creditor, activity: payers.activity(), now };
    DebtPositionView::of(position, context)
}
