// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the Node is told (rules.md 13, 17, 19, 22 to 24), and a property of all histories.
#![allow(clippy::unwrap_used, reason = "tests state what they expect")]

mod support;

use proptest::prelude::*;
use support::{Town, named, one_payment, pay, quiet, single_or_plan};
use tramite_domain::debt_position::{
    DebtPosition, Installment, OutsidePayment, Payment, PositionStatus, StampInput, StatusFacts, TransferInput, Undone,
    cancel, mark_paid, position_status, publish, reopen, undone, unmark,
};
use tramite_domain::node::{NodeRefusal, ResolvedTarget, TransferKind, Wanted, detail, payable, verified};

fn wanted(town: &Town, kind: TransferKind, stamps: bool) -> Wanted {
    Wanted { kind, stamps, as_of: town.now }
}

fn ibans(town: &Town, position: &DebtPosition, kind: TransferKind) -> Vec<(String, Option<String>)> {
    let installment = named(position, "whole");
    let told = detail(&town.institution, position, installment, wanted(town, kind, true), town.now).unwrap();
    let one = |transfer: tramite_domain::node::ResolvedTransfer| match transfer.target {
        ResolvedTarget::Iban(iban) => (iban, transfer.metadata.get("IBANAPPOGGIO").cloned()),
        ResolvedTarget::Stamp { .. } => ("stamp".to_owned(), None),
    };
    told.transfers.into_iter().map(one).collect()
}

fn shared(town: &mut Town, shares: &[(i64, &str)]) -> DebtPosition {
    let mut input = single_or_plan("S-1");
    input.payment_options.truncate(1);
    let share = |(amount, account): &(i64, &str)| TransferInput {
        amount: *amount,
        account_id: Some((*account).to_owned()),
        ..Default::default()
    };
    input.payment_options.first_mut().unwrap().installments.first_mut().unwrap().transfers =
        shares.iter().map(share).collect();
    town.position(&input)
}

#[test]
fn a_postal_slip_goes_to_postal_accounts_and_the_rest_names_them_on_every_transfer_or_on_none() {
    let mut town = Town::new();
    let postal = "IT45R0760103200000000001016".to_owned();
    let bank = "IT30N0103076271000001823603".to_owned();
    let both = shared(&mut town, &[(10_000, "posta")]);
    assert_eq!(ibans(&town, &both, TransferKind::Postal), [(postal.clone(), None)]);
    assert_eq!(ibans(&town, &both, TransferKind::Bank), [(bank.clone(), Some(postal.clone()))]);
    let mixed = shared(&mut town, &[(6_000, "posta"), (4_000, "main")]);
    let main = "IT60X0542811101000000123456".to_owned();
    assert_eq!(ibans(&town, &mixed, TransferKind::Bank), [(bank, None), (main.clone(), None)]);
    assert_eq!(ibans(&town, &mixed, TransferKind::Postal), [(postal, None), (main, None)]);
    let told = |position: &DebtPosition| {
        verified(&town.institution, position, named(position, "whole"), town.now, town.now).unwrap()
    };
    assert!(told(&both).all_postal);
    assert!(!told(&mixed).all_postal);
}

#[test]
fn an_account_that_changed_after_issue_is_told_as_it_is_now() {
    let mut town = Town::new();
    let position = shared(&mut town, &[(10_000, "main")]);
    let mut renewed = town.institution.accounts.first().unwrap().clone();
    renewed.iban = "IT58C0200805403000102985524".parse().unwrap();
    renewed.valid_from = town.now.plus_seconds(60);
    town.institution.accounts.first_mut().unwrap().valid_to = Some(renewed.valid_from);
    town.institution.accounts.push(renewed);
    assert_eq!(ibans(&town, &position, TransferKind::Bank).first().unwrap().0, "IT60X0542811101000000123456");
    town.later(60);
    assert_eq!(ibans(&town, &position, TransferKind::Bank).first().unwrap().0, "IT58C0200805403000102985524");
}

