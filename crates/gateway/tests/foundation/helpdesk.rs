// SPDX-License-Identifier: AGPL-3.0-or-later
//! Operators who read in an institution in support: for a while, only reading, and never unseen (api.md, Tenancy and tokens).

use serde_json::{Value, json};
use tramite_storage::Scope;
use tramite_testkit::{Database, postgres};
use uuid::Uuid;

use crate::support::seed::{Known, Seeded};
use crate::support::{Ask, Seen, TestGateway};

const REASON: &str = "Ticket 4711: a payment is stuck";

/// What an operator sends to be let in.
fn asking(seeded: &Seeded, seconds: i64) -> Value {
    json!({"institution_id": seeded.a.id, "reason": REASON, "expires_in": seconds})
}

fn add(token: &str, body: &Value) -> Ask {
    Ask::post("/v1/support-accesses").token(token).json(body).key(&Uuid::new_v4().to_string())
}

/// Lets the operator in, and tells the id of the access.
async fn let_in(gateway: &TestGateway, seeded: &Seeded, seconds: i64) -> String {
    // Ids of the same second have no order.
    gateway.world.pass(1);
    let operator = gateway.token(&seeded.operator).await;
    let opened = gateway.ask(add(&operator, &asking(seeded, seconds))).await;
    opened.is(201).json()["id"].as_str().unwrap().to_owned()
}

async fn token_for(gateway: &TestGateway, operator: &Known, institution: impl std::fmt::Display) -> Seen {
    gateway.ask_token(operator, &format!("&institution={institution}")).await
}

async fn read_token(gateway: &TestGateway, seeded: &Seeded) -> String {
    let seen = token_for(gateway, &seeded.operator, seeded.a.id).await;
    assert_eq!(seen.status, 200, "{}", seen.text());
    seen.json()["access_token"].as_str().unwrap().to_owned()
}

fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&data_encoding::BASE64URL_NOPAD.decode(payload.as_bytes()).unwrap()).unwrap()
}

fn services(token: &str) -> Ask {
    Ask::get("/v1/services").token(token)
}

async fn switch(gateway: &TestGateway, seeded: &Seeded, token: &str, allowed: bool) -> Seen {
    let path = format!("/v1/institutions/{}/support-access", seeded.a.id);
    gateway.ask(Ask::put(path).token(token).json(&json!({"allowed": allowed}))).await
}

/// The lines of the trail that tell of reads in support, the newest first.
async fn reads(gateway: &TestGateway, token: &str) -> Vec<Value> {
    let seen = gateway.ask(Ask::get("/v1/audit?action=support.read").token(token)).await;
    seen.is(200).json()["items"].as_array().unwrap().clone()
}

async fn told(gateway: &TestGateway, seeded: &Seeded) -> Vec<String> {
    let store = gateway.gateway.store();
    store.system().publish_feed(1_000).await.unwrap();
    let feed = store.feed(&Scope::of_node(seeded.a.id), 0, 1_000).await.unwrap();
    let of_support = feed.into_iter().filter(|one| one.event.kind.name() == "support_access.updated");
    of_support.map(|one| one.event.data.status.unwrap()).collect()
}

