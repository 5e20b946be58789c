// SPDX-License-Identifier: AGPL-3.0-or-later
//! Submissions, and places of which there are only so many.

use std::collections::BTreeMap;

use tramite_domain::batch::{Batch, Write};
use tramite_domain::form::Claim;
use tramite_domain::personal::Personal;
use tramite_domain::submission::{HandedPlace, KeptSubmission, PlaceOfPosition};
use tramite_storage::{PageRequest, StoreError, SubmissionFilter};
use tramite_testkit::Database;

use crate::support::*;

/// A submission with a place of so many, and its position in the store.
async fn owed(town: &Town, key: &str, limit: u64) -> Result<KeptSubmission, StoreError> {
    let position = simple(key);
    let kept = KeptSubmission { places: vec![place(limit)], ..submission(town.portal, &position) };
    town.store.commit(&town.token(town.a.id), inserting(&position).with(submitting(&kept))).await?;
    Ok(kept)
}

async fn taken(town: &Town) -> u64 {
    let claim = Claim { quota: "permits".to_owned(), key: "k".to_owned(), limit: 0, hold_minutes: 30 };
    let scope = town.token(town.a.id);
    let service = "TARI".parse().unwrap();
    let known = town.store.known_of_submission(&scope, &service, (None, &[claim]), now()).await.unwrap();
    known.places[0].taken
}

fn is_conflict<T: std::fmt::Debug>(outcome: &Result<T, StoreError>) -> bool {
    matches!(outcome, Err(StoreError::Conflict))
}

pub(crate) async fn the_last_place_is_taken_once_and_all_or_nothing(database: Database) {
    let town = town(&database).await;
    let scope = town.token(town.a.id);
    let first = owed(&town, "S-1", 2).await.unwrap();
    let second = owed(&town, "S-2", 2).await.unwrap();
    assert!(is_conflict(&owed(&town, "S-3", 2).await));
    assert_eq!(taken(&town).await, 2);
    let page = PageRequest { limit: 10, cursor: None };
    assert_eq!(town.store.submissions(&scope, &page, SubmissionFilter::default()).await.unwrap().items.len(), 2);
    // What is handed over is counted once; of two that want it one gets it.
    let position = simple("S-4");
    let third = KeptSubmission { places: vec![place(2)], ..submission(town.portal, &position) };
    let at = |kept: KeptSubmission, seconds| KeptSubmission { created_at: now().plus_seconds(seconds), ..kept };
    let (early, third) = (at(third.clone(), 1_799), at(third, 1_800));
    let handed = vec![HandedPlace { quota: "permits".to_owned(), from: first.id }];
    let write =
        |kept: &KeptSubmission| Write::InsertSubmission { kept: Box::new(kept.clone()), handed: handed.clone() };
    // Somebody took the notice for it a moment ago: it is held again.
    assert!(is_conflict(&town.store.commit(&scope, inserting(&position).with(write(&early))).await));
    town.store.commit(&scope, inserting(&position).with(write(&third))).await.unwrap();
    let position = simple("S-5");
    let fourth = at(KeptSubmission { places: vec![place(2)], ..submission(town.portal, &position) }, 1_800);
    assert!(is_conflict(&town.store.commit(&scope, inserting(&position).with(write(&fourth))).await));
    assert_eq!(taken(&town).await, 2);
    // One whose time is not over comes back to nobody who needs it, and to whoever cancels; once.
    let early = Write::ReturnPlace { submission: second.id, quota: "permits".to_owned(), over_at: Some(now()) };
    assert!(is_conflict(&town.store.commit(&scope, Batch::new().with(early)).await));
    let back =
        || Batch::new().with(Write::ReturnPlace { submission: second.id, quota: "permits".to_owned(), over_at: None });
    town.store.commit(&scope, back()).await.unwrap();
    assert!(is_conflict(&town.store.commit(&scope, back()).await));
    assert_eq!(taken(&town).await, 1);
}

