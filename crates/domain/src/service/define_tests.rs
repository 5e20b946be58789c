// SPDX-License-Identifier: AGPL-3.0-or-later
//! What holds when a service is defined and changed.

use uuid::Uuid;

use super::*;
use crate::batch::{Batch, Write};
use crate::given::{Given, Ids};
use crate::ids::InstitutionId;
use crate::institution::{Account, Institution, InstitutionStatus};
use crate::refusal::Refusal;
use crate::time::Instant;

struct Counter(u128);

impl Ids for Counter {
    fn next(&mut self) -> Uuid {
        self.0 += 1;
        Uuid::from_u128(self.0)
    }
}

fn noon() -> Instant {
    "2026-09-01T10:00:00Z".parse().unwrap()
}

fn institution() -> Institution {
    Institution {
        id: InstitutionId::new(Uuid::from_u128(1)),
        code: "comune-esempio".parse().unwrap(),
        tax_code: "99999000013".parse().unwrap(),
        display_name: "Comune di Esempio".parse().unwrap(),
        ipa_code: None,
        status: InstitutionStatus::Active,
        successor_id: None,
        cbill_code: None,
        office_name: None,
        payable_by_notice: false,
        support_access: true,
        demo: false,
        hosted_pages: None,
        stations: vec![],
        accounts: vec![Account {
            id: "main".parse().unwrap(),
            iban: "IT60X0542811101000000123456".parse().unwrap(),
            postal_iban: None,
            holder: None,
            postal_authorization: None,
            valid_from: noon(),
            valid_to: None,
        }],
        beneficiaries: vec![],
        version: 1,
        created_at: noon(),
        updated_at: noon(),
    }
}

fn input() -> ServiceInput {
    ServiceInput {
        title_it: "Tassa rifiuti".to_owned(),
        title_en: None,
        title_de: None,
        taxonomy_code: "0101101IM".to_owned(),
        collection_kind: 9,
        account_id: "main".to_owned(),
        kind: ServiceKind::Preloaded,
        amount: AmountInput { fixed: false, amount: None, least: None, most: None },
        due_date_required: true,
        expires_after_due_date: false,
        late_charges: None,
        amount_callback: None,
        anonymous_debtor_allowed: false,
        demand: None,
        status: ServiceStatus::Active,
    }
}

fn decide(present: Option<&Service>, input: &ServiceInput) -> Result<(Service, Batch), Refusal> {
    let mut ids = Counter(100);
    let mut given = Given { now: noon(), ids: &mut ids, client_id: None, request_id: None };
    define(&institution(), &"TARI".parse().unwrap(), present, input, &mut given)
}

fn codes(refused: Result<(Service, Batch), Refusal>) -> Vec<(String, &'static str)> {
    match refused {
        Err(Refusal::Invalid(faults)) => faults.into_iter().map(|fault| (fault.pointer, fault.code)).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_new_service_is_put_with_an_audit_line_and_an_event_and_the_same_again_changes_nothing() {
    let (service, batch) = decide(None, &input()).unwrap();
    assert!(matches!(
        batch.writes(),
        [Write::PutService { expected: None, .. }, Write::InsertAudit(_), Write::InsertEvent(_)]
    ));
    assert!(
        matches!(service.amount, AmountRule::Free { least, most } if least.cents() == 1 && most.cents() == 9_999_999_999)
    );
    let (same, nothing) = decide(Some(&service), &input()).unwrap();
    assert_eq!((same, nothing.is_empty()), (service.clone(), true));
    let retired = ServiceInput { status: ServiceStatus::Retired, ..input() };
    assert_eq!(decide(Some(&service), &retired).unwrap().0.version, 2);
}

#[test]
fn all_violations_are_told_at_once() {
    let wrong = ServiceInput {
        title_it: " ".to_owned(),
        title_en: Some(String::new()),
        taxonomy_code: "0101101XX".to_owned(),
        collection_kind: 5,
        account_id: "other".to_owned(),
        amount: AmountInput { fixed: true, amount: None, least: Some(0), most: None },
        ..input()
    };
    assert_eq!(
        codes(decide(None, &wrong)),
        [
            ("/title/it".to_owned(), "invalid_text"),
            ("/title/en".to_owned(), "invalid_text"),
            ("/taxonomy_code".to_owned(), "wrong_pattern"),
            ("/collection_kind".to_owned(), "unknown_value"),
            ("/account_id".to_owned(), "unknown_account"),
            ("/amount/least".to_owned(), "invalid_amount"),
            ("/amount/least".to_owned(), "not_allowed"),
            ("/amount/amount".to_owned(), "required"),
        ]
    );
}

#[test]
fn the_most_is_not_below_the_least_and_an_active_service_is_no_draft_again() {
    let (active, _) = decide(None, &input()).unwrap();
    let wrong = ServiceInput {
        amount: AmountInput { fixed: false, amount: Some(5), least: Some(10), most: Some(9) },
        status: ServiceStatus::Draft,
        ..input()
    };
    assert_eq!(
        codes(decide(Some(&active), &wrong)),
        [
            ("/amount/amount".to_owned(), "not_allowed"),
            ("/amount/most".to_owned(), "below_minimum"),
            ("/status".to_owned(), "draft_is_over"),
        ]
    );
}

#[test]
fn late_charges_say_something_in_order_and_within_the_limit() {
    let day = |text: &str| text.parse().unwrap();
    let rate = |from, annual_rate_basis_points| LateRateInput { from: day(from), annual_rate_basis_points };
    let late = LateChargesInput {
        interest: vec![rate("2025-01-01", 200), rate("2026-01-01", 160)],
        surcharge: Some(500),
        most: Some(10_000),
        account_id: Some("main".to_owned()),
    };
    let with = |late| ServiceInput { late_charges: Some(late), ..input() };
    let (service, _) = decide(None, &with(late.clone())).unwrap();
    assert_eq!(service.late_charges.unwrap().rates.len(), 2);
    let nothing = LateChargesInput { interest: Vec::new(), surcharge: None, most: None, account_id: None };
    assert_eq!(codes(decide(None, &with(nothing))), [("/late_charges".to_owned(), "required")]);
    let wrong = LateChargesInput {
        interest: vec![rate("2026-01-01", LATE_RATE_BASIS_POINTS_MAX + 1), rate("2026-01-01", 0)],
        surcharge: Some(0),
        most: Some(-1),
        account_id: Some("other".to_owned()),
    };
    let expected = [
        ("/late_charges/interest/0/annual_rate_basis_points", "above_maximum"),
        ("/late_charges/interest/1/from", "not_in_order"),
        ("/late_charges/surcharge", "invalid_amount"),
        ("/late_charges/most", "invalid_amount"),
        ("/late_charges/account_id", "unknown_account"),
    ];
    let expected = expected.map(|(pointer, code)| (pointer.to_owned(), code));
    assert_eq!(codes(decide(None, &with(wrong))), expected);
}
