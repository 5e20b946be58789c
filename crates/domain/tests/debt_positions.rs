// SPDX-License-Identifier: AGPL-3.0-or-later
//! What holds for debt positions (rules.md 5 to 16 and table S).
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests state what they expect")]

mod support;

use support::{Town, at, codes, installment, named, one_payment, pay, quiet, single_or_plan};
use tramite_domain::attempt::{Attempt, AttemptKind};
use tramite_domain::batch::Write;
use tramite_domain::debt_position::{
    Activity, BeneficiaryInput, DebtPosition, InstallmentStatus, OptionInput, OptionKind, PositionStatus,
    TransferInput, TransferTarget, cancel, erase_draft, installment_status, notify, position_status, publish, reopen,
};
use tramite_domain::institution::InstitutionStatus;
use tramite_domain::money::Cents;
use tramite_domain::refusal::Refusal;
use tramite_domain::service::{AmountRule, ServiceStatus};

#[test]
fn the_short_form_is_one_payment_onto_the_account_of_the_service() {
    let mut town = Town::new();
    let decided = town.open(&one_payment("TARI-1", 12_050)).unwrap();
    let only = named(&decided.position, "single");
    assert_eq!(position_status(&decided.position, town.now), PositionStatus::Open);
    assert_eq!(only.amount.cents(), 12_050);
    let transfer = only.transfers.first().unwrap();
    assert_eq!(transfer.target, TransferTarget::Account { account_id: "main".parse().unwrap() });
    assert_eq!(transfer.remittance_information.as_str(), format!("/RFB/{}/120.50/TXT/Tassa sui rifiuti", only.iuv));
    let writes = decided.batch.writes();
    assert!(
        matches!(writes, [Write::InsertPosition(_), Write::InsertEvent(_), Write::InsertAudit(_)]),
        "a position is written with its event, and with who asked for it"
    );
}

#[test]
fn transfers_add_up_to_the_amount_and_have_one_target_each() {
    let mut town = Town::new();
    let mut input = single_or_plan("TARI-2");
    input.payment_options.truncate(1);
    let share = |amount, account: Option<&str>, beneficiary: Option<&str>| TransferInput {
        amount,
        account_id: account.map(str::to_owned),
        beneficiary_id: beneficiary.map(str::to_owned),
        ..Default::default()
    };
    let set = |input: &mut tramite_domain::debt_position::PositionInput, transfers: Vec<TransferInput>| {
        input.payment_options.first_mut().unwrap().installments.first_mut().unwrap().transfers = transfers;
    };
    set(&mut input, vec![share(9_500, Some("main"), None), share(400, None, Some("provincia"))]);
    assert_eq!(
        codes(town.open(&input).unwrap_err()),
        [("/payment_options/0/installments/0/transfers".to_owned(), "transfers_sum")]
    );
    set(&mut input, vec![share(10_000, Some("main"), Some("provincia"))]);
    assert_eq!(
        codes(town.open(&input).unwrap_err()),
        [("/payment_options/0/installments/0/transfers/0".to_owned(), "one_target")]
    );
    set(&mut input, vec![share(9_500, Some("main"), None), share(500, None, Some("provincia"))]);
    let position = town.position(&input);
    assert_eq!(named(&position, "whole").transfers.iter().map(|one| one.index).collect::<Vec<_>>(), [1, 2]);
    let own = BeneficiaryInput {
        tax_code: support::TAX_CODE.to_owned(),
        company_name: "Comune".to_owned(),
        iban: "IT60X0542811101000000123456".to_owned(),
    };
    set(&mut input, vec![TransferInput { amount: 10_000, beneficiary: Some(own), ..Default::default() }]);
    assert_eq!(codes(town.open(&input).unwrap_err()).first().unwrap().1, "free_beneficiary_not_allowed");
}

#[test]
fn the_fixed_amount_of_a_service_cannot_be_overridden() {
    let mut town = Town::new();
    town.service.amount = AmountRule::Fixed { amount: Cents::payable(4_500).unwrap() };
    assert_eq!(codes(town.open(&one_payment("S-1", 4_400)).unwrap_err()), [("/amount".to_owned(), "fixed_amount")]);
    let mut silent = one_payment("S-2", 0);
    silent.amount = None;
    assert_eq!(named(&town.position(&silent), "single").amount.cents(), 4_500);
}

