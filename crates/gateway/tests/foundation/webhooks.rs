// SPDX-License-Identifier: AGPL-3.0-or-later
//! Endpoints of webhooks over the API (api.md, Events). What is sent to them is the worker's to prove.

use serde_json::{Value, json};
use tramite_domain::given::World;
use tramite_storage::{AuditFilter, PageRequest, Scope};
use tramite_testkit::Database;

use crate::support::portal::{holds, text};
use crate::support::{Ask, TestGateway};

const ENDPOINTS: &str = "/v1/webhook-endpoints";

fn at(port: u16) -> Value {
    json!({"url": format!("https://gestionale.example.it:{port}/tramite"), "event_types": ["installment.paid"]})
}

pub(crate) async fn an_endpoint_is_made_changed_tested_and_ended_by_its_client_alone(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let made = portal.post(ENDPOINTS, &at(8443)).await;
    made.is(201);
    let endpoint = made.json()["endpoint"].clone();
    holds(&endpoint, &json!({"status": "pending", "live_secrets": 1, "event_types": ["installment.paid"]}));
    let place = format!("{ENDPOINTS}/{}", text(&endpoint, "/id"));
    assert_eq!(made.header("location"), Some(place.as_str()));
    let etag = made.header("etag").unwrap().to_owned();
    assert_eq!(portal.get(&place).await.header("etag"), Some(etag.as_str()));
    assert_eq!(portal.ids(ENDPOINTS).await, [text(&endpoint, "/id")]);
    let deliveries = format!("{place}/deliveries");
    let first = portal.get(&deliveries).await.is(200).json();
    holds(&first["items"][0], &json!({"type": "webhook_endpoint.test", "status": "pending", "attempts": 0}));
    // At the same address nothing has to be tested anew; at another it has.
    let same = json!({"url": at(8443)["url"], "description": "Contabilità"});
    let replaced = portal.ask(Ask::put(&place).json(&same).header("If-Match", &etag)).await;
    holds(&replaced.is(200).json(), &json!({"description": "Contabilità", "version": 2}));
    assert!(replaced.json().get("event_types").is_none(), "everything");
    portal.ask(Ask::put(&place).json(&at(9443)).header("If-Match", &etag)).await.is_problem(412, "precondition_failed");
    portal.put(&place, &at(9443)).await.is(200);
    let test = portal.post(format!("{place}/test"), &json!({})).await.is(201).json();
    let listed = portal.get(&deliveries).await.is(200).json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 3);
    assert!(listed["items"].as_array().unwrap().iter().any(|one| one["event_id"] == test["event_id"]));
    for (query, count) in [("status=pending", 3), ("status=delivered", 0), ("type=installment.paid", 0)] {
        let found = portal.get(format!("{deliveries}?{query}")).await.is(200).json();
        assert_eq!(found["items"].as_array().unwrap().len(), count, "{query}");
    }
    portal.get(format!("{deliveries}?status=lost")).await.is_problem(422, "invalid_parameter");
    let again = format!("{place}/redeliver");
    for (body, pointer) in [
        (json!({"from": "2026-09-01T00:00:00Z"}), "/to"),
        (json!({"from": "2026-09-02T00:00:00Z", "to": "2026-09-01T00:00:00Z"}), "/to"),
        (json!({"event_id": test["event_id"], "to": "2026-09-01T00:00:00Z"}), "/event_id"),
    ] {
        let refused = portal.post(&again, &body).await;
        refused.is_problem(422, "validation_failed");
        assert_eq!(refused.faults()[0].0, pointer, "{body}");
    }
    let none = portal.post(&again, &json!({})).await.is(200).json();
    assert_eq!(none, json!({"deliveries": 0, "more": false}));
    portal.post(&again, &json!({"event_id": gateway.world.id()})).await.is_problem(404, "not_found");
    portal.ask(Ask::delete(&place)).await.is(204);
    portal.get(&place).await.is_problem(404, "not_found");
    portal.get(&deliveries).await.is_problem(404, "not_found");
    let trail = gateway
        .gateway
        .store()
        .audit_lines(&Scope::of_node(seeded.a.id), &AuditFilter::default(), &PageRequest::first(100))
        .await
        .unwrap();
    let actions: Vec<&str> =
        trail.items.iter().map(|line| line.action.as_str()).filter(|name| name.starts_with("webhook")).collect();
    for action in ["added", "replaced", "tested", "redelivered", "ended"] {
        assert!(actions.contains(&format!("webhook_endpoint.{action}").as_str()), "{action} in {actions:?}");
    }
}

