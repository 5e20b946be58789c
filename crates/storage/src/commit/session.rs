// SPDX-License-Identifier: AGPL-3.0-or-later
//! Writing checkout sessions.

use diesel::prelude::*;
use tramite_domain::ids::InstitutionId;
use tramite_domain::session::CheckoutSession;

use super::{insert_rows, touched};
use crate::column::{At, Id};
use crate::db::{Db, execute};
use crate::error::StoreError;
use crate::row::place;
use crate::row::session::SessionRow;
use crate::row::session_item::SessionItemRow;
use crate::schema::{checkout_sessions, session_items};

pub(super) async fn insert(
    db: &mut Db<'_>,
    institution: InstitutionId,
    session: &CheckoutSession,
) -> Result<(), StoreError> {
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