#[test]
fn a_superseded_notice_is_withdrawn_while_money_is_due_and_paid_once_it_is_not() {
    let mut town = Town::new();
    let mut position = town.position(&single_or_plan("S-1"));
    let whole = named(&position, "whole").notice_number.unwrap();
    assert!(payable(&position, &whole, town.now).is_ok());
    for (reference, expected) in [("first", NodeRefusal::Cancelled), ("second", NodeRefusal::Paid)] {
        pay(&mut position, reference, town.now);
        assert_eq!(payable(&position, &whole, town.now).unwrap_err(), expected);
    }
}

#[test]
fn drafts_are_unknown_and_withdrawn_positions_are_cancelled() {
    let mut town = Town::new();
    let mut input = one_payment("S-1", 100);
    input.publish = false;
    let draft = town.position(&input);
    let notice = named(&draft, "single").notice_number.unwrap();
    assert_eq!(payable(&draft, &notice, town.now).unwrap_err(), NodeRefusal::Unknown);
    let open = publish(&mut town.given(), &draft).unwrap().position;
    let gone = cancel(&mut town.given(), &open, quiet(), false).unwrap().position;
    assert_eq!(payable(&gone, &notice, town.now).unwrap_err(), NodeRefusal::Cancelled);
}

#[test]
fn the_last_payment_is_the_last_of_its_own_option() {
    let mut town = Town::new();
    let mut position = town.position(&single_or_plan("S-1"));
    let last = |position: &DebtPosition, reference: &str| {
        let one = named(position, reference);
        detail(&town.institution, position, one, wanted(&town, TransferKind::Bank, true), town.now)
            .unwrap()
            .last_payment
    };
    assert!(last(&position, "whole"));
    assert!(!last(&position, "first"));
    pay(&mut position, "first", town.now);
    assert!(last(&position, "second"));
}

#[test]
fn a_stamp_needs_the_second_version_and_an_account_must_be_declared() {
    let mut town = Town::new();
    let stamp = StampInput {
        document_hash: "ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8=".to_owned(),
        province: "PG".to_owned(),
    };
    let mut input = single_or_plan("S-1");
    let whole = input.payment_options.first_mut().unwrap().installments.first_mut().unwrap();
    whole.transfers = vec![
        TransferInput { amount: 1_600, stamp: Some(stamp), ..Default::default() },
        TransferInput { amount: 8_400, account_id: Some("posta".to_owned()), ..Default::default() },
    ];
    let position = town.position(&input);
    let told = |town: &Town, stamps| {
        detail(
            &town.institution,
            &position,
            named(&position, "whole"),
            wanted(town, TransferKind::Bank, stamps),
            town.now,
        )
    };
    assert_eq!(told(&town, false).unwrap_err(), NodeRefusal::StampNeedsV2);
    let transfers = told(&town, true).unwrap().transfers;
    let targets: Vec<_> = transfers.iter().map(|one| matches!(one.target, ResolvedTarget::Stamp { .. })).collect();
    assert_eq!(targets, [true, false]);
    let support: Vec<_> = transfers.iter().map(|one| one.metadata.contains_key("IBANAPPOGGIO")).collect();
    assert_eq!(support, [false, true], "a stamp has no account");
    town.institution.accounts.retain(|one| one.id.as_str() != "posta");
    assert_eq!(told(&town, true).unwrap_err(), NodeRefusal::AccountMissing);
    let refused = verified(&town.institution, &position, named(&position, "whole"), town.now, town.now).unwrap_err();
    assert_eq!(refused, NodeRefusal::AccountMissing);
}