#[test]
fn an_inactive_institution_or_a_retired_service_takes_no_new_positions() {
    let mut town = Town::new();
    town.service.status = ServiceStatus::Retired;
    assert_eq!(town.open(&one_payment("S-1", 100)).unwrap_err(), Refusal::ServiceNotActive);
    town.institution.status = InstitutionStatus::Suspended;
    assert_eq!(town.open(&one_payment("S-1", 100)).unwrap_err(), Refusal::InstitutionNotActive);
}

#[test]
fn a_position_opens_and_expires_at_the_instant_itself() {
    let mut town = Town::new();
    town.service.expires_after_due_date = true;
    let mut input = one_payment("S-1", 100);
    input.valid_from = Some(at("2026-09-02T00:00:00Z"));
    input.due_date = Some(at("2026-10-25T12:00:00Z").rome_date());
    let position = town.position(&input);
    let status = |text: &str| position_status(&position, at(text));
    assert_eq!(status("2026-09-01T23:59:59.999999Z"), PositionStatus::Scheduled);
    assert_eq!(status("2026-09-02T00:00:00Z"), PositionStatus::Open);
    // The night in which summer time ends: the day ends at 23:00 UTC, not at 22:00.
    assert_eq!(status("2026-10-25T22:59:59.999999Z"), PositionStatus::Open);
    assert_eq!(status("2026-10-25T23:00:00Z"), PositionStatus::Expired);
    let mut past = one_payment("S-2", 100);
    past.due_date = Some(at("2026-08-31T12:00:00Z").rome_date());
    assert_eq!(codes(town.open(&past).unwrap_err()), [("/due_date".to_owned(), "due_date_past")]);
}

#[test]
fn a_reduced_option_ends_so_many_days_after_notification_and_the_others_stay_open() {
    let mut town = Town::new();
    let mut input = single_or_plan("S-1");
    let reduced = OptionInput {
        kind: OptionKind::Reduced,
        available_until: None,
        available_days: Some(5),
        installments: vec![installment("early", 7_000)],
    };
    input.payment_options.truncate(1);
    input.payment_options.push(reduced);
    let position = town.position(&input);
    let status = |position: &tramite_domain::debt_position::DebtPosition, when: &str| {
        let (option, one) = position.installment(named(position, "early").id).unwrap();
        installment_status(position, option, one, at(when))
    };
    assert_eq!(status(&position, "2030-01-01T00:00:00Z"), InstallmentStatus::Open, "open while not notified");
    town.now = at("2026-09-12T08:00:00Z");
    let day = at("2026-09-10T10:00:00Z").rome_date();
    let notified = notify(&mut town.given(), &position, day, quiet(), false).unwrap();
    assert!(matches!(notified.batch.writes(), [Write::UpdatePosition { expected: 1, .. }, Write::InsertEvent(_)]));
    let position = notified.position;
    assert!(notify(&mut town.given(), &position, day, quiet(), false).unwrap().batch.is_empty(), "again is the same");
    let earlier = notify(&mut town.given(), &position, day.pred_opt().unwrap(), quiet(), false).unwrap().position;
    assert_eq!(status(&earlier, "2026-09-14T22:00:00Z"), InstallmentStatus::Expired, "another day takes its place");
    assert_eq!(status(&position, "2026-09-15T21:59:59Z"), InstallmentStatus::Open);
    assert_eq!(status(&position, "2026-09-15T22:00:00Z"), InstallmentStatus::Expired);
    assert_eq!(position_status(&position, at("2027-01-01T00:00:00Z")), PositionStatus::Open);
}

