// SPDX-License-Identifier: AGPL-3.0-or-later
//! Forms: what is worked out from values, what is published, and what there is only so much of (rules.md 46 to 49).

use futures_util::future::join_all;
use serde_json::{Value, json};
use tramite_testkit::Database;

#[path = "../../../domain/tests/support/faulty.rs"]
mod faulty;

use crate::kit::Kit;
use crate::support::forms::{DEFINITION, SUBMISSIONS, notice, pay, publish, submit};
use crate::support::made::{form, form_values, registry};
use crate::support::portal::{holds, text};
use crate::support::{Ask, Seen, TestGateway};

const SESSIONS: &str = "/v1/checkout-sessions";
/// Longer than a place is held for somebody who goes on to pay, in seconds.
const HELD_SECONDS: i64 = 1_801;

/// The values with one of three persons in them.
fn values_of(number: usize) -> Value {
    const CODES: [&str; 3] = ["RSSMRA85T10A562S", "VNTMHL76M09H501D", "RSSMRA80A01H501U"];
    let mut values = form_values();
    values["tax_code"] = json!(CODES[number]);
    values
}

pub(crate) async fn rule_46_what_is_due_is_worked_out_here_alone(database: Database) {
    let kit = Kit::new(&database).await;
    let portal = kit.portal();
    publish(&portal, json!({"due_date": "add_days(today(), 30)"})).await;
    // Whatever is said of a total is refused, wherever it stands.
    for body in [
        json!({"values": form_values(), "amount": 1}),
        json!({"values": form_values(), "debt_position": {"amount": 1}}),
        json!({"values": {"tax_code": "RSSMRA85T10A562S", "holder": "Mario Rossi", "street": "V1", "amount": 1}}),
    ] {
        portal.post(SUBMISSIONS, &body).await.is_problem(422, "validation_failed");
    }
    let made = submit(&portal, form_values()).await.is(201).json();
    assert_eq!(kit.node.due(&notice(&made)).await, Ok(3_000));
    // Prices change with the registry and the form; what was submitted stays what it was.
    let mut dearer = registry();
    dearer["rows"][0]["amount"] = json!(4_500);
    portal.put("/v1/registries/streets", &dearer).await.is(200);
    assert_eq!(submit(&portal, form_values()).await.is(201).json()["amount"], 4_500);
    let mut next = form("TARI");
    next["amount"] = json!({"rule": "fixed", "amount": 9_900});
    portal.put(DEFINITION, &next).await.is(200);
    holds(&submit(&portal, form_values()).await.is(201).json(), &json!({"form_version": 2, "amount": 9_900}));
    let path = format!("/v1/submissions/{}", text(&made, "/id"));
    holds(
        &portal.get(path).await.is(200).json(),
        &json!({"form_version": 1, "amount": 3_000, "values": form_values()}),
    );
    assert_eq!(kit.node.due(&notice(&made)).await, Ok(3_000));
}

pub(crate) async fn rule_46_what_comes_to_nothing_is_kept_without_a_debt_position(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let free = json!({"rule": "formula", "lines": [
        {"label": {"it": "Permesso"}, "amount": "street.code == 'V1' ? cents(0) : street.amount"}]});
    let members = json!({"amount": free, "unique": ["tax_code"], "quotas": [{"name": "permits", "limit": "1"}]});
    publish(&portal, members).await;
    let made = submit(&portal, form_values()).await.is(201).json();
    assert_eq!((&made["amount"], made.get("debt_position_id")), (&json!(0), None));
    assert!(made["places"][0].get("held_until").is_none(), "for good");
    assert!(portal.ids("/v1/debt-positions").await.is_empty());
    let item = json!({"line_items": [{"submission_id": made["id"]}], "return_url": "https://portale.example.it/esito"});
    portal.post(SESSIONS, &item).await.is_problem(409, "nothing_to_pay");
    gateway.world.pass(30 * 86_400);
    submit(&portal, form_values()).await.is_problem(409, "already_submitted");
    submit(&portal, values_of(1)).await.is_problem(409, "no_place_left");
    // Taken back, it stands in nobody's way.
    let path = format!("/v1/submissions/{}", text(&made, "/id"));
    let shown = portal.get(&path).await;
    let stale = Ask::post(format!("{path}/cancel")).json(&json!({})).key("c-0").header("If-Match", "\"9\"");
    portal.ask(stale).await.is_problem(412, "precondition_failed");
    let etag = shown.header("etag").unwrap().to_owned();
    let cancel = Ask::post(format!("{path}/cancel")).json(&json!({})).key("c-1").header("If-Match", &etag);
    let cancelled = portal.ask(cancel).await.is(200).json();
    assert!(cancelled["cancelled_at"].is_string());
    assert_eq!(
        portal.post(format!("{path}/cancel"), &json!({})).await.is(200).json(),
        cancelled,
        "again, nothing changes"
    );
    submit(&portal, form_values()).await.is(201);
}