/// What may happen to a position, in any order.
#[derive(Debug, Clone, Copy)]
enum Step {
    Publish,
    Cancel,
    Reopen,
    Pay(usize),
    Mark(usize),
    Wait(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        Just(Step::Publish),
        Just(Step::Cancel),
        Just(Step::Reopen),
        (0_usize..3).prop_map(Step::Pay),
        (0_usize..3).prop_map(Step::Mark),
        (0_i64..200_000).prop_map(Step::Wait),
    ];
    proptest::collection::vec(step, 1..12)
}

proptest! {
    /// In every history: paid is final, a version never falls, an event tells every change of state, and the stored
    /// facts answer for any later instant what the whole position answers.
    #[test]
    fn in_every_history_paid_is_final_and_the_stored_facts_tell_the_state(history in steps(), look in 0_i64..400_000) {
        let mut town = Town::new();
        town.service.expires_after_due_date = true;
        let mut input = single_or_plan("S-1");
        input.publish = false;
        input.valid_from = Some(town.now.plus_seconds(50_000));
        for option in &mut input.payment_options {
            for one in &mut option.installments {
                one.due_date = Some(town.now.plus_seconds(150_000).rome_date());
            }
        }
        let mut position = town.position(&input);
        for step in history {
            let before = position.clone();
            let decided = match step {
                Step::Publish => publish(&mut town.given(), &position).ok(),
                Step::Cancel => cancel(&mut town.given(), &position, quiet(), false).ok(),
                Step::Reopen => match undone(&position, None, town.now) {
                    Ok(Undone::Withdrawal) => reopen(&mut town.given(), &position, quiet()).ok(),
                    Ok(Undone::Mark(id)) => {
                        let creditor = town.institution.tax_code;
                        unmark(&mut town.given(), creditor, &position, id, &[]).ok()
                    }
                    Err(_) => None,
                },
                Step::Pay(which) => {
                    let id = position.installments().nth(which).unwrap().1.id;
                    let one = position.installment_mut(id).unwrap();
                    let amount = one.amount;
                    let receipt_id = Some(uuid::Uuid::from_u128(7).into());
                    one.payment.get_or_insert(Payment { paid_at: town.now, amount, receipt_id, reference: None });
                    None
                }
                Step::Mark(which) => {
                    let one = position.installments().nth(which).unwrap().1;
                    let (installment, amount) = (one.id, one.amount.cents());
                    let paid =
                        OutsidePayment { installment, paid_at: town.now, amount, reference: "Bonifico".to_owned() };
                    let creditor = town.institution.tax_code;
                    mark_paid(&mut town.given(), creditor, &position, &paid, quiet(), false).ok()
                }
                Step::Wait(seconds) => { town.later(seconds); None }
            };
            if let Some(decided) = decided {
                prop_assert_eq!(decided.batch.is_empty(), decided.position == before);
                prop_assert!(decided.position.version >= before.version);
                position = decided.position;
            }
            // What a receipt paid is paid for ever; what the institution marked, until it says otherwise.
            let by_receipt = |one: &Installment| one.payment.as_ref().is_some_and(|paid| paid.receipt_id.is_some());
            let kept = |one: &Installment| by_receipt(one) || !matches!(step, Step::Reopen);
            for (_, one) in before.installments().filter(|(_, one)| one.payment.is_some() && kept(one)) {
                prop_assert_eq!(&position.installment(one.id).unwrap().1.payment, &one.payment);
            }
            let facts = StatusFacts::of(&position);
            let later = town.now.plus_seconds(look);
            prop_assert_eq!(facts.at(later), position_status(&position, later));
            if let Some(next) = facts.next_transition(town.now) {
                prop_assert_ne!(facts.at(next), facts.at(town.now), "a transition changes the state");
            } else {
                prop_assert_eq!(facts.at(later), facts.at(town.now), "without a transition the clock changes nothing");
            }
            let marked = before.installments().any(|(_, one)| one.is_marked());
            if position_status(&before, town.now) == PositionStatus::Paid && !marked {
                prop_assert_eq!(position_status(&position, town.now), PositionStatus::Paid);
            }
        }
    }
}