#[test]
fn only_what_waits_for_a_notification_is_notified_and_not_on_a_day_to_come() {
    let mut town = Town::new();
    let today = town.now.rome_date();
    let mut input = single_or_plan("S-1");
    let refused = |town: &mut Town, position: &DebtPosition, day, activity, force| {
        notify(&mut town.given(), position, day, activity, force).unwrap_err()
    };
    let without = town.position(&input);
    assert_eq!(codes(refused(&mut town, &without, today, quiet(), false)), [(String::new(), "nothing_to_notify")]);
    input.external_id = "S-2".to_owned();
    let early = vec![installment("early", 7_000)];
    let reduced =
        OptionInput { kind: OptionKind::Reduced, available_until: None, available_days: Some(5), installments: early };
    input.payment_options.push(reduced);
    let position = town.position(&input);
    let tomorrow = today.succ_opt().unwrap();
    assert_eq!(
        codes(refused(&mut town, &position, tomorrow, quiet(), false)),
        [("/notified_on".to_owned(), "notified_on_to_come")]
    );
    let get = Attempt {
        id: uuid::Uuid::from_u128(9).into(),
        installment_id: named(&position, "early").id,
        kind: AttemptKind::Get,
        reference: String::new(),
        session_id: None,
        amount: Cents::new(7_000).unwrap(),
        at: town.now,
    };
    let paying = Activity { attempts: std::slice::from_ref(&get), sessions: &[], places: &[], superseded: false };
    assert!(matches!(refused(&mut town, &position, today, paying, false), Refusal::PaymentInProgress { .. }));
    assert!(notify(&mut town.given(), &position, today, paying, true).is_ok());
    let mut begun = position.clone();
    pay(&mut begun, "first", town.now);
    let excluded = codes(refused(&mut town, &begun, today, quiet(), false));
    assert_eq!(excluded, [(String::new(), "nothing_to_notify")], "another option was used");
    let mut paid = position.clone();
    pay(&mut paid, "early", town.now);
    let mut draft = position.clone();
    draft.published_at = None;
    for closed in [paid, draft, cancel(&mut town.given(), &position, quiet(), false).unwrap().position] {
        let status = position_status(&closed, town.now);
        assert_eq!(refused(&mut town, &closed, today, quiet(), true), Refusal::PositionState { status });
    }
}

#[test]
fn one_option_started_supersedes_the_others_and_its_last_installment_closes_the_position() {
    let mut town = Town::new();
    let mut position = town.position(&single_or_plan("S-1"));
    pay(&mut position, "first", town.now);
    assert_eq!(position_status(&position, town.now), PositionStatus::PartiallyPaid);
    let (option, whole) = position.installment(named(&position, "whole").id).unwrap();
    assert_eq!(installment_status(&position, option, whole, town.now), InstallmentStatus::Superseded);
    assert_eq!(
        position_status(&position, at("2099-01-01T00:00:00Z")),
        PositionStatus::PartiallyPaid,
        "it never expires as a whole"
    );
    pay(&mut position, "second", town.now);
    assert_eq!(position_status(&position, town.now), PositionStatus::Paid);
    assert_eq!(
        cancel(&mut town.given(), &position, quiet(), true).unwrap_err(),
        Refusal::PositionState { status: PositionStatus::Paid }
    );
}

#[test]
fn while_somebody_pays_a_position_is_neither_cancelled_nor_replaced_unless_forced() {
    let mut town = Town::new();
    let position = town.position(&one_payment("S-1", 100));
    let attempt = |kind| Attempt {
        id: uuid::Uuid::from_u128(9).into(),
        installment_id: named(&position, "single").id,
        kind,
        reference: String::new(),
        session_id: None,
        amount: Cents::new(100).unwrap(),
        at: town.now,
    };
    // What a cart showed is honoured as long as what a get was told (rules.md 22).
    let (get, cart) = (attempt(AttemptKind::Get), attempt(AttemptKind::Cart));
    let activity = Activity { attempts: std::slice::from_ref(&get), sessions: &[], places: &[], superseded: false };
    let shown = Activity { attempts: std::slice::from_ref(&cart), sessions: &[], places: &[], superseded: false };
    let locked_until = town.now.plus_seconds(1_800);
    for paying in [activity, shown] {
        assert_eq!(
            cancel(&mut town.given(), &position, paying, false).unwrap_err(),
            Refusal::PaymentInProgress { locked_until }
        );
    }
    assert_eq!(cancel(&mut town.given(), &position, activity, true).unwrap().position.cancelled_at, Some(town.now));
    town.later(1_800);
    assert!(
        cancel(&mut town.given(), &position, activity, false).is_ok(),
        "after half an hour the Node's token is gone"
    );
}