pub(crate) async fn rule_47_a_wrong_form_is_not_published_and_each_fault_is_told_where_it_stands(database: Database) {
    let kit = Kit::new(&database).await;
    let portal = kit.portal();
    let code = "CATASTO-SPORTELLO";
    let service = json!({
        "title": {"it": "Visure catastali"}, "taxonomy_code": "0103101AP", "account_id": "main", "kind": "spontaneous",
        "amount": {"rule": "free"}, "status": "active",
    });
    portal.put(format!("/v1/services/{code}"), &service).await.is(201);
    let right: Value =
        serde_json::from_str(include_str!("../../../../examples/services/catasto-sportello.json")).unwrap();
    let path = format!("/v1/services/{code}/form/definition");
    let faults =
        [faulty::of_shape(), faulty::of_itself(), faulty::of_fields(), faulty::of_amounts(), faulty::of_texts()];
    let mut tried = 0;
    for (pointer, value, expected) in faults.into_iter().flatten() {
        let mut wrong = right.clone();
        faulty::put(&mut wrong, pointer, value);
        let refused = portal.put(&path, &wrong).await;
        refused.is_problem(422, "validation_failed");
        let told: Vec<String> = refused.faults().into_iter().map(|(at, code)| format!("{at} {code}")).collect();
        // That it is the form of another service is told as well.
        let told: Vec<&str> = told.iter().map(String::as_str).filter(|one| *one != "/code code_differs").collect();
        // A look-up names a service that the institution has; and no person is named in a place.
        let expected = expected.replace("RSSMRA85T10A562S", "***");
        assert!(
            told == [expected.as_str()] || ["/code", "/lookup"].contains(&pointer),
            "{pointer}: expected {expected}, told {told:?}"
        );
        tried += 1;
    }
    assert!(tried >= 60, "{tried}");
    portal.get(&path).await.is_problem(404, "not_found");
    // What is published stays as it is, under its number, whatever comes after it.
    portal.put(&path, &right).await.is(201);
    let mut next = right.clone();
    next["title"]["it"] = json!("Visure");
    assert_eq!(portal.put(&path, &next).await.is(200).json()["version"], 2);
    assert_eq!(portal.get(format!("{path}?version=1")).await.is(200).json()["definition"], right);
}

pub(crate) async fn rule_48_what_is_not_visible_is_ignored_and_all_that_is_wrong_is_told_at_once(database: Database) {
    let kit = Kit::new(&database).await;
    let portal = kit.portal();
    let mut fields = form("TARI")["fields"].clone();
    fields.as_array_mut().unwrap().extend([
        json!({"name": "kind", "type": "choice", "label": {"it": "Tipo"}, "required": true, "options": ["new", "renewal"]}),
        json!({"name": "permit", "type": "text", "label": {"it": "Permesso"}, "max_length": 10, "pattern": "[0-9]+",
            "visible_if": "kind == 'renewal'", "required_if": "kind == 'renewal'"}),
        json!({"name": "metres", "type": "integer", "label": {"it": "Metri"}, "required": true, "min": 1, "max": 20}),
    ]);
    let rule = json!([{"assert": "kind != 'renewal' || metres <= 10", "code": "too_wide", "at": "metres",
        "message": {"it": "Al massimo dieci metri."}}]);
    publish(&portal, json!({"fields": fields, "rules": rule})).await;
    let with = |more: Value| {
        let mut values = form_values();
        values.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        values
    };
    submit(&portal, with(json!({"kind": "new", "metres": 20, "permit": "not a number"}))).await.is(201);
    let cases = [
        (json!({"kind": "renewal", "metres": 3}), vec!["/values/permit required"]),
        (json!({"kind": "other", "metres": 3}), vec!["/values/kind not_in_list"]),
        (json!({"kind": "renewal", "metres": 11, "permit": "1"}), vec!["/values/metres too_wide"]),
        (
            json!({"kind": "renewal", "metres": 21, "permit": "x", "street": "V9", "holder": "", "colour": "red"}),
            vec![
                "/values/colour unknown_field",
                "/values/holder required",
                "/values/metres above_maximum",
                "/values/permit wrong_pattern",
                "/values/street not_in_list",
            ],
        ),
    ];
    for (values, expected) in cases {
        let refused = submit(&portal, with(values)).await;
        refused.is_problem(422, "validation_failed");
        let mut told: Vec<String> = refused.faults().into_iter().map(|(at, code)| format!("{at} {code}")).collect();
        told.sort();
        assert_eq!(told, expected);
    }
    assert_eq!(portal.ids("/v1/submissions").await.len(), 1);
}

