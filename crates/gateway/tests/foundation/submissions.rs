// SPDX-License-Identifier: AGPL-3.0-or-later
//! Submissions: what becomes of values that a form takes (rules.md 46 to 49).

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::{Value, json};
use tramite_testkit::Database;

use crate::support::made::{debt_position, form, form_values, registry};
use crate::support::portal::{Portal, holds, text};
use crate::support::{Ask, Seen, TestGateway};

const DEFINITION: &str = "/v1/services/TARI/form/definition";
const SUBMISSIONS: &str = "/v1/services/TARI/submissions";
const SESSIONS: &str = "/v1/checkout-sessions";
/// Longer than a place is held for somebody who goes on to pay, in seconds.
const HELD_SECONDS: i64 = 1_801;

/// Publishes the form of TARI with these members in the place of its own.
async fn publish(portal: &Portal<'_>, members: Value) {
    let written = portal.put("/v1/registries/streets", &registry()).await;
    assert!([200, 201].contains(&written.status), "{}", written.text());
    let mut definition = form("TARI");
    definition.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    let published = portal.put(DEFINITION, &definition).await;
    assert!([200, 201].contains(&published.status), "{}", published.text());
}

async fn submit(portal: &Portal<'_>, values: Value) -> Seen {
    portal.post(SUBMISSIONS, &json!({"values": values})).await
}

/// The values with another person in them.
fn values_of(number: usize) -> Value {
    const CODES: [&str; 3] = ["RSSMRA85T10A562S", "VNTMHL76M09H501D", "RSSMRA80A01H501U"];
    let mut values = form_values();
    values["tax_code"] = json!(CODES[number]);
    values
}

fn notice(submission: &Value) -> String {
    text(submission, "/debt_position/payment_options/0/installments/0/notice_number")
}

async fn pay(gateway: &TestGateway, id: &str, notice: &str, cents: i64) {
    let node = gateway.node();
    node.pays(node.receipt(id, notice, cents)).await;
}

pub(crate) async fn a_submission_is_owed_and_paid_like_any_debt(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    submit(&portal, form_values()).await.is_problem(404, "not_found");
    publish(
        &portal,
        json!({"due_date": "add_days(today(), 30)", "payer": {"tax_code": "tax_code", "full_name": "holder"}}),
    )
    .await;

    // All that is wrong is told at once, and nothing is made of it. A total that somebody sends is not taken.
    let wrong = portal.post(SUBMISSIONS, &json!({"values": {"tax_code": "RSSMRA85T10A562X", "street": "V9"}})).await;
    wrong.is_problem(422, "validation_failed");
    let codes = ["/values/holder", "/values/street", "/values/tax_code"];
    let mut told: Vec<String> = wrong.faults().into_iter().map(|(pointer, _)| pointer).collect();
    told.sort();
    assert_eq!(told, codes);
    portal.post(SUBMISSIONS, &json!({"values": form_values(), "amount": 1})).await.is_problem(422, "validation_failed");
    assert!(portal.ids("/v1/debt-positions").await.is_empty() && portal.ids("/v1/submissions").await.is_empty());

    let body = json!({"values": form_values(), "notify_email": "mario.rossi@example.it"});
    let first = portal.post_as("k-1", SUBMISSIONS, &body).await;
    let made = first.is(201).json();
    holds(
        &made,
        &json!({
            "service_code": "TARI", "form_version": 1, "amount": 3_000, "found": false,
            "breakdown": [{"label": {"it": "Passo carrabile"}, "amount": 3_000}], "places": [],
            "remittance_information": "Passo carrabile V1",
            "debt_position": {
                "id": made["debt_position_id"], "external_id": made["id"], "service_code": "TARI", "status": "open",
                "debtor": {"tax_code": "RSSMRA85T10A562S", "full_name": "Mario Rossi"},
                "payment_options": [{"kind": "single", "installments": [{"amount": 3_000, "due_date": "2026-10-01"}]}],
            },
        }),
    );
    assert!(made.get("values").is_none());
    let again = portal.post_as("k-1", SUBMISSIONS, &body).await;
    assert_eq!((again.is(201).json(), again.header("idempotent-replayed")), (made.clone(), Some("true")));
    let path = format!("/v1/submissions/{}", text(&made, "/id"));
    assert_eq!(first.header("location"), Some(path.as_str()));
    // Whoever keeps the office sees what was entered; nobody else's client does.
    assert_eq!(portal.get(&path).await.is(200).json()["values"], form_values());
    gateway.portal(&seeded.other_for_a).get(&path).await.is_problem(404, "not_found");
    assert!(gateway.portal(&seeded.other_for_a).ids("/v1/submissions").await.is_empty());
    let of = format!("/v1/submissions?service_code=TARI&debt_position_id={}", text(&made, "/debt_position_id"));
    assert_eq!(portal.ids(of).await, [text(&made, "/id")]);
    assert!(portal.ids("/v1/submissions?service_code=MENSA").await.is_empty());

    // It is an item of a session, and who pays is known from the form.
    let item = json!({"line_items": [{"submission_id": made["id"], "expected_amount": 3_000}],
        "return_url": "https://portale.example.it/esito"});
    let session = portal.make(SESSIONS, &item).await;
    holds(&session["line_items"][0], &json!({"debt_position_id": made["debt_position_id"], "amount": 3_000}));
    let strange = json!({"line_items": [{"submission_id": uuid::Uuid::new_v4()}], "return_url": "https://portale.example.it/esito"});
    portal.post(SESSIONS, &strange).await.is_problem(404, "not_found");
    let both = json!({"line_items": [{"submission_id": made["id"], "debt_position_id": made["debt_position_id"]}],
        "return_url": "https://portale.example.it/esito"});
    portal.post(SESSIONS, &both).await.is_problem(422, "validation_failed");
    pay(&gateway, "of-form", &notice(&made), 3_000).await;
    let paid = portal.get(format!("{SESSIONS}/{}", text(&session, "/id"))).await.is(200).json();
    assert_eq!(paid["status"], "completed");
    // One that has a debt position ends with that.
    let cancel = portal.post(format!("{path}/cancel"), &json!({})).await;
    cancel.is_problem(409, "submission_owed");
    assert_eq!(cancel.json()["debt_position_id"], made["debt_position_id"]);
}

