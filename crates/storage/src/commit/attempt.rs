// SPDX-License-Identifier: AGPL-3.0-or-later
//! Recording an attempt: one row per installment, kind, reference and amount, with the last time it was seen.

use diesel::prelude::*;
use diesel::query_dsl::methods;
use diesel::upsert::excluded;
use tramite_domain::attempt::Attempt;
use tramite_domain::ids::InstitutionId;

use crate::db::{Db, execute};
use crate::error::StoreError;
use crate::row::attempt::AttemptRow;
use crate::schema::attempts::dsl;

pub(super) async fn record(db: &mut Db<'_>, institution: InstitutionId, attempt: &Attempt) -> Result<(), StoreError> {
    let row = AttemptRow::of(institution, attempt);
    // An older one that comes late changes nothing.
    execute!(
        db,
        methods::FilterDsl::filter(
            diesel::insert_into(dsl::attempts)
                .values(&row)
                .on_conflict((dsl::institution_id, dsl::installment_id, dsl::kind, dsl::reference, dsl::amount))
                .do_update()
                .set((dsl::session_id.eq(excluded(dsl::session_id)), dsl::at.eq(excluded(dsl::at)),)),
            dsl::at.le(excluded(dsl::at)),
        )
    )?;
    Ok(())
}
