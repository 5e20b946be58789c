// SPDX-License-Identifier: AGPL-3.0-or-later
//! What rows of a file do to a position that is there: they take back what they name, and nothing else (rules.md 43).
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests state what they expect")]

mod support;

use support::{Town, client, codes, installment, named, one_payment, pay, quiet};
use tramite_domain::debt_position::{
    DebtPosition, OptionInput, OptionKind, PositionInput, PositionStatus, TermsContext,
};
use tramite_domain::given::Given;
use tramite_domain::import::{Asked, Loaded, RowAction, RowOutcome, load};
use tramite_domain::refusal::Refusal;

/// Rows of so many installments, 50.00 each.
fn plan(references: &[&str]) -> PositionInput {
    let installments = references.iter().map(|reference| installment(reference, 5_000)).collect();
    let kind = if references.len() == 1 { OptionKind::Single } else { OptionKind::Installments };
    PositionInput {
        amount: None,
        payment_options: vec![OptionInput { kind, available_until: None, available_days: None, installments }],
        ..one_payment("R-1", 0)
    }
}

fn asked(action: RowAction, input: PositionInput, withdrawn: &[&str]) -> Asked {
    Asked { action, input, withdrawn: withdrawn.iter().map(|one| (*one).to_owned()).collect() }
}

fn taking_back(withdrawn: &[&str]) -> Asked {
    asked(RowAction::Cancel, plan(&[]), withdrawn)
}

fn loaded(town: &mut Town, position: &DebtPosition, asked: &Asked) -> Result<Loaded, Refusal> {
    let context = TermsContext {
        institution: &town.institution,
        service: &town.service,
        numbers: &town.known,
        free_beneficiary: false,
        now: town.now,
    };
    let mut given = Given { now: town.now, ids: &mut town.ids, client_id: Some(client()), request_id: None };
    load(context, &mut given, &mut town.numbers, asked, Some((position, quiet())))
}

fn missing(refused: Result<Loaded, Refusal>) {
    assert_eq!(codes(refused.unwrap_err()), [("/payment_options".to_owned(), "installments_missing")]);
}

#[test]
fn a_row_of_another_installment_does_not_take_back_the_only_one_that_is_owed() {
    let mut town = Town::new();
    let first = town.position(&plan(&["1"]));
    missing(loaded(&mut town, &first, &asked(RowAction::Load, plan(&["2"]), &[])));
    let mut half_paid = town.position(&plan(&["1", "2"]));
    pay(&mut half_paid, "1", town.now);
    missing(loaded(&mut town, &half_paid, &asked(RowAction::Update, plan(&["1", "3"]), &[])));
    // Beside a row of its own it is taken back.
    let changed = loaded(&mut town, &first, &asked(RowAction::Load, plan(&["2"]), &["1"])).unwrap();
    assert_eq!(changed.outcome, RowOutcome::Updated);
    assert!(named(&changed.position, "1").cancelled_at.is_some());
}

