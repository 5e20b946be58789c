// SPDX-License-Identifier: AGPL-3.0-or-later
//! Whatever is written in a form or entered in one: it is refused or worked out, within its steps, and its sums are right.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests state what they expect")]

#[path = "support/forms.rs"]
mod forms;

use std::sync::OnceLock;

use forms::{Office, definition, definitions, published};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use tramite_domain::form::{Form, Submission, read_submission, submit};
use tramite_domain::money::Cents;

const WORDS: [&str; 40] = [
    "kind",
    "surveys",
    "tariff",
    "sheet",
    "items",
    "item_amount",
    "penalty",
    "course",
    "area",
    "days",
    "(",
    ")",
    "[",
    "]",
    ",",
    "+",
    "-",
    "*",
    "/",
    "==",
    "!=",
    "<",
    ">=",
    "&&",
    "||",
    "!",
    "?",
    ":",
    ".",
    "in",
    "null",
    "true",
    "'map'",
    "0",
    "0.35",
    "99999999999",
    "today()",
    "sum(",
    "coalesce(",
    "round(",
];

fn office() -> &'static Office {
    static OFFICE: OnceLock<Office> = OnceLock::new();
    OFFICE.get_or_init(Office::new)
}

/// Every place of a document.
fn places(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(name, one)| places(one, format!("{at}/{}", name.replace('/', "~1")), found));
        }
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(index, one)| places(one, format!("{at}/{index}"), found))
        }
        _ => {}
    }
    found.push(at);
}

fn anything() -> impl Strategy<Value = Value> {
    prop_oneof![
        proptest::sample::select(WORDS.to_vec()).prop_map(|word| json!(word)),
        proptest::collection::vec(proptest::sample::select(WORDS.to_vec()), 1..12)
            .prop_map(|words| json!(words.join(" "))),
        any::<i64>().prop_map(|number| json!(number)),
        (0..=400_000_i64).prop_map(|number| json!(number)),
        any::<bool>().prop_map(|yes| json!(yes)),
        "[ -~]{0,30}".prop_map(|text| json!(text)),
        "\\PC{0,20}".prop_map(|text| json!(text)),
        Just(json!("2026-06-30")),
        Just(json!([])),
        Just(json!({})),
        Just(Value::Null),
    ]
}

/// Shares and lines add up to the amount, and no share is nothing.
fn sums_are_right(submission: &Submission) {
    let amount = submission.amount.cents();
    assert_eq!(submission.lines.iter().map(|line| line.cents).sum::<i64>(), amount);
    assert_eq!(Cents::sum(submission.transfers.iter().map(|share| share.amount)), Ok(submission.amount));
    for share in &submission.transfers {
        assert!(share.amount.is_payable() && submission.transfers.len() <= 5);
        let booked: i64 = share.accounting.iter().map(|entry| entry.amount).sum();
        assert!(share.accounting.is_empty() || booked == share.amount.cents());
    }
    assert!((1..=140).contains(&submission.remittance_information.chars().count()));
}

/// Submits the values of every case of a form, one place of them changed.
fn try_changed(form: &Form, changes: &[(usize, Value)]) {
    for (index, case) in form.definition().tests.iter().enumerate() {
        let mut values = Value::Object(case.values.clone());
        let mut all = Vec::new();
        places(&values, String::new(), &mut all);
        if let Some((seed, value)) = changes.get(index % changes.len().max(1))
            && let Some(place) = all.get(seed % all.len()).filter(|place| !place.is_empty())
        {
            *values.pointer_mut(place).unwrap() = value.clone();
        }
        match submit(form, &office().registries, values.as_object().unwrap(), case.at) {
            Ok(submission) => sums_are_right(&submission),
            Err(faults) => {
                assert!(!faults.is_empty());
                assert!(faults.iter().all(|fault| fault.code != "too_costly"), "the cost was known before: {faults:?}");
            }
        }
    }
}

fn forms() -> &'static Vec<Form> {
    static FORMS: OnceLock<Vec<Form>> = OnceLock::new();
    FORMS.get_or_init(|| definitions().iter().map(|(_, bytes)| published(office(), bytes).unwrap()).collect())
}

fn form(name: &str) -> &'static Form {
    forms().iter().find(|form| form.code().as_str() == name).unwrap()
}

