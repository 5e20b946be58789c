// SPDX-License-Identifier: AGPL-3.0-or-later
//! What may stand in a session, and who is in the way (rules.md 40, api.md `if_busy`).
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests state what they expect")]

mod support;

use support::session::{own_item, session_input};
use support::{Town, at, client, codes, installment, named, one_payment, personal, single_or_plan};
use tramite_domain::attempt::{Attempt, AttemptKind};
use tramite_domain::debt_position::{DebtPosition, OptionKind, PositionInput, StampInput, TransferInput};
use tramite_domain::money::Cents;
use tramite_domain::refusal::Refusal;
use tramite_domain::session::{
    Cart, CheckoutSession, Choice, IfBusy, ItemInput, Opened, OwnItem, PayerInput, SessionInput, open,
};

fn input() -> SessionInput {
    SessionInput {
        payer: Some(PayerInput { tax_code: Some(personal("RSSMRA85T10A562S")), ..Default::default() }),
        ..session_input()
    }
}

fn item(position: &DebtPosition, reference: &str) -> OwnItem {
    own_item(position, Choice::Reference(reference.to_owned()))
}

fn try_open(town: &mut Town, input: &SessionInput, items: Vec<OwnItem>) -> Result<Opened, Refusal> {
    let institution = town.institution.clone();
    let items: Vec<_> = items.into_iter().map(|own| ItemInput::Own(Box::new(own))).collect();
    open(&institution, &mut town.given(), client(), input, &items)
}

/// A session of the installment whose citizen is at Checkout.
fn running(town: &mut Town, position: &DebtPosition, reference: &str) -> CheckoutSession {
    let opened = try_open(town, &input(), vec![item(position, reference)]).unwrap();
    let Opened::New { mut session, .. } = opened else { panic!("nothing to join") };
    session.cart = Some(Cart {
        reference: "cart-1".to_owned(),
        minted_at: town.now,
        amount: None,
        location: "https://checkout.example.it/c/1".to_owned(),
    });
    *session
}

fn get(town: &Town, position: &DebtPosition, reference: &str) -> Attempt {
    Attempt {
        id: uuid::Uuid::from_u128(9).into(),
        installment_id: named(position, reference).id,
        kind: AttemptKind::Get,
        reference: String::new(),
        session_id: None,
        amount: Cents::new(100).unwrap(),
        at: town.now,
    }
}

#[test]
fn a_busy_item_is_refused_and_joined_only_by_the_same_client_and_payer() {
    let mut town = Town::new();
    let position = town.position(&one_payment("S-1", 100));
    let running = running(&mut town, &position, "single");
    let busy =
        |running: &CheckoutSession| vec![OwnItem { sessions: vec![running.clone()], ..item(&position, "single") }];
    let refused = try_open(&mut town, &input(), busy(&running)).unwrap_err();
    assert_eq!(refused, Refusal::PaymentInProgress { locked_until: running.expires_at });
    let payer = |code: &str| SessionInput {
        if_busy: IfBusy::Join,
        payer: Some(PayerInput { tax_code: Some(personal(code)), ..Default::default() }),
        ..input()
    };
    for same in ["RSSMRA85T10A562S", "rssmra85t10a562s"] {
        let joined = try_open(&mut town, &payer(same), busy(&running)).unwrap();
        assert!(matches!(joined, Opened::Joined(session) if session.id == running.id));
    }
    for stranger in [SessionInput { payer: None, ..payer("") }, payer("VNTMHL76M09H501D"), payer("ANONIMO")] {
        assert!(try_open(&mut town, &stranger, busy(&running)).is_err());
    }
    let mut theirs = running.clone();
    theirs.client_id = uuid::Uuid::from_u128(78).into();
    assert_ne!(theirs.client_id, client());
    assert!(try_open(&mut town, &payer("RSSMRA85T10A562S"), busy(&theirs)).is_err());
}

