// SPDX-License-Identifier: AGPL-3.0-or-later
//! What becomes of a debt position that names a person: on request, and by time.

mod support;

use support::{Town, at, one_payment, pay, single_or_plan};
use tramite_domain::batch::Write;
use tramite_domain::debt_position::{DebtPosition, cancel};
use tramite_domain::person::{Erasure, Occasion, ReasonKept, Terms, Verdict, of_position};
use tramite_domain::time::Instant;

fn judged(position: &DebtPosition, occasion: Occasion, now: Instant) -> Verdict {
    of_position(position, &Terms { occasion, years: 10, sessions_from: now, now })
}

#[test]
fn a_draft_goes_on_request_and_not_by_itself_before_years() {
    let mut town = Town::new();
    let mut input = one_payment("D-1", 100);
    input.publish = false;
    let draft = town.position(&input);
    assert_eq!(judged(&draft, Occasion::Request, town.now), Verdict::Erase);
    assert!(matches!(judged(&draft, Occasion::Time, town.now), Verdict::Keep { .. }));
    assert_eq!(judged(&draft, Occasion::Time, at("2036-12-31T23:00:00Z")), Verdict::Erase);
}

#[test]
fn what_may_be_paid_stays_and_what_ended_waits_for_a_late_receipt() {
    let mut town = Town::new();
    let open = town.position(&one_payment("D-1", 100));
    let payable = Verdict::Keep { why: ReasonKept::Payable, until: None };
    for now in [town.now, at("2050-01-01T00:00:00Z")] {
        assert_eq!(judged(&open, Occasion::Request, now), payable);
        assert_eq!(judged(&open, Occasion::Time, now), payable);
    }
    let withdrawn = cancel(&mut town.given(), &open, support::quiet(), false).unwrap().position;
    let until = town.now.plus_hours(240);
    let waits = Verdict::Keep { why: ReasonKept::PaymentMayArrive, until: Some(until) };
    assert_eq!(judged(&withdrawn, Occasion::Request, until.plus_seconds(-1)), waits);
    assert_eq!(judged(&withdrawn, Occasion::Request, until), Verdict::Erase);
}

#[test]
fn what_was_paid_is_accounting_until_the_end_of_its_tenth_year() {
    let mut town = Town::new();
    let mut paid = town.position(&one_payment("D-1", 100));
    pay(&mut paid, "single", town.now);
    let end = at("2036-12-31T23:00:00Z");
    for occasion in [Occasion::Request, Occasion::Time] {
        assert_eq!(judged(&paid, occasion, end.plus_seconds(-1)), Verdict::Reduce { until: end });
        assert_eq!(judged(&paid, occasion, end), Verdict::Pseudonymise);
    }
    let mut begun = town.position(&single_or_plan("D-2"));
    pay(&mut begun, "first", town.now);
    let rest = Verdict::Keep { why: ReasonKept::Payable, until: None };
    assert_eq!(judged(&begun, Occasion::Request, end), rest, "the second payment may still come");
}

#[test]
fn an_erasure_tells_how_much_goes_and_leaves_nobodys_name_in_what_it_tells() {
    let mut town = Town::new();
    let (mut paid, open) = (town.position(&one_payment("D-1", 100)), town.position(&one_payment("D-2", 100)));
    pay(&mut paid, "single", town.now);
    let now = at("2037-01-01T00:00:00Z");
    let mut erasure = Erasure::begin(Terms { occasion: Occasion::Request, years: 10, sessions_from: now, now });
    for position in [&paid, &open] {
        erasure.position(position);
    }
    assert_eq!((erasure.changed(), erasure.kept.len(), erasure.erased.debt_positions_pseudonymised), (1, 1, 1));
    let batch = erasure.finish(&mut town.given(), Some(("debtor/1".to_owned(), "Protocol 4711".to_owned())));
    let told = batch.writes().iter().filter(|write| matches!(write, Write::InsertEvent(_) | Write::InsertAudit(_)));
    let told: Vec<String> = told.map(|write| format!("{write:?}")).collect();
    assert_eq!(told.len(), 2);
    assert!(told.iter().all(|one| !one.contains("RSSMRA") && !one.contains("Rossi")), "{told:?}");
    let mut nothing = Erasure::begin(Terms { occasion: Occasion::Request, years: 10, sessions_from: now, now });
    nothing.position(&open);
    assert!(nothing.finish(&mut town.given(), None).is_empty(), "where nothing goes nothing is told");
}
