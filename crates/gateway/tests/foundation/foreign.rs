// SPDX-License-Identifier: AGPL-3.0-or-later
//! Other institutions' notices as items of a session (rules.md 37, reliability.md 47), and what two items of one session
//! may be.

use futures_util::future::join_all;
use serde_json::{Value, json};
use tramite_domain::access::ClientKind;
use tramite_testkit::Database;

use crate::support::seed::{Known, Seeded, TAX_CODES};
use crate::support::{Ask, Seen, TestGateway};

/// A notice of institution B over 120.50 euro, service TARI.
async fn notice_of_b(gateway: &TestGateway, seeded: &Seeded) -> String {
    let token = gateway.token(&seeded.for_b).await;
    let body = crate::support::debt_position("TARI-B");
    let made = gateway.ask(Ask::post("/v1/debt-positions").token(&token).json(&body).key("b")).await;
    made.is(201).json()["payment_options"][0]["installments"][0]["notice_number"].as_str().unwrap().to_owned()
}

fn session(items: &Value) -> Value {
    json!({"line_items": items, "return_url": "https://portale.example.it/esito"})
}

async fn pay(gateway: &TestGateway, client: &Known, item: &Value) -> Seen {
    let token = gateway.token_with(client, "&institution=comune-a").await;
    let key = uuid::Uuid::new_v4().to_string();
    gateway.ask(Ask::post("/v1/checkout-sessions").token(&token).json(&session(&json!([item]))).key(&key)).await
}

pub(crate) async fn a_delegation_for_some_services_opens_their_notices_and_no_others(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let notice = notice_of_b(&gateway, &seeded).await;
    let (a, b) = (seeded.a.id, seeded.b.id);
    let for_tari = gateway.client(ClientKind::Application, &[(a, None), (b, Some("TARI"))]).await;
    let for_mensa = gateway.client(ClientKind::Application, &[(a, None), (b, Some("MENSA"))]).await;
    let item = json!({"notice_number": notice, "creditor_tax_code": TAX_CODES[1]});
    let right = json!({"notice_number": notice, "creditor_tax_code": TAX_CODES[1], "expected_amount": 12050});
    let wrong = json!({"notice_number": notice, "creditor_tax_code": TAX_CODES[1], "expected_amount": 12051});

    pay(&gateway, &for_tari, &item).await.is(201);
    for refused in [&item, &right] {
        pay(&gateway, &for_mensa, refused).await.is_problem(404, "not_found");
    }
    // Where everybody may pay it, the other delegation does not stand in the way; the amount proves the notice.
    gateway.change_institution(b, |institution| institution.payable_by_notice = true).await;
    pay(&gateway, &for_mensa, &right).await.is(201);
    for refused in [&item, &wrong] {
        pay(&gateway, &for_mensa, refused).await.is_problem(404, "not_found");
    }
}

pub(crate) async fn every_look_up_in_vain_has_one_answer_and_no_more_than_thirty_at_once(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let notice = notice_of_b(&gateway, &seeded).await;
    let item = |notice: &str, creditor: &str, amount: i64| json!({"notice_number": notice, "creditor_tax_code": creditor, "expected_amount": amount});
    let not_payable = pay(&gateway, &seeded.for_a, &item(&notice, TAX_CODES[1], 12_050)).await;
    gateway.change_institution(seeded.b.id, |institution| institution.payable_by_notice = true).await;
    let began = std::time::Instant::now();
    let nothing = pay(&gateway, &seeded.for_a, &item("306123456789012345", TAX_CODES[1], 12_050)).await;
    assert!(began.elapsed().as_millis() >= 100, "an answer in vain takes its time");
    let other_amount = pay(&gateway, &seeded.for_a, &item(&notice, TAX_CODES[1], 1)).await;
    let not_served = pay(&gateway, &seeded.for_a, &item(&notice, "99999000088", 12_050)).await;
    for seen in [&not_payable, &other_amount, &not_served] {
        nothing.is_problem(404, "not_found");
        assert_eq!(seen.without_instance(), nothing.without_instance());
    }
    pay(&gateway, &seeded.for_a, &json!({"notice_number": notice, "creditor_tax_code": TAX_CODES[1]}))
        .await
        .is_problem(422, "validation_failed");
    pay(&gateway, &seeded.for_a, &item(&notice, TAX_CODES[1], 12_050)).await.is(201);

    // Another client, with forty questions at once.
    let wrong = item(&notice, TAX_CODES[1], 1);
    let answers = join_all((0..40).map(|_| pay(&gateway, &seeded.other_for_a, &wrong))).await;
    let count = |status: u16| answers.iter().filter(|seen| seen.status == status).count();
    assert_eq!((count(404), count(429)), (30, 10));
    assert!(answers.iter().filter(|seen| seen.status == 429).all(|seen| seen.header("retry-after").is_some()));
}

pub(crate) async fn what_an_item_writes_needs_its_scope_and_stands_once(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let token = gateway.token_with(&seeded.for_a, "&scope=payments:write").await;
    let ask =
        |items: &Value, key: &str| Ask::post("/v1/checkout-sessions").token(&token).json(&session(items)).key(key);
    let inline = json!({"debt_position": crate::support::debt_position("TARI-1")});
    let replacing = json!({"debt_position": crate::support::debt_position("TARI-1"), "if_exists": "replace"});
    let refused = gateway.ask(ask(&json!([replacing]), "one")).await;
    refused.is_problem(403, "insufficient_scope");
    assert!(refused.header("www-authenticate").unwrap().contains("debt-positions:write"));
    let twice = gateway.ask(ask(&json!([inline, inline]), "two")).await;
    twice.is_problem(422, "validation_failed");
    assert_eq!(twice.faults(), [("/line_items/1".to_owned(), "duplicate_item".to_owned())]);
    gateway.ask(ask(&json!([inline]), "three")).await.is(201);
}