pub(crate) async fn an_operator_reads_in_one_institution_and_each_read_is_in_its_trail(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let mut seeded = gateway.seed().await;
    gateway.make_one_of_each(&mut seeded).await;
    let refused = token_for(&gateway, &seeded.operator, seeded.b.id).await;
    assert_eq!((refused.status, refused.json()["error"].as_str()), (400, Some("invalid_target")));

    let id = seeded.made["support-accesses"].clone();
    assert_eq!(told(&gateway, &seeded).await, ["active"]);
    for name in [seeded.a.id.to_string(), seeded.a.code.to_string(), seeded.a.tax_code.to_string()] {
        assert_eq!(token_for(&gateway, &seeded.operator, name).await.status, 200);
    }
    let token = read_token(&gateway, &seeded).await;
    let said = claims(&token);
    assert_eq!(said["act"], json!({"sub": seeded.operator.id, "support_access": id}));
    assert_eq!(
        (said["sub"].as_str(), said["institution"].as_str()),
        (Some(seeded.operator.id.to_string().as_str()), Some(seeded.a.id.to_string().as_str()))
    );
    let scopes = said["scope"].as_str().unwrap().to_owned();
    assert!(scopes.split(' ').all(|scope| scope.ends_with(":read")) && !scopes.contains("platform"), "{scopes}");

    // Everything of the institution is seen, the sessions of its clients too; nothing of it can be changed.
    let position = &seeded.made["debt-positions"];
    let session = &seeded.made["checkout-sessions"];
    for path in [format!("debt-positions/{position}"), format!("checkout-sessions/{session}"), "receipts".to_owned()] {
        gateway.ask(Ask::get(format!("/v1/{path}")).token(&token)).await.is(200);
        gateway.world.pass(1);
    }
    let search = json!({"debtor_tax_code": "RSSMRA85T10A562S"});
    gateway.ask(Ask::post("/v1/debt-positions/search").token(&token).json(&search)).await.is(200);
    gateway.world.pass(1);
    let cancel = Ask::post(format!("/v1/debt-positions/{position}/cancel")).token(&token).json(&json!({})).key("c");
    gateway.ask(cancel).await.is_problem(403, "insufficient_scope");
    gateway.ask(Ask::get("/v1/clients").token(&token)).await.is_problem(403, "insufficient_scope");
    assert_eq!(switch(&gateway, &seeded, &token, true).await.status, 403);
    // Whatever a caller writes into a path, no person is named in the trail.
    gateway.ask(Ask::get("/v1/services/RSSMRA85T10A562S").token(&token)).await.is_problem(404, "not_found");

    let institution = gateway.token(&seeded.for_a).await;
    let trail = reads(&gateway, &institution).await;
    let subjects: Vec<&str> = trail.iter().rev().map(|line| line["subject"].as_str().unwrap()).collect();
    let expected = [
        format!("GET /v1/debt-positions/{position}"),
        format!("GET /v1/checkout-sessions/{session}"),
        "GET /v1/receipts".to_owned(),
        "POST /v1/debt-positions/search".to_owned(),
        "GET /v1/services/?".to_owned(),
    ];
    assert_eq!(subjects, expected);
    for line in &trail {
        assert_eq!(line["client_id"], json!(seeded.operator.id));
        assert_eq!(line["reason"], json!(format!("support_access/{id}")));
    }
    let opened = "/v1/audit?limit=500&action=support_access.opened";
    let opened = gateway.ask(Ask::get(opened).token(&institution)).await.is(200).json();
    assert_eq!(opened["items"][0]["subject"], json!(format!("support_access/{id}")));
    assert_eq!(opened["items"][0]["reason"], "Ticket 4711");
    let (first, second) = (&trail[0], &trail[1]);
    let before = format!("/v1/audit?action=support.read&limit=1&to={}", second["at"].as_str().unwrap());
    let page = gateway.ask(Ask::get(before).token(&institution)).await.is(200).json();
    assert_ne!(page["items"][0]["id"], first["id"]);
    // Page by page nothing is skipped nor told twice.
    let (mut walked, mut path) = (Vec::new(), "/v1/audit?action=support.read&limit=2".to_owned());
    loop {
        let page = gateway.ask(Ask::get(&path).token(&institution)).await.is(200).json();
        walked.extend(page["items"].as_array().unwrap().clone());
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/audit?action=support.read&limit=2&cursor={cursor}");
    }
    assert_eq!(walked, trail);
}

pub(crate) async fn support_sees_neither_the_citizens_key_nor_the_messages_of_the_node(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let mut seeded = gateway.seed().await;
    gateway.make_one_of_each(&mut seeded).await;
    let (owner, reader) = (gateway.token(&seeded.for_a).await, read_token(&gateway, &seeded).await);
    let session = format!("/v1/checkout-sessions/{}", seeded.made["checkout-sessions"]);
    let receipt = format!("/v1/receipts/{}", seeded.made["receipts"]);
    // Whoever opens the address of a session pays as the citizen, and comes back as the citizen.
    assert!(gateway.ask(Ask::get(&session).token(&owner)).await.is(200).json()["url"].is_string());
    let list = gateway.ask(Ask::get("/v1/checkout-sessions").token(&reader)).await.is(200).json();
    for seen in [gateway.ask(Ask::get(&session).token(&reader)).await.is(200).json(), list["items"][0].clone()] {
        assert!(seen["status"].is_string() && seen.get("url").is_none(), "{seen}");
    }
    let as_message = |token: &str| Ask::get(&receipt).token(token).header("Accept", "application/xml");
    gateway.ask(as_message(&owner)).await.is(200);
    gateway.ask(as_message(&reader)).await.is_problem(403, "insufficient_scope");
    gateway.ask(Ask::get(&receipt).token(&reader)).await.is(200);
}

