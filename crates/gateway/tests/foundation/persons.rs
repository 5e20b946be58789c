// SPDX-License-Identifier: AGPL-3.0-or-later
//! One person's data: everything of it in one answer, and its end as far as the law lets it go (reliability.md 38).

use serde_json::{Value, json};
use tramite_domain::given::World;
use tramite_testkit::Database;

use crate::support::portal::{Portal, text};
use crate::support::{Ask, TestGateway, debt_position};

const POSITIONS: &str = "/v1/debt-positions";
const SESSIONS: &str = "/v1/checkout-sessions";
const EXPORT: &str = "/v1/persons/export";
const ERASE: &str = "/v1/persons/erase";
/// The debtor of the Node's receipts as well.
const MARIO: &str = "RSSMRA85T10A562S";
const EMAIL: &str = "mario.rossi@example.it";
const STREET: &str = "Via dei Canarini";
const OTHER: &str = "CNRGLL61A01Z999K";
const OTHER_NAME: &str = "Canarino Debitore";
const DAY_SECONDS: i64 = 86_400;

/// A debt position of one of the two.
fn position(external_id: &str, mine: bool) -> Value {
    let mut position = debt_position(external_id);
    position["debtor"]["email"] = json!(EMAIL);
    position["debtor"]["address"] = json!({"street": STREET, "city": "Perugia"});
    if !mine {
        position["debtor"] = json!({"type": "natural_person", "tax_code": OTHER, "full_name": OTHER_NAME});
    }
    position
}

fn session(position: &Value, mine: bool) -> Value {
    let payer = if mine {
        json!({"tax_code": MARIO, "full_name": "Mario Rossi", "email": EMAIL})
    } else {
        json!({"tax_code": OTHER, "full_name": OTHER_NAME, "email": "canarino@example.org"})
    };
    json!({
        "line_items": [{"debt_position_id": position["id"]}], "return_url": "https://portale.example.it/esito",
        "payer": payer, "metadata": {"note": "free words"}, "state": "free words too",
    })
}

fn notice(position: &Value) -> String {
    text(position, "/payment_options/0/installments/0/notice_number")
}

fn count(found: &Value, name: &str) -> usize {
    found[name].as_array().unwrap_or_else(|| panic!("no {name} in {found:#}")).len()
}

async fn exported(portal: &Portal<'_>) -> Value {
    portal.ask(Ask::post(EXPORT).json(&json!({"tax_code": MARIO}))).await.is(200).json()
}

