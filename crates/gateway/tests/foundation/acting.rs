// SPDX-License-Identifier: AGPL-3.0-or-later
//! Who acts for an institution, and for how much of it.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tramite_domain::ident::ServiceCode;
use tramite_storage::Scope;
use tramite_testkit::Database;

use crate::support::{Ask, TestGateway, debt_position};

pub(crate) async fn an_institution_sees_who_acts_for_it_and_ends_a_delegation(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let twin = gateway.twin().await;
    let token = gateway.token(&seeded.for_a).await;
    let ended = gateway.token(&seeded.other_for_a).await;
    let list = gateway.ask(Ask::get("/v1/delegations?limit=2").token(&token)).await.is(200).json();
    let cursor = list["next_cursor"].as_str().unwrap();
    let rest = gateway.ask(Ask::get(format!("/v1/delegations?cursor={cursor}")).token(&token)).await.is(200).json();
    let all: Vec<Value> = [&list, &rest].iter().flat_map(|page| page["items"].as_array().unwrap().clone()).collect();
    assert_eq!(all.len(), 4, "A and no other: {all:?}");
    let of = |id: String| all.iter().find(|one| one["client_id"] == id).unwrap().clone();
    let narrow = of(seeded.narrow.id.to_string());
    assert_eq!((&narrow["service_codes"], &narrow["client_name"]), (&json!(["MENSA"]), &json!("Un client")));
    assert_eq!(narrow["return_origins"], json!(["https://portale.example.it"]));
    // A client for some services sees what it may do itself, and cannot end what others do.
    let confined = gateway.token(&seeded.narrow).await;
    let seen = gateway.ask(Ask::get("/v1/delegations").token(&confined)).await.is(200).json();
    assert_eq!(seen["items"], json!([narrow]));

    let other = of(seeded.other_for_a.id.to_string());
    let path = format!("/v1/delegations/{}", other["id"].as_str().unwrap());
    let shown = gateway.ask(Ask::get(&path).token(&token)).await;
    assert_eq!(shown.is(200).json(), other);
    let etag = shown.header("etag").unwrap().to_owned();
    twin.ask(Ask::get("/v1/services").token(&ended)).await.is(200);
    gateway.ask(Ask::delete(&path).token(&confined)).await.is_problem(404, "not_found");
    let stale = Ask::delete(&path).token(&token).header("If-Match", "\"9-active\"");
    gateway.ask(stale).await.is_problem(412, "precondition_failed");
    gateway.ask(Ask::delete(&path).token(&token).header("If-Match", &etag)).await.is(204);
    gateway.ask(Ask::delete(&path).token(&token)).await.is(204);
    gateway.ask(Ask::get("/v1/services").token(&ended)).await.is_problem(401, "invalid_token");
    twin.world.pass(60);
    twin.ask(Ask::get("/v1/services").token(&ended)).await.is_problem(401, "invalid_token");
    let shown = gateway.ask(Ask::get(&path).token(&token)).await;
    assert_eq!(shown.is(200).json()["status"], "ended");
    assert_ne!(shown.header("etag"), Some(etag.as_str()));
    gateway.gateway.store().system().publish_feed(100).await.unwrap();
    let feed = gateway.gateway.store().feed(&Scope::of_node(seeded.a.id), 0, 100).await.unwrap();
    let told = feed.iter().filter(|one| one.event.data.status.as_deref() == Some("ended")).count();
    assert_eq!(told, 1, "one event, though it was ended twice");
}

pub(crate) async fn the_token_of_the_largest_delegation_is_read(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let codes: BTreeSet<ServiceCode> =
        (0..100).map(|at| format!("{at:_>64}").replace('_', "S").parse().unwrap()).collect();
    assert!(codes.len() == 100 && codes.iter().all(|code| code.as_str().len() == 64));
    let texts: Vec<&str> = codes.iter().map(ServiceCode::as_str).collect();
    let operator = gateway.token(&seeded.operator).await;
    let path = format!("/v1/clients/{}/delegations/{}", seeded.for_a.id, seeded.a.id);
    let scopes: Vec<&str> = crate::support::seed::tenant_scopes().iter().map(|scope| scope.name()).collect();
    let terms = |codes: &[&str]| json!({"scopes": scopes, "service_codes": codes, "status": "active"});
    let put = |codes: &[&str]| Ask::put(&path).token(&operator).json(&terms(codes));
    gateway.ask(put(&texts)).await.is(200);
    let more = [texts.as_slice(), &["TARI"]].concat();
    gateway.ask(put(&more)).await.is_problem(422, "validation_failed");
    let token = gateway.token(&seeded.for_a).await;
    assert!(token.len() > 8_000, "{}", token.len());
    gateway.ask(Ask::get("/v1/services").token(&token)).await.is(200);
}

