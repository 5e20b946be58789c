// SPDX-License-Identifier: AGPL-3.0-or-later
//! Writing submissions, and the places that they take. Of two that take the last place one does.

use diesel::prelude::*;
use tramite_domain::ident::ServiceCode;
use tramite_domain::ids::{DebtPositionId, InstitutionId, SubmissionId};
use tramite_domain::submission::{Entered, HandedPlace, KeptSubmission, PlaceOfPosition};
use tramite_domain::time::Instant;

use super::emptied::ERASED_TEXT;
use super::{insert_rows, touched};
use crate::column::{At, Doc, Id};
use crate::db::{Db, execute, first};
use crate::error::StoreError;
use crate::row::fit;
use crate::row::submission::{PlaceRow, SubmissionPersonRow, SubmissionRow};
use crate::schema::{debt_positions, form_place_counts, form_places, form_submissions, submission_persons};
use crate::statement;

/// What the count of a quota is known by.
const COUNT_KEY: &str = "institution_id, service_code, quota, key";

pub(super) async fn insert(
    db: &mut Db<'_>,
    institution: InstitutionId,
    kept: &KeptSubmission,
    handed: &[HandedPlace],
) -> Result<(), StoreError> {
    for place in &kept.places {
        // What goes from one to another is counted already. That is one statement less, and one whose order would matter.
        if let Some(handed) = handed.iter().find(|handed| handed.quota == place.quota) {
            hand_over(db, institution, handed, kept.created_at).await?;
            continue;
        }
        let count = (&kept.service_code, place.quota.as_str(), place.key.as_str());
        take(db, institution, count, (place.limit, false)).await?;
    }
    let row = SubmissionRow::of(institution, kept)?;
    execute!(db, diesel::insert_into(form_submissions::table).values(&row))?;
    let places: Vec<_> = kept.places.iter().map(|place| PlaceRow::of(institution, kept, place)).collect();
    insert_rows!(db.reborrow(), form_places::table, &places)?;
    insert_rows!(db.reborrow(), submission_persons::table, &SubmissionPersonRow::of(institution, kept))
}

/// A place whose time is over goes from whom it was; of two that want it one gets it.
async fn hand_over(
    db: &mut Db<'_>,
    institution: InstitutionId,
    handed: &HandedPlace,
    now: Instant,
) -> Result<(), StoreError> {
    let its = form_places::table
        .filter(form_places::institution_id.eq(Id(institution)))
        .filter(form_places::submission_id.eq(Id(handed.from)))
        .filter(form_places::quota.eq(&handed.quota))
        .filter(form_places::held_until.le(Some(At(now))).assume_not_null());
    touched(execute!(db, diesel::delete(its))?)
}

/// One more place of so many is taken, while there is one; beyond them in any case. How many there are is what was said last.
async fn take(
    db: &mut Db<'_>,
    institution: InstitutionId,
    (service, quota, key): (&ServiceCode, &str, &str),
    (most, beyond): (u64, bool),
) -> Result<(), StoreError> {
    use form_place_counts::dsl;
    let most: i64 = fit("form_place_counts.most", most)?;
    let below = if beyond { i64::MAX } else { most };
    let first = (
        dsl::institution_id.eq(Id(institution)),
        dsl::service_code.eq(service.as_str()),
        dsl::quota.eq(quota),
        dsl::key.eq(key),
        dsl::taken.eq(1_i64),
        dsl::most.eq(most),
    );
    let more = (dsl::taken.eq(dsl::taken + 1_i64), dsl::most.eq(most));
    let insert = diesel::insert_into(form_place_counts::table).values(first);
    touched(execute!(db, statement::upsert(insert, COUNT_KEY, more, dsl::taken.lt(below)))?)
}