#[test]
fn an_only_installment_keeps_its_number_whatever_it_is_called() {
    let mut town = Town::new();
    let numbers = |position: &DebtPosition| {
        let all = position.installments().map(|(_, one)| (one.id, one.notice_number, one.cancelled_at));
        all.collect::<Vec<_>>()
    };
    let nameless = |cents: i64| PositionInput {
        amount: None,
        payment_options: one_payment("R-1", cents).options(),
        ..one_payment("R-1", 0)
    };
    // From one form to the other: rows that get a name, rows that lose it, and a line that has none in its short form.
    let only = town.position(&one_payment("R-1", 5_000));
    let called = town.position(&plan(&["1"]));
    for (position, same) in [
        (&only, plan(&["1"])),
        (&called, nameless(5_000)),
        (&called, one_payment("R-1", 5_000)),
        (&only, nameless(5_000)),
    ] {
        let before = numbers(position);
        for action in [RowAction::Load, RowAction::Insert, RowAction::Update] {
            let again = loaded(&mut town, position, &asked(action, same.clone(), &[])).unwrap();
            assert_eq!((again.outcome, again.batch.is_empty()), (RowOutcome::Unchanged, true));
        }
        let dearer = PositionInput { description: Some("Saldo".to_owned()), ..same };
        let changed = loaded(&mut town, position, &asked(RowAction::Load, dearer, &[])).unwrap();
        assert_eq!((changed.outcome, numbers(&changed.position)), (RowOutcome::Updated, before));
    }
    // A name that another had is another installment, and what is taken back by its own row goes.
    missing(loaded(&mut town, &called, &asked(RowAction::Load, plan(&["2"]), &[])));
    let exchanged = loaded(&mut town, &only, &asked(RowAction::Load, plan(&["1"]), &["single"])).unwrap();
    assert!(named(&exchanged.position, "single").cancelled_at.is_some());
    let mut paid = only.clone();
    pay(&mut paid, "single", town.now);
    let again = loaded(&mut town, &paid, &asked(RowAction::Load, plan(&["1"]), &[])).unwrap();
    assert_eq!(again.outcome, RowOutcome::Unchanged);
    let wrong = loaded(&mut town, &called, &asked(RowAction::Load, one_payment("R-1", -1), &[])).unwrap_err();
    assert_eq!(codes(wrong), [("/amount".to_owned(), "invalid_amount")]);
}

#[test]
fn an_only_installment_without_a_name_may_become_several() {
    let mut town = Town::new();
    let only = town.position(&one_payment("R-1", 5_000));
    let changed = loaded(&mut town, &only, &asked(RowAction::Load, plan(&["1", "2"]), &[])).unwrap();
    assert_eq!(changed.outcome, RowOutcome::Updated);
    assert!(named(&changed.position, "single").cancelled_at.is_some());
}

#[test]
fn what_never_was_is_not_taken_back() {
    let mut town = Town::new();
    let both = town.position(&plan(&["1", "2"]));
    let refused = loaded(&mut town, &both, &asked(RowAction::Load, plan(&["1", "2"]), &["3"])).unwrap_err();
    assert_eq!(codes(refused), [("/payment_options".to_owned(), "no_such_installment")]);
}

/// A cell may hold anything, as much of it as it likes: what it says is kept with the row and read by whoever looks at it.
#[test]
fn what_cannot_be_a_name_is_not_told_again() {
    let mut town = Town::new();
    let position = town.position(&plan(&["1", "2"]));
    let many: Vec<String> = (10..400).map(|number| number.to_string()).collect();
    let long = "x".repeat(1_000_000);
    let mut named: Vec<&str> = vec!["1", "2", "RSSMRA85T10A562S", "Mario Rossi", &long];
    named.extend(many.iter().map(String::as_str));
    let Err(Refusal::Invalid(wrong)) = loaded(&mut town, &position, &taking_back(&named)) else { panic!("taken") };
    let detail = "rows take installments back that the debt position never had: 10, 100, 101, 102, 103 and 388 more";
    assert_eq!(wrong[0].detail, detail);
    let Err(Refusal::Invalid(wrong)) = loaded(&mut town, &position, &taking_back(&["1", "2", &long])) else {
        panic!("taken")
    };
    assert_eq!(
        wrong[0].detail,
        "rows take installments back that the debt position never had: one whose name cannot be told"
    );
}

