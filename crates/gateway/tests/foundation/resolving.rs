// SPDX-License-Identifier: AGPL-3.0-or-later
//! What was strange is dealt with once, by whom it concerns: receipts by their institution, messages of nobody by an
//! operator. It stays visible.

use serde_json::{Value, json};
use tramite_domain::event::EventKind;
use tramite_gateway::soap::Inbound;
use tramite_storage::{FeedEvent, Scope};
use tramite_testkit::Database;

use crate::support::made::debt_position;
use crate::support::portal::{Portal, holds, text};
use crate::support::{Ask, TestGateway};

const RECEIPTS: &str = "/v1/receipts";
const RAW: &str = "/v1/raw-messages";

/// A receipt that nobody had asked for, and its path.
async fn unasked(portal: &Portal<'_>, gateway: &TestGateway, id: &str) -> (Value, String) {
    let node = gateway.node();
    let made = portal.make("/v1/debt-positions", &debt_position(id)).await;
    node.pays(node.receipt(id, &text(&made, "/payment_options/0/installments/0/notice_number"), 12_050)).await;
    let list = portal.get(RECEIPTS).await.is(200).json();
    let mut items = list["items"].as_array().unwrap().iter();
    let path = text(items.find(|one| one["receipt_id"] == id).unwrap(), "/id");
    (made, format!("{RECEIPTS}/{path}"))
}

pub(crate) async fn an_anomaly_is_resolved_once_and_stays_visible(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let (position, receipt) = unasked(&portal, &gateway, "rt-1").await;
    gateway.world.pass(60);
    let (_, other) = unasked(&portal, &gateway, "rt-2").await;
    let resolve = format!("{receipt}/resolve");
    let said = json!({"anomaly": "not_activated", "note": "Verificato con il PSP"});

    for (anomaly, note, pointer, code) in [
        ("duplicate_payment", "Rimborsato", "/anomaly", "not_of_this_receipt"),
        ("not_activated", "Chiesto a mario.rossi@example.it", "/note", "personal_data_in_text"),
        ("not_activated", "Per RSSMRA85T10A562S", "/note", "personal_data_in_text"),
        ("not_activated", "   ", "/note", "invalid_text"),
        ("strange", "Rimborsato", "/anomaly", "unknown_value"),
    ] {
        let refused = portal.post(&resolve, &json!({"anomaly": anomaly, "note": note})).await;
        assert_eq!(refused.faults(), [(pointer.to_owned(), code.to_owned())]);
    }
    gateway.portal(&seeded.for_b).post(&resolve, &said).await.is_problem(404, "not_found");
    gateway.portal(&seeded.narrow).post(&resolve, &said).await.is_problem(404, "not_found");
    let reading = gateway.token_with(&seeded.for_a, "&scope=receipts:read").await;
    let ask = Ask::post(&resolve).token(&reading).json(&said).key("a key");
    gateway.ask(ask).await.is_problem(403, "insufficient_scope");

    let before = portal.get(&receipt).await;
    let ids = |query: &str| portal.ids(format!("{RECEIPTS}?{query}"));
    let id = |path: &str| path.rsplit('/').next().unwrap().to_owned();
    assert_eq!(ids("anomaly=not_activated&resolved=false").await, [id(&other), id(&receipt)]);
    let done = portal.post_as("once", &resolve, &said).await;
    let client = seeded.for_a.id.to_string();
    let now = done.is(200).json();
    holds(
        &now,
        &json!({
            "anomalies": ["not_activated"],
            "resolutions": [{"anomaly": "not_activated", "note": "Verificato con il PSP", "client_id": client}],
        }),
    );
    assert_ne!(done.header("etag"), before.header("etag"));
    let replayed = portal.post_as("once", &resolve, &said).await;
    assert_eq!((replayed.is(200).json(), replayed.header("idempotent-replayed")), (now.clone(), Some("true")));
    assert_eq!(portal.post(&resolve, &said).await.is(200).json(), now, "the same again changes nothing");
    let otherwise = json!({"anomaly": "not_activated", "note": "Rimborsato"});
    portal.post(&resolve, &otherwise).await.is_problem(409, "already_resolved");
    assert_eq!(portal.get(&receipt).await.is(200).json(), now);
    assert_eq!(portal.get(&receipt).await.header("etag"), done.header("etag"));
    let stale = before.header("etag").unwrap().to_owned();
    let late = Ask::post(format!("{other}/resolve")).json(&said).key("late").header("If-Match", &stale);
    portal.ask(late).await.is(200);
    for (query, wanted) in [
        ("anomaly=not_activated&resolved=false", vec![]),
        ("resolved=true", vec![id(&other), id(&receipt)]),
        ("anomaly=not_activated", vec![id(&other), id(&receipt)]),
        ("anomaly=stand_in", vec![]),
    ] {
        assert_eq!(ids(query).await, wanted, "{query}");
    }
    portal.get(format!("{RECEIPTS}?resolved=maybe")).await.is_problem(422, "invalid_parameter");
    // The installment says for ever what was strange about its payment.
    let shown = portal.get(format!("/v1/debt-positions/{}", text(&position, "/id"))).await.json();
    assert_eq!(shown["payment_options"][0]["installments"][0]["anomalies"], json!(["not_activated"]));

    let (store, scope) = (gateway.gateway.store(), Scope::of_worker(seeded.a.id));
    store.system().publish_feed(100).await.unwrap();
    let feed = store.feed(&scope, 0, 100).await.unwrap();
    let of = |kind| feed.iter().filter(move |one| one.event.kind == kind).collect::<Vec<_>>();
    let (arose, resolved) = (of(EventKind::AnomalyDetected), of(EventKind::AnomalyResolved));
    assert_eq!((arose.len(), resolved.len()), (2, 2), "each arises once and is resolved once");
    let own = |events: &[&FeedEvent]| {
        let mine = |one: &&&FeedEvent| one.event.data.receipt_id.map(|own| own.to_string()) == Some(id(&receipt));
        events.iter().find(mine).unwrap().event.data.anomalies.clone()
    };
    assert_eq!(own(&arose), own(&resolved), "what arose is what was resolved");
    assert!(!format!("{:?}", resolved[0]).contains("Verificato"), "the note stays with the receipt");
}

