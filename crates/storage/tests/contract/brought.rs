// SPDX-License-Identifier: AGPL-3.0-or-later
//! Numbers that an institution brings or has reserved (rules.md 1 to 3): known again, taken once and for ever, its own.

use std::collections::BTreeSet;

use tramite_domain::batch::{Batch, Write};
use tramite_domain::ids::InstitutionId;
use tramite_domain::iuv_batch::IuvBatch;
use tramite_domain::iuv_rules::KnownNumbers;
use tramite_domain::notice::NoticeNumber;
use tramite_storage::{Rule, Scope, StoreError};
use tramite_testkit::Database;

use crate::support::*;

/// Reserves so many numbers under the first institution's live station.
async fn reserve(town: &Town, scope: &Scope, size: u32) -> (IuvBatch, Vec<NoticeNumber>) {
    let link = &town.a.stations[1];
    let taken = town.store.take_stretch(scope, link, size).await.unwrap();
    let batch = iuv_batch(scope, link, taken);
    let write = Write::InsertIuvBatch(Box::new(batch.clone()));
    town.store.commit(scope, Batch::new().with(write)).await.unwrap();
    let numbers = town.store.batch_numbers(scope, &batch).await.unwrap();
    (batch, numbers)
}

async fn known(town: &Town, scope: &Scope, service: &str, numbers: &[NoticeNumber]) -> KnownNumbers {
    let numbers: BTreeSet<_> = numbers.iter().copied().collect();
    let service = service.parse().unwrap();
    town.store.known_numbers(scope, &town.a, &service, &numbers).await.unwrap()
}

/// Rules 1 and 3: a reserved number is known again wherever it comes from, and the generator never gives it.
pub(crate) async fn reserved_numbers_are_known_again_and_never_given(database: Database) {
    let town = town(&database).await;
    let scope = town.node();
    let (batch, first) = reserve(&town, &scope, 100).await;
    assert_eq!(town.store.iuv_batch(&scope, batch.id).await.unwrap(), Some(batch.clone()));
    let mut reserved = first;
    let mut given = town.store.take_numbers(&scope, &town.a.stations[1], 3).await.unwrap();
    // More batches than are read at a time, with numbers of the generator between them.
    for at in 0..70_u32 {
        reserved.extend(reserve(&town, &scope, 1 + at % 2).await.1);
        given.extend(town.store.take_numbers(&scope, &town.a.stations[1], 1).await.unwrap());
    }
    let distinct: BTreeSet<_> = reserved.iter().chain(&given).copied().collect();
    assert_eq!(distinct.len(), 100 + 105 + 73, "no number is given twice");
    assert!(distinct.iter().all(|number| number.check_digits_right() && number.as_str().starts_with("305")));
    let everything: Vec<_> = distinct.iter().copied().collect();
    // Another process, which has to find the key and the batches.
    let second = Town { store: open(&database).await, ..town.clone() };
    for one in [&town, &second] {
        let found = known(one, &scope, "TARI", &everything).await;
        assert_eq!(found.reserved, reserved.iter().copied().collect());
        assert_eq!(found.taken, BTreeSet::new());
        assert_eq!(one.store.batch_numbers(&scope, &batch).await.unwrap(), reserved[..100]);
    }
    // Another institution has another key: the same digits are nothing there.
    let other = town.token(town.b.id);
    assert_eq!(known(&town, &other, "TARI", &everything).await, KnownNumbers::default());
    assert_eq!(town.store.iuv_batch(&other, batch.id).await.unwrap(), None);
    assert!(town.store.take_stretch(&scope, &town.a.stations[1], 0).await.is_err());
    assert!(town.store.take_stretch(&scope, &town.a.stations[1], 10_001).await.is_err());
}

