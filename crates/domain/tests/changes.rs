// SPDX-License-Identifier: AGPL-3.0-or-later
//! The history of a position says who changed what: names, amounts and dates, and of persons the name of the field alone.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests state what they expect")]

mod support;

use support::{Town, client, installment, one_payment, personal, quiet, single_or_plan};
use tramite_domain::batch::{Batch, Write};
use tramite_domain::debt_position::{Decided, InstallmentInput, cancel, publish};
use tramite_domain::event::EventData;
use tramite_domain::field_change::FIELD_CHANGES_MAX;

/// What the event of a decision tells.
fn told(batch: Batch) -> EventData {
    let found = batch.into_writes().into_iter().find_map(|write| match write {
        Write::InsertEvent(event) => Some(event.data),
        _ => None,
    });
    found.unwrap()
}

/// Each change as `field of installment: before → after`.
fn lines(data: &EventData) -> Vec<String> {
    let or = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let line = |change: &tramite_domain::field_change::FieldChange| {
        let of = change.installment_reference.as_ref().map_or_else(String::new, |one| format!(" of {one}"));
        format!("{}{of}: {} > {}", change.field, or(&change.before), or(&change.after))
    };
    data.changes.iter().map(line).collect()
}

#[test]
fn a_replacement_tells_what_it_changed_and_nobodys_data() {
    let mut town = Town::new();
    let decided = town.open(&single_or_plan("S-1")).unwrap();
    let (position, created) = (decided.position, told(decided.batch));
    assert_eq!((created.changed_by, created.changes), (Some(client()), Vec::new()));
    let mut input = single_or_plan("S-1");
    input.debtor.full_name = personal("Maria Rossi");
    input.description = Some("TARI corretta".to_owned());
    let single = input.payment_options.get_mut(0).unwrap();
    single.installments =
        vec![InstallmentInput { due_date: Some("2026-12-31".parse().unwrap()), ..installment("whole", 9_000) }];
    let plan = input.payment_options.get_mut(1).unwrap();
    plan.installments = vec![installment("first", 5_000), installment("third", 4_000)];
    let Decided { batch, .. } = town.replace(&position, &input).unwrap();
    let data = told(batch);
    assert_eq!(data.changed_by, Some(client()));
    assert_eq!(
        lines(&data),
        [
            "description: - > -",
            "debtor/full_name: - > -",
            "amount of whole: 10000 > 9000",
            "due_date of whole: - > 2026-12-31",
            "transfers of whole: - > -",
            "transfers of first: - > -",
            "installment of third: - > 4000",
            "cancelled_at of second: - > 2026-09-01T10:00:00Z",
        ]
    );
    let written = serde_json::to_string(&data).unwrap();
    assert!(!written.contains("Rossi") && !written.contains("RSSMRA"), "{written}");
}

#[test]
fn publication_and_withdrawal_are_told_with_their_instants() {
    let mut town = Town::new();
    let mut input = one_payment("S-1", 100);
    input.publish = false;
    let draft = town.position(&input);
    let published = publish(&mut town.given(), &draft).unwrap();
    assert_eq!(lines(&told(published.batch)), ["published_at: - > 2026-09-01T10:00:00Z"]);
    let cancelled = cancel(&mut town.given(), &published.position, quiet(), false).unwrap();
    assert_eq!(lines(&told(cancelled.batch)), ["cancelled_at: - > 2026-09-01T10:00:00Z"]);
}

#[test]
fn of_many_changes_the_first_are_told_and_the_others_counted() {
    let mut town = Town::new();
    let many = |cents: i64| {
        let mut input = single_or_plan("S-1");
        let plan = input.payment_options.get_mut(1).unwrap();
        plan.installments = (0..60).map(|place| installment(&place.to_string(), cents)).collect();
        input
    };
    let position = town.position(&many(100));
    let data = told(town.replace(&position, &many(200)).unwrap().batch);
    // The amount and the transfers of each.
    assert_eq!((data.changes.len(), data.more_changes), (FIELD_CHANGES_MAX, Some(70)));
}