pub(crate) async fn a_message_of_nobody_is_listed_and_resolved_by_an_operator(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let node = gateway.node();
    let known = gateway.portal(&seeded.for_a).make("/v1/debt-positions", &debt_position("TARI-1")).await;
    node.asks(&text(&known, "/payment_options/0/installments/0/notice_number"), None).await;
    let right = String::from_utf8(tramite_pagopa::soap::request(&tramite_pagopa::current::Request::Receipt(Box::new(
        node.receipt("rt-1", "305000000001234586", 12_050),
    ))))
    .unwrap();
    // Beyond what is read: one for an institution, one whose addressee cannot be read.
    let large = right.replace("<description>", &format!("<description>{}", "CANARINO ".repeat(70_000)));
    let nobody = large.replace("<idPA>99999000013</idPA>", "<idPA></idPA>");
    for message in [large, nobody] {
        node.says(Inbound { bytes: message.into_bytes(), ..Inbound::default() }).await;
        gateway.world.pass(60);
    }
    let operator = gateway.portal(&seeded.operator);
    let list = operator.get(format!("{RAW}?resolved=false")).await;
    assert!(!list.text().contains("CANARINO") && !list.text().contains("RSSMRA"), "never what stands in it");
    let items = list.is(200).json()["items"].as_array().unwrap().clone();
    assert_eq!(items.len(), 2, "{items:#?}");
    assert_eq!(items[0].get("institution_id"), None, "the newest first");
    assert_eq!(items[1]["institution_id"], seeded.a.id.to_string());
    assert_eq!(items[0]["reason"], "receipt_beyond_limits");
    assert!(items[0]["message_bytes"].as_i64().unwrap() > 600_000);

    let place = format!("{RAW}/{}", text(&items[0], "/id"));
    let resolve = format!("{place}/resolve");
    let said = json!({"note": "Rimandata dal Nodo entro i limiti"});
    let personal = operator.post(&resolve, &json!({"note": "Di mario.rossi@example.it"})).await;
    assert_eq!(personal.faults(), [("/note".to_owned(), "personal_data_in_text".to_owned())]);
    let open = operator.get(&place).await;
    let done = operator.post_as("once", &resolve, &said).await;
    holds(
        &done.is(200).json(),
        &json!({"resolution": {"note": said["note"], "client_id": seeded.operator.id.to_string()}}),
    );
    assert_ne!(done.header("etag"), open.header("etag"));
    assert_eq!(operator.post_as("once", &resolve, &said).await.header("idempotent-replayed"), Some("true"));
    assert_eq!(operator.post(&resolve, &said).await.is(200).json(), done.json());
    operator.post(&resolve, &json!({"note": "Altro"})).await.is_problem(409, "already_resolved");
    assert_eq!(operator.get(&place).await.is(200).json(), done.json());
    assert_eq!(operator.ids(format!("{RAW}?resolved=true")).await, [text(&items[0], "/id")]);
    assert_eq!(operator.ids(format!("{RAW}?resolved=false")).await, [text(&items[1], "/id")]);
    // It is nobody's but the operators', whatever institution it was for.
    let portal = gateway.portal(&seeded.for_a);
    portal.get(RAW).await.is_problem(403, "insufficient_scope");
    portal.post(&resolve, &said).await.is_problem(403, "insufficient_scope");
}