/// A batch of a restricted token is for its services alone; one of an unrestricted token is for all, and is not shown to a
/// restricted one.
pub(crate) async fn a_batch_is_for_the_services_of_the_token_that_reserved_it(database: Database) {
    let town = town(&database).await;
    let (mensa, both) = (town.restricted(&["MENSA"]), town.restricted(&["MENSA", "TARI"]));
    let tari = town.restricted(&["TARI"]);
    let (own, numbers) = reserve(&town, &mensa, 5).await;
    let (open, open_numbers) = reserve(&town, &town.token(town.a.id), 5).await;
    for (scope, sees_own, sees_open) in
        [(&mensa, true, false), (&both, true, false), (&tari, false, false), (&town.node(), true, true)]
    {
        assert_eq!(town.store.iuv_batch(scope, own.id).await.unwrap().is_some(), sees_own);
        assert_eq!(town.store.iuv_batch(scope, open.id).await.unwrap().is_some(), sees_open);
    }
    // Whoever asks, the service of the position decides.
    for (service, wanted) in [("MENSA", 5), ("TARI", 0)] {
        assert_eq!(known(&town, &town.node(), service, &numbers).await.reserved.len(), wanted);
        assert_eq!(known(&town, &tari, service, &open_numbers).await.reserved.len(), 5);
    }
    // What a token cannot see it cannot reserve for.
    let alien = IuvBatch { id: id(), first: own.first + 50, ..own };
    let refused = town.store.commit(&tari, Batch::new().with(Write::InsertIuvBatch(Box::new(alien)))).await;
    assert!(matches!(refused, Err(StoreError::Failed(_))), "{refused:?}");
}

/// Rule 2: a number is unique per institution for ever, whatever its station and even after the draft that had it is gone;
/// two institutions may hold the same number.
pub(crate) async fn a_number_is_taken_once_and_for_ever_in_its_institution(database: Database) {
    let town = town(&database).await;
    let scope = town.node();
    let mut draft = simple("TARI-1");
    let old: NoticeNumber = "002152784547130177".parse().unwrap();
    renumber(&mut draft, old);
    draft.published_at = None;
    let free: NoticeNumber = "305000000001234586".parse().unwrap();
    assert_eq!(known(&town, &scope, "TARI", &[old, free]).await, KnownNumbers::default());
    town.add(&draft).await;
    let wanted = KnownNumbers { taken: BTreeSet::from([old.iuv()]), reserved: BTreeSet::new() };
    assert_eq!(known(&town, &scope, "TARI", &[old, free]).await, wanted);
    let erase = Batch::new().with(Write::ErasePosition { id: draft.id, expected: 1, at: now() });
    town.store.commit(&scope, erase).await.unwrap();
    assert_eq!(known(&town, &town.restricted(&["MENSA"]), "MENSA", &[old, free]).await, wanted);
    // The same IUV behind another application code is another notice, and the same reference at the Node.
    let twin: NoticeNumber = "095152784547130177".parse().unwrap();
    assert_eq!(twin.iuv(), old.iuv());
    for number in [old, twin] {
        let mut again = simple("TARI-2");
        renumber(&mut again, number);
        let refused = town.store.commit(&scope, inserting(&again)).await;
        assert!(matches!(refused, Err(StoreError::Duplicate(Rule::Iuv))), "{refused:?}");
        let at_b = Scope::of_worker(InstitutionId::new(town.b.id.uuid()));
        if number == old {
            town.store.commit(&at_b, inserting(&again)).await.unwrap();
            assert_eq!(town.store.position_by_notice(&at_b, &old).await.unwrap(), Some(again));
            assert_eq!(town.store.position_by_notice(&scope, &old).await.unwrap(), None);
            assert_eq!(town.store.position_by_notice(&at_b, &twin).await.unwrap(), None, "another notice");
        }
    }
}

/// Rule 3, in a race: of many who bring the same number, one gets it, and the others are told which rule it was.
pub(crate) async fn of_twenty_who_bring_one_number_one_gets_it(database: Database) {
    let town = town(&database).await;
    let shared = number();
    let racers: Vec<_> = (0..20)
        .map(|at| {
            let mut position = simple(&format!("TARI-{at}"));
            renumber(&mut position, shared);
            let (store, scope) = (town.store.clone(), town.node());
            tokio::spawn(async move { store.commit(&scope, inserting(&position)).await })
        })
        .collect();
    let mut won = 0;
    for racer in racers {
        match racer.await.unwrap() {
            Ok(()) => won += 1,
            Err(error) => assert!(matches!(error, StoreError::Duplicate(Rule::Iuv)), "{error:?}"),
        }
    }
    assert_eq!(won, 1);
}
