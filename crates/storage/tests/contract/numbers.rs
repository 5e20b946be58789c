// SPDX-License-Identifier: AGPL-3.0-or-later
//! Notice numbers: distinct, in their range, right, and never given twice.

use std::collections::BTreeSet;

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
}
