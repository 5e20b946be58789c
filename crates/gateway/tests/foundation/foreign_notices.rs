// SPDX-License-Identifier: AGPL-3.0-or-later
//! Notices of other institutions in a session (rules.md 37): payable only for whoever holds them, and nothing is told
//! to whoever does not.

use serde_json::{Value, json};
use tramite_domain::batch::{Batch, Write};
use tramite_domain::institution::Institution;
use tramite_testkit::Database;

use crate::support::made::debt_position;
use crate::support::portal::text;
use crate::support::{Ask, Seen, TestGateway};

const SESSIONS: &str = "/v1/checkout-sessions";
const POSITIONS: &str = "/v1/debt-positions";

fn session(notice_number: &str, creditor: &str, more: Value) -> Value {
    let mut item = json!({"notice_number": notice_number, "creditor_tax_code": creditor});
    item.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"line_items": [item], "return_url": "https://portale.example.it/esito"})
}

/// From now on whoever holds a notice of the institution may pay it from anywhere.
async fn open_to_holders(gateway: &TestGateway, institution: &Institution) {
    let mut after = institution.clone();
    after.payable_by_notice = true;
    after.version += 1;
    let write = Write::PutInstitution { institution: Box::new(after), expected: Some(institution.version) };
    gateway.gateway.store().system().commit_institution(Batch::new().with(write), None).await.unwrap();
}

#[track_caller]
fn nothing(seen: &Seen) -> Value {
    seen.is_problem(404, "not_found");
    seen.without_instance()
}

pub(crate) async fn a_foreign_notice_is_paid_by_whoever_knows_number_and_amount(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let theirs = gateway.portal(&seeded.for_b).make(POSITIONS, &debt_position("B-1")).await;
    let number = text(&theirs, "/payment_options/0/installments/0/notice_number");
    let expected = |cents: i64| json!({"expected_amount": cents});
    let right = session(&number, "99999000021", expected(12_050));
    let closed = nothing(&portal.post(SESSIONS, &right).await);

    open_to_holders(&gateway, &seeded.b).await;
    let nameless = portal.post(SESSIONS, &session(&number, "99999000021", json!({}))).await;
    nameless.is_problem(422, "validation_failed");
    assert_eq!(nameless.faults(), [("/line_items/0/expected_amount".to_owned(), "required".to_owned())]);
    let unknown = "306000000000000057";
    for (number, creditor, cents) in
        [(number.as_str(), "99999000021", 1), (unknown, "99999000021", 12_050), (&number, "99999000096", 12_050)]
    {
        let seen = portal.post(SESSIONS, &session(number, creditor, expected(cents))).await;
        assert_eq!(nothing(&seen), closed, "unknown, not served, another amount and not allowed look alike");
    }
    let made = portal.make(SESSIONS, &right).await;
    let line = json!({"notice_number": number, "amount": 12050, "status": "open", "anomalies": []});
    assert_eq!((&made["line_items"], &made["amount"]), (&json!([line]), &json!(12_050)));
    gateway
        .portal(&seeded.for_b)
        .post(format!("{POSITIONS}/{}/cancel", text(&theirs, "/id")), &json!({}))
        .await
        .is(200);
    assert_eq!(nothing(&portal.post(SESSIONS, &right).await), closed);
}

pub(crate) async fn after_thirty_misses_a_client_waits_and_its_neighbour_does_not(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let (portal, neighbour) = (gateway.portal(&seeded.for_a), gateway.portal(&seeded.other_for_a));
    open_to_holders(&gateway, &seeded.b).await;
    let theirs = gateway.portal(&seeded.for_b).make(POSITIONS, &debt_position("B-1")).await;
    let number = text(&theirs, "/payment_options/0/installments/0/notice_number");
    let right = session(&number, "99999000021", json!({"expected_amount": 12_050}));
    let wrong = session(&number, "99999000021", json!({"expected_amount": 1}));
    for _ in 0..30 {
        nothing(&portal.post(SESSIONS, &wrong).await);
    }
    for body in [&wrong, &right] {
        let seen = portal.post(SESSIONS, body).await;
        seen.is_problem(429, "rate_limited");
        assert_eq!(seen.header("retry-after"), Some("3600"));
    }
    neighbour.post(SESSIONS, &right).await.is(201);
    // One's own positions have nothing to do with that.
    let own =
        json!({"line_items": [{"debt_position": debt_position("T-1")}], "return_url": "https://portale.example.it/"});
    portal.post(SESSIONS, &own).await.is(201);
    gateway.world.pass(3_600);
    portal.post(SESSIONS, &right).await.is(201);
}

pub(crate) async fn a_client_of_both_institutions_pays_a_notice_of_one_in_a_session_of_the_other(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let theirs = gateway.portal(&seeded.for_b).make(POSITIONS, &debt_position("B-1")).await;
    let number = text(&theirs, "/payment_options/0/installments/0/notice_number");
    let token = gateway.token_with(&seeded.for_both, "&institution=comune-a").await;
    let ask = Ask::post(SESSIONS).json(&session(&number, "99999000021", json!({}))).key("both").token(&token);
    let made = gateway.ask(ask).await.is(201).json();
    let line = json!({"notice_number": number, "amount": 12050, "status": "open", "anomalies": []});
    assert_eq!(made["line_items"], json!([line]), "the session keeps nothing of the other tenant");
}

pub(crate) async fn nothing_of_ones_own_is_found_under_a_wrong_name(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let theirs = gateway.portal(&seeded.for_b).make(POSITIONS, &debt_position("B-1")).await;
    let by_id =
        |id: &str| json!({"line_items": [{"debt_position_id": id}], "return_url": "https://portale.example.it/"});
    let random = nothing(&portal.post(SESSIONS, &by_id("01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e01")).await);
    assert_eq!(nothing(&portal.post(SESSIONS, &by_id(&text(&theirs, "/id"))).await), random);
    let own = session("305000000000000041", "99999000013", json!({}));
    nothing(&portal.post(SESSIONS, &own).await);
}