#[test]
fn the_same_terms_publish_a_draft_and_do_not_bring_back_what_was_cancelled() {
    let mut town = Town::new();
    let draft = town.position(&PositionInput { publish: false, ..plan(&["1"]) });
    let again = asked(RowAction::Load, PositionInput { publish: false, ..plan(&["1"]) }, &[]);
    assert_eq!(loaded(&mut town, &draft, &again).unwrap().outcome, RowOutcome::Unchanged);
    let publishing = asked(RowAction::Load, plan(&["1"]), &[]);
    let published = loaded(&mut town, &draft, &publishing).unwrap();
    assert_eq!((published.outcome, published.position.published_at), (RowOutcome::Updated, Some(town.now)));
    let inserting = asked(RowAction::Insert, plan(&["1"]), &[]);
    let Err(Refusal::ExternalIdTaken { differences, .. }) = loaded(&mut town, &draft, &inserting) else {
        panic!("made")
    };
    assert_eq!(differences, ["/publish"]);

    let cancelled = loaded(&mut town, &published.position, &taking_back(&[])).unwrap().position;
    for terms in [plan(&["1"]), plan(&["1", "2"])] {
        let refused = loaded(&mut town, &cancelled, &asked(RowAction::Load, terms, &[]));
        assert!(matches!(refused, Err(Refusal::PositionState { status: PositionStatus::Cancelled })), "{refused:?}");
    }
}

#[test]
fn a_cancellation_takes_back_nothing_that_it_does_not_name() {
    let mut town = Town::new();
    let both = town.position(&plan(&["1", "2"]));
    let too_few: [&[&str]; 3] = [&["1"], &["3"], &["1", "3"]];
    for some in too_few {
        missing(loaded(&mut town, &both, &taking_back(some)));
    }
    let mut half_paid = both.clone();
    pay(&mut half_paid, "1", town.now);
    let refused = loaded(&mut town, &half_paid, &taking_back(&["1"])).unwrap_err();
    assert_eq!(refused, Refusal::InstallmentPaid { reference: "1".to_owned() });
    missing(loaded(&mut town, &half_paid, &taking_back(&["3"])));
    let rest = loaded(&mut town, &half_paid, &taking_back(&["2"])).unwrap();
    assert_eq!(rest.outcome, RowOutcome::Cancelled);
    assert!(named(&rest.position, "2").cancelled_at.is_some());
    let single = town.position(&one_payment("R-1", 5_000));
    missing(loaded(&mut town, &single, &taking_back(&["1"])));
}

#[test]
fn what_is_taken_back_without_a_name_is_the_only_one_or_nothing() {
    let mut town = Town::new();
    let three = town.position(&plan(&["1", "2", "3"]));
    missing(loaded(&mut town, &three, &taking_back(&["single"])));
    let mut half_paid = town.position(&plan(&["1", "2"]));
    pay(&mut half_paid, "1", town.now);
    missing(loaded(&mut town, &half_paid, &taking_back(&["single"])));
    for only in [plan(&["1"]), one_payment("R-1", 5_000)] {
        let position = town.position(&only);
        let gone = loaded(&mut town, &position, &taking_back(&["single"])).unwrap();
        assert_eq!(gone.outcome, RowOutcome::Cancelled);
    }
    // Beside what is owed nothing is told as done that never was.
    let one = town.position(&plan(&["1"]));
    let refused = loaded(&mut town, &one, &taking_back(&["1", "3"])).unwrap_err();
    assert_eq!(codes(refused), [("/payment_options".to_owned(), "no_such_installment")]);
}

#[test]
fn what_was_taken_back_before_is_unchanged() {
    let mut town = Town::new();
    let both = town.position(&plan(&["1", "2"]));
    let one = loaded(&mut town, &both, &asked(RowAction::Load, plan(&["2"]), &["1"])).unwrap().position;
    let again = loaded(&mut town, &one, &taking_back(&["1"])).unwrap();
    assert_eq!((again.outcome, again.batch.is_empty(), &again.position), (RowOutcome::Unchanged, true, &one));
    // Of what is cancelled as a whole each row says what is so already.
    let whole: [&[&str]; 2] = [&[], &["1", "2"]];
    for names in whole {
        let none = loaded(&mut town, &both, &taking_back(names)).unwrap();
        assert_eq!(none.outcome, RowOutcome::Cancelled);
        let again = loaded(&mut town, &none.position, &taking_back(&["1"])).unwrap();
        assert_eq!(again.outcome, RowOutcome::Unchanged);
    }
}
