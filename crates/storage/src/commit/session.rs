// SPDX-License-Identifier: AGPL-3.0-or-later
//! Writing checkout sessions.

use diesel::dsl::exists;
use diesel::prelude::*;
use tramite_domain::ids::{DebtPositionId, InstallmentId, InstitutionId, SessionId};
use tramite_domain::session::{CheckoutSession, ItemSubject};

use super::{insert_rows, touched};
use crate::column::{At, Id};
use crate::db::{Db, execute, execute_each, first, together};
use crate::error::StoreError;
use crate::row::place;
use crate::row::session::{SessionRow, is_live};
use crate::row::session_item::SessionItemRow;
use crate::schema::{checkout_sessions, debt_positions, installments, session_items};
use crate::statement;

pub(super) async fn insert(
    db: &mut Db<'_>,
    institution: InstitutionId,
    session: &CheckoutSession,
) -> Result<(), StoreError> {
    let (row, items) = (SessionRow::of(institution, session), SessionItemRow::of(institution, session)?);
    let ((), _, ()) = together!(
        db,
        |db| still_unpaid(db, institution, session),
        |mut db| async move {
            execute!(&mut db, diesel::insert_into(checkout_sessions::table).values(&row)).map_err(StoreError::from)
        },
        |mut db| async move { insert_rows!(&mut db, session_items::table, items) },
    )?;
    Ok(())
}

/// The session as it is now, with the payments of its items; what its client asked for stays as it was.
pub(super) async fn update(
    db: &mut Db<'_>,
    institution: InstitutionId,
    session: &CheckoutSession,
    expected: i64,
) -> Result<(), StoreError> {
    let row = SessionRow::of(institution, session);
    let old = checkout_sessions::institution_id
        .eq(Id(institution))
        .and(checkout_sessions::id.eq(Id(session.id)))
        .and(checkout_sessions::version.eq(expected));
    let change = statement::update(checkout_sessions::table, old, &row);
    let ((), ()) = together!(db, |mut db| async move { touched(execute!(&mut db, change)?) }, |db| {
        pay_items(db, institution, session)
    },)?;
    Ok(())
}

/// Paid is final, and nothing else of an item ever changes.
async fn pay_items(mut db: Db<'_>, institution: InstitutionId, session: &CheckoutSession) -> Result<(), StoreError> {
    let mut paid = Vec::new();
    for (index, item) in session.items.iter().enumerate() {
        if let Some(payment) = &item.paid {
            paid.push((place(index)?, payment));
        }
    }
    let touched_rows: Vec<usize> = execute_each!(&mut db, paid, one => {
        let (place, payment) = one;
        let own = session_items::institution_id
            .eq(Id(institution))
            .and(session_items::session_id.eq(Id(session.id)))
            .and(session_items::place.eq(*place));
        statement::update(session_items::table, own, (
            session_items::paid_at.eq(Some(At(payment.paid_at))),
            session_items::paid_amount.eq(Some(payment.amount.cents())),
            session_items::paid_receipt_id.eq(payment.receipt_id.map(Id)),
        ))
    })?;
    touched_rows.into_iter().try_for_each(touched)
}

/// An item that a mark had paid is unpaid again. What a receipt paid stays paid.
pub(super) async fn release(
    db: &mut Db<'_>,
    institution: InstitutionId,
    session: SessionId,
    index: usize,
) -> Result<(), StoreError> {
    let marked = session_items::institution_id
        .eq(Id(institution))
        .and(session_items::session_id.eq(Id(session)))
        .and(session_items::place.eq(place(index)?))
        .and(session_items::paid_at.is_not_null())
        .and(session_items::paid_receipt_id.is_null());
    let unpaid = (session_items::paid_at.eq(None::<At>), session_items::paid_amount.eq(None::<i64>));
    touched(execute!(db, statement::update(session_items::table, marked, unpaid))?)
}

/// A session is decided on positions that were read before. A payment that was committed meanwhile would never complete
/// it, so it is decided again; one that is at work waits on the heads, and finds the session when it goes on.
async fn still_unpaid(db: Db<'_>, institution: InstitutionId, session: &CheckoutSession) -> Result<(), StoreError> {
    let (positions, unpaid) = own_unpaid(session);
    if unpaid.is_empty() {
        return Ok(());
    }
    let ((), paid) =
        together!(db, |db| lock_heads(db, institution, &positions), |db| one_paid(db, institution, &unpaid),)?;
    if paid { Err(StoreError::Conflict) } else { Ok(()) }
}

/// Waits for payments that are at work on these positions. On SQLite there is one writer alone.
async fn lock_heads(
    db: Db<'_>,
    institution: InstitutionId,
    positions: &[Id<DebtPositionId>],
) -> Result<(), StoreError> {
    if let Db::Postgres(mut connection) = db {
        let heads = debt_positions::table
            .filter(debt_positions::institution_id.eq(Id(institution)))
            .filter(debt_positions::id.eq_any(positions))
            .order(debt_positions::id)
            .select(debt_positions::id)
            .for_share();
        let _: Vec<Id<DebtPositionId>> = diesel_async::RunQueryDsl::load(heads, &mut connection).await?;
    }
    Ok(())
}

/// Whether one of these installments is paid.
async fn one_paid(
    mut db: Db<'_>,
    institution: InstitutionId,
    unpaid: &[Id<InstallmentId>],
) -> Result<bool, StoreError> {
    let paid: Option<Id<InstallmentId>> = first!(
        &mut db,
        installments::table
            .filter(installments::institution_id.eq(Id(institution)))
            .filter(installments::id.eq_any(unpaid))
            .filter(installments::paid_at.is_not_null())
            .select(installments::id)
            .limit(1)
    )?;
    Ok(paid.is_some())
}

/// The own items of a session that are not paid: their positions and installments.
fn own_unpaid(session: &CheckoutSession) -> (Vec<Id<DebtPositionId>>, Vec<Id<InstallmentId>>) {
    let items = session.items.iter().filter(|item| item.paid.is_none());
    let own = items.filter_map(|item| match &item.subject {
        ItemSubject::Own { position_id, installment_id, .. } => Some((Id(*position_id), Id(*installment_id))),
        ItemSubject::Foreign => None,
    });
    own.unzip()
}

/// A payment completes every live session that holds its installment. One that was made after they were read is not
/// among those that the batch writes, so the payment is decided again. It must come after the head is locked.
pub(super) async fn none_left(
    db: &mut Db<'_>,
    institution: InstitutionId,
    installment: InstallmentId,
    written: &[SessionId],
) -> Result<(), StoreError> {
    // Row by row: as a set, the live sessions would all be read for each receipt.
    let live = checkout_sessions::table
        .filter(checkout_sessions::institution_id.eq(session_items::institution_id))
        .filter(checkout_sessions::id.eq(session_items::session_id))
        .filter(is_live());
    let waiting = session_items::table
        .filter(session_items::institution_id.eq(Id(institution)))
        .filter(session_items::installment_id.eq(Some(Id(installment))))
        .filter(session_items::paid_at.is_null())
        .filter(exists(live))
        .select(session_items::session_id)
        .limit(1);
    let left: Option<Id<SessionId>> = match written {
        [] => first!(db, waiting)?,
        [one] => first!(db, waiting.filter(session_items::session_id.ne(Id(*one))))?,
        several => {
            let several: Vec<Id<SessionId>> = several.iter().copied().map(Id).collect();
            first!(db, waiting.filter(session_items::session_id.ne_all(several)))?
        }
    };
    if left.is_some() { Err(StoreError::Conflict) } else { Ok(()) }
}
