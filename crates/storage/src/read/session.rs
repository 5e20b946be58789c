// SPDX-License-Identifier: AGPL-3.0-or-later
//! One checkout session, and the sessions that hold an installment.

use diesel::dsl::not;
use diesel::prelude::*;
use tramite_domain::attempt::AttemptKind;
use tramite_domain::ids::{DebtPositionId, InstallmentId, InstitutionId, SessionId};
use tramite_domain::notice::NoticeNumber;
use tramite_domain::session::CheckoutSession;

use super::grouped;
use super::notice::of_notice;
use crate::Store;
use crate::column::Id;
use crate::db::{Db, first, load, load_together};
use crate::error::StoreError;
use crate::row::fit;
use crate::row::session::{SessionRow, is_live};
use crate::row::session_item::SessionItemRow;
use crate::schema::{asked_installments, attempts, checkout_sessions, installments, session_items};
use crate::scope::Scope;
use crate::store::Answer;

/// Sessions asked for by their ids in one statement, at most.
const IDS_MAX: usize = 10_000;

impl Store {
    /// The session of that id; with a client in the scope, only its own, and with services, only where they are those of
    /// all its items.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn session<'a>(&'a self, scope: &'a Scope, id: SessionId) -> Answer<'a, Option<CheckoutSession>> {
        Box::pin(async move {
            let own = scope.clone();
            self.read(scope, move |db| Box::pin(by_id(db, own, id))).await
        })
    }

    /// The session that minted the cart of that reference. It looks at the attempts: a session may mint several carts.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn session_by_cart<'a>(&'a self, scope: &'a Scope, reference: &'a str) -> Answer<'a, Option<CheckoutSession>> {
        Box::pin(async move {
            let (own, reference) = (scope.clone(), reference.to_owned());
            self.read(scope, move |db| Box::pin(by_cart(db, own, reference))).await
        })
    }

    /// The live sessions that hold one of those installments, whatever their client: what the Node's side must know.
    /// Live is what was not yet told as over.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn sessions_of<'a>(
        &'a self,
        scope: &'a Scope,
        installments: &'a [InstallmentId],
    ) -> Answer<'a, Vec<CheckoutSession>> {
        Box::pin(async move {
            if installments.is_empty() {
                return Ok(Vec::new());
            }
            let institution = scope.institution();
            let ids = installments.iter().copied().map(Id).collect();
            self.read(scope, move |db| Box::pin(holding(db, institution, ids))).await
        })
    }

    /// The sessions that a payment of that installment completes: those that hold it as an unpaid item. Of those that
    /// are over, at most so many.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn sessions_waiting<'a>(
        &'a self,
        scope: &'a Scope,
        installment: InstallmentId,
        over_max: usize,
    ) -> Answer<'a, Waiting> {
        Box::pin(async move {
            let institution = scope.institution();
            self.read(scope, move |db| Box::pin(waiting(db, institution, installment, over_max))).await
        })
    }
}

/// Sessions that wait for the payment of an installment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// All live ones, and the newest of those that are over.
    pub sessions: Vec<CheckoutSession>,
    /// Whether more are over.
    pub more: bool,
}

async fn by_id(mut db: Db<'_>, scope: Scope, id: SessionId) -> Result<Option<CheckoutSession>, StoreError> {
    let head: Option<SessionRow> = first!(
        &mut db,
        checkout_sessions::table
            .filter(checkout_sessions::institution_id.eq(Id(scope.institution())))
            .filter(checkout_sessions::id.eq(Id(id)))
            .select(SessionRow::as_select())
    )?;
    visible(&mut db, &scope, head).await
}

async fn by_cart(mut db: Db<'_>, scope: Scope, reference: String) -> Result<Option<CheckoutSession>, StoreError> {
    let minted = attempts::table
        .filter(attempts::institution_id.eq(Id(scope.institution())))
        .filter(attempts::kind.eq(AttemptKind::Cart.name()))
        .filter(attempts::reference.eq(&reference))
        .filter(attempts::session_id.is_not_null())
        .select(attempts::session_id)
        .limit(1);
    let head: Option<SessionRow> = first!(
        &mut db,
        checkout_sessions::table
            .filter(checkout_sessions::institution_id.eq(Id(scope.institution())))
            .filter(checkout_sessions::id.nullable().eq(minted.single_value()))
            .select(SessionRow::as_select())
    )?;
    visible(&mut db, &scope, head).await
}

/// The live sessions that hold one of those installments. It asks by keys alone, step by step: until a table has
/// statistics, PostgreSQL may join two of them in the order that reads both as often as the other has rows.
pub(super) async fn holding(
    mut db: Db<'_>,
    institution: InstitutionId,
    installments: Vec<Id<InstallmentId>>,
) -> Result<Vec<CheckoutSession>, StoreError> {
    let ids: Vec<Id<SessionId>> = load!(
        &mut db,
        session_items::table
            .filter(session_items::institution_id.eq(Id(institution)))
            .filter(session_items::installment_id.assume_not_null().eq_any(&installments))
            .select(session_items::session_id)
    )?;
    live(&mut db, institution, distinct(ids)).await
}

/// The ids of the sessions with an item of that position, which may be paid.
pub(super) async fn on_position(
    mut db: Db<'_>,
    institution: InstitutionId,
    position: DebtPositionId,
) -> Result<Vec<Id<SessionId>>, StoreError> {
    let ids = load!(
        &mut db,
        session_items::table
            .filter(session_items::institution_id.eq(Id(institution)))
            .filter(session_items::debt_position_id.eq(Some(Id(position))))
            .select(session_items::session_id)
    )?;
    Ok(distinct(ids))
}

