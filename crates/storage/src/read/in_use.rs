// SPDX-License-Identifier: AGPL-3.0-or-later
//! Who may be paying a position, or some installments: what every answer about them needs, on one snapshot.

use tramite_domain::attempt::Attempt;
use tramite_domain::debt_position::{Activity, DebtPosition};
use tramite_domain::ids::{DebtPositionId, InstallmentId, InstitutionId};
use tramite_domain::session::CheckoutSession;
use tramite_domain::submission::PlaceOfPosition;
use tramite_domain::time::Instant;

use super::places::OfForm;
use super::{attempt, places, position, session};
use crate::Store;
use crate::column::Id;
use crate::db::{Db, together};
use crate::error::StoreError;
use crate::scope::Scope;
use crate::store::Answer;

/// Who may be paying some installments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Payers {
    /// The attempts on them, seen last at the instant asked for or later.
    pub attempts: Vec<Attempt>,
    /// The live sessions that hold one of them, whatever their client.
    pub sessions: Vec<CheckoutSession>,
    /// Of one position alone: the live sessions that hold an installment which was marked as paid.
    pub marked: Vec<CheckoutSession>,
    /// Of one position alone: the places that its submission took, where a form has made it.
    pub places: Vec<PlaceOfPosition>,
    /// Of one position alone: whether another submission stands for it by now.
    pub superseded: bool,
}

impl Payers {
    /// As the domain's decisions ask for it.
    #[must_use]
    pub fn activity(&self) -> Activity<'_> {
        Activity {
            attempts: &self.attempts,
            sessions: &self.sessions,
            places: &self.places,
            superseded: self.superseded,
        }
    }
}

/// A position with who may be paying it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PositionInUse {
    /// The position.
    pub position: DebtPosition,
    /// Who may be paying its unpaid installments.
    pub payers: Payers,
}

impl Store {
    /// The position of that id with who tried to pay it since an instant; none where it does not exist for this scope.
    ///
    /// # Errors
    /// Whatever keeps the database from answering: never an absence.
    pub fn position_in_use<'a>(
        &'a self,
        scope: &'a Scope,
        id: DebtPositionId,
        since: Instant,
    ) -> Answer<'a, Option<PositionInUse>> {
        Box::pin(async move {
            let own = scope.clone();
            self.read(scope, move |db| Box::pin(by_id(db, own, id, since))).await
        })
    }

    /// Who tried to pay one of those installments since an instant, and who holds one.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn payers<'a>(
        &'a self,
        scope: &'a Scope,
        installments: &'a [InstallmentId],
        since: Instant,
    ) -> Answer<'a, Payers> {
        Box::pin(async move {
            if installments.is_empty() {
                return Ok(Payers::default());
            }
            let institution = scope.institution();
            let ids = installments.iter().copied().map(Id).collect();
            self.read(scope, move |db| Box::pin(payers(db, institution, ids, since))).await
        })
    }
}

pub(super) async fn payers(
    db: Db<'_>,
    institution: InstitutionId,
    installments: Vec<Id<InstallmentId>>,
    since: Instant,
) -> Result<Payers, StoreError> {
    let (attempts, sessions) = together!(
        db,
        |db| attempt::recent(db, institution, installments.clone(), since),
        |db| session::holding(db, institution, installments.clone()),
    )?;
    Ok(Payers { attempts, sessions, ..Payers::default() })
}

pub(super) async fn by_id(
    mut db: Db<'_>,
    scope: Scope,
    id: DebtPositionId,
    since: Instant,
) -> Result<Option<PositionInUse>, StoreError> {
    let institution = scope.institution();
    let (position, tried, held) = together!(
        &mut db,
        |db| position::by_id(db, scope.clone(), id),
        |db| attempt::on_one(db, institution, id, since),
        |db| session::on_position(db, institution, id),
    )?;
    let Some(position) = position else { return Ok(None) };
    let unpaid: Vec<InstallmentId> =
        position.installments().filter(|(_, one)| one.payment.is_none()).map(|(_, one)| one.id).collect();
    let attempts = match unpaid.as_slice() {
        [] => Vec::new(),
        [only] if position.installments().count() == 1 => {
            tried.into_iter().filter(|attempt| attempt.installment_id == *only).collect()
        }
        several => {
            let ids = several.iter().copied().map(Id).collect();
            attempt::recent(db.reborrow(), institution, ids, since).await?
        }
    };
    let marked: Vec<InstallmentId> =
        position.installments().filter(|(_, one)| one.is_marked()).map(|(_, one)| one.id).collect();
    let held = if unpaid.is_empty() && marked.is_empty() { Vec::new() } else { held };
    let live = session::live(&mut db, institution, held).await?;
    let holding = |any: &[InstallmentId]| -> Vec<CheckoutSession> {
        live.iter().filter(|session| any.iter().any(|one| session.holds(*one))).cloned().collect()
    };
    let OfForm { places, superseded } = places::of_position(db.reborrow(), institution, &position).await?;
    let payers = Payers { attempts, sessions: holding(&unpaid), marked: holding(&marked), places, superseded };
    Ok(Some(PositionInUse { position, payers }))
}