pub(crate) async fn what_was_paid_for_is_kept_and_what_is_gone_is_told(database: Database) {
    let town = town(&database).await;
    let scope = town.token(town.a.id);
    let kept = owed(&town, "S-1", 1).await.unwrap();
    let position = kept.debt_position_id.unwrap();
    let hold = |held| Batch::new().with(Write::HoldPlaces { position, until: None, held: Some(held) });
    // Decided on a place that somebody else has by now.
    assert!(is_conflict(&town.store.commit(&scope, hold(2)).await));
    town.store.commit(&scope, hold(1)).await.unwrap();
    let other = simple("S-2");
    let later = now().plus_seconds(86_400);
    let next = KeptSubmission { places: vec![place(1)], created_at: later, ..submission(town.portal, &other) };
    let handed = vec![HandedPlace { quota: "permits".to_owned(), from: kept.id }];
    let taking = Write::InsertSubmission { kept: Box::new(next.clone()), handed };
    assert!(is_conflict(&town.store.commit(&scope, inserting(&other).with(taking)).await), "it is kept for good");
    let back =
        || Batch::new().with(Write::ReturnPlace { submission: kept.id, quota: "permits".to_owned(), over_at: None });
    assert!(is_conflict(&town.store.commit(&scope, back()).await), "nor does it come back");
    // Taken again: within the limit where there is room, beyond it where money wins.
    let until = Write::HoldPlaces { position, until: Some(now()), held: None };
    town.store.commit(&scope, Batch::new().with(until)).await.unwrap();
    town.store.commit(&scope, back()).await.unwrap();
    town.store.commit(&scope, inserting(&other).with(submitting(&next))).await.unwrap();
    let retake = |within| {
        let place = PlaceOfPosition {
            submission: kept.id,
            position,
            service_code: kept.service_code.clone(),
            quota: "permits".to_owned(),
            key: "k".to_owned(),
            limit: 1,
            held: false,
            taken: 1,
        };
        Batch::new().with(Write::RetakePlace { place: Box::new(place), within })
    };
    assert!(is_conflict(&town.store.commit(&scope, retake(Some(1))).await));
    town.store.commit(&scope, retake(None)).await.unwrap();
    assert!(is_conflict(&town.store.commit(&scope, retake(None)).await), "once");
    assert_eq!(taken(&town).await, 2);
}

pub(crate) async fn two_that_are_the_same_are_one(database: Database) {
    let town = town(&database).await;
    let scope = town.token(town.a.id);
    let same = |key: &str| {
        let position = simple(key);
        let own = submission(town.portal, &position);
        (position, KeptSubmission { unique_key: Some("u".to_owned()), places: Vec::new(), ..own })
    };
    let ((one, first), (other, second)) = (same("S-1"), same("S-2"));
    town.store.commit(&scope, inserting(&one).with(submitting(&first))).await.unwrap();
    assert!(is_conflict(&town.store.commit(&scope, inserting(&other).with(submitting(&second))).await));
    let free = |version| {
        let position = Some((one.id, version));
        Batch::new().with(Write::FreeSubmission { id: first.id, by: second.id, position, at: now() })
    };
    assert!(
        is_conflict(&town.store.commit(&scope, free(one.version + 1)).await),
        "decided on another state of the debt"
    );
    // With the one that takes the key in the same transaction.
    let mut taken = free(one.version);
    taken.append(inserting(&other).with(submitting(&second)));
    town.store.commit(&scope, taken).await.unwrap();
    let after = town.store.position(&scope, one.id).await.unwrap().unwrap();
    assert_eq!(after.version, one.version + 1, "whoever opens it again decides anew");
    assert!(is_conflict(&town.store.commit(&scope, free(one.version + 1)).await));
    // Another institution has its own, and another client does not see it.
    let theirs = town.token(town.b.id);
    let (position, third) = same("S-1");
    town.store.commit(&theirs, inserting(&position).with(submitting(&third))).await.unwrap();
    assert!(town.store.submission(&theirs, first.id).await.unwrap().is_none());
    assert_eq!(town.store.submission(&scope, second.id).await.unwrap(), Some(second));
}

pub(crate) async fn a_position_is_found_by_what_its_client_wrote_of_it(database: Database) {
    let town = town(&database).await;
    let scope = town.token(town.a.id);
    let one = marked(marked(simple("P-1"), "plate", "AB123CD"), "number", "7");
    let other = marked(marked(simple("P-2"), "plate", "AB123CD"), "number", "8");
    town.store.commit(&scope, inserting(&one)).await.unwrap();
    town.store.commit(&scope, inserting(&other)).await.unwrap();
    let found = async |scope: &tramite_storage::Scope, service: &str, entries: &[(&str, &str)]| {
        let entries: BTreeMap<String, Personal<String>> =
            entries.iter().map(|(key, value)| ((*key).to_owned(), Personal::new((*value).to_owned()))).collect();
        let found = town.store.positions_by_metadata(scope, &service.parse().unwrap(), &entries).await.unwrap();
        let mut keys: Vec<String> =
            found.iter().filter_map(|one| Some(one.external_id.as_ref()?.to_string())).collect();
        keys.sort();
        keys
    };
    assert_eq!(found(&scope, "TARI", &[("plate", "AB123CD")]).await, ["P-1", "P-2"]);
    assert_eq!(found(&scope, "TARI", &[("plate", "AB123CD"), ("number", "8")]).await, ["P-2"]);
    for none in [&[][..], &[("plate", "AB123CD"), ("number", "9")], &[("number", "AB123CD")]] {
        assert!(found(&scope, "TARI", none).await.is_empty());
    }
    assert!(found(&scope, "MENSA", &[("number", "8")]).await.is_empty());
    assert!(found(&town.token(town.b.id), "TARI", &[("number", "8")]).await.is_empty());
}