pub(crate) async fn a_split_of_the_budget_is_shown_with_the_position_and_with_its_receipt(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let (portal, node) = (gateway.portal(&seeded.for_a), gateway.node());
    let split = json!([
        {"chapter": "3.100", "article": "2", "assessment": "2026/17", "year": 2026, "amount": 10_000},
        {"chapter": "3.200", "amount": 2_050},
    ]);
    let body = |accounting: &Value| {
        let mut body = debt_position("TARI-1");
        let fields = body.as_object_mut().unwrap();
        fields.remove("amount");
        fields.remove("due_date");
        body["payment_options"] = json!([{"kind": "single", "installments": [{"amount": 12_050,
            "transfers": [{"amount": 12_050, "accounting": accounting}]}]}]);
        body
    };
    let place = "/payment_options/0/installments/0/transfers/0/accounting";
    for (wrong, pointer, code) in [
        (json!([{"chapter": "1", "amount": 12_049}]), place.to_owned(), "accounting_sum"),
        (
            json!([{"chapter": "RSSMRA85T10A562S", "amount": 12_050}]),
            format!("{place}/0/chapter"),
            "personal_data_in_text",
        ),
        (json!([{"chapter": "1", "year": 1899, "amount": 12_050}]), format!("{place}/0/year"), "below_minimum"),
        (json!([{"amount": 12_050}]), format!("{place}/0/chapter"), "required"),
        (json!(vec![json!({"chapter": "1", "amount": 1}); 21]), place.to_owned(), "too_many_items"),
    ] {
        let refused = portal.post("/v1/debt-positions", &body(&wrong)).await;
        assert_eq!(refused.faults(), [(pointer, code.to_owned())]);
    }
    let made = portal.make("/v1/debt-positions", &body(&split)).await;
    assert_eq!(made.pointer(place), Some(&split));
    let again = portal.post("/v1/debt-positions?if_exists=return", &body(&split)).await;
    assert_eq!(again.is(200).json()["id"], made["id"], "the same split means the same");
    let other = body(&json!([{"chapter": "9", "amount": 12_050}]));
    let differs = portal.post("/v1/debt-positions?if_exists=return", &other).await;
    differs.is_problem(409, "external_id_taken");
    let number = text(&made, "/payment_options/0/installments/0/notice_number");
    node.asks(&number, None).await;
    node.pays(node.receipt("rt-1", &number, 12_050)).await;
    let receipt = portal.get(RECEIPTS).await.is(200).json()["items"][0].clone();
    assert_eq!(receipt["transfers"][0]["accounting"], split);
}