pub(crate) async fn a_replay_tells_nothing_of_a_service_that_was_taken_away(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let token = gateway.token(&seeded.for_a).await;
    let position = Ask::post("/v1/debt-positions").token(&token).json(&debt_position("TARI-1")).key("position");
    let items = json!({
        "line_items": [{"debt_position": debt_position("TARI-2")}], "return_url": "https://portale.example.it/",
    });
    let session = Ask::post("/v1/checkout-sessions").token(&token).json(&items).key("session");
    for ask in [&position, &session] {
        gateway.ask(ask.clone()).await.is(201);
        assert_eq!(gateway.ask(ask.clone()).await.is(201).header("idempotent-replayed"), Some("true"));
    }
    let mensa = BTreeSet::from(["MENSA".parse().unwrap()]);
    gateway.change_client(seeded.for_a.id, |client| client.delegations[0].service_codes = Some(mensa)).await;
    for ask in [position, session] {
        gateway.ask(ask).await.is_problem(404, "not_found");
    }
}

pub(crate) async fn an_action_tells_what_is_not_there_before_what_is_wrong_with_its_body(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let token = gateway.token(&seeded.for_a).await;
    let made = Ask::post("/v1/debt-positions").token(&token).json(&debt_position("TARI-1")).key("made");
    let id = gateway.ask(made).await.is(201).json()["id"].as_str().unwrap().to_owned();
    let nothing = uuid::Uuid::new_v4();
    let wrong = json!({"unknown": 1});
    for action in ["publish", "cancel", "reopen"] {
        let at =
            |id: &str| Ask::post(format!("/v1/debt-positions/{id}/{action}")).token(&token).json(&wrong).key(action);
        gateway.ask(at(&nothing.to_string())).await.is_problem(404, "not_found");
        gateway.ask(at(&id).header("If-Match", "\"0-x\"")).await.is_problem(422, "validation_failed");
        gateway.ask(at(&id)).await.is_problem(422, "validation_failed");
    }
    let act = |action: &str, body: &Value| {
        Ask::post(format!("/v1/debt-positions/{id}/{action}"))
            .token(&token)
            .json(body)
            .key(&uuid::Uuid::new_v4().to_string())
    };
    gateway.ask(act("cancel", &json!({}))).await.is(200);
    let named = gateway.ask(act("reopen", &json!({"reason": "chiesto da RSSMRA85T10A562S"}))).await;
    named.is_problem(422, "validation_failed");
    assert_eq!(named.faults(), [("/reason".to_owned(), "personal_data_in_text".to_owned())]);
    gateway.ask(act("reopen", &json!({"reason": "per errore"}))).await.is(200);
    let state = json!({
        "line_items": [{"debt_position_id": id}], "return_url": "https://portale.example.it/", "state": "m@example.org",
    });
    let session = Ask::post("/v1/checkout-sessions").token(&token).json(&state).key("state");
    assert_eq!(gateway.ask(session).await.faults(), [("/state".to_owned(), "personal_data_in_text".to_owned())]);
}

pub(crate) async fn operators_have_a_listener_of_their_own_where_they_want_one(database: Database) {
    let gateway = TestGateway::with(&database, |settings| settings.platform_apart = true).await;
    let seeded = gateway.seed().await;
    let platform = gateway.at_platform().await;
    // Tokens are taken on either.
    let operator = gateway.token(&seeded.operator).await;
    assert!(!platform.token(&seeded.operator).await.is_empty());
    let tenant = gateway.token(&seeded.for_a).await;
    let institution = format!("/v1/institutions/{}", seeded.a.id);
    let put = |token: &str| Ask::put(&institution).token(token).json(&json!({}));
    for (ask, here, there) in [
        (Ask::get("/v1/clients").token(&operator), 404, 200),
        (Ask::get("/v1/clients"), 404, 401),
        (put(&operator), 404, 422),
        (Ask::get(&institution).token(&operator), 200, 200),
        (Ask::get("/v1/services").token(&tenant), 200, 404),
        (Ask::get("/status"), 200, 200),
        (Ask::get("/.well-known/jwks.json"), 200, 200),
        (Ask::get("/docs"), 303, 404),
        (Ask::get("/s/abc"), 404, 404),
        (Ask::new(actix_web::http::Method::DELETE, "/v1/services").token(&tenant), 405, 404),
    ] {
        let seen = [gateway.ask(ask.clone()).await.status, platform.ask(ask.clone()).await.status];
        assert_eq!(seen, [here, there], "{ask:?}");
    }
    let nothing = gateway.ask(Ask::get("/v1/nothing")).await;
    assert_eq!(gateway.ask(Ask::get("/v1/clients")).await.without_instance(), nothing.without_instance());
}

pub(crate) async fn two_processes_that_start_on_an_empty_database_use_the_same_keys(database: Database) {
    let store = crate::support::store(&database).await;
    let (one, two) =
        futures_util::future::join(TestGateway::over(store.clone()), TestGateway::over(store.clone())).await;
    let (one, two) = (one.gateway, two.gateway);
    let keys = one.keys().public_jwks();
    assert_eq!(keys, two.keys().public_jwks());
    assert_eq!(keys["keys"].as_array().unwrap().len(), 2, "one for each purpose");
    let session = tramite_domain::ids::SessionId::new(uuid::Uuid::now_v7());
    assert_eq!(one.keys().session_token(session).unwrap(), two.keys().session_token(session).unwrap());
    assert_eq!(store.system().signing_keys().await.unwrap().len(), 3);
}