pub(crate) async fn who_is_no_operator_with_the_scope_lets_nobody_in(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let operator = gateway.token(&seeded.operator).await;
    let body = asking(&seeded, 3_600);
    for token in [
        gateway.token_with(&seeded.operator, "&scope=platform:read platform:write").await,
        gateway.token(&seeded.for_a).await,
    ] {
        gateway.ask(add(&token, &body)).await.is_problem(403, "insufficient_scope");
    }
    for (change, pointer, code) in [
        (json!({"reason": "chiesto da RSSMRA85T10A562S"}), "/reason", "personal_data_in_text"),
        (json!({"reason": " "}), "/reason", "invalid_text"),
        (json!({"expires_in": 28_801}), "/expires_in", "above_maximum"),
        (json!({"expires_in": 59}), "/expires_in", "below_minimum"),
        (json!({"institution_id": Uuid::now_v7()}), "/institution_id", "unknown_institution"),
    ] {
        let mut wrong = body.clone();
        wrong.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let refused = gateway.ask(add(&operator, &wrong)).await;
        refused.is_problem(422, "validation_failed");
        assert_eq!(refused.faults(), [(pointer.to_owned(), code.to_owned())]);
    }
    // An access is one operator's: neither another operator nor a client takes a token with it.
    let id = let_in(&gateway, &seeded, 3_600).await;
    let other = gateway.client(tramite_domain::access::ClientKind::Operator, &[]).await;
    for client in [&other, &seeded.for_b] {
        assert_eq!(token_for(&gateway, client, seeded.a.id).await.json()["error"], "invalid_target");
    }
    let asked = gateway.ask_token(&seeded.operator, &format!("&institution={}&scope=platform:read", seeded.a.id)).await;
    assert_eq!(asked.json()["error"], "invalid_scope");
    // The same request again is the same access.
    gateway.world.pass(1);
    let once = add(&operator, &body);
    let first = gateway.ask(once.clone()).await.is(201).json()["id"].clone();
    assert_eq!(gateway.ask(once).await.is(201).json()["id"], first);
    // The institution sees it, its neighbour does not, and neither does a token for some services.
    let path = format!("/v1/support-accesses/{id}");
    let shown = gateway.ask(Ask::get(&path).token(&gateway.token(&seeded.for_a).await)).await;
    let shown = shown.is(200).json();
    assert_eq!((shown["reason"].as_str(), shown["client_name"].as_str()), (Some(REASON), Some("Un client")));
    for client in [&seeded.for_b, &seeded.narrow] {
        let token = gateway.token(client).await;
        gateway.ask(Ask::get(&path).token(&token)).await.is_problem(404, "not_found");
        gateway.ask(Ask::delete(&path).token(&token)).await.is_problem(404, "not_found");
        assert_eq!(gateway.ask(Ask::get("/v1/support-accesses").token(&token)).await.json()["items"], json!([]));
        assert_eq!(switch(&gateway, &seeded, &token, false).await.status, 404);
    }
    gateway.ask(services(&read_token(&gateway, &seeded).await)).await.is(200);
    let all = gateway.ask(Ask::get("/v1/support-accesses?limit=1").token(&operator)).await.is(200).json();
    let rest = format!("/v1/support-accesses?cursor={}", all["next_cursor"].as_str().unwrap());
    assert_eq!(gateway.ask(Ask::get(rest).token(&operator)).await.json()["items"][0]["id"], json!(id));
}