fn values(of: &Form, changes: &[(&str, Value)]) -> Map<String, Value> {
    let mut values = of.definition().tests[0].values.clone();
    changes.iter().for_each(|(name, value)| drop(values.insert((*name).to_owned(), value.clone())));
    values
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_change_of_a_form_is_refused_or_can_be_submitted(
        service in 0_usize..18, seed in any::<usize>(), value in anything(), entered in proptest::collection::vec((any::<usize>(), anything()), 3),
    ) {
        let all = definitions();
        let mut whole: Value = serde_json::from_slice(&all[service % all.len()].1).unwrap();
        // Its own cases would refuse most changes that are right.
        let tests = whole.as_object_mut().unwrap().remove("tests").unwrap();
        let mut found = Vec::new();
        places(&whole, String::new(), &mut found);
        let place = &found[seed % found.len()];
        *whole.pointer_mut(place).unwrap() = value;
        if let Ok(form) = published(office(), &serde_json::to_vec(&whole).unwrap()) {
            let with_cases: Vec<Map<String, Value>> =
                tests.as_array().unwrap().iter().map(|case| case["values"].as_object().unwrap().clone()).collect();
            for values in with_cases {
                let now = "2026-06-10T10:00:00Z".parse().unwrap();
                match submit(&form, &office().registries, &values, now) {
                    Ok(submission) => sums_are_right(&submission),
                    Err(faults) => prop_assert!(faults.iter().all(|fault| fault.code != "too_costly")),
                }
            }
            try_changed(&form, &entered);
        }
    }

    #[test]
    fn any_values_are_refused_or_add_up(service in any::<usize>(), changes in proptest::collection::vec((any::<usize>(), anything()), 8)) {
        let all = forms();
        try_changed(&all[service % all.len()], &changes);
    }

    #[test]
    fn any_expression_is_refused_or_has_its_type(words in proptest::collection::vec(proptest::sample::select(WORDS.to_vec()), 1..20)) {
        let mut whole = definition("oneri-urb");
        whole["rules"][0]["assert"] = json!(words.join(" "));
        let _ = published(office(), &serde_json::to_vec(&whole).unwrap());
    }

    #[test]
    fn a_penalty_is_reduced_by_three_tenths_to_the_nearest_cent(penalty in 100_i64..=1_500_000, expenses in 0_i64..=5_000) {
        let form = form("CDS-VERBALE");
        let values = values(form, &[("penalty", json!(penalty)), ("expenses", json!(expenses)), ("band", json!("within5"))]);
        let submission = submit(form, &office().registries, &values, form.definition().tests[0].at).unwrap();
        prop_assert_eq!(submission.amount.cents(), (penalty * 70 + 50) / 100 + expenses);
        sums_are_right(&submission);
    }

    #[test]
    fn the_items_of_a_contribution_add_up(amounts in proptest::collection::vec(1_i64..=50_000_000, 1..=4)) {
        let form = form("ONERI-URB");
        let kinds = ["urb1", "urb2", "cost", "monetization"];
        let items: Vec<Value> = kinds.iter().zip(&amounts).map(|(kind, amount)| json!({"item": kind, "item_amount": amount})).collect();
        let submission = submit(form, &office().registries, &values(form, &[("items", json!(items))]), form.definition().tests[0].at).unwrap();
        let shares: Vec<i64> = submission.transfers.iter().map(|share| share.amount.cents()).collect();
        prop_assert_eq!(&shares, &amounts);
        sums_are_right(&submission);
    }

    #[test]
    fn no_body_makes_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read_submission(&bytes);
    }
}

#[test]
fn a_total_beside_the_values_is_refused() {
    let told = |body: Value| read_submission(&serde_json::to_vec(&body).unwrap()).unwrap_err();
    let codes =
        |body: Value| told(body).iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect::<Vec<_>>();
    assert_eq!(codes(json!({"values": {}, "amount": 1, "a/b": 2})), ["/a~1b unknown_field", "/amount unknown_field"]);
    assert_eq!(codes(json!({"notify_email": "x"})), ["/values required", "/notify_email invalid_email"]);
    assert_eq!(codes(json!({"values": {"a": "x".repeat(65_536)}})), [" too_large"]);
    assert_eq!(codes(json!([])), [" invalid_json"]);
}

#[test]
fn the_same_person_and_course_have_one_key_and_another_course_another() {
    let form = form("UNIPG-DOTT");
    let key = |changes: &[(&str, Value)]| {
        let values = values(form, changes);
        let submission = submit(form, &office().registries, &values, form.definition().tests[0].at).unwrap();
        (submission.unique_key.unwrap(), submission.claims)
    };
    let (first, claims) = key(&[]);
    assert_eq!(key(&[("application", json!("654321"))]).0, first);
    assert_ne!(key(&[("course", json!("D102"))]).0, first);
    assert_eq!((claims.len(), claims[0].limit), (1, 300));
    assert!(key(&[("course", json!("D102"))]).1.is_empty(), "a course without capacity has no limit");
}
