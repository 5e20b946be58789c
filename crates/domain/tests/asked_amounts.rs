// SPDX-License-Identifier: AGPL-3.0-or-later
//! Amounts that the institution's own system says (rules.md 6, 22, 30).
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests state what they expect")]

#[path = "support/arriving.rs"]
mod arriving;
mod support;

use arriving::arrival;
use proptest::prelude::*;
use support::{Town, at, named, one_payment, single_or_plan};
use tramite_domain::anomaly::Anomaly;
use tramite_domain::attempt::{Attempt, AttemptKind};
use tramite_domain::batch::Write;
use tramite_domain::debt_position::{
    DebtPosition, PastAmount, StampInput, TransferInput, amount_due, amount_shown, transfers_due,
};
use tramite_domain::money::Cents;
use tramite_domain::receipt::{Accepted, Known, accept};
use tramite_domain::service::{AmountCallback, OnFailure, renew_callback_secret};

fn cents(cents: i64) -> Cents {
    Cents::new(cents).unwrap()
}

fn callback(account: Option<&str>) -> AmountCallback {
    AmountCallback {
        url: "https://gestionale.example.it/amounts".parse().unwrap(),
        account_id: account.map(|code| code.parse().unwrap()),
        on_failure: OnFailure::Refuse,
        secret: 1,
        former_secret: None,
    }
}

proptest! {
    /// Whatever is said: it is taken and its shares add up to it, each of them a cent at least and stamps as they were, or it
    /// is not taken and nothing has changed.
    #[test]
    fn what_was_said_is_taken_with_shares_that_add_up_or_not_at_all(
        first in 1_i64..=5_000_000, second in 1_i64..=5_000_000, stamp in proptest::option::of(Just(1_600_i64)),
        said in prop_oneof![0_i64..=100, 1_i64..=20_000_000, 9_999_999_990_i64..=9_999_999_999], named_account in any::<bool>(),
    ) {
        let mut town = Town::new();
        town.service.amount_callback = Some(callback(named_account.then_some("posta")));
        let mut input = single_or_plan("S-1");
        input.payment_options.truncate(1);
        let one = input.payment_options.first_mut().unwrap().installments.first_mut().unwrap();
        let share = |amount, account: &str| TransferInput { amount, account_id: Some(account.to_owned()), ..Default::default() };
        one.transfers = vec![share(first, "main"), share(second, "posta")];
        one.transfers.extend(stamp.map(|amount| TransferInput {
            amount,
            stamp: Some(StampInput { document_hash: "wHpFSLCGZjIvNSXxqtGbxg7275t446DRTk5ZrsdUQ6E=".to_owned(), province: "PG".to_owned() }),
            ..Default::default()
        }));
        one.amount = Some(first + second + stamp.unwrap_or_default());
        let carrying = if named_account { second } else { first };
        let mut position = town.position(&input);
        let (id, before) = (named(&position, "whole").id, named(&position, "whole").clone());
        prop_assert!(position.is_to_be_asked(id));
        let untouched = position.clone();
        let taken = position.take_told(id, cents(said));
        if !taken {
            prop_assert_eq!(&position, &untouched);
            // One share carries the difference: it alone decides.
            prop_assert!(said < 1 || said + carrying - before.amount.cents() < 1);
            return Ok(());
        }
        let one = named(&position, "whole");
        let due = amount_due(&position, one, town.now);
        prop_assert_eq!((due.amount.cents(), due.late, position.is_to_be_asked(id)), (said, None, false));
        let shares = transfers_due(&position, one, &due);
        prop_assert_eq!(Cents::sum(shares.iter().map(|one| one.amount)), Ok(due.amount));
        prop_assert!(shares.iter().all(|one| one.amount.is_payable()));
        let other = |at: usize| (shares[at].amount, before.transfers[at].amount);
        for at in (0..before.transfers.len()).filter(|at| *at != usize::from(named_account)) {
            let (now, then) = other(at);
            prop_assert_eq!(now, then);
        }
        prop_assert_eq!(&one.transfers, &before.transfers, "what stands in the position is not touched");
    }
}

fn owed(town: &mut Town) -> DebtPosition {
    town.service.amount_callback = Some(callback(None));
    town.position(&one_payment("S-1", 100_000))
}

fn attempt(position: &DebtPosition, kind: AttemptKind, when: &str, amount: i64) -> Attempt {
    Attempt {
        id: uuid::Uuid::from_u128(7).into(),
        installment_id: named(position, "single").id,
        kind,
        reference: "cart".to_owned(),
        session_id: None,
        amount: cents(amount),
        at: at(when),
    }
}

