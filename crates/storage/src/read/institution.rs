// SPDX-License-Identifier: AGPL-3.0-or-later
//! The institution itself.

use std::collections::HashMap;
use std::hash::Hash;

use diesel::prelude::*;
use tramite_domain::ids::InstitutionId;
use tramite_domain::institution::Institution;

use crate::Store;
use crate::column::Id;
use crate::db::{Db, load_together};
use crate::error::StoreError;
use crate::row::institution::{AccountRow, BeneficiaryRow, InstitutionRow, StationLinkRow};
use crate::schema::{accounts, beneficiaries, institution_stations, institutions};
use crate::scope::Scope;
use crate::store::Answer;

impl Store {
    /// The institution of the scope. That it is not there is a failure: scopes are made of institutions that are.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn institution<'a>(&'a self, scope: &'a Scope) -> Answer<'a, Institution> {
        Box::pin(async move {
            let id = scope.institution();
            self.read(scope, move |db| Box::pin(by_id(db, id))).await
        })
    }
}

pub(super) async fn by_id(mut db: Db<'_>, id: InstitutionId) -> Result<Institution, StoreError> {
    let rows: InstitutionRows = load_together!(
        &mut db,
        institutions::table.filter(institutions::institution_id.eq(Id(id))).select(InstitutionRow::as_select()),
        institution_stations::table
            .filter(institution_stations::institution_id.eq(Id(id)))
            .order(institution_stations::place)
            .select(StationLinkRow::as_select()),
        accounts::table
            .filter(accounts::institution_id.eq(Id(id)))
            .order(accounts::place)
            .select(AccountRow::as_select()),
        beneficiaries::table
            .filter(beneficiaries::institution_id.eq(Id(id)))
            .order(beneficiaries::place)
            .select(BeneficiaryRow::as_select()),
    )?;
    joined(rows)?.pop().ok_or_else(|| StoreError::failed("the institution of the scope is not there"))
}

type InstitutionRows = (Vec<InstitutionRow>, Vec<StationLinkRow>, Vec<AccountRow>, Vec<BeneficiaryRow>);

/// Reads the histories below the heads, in three statements however many they are.
pub(crate) async fn assemble(db: &mut Db<'_>, heads: Vec<InstitutionRow>) -> Result<Vec<Institution>, StoreError> {
    if heads.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Id<InstitutionId>> = heads.iter().map(|head| head.institution_id).collect();
    let (links, accounts, beneficiaries): (Vec<StationLinkRow>, Vec<AccountRow>, Vec<BeneficiaryRow>) = load_together!(
        db,
        institution_stations::table
            .filter(institution_stations::institution_id.eq_any(&ids))
            .order(institution_stations::place)
            .select(StationLinkRow::as_select()),
        accounts::table
            .filter(accounts::institution_id.eq_any(&ids))
            .order(accounts::place)
            .select(AccountRow::as_select()),
        beneficiaries::table
            .filter(beneficiaries::institution_id.eq_any(&ids))
            .order(beneficiaries::place)
            .select(BeneficiaryRow::as_select()),
    )?;
    joined((heads, links, accounts, beneficiaries))
}

/// Heads with their histories.
fn joined(rows: InstitutionRows) -> Result<Vec<Institution>, StoreError> {
    let (heads, links, accounts, beneficiaries) = rows;
    let mut links = grouped(links, |row| row.institution_id, StationLinkRow::into_link)?;
    let mut accounts = grouped(accounts, |row| row.institution_id, AccountRow::into_account)?;
    let mut beneficiaries = grouped(beneficiaries, |row| row.institution_id, BeneficiaryRow::into_beneficiary)?;
    heads
        .into_iter()
        .map(|head| {
            let id = head.institution_id;
            head.into_institution(
                links.remove(&id).unwrap_or_default(),
                accounts.remove(&id).unwrap_or_default(),
                beneficiaries.remove(&id).unwrap_or_default(),
            )
        })
        .collect()
}

/// Rows by what they belong to, in the order in which they came.
pub(crate) fn grouped<R, K: Eq + Hash, T>(
    rows: Vec<R>,
    key: impl Fn(&R) -> K,
    read: impl Fn(R) -> Result<T, StoreError>,
) -> Result<HashMap<K, Vec<T>>, StoreError> {
    let mut groups: HashMap<K, Vec<T>> = HashMap::new();
    for row in rows {
        groups.entry(key(&row)).or_default().push(read(row)?);
    }
    Ok(groups)
}
