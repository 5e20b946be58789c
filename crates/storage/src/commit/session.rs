// SPDX-License-Identifier: AGPL-3.0-or-later
//! Writing checkout sessions.

use diesel::prelude::*;
use tramite_domain::ids::{DebtPositionId, InstallmentId, InstitutionId, SessionId};
use tramite_domain::session::{CheckoutSession, ItemSubject};

use super::{insert_rows, touched};
use crate::column::{At, Id};
use crate::db::{Db, execute, first};
use crate::error::StoreError;
use crate::row::place;
use crate::row::session::{SessionRow, live_names};
use crate::row::session_item::SessionItemRow;
use crate::schema::{checkout_sessions, debt_positions, installments, session_items};

pub(super) async fn insert(
    db: &mut Db<'_>,
    institution: InstitutionId,
    session: &CheckoutSession,
) -> Result<(), StoreError> {
    still_unpaid(db, institution, session).await?;
    execute!(db, diesel::insert_into(checkout_sessions::table).values(&SessionRow::of(institution, session)))?;
    insert_rows!(db, session_items::table, SessionItemRow::of(institution, session)?);
    Ok(())
}

/// The whole session as it is now, with the payments of its items.
pub(super) async fn update(
    db: &mut Db<'_>,
    institution: InstitutionId,
    session: &CheckoutSession,
    expected: i64,
) -> Result<(), StoreError> {
    let row = SessionRow::of(institution, session);
    let old = checkout_sessions::table
        .filter(checkout_sessions::institution_id.eq(Id(institution)))
        .filter(checkout_sessions::id.eq(Id(session.id)))
        .filter(checkout_sessions::version.eq(expected));
    touched(execute!(db, diesel::update(old).set(&row))?)?;
    // Paid is final, and nothing else of an item ever changes.
    for (index, item) in session.items.iter().enumerate() {
        let Some(paid) = &item.paid else { continue };
        let own = session_items::table
            .filter(session_items::institution_id.eq(Id(institution)))
            .filter(session_items::session_id.eq(Id(session.id)))
            .filter(session_items::place.eq(place(index)?));
        let payment = (
            session_items::paid_at.eq(Some(At(paid.paid_at))),
            session_items::paid_amount.eq(Some(paid.amount.cents())),
            session_items::paid_receipt_id.eq(paid.receipt_id.map(Id)),
        );
        touched(execute!(db, diesel::update(own).set(payment))?)?;
    }
    Ok(())
}

/// A session is decided on positions that were read before. A payment that was committed meanwhile would never complete
/// it, so it is decided again; one that is at work waits on the heads, and finds the session when it goes on.
async fn still_unpaid(
    db: &mut Db<'_>,
    institution: InstitutionId,
    session: &CheckoutSession,
) -> Result<(), StoreError> {
    let (positions, unpaid) = own_unpaid(session);
    if unpaid.is_empty() {
        return Ok(());
    }
    if let Db::Postgres(connection) = db {
        let heads = debt_positions::table
            .filter(debt_positions::institution_id.eq(Id(institution)))
            .filter(debt_positions::id.eq_any(&positions))
            .order(debt_positions::id)
            .select(debt_positions::id)
            .for_share();
        let _: Vec<Id<DebtPositionId>> = diesel_async::RunQueryDsl::load(heads, connection).await?;
    }
    let paid: Option<Id<InstallmentId>> = first!(
        db,
        installments::table
            .filter(installments::institution_id.eq(Id(institution)))
            .filter(installments::id.eq_any(&unpaid))
            .filter(installments::paid_at.is_not_null())
            .select(installments::id)
            .limit(1)
    )?;
    if paid.is_some() { Err(StoreError::Conflict) } else { Ok(()) }
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
    let written: Vec<Id<SessionId>> = written.iter().copied().map(Id).collect();
    let live = checkout_sessions::table
        .filter(checkout_sessions::institution_id.eq(Id(institution)))
        .filter(checkout_sessions::told_status.eq_any(live_names()))
        .select(checkout_sessions::id);
    let left: Option<Id<SessionId>> = first!(
        db,
        session_items::table
            .filter(session_items::institution_id.eq(Id(institution)))
            .filter(session_items::installment_id.eq(Some(Id(installment))))
            .filter(session_items::paid_at.is_null())
            .filter(session_items::session_id.ne_all(&written))
            .filter(session_items::session_id.eq_any(live))
            .select(session_items::session_id)
            .limit(1)
    )?;
    if left.is_some() { Err(StoreError::Conflict) } else { Ok(()) }
}