pub(crate) async fn a_secret_is_shown_once_and_two_of_them_live(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let made = portal.post_as("make", ENDPOINTS, &at(8443)).await.is(201).json();
    let secret = text(&made, "/secret");
    assert!(secret.starts_with("whsec_"));
    let replay = portal.post_as("make", ENDPOINTS, &at(8443)).await;
    assert_eq!(replay.header("idempotent-replayed"), Some("true"));
    holds(&replay.json(), &json!({"endpoint": made["endpoint"], "secret_shown": true}));
    assert!(!replay.text().contains("whsec_"));
    let place = format!("{ENDPOINTS}/{}", text(&made, "/endpoint/id"));
    for turn in ["one", "two"] {
        let other = portal.post_as(turn, format!("{place}/secrets"), &json!({})).await.is(201).json();
        assert_ne!(text(&other, "/secret"), secret);
        let replay = portal.post_as(turn, format!("{place}/secrets"), &json!({})).await;
        assert_eq!(replay.json(), json!({"secret_shown": true}));
        let seen = portal.get(&place).await;
        holds(&seen.json(), &json!({"live_secrets": 2}));
        assert!(!seen.text().contains("whsec_"));
    }
}

pub(crate) async fn only_addresses_of_the_world_are_told_and_ten_of_them(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    for wrong in [
        "http://169.254.169.254/latest/meta-data",
        "https://169.254.169.254/",
        "https://10.1.2.3/",
        "https://[::ffff:10.0.0.1]/",
        "https://gestionale.example.it:5432/",
        "https://gestionale.example.it:22/",
        "http://gestionale.example.it/",
        "https://db.internal/",
        "https://user@gestionale.example.it/",
    ] {
        let refused = portal.post(ENDPOINTS, &json!({"url": wrong})).await;
        refused.is_problem(422, "validation_failed");
        assert_eq!(refused.faults(), [("/url".to_owned(), "address_not_allowed".to_owned())], "{wrong}");
    }
    portal.post(ENDPOINTS, &json!({"url": "file:///etc/passwd"})).await.is_problem(422, "validation_failed");
    let unknown = json!({"url": "https://gestionale.example.it/", "event_types": ["webhook_endpoint.test"]});
    portal.post(ENDPOINTS, &unknown).await.is_problem(422, "validation_failed");
    for port in 0..10 {
        portal.post(ENDPOINTS, &at(8_000 + port)).await.is(201);
    }
    portal.post(ENDPOINTS, &at(8_443)).await.is_problem(409, "webhook_endpoints_full");
    assert_eq!(portal.ids(format!("{ENDPOINTS}?limit=3")).await.len(), 3);
}

pub(crate) async fn a_client_token_has_endpoints_of_its_own(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let client = &seeded.for_both;
    let wide = gateway.token_with(client, "&scope=webhooks:write").await;
    let made = gateway.ask(Ask::post(ENDPOINTS).json(&at(8443)).token(&wide).key("wide")).await;
    made.is(201);
    let id = text(&made.json(), "/endpoint/id");
    let replay = gateway.ask(Ask::post(ENDPOINTS).json(&at(8443)).token(&wide).key("wide")).await;
    assert_eq!(replay.json()["secret_shown"], true);
    let place = format!("{ENDPOINTS}/{id}");
    gateway.ask(Ask::get(&place).token(&wide)).await.is(200);
    gateway.ask(Ask::get(format!("{place}/deliveries")).token(&wide)).await.is(200);
    // A token of one of the institutions does not find it, nor does this one find theirs.
    let of_a = gateway.token_with(client, &format!("&institution={}", seeded.a.id)).await;
    gateway.ask(Ask::get(&place).token(&of_a)).await.is_problem(404, "not_found");
    let own = gateway.ask(Ask::post(ENDPOINTS).json(&at(8444)).token(&of_a).key("own")).await;
    let own = format!("{ENDPOINTS}/{}", text(&own.json(), "/endpoint/id"));
    gateway.ask(Ask::get(&own).token(&wide)).await.is_problem(404, "not_found");
    let other = gateway.token(&seeded.for_a).await;
    gateway.ask(Ask::get(&own).token(&other)).await.is_problem(404, "not_found");
    // Both institutions find in their trails where their events may go.
    for institution in [seeded.a.id, seeded.b.id] {
        let trail = gateway
            .gateway
            .store()
            .audit_lines(&Scope::of_node(institution), &AuditFilter::default(), &PageRequest::first(100))
            .await
            .unwrap();
        assert!(trail.items.iter().any(|line| line.subject == format!("webhook_endpoint/{id}")));
    }
    gateway.ask(Ask::delete(&place).token(&wide)).await.is(204);
    gateway.ask(Ask::get(&place).token(&wide)).await.is_problem(404, "not_found");
}
