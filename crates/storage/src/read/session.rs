// SPDX-License-Identifier: AGPL-3.0-or-later
//! One checkout session, and the sessions that hold an installment.

use diesel::prelude::*;
use tramite_domain::attempt::AttemptKind;
use tramite_domain::ids::{DebtPositionId, InstallmentId, InstitutionId, SessionId};
use tramite_domain::session::CheckoutSession;

use super::attempt::unpaid;
use super::grouped;
use super::notice::of_notice;
use crate::Store;
use crate::column::Id;
use crate::db::{Db, first, load, load_together};
use crate::error::StoreError;
use crate::row::fit;
use crate::row::session::{SessionRow, live_names};
use crate::row::session_item::SessionItemRow;
use crate::schema::{asked_installments, attempts, checkout_sessions, held_items, installments, session_items};
use crate::scope::Scope;

impl Store {
    /// The session of that id; with a client in the scope, only its own, and with services, only where they are those of
    /// all its items.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub async fn session(&self, scope: &Scope, id: SessionId) -> Result<Option<CheckoutSession>, StoreError> {
        let own = scope.clone();
        self.read(scope, move |db| Box::pin(by_id(db, own, id))).await
    }

    /// The session that minted the cart of that reference. It looks at the attempts: a session may mint several carts.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub async fn session_by_cart(&self, scope: &Scope, reference: &str) -> Result<Option<CheckoutSession>, StoreError> {
        let (own, reference) = (scope.clone(), reference.to_owned());
        self.read(scope, move |db| Box::pin(by_cart(db, own, reference))).await
    }

    /// The live sessions that hold one of those installments, whatever their client: what the Node's side must know.
    /// Live is what was not yet told as over.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub async fn sessions_of(
        &self,
        scope: &Scope,
        installments: &[InstallmentId],
    ) -> Result<Vec<CheckoutSession>, StoreError> {
        if installments.is_empty() {
            return Ok(Vec::new());
        }
        let institution = scope.institution();
        let ids = installments.iter().copied().map(Id).collect();
        self.read(scope, move |db| Box::pin(holding(db, institution, ids))).await
    }

    /// The sessions that a payment of that installment completes: those that hold it as an unpaid item. Of those that
    /// are over, at most so many.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub async fn sessions_waiting(
        &self,
        scope: &Scope,
        installment: InstallmentId,
        over_max: usize,
    ) -> Result<Waiting, StoreError> {
        let institution = scope.institution();
        self.read(scope, move |db| Box::pin(waiting(db, institution, installment, over_max))).await
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

async fn holding(
    mut db: Db<'_>,
    institution: InstitutionId,
    installments: Vec<Id<InstallmentId>>,
) -> Result<Vec<CheckoutSession>, StoreError> {
    let held = session_items::table
        .filter(session_items::institution_id.eq(Id(institution)))
        .filter(session_items::installment_id.assume_not_null().eq_any(&installments))
        .select(session_items::session_id);
    let heads: Vec<SessionRow> = load!(
        &mut db,
        checkout_sessions::table
            .filter(checkout_sessions::institution_id.eq(Id(institution)))
            .filter(checkout_sessions::id.eq_any(held))
            .filter(checkout_sessions::told_status.eq_any(live_names()))
            .order(checkout_sessions::id)
            .select(SessionRow::as_select())
    )?;
    assemble(&mut db, institution, heads).await
}

async fn waiting(
    mut db: Db<'_>,
    institution: InstitutionId,
    installment: InstallmentId,
    over_max: usize,
) -> Result<Waiting, StoreError> {
    let rows: i64 = fit("over_max", over_max.saturating_add(1))?;
    let held = || {
        let unpaid = session_items::table
            .filter(session_items::institution_id.eq(Id(institution)))
            .filter(session_items::installment_id.eq(Some(Id(installment))))
            .filter(session_items::paid_at.is_null())
            .select(session_items::session_id);
        checkout_sessions::table
            .filter(checkout_sessions::institution_id.eq(Id(institution)))
            .filter(checkout_sessions::id.eq_any(unpaid))
    };
    let (mut heads, mut over): (Vec<SessionRow>, Vec<SessionRow>) = load_together!(
        &mut db,
        held()
            .filter(checkout_sessions::told_status.eq_any(live_names()))
            .order(checkout_sessions::id)
            .select(SessionRow::as_select()),
        held()
            .filter(checkout_sessions::told_status.ne_all(live_names()))
            .order(checkout_sessions::id.desc())
            .limit(rows)
            .select(SessionRow::as_select()),
    )?;
    let more = over.len() > over_max;
    over.truncate(over_max);
    heads.append(&mut over);
    Ok(Waiting { sessions: assemble(&mut db, institution, heads).await?, more })
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

/// The live sessions that hold an unpaid installment of a position, asked for in one go.
pub(super) async fn holding_position(
    mut db: Db<'_>,
    institution: InstitutionId,
    position: DebtPositionId,
) -> Result<Vec<CheckoutSession>, StoreError> {
    let holding = || {
        let held = held_items
            .filter(held_items.field(session_items::institution_id).eq(Id(institution)))
            .filter(
                held_items.field(session_items::installment_id).assume_not_null().eq_any(unpaid(institution, position)),
            )
            .select(held_items.field(session_items::session_id));
        checkout_sessions::table
            .filter(checkout_sessions::institution_id.eq(Id(institution)))
            .filter(checkout_sessions::id.eq_any(held))
            .filter(checkout_sessions::told_status.eq_any(live_names()))
    };
    let (heads, items): (Vec<SessionRow>, Vec<SessionItemRow>) = load_together!(
        &mut db,
        holding().order(checkout_sessions::id).select(SessionRow::as_select()),
        items_of(institution)
            .filter(session_items::session_id.eq_any(holding().select(checkout_sessions::id)))
            .order(session_items::place)
            .select(SessionItemRow::as_select()),
    )?;
    joined(heads, items)
}

/// The sessions that a payment of a notice completes, asked for in one go.
pub(super) async fn waiting_for_notice(
    mut db: Db<'_>,
    institution: InstitutionId,
    number: String,
    over_max: usize,
) -> Result<Waiting, StoreError> {
    let rows: i64 = fit("over_max", over_max.saturating_add(1))?;
    let held = || {
        let asked = of_notice(institution, &number).select(asked_installments.field(installments::id));
        let unpaid = held_items
            .filter(held_items.field(session_items::institution_id).eq(Id(institution)))
            .filter(held_items.field(session_items::installment_id).assume_not_null().eq_any(asked))
            .filter(held_items.field(session_items::paid_at).is_null())
            .select(held_items.field(session_items::session_id));
        checkout_sessions::table
            .filter(checkout_sessions::institution_id.eq(Id(institution)))
            .filter(checkout_sessions::id.eq_any(unpaid))
    };
    let live = || held().filter(checkout_sessions::told_status.eq_any(live_names()));
    let over = || {
        let ended = held().filter(checkout_sessions::told_status.ne_all(live_names()));
        ended.order(checkout_sessions::id.desc()).limit(rows)
    };
    type Rows = (Vec<SessionRow>, Vec<SessionItemRow>, Vec<SessionRow>, Vec<SessionItemRow>);
    let (live, live_items, over, over_items): Rows = load_together!(
        &mut db,
        live().order(checkout_sessions::id).select(SessionRow::as_select()),
        items_of(institution)
            .filter(session_items::session_id.eq_any(live().select(checkout_sessions::id)))
            .order(session_items::place)
            .select(SessionItemRow::as_select()),
        over().select(SessionRow::as_select()),
        items_of(institution)
            .filter(session_items::session_id.eq_any(over().select(checkout_sessions::id)))
            .order(session_items::place)
            .select(SessionItemRow::as_select()),
    )?;
    let (mut sessions, mut over) = (joined(live, live_items)?, joined(over, over_items)?);
    let more = over.len() > over_max;
    over.truncate(over_max);
    sessions.append(&mut over);
    Ok(Waiting { sessions, more })
}

#[diesel::dsl::auto_type(no_type_alias)]
fn items_of(institution: InstitutionId) -> _ {
    let institution: Id<InstitutionId> = Id(institution);
    session_items::table.filter(session_items::institution_id.eq(institution))
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
