// SPDX-License-Identifier: AGPL-3.0-or-later
//! What holds when an institution is registered and changed.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::*;
use crate::batch::{Batch, Write};
use crate::given::{Given, Ids};
use crate::ids::InstitutionId;
use crate::notice::LocalRange;
use crate::refusal::Refusal;
use crate::time::Instant;

struct Counter(u128);

impl Ids for Counter {
    fn next(&mut self) -> Uuid {
        self.0 += 1;
        Uuid::from_u128(self.0)
    }
}

const BANK: &str = "IT60X0542811101000000123456";
const OTHER: &str = "IT24D0542811101000000654321";
const POST: &str = "IT18Q0760103200000000123456";

fn noon() -> Instant {
    "2026-09-01T10:00:00Z".parse().unwrap()
}

fn station() -> StationLinkInput {
    StationLinkInput {
        station_id: "99999000039_01".to_owned(),
        aux_digit: 3,
        segregation_code: Some("05".to_owned()),
        application_code: None,
        broadcast: false,
        issuing: true,
        local_from: LocalRange::DEFAULT.from().value(),
        local_to: LocalRange::DEFAULT.to().value(),
    }
}

fn account(id: &str, iban: &str) -> AccountInput {
    AccountInput {
        id: id.to_owned(),
        iban: iban.to_owned(),
        postal_iban: None,
        holder: None,
        postal_authorization: None,
    }
}

fn input() -> InstitutionInput {
    InstitutionInput {
        code: "comune-esempio".to_owned(),
        tax_code: "99999000013".to_owned(),
        display_name: "Comune di Esempio".to_owned(),
        ipa_code: None,
        status: InstitutionStatus::Active,
        successor_id: None,
        cbill_code: None,
        office_name: None,
        payable_by_notice: false,
        support_access: true,
        demo: false,
        stations: vec![station()],
        accounts: vec![account("main", BANK)],
        beneficiaries: vec![],
    }
}

fn registered() -> Registered {
    Registered { stations: BTreeSet::from(["99999000039_01".parse().unwrap()]), ..Registered::default() }
}

fn decide(
    present: Option<&Institution>,
    input: &InstitutionInput,
    now: Instant,
) -> Result<(Institution, Batch), Refusal> {
    let mut ids = Counter(if present.is_some() { 1_000 } else { 0 });
    define(present, input, &registered(), &mut Given { now, ids: &mut ids, client_id: None, request_id: None })
}

