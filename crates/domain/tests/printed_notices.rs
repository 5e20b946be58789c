// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the notice of a debt position says, in every state that one can be in (documents.md, table S).
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests state what they expect")]

#[path = "printed_notices/slips.rs"]
mod slips;
mod support;

use chrono::NaiveDate;
use support::{Town, at, codes, installment, named, one_payment, pay, personal, single_or_plan, text};
use tramite_domain::debt_position::{
    DebtPosition, DebtorInput, InstallmentInput, OptionInput, OptionKind, PositionInput, PositionStatus,
};
use tramite_domain::money::Cents;
use tramite_domain::node::verified;
use tramite_domain::printed_notice::{NoticePart, NoticeTerms, PrintedNotice, PrintedSlips, printed_notice};
use tramite_domain::refusal::Refusal;
use tramite_domain::service::{LateCharges, LateRate};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn printed(town: &Town, position: &DebtPosition) -> Result<PrintedNotice, Refusal> {
    printed_notice(position, &town.institution, &PrintedSlips::new(), None, town.now)
}

fn only(town: &Town, position: &DebtPosition, reference: &str) -> Result<PrintedNotice, Refusal> {
    printed_notice(position, &town.institution, &PrintedSlips::new(), Some(named(position, reference).id), town.now)
}

/// The terms in short: the kind of paper, and the reference, number and cents of each part.
fn said(position: &DebtPosition, notice: Result<PrintedNotice, Refusal>) -> String {
    let terms = match notice {
        Ok(notice) => notice.terms,
        Err(refusal) => return refusal.code().to_owned(),
    };
    let one = |part: &NoticePart| {
        let (_, paid) = position.installment(part.installment_id).unwrap();
        assert_eq!(Some(part.notice_number), paid.notice_number);
        format!("{} {} {}", paid.reference.as_str(), part.number, part.amount.cents())
    };
    match &terms {
        NoticeTerms::Single(part) => format!("single: {}", one(part)),
        NoticeTerms::Installments { whole, parts, complete } => {
            let kind = if *complete { "plan" } else { "left" };
            let whole = whole.as_ref().map_or("-".to_owned(), one);
            let parts: Vec<String> = parts.iter().map(one).collect();
            format!("{kind}: {whole} | {}", parts.join(", "))
        }
        NoticeTerms::Fine { discounted, reduced } => format!("fine: {} | {}", one(discounted), one(reduced)),
    }
}

fn option(kind: OptionKind, installments: Vec<InstallmentInput>) -> OptionInput {
    let available_days = (kind == OptionKind::Reduced).then_some(5);
    OptionInput { kind, available_until: None, available_days, installments }
}

fn of_options(payment_options: Vec<OptionInput>) -> PositionInput {
    PositionInput { amount: None, payment_options, ..one_payment("S-1", 0) }
}

/// 70.00 within five days of notification, or else 100.00.
fn fine() -> PositionInput {
    of_options(vec![
        option(OptionKind::Reduced, vec![installment("early", 7_000)]),
        option(OptionKind::Single, vec![installment("late", 10_000)]),
    ])
}

fn notified(town: &Town, position: &mut DebtPosition, days_ago: u64) {
    let told = town.now.rome_date() - chrono::Days::new(days_ago);
    position.options.iter_mut().filter(|one| one.kind == OptionKind::Reduced).for_each(|one| {
        one.notified_on = Some(told);
    });
}

#[test]
fn one_amount_is_printed_with_all_that_is_known() {
    let mut town = Town::new();
    town.institution.office_name = Some(text("Ufficio tributi"));
    town.institution.cbill_code = Some(text("AB123"));
    let input = PositionInput {
        description: Some("TARI 2026".to_owned()),
        due_date: Some(day("2026-12-31")),
        ..one_payment("S-1", 12_050)
    };
    let position = town.position(&input);
    let notice = printed(&town, &position).unwrap();
    assert_eq!(notice.creditor.name.as_str(), "Comune di Esempio");
    assert_eq!(notice.creditor.tax_code.to_string(), support::TAX_CODE);
    assert_eq!(notice.creditor.sector.as_deref(), Some("Ufficio tributi"));
    assert_eq!(notice.creditor.cbill_code.as_deref(), Some("AB123"));
    assert_eq!(notice.debtor.full_name.expose().as_str(), "Mario Rossi");
    assert_eq!(notice.debtor.tax_code.as_ref().unwrap().expose().as_str(), "RSSMRA85T10A562S");
    assert_eq!(notice.subject.as_str(), "TARI 2026");
    let NoticeTerms::Single(part) = &notice.terms else { panic!("one amount") };
    assert_eq!((part.amount.cents(), part.due_date), (12_050, Some(day("2026-12-31"))));
    assert_eq!((part.number, &part.slip), (1, &None));
    assert_eq!(notice.qr(part).unwrap().to_string(), format!("PAGOPA|002|{}|99999000013|12050", part.notice_number));
    assert_eq!(notice.data_matrix(part), Ok(None));
}

