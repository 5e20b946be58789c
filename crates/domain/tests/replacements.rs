// SPDX-License-Identifier: AGPL-3.0-or-later
//! What holds for a second request about a position: new terms, or the same ones again (rules.md 8 and 11).
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests state what they expect")]

mod support;

use support::{Town, codes, installment, named, one_payment, pay, personal, quiet, single_or_plan};
use tramite_domain::debt_position::{
    DebtPosition, INSTALLMENTS_TOTAL_MAX, PositionInput, differences, numbers_to_open, numbers_to_replace,
};
use tramite_domain::refusal::Refusal;

/// The installment of the input at that place.
fn at(input: &mut PositionInput, option: usize, place: usize) -> &mut tramite_domain::debt_position::InstallmentInput {
    input.payment_options.get_mut(option).unwrap().installments.get_mut(place).unwrap()
}

#[test]
fn replacing_keeps_numbers_by_reference_gives_new_ones_and_cancels_what_is_missing() {
    let mut town = Town::new();
    let position = town.position(&single_or_plan("S-1"));
    let mut input = single_or_plan("S-1");
    let plan = input.payment_options.get_mut(1).unwrap();
    plan.installments = vec![installment("first", 4_000), installment("third", 6_000)];
    assert_eq!(numbers_to_replace(town.context(), &position, quiet(), &input, false).unwrap(), 1);
    let after = town.replace(&position, &input).unwrap().position;
    for kept in ["whole", "first"] {
        assert_eq!(named(&after, kept).notice_number, named(&position, kept).notice_number);
        assert_eq!(named(&after, kept).id, named(&position, kept).id);
    }
    assert_eq!(named(&after, "first").amount.cents(), 4_000);
    assert_ne!(named(&after, "third").notice_number, named(&position, "second").notice_number);
    assert!(named(&after, "second").cancelled_at.is_some());
    let mut ids: Vec<_> = after.options.iter().map(|option| option.id).collect();
    ids.dedup();
    assert_eq!(ids.len(), 2, "the options are the same two");
    let mut other = one_payment("S-1", 100);
    other.service_code = "IMU".to_owned();
    assert_eq!(town.replace(&after, &other).unwrap_err(), Refusal::Immutable { field: "service_code" });
}

#[test]
fn a_paid_installment_must_stand_in_a_replacement_unchanged() {
    let mut town = Town::new();
    let mut position = town.position(&single_or_plan("S-1"));
    pay(&mut position, "first", town.now);
    let changes: [fn(&mut PositionInput); 6] = [
        |input| _ = input.payment_options.get_mut(1).unwrap().installments.remove(0),
        |input| at(input, 1, 0).amount = Some(4_999),
        |input| at(input, 1, 0).description = Some("Prima rata".to_owned()),
        |input| at(input, 1, 0).expires_at = Some(support::at("2027-01-01T00:00:00Z")),
        |input| at(input, 1, 0).payment_metadata = support::metadata(&[("PRATICA", "1")]),
        |input| at(input, 1, 0).metadata = support::metadata(&[("ours", "1")]),
    ];
    for change in changes {
        let mut input = single_or_plan("S-1");
        change(&mut input);
        let refused = town.replace(&position, &input).unwrap_err();
        assert_eq!(refused, Refusal::InstallmentPaid { reference: "first".to_owned() });
    }
    let mut second = single_or_plan("S-1");
    at(&mut second, 1, 1).amount = Some(6_000);
    let after = town.replace(&position, &second).unwrap().position;
    assert_eq!(named(&after, "second").amount.cents(), 6_000);
    assert_eq!(named(&after, "first"), named(&position, "first"));
}

#[test]
fn the_description_of_a_position_may_be_corrected_though_a_part_of_it_is_paid() {
    let mut town = Town::new();
    let mut position = town.position(&single_or_plan("S-1"));
    pay(&mut position, "first", town.now);
    let mut input = single_or_plan("S-1");
    input.description = Some("TARI 2026".to_owned());
    let mut after = town.replace(&position, &input).unwrap().position;
    assert_eq!(after.description.as_str(), "TARI 2026");
    assert_eq!(named(&after, "first"), named(&position, "first"), "what was paid keeps the text it was paid under");
    let remittance = named(&after, "second").transfers.first().unwrap().remittance_information.clone();
    assert!(remittance.ends_with("/TXT/TARI 2026"));
    // The same request again means the same, and changes nothing of what was paid.
    assert_eq!(differences(town.context(), &after, &input).unwrap(), Vec::<String>::new());
    after = town.replace(&after, &input).unwrap().position;
    assert_eq!(named(&after, "first"), named(&position, "first"));
}

#[test]
fn a_due_date_that_has_passed_meanwhile_is_no_reason_to_refuse_what_repeats_it() {
    let mut town = Town::new();
    town.service.expires_after_due_date = true;
    let mut input = single_or_plan("S-1");
    let today = town.now.rome_date();
    at(&mut input, 1, 0).due_date = Some(today);
    at(&mut input, 1, 1).due_date = today.checked_add_days(chrono::Days::new(60));
    let mut position = town.position(&input);
    pay(&mut position, "first", town.now);
    town.later(10 * 86_400);
    at(&mut input, 1, 1).amount = Some(5_500);
    assert_eq!(named(&town.replace(&position, &input).unwrap().position, "second").amount.cents(), 5_500);
    let past = ("/payment_options/1/installments/1/due_date".to_owned(), "due_date_past");
    at(&mut input, 1, 1).due_date = Some(today);
    assert_eq!(codes(town.replace(&position, &input).unwrap_err()), [past], "a date that was not there is new");
}

