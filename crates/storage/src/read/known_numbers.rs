// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is known of the numbers that a request brings: whether they are taken, and whether a batch reserved them
//! (rules.md 3). A number is unique within the institution, so the services of the scope do not matter.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use tramite_domain::ident::ServiceCode;
use tramite_domain::ids::InstitutionId;
use tramite_domain::institution::Institution;
use tramite_domain::iuv_rules::KnownNumbers;
use tramite_domain::notice::{LocalRange, NoticeNumber, PERMUTATION_KEY_BYTES, PermutedRange, SegregationCode};

use crate::Store;
use crate::column::Id;
use crate::db::{Db, load, together};
use crate::error::StoreError;
use crate::row::iuv_batch::IuvBatchRow;
use crate::row::{fit, read};
use crate::schema::{installments, iuv_batches};
use crate::scope::Scope;
use crate::store::Answer;

/// Batches read at a time: most requests bring numbers of one.
const BATCHES_MAX: usize = 64;

/// Numbers of one range, by their places in its sequence.
struct Wanted {
    code: SegregationCode,
    range: LocalRange,
    places: BTreeMap<i64, NoticeNumber>,
}

impl Store {
    /// What is known of numbers that a position of that service brings.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn known_numbers<'a>(
        &'a self,
        scope: &'a Scope,
        institution: &'a Institution,
        service: &'a ServiceCode,
        numbers: &'a BTreeSet<NoticeNumber>,
    ) -> Answer<'a, KnownNumbers> {
        Box::pin(async move {
            if numbers.is_empty() {
                return Ok(KnownNumbers::default());
            }
            let mut wanted = by_range(institution, numbers);
            if !wanted.is_empty() {
                place(&mut wanted, numbers, &self.numbering_key(scope).await?)?;
            }
            let iuvs: Vec<String> = numbers.iter().map(|number| number.iuv().to_string()).collect();
            let (own, service) = (scope.institution(), service.clone());
            self.read(scope, move |db| Box::pin(known(db, own, iuvs, wanted, service))).await
        })
    }
}

/// The ranges of the institution in which some of the numbers lie.
fn by_range(institution: &Institution, numbers: &BTreeSet<NoticeNumber>) -> Vec<Wanted> {
    let mut wanted: Vec<Wanted> = Vec::new();
    for number in numbers {
        let Some((code, base)) = number.segregation_code().zip(number.base()) else { continue };
        let Some(range) = institution.local_range_of(code, base) else { continue };
        if !wanted.iter().any(|one| one.code == code && one.range == range) {
            wanted.push(Wanted { code, range, places: BTreeMap::new() });
        }
    }
    wanted
}

/// Finds the place of each number: the way back of the permutation that gave it.
fn place(
    wanted: &mut [Wanted],
    numbers: &BTreeSet<NoticeNumber>,
    key: &[u8; PERMUTATION_KEY_BYTES],
) -> Result<(), StoreError> {
    for one in wanted {
        let permuted = PermutedRange::new(one.range, key);
        // A number with other check digits than these was never given.
        let own =
            numbers.iter().filter(|number| number.segregation_code() == Some(one.code) && number.check_digits_right());
        for number in own {
            if let Some(place) = number.base().and_then(|base| permuted.sequence_of(base)) {
                one.places.insert(fit("place", place)?, *number);
            }
        }
    }
    Ok(())
}

async fn known(
    mut db: Db<'_>,
    institution: InstitutionId,
    iuvs: Vec<String>,
    wanted: Vec<Wanted>,
    service: ServiceCode,
) -> Result<KnownNumbers, StoreError> {
    let (taken, reserved) = together!(&mut db, |db| taken(db, institution, iuvs.clone()), |db| reserved(
        db,
        institution,
        &wanted,
        &service
    ),)?;
    let taken = taken.iter().map(|iuv| read("installments.iuv", iuv)).collect::<Result<_, _>>()?;
    Ok(KnownNumbers { taken, reserved })
}

async fn taken(mut db: Db<'_>, institution: InstitutionId, iuvs: Vec<String>) -> Result<Vec<String>, StoreError> {
    Ok(load!(
        &mut db,
        installments::table
            .filter(installments::institution_id.eq(Id(institution)))
            .filter(installments::iuv.eq_any(&iuvs))
            .select(installments::iuv)
    )?)
}

async fn reserved(
    mut db: Db<'_>,
    institution: InstitutionId,
    wanted: &[Wanted],
    service: &ServiceCode,
) -> Result<BTreeSet<NoticeNumber>, StoreError> {
    let mut reserved = BTreeSet::new();
    for one in wanted {
        let mut next = one.places.keys().next().copied();
        while let Some(from) = next {
            let found = batches_from(&mut db, institution, one, from).await?;
            let last_read = found.last().map(|row| row.last_place);
            for row in found {
                let (first, last) = (row.first_place, row.last_place);
                if row.into_batch()?.serves(service) {
                    reserved.extend(one.places.range(first..=last).map(|(_, number)| *number));
                }
            }
            // The numbers between two batches were given by the generator, or are still to come.
            next =
                last_read.and_then(|last| one.places.range(last.saturating_add(1)..).next()).map(|(place, _)| *place);
        }
    }
    Ok(reserved)
}

/// The first batches that end at a place or behind it, up to the last place that is wanted.
async fn batches_from(
    db: &mut Db<'_>,
    institution: InstitutionId,
    wanted: &Wanted,
    from: i64,
) -> Result<Vec<IuvBatchRow>, StoreError> {
    let last = wanted.places.keys().next_back().copied().unwrap_or(from);
    let range_from: i64 = fit("iuv_batches.range_from", wanted.range.from().value())?;
    let at_once: i64 = fit("limit", wanted.places.len().min(BATCHES_MAX))?;
    Ok(load!(
        db,
        iuv_batches::table
            .filter(iuv_batches::institution_id.eq(Id(institution)))
            .filter(iuv_batches::segregation_code.eq(wanted.code.to_string()))
            .filter(iuv_batches::range_from.eq(range_from))
            .filter(iuv_batches::last_place.ge(from))
            .filter(iuv_batches::first_place.le(last))
            .order(iuv_batches::last_place)
            .limit(at_once)
            .select(IuvBatchRow::as_select())
    )?)
}