#[test]
fn every_state_has_its_notice_or_its_reason_for_none() {
    let mut town = Town::new();
    let due = PositionInput {
        due_date: Some(day("2026-09-10")),
        expires_after_due_date: Some(true),
        ..one_payment("S-1", 100)
    };
    let open = town.position(&due);
    assert_eq!(said(&open, printed(&town, &open)), "single: single 1 100");
    let draft = DebtPosition { published_at: None, ..open.clone() };
    assert_eq!(printed(&town, &draft), Err(Refusal::NotPublished));
    assert_eq!(only(&town, &draft, "single"), Err(Refusal::NotPublished));
    let nothing = |status| Err(Refusal::NothingToPay { status });
    let cancelled = DebtPosition { cancelled_at: Some(town.now), ..open.clone() };
    assert_eq!(printed(&town, &cancelled), nothing(PositionStatus::Cancelled));
    let both = DebtPosition { published_at: None, ..cancelled };
    assert_eq!(printed(&town, &both), nothing(PositionStatus::Cancelled));
    let mut paid = open.clone();
    pay(&mut paid, "single", town.now);
    assert_eq!(printed(&town, &paid), nothing(PositionStatus::Paid));
    let id = named(&paid, "single").id;
    paid.installment_mut(id).unwrap().reported_at = Some(town.now);
    assert_eq!(printed(&town, &paid), nothing(PositionStatus::Reported));
    town.now = at("2026-09-10T21:59:59Z");
    assert!(printed(&town, &open).is_ok(), "until the end of the day in Rome");
    town.now = at("2026-09-10T22:00:00Z");
    assert_eq!(printed(&town, &open), nothing(PositionStatus::Expired));
    assert_eq!(only(&town, &open, "single"), nothing(PositionStatus::Expired));
    // What does not expire is payable after its day, and says which it was.
    let lasting = DebtPosition { expires_after_due_date: false, ..open };
    let notice = printed(&town, &lasting).unwrap();
    assert_eq!(notice.terms.parts().next().unwrap().due_date, Some(day("2026-09-10")));
}

#[test]
fn a_scheduled_position_is_printed_before_with_what_will_be_due_then() {
    let mut town = Town::new();
    town.service.late_charges = Some(LateCharges {
        rates: vec![LateRate { from: day("2020-01-01"), annual_rate_basis_points: 365 }],
        surcharge: Cents::ZERO,
        most: None,
        account_id: None,
    });
    let later = PositionInput {
        valid_from: Some(at("2026-10-01T10:00:00Z")),
        due_date: Some(day("2026-09-21")),
        ..one_payment("S-1", 100_000)
    };
    let position = town.position(&later);
    // Ten days late at the instant from which anybody can pay it.
    assert_eq!(said(&position, printed(&town, &position)), "single: single 1 100100");
    town.now = at("2026-10-11T10:00:00Z");
    assert_eq!(said(&position, printed(&town, &position)), "single: single 1 100200", "the amount is that of today");
    // What is past its time before the position begins is never payable.
    let mut reduced = town.position(&PositionInput { valid_from: Some(at("2026-11-01T10:00:00Z")), ..fine() });
    assert_eq!(said(&reduced, printed(&town, &reduced)), "fine: early 1 7000 | late 1 10000");
    notified(&town, &mut reduced, 0);
    assert_eq!(said(&reduced, printed(&town, &reduced)), "single: late 1 10000");
}