#[test]
fn the_same_request_after_its_dates_have_passed_still_means_the_same_position() {
    let mut town = Town::new();
    town.service.expires_after_due_date = true;
    let mut input = one_payment("S-1", 100);
    input.due_date = Some(town.now.rome_date());
    input.valid_from = Some(town.now.plus_seconds(3_600));
    let position = town.position(&input);
    let mut long = single_or_plan("S-2");
    at(&mut long, 0, 0).expires_at = Some(town.now.plus_seconds(60));
    let with_expiry = town.position(&long);
    town.later(2 * 86_400);
    assert_eq!(differences(town.context(), &position, &input).unwrap(), Vec::<String>::new());
    assert_eq!(differences(town.context(), &with_expiry, &long).unwrap(), Vec::<String>::new());
}

#[test]
fn a_request_that_means_the_same_position_has_no_differences() {
    let mut town = Town::new();
    let input = single_or_plan("S-1");
    let position = town.position(&input);
    assert_eq!(differences(town.context(), &position, &input).unwrap(), Vec::<String>::new());
    let mut other = single_or_plan("S-1");
    other.debtor.full_name = personal("Maria Rossi");
    other.payment_options.pop();
    assert_eq!(differences(town.context(), &position, &other).unwrap(), ["/debtor", "/payment_options"]);
    // What an earlier request withdrew is no part of the position any more.
    let mut less = single_or_plan("S-1");
    less.payment_options.remove(0);
    at(&mut less, 0, 1).reference = Some("other".to_owned());
    let fewer = town.replace(&position, &less).unwrap().position;
    assert_eq!(differences(town.context(), &fewer, &less).unwrap(), Vec::<String>::new());
}

#[test]
fn the_short_form_tells_amount_and_due_date_apart() {
    let mut town = Town::new();
    let mut input = one_payment("S-1", 100);
    input.due_date = Some(town.now.rome_date());
    let position = town.position(&input);
    let told = |input: &PositionInput| differences(town.context(), &position, input).unwrap();
    let later = PositionInput { due_date: input.due_date.unwrap().succ_opt(), ..input.clone() };
    assert_eq!(told(&later), ["/due_date"]);
    assert_eq!(told(&PositionInput { amount: Some(101), ..input.clone() }), ["/amount"]);
    assert_eq!(told(&PositionInput { amount: Some(101), ..later }), ["/amount", "/due_date"]);
}

#[test]
fn a_refused_request_needs_no_number_and_withdrawn_installments_do_not_pile_up_without_end() {
    let mut town = Town::new();
    let refused = numbers_to_open(town.context(), &one_payment("S-1", 0)).unwrap_err();
    assert_eq!(codes(refused), [("/amount".to_owned(), "invalid_amount")]);
    assert_eq!(numbers_to_open(town.context(), &single_or_plan("S-1")).unwrap(), 3);
    let plan = |from: usize| {
        let mut input = single_or_plan("S-1");
        input.payment_options.remove(0);
        let ones = (from..from + 100).map(|at| installment(&format!("r{at}"), 100)).collect();
        input.payment_options.first_mut().unwrap().installments = ones;
        input
    };
    let mut position: DebtPosition = town.position(&plan(0));
    for round in 1..INSTALLMENTS_TOTAL_MAX / 100 {
        position = town.replace(&position, &plan(100 * round)).unwrap().position;
    }
    assert_eq!(position.installments().count(), INSTALLMENTS_TOTAL_MAX);
    let full = codes(town.replace(&position, &plan(INSTALLMENTS_TOTAL_MAX - 99)).unwrap_err());
    assert_eq!(full, [("/payment_options".to_owned(), "too_many")]);
    assert!(town.replace(&position, &plan(INSTALLMENTS_TOTAL_MAX - 100)).is_ok(), "what is there may change");
}

#[test]
fn what_was_paid_although_it_had_been_withdrawn_stays_and_the_rest_takes_new_terms() {
    let mut town = Town::new();
    let position = town.position(&single_or_plan("S-1"));
    let mut without = single_or_plan("S-1");
    without.payment_options.get_mut(1).unwrap().installments.remove(1);
    let mut after = town.replace(&position, &without).unwrap().position;
    pay(&mut after, "second", town.now);
    // Left out, it stays; named as it is, it needs no second number; named otherwise, it is refused.
    at(&mut without, 1, 0).amount = Some(4_000);
    let changed = town.replace(&after, &without).unwrap().position;
    assert_eq!(named(&changed, "first").amount.cents(), 4_000);
    assert_eq!(named(&changed, "second"), named(&after, "second"));
    let mut whole = single_or_plan("S-1");
    assert_eq!(numbers_to_replace(town.context(), &after, quiet(), &whole, false).unwrap(), 0);
    let again = town.replace(&after, &whole).unwrap().position;
    assert_eq!(named(&again, "second"), named(&after, "second"));
    at(&mut whole, 1, 1).amount = Some(4_999);
    let refused = town.replace(&after, &whole).unwrap_err();
    assert_eq!(refused, Refusal::InstallmentPaid { reference: "second".to_owned() });
}
