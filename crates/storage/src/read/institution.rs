// SPDX-License-Identifier: AGPL-3.0-or-later
//! The institution itself. It changes a few times a year and is asked for with every position, so what stands below its
//! head is kept in memory, and read again when the head has changed.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use diesel::prelude::*;
use tramite_domain::ids::InstitutionId;
use tramite_domain::institution::Institution;

use crate::Store;
use crate::column::{At, Id};
use crate::db::{Db, first, load_together};
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
    pub fn institution<'a>(&'a self, scope: &'a Scope) -> Answer<'a, Arc<Institution>> {
        Box::pin(async move {
            let (id, known) = (scope.institution(), self.institutions().clone());
            self.read(scope, move |db| Box::pin(by_id(db, known, id))).await
        })
    }
}

/// Institutions kept in memory; beyond, all are read again.
const KNOWN_MAX: usize = 5_000;

/// Institutions as they were read last.
#[derive(Clone, Default)]
pub(crate) struct KnownInstitutions(Arc<Mutex<HashMap<InstitutionId, Arc<Institution>>>>);

impl KnownInstitutions {
    /// The institution, where it is known as of that change.
    fn find(&self, id: InstitutionId, (version, updated_at): (i64, At)) -> Option<Arc<Institution>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |one: &&Arc<Institution>| one.version == version && one.updated_at == updated_at.0;
        known.get(&id).filter(same).cloned()
    }

    fn keep(&self, institution: &Arc<Institution>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KNOWN_MAX && !known.contains_key(&institution.id) {
            known.clear();
        }
        known.insert(institution.id, Arc::clone(institution));
    }
}

/// The head says, behind the wall of the scope, whether what is known still holds.
pub(super) async fn by_id(
    mut db: Db<'_>,
    known: KnownInstitutions,
    id: InstitutionId,
) -> Result<Arc<Institution>, StoreError> {
    let changed: Option<(i64, At)> = first!(
        &mut db,
        institutions::table
            .filter(institutions::institution_id.eq(Id(id)))
            .select((institutions::version, institutions::updated_at))
    )?;
    let changed = changed.ok_or_else(|| StoreError::failed("the institution of the scope is not there"))?;
    if let Some(found) = known.find(id, changed) {
        return Ok(found);
    }
    let read = Arc::new(whole(db, id).await?);
    known.keep(&read);
    Ok(read)
}

async fn whole(mut db: Db<'_>, id: InstitutionId) -> Result<Institution, StoreError> {
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