pub(crate) async fn an_access_ends_by_its_time_by_hand_or_with_support_itself(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let (institution, twin) = (gateway.token(&seeded.for_a).await, gateway.twin().await);
    let dead = async |at: &TestGateway, token: &str| at.ask(services(token)).await.is_problem(401, "invalid_token");

    // By its time: the token says so, and no clock is a minute late.
    let_in(&gateway, &seeded, 120).await;
    let given = token_for(&gateway, &seeded.operator, seeded.a.id).await.json();
    assert_eq!(given["expires_in"], 120);
    let token = given["access_token"].as_str().unwrap().to_owned();
    let said = claims(&token);
    assert_eq!(said["exp"].as_i64().unwrap() - said["iat"].as_i64().unwrap(), 120);
    for process in [&gateway, &twin] {
        process.ask(services(&token)).await.is(200);
    }
    gateway.world.pass(119);
    gateway.ask(services(&token)).await.is(200);
    gateway.world.pass(1);
    dead(&gateway, &token).await;
    dead(&twin, &token).await;
    assert_eq!(token_for(&gateway, &seeded.operator, seeded.a.id).await.json()["error"], "invalid_target");

    // By hand, of the institution or of an operator: at once here, within a minute in every process.
    let operator = gateway.token(&seeded.operator).await;
    for ender in [&institution, &operator] {
        let id = let_in(&gateway, &seeded, 3_600).await;
        let token = read_token(&gateway, &seeded).await;
        for process in [&gateway, &twin] {
            process.ask(services(&token)).await.is(200);
        }
        let path = format!("/v1/support-accesses/{id}");
        let etag = gateway.ask(Ask::get(&path).token(ender)).await.header("etag").unwrap().to_owned();
        let stale = Ask::delete(&path).token(ender).header("If-Match", "\"9-active\"");
        gateway.ask(stale).await.is_problem(412, "precondition_failed");
        gateway.world.pass(1);
        gateway.ask(Ask::delete(&path).token(ender).header("If-Match", &etag)).await.is(204);
        gateway.ask(Ask::delete(&path).token(ender)).await.is(204);
        dead(&gateway, &token).await;
        twin.world.pass(60);
        dead(&twin, &token).await;
        let shown = gateway.ask(Ask::get(&path).token(ender)).await.is(200).json();
        assert_eq!((shown["status"].as_str(), shown["ended_at"].is_string()), (Some("ended"), true));
    }
    assert_eq!(told(&gateway, &seeded).await, ["active", "active", "ended", "active", "ended"]);

    // With support itself: what was open does not come back when support does.
    let id = let_in(&gateway, &seeded, 3_600).await;
    let token = read_token(&gateway, &seeded).await;
    twin.ask(services(&token)).await.is(200);
    assert_eq!(switch(&gateway, &seeded, &institution, false).await.is(200).json()["support_access"], false);
    dead(&gateway, &token).await;
    twin.world.pass(60);
    dead(&twin, &token).await;
    gateway.ask(add(&operator, &asking(&seeded, 3_600))).await.is_problem(409, "support_access_off");
    assert_eq!(token_for(&gateway, &seeded.operator, seeded.a.id).await.json()["error"], "invalid_target");
    switch(&gateway, &seeded, &gateway.token(&seeded.for_a).await, true).await.is(200);
    gateway.world.pass(60);
    dead(&gateway, &token).await;
    let path = format!("/v1/support-accesses/{id}");
    let operator = gateway.token(&seeded.operator).await;
    assert_eq!(gateway.ask(Ask::get(path).token(&operator)).await.is(200).json()["status"], "ended");
    let_in(&gateway, &seeded, 3_600).await;
}

pub(crate) async fn a_suspended_institution_or_a_revoked_operator_ends_reading_too(database: Database) {
    use tramite_domain::access::ClientStatus;
    use tramite_domain::institution::InstitutionStatus;

    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let_in(&gateway, &seeded, 28_800).await;
    let token = read_token(&gateway, &seeded).await;
    gateway.ask(services(&token)).await.is(200);
    gateway.change_institution(seeded.a.id, |one| one.status = InstitutionStatus::Suspended).await;
    gateway.ask(services(&token)).await.is_problem(401, "invalid_token");
    let operator = gateway.token(&seeded.operator).await;
    let again = gateway.ask(add(&operator, &asking(&seeded, 60))).await;
    again.is_problem(409, "institution_not_active");
    gateway.change_institution(seeded.a.id, |one| one.status = InstitutionStatus::Active).await;
    gateway.ask(services(&token)).await.is(200);
    // Another operator stays, for the last one cannot be revoked.
    gateway.client(tramite_domain::access::ClientKind::Operator, &[]).await;
    gateway.change_client(seeded.operator.id, |one| one.status = ClientStatus::Revoked).await;
    gateway.ask(services(&token)).await.is_problem(401, "invalid_token");
}

pub(crate) async fn a_read_that_cannot_be_written_down_is_not_made(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let_in(&gateway, &seeded, 3_600).await;
    let token = read_token(&gateway, &seeded).await;
    let institution = gateway.token(&seeded.for_a).await;
    gateway.ask(services(&token)).await.is(200);
    database_refuses_lines(&database);
    let refused = gateway.ask(services(&token)).await;
    assert!(refused.status >= 500 && !refused.text().contains("TARI"), "{}", refused.text());
    gateway.ask(services(&institution)).await.is(200);
    assert_eq!(reads(&gateway, &institution).await.len(), 1);
}

/// From now on the trail takes no line: what a full disk or a broken table would do.
fn database_refuses_lines(database: &Database) {
    let name = database.url().rsplit('/').next().unwrap();
    postgres::cluster().unwrap().psql(name, "REVOKE INSERT ON audit FROM tramite_app");
}
