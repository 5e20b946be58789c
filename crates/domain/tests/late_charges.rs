// SPDX-License-Identifier: AGPL-3.0-or-later
//! Amounts that change with the date (rules.md 6, 10, 22, 30).
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests state what they expect")]

#[path = "support/arriving.rs"]
mod arriving;
mod support;

use arriving::arrival;
use chrono::NaiveDate;
use proptest::prelude::*;
use support::{Town, at, codes, named, one_payment, quiet, single_or_plan};
use tramite_domain::anomaly::Anomaly;
use tramite_domain::attempt::{Attempt, AttemptKind};
use tramite_domain::batch::Write;
use tramite_domain::debt_position::{
    DebtPosition, OptionInput, OptionKind, PositionInput, StampInput, TransferInput, amount_due, honoured_at, notify,
    rose_lately, transfers_due, was_due_between,
};
use tramite_domain::money::Cents;
use tramite_domain::node::{TransferKind, Wanted, detail, verified};
use tramite_domain::receipt::{Accepted, Arrival, Known, accept};
use tramite_domain::service::{LateCharges, LateRate};
use tramite_domain::time::Instant;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn cents(cents: i64) -> Cents {
    Cents::new(cents).unwrap()
}

fn interest(rates: &[(&str, u32)]) -> LateCharges {
    let rate = |(from, annual_rate_basis_points): &(&str, u32)| LateRate {
        from: day(from),
        annual_rate_basis_points: *annual_rate_basis_points,
    };
    LateCharges { rates: rates.iter().map(rate).collect(), surcharge: Cents::ZERO, most: None, account_id: None }
}

/// A position of 1,000.00 that was due on a day, of a service that adds something after it.
fn late(town: &mut Town, charges: LateCharges, due: &str) -> DebtPosition {
    town.service.late_charges = Some(charges);
    let input = PositionInput { due_date: Some(day(due)), ..one_payment("S-1", 100_000) };
    town.position(&input)
}

fn due(position: &DebtPosition, when: &str) -> i64 {
    amount_due(position, named(position, "single"), at(when)).amount.cents()
}

#[test]
fn interest_runs_by_the_day_of_rome_over_a_year_of_365_days_and_is_rounded_once() {
    let mut town = Town::new();
    let position = late(&mut town, interest(&[("2020-01-01", 500)]), "2027-02-28");
    for (when, expected) in [
        ("2027-02-01T10:00:00Z", 100_000),
        // The due date itself ends at the midnight of Rome, an hour before that of UTC.
        ("2027-02-28T22:59:59Z", 100_000),
        ("2027-02-28T23:00:00Z", 100_014), // 13.69…
        ("2027-03-02T10:00:00Z", 100_027), // 27.39…
        // The day that the clocks go forward has 23 hours, and is a day.
        ("2027-03-28T21:59:59Z", 100_384),
        ("2027-03-28T22:00:00Z", 100_397),
        ("2028-02-28T10:00:00Z", 105_000), // 365 days
        // A leap day is a day as any other.
        ("2028-02-29T10:00:00Z", 105_014),
    ] {
        assert_eq!(due(&position, when), expected, "{when}");
    }
    // Half a cent is rounded up: 36.50 at 1 % is 0.10 cents a day.
    let small = amount_due(&position, named(&position, "single"), at("2027-03-01T10:00:00Z"));
    let told = small.late.unwrap();
    assert_eq!((told.days, told.interest.cents(), told.surcharge), (1, 14, Cents::ZERO));
    let half = interest(&[("2020-01-01", 100)]).on(cents(18_250), day("2027-02-28"), day("2027-03-01")).unwrap();
    assert_eq!(half.interest.cents(), 1, "0.5 cents");
    assert_eq!(interest(&[("2020-01-01", 100)]).on(cents(18_249), day("2027-02-28"), day("2027-03-01")), None);
}

#[test]
fn each_day_has_the_rate_of_that_day_and_before_the_first_there_is_none() {
    let mut town = Town::new();
    let legal = interest(&[("2027-01-01", 365), ("2028-01-01", 730), ("2029-01-01", 0)]);
    let position = late(&mut town, legal, "2026-12-21");
    // 365 hundredths of a percent of 1,000.00 are ten cents a day.
    for (when, expected) in [
        ("2026-12-31T10:00:00Z", 100_000),
        ("2027-01-01T10:00:00Z", 100_010),
        ("2027-12-31T10:00:00Z", 103_650),
        ("2028-01-01T10:00:00Z", 103_670),
        ("2028-12-31T10:00:00Z", 103_650 + 366 * 20),
        ("2030-12-31T10:00:00Z", 103_650 + 366 * 20),
    ] {
        assert_eq!(due(&position, when), expected, "{when}");
    }
}

