// SPDX-License-Identifier: AGPL-3.0-or-later
//! Which amounts a receipt may tell (rules.md 30).

use tramite_domain::debt_position::{PAST_AMOUNT_SECONDS, PAST_AMOUNTS_MAX, TermsContext, replace};
use tramite_domain::iuv_rules::NO_NUMBERS;

use super::*;

fn with_amount(town: &mut Town, position: &DebtPosition, cents: i64) -> DebtPosition {
    let (institution, service) = (town.institution.clone(), town.service.clone());
    let context = TermsContext {
        institution: &institution,
        service: &service,
        numbers: &NO_NUMBERS,
        free_beneficiary: false,
        now: town.now,
    };
    let (mut numbers, input) = (support::Counter(500), one_payment("S-1", cents));
    replace(context, &mut town.given(), &mut numbers, position, quiet(), &input, true).unwrap().position
}

#[test]
fn every_amount_that_was_due_within_half_an_hour_before_the_payment_is_right() {
    let mut town = Town::new();
    let first = town.position(&one_payment("S-1", 100));
    // What no terms ever said, but the Node was told.
    let told = Attempt { amount: Cents::new(150).unwrap(), ..got(&town, &first, "single") };
    let second = with_amount(&mut town, &first, 200);
    let again = with_amount(&mut town, &second, 200);
    assert_eq!(named(&again, "single").past_amounts.len(), 1, "the same amount is no change");
    town.later(60);
    let third = with_amount(&mut town, &again, 300);
    let mut strange = |attempts: &[Attempt], cents, seconds| {
        let mut arrival = arrival(&town, &notice(&third, "single"), cents);
        arrival.content.paid_at = Some(town.now.plus_seconds(seconds));
        take(&mut town, Some(&third), attempts, &arrival).receipt.unwrap().anomalies.contains(&Anomaly::AmountMismatch)
    };
    assert!(!strange(&[], 300, 0), "due now");
    assert!(!strange(&[], 200, 1_800), "due until half an hour before the payment");
    assert!(strange(&[], 200, 1_801));
    assert!(!strange(&[], 100, 1_740), "so was the one before it, a minute longer ago");
    assert!(strange(&[], 100, 1_741));
    assert!(!strange(std::slice::from_ref(&told), 150, 1_680), "the Node was told it half an hour before");
    assert!(strange(std::slice::from_ref(&told), 150, 1_681));
    assert!(strange(&[], 150, 0));
}

#[test]
fn of_the_amounts_that_were_due_the_youngest_are_remembered_for_as_long_as_a_receipt_may_come() {
    let mut town = Town::new();
    let mut position = town.position(&one_payment("S-1", 100));
    let past = |position: &DebtPosition| -> Vec<i64> {
        named(position, "single").past_amounts.iter().map(|past| past.amount.cents()).collect()
    };
    for cents in 101..=120 {
        town.later(1);
        position = with_amount(&mut town, &position, cents);
    }
    assert_eq!(past(&position), (0..16).map(|back| 119 - back).collect::<Vec<_>>());
    assert_eq!(past(&position).len(), PAST_AMOUNTS_MAX);
    position = with_amount(&mut town, &position, 110);
    position = with_amount(&mut town, &position, 120);
    assert_eq!(past(&position)[..3], [110, 120, 119], "each stands there once, as it was due last");
    assert_eq!(past(&position).len(), PAST_AMOUNTS_MAX);
    town.later(PAST_AMOUNT_SECONDS + 1);
    position = with_amount(&mut town, &position, 90);
    assert_eq!(past(&position), [120], "the others are too old for any receipt");
}