pub(crate) async fn rule_49_the_same_is_submitted_once_for_as_long_as_it_can_be_paid(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    publish(&portal, json!({"unique": ["tax_code", "street.code"]})).await;
    // Of many at the same moment one is the first.
    let all = join_all((0..8).map(|_| submit(&portal, form_values()))).await;
    let (made, refused): (Vec<Seen>, Vec<Seen>) = all.into_iter().partition(|seen| seen.status == 201);
    assert_eq!(made.len(), 1);
    let first = made[0].json();
    for one in &refused {
        one.is_problem(409, "already_submitted");
        assert_eq!(one.json()["existing_id"], first["id"]);
        assert_eq!(one.json()["debt_position_id"], first["debt_position_id"]);
    }
    assert_eq!(portal.ids("/v1/debt-positions").await.len(), 1);
    submit(&portal, values_of(1)).await.is(201);
    let mut elsewhere = form_values();
    elsewhere["street"] = json!("V2");
    submit(&portal, elsewhere).await.is(201);
    // What is withdrawn stands in nobody's way, and does not come back beside what took its place; what is paid does for good.
    let position = format!("/v1/debt-positions/{}", text(&first, "/debt_position_id"));
    portal.post(format!("{position}/cancel"), &json!({})).await.is(200);
    let reason = json!({"reason": "Per errore"});
    portal.post(format!("{position}/reopen"), &reason).await.is(200);
    submit(&portal, form_values()).await.is_problem(409, "already_submitted");
    portal.post(format!("{position}/cancel"), &json!({})).await.is(200);
    let second = submit(&portal, form_values()).await.is(201).json();
    portal.post(format!("{position}/reopen"), &reason).await.is_problem(409, "already_submitted");
    pay(&gateway, "second", &notice(&second), 3_000).await;
    let third = submit(&portal, form_values()).await;
    third.is_problem(409, "already_submitted");
    assert_eq!(third.json()["existing_id"], second["id"]);
    // The submission of another client does not exist for this one; what is to be paid for it does.
    let theirs = submit(&gateway.portal(&seeded.other_for_a), form_values()).await;
    theirs.is_problem(409, "already_submitted");
    let told = theirs.json();
    assert_eq!((told.get("existing_id"), &told["debt_position_id"]), (None, &second["debt_position_id"]));
}

pub(crate) async fn rule_49_the_last_places_are_sold_once_however_many_ask(database: Database) {
    let gateway = TestGateway::with(&database, |settings| {
        settings.limits.client_burst = std::num::NonZeroU32::new(1_000).unwrap();
    })
    .await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    publish(&portal, json!({"quotas": [{"name": "permits", "by": ["street.code"], "limit": "10"}]})).await;
    portal.token().await;
    let all = join_all((0..200).map(|_| submit(&portal, form_values()))).await;
    let (made, refused): (Vec<Seen>, Vec<Seen>) = all.into_iter().partition(|seen| seen.status == 201);
    assert_eq!((made.len(), refused.len()), (10, 190));
    for one in &refused {
        one.is_problem(409, "no_place_left");
    }
    assert_eq!(portal.ids("/v1/debt-positions?limit=500").await.len(), 10);
    // What is counted apart has places of its own.
    let mut elsewhere = form_values();
    elsewhere["street"] = json!("V2");
    submit(&portal, elsewhere).await.is(201);
    // What is withdrawn gives its place back, and only that one.
    let one = made[3].json();
    let cancel = format!("/v1/debt-positions/{}/cancel", text(&one, "/debt_position_id"));
    portal.post(cancel, &json!({})).await.is(200);
    submit(&portal, form_values()).await.is(201);
    submit(&portal, form_values()).await.is_problem(409, "no_place_left");
}