#[test]
fn a_fixed_sum_is_added_once_and_all_of_it_has_a_limit() {
    let mut town = Town::new();
    let charges = LateCharges { surcharge: cents(700), most: Some(cents(1_000)), ..interest(&[("2020-01-01", 365)]) };
    let position = late(&mut town, charges, "2026-09-10");
    assert_eq!(due(&position, "2026-09-10T10:00:00Z"), 100_000);
    assert_eq!(due(&position, "2026-09-11T10:00:00Z"), 100_710);
    assert_eq!(due(&position, "2026-10-09T10:00:00Z"), 100_990);
    assert_eq!(due(&position, "2027-10-09T10:00:00Z"), 101_000);
    // A notice carries no more than ten digits.
    let dear = LateCharges { surcharge: cents(700), ..interest(&[]) };
    let told = dear.on(cents(9_999_999_800), day("2026-09-10"), day("2026-09-11")).unwrap();
    assert_eq!(told.total().cents(), 199);
}

#[test]
fn what_is_added_goes_with_the_named_account_else_with_the_first_share_that_is_no_stamp() {
    let mut town = Town::new();
    let share =
        |amount, account: &str| TransferInput { amount, account_id: Some(account.to_owned()), ..Default::default() };
    let stamp = || TransferInput {
        amount: 1_600,
        stamp: Some(StampInput {
            document_hash: "ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8=".to_owned(),
            province: "PG".to_owned(),
        }),
        ..Default::default()
    };
    let charges = |account: Option<&str>| LateCharges {
        surcharge: cents(500),
        account_id: account.map(|id| id.parse().unwrap()),
        ..interest(&[])
    };
    let mut grown = |name: Option<&str>, transfers: Vec<TransferInput>| {
        town.service.late_charges = Some(charges(name));
        let mut input = single_or_plan("S-1");
        input.payment_options.truncate(1);
        let one = input.payment_options.first_mut().unwrap().installments.first_mut().unwrap();
        one.amount = Some(transfers.iter().map(|one| one.amount).sum());
        one.due_date = Some(day("2026-09-10"));
        one.transfers = transfers;
        let position = town.position(&input);
        let one = named(&position, "whole");
        let due = amount_due(&position, one, at("2026-09-11T10:00:00Z"));
        let shares = transfers_due(&position, one, &due);
        assert_eq!(Cents::sum(shares.iter().map(|one| one.amount)), Ok(due.amount));
        for (share, before) in shares.iter().zip(&one.transfers) {
            let text = share.remittance_information.to_string();
            assert!(text.contains(&format!("/{}/", share.amount)), "{text}");
            assert_eq!(text == before.remittance_information.to_string(), share.amount == before.amount);
        }
        shares.iter().map(|one| one.amount.cents()).collect::<Vec<_>>()
    };
    assert_eq!(grown(Some("posta"), vec![share(6_000, "main"), share(4_000, "posta")]), [6_000, 4_500]);
    assert_eq!(grown(None, vec![share(6_000, "main"), share(4_000, "posta")]), [6_500, 4_000]);
    assert_eq!(grown(Some("posta"), vec![stamp(), share(4_000, "main")]), [1_600, 4_500]);
    assert_eq!(grown(None, vec![stamp()]), [1_600], "a stamp has its price");
}

#[test]
fn the_node_is_told_what_a_cart_showed_for_half_an_hour_and_what_is_due_afterwards() {
    let mut town = Town::new();
    let position = late(&mut town, interest(&[("2020-01-01", 365)]), "2026-09-10");
    let one = named(&position, "single");
    // Ten minutes before the midnight of Rome.
    let minted = at("2026-09-15T21:50:00Z");
    let cart = |reference: &str, at: Instant, amount| Attempt {
        id: uuid::Uuid::from_u128(9).into(),
        installment_id: one.id,
        kind: AttemptKind::Cart,
        reference: reference.to_owned(),
        session_id: None,
        amount: cents(amount),
        at,
    };
    let carts = [cart("old", minted, 100_050)];
    let now = minted.plus_minutes(20);
    assert!(rose_lately(&position, one, now) && !rose_lately(&position, one, minted));
    assert_eq!(honoured_at(&position, one, &carts, None, now), minted);
    assert_eq!(honoured_at(&position, one, &carts, None, minted.plus_minutes(30)), minted.plus_minutes(30));
    assert_eq!(honoured_at(&position, one, &[], None, now), now);
    let gets = [Attempt { kind: AttemptKind::Get, ..cart("old", minted, 100_050) }];
    assert_eq!(honoured_at(&position, one, &gets, None, now), now, "a get showed it to nobody who may still pay");
    let two = [cart("old", minted, 100_050), cart("new", minted.plus_minutes(12), 100_060)];
    assert_eq!(honoured_at(&position, one, &two, None, now), minted.plus_minutes(12));
    assert_eq!(honoured_at(&position, one, &two, Some("old"), now), minted);
    // Under terms that hold no longer nothing can be shared rightly.
    assert_eq!(honoured_at(&position, one, &[cart("old", minted, 7)], None, now), now);

    let told = verified(&town.institution, &position, one, minted, now).unwrap();
    assert_eq!(told.amount.cents(), 100_050);
    let wanted = Wanted { kind: TransferKind::Bank, stamps: true, as_of: now };
    let told = detail(&town.institution, &position, one, wanted, now).unwrap();
    assert_eq!(told.amount.cents(), 100_060);
    assert_eq!(Cents::sum(told.transfers.iter().map(|one| one.amount)), Ok(told.amount));
}

