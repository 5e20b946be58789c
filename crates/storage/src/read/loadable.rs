// SPDX-License-Identifier: AGPL-3.0-or-later
//! What many positions of one service rest on: the institution, the service, and those that are there already with who may be
//! paying them; on one snapshot, in a few statements however many they are.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use diesel::prelude::*;
use tramite_domain::attempt::Attempt;
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::ident::{ExternalId, ServiceCode};
use tramite_domain::ids::{InstallmentId, InstitutionId, SessionId};
use tramite_domain::institution::Institution;
use tramite_domain::service::Service;
use tramite_domain::session::CheckoutSession;
use tramite_domain::time::Instant;

use super::in_use::{Payers, PositionInUse, payers};
use super::institution::{self, KnownInstitutions};
use super::position::assemble;
use super::service;
use crate::Store;
use crate::column::Id;
use crate::db::{Db, first, load, together};
use crate::error::StoreError;
use crate::row::position::PositionHead;
use crate::schema::{debt_positions, installments};
use crate::scope::Scope;
use crate::store::Answer;

/// Keys or ids that one statement asks for at most.
const AT_ONCE_MAX: usize = 1_000;
/// Installments of the positions of several keys that are read and held at most.
const LOADABLE_INSTALLMENTS_MAX: usize = 10_000;

/// What many positions of one service rest on.
#[derive(Debug, Clone)]
pub struct Loadable {
    /// The institution of the scope.
    pub institution: Arc<Institution>,
    /// The service, where it exists for the scope.
    pub service: Option<Service>,
    /// The positions that are there under one of the keys, in no order. What a mark had paid is not told of their sessions.
    pub existing: Vec<PositionInUse>,
}

impl Store {
    /// What positions of that service rest on, with those that are there under one of the keys, and who tried to pay them since an
    /// instant. Positions of more than ten thousand installments together are not read: fewer keys have to be asked for, of which
    /// one alone is always answered.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where the positions under the keys are too large together; whatever keeps the database from answering.
    pub fn loadable<'a>(
        &'a self,
        scope: &'a Scope,
        service: &'a ServiceCode,
        keys: &'a [ExternalId],
        since: Instant,
    ) -> Answer<'a, Loadable> {
        Box::pin(async move {
            let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
            let asked = Asked { scope: scope.clone(), service: service.clone(), keys, since };
            let known = self.institutions().clone();
            self.read(scope, move |db| Box::pin(read(db, known, asked))).await
        })
    }
}

struct Asked {
    scope: Scope,
    service: ServiceCode,
    keys: Vec<String>,
    since: Instant,
}

async fn read(mut db: Db<'_>, known: KnownInstitutions, asked: Asked) -> Result<Loadable, StoreError> {
    let scope = &asked.scope;
    let (institution, service) = together!(
        &mut db,
        |db| institution::by_id(db, known.clone(), scope.institution()),
        |db| service::by_code(db, scope.clone(), asked.service.clone()),
    )?;
    let mut existing = Vec::new();
    if scope.sees_service(Some(&asked.service)) {
        check_size(&mut db, &asked).await?;
        for keys in asked.keys.chunks(AT_ONCE_MAX) {
            let positions = under(&mut db, scope.institution(), &asked.service, keys).await?;
            existing.append(&mut in_use(&mut db, scope.institution(), positions, asked.since).await?);
        }
    }
    Ok(Loadable { institution, service, existing })
}

/// What is there under several keys finds room: a few hundred keys may be of positions that fill the memory.
async fn check_size(db: &mut Db<'_>, asked: &Asked) -> Result<(), StoreError> {
    if asked.keys.len() <= 1 {
        return Ok(());
    }
    let mut installments = 0_usize;
    for keys in asked.keys.chunks(AT_ONCE_MAX) {
        installments = installments.saturating_add(counted(db, asked, keys).await?);
    }
    if installments > LOADABLE_INSTALLMENTS_MAX { Err(StoreError::Busy) } else { Ok(()) }
}

/// How many installments the positions of the service have under some keys.
async fn counted(db: &mut Db<'_>, asked: &Asked, keys: &[String]) -> Result<usize, StoreError> {
    let counted: Option<i64> = first!(
        db,
        installments::table
            .inner_join(
                debt_positions::table.on(debt_positions::institution_id
                    .eq(installments::institution_id)
                    .and(debt_positions::id.eq(installments::debt_position_id))),
            )
            .filter(installments::institution_id.eq(Id(asked.scope.institution())))
            .filter(debt_positions::institution_id.eq(Id(asked.scope.institution())))
            .filter(debt_positions::external_id.assume_not_null().eq_any(keys))
            .filter(debt_positions::service_code.eq(asked.service.as_str()))
            .filter(debt_positions::erased_at.is_null())
            .select(diesel::dsl::count_star())
    )?;
    Ok(counted.map_or(0, |count| usize::try_from(count).unwrap_or(usize::MAX)))
}

/// The positions of a service under some keys.
async fn under(
    db: &mut Db<'_>,
    institution: InstitutionId,
    service: &ServiceCode,
    keys: &[String],
) -> Result<Vec<DebtPosition>, StoreError> {
    let heads: Vec<PositionHead> = load!(
        db,
        debt_positions::table
            .filter(debt_positions::institution_id.eq(Id(institution)))
            .filter(debt_positions::external_id.assume_not_null().eq_any(keys))
            .filter(debt_positions::service_code.eq(service.as_str()))
            .filter(debt_positions::erased_at.is_null())
            .select(PositionHead::as_select())
    )?;
    assemble(db, institution, heads).await
}

/// The positions with who may be paying their unpaid installments.
async fn in_use(
    db: &mut Db<'_>,
    institution: InstitutionId,
    positions: Vec<DebtPosition>,
    since: Instant,
) -> Result<Vec<PositionInUse>, StoreError> {
    let unpaid: Vec<Id<InstallmentId>> = positions.iter().flat_map(unpaid_of).map(Id).collect();
    let mut attempts: HashMap<InstallmentId, Vec<Attempt>> = HashMap::new();
    let mut sessions: BTreeMap<SessionId, CheckoutSession> = BTreeMap::new();
    for part in unpaid.chunks(AT_ONCE_MAX) {
        let found = payers(db.reborrow(), institution, part.to_vec(), since).await?;
        for one in found.attempts {
            attempts.entry(one.installment_id).or_default().push(one);
        }
        sessions.extend(found.sessions.into_iter().map(|session| (session.id, session)));
    }
    let with_payers = |position: DebtPosition| {
        let mut tried: Vec<Attempt> =
            unpaid_of(&position).flat_map(|id| attempts.remove(&id).unwrap_or_default()).collect();
        tried.sort_by_key(|attempt| (attempt.at, attempt.id));
        let holds = |session: &&CheckoutSession| unpaid_of(&position).any(|id| session.holds(id));
        let held = sessions.values().filter(holds).cloned().collect();
        let payers = Payers { attempts: tried, sessions: held, marked: Vec::new() };
        PositionInUse { position, payers }
    };
    Ok(positions.into_iter().map(with_payers).collect())
}

fn unpaid_of(position: &DebtPosition) -> impl Iterator<Item = InstallmentId> {
    position.installments().filter(|(_, one)| one.payment.is_none()).map(|(_, one)| one.id)
}