#[test]
fn cancel_and_reopen_go_back_to_the_same_numbers_and_expired_needs_a_later_date() {
    let mut town = Town::new();
    town.service.expires_after_due_date = true;
    let mut input = one_payment("S-1", 100);
    input.due_date = Some(town.now.rome_date());
    let position = town.position(&input);
    let cancelled = cancel(&mut town.given(), &position, quiet(), false).unwrap().position;
    assert!(cancel(&mut town.given(), &cancelled, quiet(), false).unwrap().batch.is_empty(), "again is the same");
    let reopened = reopen(&mut town.given(), &cancelled, Activity::default()).unwrap().position;
    assert_eq!(position_status(&reopened, town.now), PositionStatus::Open);
    assert_eq!(named(&reopened, "single").notice_number, named(&position, "single").notice_number);
    town.later(2 * 86_400);
    assert_eq!(reopen(&mut town.given(), &cancelled, Activity::default()).unwrap_err(), Refusal::StillExpired);
    let expired = cancel(&mut town.given(), &position, quiet(), false).unwrap().position;
    assert_eq!(position_status(&expired, town.now), PositionStatus::Cancelled, "an expired position may be cancelled");
}

#[test]
fn a_draft_is_published_once_and_only_a_draft_is_erased() {
    let mut town = Town::new();
    let mut input = one_payment("S-1", 100);
    input.publish = false;
    let draft = town.position(&input);
    assert!(erase_draft(&mut town.given(), &draft).is_ok());
    let published = publish(&mut town.given(), &draft).unwrap();
    assert_eq!(published.position.version, 2);
    assert!(publish(&mut town.given(), &published.position).unwrap().batch.is_empty());
    assert_eq!(
        erase_draft(&mut town.given(), &published.position).unwrap_err(),
        Refusal::PositionState { status: PositionStatus::Open }
    );
}

#[test]
fn two_plans_both_started_leave_the_earlier_one_to_be_finished() {
    let mut town = Town::new();
    let mut input = single_or_plan("S-1");
    let plan = |references: [&str; 2]| OptionInput {
        kind: OptionKind::Installments,
        available_until: None,
        available_days: None,
        installments: references.map(|one| installment(one, 5_000)).to_vec(),
    };
    input.payment_options = vec![plan(["a1", "a2"]), plan(["b1", "b2"])];
    let mut position = town.position(&input);
    pay(&mut position, "a1", town.now.plus_seconds(1));
    pay(&mut position, "b1", town.now);
    let status = |position: &tramite_domain::debt_position::DebtPosition, reference: &str| {
        let (option, one) = position.installment(named(position, reference).id).unwrap();
        installment_status(position, option, one, at("2026-09-01T10:00:02Z"))
    };
    assert_eq!(status(&position, "b2"), InstallmentStatus::Open, "its option was started first");
    assert_eq!(status(&position, "a2"), InstallmentStatus::Superseded);
    // Once one of them leaves nothing due, nothing is due of the other either.
    pay(&mut position, "a2", town.now.plus_seconds(2));
    assert_eq!(status(&position, "b2"), InstallmentStatus::Superseded);
    assert_eq!(position_status(&position, town.now), PositionStatus::Paid);
}

#[test]
fn withdrawing_the_rest_of_a_plan_leaves_the_excluded_notices_as_they_are() {
    let mut town = Town::new();
    let mut position = town.position(&single_or_plan("S-1"));
    pay(&mut position, "first", town.now);
    let after = cancel(&mut town.given(), &position, quiet(), false).unwrap().position;
    assert_eq!(named(&after, "second").cancelled_at, Some(town.now));
    assert_eq!(named(&after, "whole").cancelled_at, None);
    assert_eq!(position_status(&after, town.now), PositionStatus::Paid);
    let whole = named(&after, "whole").notice_number.unwrap();
    let refused = tramite_domain::node::payable(&after, &whole, town.now).unwrap_err();
    assert_eq!(refused, tramite_domain::node::NodeRefusal::Paid);
}