fn anomalies(town: &mut Town, position: &DebtPosition, attempts: &[Attempt], arrival: &Arrival) -> Vec<Anomaly> {
    let institution = town.institution.clone();
    let known = Known {
        institution: &institution,
        broker_matches: true,
        kept: None,
        variant_kept: false,
        position: Some(position),
        number_taken: false,
        places: &[],
        attempts,
        sessions: &[],
        more_sessions: false,
    };
    let Accepted::First { batch } = accept(&mut town.given(), known, arrival) else { panic!("not a first receipt") };
    let receipt = batch.into_writes().into_iter().find_map(|write| match write {
        Write::InsertReceipt(receipt) => Some(*receipt),
        _ => None,
    });
    receipt.unwrap().anomalies.into_iter().collect()
}

#[test]
fn a_receipt_of_any_amount_that_was_due_since_half_an_hour_before_the_payment_is_right() {
    let mut town = Town::new();
    let position = late(&mut town, interest(&[("2020-01-01", 365)]), "2026-09-10");
    let notice = named(&position, "single").notice_number.unwrap().to_string();
    // Paid ten days late at noon, and the receipt came a month later.
    let paid_at = at("2026-09-20T10:00:00Z");
    town.now = at("2026-10-20T10:00:00Z");
    let get = Attempt {
        id: uuid::Uuid::from_u128(9).into(),
        installment_id: named(&position, "single").id,
        kind: AttemptKind::Get,
        reference: String::new(),
        session_id: None,
        amount: cents(100_100),
        at: paid_at.plus_minutes(-1),
    };
    for (amount, right) in
        [(100_000, false), (100_090, false), (100_100, true), (100_110, true), (100_400, true), (100_410, false)]
    {
        let mut told = arrival(&town, &notice, amount);
        told.content.paid_at = Some(paid_at);
        let found = anomalies(&mut town, &position, std::slice::from_ref(&get), &told);
        assert_eq!(found, if right { vec![] } else { vec![Anomaly::AmountMismatch] }, "{amount}");
    }
    // In the first half hour of a day, what was due on the day before is right too.
    let one = named(&position, "single");
    let midnight = at("2026-09-19T22:10:00Z");
    assert!(was_due_between(&position, one, cents(100_090), midnight.plus_minutes(-30), midnight));
    assert!(!was_due_between(&position, one, cents(100_090), midnight.plus_minutes(-5), midnight));
}

#[test]
fn a_notification_told_after_a_get_flags_no_receipt_that_is_under_way() {
    let mut town = Town::new();
    let mut input = single_or_plan("S-1");
    let reduced = input.payment_options.first().unwrap().clone();
    let reduced = OptionInput { kind: OptionKind::Reduced, available_days: Some(5), ..reduced };
    *input.payment_options.first_mut().unwrap() = reduced;
    let position = town.position(&input);
    let notice = named(&position, "whole").notice_number.unwrap().to_string();
    let get = |minutes: i64, amount| Attempt {
        id: uuid::Uuid::from_u128(9).into(),
        installment_id: named(&position, "whole").id,
        kind: AttemptKind::Get,
        reference: String::new(),
        session_id: None,
        amount: cents(amount),
        at: town.now.plus_minutes(-minutes),
    };
    let attempts = [get(10, 10_000), get(40, 10_000), get(10, 9_999)];
    let told = notify(&mut town.given(), &position, day("2026-08-20"), quiet(), true).unwrap().position;
    let paid = arrival(&town, &notice, 10_000);
    let [under_way, long_ago, other_amount] = &attempts;
    assert_eq!(anomalies(&mut town, &told, std::slice::from_ref(under_way), &paid), []);
    for one in [long_ago, other_amount] {
        assert_eq!(anomalies(&mut town, &told, std::slice::from_ref(one), &paid), [Anomaly::LateReduced]);
    }
}