/// The ids of the sessions that hold the installment of a notice as an unpaid item.
pub(super) async fn on_notice(
    mut db: Db<'_>,
    institution: InstitutionId,
    number: NoticeNumber,
) -> Result<Vec<Id<SessionId>>, StoreError> {
    let asked = of_notice(institution, number).select(asked_installments.field(installments::id));
    let ids = load!(
        &mut db,
        session_items::table
            .filter(session_items::institution_id.eq(Id(institution)))
            .filter(session_items::installment_id.eq(asked.single_value()))
            .filter(session_items::paid_at.is_null())
            .select(session_items::session_id)
    )?;
    Ok(distinct(ids))
}

async fn waiting(
    mut db: Db<'_>,
    institution: InstitutionId,
    installment: InstallmentId,
    over_max: usize,
) -> Result<Waiting, StoreError> {
    let ids = load!(
        &mut db,
        session_items::table
            .filter(session_items::institution_id.eq(Id(institution)))
            .filter(session_items::installment_id.eq(Some(Id(installment))))
            .filter(session_items::paid_at.is_null())
            .select(session_items::session_id)
    )?;
    among(&mut db, institution, distinct(ids), over_max).await
}

/// The live ones of those sessions.
pub(super) async fn live(
    db: &mut Db<'_>,
    institution: InstitutionId,
    ids: Vec<Id<SessionId>>,
) -> Result<Vec<CheckoutSession>, StoreError> {
    let mut sessions = Vec::new();
    for part in ids.chunks(IDS_MAX) {
        let (heads, items): (Vec<SessionRow>, Vec<SessionItemRow>) = load_together!(
            db,
            checkout_sessions::table
                .filter(checkout_sessions::institution_id.eq(Id(institution)))
                .filter(checkout_sessions::id.eq_any(part))
                .filter(is_live())
                .order(checkout_sessions::id)
                .select(SessionRow::as_select()),
            session_items::table
                .filter(session_items::institution_id.eq(Id(institution)))
                .filter(session_items::session_id.eq_any(part))
                .order(session_items::place)
                .select(SessionItemRow::as_select()),
        )?;
        sessions.append(&mut joined(heads, items)?);
    }
    Ok(sessions)
}

/// All live ones of those sessions, and the newest of those that are over.
pub(super) async fn among(
    db: &mut Db<'_>,
    institution: InstitutionId,
    ids: Vec<Id<SessionId>>,
    over_max: usize,
) -> Result<Waiting, StoreError> {
    let rows: i64 = fit("over_max", over_max.saturating_add(1))?;
    let mut over: Vec<SessionRow> = Vec::new();
    // Ids are in the order of time, and so the newest ones of all are found among the newest of each part.
    for part in ids.chunks(IDS_MAX) {
        let mut ended: Vec<SessionRow> = load!(
            db,
            checkout_sessions::table
                .filter(checkout_sessions::institution_id.eq(Id(institution)))
                .filter(checkout_sessions::id.eq_any(part))
                .filter(not(is_live()))
                .order(checkout_sessions::id.desc())
                .limit(rows)
                .select(SessionRow::as_select())
        )?;
        over.append(&mut ended);
    }
    over.sort_by_key(|row| std::cmp::Reverse(row.id));
    let more = over.len() > over_max;
    over.truncate(over_max);
    let mut sessions = live(db, institution, ids).await?;
    sessions.append(&mut assemble(db, institution, over).await?);
    Ok(Waiting { sessions, more })
}

/// Each id once, in the order of time.
fn distinct(mut ids: Vec<Id<SessionId>>) -> Vec<Id<SessionId>> {
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The whole session, where it exists for the scope: one of another client, or with an item of another service, does not.
async fn visible(
    db: &mut Db<'_>,
    scope: &Scope,
    head: Option<SessionRow>,
) -> Result<Option<CheckoutSession>, StoreError> {
    let Some(head) = head else { return Ok(None) };
    let found = assemble(db, scope.institution(), vec![head]).await?.pop();
    Ok(found.filter(|session| scope.sees_session(session)))
}

/// Those sessions, whatever their state.
pub(super) async fn whole(
    db: &mut Db<'_>,
    institution: InstitutionId,
    ids: Vec<Id<SessionId>>,
) -> Result<Vec<CheckoutSession>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let heads: Vec<SessionRow> = load!(
        db,
        checkout_sessions::table
            .filter(checkout_sessions::institution_id.eq(Id(institution)))
            .filter(checkout_sessions::id.eq_any(&ids))
            .select(SessionRow::as_select())
    )?;
    assemble(db, institution, heads).await
}

/// Reads the items of the sessions, in one statement however many they are.
pub(super) async fn assemble(
    db: &mut Db<'_>,
    institution: InstitutionId,
    heads: Vec<SessionRow>,
) -> Result<Vec<CheckoutSession>, StoreError> {
    if heads.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Id<SessionId>> = heads.iter().map(|head| head.id).collect();
    let rows: Vec<SessionItemRow> = load!(
        db,
        session_items::table
            .filter(session_items::institution_id.eq(Id(institution)))
            .filter(session_items::session_id.eq_any(&ids))
            .order(session_items::place)
            .select(SessionItemRow::as_select())
    )?;
    joined(heads, rows)
}

/// Sessions with their items.
fn joined(heads: Vec<SessionRow>, items: Vec<SessionItemRow>) -> Result<Vec<CheckoutSession>, StoreError> {
    let mut items = grouped(items, |row| row.session_id, SessionItemRow::into_item)?;
    heads
        .into_iter()
        .map(|head| {
            let own = items.remove(&head.id).unwrap_or_default();
            head.into_session(own)
        })
        .collect()
}
