// SPDX-License-Identifier: AGPL-3.0-or-later
//! A payment outside of pagoPA, told by the institution and taken back by it (rules.md 15).

use serde_json::{Value, json};
use tramite_storage::Scope;
use tramite_testkit::Database;

use crate::position_lists::trail;
use crate::support::made::debt_position;
use crate::support::portal::{holds, text};
use crate::support::{Ask, TestGateway};

const POSITIONS: &str = "/v1/debt-positions";
const SESSIONS: &str = "/v1/checkout-sessions";
const ONE: &str = "/payment_options/0/installments/0";

/// What is told of the payment of an installment, with something else in it.
fn paid(position: &Value, at: &str, more: Value) -> Value {
    let mut body = json!({
        "installment_id": text(position, &format!("{at}/id")), "paid_at": "2026-09-01T07:00:00Z", "amount": 12050,
        "reference": "Bonifico 2026-0815",
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

pub(crate) async fn what_was_paid_outside_is_paid_for_everybody_until_it_is_taken_back(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let (portal, node) = (gateway.portal(&seeded.for_a), gateway.node());
    let position = portal.make(POSITIONS, &debt_position("TARI-1")).await;
    let (id, number) = (text(&position, "/id"), text(&position, &format!("{ONE}/notice_number")));
    let session = json!({"line_items": [{"debt_position_id": id}], "return_url": "https://portale.example.it/esito"});
    let session = portal.make(SESSIONS, &session).await;
    let path = format!("{POSITIONS}/{id}/mark-paid");
    let told_of = |more: Value| paid(&position, ONE, more);
    let wrong = portal.post(&path, &told_of(json!({"installment_id": id, "paid_at": "2026-09-02T07:00:00Z"}))).await;
    let expected = [("/installment_id", "unknown_installment"), ("/paid_at", "paid_at_to_come")];
    wrong.is_problem(422, "validation_failed");
    assert_eq!(wrong.faults(), expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
    let named = portal.post(&path, &told_of(json!({"reference": "da RSSMRA85T10A562S"}))).await;
    assert_eq!(named.faults(), [("/reference".to_owned(), "personal_data_in_text".to_owned())]);
    let writer = gateway.token_with(&seeded.for_a, "&scope=debt-positions:write").await;
    let asked = Ask::post(&path).json(&told_of(json!({}))).key("m0");
    gateway.ask(asked.token(&writer)).await.is_problem(403, "insufficient_scope");

    assert_eq!(node.fault_of(&number).await, None);
    let marked = portal.post_as("m1", &path, &told_of(json!({}))).await;
    let now = marked.is(200).json();
    holds(&now, &json!({"status": "paid"}));
    let one = now.pointer(ONE).unwrap();
    holds(
        one,
        &json!({
            "status": "paid", "paid_at": "2026-09-01T07:00:00Z", "paid_amount": 12050, "channel": "external",
            "payment_reference": "Bonifico 2026-0815", "anomalies": [],
        }),
    );
    assert_eq!((one.get("receipt_id"), marked.header("etag")), (None, Some("\"2-paid\"")));
    assert_eq!(portal.post_as("m1", &path, &told_of(json!({}))).await.header("idempotent-replayed"), Some("true"));
    let again = portal.post(&path, &told_of(json!({}))).await;
    assert_eq!(again.is(200).header("etag"), Some("\"2-paid\""), "the same facts change nothing");
    for other in [json!({"amount": 12051}), json!({"reference": "Bonifico 2026-0816"})] {
        portal.post(&path, &told_of(other)).await.is_problem(409, "debt_position_state");
    }
    assert_eq!(node.fault_of(&number).await.as_deref(), Some("PAA_PAGAMENTO_DUPLICATO"));
    let session = format!("{SESSIONS}/{}", text(&session, "/id"));
    let completed = portal.get(&session).await.is(200).json();
    holds(&completed, &json!({"status": "completed", "amount_paid": 12050, "line_items": [{"channel": "external"}]}));
    let store = gateway.gateway.store();
    store.system().publish_feed(50).await.unwrap();
    let events = store.feed(&Scope::of_worker(seeded.a.id), 0, 50).await.unwrap();
    let paid_event = events.into_iter().find(|one| one.event.kind.name() == "installment.paid");
    assert_eq!(paid_event.unwrap().event.data.channel.as_deref(), Some("external"));

    let reopen = format!("{POSITIONS}/{id}/reopen");
    let reason = json!({"reason": "Bonifico stornato"});
    let may_not = Ask::post(&reopen).json(&reason).key("r0");
    gateway.ask(may_not.token(&writer)).await.is_problem(403, "insufficient_scope");
    let back = portal.post(&reopen, &reason).await.is(200).json();
    holds(&back, &json!({"status": "open"}));
    assert_eq!((back.pointer(&format!("{ONE}/paid_at")), back.pointer(&format!("{ONE}/channel"))), (None, None));
    assert_eq!(node.fault_of(&number).await, None);
    holds(&portal.get(&session).await.is(200).json(), &json!({"status": "completed"}));
    let trail = trail(&database);
    let marked_id = text(&position, &format!("{ONE}/id"));
    assert!(trail.contains("installment.mark_undone") && trail.contains(&format!("installment {marked_id}")));

    portal.post(&path, &told_of(json!({"amount": 12000}))).await.is(200);
    // The money came a second time: that is told, and nothing is taken back any more.
    node.pays(node.receipt("RT-1", &number, 12_050)).await;
    let twice = portal.get(format!("{POSITIONS}/{id}")).await.is(200).json();
    holds(twice.pointer(ONE).unwrap(), &json!({"status": "paid", "paid_amount": 12000, "channel": "external"}));
    let found = twice.pointer(&format!("{ONE}/anomalies")).and_then(Value::as_array).unwrap();
    assert!(["duplicate_payment", "amount_mismatch"].iter().all(|one| found.contains(&json!(one))), "{found:?}");
    portal.post(&reopen, &reason).await.is_problem(409, "debt_position_state");

    // What a receipt pays is paid through pagoPA.
    let usual = portal.make(POSITIONS, &debt_position("TARI-2")).await;
    let number = text(&usual, &format!("{ONE}/notice_number"));
    node.pays(node.receipt("RT-2", &number, 12_050)).await;
    let usual = portal.get(format!("{POSITIONS}/{}", text(&usual, "/id"))).await.is(200).json();
    holds(usual.pointer(ONE).unwrap(), &json!({"status": "paid", "channel": "pagopa"}));
}

pub(crate) async fn a_mark_reaches_sessions_of_other_clients_and_of_other_services_and_so_does_its_undoing(
    database: Database,
) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let (portal, other, narrow) =
        (gateway.portal(&seeded.for_a), gateway.portal(&seeded.other_for_a), gateway.portal(&seeded.narrow));
    let tari = portal.make(POSITIONS, &debt_position("TARI-1")).await;
    let mut body = debt_position("MENSA-1");
    body["service_code"] = json!("MENSA");
    let mensa = portal.make(POSITIONS, &body).await;
    let items = json!({
        "line_items": [{"debt_position_id": text(&tari, "/id")}, {"debt_position_id": text(&mensa, "/id")}],
        "return_url": "https://portale.example.it/esito",
    });
    let session = format!("{SESSIONS}/{}", text(&portal.make(SESSIONS, &items).await, "/id"));
    let act = |position: &Value, what: &str| format!("{POSITIONS}/{}/{what}", text(position, "/id"));
    let reason = json!({"reason": "Bonifico stornato"});
    // Neither client sees the session: one is another client, the other knows one of its services alone.
    for (client, position, paid_amount) in [(&other, &tari, 12_050), (&narrow, &mensa, 12_050)] {
        client.get(&session).await.is_problem(404, "not_found");
        client.post(act(position, "mark-paid"), &paid(position, ONE, json!({}))).await.is(200);
        let seen = portal.get(&session).await.is(200).json();
        holds(&seen, &json!({"status": "open", "amount_paid": paid_amount}));
        client.post(act(position, "reopen"), &reason).await.is(200);
        let seen = portal.get(&session).await.is(200).json();
        holds(&seen, &json!({"status": "open", "amount_paid": 0}));
        assert!(seen["line_items"].as_array().unwrap().iter().all(|item| item.get("channel").is_none()));
    }
    narrow.post(act(&tari, "mark-paid"), &paid(&tari, ONE, json!({}))).await.is_problem(404, "not_found");
    // Both marked, the session is completed, and stays so.
    portal.post(act(&tari, "mark-paid"), &paid(&tari, ONE, json!({}))).await.is(200);
    narrow.post(act(&mensa, "mark-paid"), &paid(&mensa, ONE, json!({}))).await.is(200);
    holds(&portal.get(&session).await.is(200).json(), &json!({"status": "completed", "is_final": true}));
    narrow.post(act(&mensa, "reopen"), &reason).await.is(200);
    holds(&portal.get(&session).await.is(200).json(), &json!({"status": "completed", "amount_paid": 24100}));
}

pub(crate) async fn a_mark_waits_for_whoever_is_paying_an_alternative_and_a_reopening_says_what_it_means(
    database: Database,
) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let (portal, node) = (gateway.portal(&seeded.for_a), gateway.node());
    let mut body = debt_position("TARI-1");
    let fields = body.as_object_mut().unwrap();
    fields.remove("amount");
    fields.remove("due_date");
    body["payment_options"] = json!([
        {"kind": "single", "installments": [{"reference": "intera", "amount": 24100}]},
        {"kind": "installments", "installments": [
            {"reference": "1", "amount": 12050}, {"reference": "2", "amount": 12050}, {"reference": "3", "amount": 12050},
        ]},
    ]);
    let position = portal.make(POSITIONS, &body).await;
    let path = |what: &str| format!("{POSITIONS}/{}/{what}", text(&position, "/id"));
    let part = |index: usize| format!("/payment_options/1/installments/{index}");
    node.asks(&text(&position, &format!("{ONE}/notice_number")), None).await;
    let first = paid(&position, &part(0), json!({}));
    let busy = portal.post(path("mark-paid"), &first).await;
    busy.is_problem(409, "payment_in_progress");
    assert_eq!(busy.json()["locked_until"], "2026-09-01T08:30:00Z");
    portal.post(path("mark-paid?force=true"), &first).await.is(200);
    gateway.world.pass(1_801);
    // Somebody pays the third part: the second may be marked beside it.
    node.asks(&text(&position, &format!("{}/notice_number", part(2))), None).await;
    portal.post(path("mark-paid"), &paid(&position, &part(1), json!({}))).await.is(200);

    let reason = json!({"reason": "Bonifico stornato"});
    let which = portal.post(path("reopen"), &reason).await;
    which.is_problem(422, "validation_failed");
    assert_eq!(which.faults(), [("/installment_id".to_owned(), "required".to_owned())]);
    let named =
        |index: usize| json!({"reason": "Stornato", "installment_id": text(&position, &format!("{}/id", part(index)))});
    portal.post(path("reopen"), &named(2)).await.is_problem(409, "debt_position_state");
    let back = portal.post(path("reopen"), &named(1)).await.is(200).json();
    let states: Vec<&Value> =
        (0..3).map(|index| &back["payment_options"][1]["installments"][index]["status"]).collect();
    assert_eq!(states, ["paid", "open", "open"]);
    // The rest is withdrawn: a reopening without a name may mean that, and takes nothing back.
    portal.post(path("cancel?force=true"), &json!({})).await.is(200);
    portal.post(path("reopen"), &reason).await.is_problem(422, "validation_failed");
    let back = portal.post(path("reopen"), &named(0)).await.is(200).json();
    let states: Vec<&Value> =
        (0..3).map(|index| &back["payment_options"][1]["installments"][index]["status"]).collect();
    assert_eq!(states, ["open", "cancelled", "cancelled"]);
}
