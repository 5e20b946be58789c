// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is known when a submission comes, and what a payment finds of the places of one (rules.md 49).

use diesel::prelude::*;
use tramite_domain::attempt::ATTEMPT_LOCK_SECONDS;
use tramite_domain::debt_position::{DebtPosition, Origin};
use tramite_domain::form::Claim;
use tramite_domain::ident::ServiceCode;
use tramite_domain::ids::{DebtPositionId, InstitutionId, SubmissionId};
use tramite_domain::submission::{HeldBy, KnownOfSubmission, KnownPlaces, PlaceOfPosition};
use tramite_domain::time::Instant;

use super::{in_use, position};
use crate::Store;
use crate::column::{At, Id};
use crate::db::{Db, first, load};
use crate::error::StoreError;
use crate::row::fit;
use crate::row::submission::SubmissionRow;
use crate::schema::{form_place_counts, form_places, form_submissions};
use crate::scope::Scope;
use crate::store::Answer;

/// Places whose time is over that are looked at for one submission.
const OVER_MAX: i64 = 20;

impl Store {
    /// What is known when a submission comes: the first under its key, and of each place that it claims how many are taken.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn known_of_submission<'a>(
        &'a self,
        scope: &'a Scope,
        service: &'a ServiceCode,
        (unique_key, claims): (Option<&'a str>, &'a [Claim]),
        now: Instant,
    ) -> Answer<'a, KnownOfSubmission> {
        Box::pin(async move {
            if unique_key.is_none() && claims.is_empty() {
                return Ok(KnownOfSubmission::default());
            }
            let (own, service) = (scope.whichever_client(), service.clone());
            let (unique_key, claims) = (unique_key.map(str::to_owned), claims.to_vec());
            self.read(scope, move |db| Box::pin(known(db, own, service, unique_key, claims, now))).await
        })
    }
}

async fn known(
    mut db: Db<'_>,
    scope: Scope,
    service: ServiceCode,
    unique_key: Option<String>,
    claims: Vec<Claim>,
    now: Instant,
) -> Result<KnownOfSubmission, StoreError> {
    let mut known = KnownOfSubmission::default();
    if let Some(key) = unique_key {
        let row: Option<SubmissionRow> = first!(
            &mut db,
            form_submissions::table
                .filter(form_submissions::institution_id.eq(Id(scope.institution())))
                .filter(form_submissions::service_code.eq(service.as_str()))
                .filter(form_submissions::unique_key.eq(Some(key)).assume_not_null())
                .select(SubmissionRow::as_select())
        )?;
        if let Some(first) = row.map(SubmissionRow::into_submission).transpose()? {
            let position = match first.debt_position_id {
                Some(id) => position::by_id(db.reborrow(), scope.clone(), id).await?,
                None => None,
            };
            known.first = Some((first, position));
        }
    }
    for claim in &claims {
        known.places.push(places(&mut db, &scope, &service, claim, now).await?);
    }
    Ok(known)
}

async fn places(
    db: &mut Db<'_>,
    scope: &Scope,
    service: &ServiceCode,
    claim: &Claim,
    now: Instant,
) -> Result<KnownPlaces, StoreError> {
    let taken = taken(db, scope.institution(), (service.as_str(), &claim.quota, &claim.key)).await?;
    if taken < claim.limit {
        return Ok(KnownPlaces { taken, over: Vec::new() });
    }
    let over: Vec<(Id<SubmissionId>, Option<Id<DebtPositionId>>)> = load!(
        db,
        form_places::table
            .filter(form_places::institution_id.eq(Id(scope.institution())))
            .filter(form_places::service_code.eq(service.as_str()))
            .filter(form_places::quota.eq(&claim.quota))
            .filter(form_places::key.eq(&claim.key))
            .filter(form_places::held_until.le(Some(At(now))).assume_not_null())
            .order((form_places::held_until, form_places::submission_id))
            .limit(OVER_MAX)
            .select((form_places::submission_id, form_places::debt_position_id))
    )?;
    let since = now.plus_seconds(-ATTEMPT_LOCK_SECONDS);
    let mut held = Vec::with_capacity(over.len());
    for (submission, id) in over {
        let found = match id {
            Some(id) => in_use::by_id(db.reborrow(), scope.clone(), id.0, since).await?,
            None => None,
        };
        let (position, attempts) = found.map_or((None, Vec::new()), |one| (Some(one.position), one.payers.attempts));
        held.push(HeldBy { submission: submission.0, position, attempts });
    }
    Ok(KnownPlaces { taken, over: held })
}

async fn taken(
    db: &mut Db<'_>,
    institution: InstitutionId,
    (service, quota, key): (&str, &str, &str),
) -> Result<u64, StoreError> {
    let found: Option<i64> = first!(
        db,
        form_place_counts::table
            .filter(form_place_counts::institution_id.eq(Id(institution)))
            .filter(form_place_counts::service_code.eq(service))
            .filter(form_place_counts::quota.eq(quota))
            .filter(form_place_counts::key.eq(key))
            .select(form_place_counts::taken)
    )?;
    fit("form_place_counts.taken", found.unwrap_or(0))
}

/// The places that the submission of a position took; none of a position that no form has made, for which nothing is asked.
pub(super) async fn of_position(
    mut db: Db<'_>,
    institution: InstitutionId,
    position: &DebtPosition,
) -> Result<Vec<PlaceOfPosition>, StoreError> {
    if position.origin != Origin::Form {
        return Ok(Vec::new());
    }
    let rows: Vec<SubmissionRow> = load!(
        &mut db,
        form_submissions::table
            .filter(form_submissions::institution_id.eq(Id(institution)))
            .filter(form_submissions::debt_position_id.eq(Some(Id(position.id))).assume_not_null())
            .filter(form_submissions::found.eq(false))
            .select(SubmissionRow::as_select())
    )?;
    let mut places = Vec::new();
    for row in rows {
        let kept = row.into_submission()?;
        let held: Vec<String> = load!(
            &mut db,
            form_places::table
                .filter(form_places::institution_id.eq(Id(institution)))
                .filter(form_places::submission_id.eq(Id(kept.id)))
                .select(form_places::quota)
        )?;
        for place in kept.places {
            let count = (kept.service_code.as_str(), place.quota.as_str(), place.key.as_str());
            let taken = taken(&mut db, institution, count).await?;
            places.push(PlaceOfPosition {
                submission: kept.id,
                position: position.id,
                service_code: kept.service_code.clone(),
                held: held.contains(&place.quota),
                quota: place.quota,
                key: place.key,
                limit: place.limit,
                taken,
            });
        }
    }
    Ok(places)
}