/// Another one under the same key may come. The debt position of the first is another one from now on, as it cannot be opened again.
pub(super) async fn free(
    db: &mut Db<'_>,
    institution: InstitutionId,
    (id, by): (SubmissionId, SubmissionId),
    (position, at): (Option<(DebtPositionId, i64)>, Instant),
) -> Result<(), StoreError> {
    // The key first: the submission that takes it is sent right behind.
    {
        use form_submissions::dsl;
        let held = dsl::institution_id.eq(Id(institution)).and(dsl::id.eq(Id(id))).and(dsl::unique_key.is_not_null());
        let over = (dsl::unique_key.eq(None::<String>), dsl::superseded_by.eq(Some(Id(by))));
        touched(execute!(db, statement::update(form_submissions::table, held, over))?)?;
    }
    let Some((position, expected)) = position else { return Ok(()) };
    use debt_positions::dsl;
    let same = dsl::institution_id.eq(Id(institution)).and(dsl::id.eq(Id(position))).and(dsl::version.eq(expected));
    let next = (dsl::version.eq(expected + 1), dsl::updated_at.eq(At(at)));
    touched(execute!(db, statement::update(debt_positions::table, same, next))?)
}

pub(super) async fn cancel(
    db: &mut Db<'_>,
    institution: InstitutionId,
    id: SubmissionId,
    at: Instant,
) -> Result<(), StoreError> {
    use form_submissions::dsl;
    let standing = dsl::institution_id
        .eq(Id(institution))
        .and(dsl::id.eq(Id(id)))
        .and(dsl::debt_position_id.is_null().or(dsl::found.eq(true)))
        .and(dsl::cancelled_at.is_null());
    let over = (dsl::cancelled_at.eq(Some(At(at))), dsl::unique_key.eq(None::<String>));
    touched(execute!(db, statement::update(form_submissions::table, standing, over))?)
}

/// A place comes back; of two that want it back one does it.
pub(super) async fn return_place(
    db: &mut Db<'_>,
    institution: InstitutionId,
    (submission, quota): (SubmissionId, &str),
    over_at: Option<Instant>,
) -> Result<(), StoreError> {
    // Any hold ends before the last instant.
    let over_at = over_at.unwrap_or(Instant::MAX);
    let own = || {
        form_places::table
            .filter(form_places::institution_id.eq(Id(institution)))
            .filter(form_places::submission_id.eq(Id(submission)))
            .filter(form_places::quota.eq(quota))
            // What was paid for stays, whoever decided a moment before.
            .filter(
                form_places::held_until
                    .le(Some(At(over_at)))
                    .assume_not_null()
                    .or(form_places::debt_position_id.is_null()),
            )
    };
    let place: Option<(String, String)> = first!(db, own().select((form_places::service_code, form_places::key)))?;
    let (service, key) = place.ok_or(StoreError::Conflict)?;
    touched(execute!(db, diesel::delete(own()))?)?;
    use form_place_counts::dsl;
    let counted = dsl::institution_id
        .eq(Id(institution))
        .and(dsl::service_code.eq(service))
        .and(dsl::quota.eq(quota))
        .and(dsl::key.eq(key));
    touched(execute!(db, statement::update(form_place_counts::table, counted, dsl::taken.eq(dsl::taken - 1_i64)))?)
}

/// Until when the places of a position are held, as far as it has them.
pub(super) async fn hold(
    db: &mut Db<'_>,
    institution: InstitutionId,
    position: DebtPositionId,
    until: Option<Instant>,
    held: Option<usize>,
) -> Result<(), StoreError> {
    let own = form_places::institution_id
        .eq(Id(institution))
        .and(form_places::debt_position_id.eq(Some(Id(position))).assume_not_null());
    let has = execute!(db, statement::update(form_places::table, own, form_places::held_until.eq(until.map(At))))?;
    // One that went to somebody else meanwhile is judged again.
    if held.is_none_or(|held| held == has) { Ok(()) } else { Err(StoreError::Conflict) }
}

