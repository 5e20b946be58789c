// SPDX-License-Identifier: AGPL-3.0-or-later
//! Acting once (reliability.md 8 and 9), on the routes of operators.

use futures_util::future::join_all;
use serde_json::{Value, json};
use tramite_domain::access::ClientKind;
use tramite_testkit::Database;

use crate::support::seed::IBAN;
use crate::support::{Ask, TestGateway, debt_position};

fn institution(code: &str, tax_code: &str) -> Value {
    json!({
        "code": code, "tax_code": tax_code, "display_name": "Comune Nuovo", "status": "draft",
        "accounts": [{"id": "main", "iban": IBAN}],
    })
}

pub(crate) async fn the_same_key_gives_the_same_answer_and_another_body_is_refused(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let token = gateway.token(&seeded.operator).await;
    let body = institution("comune-nuovo", "99999000047");
    let post = |body: &Value| Ask::post("/v1/institutions").token(&token).json(body);
    gateway.ask(post(&body)).await.is_problem(400, "idempotency_key_required");
    gateway.ask(post(&body).key("due parole")).await.is_problem(400, "idempotency_key_required");
    let first = gateway.ask(post(&body).key("k1")).await;
    first.is(201);
    assert!(first.header("idempotent-replayed").is_none());
    let turned =
        body.to_string().replace("\"code\":\"comune-nuovo\",", "").replacen('{', "{\"code\":\"comune-nuovo\", ", 1);
    let again = Ask::post("/v1/institutions").token(&token).bytes("application/json", turned).key("k1");
    let again = gateway.ask(again).await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (201, Some("true")));
    assert_eq!(again.body, first.body);
    for name in ["location", "etag"] {
        assert_eq!(again.header(name), first.header(name), "{name}");
    }
    gateway.ask(post(&institution("altro", "99999000048")).key("k1")).await.is_problem(422, "idempotency_key_reused");
    let twin = gateway.ask(post(&body).key("k2")).await;
    twin.is_problem(409, "institution_taken");
    assert_eq!(twin.json()["existing_id"], first.json()["id"]);
    // Only what succeeded is kept: after a refusal the same key may carry the corrected request.
    let wrong = institution("-", "99999000049");
    gateway.ask(post(&wrong).key("k3")).await.is_problem(422, "validation_failed");
    gateway.ask(post(&institution("comune-terzo", "99999000049")).key("k3")).await.is(201);
}

pub(crate) async fn a_path_is_the_same_however_its_characters_are_escaped(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let token = gateway.token(&seeded.for_a).await;
    let position = Ask::post("/v1/debt-positions").token(&token).json(&debt_position("TARI-1")).key("k0");
    let made = gateway.ask(position).await.json();
    let id = made["id"].as_str().unwrap();
    let cancel = |id: &str| {
        gateway.ask(Ask::post(format!("/v1/debt-positions/{id}/cancel")).token(&token).json(&json!({})).key("k1"))
    };
    let escaped = id.replacen('-', "%2D", 1);
    let done = cancel(&escaped).await;
    assert_eq!((done.status, done.header("idempotent-replayed")), (200, None), "{}", done.text());
    for spelling in [id, &escaped, &escaped.to_lowercase()] {
        let again = cancel(spelling).await;
        assert_eq!((again.status, again.header("idempotent-replayed")), (200, Some("true")), "{spelling}");
        assert_eq!(again.body, done.body, "{spelling}");
    }
    // What stands for itself in a path has one spelling.
    let token = gateway.token(&seeded.operator).await;
    let elsewhere = Ask::post("/v1/%69nstitutions").token(&token).json(&institution("comune-nuovo", "99999000047"));
    gateway.ask(elsewhere.key("k1")).await.is_problem(404, "not_found");
}

pub(crate) async fn twenty_twins_register_one_institution(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let token = gateway.token(&seeded.operator).await;
    let body = institution("comune-nuovo", "99999000047");
    let asks = (0..20).map(|_| gateway.ask(Ask::post("/v1/institutions").token(&token).json(&body).key("one")));
    let answers = join_all(asks).await;
    let made: Vec<_> = answers.iter().filter(|seen| seen.header("idempotent-replayed").is_none()).collect();
    let statuses: Vec<u16> = answers.iter().map(|seen| seen.status).collect();
    assert!(statuses.iter().all(|status| *status == 201), "{statuses:?}");
    assert_eq!(made.len(), 1);
    assert!(answers.iter().all(|seen| seen.body == made[0].body));
    let list = gateway.ask(Ask::get("/v1/institutions").token(&token)).await.json();
    assert_eq!(list["items"].as_array().unwrap().len(), 3);
}

pub(crate) async fn a_secret_is_shown_once_and_no_replay_shows_it(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let token = gateway.token(&seeded.operator).await;
    let body = json!({
        "kind": "application", "display_name": "Portale",
        "delegations": [{"institution_id": seeded.a.id.to_string(), "scopes": ["services:read"]}],
    });
    let post = || Ask::post("/v1/clients").token(&token).json(&body).key("one");
    let first = gateway.ask(post()).await;
    first.is(201);
    let secret = first.json()["secret"]["client_secret"].as_str().unwrap().to_owned();
    let again = gateway.ask(post()).await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (201, Some("true")));
    assert_eq!(again.json()["client"], first.json()["client"]);
    assert_eq!(again.json()["secret"]["secret_shown"], true);
    assert!(!again.text().contains(&secret));
    let shown = gateway.ask(Ask::get(first.header("location").unwrap()).token(&token)).await;
    assert!(shown.is(200).json()["secrets"][0]["live"] == true && !shown.text().contains(&secret));
    let known =
        crate::support::seed::Known { id: first.json()["client"]["id"].as_str().unwrap().parse().unwrap(), secret };
    assert_eq!(gateway.ask_token(&known, "").await.json()["scope"], "services:read");
}

pub(crate) async fn two_operators_may_use_the_same_key(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let other = gateway.client(ClientKind::Operator, &[]).await;
    for (client, code, tax_code) in [(&seeded.operator, "uno", "99999000047"), (&other, "due", "99999000048")] {
        let token = gateway.token(client).await;
        let ask = Ask::post("/v1/institutions").token(&token).json(&institution(code, tax_code)).key("same");
        let seen = gateway.ask(ask).await;
        assert_eq!((seen.status, seen.header("idempotent-replayed")), (201, None), "{}", seen.text());
    }
}