#[test]
fn only_the_same_installment_or_an_alternative_to_it_is_in_the_way() {
    let mut town = Town::new();
    let position = town.position(&single_or_plan("S-1"));
    for (paid, wanted, free) in
        [("second", "first", true), ("first", "first", false), ("whole", "first", false), ("first", "whole", false)]
    {
        let other = running(&mut town, &position, paid);
        let by_session = OwnItem { sessions: vec![other], ..item(&position, wanted) };
        let by_get = OwnItem { attempts: vec![get(&town, &position, paid)], ..item(&position, wanted) };
        for own in [by_session, by_get] {
            assert_eq!(try_open(&mut town, &input(), vec![own]).is_ok(), free, "{paid} is being paid, {wanted} wanted");
        }
    }
}

#[test]
fn alternatives_of_one_debt_are_not_paid_together_but_the_installments_of_a_plan_are() {
    let mut town = Town::new();
    let position = town.position(&single_or_plan("S-1"));
    let mut items = |one, two| try_open(&mut town, &input(), vec![item(&position, one), item(&position, two)]);
    assert!(items("first", "second").is_ok());
    assert_eq!(codes(items("first", "whole").unwrap_err()), [("/line_items/1".to_owned(), "alternative_items")]);
}

#[test]
fn a_notice_is_offered_unless_the_chosen_installment_has_a_stamp() {
    let mut town = Town::new();
    let mut terms: PositionInput = single_or_plan("S-1");
    let stamp = StampInput {
        document_hash: "ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8=".to_owned(),
        province: "PG".to_owned(),
    };
    let whole = terms.payment_options.first_mut().unwrap().installments.first_mut().unwrap();
    whole.transfers = vec![TransferInput { amount: 10_000, stamp: Some(stamp), ..Default::default() }];
    let position = town.position(&terms);
    assert!(try_open(&mut town, &input(), vec![item(&position, "first")]).is_ok());
    let refused = try_open(&mut town, &input(), vec![item(&position, "whole")]).unwrap_err();
    assert_eq!(codes(refused), [("/allow_notice".to_owned(), "stamp_without_notice")]);
    let without = SessionInput { allow_notice: false, ..input() };
    assert!(try_open(&mut town, &without, vec![item(&position, "whole")]).is_ok());
}

#[test]
fn payer_and_metadata_of_a_session_are_checked_and_all_faults_are_told() {
    let mut town = Town::new();
    let position = town.position(&one_payment("S-1", 100));
    let mut wrong = input();
    wrong.payer = Some(PayerInput {
        tax_code: Some(personal("RSSMRA85T10A562T")),
        full_name: Some(personal("")),
        email: Some(personal("canary")),
    });
    wrong.metadata.insert("k".to_owned(), serde_json::json!({"deep": 1}));
    wrong.metadata.insert("perché".to_owned(), serde_json::json!("x"));
    let printed = format!("{wrong:?}");
    assert!(!printed.contains("RSSMRA85T10A562T") && !printed.contains("canary"), "{printed}");
    let expected = [
        ("/payer/tax_code", "invalid_tax_code"),
        ("/payer/full_name", "invalid_text"),
        ("/payer/email", "invalid_email"),
        ("/metadata", "invalid_metadata"),
        ("/metadata", "invalid_metadata"),
    ];
    let found = codes(try_open(&mut town, &wrong, vec![item(&position, "single")]).unwrap_err());
    assert_eq!(found, expected.map(|(pointer, code)| (pointer.to_owned(), code)));
}

#[test]
fn an_installment_past_its_term_is_no_item() {
    let mut town = Town::new();
    let mut terms = single_or_plan("S-1");
    let reduced = terms.payment_options.first_mut().unwrap();
    reduced.kind = OptionKind::Reduced;
    reduced.available_until = Some(at("2026-09-01T10:01:00Z"));
    reduced.installments = vec![installment("early", 9_000)];
    let position = town.position(&terms);
    assert!(try_open(&mut town, &input(), vec![item(&position, "early")]).is_ok());
    town.later(60);
    let refused = try_open(&mut town, &input(), vec![item(&position, "early")]).unwrap_err();
    assert!(matches!(refused, Refusal::NotPayable { .. }));
}