/// The places of a position that nobody has paid are held at least until then; not those of one that is another by now.
pub(super) async fn lengthen(
    db: &mut Db<'_>,
    institution: InstitutionId,
    (position, expected): (DebtPositionId, i64),
    until: Instant,
) -> Result<(), StoreError> {
    // Written as it is, so that whoever withdraws it waits, or has done so.
    let same = debt_positions::institution_id
        .eq(Id(institution))
        .and(debt_positions::id.eq(Id(position)))
        .and(debt_positions::version.eq(expected));
    let as_it_is = debt_positions::version.eq(debt_positions::version);
    if execute!(db, statement::update(debt_positions::table, same, as_it_is))? == 0 {
        return Ok(());
    }
    let sooner = form_places::institution_id
        .eq(Id(institution))
        .and(form_places::debt_position_id.eq(Some(Id(position))).assume_not_null())
        .and(form_places::held_until.lt(Some(At(until))).assume_not_null());
    execute!(db, statement::update(form_places::table, sooner, form_places::held_until.eq(Some(At(until)))))?;
    Ok(())
}

/// A submission of a page is looked at again then, or never.
pub(super) async fn put_off(
    db: &mut Db<'_>,
    institution: InstitutionId,
    id: SubmissionId,
    until: Option<Instant>,
) -> Result<(), StoreError> {
    let own = form_submissions::institution_id.eq(Id(institution)).and(form_submissions::id.eq(Id(id)));
    execute!(db, statement::update(form_submissions::table, own, form_submissions::lapses_at.eq(until.map(At))))?;
    Ok(())
}

/// A place that came back was paid for: it is taken again, whoever has one meanwhile.
pub(super) async fn retake(
    db: &mut Db<'_>,
    institution: InstitutionId,
    place: &PlaceOfPosition,
    within: Option<u64>,
) -> Result<(), StoreError> {
    let count = (&place.service_code, place.quota.as_str(), place.key.as_str());
    take(db, institution, count, (place.limit, within.is_none())).await?;
    let row = (
        form_places::institution_id.eq(Id(institution)),
        form_places::submission_id.eq(Id(place.submission)),
        form_places::quota.eq(&place.quota),
        form_places::service_code.eq(place.service_code.as_str()),
        form_places::key.eq(&place.key),
        form_places::debt_position_id.eq(Some(Id(place.position))),
        form_places::held_until.eq(None::<At>),
    );
    touched(execute!(db, diesel::insert_into(form_places::table).values(row).on_conflict_do_nothing())?)
}

/// What was entered goes, and by whom the submission is found.
pub(super) async fn forget(db: &mut Db<'_>, institution: InstitutionId, id: SubmissionId) -> Result<(), StoreError> {
    let own = form_submissions::institution_id.eq(Id(institution)).and(form_submissions::id.eq(Id(id)));
    execute!(db, statement::update(form_submissions::table, own, emptied()))?;
    let named = submission_persons::table
        .filter(submission_persons::institution_id.eq(Id(institution)))
        .filter(submission_persons::submission_id.eq(Id(id)));
    execute!(db, diesel::delete(named))?;
    Ok(())
}

/// The same of the submissions that a position stands for, however many.
pub(super) async fn forget_of(
    db: &mut Db<'_>,
    institution: InstitutionId,
    position: DebtPositionId,
) -> Result<(), StoreError> {
    let theirs = || {
        form_submissions::institution_id
            .eq(Id(institution))
            .and(form_submissions::debt_position_id.eq(Some(Id(position))).assume_not_null())
    };
    let ids = form_submissions::table.filter(theirs()).select(form_submissions::id);
    let named = submission_persons::table
        .filter(submission_persons::institution_id.eq(Id(institution)))
        .filter(submission_persons::submission_id.eq_any(ids));
    execute!(db, diesel::delete(named))?;
    // Nothing is left that could lapse.
    let never = form_submissions::lapses_at.eq(None::<At>);
    execute!(db, statement::update(form_submissions::table, theirs(), (emptied(), never)))?;
    Ok(())
}

/// What stays of a submission without what was entered.
#[diesel::dsl::auto_type(no_type_alias)]
fn emptied() -> _ {
    let entered: Option<Doc<Entered>> = None;
    let text: &'static str = ERASED_TEXT;
    (form_submissions::entered.eq(entered), form_submissions::remittance_information.eq(text))
}
