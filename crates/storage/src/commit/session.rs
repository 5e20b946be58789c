// SPDX-License-Identifier: AGPL-3.0-or-later
//! Writing checkout sessions.

use diesel::prelude::*;
use diesel::upsert::excluded;
use tramite_domain::ids::InstitutionId;
use tramite_domain::session::CheckoutSession;

use super::{insert_rows, touched};
use crate::column::Id;
use crate::db::{Db, execute};
use crate::error::StoreError;
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

/// The whole session as it is now; of its items only the payment can have changed.
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
    for item in SessionItemRow::of(institution, session)? {
        use session_items::dsl;
        execute!(
            db,
            diesel::insert_into(dsl::session_items)
                .values(&item)
                .on_conflict((dsl::institution_id, dsl::session_id, dsl::place))
                .do_update()
                .set((
                    dsl::paid_at.eq(excluded(dsl::paid_at)),
                    dsl::paid_amount.eq(excluded(dsl::paid_amount)),
                    dsl::paid_receipt_id.eq(excluded(dsl::paid_receipt_id)),
                ))
        )?;
    }
    Ok(())
}
