// SPDX-License-Identifier: AGPL-3.0-or-later
//! Notice numbers: distinct, in their range, right, and never given twice.

use std::collections::BTreeSet;

use tramite_domain::institution::StationLink;
use tramite_domain::notice::LocalRange;
use tramite_storage::StoreError;
use tramite_testkit::Database;

use crate::support::*;

pub(crate) async fn five_hundred_who_take_numbers_at_once_get_distinct_right_ones(database: Database) {
    let town = town(&database).await;
    // A second program over the same database: it must find the same key.
    let second = open(&database).await;
    let link = town.a.stations[1].clone();
    let takers: Vec<_> = (0..500_usize)
        .map(|number| {
            let store = if number % 2 == 0 { town.store.clone() } else { second.clone() };
            let (scope, link) = (town.node(), link.clone());
            tokio::spawn(async move { store.take_numbers(&scope, &link, 1 + number % 3).await.unwrap() })
        })
        .collect();
    let mut all = BTreeSet::new();
    let mut count = 0;
    for taker in takers {
        for number in taker.await.unwrap() {
            count += 1;
            assert!(number.check_digits_right() && number.as_str().starts_with("305"), "{number}");
            assert!(link.local_range.contains(number.base().unwrap()), "{number}");
            assert!(all.insert(number), "{number} was given twice");
        }
    }
    assert_eq!(count, 500 / 3 * 6 + 3, "one, two and three in turn");
    let bases: Vec<u64> = all.iter().map(|number| number.base().unwrap().value()).collect();
    let spread = bases.iter().max().unwrap() - bases.iter().min().unwrap();
    assert!(spread > 1_000_000_000, "neighbours of a sequence are far apart");
    // Another institution has a key and a sequence of its own.
    let other = town.store.take_numbers(&town.token(town.b.id), &link, 5).await.unwrap();
    assert_ne!(town.store.take_numbers(&town.node(), &link, 5).await.unwrap(), other);
    assert!(town.store.take_numbers(&town.node(), &link, 0).await.unwrap().is_empty());
}

pub(crate) async fn a_range_is_used_up_to_its_last_number(database: Database) {
    let town = town(&database).await;
    let mut link = town.a.stations[1].clone();
    link.local_range = LocalRange::new(100, 109).unwrap();
    let mut all = BTreeSet::new();
    all.extend(town.store.take_numbers(&town.node(), &link, 7).await.unwrap());
    let refused = town.store.take_numbers(&town.node(), &link, 4).await;
    assert!(matches!(refused, Err(StoreError::NumbersExhausted)), "{refused:?}");
    all.extend(town.store.take_numbers(&town.node(), &link, 3).await.unwrap());
    assert_eq!(all.len(), 10);
    assert!(town.store.take_numbers(&town.node(), &link, 1).await.is_err());
    // A range that shares bases with it could give them again.
    for (from, to) in [(100, 120), (90, 100), (105, 200), (0, 1_000)] {
        link.local_range = LocalRange::new(from, to).unwrap();
        let refused = town.store.take_numbers(&town.node(), &link, 1).await;
        assert!(matches!(refused, Err(StoreError::NumberRangeOverlaps)), "{from} to {to}: {refused:?}");
    }
    link.local_range = LocalRange::new(110, 120).unwrap();
    assert_eq!(town.store.take_numbers(&town.node(), &link, 11).await.unwrap().len(), 11);
    // A request for more than what is left costs nothing: whoever asks for less gets it.
    link.local_range = LocalRange::new(200, 239).unwrap();
    assert_eq!(town.store.take_numbers(&town.node(), &link, 32).await.unwrap().len(), 32);
    let refused = town.store.take_numbers(&town.node(), &link, 9).await;
    assert!(matches!(refused, Err(StoreError::NumbersExhausted)), "{refused:?}");
    assert_eq!(town.store.take_numbers(&town.node(), &link, 8).await.unwrap().len(), 8);
    // What was in memory for it is not lost either.
    link.local_range = LocalRange::new(300, 339).unwrap();
    let mut all: BTreeSet<_> = town.store.take_numbers(&town.node(), &link, 9).await.unwrap().into_iter().collect();
    let refused = town.store.take_numbers(&town.node(), &link, 32).await;
    assert!(matches!(refused, Err(StoreError::NumbersExhausted)), "{refused:?}");
    all.extend(town.store.take_numbers(&town.node(), &link, 31).await.unwrap());
    assert_eq!(all.len(), 40);
}

pub(crate) async fn numbers_taken_ahead_are_given_next_and_are_a_small_part_of_their_range(database: Database) {
    let town = town(&database).await;
    let (second, node) = (open(&database).await, town.node());
    let mut link = town.a.stations[1].clone();
    link.local_range = LocalRange::new(1_000, 100_999).unwrap();
    let mut all = BTreeSet::new();
    all.extend(town.store.take_numbers_ahead(&node, &link, 10, 200).await.unwrap());
    assert_eq!(second.take_stretch(&node, &link, 1_000).await.unwrap().first, 210);
    all.extend(town.store.take_numbers(&node, &link, 150).await.unwrap());
    // The fifty that are left, fifty more, and a hundredth of the range.
    all.extend(town.store.take_numbers_ahead(&node, &link, 100, 5_000).await.unwrap());
    assert_eq!(second.take_stretch(&node, &link, 1_000).await.unwrap().first, 1_210 + 50 + 1_000);
    let other_end = LocalRange::new(1_000, 100_998).unwrap();
    let other_end = StationLink { local_range: other_end, ..link.clone() };
    let refused = town.store.take_numbers(&node, &other_end, 1).await;
    assert!(
        matches!(refused, Err(StoreError::NumberRangeOverlaps)),
        "from memory it would be another number's: {refused:?}"
    );
    for _ in 0..10 {
        all.extend(town.store.take_numbers(&node, &link, 100).await.unwrap());
    }
    assert_eq!(second.take_stretch(&node, &link, 1_000).await.unwrap().first, 3_260, "all of them from memory");
    assert_eq!(all.len(), 10 + 150 + 100 + 1_000, "no number is given twice");
}

pub(crate) async fn the_last_numbers_of_a_range_are_kept_for_no_process(database: Database) {
    let town = town(&database).await;
    let (second, node) = (open(&database).await, town.node());
    let mut link = town.a.stations[1].clone();
    link.local_range = LocalRange::new(100, 129).unwrap();
    let mut all = BTreeSet::new();
    all.extend(town.store.take_numbers_ahead(&node, &link, 20, 5_000).await.unwrap());
    let refused = second.take_numbers(&node, &link, 11).await;
    assert!(matches!(refused, Err(StoreError::NumbersExhausted)), "{refused:?}");
    all.extend(town.store.take_numbers(&node, &link, 4).await.unwrap());
    all.extend(second.take_numbers(&node, &link, 6).await.unwrap());
    assert_eq!(all.len(), 30, "each of them was given once");
    for store in [&town.store, &second] {
        assert!(matches!(store.take_numbers(&node, &link, 1).await, Err(StoreError::NumbersExhausted)));
    }
}
