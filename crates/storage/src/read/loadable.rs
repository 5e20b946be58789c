// SPDX-License-Identifier: AGPL-3.0-or-later
//! What many positions of one service rest on: the institution, the service, and those that are there already with who may be
//! paying them; on one snapshot, in a few statements however many they are.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, Text};
use tramite_domain::attempt::Attempt;
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::ident::{ExternalId, ServiceCode};
use tramite_domain::ids::{DebtPositionId, InstallmentId, InstitutionId, SessionId};
use tramite_domain::institution::Institution;
use tramite_domain::service::Service;
use tramite_domain::session::CheckoutSession;
use tramite_domain::time::Instant;

use super::in_use::{Payers, PositionInUse, payers};
use super::institution::{self, KnownInstitutions};
use super::position::{assemble, heads};
use super::service;
use crate::Store;
use crate::column::Id;
use crate::column::sql::Key;
use crate::db::{Db, first, load_on_postgres, load_on_sqlite, together};
use crate::error::StoreError;
use crate::row::position::PositionHead;
use crate::schema::{debt_positions, installments};
use crate::scope::Scope;
use crate::store::Answer;

/// Keys or ids that one statement asks for at most.
const AT_ONCE_MAX: usize = 1_000;
/// Installments of several positions that are read and held at most.
pub const LOADABLE_INSTALLMENTS_MAX: usize = 10_000;

/// How many installments some positions have.
macro_rules! installments_of {
    ($institution:expr, $positions:expr) => {
        installments::table
            .filter(installments::institution_id.eq(Id($institution)))
            .filter(installments::debt_position_id.eq_any($positions))
            .select(diesel::dsl::count_star())
    };
}

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
    /// instant. Positions of more installments together than [`LOADABLE_INSTALLMENTS_MAX`] are not read: fewer keys have to be asked
    /// for, of which one alone is always answered.
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
        let mut found = Vec::new();
        for keys in asked.keys.chunks(AT_ONCE_MAX) {
            found.append(&mut under(&mut db, scope.institution(), &asked.service, keys).await?);
        }
        check_size(&mut db, scope.institution(), &found).await?;
        while !found.is_empty() {
            let rest = found.split_off(found.len().min(AT_ONCE_MAX));
            let positions = assemble(&mut db, scope.institution(), found).await?;
            existing.append(&mut in_use(&mut db, scope.institution(), positions, asked.since).await?);
            found = rest;
        }
    }
    Ok(Loadable { institution, service, existing })
}

/// What is there under several keys finds room: a few hundred keys may be of positions that fill the memory. It is asked by the ids of
/// those that are there, so that a file of new ones asks nothing, and no other position of the institution is looked at.
async fn check_size(db: &mut Db<'_>, institution: InstitutionId, heads: &[PositionHead]) -> Result<(), StoreError> {
    if heads.len() <= 1 {
        return Ok(());
    }
    let ids: Vec<Id<DebtPositionId>> = heads.iter().map(|head| head.row.id).collect();
    let mut installments = 0_usize;
    for some in ids.chunks(AT_ONCE_MAX) {
        let counted: Option<i64> = first!(db, installments_of!(institution, some))?;
        let counted = counted.map_or(0, |count| usize::try_from(count).unwrap_or(usize::MAX));
        installments = installments.saturating_add(counted);
    }
    if installments > LOADABLE_INSTALLMENTS_MAX { Err(StoreError::Busy) } else { Ok(()) }
}

/// The heads of the positions of a service under some keys. Most keys of a file are new, and then the ids are all that is asked.
async fn under(
    db: &mut Db<'_>,
    institution: InstitutionId,
    service: &ServiceCode,
    keys: &[String],
) -> Result<Vec<PositionHead>, StoreError> {
    let service = service.as_str();
    let ids: Vec<Id<DebtPositionId>> = match &mut *db {
        Db::Postgres(connection) => {
            load_on_postgres(UnderKeys { institution: Id(institution), service, keys }, connection).await
        }
        Db::Sqlite(connection) => load_on_sqlite(
            debt_positions::table
                .filter(debt_positions::institution_id.eq(Id(institution)))
                .filter(debt_positions::external_id.assume_not_null().eq_any(keys))
                .filter(debt_positions::service_code.eq(service))
                .filter(debt_positions::erased_at.is_null())
                .select(debt_positions::id),
            connection,
        ),
    }?;
    if ids.is_empty() { Ok(Vec::new()) } else { heads(db, institution, &ids).await }
}

/// The ids of positions under some keys, on PostgreSQL key by key. Asked for all at once, a table that grew since it was last analysed is
/// taken for a small one, and every position of the service is looked at for each part of a file. For the same reason the service is
/// compared only after the key has found its positions, and the plan is made anew each time: in a table that was empty when the plan was
/// made, and has no statistics, the index of services looks as good as that of keys, and costs seconds for each part.
struct UnderKeys<'k> {
    institution: Id<InstitutionId>,
    service: &'k str,
    keys: &'k [String],
}

impl QueryFragment<Pg> for UnderKeys<'_> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        pass.unsafe_to_cache_prepared();
        pass.push_sql("SELECT found.id FROM unnest(");
        pass.push_bind_param::<Array<Text>, _>(self.keys)?;
        pass.push_sql(
            ") AS asked (external_id) CROSS JOIN LATERAL \
             (SELECT id, service_code, erased_at FROM debt_positions WHERE institution_id = ",
        );
        pass.push_bind_param::<Key, _>(&self.institution)?;
        // Without OFFSET the comparison of the service is taken into the look-up.
        pass.push_sql(" AND external_id = asked.external_id OFFSET 0) AS found WHERE found.service_code = ");
        pass.push_bind_param::<Text, _>(self.service)?;
        pass.push_sql(" AND found.erased_at IS NULL");
        Ok(())
    }
}

impl QueryId for UnderKeys<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for UnderKeys<'_> {
    type SqlType = Key;
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
        let payers = Payers { attempts: tried, sessions: held, ..Payers::default() };
        PositionInUse { position, payers }
    };
    Ok(positions.into_iter().map(with_payers).collect())
}

fn unpaid_of(position: &DebtPosition) -> impl Iterator<Item = InstallmentId> {
    position.installments().filter(|(_, one)| one.payment.is_none()).map(|(_, one)| one.id)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::read::plan;

    #[test]
    fn installments_are_counted_by_their_positions_however_many_others_there_are() {
        let mut connection = plan::migrated();
        let institution = InstitutionId::new(Uuid::nil());
        for many in [2, AT_ONCE_MAX] {
            let positions = vec![Id(DebtPositionId::new(Uuid::nil())); many];
            let query = installments_of!(institution, positions.as_slice());
            let counted = "SEARCH installments USING COVERING INDEX installments_position \
                           (institution_id=? AND debt_position_id=?)";
            assert_eq!(plan::steps(&mut connection, &query), [counted], "{many}");
        }
    }
}
