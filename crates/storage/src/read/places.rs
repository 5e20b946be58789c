// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is known when a submission comes, and what a payment finds of the places of one (rules.md 49).

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use tramite_domain::attempt::ATTEMPT_LOCK_SECONDS;
use tramite_domain::debt_position::{DebtPosition, Origin};
use tramite_domain::form::Claim;
use tramite_domain::ident::ServiceCode;
use tramite_domain::ids::{InstitutionId, SubmissionId};
use tramite_domain::submission::{FirstOfKind, KnownOfSubmission, KnownPlaces, PlaceOfPosition};
use tramite_domain::time::Instant;

use super::in_use;
use crate::Store;
use crate::column::{At, Id};
use crate::db::{Db, first, load};
use crate::error::StoreError;
use crate::row::fit;
use crate::row::submission::SubmissionRow;
use crate::schema::{attempts, debt_positions, form_place_counts, form_places, form_submissions, installments};
use crate::scope::Scope;
use crate::store::Answer;

/// Places that anybody may have, of which a submission chooses: so many who come at the same moment find one each.
const FREE_MAX: u64 = 50;
/// Places that come back at most with one submission, where more were sold than there are.
const RETURNED_MAX: u64 = 500;

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
        if let Some(kept) = row.map(SubmissionRow::into_submission).transpose()? {
            let since = now.plus_seconds(-ATTEMPT_LOCK_SECONDS);
            let found = match kept.debt_position_id {
                Some(id) => in_use::by_id(db.reborrow(), scope.clone(), id, since).await?,
                None => None,
            };
            let (position, attempts) =
                found.map_or((None, Vec::new()), |found| (Some(found.position), found.payers.attempts));
            known.first = Some(FirstOfKind { kept, position, attempts });
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
    let count = (service.as_str(), claim.quota.as_str(), claim.key.as_str());
    let (taken, _) = counted(db, scope.institution(), count).await?;
    let Some(beyond) = taken.checked_sub(claim.limit) else { return Ok(KnownPlaces { taken, free: Vec::new() }) };
    let wanted: i64 = fit("form_places", beyond.min(RETURNED_MAX).saturating_add(FREE_MAX))?;
    let since = now.plus_seconds(-ATTEMPT_LOCK_SECONDS);
    let asked = installments::table
        .inner_join(
            attempts::table.on(attempts::institution_id
                .eq(installments::institution_id)
                .and(attempts::installment_id.eq(installments::id))),
        )
        .filter(installments::institution_id.eq(form_places::institution_id))
        .filter(installments::debt_position_id.nullable().eq(form_places::debt_position_id))
        .filter(attempts::at.ge(At(since)));
    let free: Vec<Id<SubmissionId>> = load!(
        db,
        form_places::table
            .inner_join(
                debt_positions::table.on(debt_positions::institution_id
                    .eq(form_places::institution_id)
                    .and(debt_positions::id.nullable().eq(form_places::debt_position_id))),
            )
            .filter(form_places::institution_id.eq(Id(scope.institution())))
            .filter(form_places::service_code.eq(service.as_str()))
            .filter(form_places::quota.eq(&claim.quota))
            .filter(form_places::key.eq(&claim.key))
            .filter(form_places::held_until.le(Some(At(now))).assume_not_null())
            .filter(debt_positions::settled.is_null())
            .filter(not(exists(asked)))
            .order((form_places::held_until, form_places::submission_id))
            .limit(wanted)
            .select(form_places::submission_id)
    )?;
    Ok(KnownPlaces { taken, free: free.into_iter().map(|id| id.0).collect() })
}

/// How many places are taken, of how many as it was said last.
async fn counted(
    db: &mut Db<'_>,
    institution: InstitutionId,
    (service, quota, key): (&str, &str, &str),
) -> Result<(u64, u64), StoreError> {
    let found: Option<(i64, i64)> = first!(
        db,
        form_place_counts::table
            .filter(form_place_counts::institution_id.eq(Id(institution)))
            .filter(form_place_counts::service_code.eq(service))
            .filter(form_place_counts::quota.eq(quota))
            .filter(form_place_counts::key.eq(key))
            .select((form_place_counts::taken, form_place_counts::most))
    )?;
    let (taken, most) = found.unwrap_or_default();
    Ok((fit("form_place_counts.taken", taken)?, fit("form_place_counts.most", most)?))
}

/// What is known of a position that a form has made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct OfForm {
    /// The places that its submission took.
    pub(crate) places: Vec<PlaceOfPosition>,
    /// Whether another submission stands for it by now.
    pub(crate) superseded: bool,
}

/// What is known of the submission of a position; nothing of a position that no form has made, for which nothing is asked.
pub(super) async fn of_position(
    mut db: Db<'_>,
    institution: InstitutionId,
    position: &DebtPosition,
) -> Result<OfForm, StoreError> {
    let mut known = OfForm::default();
    if position.origin != Origin::Form {
        return Ok(known);
    }
    let rows: Vec<SubmissionRow> = load!(
        &mut db,
        form_submissions::table
            .filter(form_submissions::institution_id.eq(Id(institution)))
            .filter(form_submissions::debt_position_id.eq(Some(Id(position.id))).assume_not_null())
            .filter(form_submissions::found.eq(false))
            .select(SubmissionRow::as_select())
    )?;
    for row in rows {
        let kept = row.into_submission()?;
        known.superseded |= kept.superseded_by.is_some();
        let held: Vec<String> = load!(
            &mut db,
            form_places::table
                .filter(form_places::institution_id.eq(Id(institution)))
                .filter(form_places::submission_id.eq(Id(kept.id)))
                .select(form_places::quota)
        )?;
        for place in kept.places {
            let count = (kept.service_code.as_str(), place.quota.as_str(), place.key.as_str());
            let (taken, most) = counted(&mut db, institution, count).await?;
            known.places.push(PlaceOfPosition {
                submission: kept.id,
                position: position.id,
                service_code: kept.service_code.clone(),
                held: held.contains(&place.quota),
                quota: place.quota,
                key: place.key,
                limit: most,
                taken,
            });
        }
    }
    Ok(known)
}
