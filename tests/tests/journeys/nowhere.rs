// SPDX-License-Identifier: AGPL-3.0-or-later
//! Addresses that lead home or to services are refused when they are written, and again when they are asked; a redirect there
//! is not followed (reliability.md 20).

use serde_json::{Value, json};
use tramite_testkit::{Database, free_port};
use tramite_tests::api::Api;
use tramite_tests::consumer::Consumer;
use tramite_tests::town::{Served, Town};
use tramite_tests::until;

use super::webhooks::{ENDPOINTS, active, endpoint, teller};

const INSTITUTION: &str = "comune-perugia";
const SERVICE: &str = "/v1/services/MULTE";
/// Where the world reaches a sandbox: then this machine is none that it tells.
const PUBLIC_URL: &str = "https://prova.example.it";

pub(crate) async fn at_home(database: Database) {
    let town = Town::start(&database).await;
    let api = teller(&town, &town.gateway(), INSTITUTION).await;
    let canary = Consumer::start().await;
    for wrong in [
        "http://169.254.169.254/latest/meta-data".to_owned(),
        "https://169.254.169.254/".to_owned(),
        "https://10.0.0.1/".to_owned(),
        "https://[fd00::1]/".to_owned(),
        "https://[::ffff:10.0.0.1]/".to_owned(),
        "https://2852039166/".to_owned(),
        "https://db.internal/".to_owned(),
        "http://127.0.0.1:5432/".to_owned(),
        "http://127.0.0.1:80/".to_owned(),
        "file:///etc/passwd".to_owned(),
        format!("ftp://127.0.0.1:{}/", canary.port),
        format!("http://user@127.0.0.1:{}/", canary.port),
    ] {
        // What is no address of the web is none by its form.
        let code = if wrong.starts_with("http") { "address_not_allowed" } else { "wrong_pattern" };
        is_refused(&api, &wrong, code).await;
    }
    assert_eq!(canary.connections(), 0, "nothing reaches the canary");
    let listed = api.get(ENDPOINTS).await.body;
    assert_eq!(listed["items"], json!([]));
    // The canary itself may be told here: it was the addresses that were refused.
    let (id, _) = endpoint(&api, &canary.url()).await;
    active(&api, &id).await;
    assert!(canary.connections() > 0);
}

async fn is_refused(api: &Api, url: &str, code: &str) {
    let refused = api.post(ENDPOINTS, &json!({"url": url})).await;
    assert_eq!(refused.problem(), (422, "validation_failed"), "{url}: {}", refused.body);
    assert_eq!(refused.faults(), [("/url", code)], "{url}: {}", refused.body);
}

/// A sandbox that the world reaches tells no machine of its own.
pub(crate) async fn from_the_world(database: Database) {
    let mut town = Town::start(&database).await;
    let (api, canary, before) = (town.api(INSTITUTION).await, Consumer::start().await, Consumer::start().await);
    // Allowed while nobody else reaches the sandbox.
    let (id, _) = endpoint(&api, &before.url()).await;
    active(&api, &id).await;
    town.demo.stop();
    let told = (before.connections(), before.heard().len());

    let settings = [("TRAMITE_PUBLIC_URL", PUBLIC_URL.to_owned()), ("TRAMITE_WITH_WORKER", "true".to_owned())];
    let world: Served = town.serve_with(&format!("127.0.0.1:{}", free_port()), &settings).await;
    let api = town.api_at(&world.url, INSTITUTION).await;
    for host in ["https://localhost", "https://[::1]", "https://0x7f000001", "https://127.0.0.1", "http://127.0.0.1"] {
        is_refused(&api, &format!("{host}:{}/", canary.port), "address_not_allowed").await;
    }
    let mut service = api.get(SERVICE).await.body;
    let settable = ["title", "taxonomy_code", "account_id", "kind", "amount", "status"];
    service.as_object_mut().unwrap().retain(|name, _| settable.contains(&name.as_str()));
    assert_eq!(api.put(SERVICE, &service).await.status, 200, "the service as it is");
    service["amount_callback"] = json!({"url": format!("https://127.0.0.1:{}/", canary.port), "on_failure": "refuse"});
    let refused = api.put(SERVICE, &service).await;
    assert_eq!(refused.problem(), (422, "validation_failed"), "{}", refused.body);
    assert_eq!(refused.faults(), [("/amount_callback/url", "address_not_allowed")], "{}", refused.body);
    assert_eq!(canary.connections(), 0, "nothing reaches the canary");

    // What was written when it was allowed is looked at again before it is asked.
    let made = api.position("MULTE", 1_000).await;
    let path = format!("{ENDPOINTS}/{id}/deliveries?type=debt_position.created");
    let failed = async || {
        let shown = api.get(&path).await.body;
        let mut items = shown["items"].as_array().unwrap().clone();
        items.retain(|one| one["last_failure"].is_string());
        items
    };
    until("the delivery was tried", async || !failed().await.is_empty()).await;
    let failed: Vec<Value> = failed().await;
    assert!(failed.iter().all(|one| one["last_failure"] == "not_allowed" && one["status"] == "failed"), "{failed:?}");
    assert_eq!((before.connections(), before.heard().len()), told, "nobody is asked: {made}");
}