#[test]
fn a_plan_is_printed_by_the_numbers_of_all_its_installments() {
    let mut town = Town::new();
    let mut position = town.position(&single_or_plan("S-1"));
    assert_eq!(said(&position, printed(&town, &position)), "plan: whole 1 10000 | first 1 5000, second 2 5000");
    pay(&mut position, "first", town.now);
    assert_eq!(said(&position, printed(&town, &position)), "left: - | second 2 5000", "the whole is superseded");
    assert_eq!(said(&position, only(&town, &position, "second")), "left: - | second 2 5000");
    let partly = Err(Refusal::NothingToPay { status: PositionStatus::PartiallyPaid });
    for gone in ["first", "whole"] {
        assert_eq!(only(&town, &position, gone), partly, "{gone}");
    }
    let id = named(&position, "second").id;
    position.installment_mut(id).unwrap().expires_at = Some(town.now);
    assert_eq!(printed(&town, &position), partly);
    pay(&mut position, "second", town.now);
    let paid = Err(Refusal::NothingToPay { status: PositionStatus::Paid });
    assert_eq!(printed(&town, &position), paid);
    // Who paid the whole is not asked for installments.
    let mut position = town.position(&single_or_plan("S-2"));
    pay(&mut position, "whole", town.now);
    assert_eq!((printed(&town, &position), only(&town, &position, "first")), (paid.clone(), paid));
}

#[test]
fn a_withdrawn_installment_is_not_printed_and_no_other_takes_its_number() {
    let mut town = Town::new();
    let plan = ["a", "b", "c"].map(|reference| installment(reference, 100)).to_vec();
    let mut position = town.position(&of_options(vec![option(OptionKind::Installments, plan)]));
    assert_eq!(said(&position, printed(&town, &position)), "plan: - | a 1 100, b 2 100, c 3 100");
    let id = named(&position, "b").id;
    position.installment_mut(id).unwrap().cancelled_at = Some(town.now);
    assert_eq!(said(&position, printed(&town, &position)), "plan: - | a 1 100, c 3 100");
    let mut paid = position.clone();
    pay(&mut paid, "c", town.now);
    assert_eq!(said(&paid, printed(&town, &paid)), "left: - | a 1 100", "they are paid in any order");
    // A reference of old without a notice number is paid by other ways.
    let id = named(&position, "a").id;
    position.installment_mut(id).unwrap().notice_number = None;
    assert_eq!(said(&position, printed(&town, &position)), "left: - | c 3 100");
    assert_eq!(only(&town, &position, "a"), Err(Refusal::NothingToPay { status: PositionStatus::Open }));
}

#[test]
fn a_fine_has_both_amounts_until_its_discount_ends() {
    let mut town = Town::new();
    let mut position = town.position(&fine());
    assert_eq!(said(&position, printed(&town, &position)), "fine: early 1 7000 | late 1 10000");
    assert_eq!(said(&position, only(&town, &position, "early")), "single: early 1 7000");
    assert_eq!(said(&position, only(&town, &position, "late")), "single: late 1 10000");
    notified(&town, &mut position, 2);
    let NoticeTerms::Fine { discounted, reduced } = printed(&town, &position).unwrap().terms else { panic!("a fine") };
    assert_eq!(discounted.due_date, Some(town.now.rome_date() + chrono::Days::new(3)), "its last day");
    assert_eq!(reduced.due_date, None);
    notified(&town, &mut position, 5);
    assert_eq!(said(&position, printed(&town, &position)), "fine: early 1 7000 | late 1 10000");
    notified(&town, &mut position, 6);
    assert_eq!(said(&position, printed(&town, &position)), "single: late 1 10000");
    assert_eq!(said(&position, only(&town, &position, "early")), "nothing_to_pay");
    let mut alone = fine();
    alone.payment_options.truncate(1);
    let alone = town.position(&alone);
    assert_eq!(said(&alone, printed(&town, &alone)), "single: early 1 7000");
}

#[test]
fn the_printed_day_is_the_last_one_on_which_it_can_be_paid() {
    let mut town = Town::new();
    let mut position = town.position(&fine());
    let early = named(&position, "early").id;
    // The end itself no longer belongs to the time: midnight in Rome is the end of the day before.
    for (until, due, expected) in [
        ("2026-09-20T22:00:00Z", None, Some("2026-09-20")),
        ("2026-09-20T22:00:01Z", None, Some("2026-09-21")),
        ("2026-09-20T10:00:00Z", Some("2026-09-30"), Some("2026-09-20")),
        ("2026-09-20T10:00:00Z", Some("2026-09-15"), Some("2026-09-15")),
    ] {
        position.options.first_mut().unwrap().available_until = Some(at(until));
        position.installment_mut(early).unwrap().due_date = due.map(day);
        let notice = printed(&town, &position).unwrap();
        assert_eq!(notice.terms.parts().next().unwrap().due_date, expected.map(day), "{until} {due:?}");
    }
    let late = named(&position, "late").id;
    let one = position.installment_mut(late).unwrap();
    one.due_date = Some(day("2026-10-31"));
    one.expires_at = Some(at("2026-10-15T12:00:00Z"));
    let notice = printed(&town, &position).unwrap();
    assert_eq!(notice.terms.parts().last().unwrap().due_date, Some(day("2026-10-15")));
}

