// SPDX-License-Identifier: AGPL-3.0-or-later
//! Writing an institution with its histories.

use diesel::prelude::*;
use tramite_domain::institution::Institution;

use super::{insert_rows, touched};
use crate::column::{At, Id};
use crate::db::{Db, execute, first};
use crate::error::StoreError;
use crate::row::institution::{AccountRow, BeneficiaryRow, InstitutionRow, StationLinkRow};
use crate::schema::{accounts, beneficiaries, institution_stations, institutions, support_accesses};

/// The institution as it is now. Its histories are in the domain's hands, so the rows are replaced by what it holds.
pub(super) async fn put(db: &mut Db<'_>, institution: &Institution, expected: Option<i64>) -> Result<(), StoreError> {
    let row = InstitutionRow::of(institution);
    let id = Id(institution.id);
    match expected {
        None => {
            // Which of several broken rules a database names first differs; that it is there already counts.
            let there: Option<i64> = first!(
                db,
                institutions::table.filter(institutions::institution_id.eq(id)).select(institutions::version)
            )?;
            if there.is_some() {
                return Err(StoreError::Conflict);
            }
            execute!(db, diesel::insert_into(institutions::table).values(&row))?;
        }
        Some(expected) => {
            let old = institutions::table
                .filter(institutions::institution_id.eq(id))
                .filter(institutions::version.eq(expected));
            touched(execute!(db, diesel::update(old).set(&row))?)?;
            // What is kept in memory holds for as long as the version stays.
            if expected.checked_add(1) != Some(institution.version) {
                return Err(StoreError::failed("the version of an institution must rise by one"));
            }
            execute!(
                db,
                diesel::delete(institution_stations::table.filter(institution_stations::institution_id.eq(id)))
            )?;
            execute!(db, diesel::delete(accounts::table.filter(accounts::institution_id.eq(id))))?;
            execute!(db, diesel::delete(beneficiaries::table.filter(beneficiaries::institution_id.eq(id))))?;
        }
    }
    let links = each(&institution.stations, |index, link| StationLinkRow::of(institution.id, index, link))?;
    let rows = each(&institution.accounts, |index, account| AccountRow::of(institution.id, index, account))?;
    let others = each(&institution.beneficiaries, |index, one| BeneficiaryRow::of(institution.id, index, one))?;
    insert_rows!(db, institution_stations::table, links)?;
    insert_rows!(db, accounts::table, rows)?;
    insert_rows!(db, beneficiaries::table, others)?;
    if !institution.support_access {
        end_support(db, institution).await?;
    }
    Ok(())
}

/// Who reads in support reads no longer: an access that is still open does not come back when support is allowed again.
async fn end_support(db: &mut Db<'_>, institution: &Institution) -> Result<(), StoreError> {
    let at = At(institution.updated_at);
    let open = support_accesses::table
        .filter(support_accesses::institution_id.eq(Id(institution.id)))
        .filter(support_accesses::ended_at.is_null())
        .filter(support_accesses::expires_at.gt(at));
    execute!(db, diesel::update(open).set(support_accesses::ended_at.eq(Some(at))))?;
    Ok(())
}

fn each<T, R>(things: &[T], row: impl Fn(usize, &T) -> Result<R, StoreError>) -> Result<Vec<R>, StoreError> {
    things.iter().enumerate().map(|(index, thing)| row(index, thing)).collect()
}