pub(crate) async fn everything_that_is_kept_of_a_person_is_exported_in_one_call(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let (portal, node) = (gateway.portal(&seeded.for_a), gateway.node());
    let colleague = gateway.portal(&seeded.other_for_a);
    let (paid, open) =
        (portal.make(POSITIONS, &position("E-1", true)).await, portal.make(POSITIONS, &position("E-2", true)).await);
    let others = portal.make(POSITIONS, &position("E-3", false)).await;
    node.asks(&notice(&paid), None).await;
    node.pays(node.receipt("rt-1", &notice(&paid), 12_050)).await;
    node.settled().await;
    for (of, mine) in [(&open, true), (&others, true), (&open, false), (&others, false)] {
        let begun = colleague.make(SESSIONS, &session(of, mine)).await;
        colleague.post(format!("{SESSIONS}/{}/cancel", text(&begun, "/id")), &json!({})).await.is(200);
    }
    // Somebody else pays a debt of his together with one that is not his.
    let apart = portal.make(POSITIONS, &position("E-apart", false)).await;
    let mut shared = session(&open, false);
    shared["line_items"] = json!([{"debt_position_id": open["id"]}, {"debt_position_id": apart["id"]}]);
    shared["client_reference"] = json!("shared-cart");
    let shared = colleague.make(SESSIONS, &shared).await;
    colleague.post(format!("{SESSIONS}/{}/cancel", text(&shared, "/id")), &json!({})).await.is(200);
    let elsewhere = gateway.portal(&seeded.for_b).make(POSITIONS, &position("E-9", true)).await;
    let found = exported(&portal).await;
    assert_eq!((count(&found, "debt_positions"), count(&found, "receipts")), (2, 1), "{found:#}");
    assert_eq!(count(&found, "checkout_sessions"), 4, "his payments, and those of his debts: {found:#}");
    let mut told = found["checkout_sessions"].as_array().unwrap().iter().map(|one| &one["session"]);
    let told = told.find(|one| one["id"] == shared["id"]).unwrap_or_else(|| panic!("{found:#}"));
    assert_eq!((told["amount"].as_i64(), count(told, "line_items")), (Some(12_050), 1), "{told:#}");
    assert!(count(&found, "journal") >= 4, "a get and a receipt, with their answers: {found:#}");
    let kinds: Vec<String> = found["events"].as_array().unwrap().iter().map(|one| text(one, "/type")).collect();
    for kind in ["debt_position.created", "installment.paid", "checkout_session.updated"] {
        assert!(kinds.iter().any(|one| one == kind), "{kind} in {kinds:?}");
    }
    assert!(count(&found, "kept_answers") >= 2, "{found:#}");
    assert_eq!(found["more_of"], json!([]));
    let all = found.to_string();
    for word in [EMAIL, STREET, "free words", "Mario Rossi"] {
        assert!(all.contains(word), "{word}");
    }
    for word in [text(&apart, "/id"), notice(&apart), "E-apart".to_owned(), "shared-cart".to_owned()] {
        assert!(!all.contains(&word), "{word} is of another debtor");
    }
    for word in [OTHER, OTHER_NAME, "canarino@example.org", &text(&elsewhere, "/id"), "/s/"] {
        assert!(!all.contains(word), "{word} is not his, or not to be told");
    }
    // Who else asks finds what is theirs alone.
    let theirs = exported(&gateway.portal(&seeded.for_b)).await;
    assert_eq!((count(&theirs, "debt_positions"), count(&theirs, "receipts"), count(&theirs, "journal")), (1, 0, 0));
    let narrow = exported(&gateway.portal(&seeded.narrow)).await;
    for name in ["debt_positions", "receipts", "checkout_sessions", "journal", "events", "kept_answers", "import_rows"]
    {
        assert_eq!(count(&narrow, name), 0, "{name} of another service");
    }
    for code in ["ANONIMO", "no code"] {
        let asked = portal.ask(Ask::post(EXPORT).json(&json!({"tax_code": code}))).await;
        assert_eq!(asked.status, 422, "{}", asked.text());
    }
    let trail = portal.get("/v1/audit?action=person.exported").await.is(200).clone();
    assert_eq!(trail.json()["items"].as_array().unwrap().len(), 2, "each export of the two clients of A");
    assert!(!trail.text().to_uppercase().contains(MARIO));
}

/// What is asked of an erasure, and what it answers.
async fn erased(portal: &Portal<'_>) -> Value {
    portal.post(ERASE, &json!({"tax_code": MARIO, "reason": "Protocol 4711"})).await.is(200).json()
}

/// What was paid for the only installment of a position.
async fn paid_amount(portal: &Portal<'_>, path: &str) -> i64 {
    let shown = portal.get(path).await.is(200).json();
    shown["payment_options"][0]["installments"][0]["paid_amount"].as_i64().unwrap()
}

/// Amounts and numbers of every line of the outcomes.
async fn booked(gateway: &TestGateway, portal: &Portal<'_>) -> Vec<Vec<String>> {
    gateway.gateway.store().system().publish_feed(1_000).await.unwrap();
    let seen = portal.ask(Ask::get("/v1/exports/outcomes").header("Accept", "text/csv")).await;
    let lines =
        seen.is(200).text().lines().map(|line| line.split("\",\"").map(|cell| cell.trim_matches('"').to_owned()));
    let lines: Vec<Vec<String>> = lines.map(Iterator::collect).collect();
    let columns =
        ["line_id", "movement", "notice_number", "amount_due_cents", "amount_cents", "own_amount_cents", "paid_at"];
    let places = columns.map(|name| lines[0].iter().position(|one| one == name).unwrap_or_else(|| panic!("no {name}")));
    lines.iter().map(|line| places.iter().map(|place| line[*place].clone()).collect()).collect()
}