#[test]
fn of_more_than_a_paper_holds_the_discount_goes_first_and_the_rest_is_printed_by_its_id() {
    let mut town = Town::new();
    let plan = |name: &str| {
        let installments = vec![installment(&format!("{name}1"), 5_000), installment(&format!("{name}2"), 5_000)];
        option(OptionKind::Installments, installments)
    };
    let mut input = fine();
    input.payment_options.extend([plan("a"), plan("b")]);
    let mut position = town.position(&input);
    assert_eq!(said(&position, printed(&town, &position)), "fine: early 1 7000 | late 1 10000");
    assert_eq!(said(&position, only(&town, &position, "b2")), "left: - | b2 2 5000");
    notified(&town, &mut position, 6);
    assert_eq!(said(&position, printed(&town, &position)), "plan: late 1 10000 | a1 1 5000, a2 2 5000");
    for gone in ["a1", "a2", "late"] {
        let id = named(&position, gone).id;
        position.installment_mut(id).unwrap().cancelled_at = Some(town.now);
    }
    assert_eq!(said(&position, printed(&town, &position)), "plan: - | b1 1 5000, b2 2 5000");
    // A discount beside a plan is the whole of it.
    let mut input = fine();
    *input.payment_options.last_mut().unwrap() = plan("a");
    let position = town.position(&input);
    assert_eq!(said(&position, printed(&town, &position)), "plan: early 1 7000 | a1 1 5000, a2 2 5000");
}

#[test]
fn an_installment_of_another_position_is_not_known() {
    let mut town = Town::new();
    let position = town.position(&one_payment("S-1", 100));
    let other = town.position(&one_payment("S-2", 100));
    let refused =
        printed_notice(&position, &town.institution, &PrintedSlips::new(), Some(named(&other, "single").id), town.now);
    assert_eq!(codes(refused.unwrap_err()), [("/installment_id".to_owned(), "unknown_installment")]);
}

#[test]
fn the_amount_is_the_one_that_a_provider_is_told() {
    let mut town = Town::new();
    let mut position = town.position(&one_payment("S-1", 100_000));
    position.late_charges = Some(LateCharges {
        rates: vec![LateRate { from: day("2020-01-01"), annual_rate_basis_points: 365 }],
        surcharge: Cents::new(500).unwrap(),
        most: None,
        account_id: None,
    });
    let id = named(&position, "single").id;
    position.installment_mut(id).unwrap().due_date = Some(day("2026-08-31"));
    for (when, expected) in [("2026-08-31T10:00:00Z", 100_000), ("2026-09-10T10:00:00Z", 100_600)] {
        town.now = at(when);
        let told = verified(&town.institution, &position, named(&position, "single"), town.now, town.now);
        let told = told.unwrap().amount.cents();
        assert_eq!(said(&position, printed(&town, &position)), format!("single: single 1 {told}"));
        assert_eq!(told, expected);
    }
    let told = Cents::new(42).unwrap();
    assert!(position.take_told(id, told), "what the institution's own system says goes before");
    assert_eq!(said(&position, printed(&town, &position)), "single: single 1 42");
}

#[test]
fn one_part_says_its_own_subject_and_many_the_common_one() {
    let mut town = Town::new();
    let mut input = single_or_plan("S-1");
    input.description = Some("TARI 2026".to_owned());
    for (at, one) in input.payment_options.last_mut().unwrap().installments.iter_mut().enumerate() {
        one.description = Some(format!("TARI 2026 rata {}", at + 1));
    }
    let position = town.position(&input);
    assert_eq!(printed(&town, &position).unwrap().subject.as_str(), "TARI 2026");
    assert_eq!(only(&town, &position, "second").unwrap().subject.as_str(), "TARI 2026 rata 2");
    assert_eq!(only(&town, &position, "whole").unwrap().subject.as_str(), "TARI 2026");
}

#[test]
fn a_debtor_who_is_not_known_has_no_tax_code_on_paper() {
    let mut town = Town::new();
    town.service.anonymous_debtor_allowed = true;
    let debtor = DebtorInput { tax_code: personal("ANONIMO"), ..support::debtor() };
    let position = town.position(&PositionInput { debtor, ..one_payment("S-1", 100) });
    assert_eq!(printed(&town, &position).unwrap().debtor.tax_code, None);
}