pub(crate) async fn the_same_is_submitted_once_for_as_long_as_it_can_be_paid(database: Database) {
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
    // What is withdrawn stands in nobody's way; what is paid does for good.
    let cancel = format!("/v1/debt-positions/{}/cancel", text(&first, "/debt_position_id"));
    portal.post(cancel, &json!({})).await.is(200);
    let second = submit(&portal, form_values()).await.is(201).json();
    pay(&gateway, "second", &notice(&second), 3_000).await;
    let third = submit(&portal, form_values()).await;
    third.is_problem(409, "already_submitted");
    assert_eq!(third.json()["existing_id"], second["id"]);
}

pub(crate) async fn the_last_places_are_sold_once_however_many_ask(database: Database) {
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
    refused.iter().for_each(|one| _ = one.is_problem(409, "no_place_left"));
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

pub(crate) async fn a_place_that_nobody_pays_for_goes_to_whoever_needs_it_and_a_late_payment_is_kept(
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
    let marked = json!({
        "installment_id": text(&third, "/debt_position/payment_options/0/installments/0/id"), "amount": 3_000,
        "paid_at": "2026-09-01T08:00:00Z", "reference": "Cassa",
    });
    let mark = format!("/v1/debt-positions/{}/mark-paid", text(&third, "/debt_position_id"));
    let marked = portal.post(mark, &marked).await.is(200).json();
    assert_eq!(marked["payment_options"][0]["installments"][0]["anomalies"], json!(["over_capacity"]));
    assert_ne!(fifth["id"], sixth["id"]);
}

pub(crate) async fn what_comes_to_nothing_is_kept_without_a_debt_position(database: Database) {
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

pub(crate) async fn a_form_looks_for_what_is_owed_already(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let fine = |key: &str, plate: &str| {
        let mut fine = debt_position(key);
        fine.as_object_mut().unwrap().retain(|name, _| !["amount", "due_date"].contains(&name.as_str()));
        fine["payment_options"] = json!([{"kind": "single", "installments": [
            {"amount": 7_500, "metadata": {"plate": plate, "street": "V1", "note": "x".repeat(400)}}]}]);
        fine
    };
    let there = portal.make("/v1/debt-positions", &fine("V-1", "AB123CD")).await;
    portal.make("/v1/debt-positions", &fine("V-2", "ZZ999ZZ")).await;
    let fields = |on_hit: &str, on_miss: &str| {
        let mut fields = form("TARI")["fields"].clone();
        let plate = json!({"name": "plate", "type": "plate", "label": {"it": "Targa"}, "required": true, "normalize": ["upper"]});
        fields.as_array_mut().unwrap().push(plate);
        json!({"fields": fields, "lookup": {"service": "TARI", "by": ["plate", "street"], "on_hit": on_hit, "on_miss": on_miss}})
    };
    let with = |plate: &str| {
        let mut values = form_values();
        values["plate"] = json!(plate);
        values
    };
    publish(&portal, fields("pay_existing", "refuse")).await;
    let found = submit(&portal, with("ab123cd")).await.is(201).json();
    holds(&found, &json!({"found": true, "amount": 7_500, "debt_position_id": there["id"], "breakdown": []}));
    let item =
        json!({"line_items": [{"submission_id": found["id"]}], "return_url": "https://portale.example.it/esito"});
    assert_eq!(portal.make(SESSIONS, &item).await["amount"], 7_500);
    let missed = submit(&portal, with("AA000AA")).await;
    missed.is_problem(422, "validation_failed");
    assert_eq!(missed.faults(), [("/values".to_owned(), "nothing_found".to_owned())]);

    publish(&portal, fields("refuse", "allow")).await;
    let refused = submit(&portal, with("AB123CD")).await;
    refused.is_problem(409, "position_found");
    assert_eq!(refused.json()["debt_position_id"], there["id"]);
    submit(&portal, with("AA000AA")).await.is(201);
    // What was changed is found as it is now, and what cannot be paid any more is not found.
    let mut other = fine("V-1", "CC111CC");
    other["payment_options"][0]["installments"][0]["reference"] =
        there["payment_options"][0]["installments"][0]["reference"].clone();
    portal.put(format!("/v1/debt-positions/{}", text(&there, "/id")), &other).await.is(200);
    submit(&portal, with("AB123CD")).await.is(201);
    submit(&portal, with("CC111CC")).await.is_problem(409, "position_found");
    portal.post(format!("/v1/debt-positions/{}/cancel", text(&there, "/id")), &json!({})).await.is(200);
    submit(&portal, with("CC111CC")).await.is(201);
}

pub(crate) async fn what_was_entered_goes_with_its_person(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let free = json!({"rule": "formula", "lines": [
        {"label": {"it": "Permesso"}, "amount": "street.code == 'V1' ? cents(0) : street.amount"}]});
    publish(&portal, json!({"amount": free})).await;
    let mut owed = form_values();
    owed["street"] = json!("V2");
    let owed = submit(&portal, owed).await.is(201).json();
    let free = submit(&portal, form_values()).await.is(201).json();
    let person = json!({"tax_code": "RSSMRA85T10A562S"});
    let asked = json!({"tax_code": "RSSMRA85T10A562S", "reason": "Protocollo 4711"});
    let export = portal.post("/v1/persons/export", &person).await.is(200).json();
    let told: BTreeSet<String> = export["submissions"].as_array().unwrap().iter().map(|one| text(one, "/id")).collect();
    assert_eq!(told, BTreeSet::from([text(&free, "/id"), text(&owed, "/id")]), "{export:#}");
    assert_eq!(export["submissions"][0]["values"]["holder"], "Mario Rossi");

    let cancel = format!("/v1/debt-positions/{}/cancel", text(&owed, "/debt_position_id"));
    portal.post(cancel, &json!({})).await.is(200);
    gateway.world.pass(90 * 86_400);
    let erased = portal.post("/v1/persons/erase", &asked).await.is(200).json();
    assert_eq!(erased["erased"]["submissions"], 1, "{erased:#}");
    for one in [&owed, &free] {
        let shown = portal.get(format!("/v1/submissions/{}", text(one, "/id"))).await.is(200).json();
        assert_eq!((shown.get("values"), &shown["remittance_information"]), (None, &json!("-")), "{shown:#}");
    }
    let export = portal.post("/v1/persons/export", &person).await.is(200).json();
    assert_eq!(export["submissions"], json!([]));
}