#[test]
fn an_expected_amount_is_what_is_due_today() {
    let mut town = Town::new();
    let position = late(&mut town, interest(&[("2020-01-01", 365)]), "2026-08-31");
    // A day late: the session is made with what is due now.
    let one = named(&position, "single");
    assert_eq!(amount_due(&position, one, town.now).amount.cents(), 100_010);
    let wrong = tramite_domain::debt_position::OutsidePayment {
        installment: one.id,
        paid_at: town.now,
        amount: 0,
        reference: "x".to_owned(),
    };
    let refused = tramite_domain::debt_position::mark_paid(
        &mut town.given(),
        support::TAX_CODE.parse().unwrap(),
        &position,
        &wrong,
        quiet(),
        false,
    );
    assert_eq!(codes(refused.unwrap_err()), [("/amount".to_owned(), "invalid_amount")]);
}

fn charges() -> impl Strategy<Value = LateCharges> {
    let rates = proptest::collection::btree_map(0_i64..6_000, 0_u32..=3_000, 0..5);
    (rates, 0_i64..=20_000, proptest::option::of(1_i64..=50_000)).prop_map(|(rates, surcharge, most)| LateCharges {
        rates: rates
            .into_iter()
            .map(|(days, annual_rate_basis_points)| LateRate {
                from: day("2020-01-01") + chrono::Days::new(days.unsigned_abs()),
                annual_rate_basis_points,
            })
            .collect(),
        surcharge: cents(surcharge),
        most: most.map(cents),
        account_id: None,
    })
}

proptest! {
    /// Whatever the rule: never below what stands in the position, never above its limits, never less on a later day, and
    /// the shares always add up to it. What is due on any day of a span is found in it.
    #[test]
    fn the_amount_keeps_its_bounds_and_its_shares_add_up(
        rule in charges(), base in 1_i64..=9_999_999_999, split in 0_i64..=100, early in 0_i64..4_000, more in 0_i64..4_000, within in 0_i64..4_000,
    ) {
        let mut town = Town::new();
        let most = rule.most;
        town.service.late_charges = Some(rule);
        let mut input = single_or_plan("S-1");
        input.payment_options.truncate(1);
        let one = input.payment_options.first_mut().unwrap().installments.first_mut().unwrap();
        one.amount = Some(base);
        one.due_date = Some(day("2026-09-10"));
        let first = base * split / 100;
        if first > 0 && first < base {
            let share = |amount| TransferInput { amount, account_id: Some("main".to_owned()), ..Default::default() };
            one.transfers = vec![share(first), share(base - first)];
        }
        let position = town.position(&input);
        let one = named(&position, "whole");
        let start = at("2026-09-01T10:00:00Z");
        let (low, high) = (start.plus_hours(24 * early), start.plus_hours(24 * (early + more)));
        let due = |when| amount_due(&position, one, when);
        for when in [low, high] {
            let told = due(when);
            prop_assert!(told.amount >= one.amount && told.amount.is_payable());
            if let (Some(most), Some(late)) = (most, told.late) {
                prop_assert!(late.total() <= most);
            }
            let shares = transfers_due(&position, one, &told);
            prop_assert_eq!(Cents::sum(shares.iter().map(|one| one.amount)), Ok(told.amount));
            prop_assert!(shares.iter().all(|one| one.amount.is_payable()));
        }
        prop_assert!(due(low).amount <= due(high).amount);
        let some_day = low.plus_hours(24 * within.min(more));
        prop_assert!(was_due_between(&position, one, due(some_day).amount, low, high));
        let beyond = cents(due(high).amount.cents() + 1);
        prop_assert!(!was_due_between(&position, one, beyond, low, high));
    }
}

#[test]
fn what_expires_at_its_due_date_never_costs_more_and_nothing_grows_beyond_the_end() {
    let mut town = Town::new();
    town.service.late_charges = Some(interest(&[("2020-01-01", 500)]));
    let due_date = Some(day("2026-09-30"));
    let dying = PositionInput { due_date, expires_after_due_date: Some(true), ..one_payment("S-1", 100_000) };
    let dying = town.position(&dying);
    assert_eq!(due(&dying, "2026-10-30T10:00:00Z"), 100_000, "paid all the same, it costs what stood on the notice");
    let mut ending = town.position(&PositionInput { due_date, ..one_payment("S-2", 100_000) });
    let id = named(&ending, "single").id;
    ending.installment_mut(id).unwrap().expires_at = Some(at("2026-10-10T22:00:00Z"));
    let last = due(&ending, "2026-10-10T21:59:59Z");
    assert!(last > 100_000);
    assert_eq!(due(&ending, "2027-10-10T10:00:00Z"), last);
}