#[test]
fn what_a_cart_showed_counts_for_half_an_hour_unless_the_amount_was_changed_since() {
    let mut town = Town::new();
    let position = owed(&mut town);
    let mut one = named(&position, "single").clone();
    let carts = [
        Attempt { installment_id: one.id, ..attempt(&position, AttemptKind::Cart, "2026-09-15T10:00:00Z", 80_000) },
        Attempt {
            installment_id: one.id,
            reference: "later".to_owned(),
            ..attempt(&position, AttemptKind::Cart, "2026-09-15T10:10:00Z", 90_000)
        },
    ];
    let shown = |one: &_, reference, when| amount_shown(one, &carts, reference, at(when)).map(Cents::cents);
    assert_eq!(shown(&one, None, "2026-09-15T10:20:00Z"), Some(90_000), "the last one, where the Node names none");
    assert_eq!(shown(&one, Some("cart"), "2026-09-15T10:20:00Z"), Some(80_000));
    assert_eq!(shown(&one, Some("cart"), "2026-09-15T10:31:00Z"), Some(90_000));
    assert_eq!(shown(&one, None, "2026-09-15T10:41:00Z"), None);
    one.past_amounts = vec![PastAmount { amount: cents(1), until: at("2026-09-15T10:05:00Z") }];
    assert_eq!(shown(&one, Some("cart"), "2026-09-15T10:20:00Z"), None);
    assert_eq!(shown(&one, None, "2026-09-15T10:20:00Z"), Some(90_000));
}

#[test]
fn a_receipt_is_held_against_what_was_told_and_against_nothing_where_nobody_asked() {
    let (lately, long_ago) = ("2026-09-15T10:00:00Z", "2026-09-15T09:34:59Z");
    for (told, paid, flagged) in [
        (Some((lately, 80_000)), 80_000, false),
        (Some((lately, 80_000)), 100_000, true),
        (Some((lately, 80_000)), 70_000, true),
        (Some((long_ago, 80_000)), 80_000, true),
        (Some((long_ago, 80_000)), 1, true),
        (None, 70_000, false),
        (None, 100_000, false),
    ] {
        let mut town = Town::new();
        let position = owed(&mut town);
        town.now = at("2026-09-15T10:06:00Z");
        let attempts: Vec<Attempt> =
            told.iter().map(|(at, amount)| attempt(&position, AttemptKind::Get, at, *amount)).collect();
        let notice = named(&position, "single").notice_number.unwrap().to_string();
        let arrival = arrival(&town, &notice, paid);
        let institution = town.institution.clone();
        let known = Known {
            institution: &institution,
            broker_matches: true,
            kept: None,
            variant_kept: false,
            position: Some(&position),
            number_taken: false,
            places: &[],
            attempts: &attempts,
            sessions: &[],
            more_sessions: false,
        };
        let Accepted::First { batch } = accept(&mut town.given(), known, &arrival) else { panic!("taken") };
        let receipt = batch.writes().iter().find_map(|write| match write {
            Write::InsertReceipt(receipt) => Some(receipt),
            _ => None,
        });
        let anomalies = &receipt.unwrap().anomalies;
        assert_eq!(anomalies.contains(&Anomaly::NotActivated), told.is_none(), "{told:?} {paid}: {anomalies:?}");
        assert_eq!(anomalies.contains(&Anomaly::AmountMismatch), flagged, "{told:?} {paid}: {anomalies:?}");
    }
}

#[test]
fn a_new_secret_has_the_one_before_it_beside_it_and_no_number_comes_twice() {
    let mut town = Town::new();
    town.service.amount_callback = Some(callback(None));
    let mut numbers = vec![1];
    for _ in 0..3 {
        let present = town.service.clone();
        let (service, batch) = renew_callback_secret(&present, &mut town.given()).unwrap();
        let callback = service.amount_callback.clone().unwrap();
        assert_eq!(callback.former_secret, numbers.last().copied());
        assert!(!numbers.contains(&callback.secret) && callback.secret == service.version);
        assert_eq!(batch.writes().len(), 3);
        numbers.push(callback.secret);
        town.service = service;
    }
    town.service.amount_callback = None;
    let without = town.service.clone();
    assert_eq!(renew_callback_secret(&without, &mut town.given()).unwrap_err().code(), "no_amount_callback");
}