pub(crate) async fn rule_49_a_place_that_nobody_pays_for_goes_to_whoever_needs_it_and_a_late_payment_is_kept(
    database: Database,
) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    publish(&portal, json!({"quotas": [{"name": "permits", "limit": "1"}]})).await;
    let first = submit(&portal, values_of(0)).await.is(201).json();
    assert_eq!(first["places"][0]["quota"], "permits");
    submit(&portal, values_of(1)).await.is_problem(409, "no_place_left");
    // Somebody is paying: the time that it was held for is over, and it is theirs still.
    gateway.world.pass(HELD_SECONDS - 60);
    gateway.node().asks(&notice(&first), None).await;
    gateway.node().settled().await;
    gateway.world.pass(120);
    submit(&portal, values_of(1)).await.is_problem(409, "no_place_left");
    gateway.world.pass(HELD_SECONDS);
    let second = submit(&portal, values_of(1)).await.is(201).json();
    submit(&portal, values_of(2)).await.is_problem(409, "no_place_left");
    // Paid for: it is kept for good.
    pay(&gateway, "second", &notice(&second), 3_000).await;
    gateway.world.pass(HELD_SECONDS);
    submit(&portal, values_of(2)).await.is_problem(409, "no_place_left");
    // Who pays after all has paid, and it is told that there is one place too few.
    pay(&gateway, "first", &notice(&first), 3_000).await;
    let receipts = portal.get("/v1/receipts?anomaly=over_capacity").await.is(200).json();
    assert_eq!(receipts["items"].as_array().unwrap().len(), 1, "{receipts}");
    assert_eq!(receipts["items"][0]["debt_position_id"], first["debt_position_id"]);
    submit(&portal, values_of(2)).await.is_problem(409, "no_place_left");

    // With more places than are sold a late payment takes its own again, and with a notice there is more time.
    publish(&portal, json!({"quotas": [{"name": "more", "limit": "1", "hold_minutes": 5}]})).await;
    let third = submit(&portal, values_of(2)).await.is(201).json();
    gateway.world.pass(301);
    let fourth = portal.post(SUBMISSIONS, &json!({"values": values_of(0), "pay_by": "notice"})).await.is(201).json();
    let cancel = format!("/v1/debt-positions/{}/cancel", text(&fourth, "/debt_position_id"));
    portal.post(cancel, &json!({})).await.is(200);
    let fifth = portal.post(SUBMISSIONS, &json!({"values": values_of(1), "pay_by": "notice"})).await.is(201).json();
    gateway.world.pass(2 * 86_400);
    submit(&portal, values_of(0)).await.is_problem(409, "no_place_left");
    gateway.world.pass(86_400);
    let sixth = submit(&portal, values_of(0)).await.is(201).json();
    let owed = format!("/v1/debt-positions/{}", text(&third, "/debt_position_id"));
    let owed = portal.get(owed).await.is(200).json();
    let marked = json!({
        "installment_id": text(&owed, "/payment_options/0/installments/0/id"), "amount": 3_000,
        "paid_at": "2026-09-01T08:00:00Z", "reference": "Cassa",
    });
    let mark = format!("/v1/debt-positions/{}/mark-paid", text(&third, "/debt_position_id"));
    let marked = portal.post(mark, &marked).await.is(200).json();
    assert_eq!(marked["payment_options"][0]["installments"][0]["anomalies"], json!(["over_capacity"]));
    assert_ne!(fifth["id"], sixth["id"]);
}

pub(crate) async fn rule_49_a_form_takes_nothing_before_it_opens_and_after_it_closes(database: Database) {
    let kit = Kit::new(&database).await;
    let portal = kit.portal();
    publish(&portal, json!({"window": {"opens_at": "2026-09-01T09:00:00Z", "closes_at": "2026-09-01T10:00:00Z"}}))
        .await;
    let told = |seen: &Seen| seen.faults().into_iter().map(|(_, code)| code).collect::<Vec<_>>();
    assert_eq!(told(&submit(&portal, form_values()).await), ["window_not_open"]);
    kit.later(3_600).await;
    submit(&portal, form_values()).await.is(201);
    kit.later(3_600).await;
    assert_eq!(told(&submit(&portal, form_values()).await), ["window_closed"]);
}