fn why(answer: &Value, name: &str, id: &str) -> (String, Option<String>) {
    let kept = answer["kept"].as_array().unwrap();
    let found = kept.iter().find(|one| one[name] == id).unwrap_or_else(|| panic!("{id} in {answer:#}"));
    (text(found, "/why"), found["until"].as_str().map(str::to_owned))
}

pub(crate) async fn what_the_law_lets_go_goes_and_of_the_rest_it_is_said_why_it_stays(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let (portal, node, neighbour) = (gateway.portal(&seeded.for_a), gateway.node(), gateway.portal(&seeded.for_b));
    let mut draft = position("D-1", true);
    draft["publish"] = json!(false);
    let draft = portal.make(POSITIONS, &draft).await;
    let paid_body = position("D-2", true);
    let paid = portal.post_as("paid", POSITIONS, &paid_body).await.is(201).json();
    let (open, withdrawn) =
        (portal.make(POSITIONS, &position("D-3", true)).await, portal.make(POSITIONS, &position("D-4", true)).await);
    let elsewhere = neighbour.make(POSITIONS, &position("D-9", true)).await;
    let path = |made: &Value| format!("{POSITIONS}/{}", text(made, "/id"));
    portal.post(format!("{}/cancel", path(&withdrawn)), &json!({})).await.is(200);
    node.asks(&notice(&paid), None).await;
    let message = node.receipt("rt-1", &notice(&paid), 12_050);
    node.pays(message.clone()).await;
    let session_body = session(&open, true);
    let begun = portal.post_as("session", SESSIONS, &session_body).await.is(201).json();
    let cancel = format!("{SESSIONS}/{}/cancel", text(&begun, "/id"));
    portal.post(&cancel, &json!({})).await.is(200);
    portal.post_as("cancelled-already", &cancel, &json!({})).await.is(200);
    let before = booked(&gateway, &portal).await;
    assert_eq!(before.len(), 2);

    let first = portal.post_as("erase", ERASE, &json!({"tax_code": MARIO, "reason": "Protocol 4711"})).await;
    let answer = first.is(200).json();
    let wanted = json!({
        "debt_positions": 1, "debt_positions_pseudonymised": 0, "debt_positions_reduced": 1, "checkout_sessions": 1,
        "receipts": 0, "submissions": 0,
    });
    assert_eq!((&answer["erased"], &answer["complete"]), (&wanted, &json!(true)), "{answer:#}");
    let end = Some("2036-12-31T23:00:00Z".to_owned());
    assert_eq!(why(&answer, "debt_position_id", &text(&paid, "/id")), ("accounting".to_owned(), end.clone()));
    assert_eq!(why(&answer, "debt_position_id", &text(&open, "/id")).0, "payable");
    let late = gateway.world.now().plus_seconds(10 * DAY_SECONDS).to_string();
    let kept = why(&answer, "debt_position_id", &text(&withdrawn, "/id"));
    assert_eq!(kept, ("payment_may_arrive".to_owned(), Some(late)));
    let receipt = portal.ids("/v1/receipts").await.pop().unwrap();
    assert_eq!(why(&answer, "receipt_id", &receipt), ("accounting".to_owned(), end));
    // The same again is the same answer; about somebody else it is another request.
    let again = portal.post_as("erase", ERASE, &json!({"tax_code": MARIO, "reason": "Protocol 4711"})).await;
    assert_eq!((again.is(200).json(), again.header("idempotent-replayed")), (answer, Some("true")));
    let reused = portal.post_as("erase", ERASE, &json!({"tax_code": OTHER, "reason": "Protocol 4711"})).await;
    reused.is_problem(422, "idempotency_key_reused");
    let told = portal.post(ERASE, &json!({"tax_code": MARIO, "reason": format!("He is {MARIO}")})).await;
    assert_eq!(told.is(422).faults(), [("/reason".to_owned(), "personal_data_in_text".to_owned())]);
    // What is gone is gone for whoever repeats an old request too.
    portal.get(path(&draft)).await.is(404);
    portal.post_as("paid", POSITIONS, &paid_body).await.is(404);
    portal.post_as("session", SESSIONS, &session_body).await.is(404);
    portal.post_as("cancelled-already", &cancel, &json!({})).await.is(404);
    let shown = portal.get(path(&paid)).await.is(200).json();
    assert_eq!(shown["debtor"], json!({"type": "natural_person", "tax_code": MARIO, "full_name": "Mario Rossi"}));
    assert_eq!(portal.get(path(&open)).await.is(200).json()["debtor"]["email"], EMAIL, "it may still be paid");
    let over = portal.get(format!("{SESSIONS}/{}", text(&begun, "/id"))).await.is(200).json();
    assert_eq!((&over["metadata"], &over["status"]), (&json!({}), &json!("cancelled")));

    // Ten days later no receipt will come for what was withdrawn.
    portal.post(format!("{}/cancel", path(&open)), &json!({})).await.is(200);
    gateway.world.pass(10 * DAY_SECONDS);
    let answer = erased(&portal).await;
    assert_eq!((&answer["erased"]["debt_positions"], count(&answer, "kept")), (&json!(2), 2), "{answer:#}");
    portal.get(path(&open)).await.is(404);
    let over = portal.get(format!("{SESSIONS}/{}", text(&begun, "/id"))).await.is(200).json();
    let item = &over["line_items"][0];
    assert_eq!((&item["external_id"], &item["description"]), (&json!("-"), &json!("-")), "{over:#}");
    assert_eq!(erased(&portal).await["erased"]["debt_positions"], 0, "nothing more goes");
    assert_eq!(booked(&gateway, &portal).await, before, "the totals are what they were");
    let events = portal.get("/v1/events?type=personal_data.erased").await.is(200).json();
    assert_eq!(count(&events, "items"), 2, "one for each erasure with which something went");

    // When its accounting is over, what is booked stays.
    gateway.world.pass(11 * 366 * DAY_SECONDS);
    let answer = erased(&portal).await;
    assert_eq!(
        (&answer["erased"]["debt_positions_pseudonymised"], &answer["erased"]["receipts"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(answer["kept"], json!([]));
    let shown = portal.get(path(&paid)).await.is(200).json();
    assert_eq!((&shown["debtor"]["tax_code"], &shown["status"]), (&json!("ANONIMO"), &json!("paid")));
    let proof = format!("/v1/receipts/{receipt}");
    let shown = portal.get(&proof).await.is(200).json();
    assert_eq!((&shown["amount"], &shown["has_xml"], shown.get("debtor")), (&json!(12_050), &json!(false), None));
    portal.ask(Ask::get(&proof).header("Accept", "application/xml")).await.is(404);
    // The feed of outcomes has ended long before; the amounts stand where they were booked.
    assert_eq!(paid_amount(&portal, &path(&paid)).await, 12_050);
    // The same message once more brings nobody back.
    let (_, told) = node.sends(&tramite_pagopa::current::Request::Receipt(Box::new(message))).await;
    assert!(format!("{told:?}").contains("DUPLICAT"), "{told:?}");
    let found = exported(&portal).await;
    for name in ["debt_positions", "receipts", "checkout_sessions"] {
        assert_eq!(count(&found, name), 0, "{name}: {found:#}");
    }
    assert_eq!(booked(&gateway, &portal).await.len(), 1, "a table without lines");
    let events = portal.get("/v1/events?type=personal_data.erased").await;
    assert_eq!(count(&events.is(200).json(), "items"), 1, "the last erasure; those before it are no longer told");
    assert!(!events.text().contains(MARIO) && !events.text().contains(EMAIL));
    let trail = portal.get("/v1/audit?action=person.erased").await;
    assert_eq!(count(&trail.is(200).json(), "items"), 4);
    assert!(!trail.text().to_uppercase().contains(MARIO) && trail.text().contains("Protocol 4711"));
    // Another institution decides by itself.
    let theirs = neighbour.get(path(&elsewhere)).await.is(200).json();
    assert_eq!((&theirs["debtor"]["tax_code"], &theirs["debtor"]["email"]), (&json!(MARIO), &json!(EMAIL)));
}
