// SPDX-License-Identifier: AGPL-3.0-or-later
//! Submissions: what becomes of values that a form takes (rules.md 46 to 49).

use std::collections::BTreeSet;

use serde_json::json;
use tramite_testkit::Database;

use crate::support::TestGateway;
use crate::support::forms::{SUBMISSIONS, notice, pay, publish, submit};
use crate::support::made::{debt_position, form, form_values};
use crate::support::portal::{holds, text};

const SESSIONS: &str = "/v1/checkout-sessions";

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
            "notice_number": made["notice_number"], "due_date": "2026-10-01",
        }),
    );
    assert!(made.get("values").is_none());
    let position = portal.get(format!("/v1/debt-positions/{}", text(&made, "/debt_position_id"))).await.is(200).json();
    let one = json!({"amount": 3_000, "due_date": "2026-10-01", "notice_number": made["notice_number"]});
    holds(
        &position,
        &json!({
            "external_id": made["id"], "service_code": "TARI", "status": "open", "origin": "form",
            "debtor": {"tax_code": "RSSMRA85T10A562S", "full_name": "Mario Rossi"},
            "payment_options": [{"kind": "single", "installments": [one]}],
        }),
    );
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
    // What the form has made itself is found by it as well.
    submit(&portal, with("AB123CD")).await.is_problem(409, "position_found");
    submit(&portal, with("CC111CC")).await.is_problem(409, "position_found");
    portal.post(format!("/v1/debt-positions/{}/cancel", text(&there, "/id")), &json!({})).await.is(200);
    let made = submit(&portal, with("CC111CC")).await.is(201).json();
    // What was paid is not owed a second time, whatever the form would make of it.
    pay(&gateway, "fine", &notice(&made), 3_000).await;
    let paid = portal.get(format!("/v1/debt-positions/{}", text(&made, "/debt_position_id"))).await.is(200).json();
    let one = &paid["payment_options"][0]["installments"][0];
    assert_eq!((&paid["status"], &one["metadata"]["plate"]), (&json!("paid"), &json!("CC111CC")));
    for on_hit in ["refuse", "pay_existing"] {
        publish(&portal, fields(on_hit, "allow")).await;
        let refused = submit(&portal, with("CC111CC")).await;
        refused.is_problem(409, "position_found");
        assert_eq!(refused.json()["debt_position_id"], made["debt_position_id"]);
    }
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
    // What was paid stays until its accounting is over; what was entered is none.
    let mut other = form_values();
    other["street"] = json!("V2");
    let body = json!({"values": other, "notify_email": "mario.rossi@example.it"});
    let paid = portal.post(SUBMISSIONS, &body).await.is(201).json();
    pay(&gateway, "kept", &notice(&paid), 1_500).await;
    let person = json!({"tax_code": "RSSMRA85T10A562S"});
    let asked = json!({"tax_code": "RSSMRA85T10A562S", "reason": "Protocollo 4711"});
    let export = portal.post("/v1/persons/export", &person).await.is(200).json();
    let told: BTreeSet<String> = export["submissions"].as_array().unwrap().iter().map(|one| text(one, "/id")).collect();
    assert_eq!(told, BTreeSet::from([text(&free, "/id"), text(&owed, "/id"), text(&paid, "/id")]), "{export:#}");
    assert_eq!(export["submissions"][0]["values"]["holder"], "Mario Rossi");

    let cancel = format!("/v1/debt-positions/{}/cancel", text(&owed, "/debt_position_id"));
    portal.post(cancel, &json!({})).await.is(200);
    gateway.world.pass(90 * 86_400);
    let erased = portal.post("/v1/persons/erase", &asked).await.is(200).json();
    assert_eq!((&erased["erased"]["submissions"], &erased["complete"]), (&json!(3), &json!(true)), "{erased:#}");
    for one in [&owed, &free, &paid] {
        let shown = portal.get(format!("/v1/submissions/{}", text(one, "/id"))).await.is(200).json();
        assert_eq!((shown.get("values"), &shown["remittance_information"]), (None, &json!("-")), "{shown:#}");
    }
    let export = portal.post("/v1/persons/export", &person).await.is(200).json();
    assert_eq!(export["submissions"], json!([]));
}