fn codes(refused: Result<(Institution, Batch), Refusal>) -> Vec<(String, &'static str)> {
    match refused {
        Err(Refusal::Invalid(faults)) => faults.into_iter().map(|fault| (fault.pointer, fault.code)).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_new_institution_is_put_with_an_audit_line_and_an_event() {
    let (institution, batch) = decide(None, &input(), noon()).unwrap();
    assert_eq!((institution.version, institution.accounts.len(), institution.stations.len()), (1, 1, 1));
    assert!(matches!(
        batch.writes(),
        [Write::PutInstitution { expected: None, .. }, Write::InsertAudit(_), Write::InsertEvent(_)]
    ));
}

#[test]
fn another_iban_under_the_same_account_closes_the_old_row_and_opens_a_new_one() {
    let (before, _) = decide(None, &input(), noon()).unwrap();
    let later = noon().plus_hours(1);
    let changed = InstitutionInput { accounts: vec![account("main", OTHER)], ..input() };
    let (after, batch) = decide(Some(&before), &changed, later).unwrap();
    let effect = later.plus_hours(24);
    let rows: Vec<_> = after.accounts.iter().map(|row| (row.iban.as_str(), row.valid_from, row.valid_to)).collect();
    assert_eq!(rows, [(BANK, noon(), Some(effect)), (OTHER, effect, None)]);
    assert_eq!(after.account(&"main".parse().unwrap(), effect.plus_seconds(-1)).unwrap().iban.as_str(), BANK);
    assert_eq!(after.account(&"main".parse().unwrap(), effect).unwrap().iban.as_str(), OTHER);
    assert_eq!(after.version, 2);
    let audited = batch.writes().iter().filter_map(|write| match write {
        Write::InsertAudit(line) => Some(line.action.as_str()),
        _ => None,
    });
    assert_eq!(audited.collect::<Vec<_>>(), ["institution.replaced", "institution.accounts_changed"]);
}

#[test]
fn until_it_takes_effect_a_change_is_replaced_or_taken_back() {
    let beneficiary = |iban: &str| BeneficiaryInput {
        id: "provincia".to_owned(),
        tax_code: "99999000021".to_owned(),
        company_name: "Provincia di Esempio".to_owned(),
        iban: iban.to_owned(),
    };
    let wanting = |iban: &str| InstitutionInput { beneficiaries: vec![beneficiary(iban)], ..input() };
    let rows = |one: &Institution| -> Vec<_> {
        one.beneficiaries.iter().map(|row| (row.iban.to_string(), row.valid_from, row.valid_to)).collect()
    };
    let at = |hours: i64| noon().plus_hours(hours);
    let row = |iban: &str, from: i64, to: Option<i64>| (iban.to_owned(), at(from), to.map(at));
    let (first, _) = decide(None, &wanting(BANK), at(0)).unwrap();
    assert_eq!(rows(&first), [row(BANK, 0, None)], "a new name holds at once");
    let (second, batch) = decide(Some(&first), &wanting(OTHER), at(1)).unwrap();
    assert_eq!(rows(&second), [row(BANK, 0, Some(25)), row(OTHER, 25, None)]);
    let audited =
        |write: &Write| matches!(write, Write::InsertAudit(line) if line.action == "institution.beneficiaries_changed");
    assert!(batch.writes().iter().any(audited));
    assert!(batch.writes().iter().any(|write| matches!(write, Write::InsertEvent(_))));
    assert!(decide(Some(&second), &wanting(OTHER), at(2)).unwrap().1.is_empty(), "the same wish does not begin anew");
    let (third, _) = decide(Some(&second), &wanting(POST), at(2)).unwrap();
    assert_eq!(rows(&third), [row(BANK, 0, Some(26)), row(POST, 26, None)], "another wish takes its place");
    let (back, _) = decide(Some(&third), &wanting(BANK), at(3)).unwrap();
    assert_eq!(rows(&back), [row(BANK, 0, None)], "what holds takes it back");
    let (later, _) = decide(Some(&third), &wanting(OTHER), at(30)).unwrap();
    assert_eq!(rows(&later), [row(BANK, 0, Some(26)), row(POST, 26, Some(54)), row(OTHER, 54, None)]);
    let name = "provincia".parse().unwrap();
    assert_eq!(later.beneficiary(&name, at(53)).unwrap().iban.as_str(), POST);
    assert_eq!(codes(decide(Some(&later), &input(), at(31))), [("/beneficiaries".to_owned(), "beneficiary_missing")]);
}

#[test]
fn the_same_again_changes_nothing() {
    let (before, _) = decide(None, &input(), noon()).unwrap();
    let (after, batch) = decide(Some(&before), &input(), noon().plus_hours(1)).unwrap();
    assert_eq!(after, before);
    assert!(batch.is_empty());
}

#[test]
fn a_station_that_is_not_wanted_any_more_is_closed_and_stays_known() {
    let (before, _) = decide(None, &input(), noon()).unwrap();
    let later = noon().plus_hours(1);
    let moved = StationLinkInput { segregation_code: Some("06".to_owned()), ..station() };
    let (after, _) = decide(Some(&before), &InstitutionInput { stations: vec![moved], ..input() }, later).unwrap();
    assert_eq!(after.stations.len(), 2);
    assert_eq!(after.stations[0].valid_to, Some(later));
    assert!(after.was_served_by("99999000039_01") && after.is_served_by("99999000039_01", later));
    assert_eq!(after.issuing_station(later).unwrap().1.to_string(), "06");
}

#[test]
fn all_violations_are_told_at_once() {
    let wrong = InstitutionInput {
        code: "-".to_owned(),
        display_name: "   ".to_owned(),
        demo: true,
        successor_id: Some(InstitutionId::new(Uuid::from_u128(9))),
        stations: vec![
            StationLinkInput { segregation_code: Some("46".to_owned()), station_id: "unknown".to_owned(), ..station() },
            StationLinkInput { aux_digit: 0, issuing: true, local_from: 9, local_to: 8, ..station() },
        ],
        accounts: vec![account("main", "IT60X0542811101000000123457"), account("post", BANK), account("post", BANK)],
        ..input()
    };
    let mut found = codes(decide(None, &wrong, noon()));
    found.sort();
    let expected = [
        ("/accounts/0/iban", "invalid_iban"),
        ("/accounts/2/id", "repeated_item"),
        ("/code", "wrong_pattern"),
        ("/demo", "only_in_sandbox"),
        ("/display_name", "invalid_text"),
        ("/stations/0/segregation_code", "not_allocatable"),
        ("/stations/0/station_id", "unknown_station"),
        ("/stations/1/application_code", "required"),
        ("/stations/1/issuing", "not_allowed"),
        ("/stations/1/local_to", "invalid_range"),
        ("/stations/1/segregation_code", "not_allowed"),
        ("/successor_id", "only_when_closed"),
        ("/successor_id", "unknown_institution"),
    ];
    assert_eq!(found, expected.map(|(pointer, code)| (pointer.to_owned(), code)));
}

#[test]
fn codes_belong_to_their_aux_digit_and_digits_lead_to_one_station() {
    let zero = StationLinkInput { aux_digit: 0, issuing: true, ..station() };
    let wrong = InstitutionInput { stations: vec![station(), zero, station()], ..input() };
    let found = codes(decide(None, &wrong, noon()));
    for expected in [
        ("/stations/1/segregation_code", "not_allowed"),
        ("/stations/1/application_code", "required"),
        ("/stations/1/issuing", "not_allowed"),
        ("/stations/2", "repeated_item"),
        ("/stations", "several_issuing"),
    ] {
        assert!(found.contains(&(expected.0.to_owned(), expected.1)), "{expected:?} in {found:?}");
    }
}

#[test]
fn ranges_of_one_code_never_overlap_and_what_notices_name_never_goes() {
    let (before, _) = decide(None, &input(), noon()).unwrap();
    let narrower = StationLinkInput { local_from: LocalRange::DEFAULT.from().value() + 1, ..station() };
    let wrong = InstitutionInput { stations: vec![narrower], accounts: vec![], ..input() };
    assert_eq!(
        codes(decide(Some(&before), &wrong, noon().plus_hours(1))),
        [("/stations/0/local_from".to_owned(), "range_overlaps"), ("/accounts".to_owned(), "account_missing"),]
    );
}

#[test]
fn code_and_tax_code_are_given_once_and_closed_is_final() {
    let (before, _) = decide(None, &input(), noon()).unwrap();
    let renamed = InstitutionInput { code: "comune-altro".to_owned(), ..input() };
    assert_eq!(decide(Some(&before), &renamed, noon()).unwrap_err(), Refusal::Immutable { field: "code" });
    let other = InstitutionInput { tax_code: "99999000014".to_owned(), ..input() };
    assert_eq!(decide(Some(&before), &other, noon()).unwrap_err(), Refusal::Immutable { field: "tax_code" });
    let closed = Institution { status: InstitutionStatus::Closed, ..before };
    assert_eq!(codes(decide(Some(&closed), &input(), noon())), [("/status".to_owned(), "closed_is_final")]);
}

#[test]
fn a_postal_account_is_at_the_post_and_a_wrong_check_digit_is_only_a_warning() {
    let postal = |iban: &str| AccountInput { postal_iban: Some(iban.to_owned()), ..account("main", BANK) };
    assert!(decide(None, &InstitutionInput { accounts: vec![postal(POST)], ..input() }, noon()).is_ok());
    let wrong = InstitutionInput { accounts: vec![postal(BANK)], ..input() };
    assert_eq!(codes(decide(None, &wrong, noon())), [("/accounts/0/postal_iban".to_owned(), "not_postal")]);
    let doubtful = InstitutionInput { tax_code: "77777777777".to_owned(), ..input() };
    let (institution, _) = decide(None, &doubtful, noon()).unwrap();
    assert_eq!(warnings(&institution)[0].pointer, "/tax_code");
}
