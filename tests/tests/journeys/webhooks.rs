// SPDX-License-Identifier: AGPL-3.0-or-later
//! Events reach the systems of institutions: signed so that libraries of others verify them, and nowhere else.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tramite_testkit::{Database, all_required, workspace_root};
use tramite_tests::api::{Api, notice};
use tramite_tests::consumer::{Consumer, Heard};
use tramite_tests::node;
use tramite_tests::platform::{Credentials, Platform};
use tramite_tests::town::Town;
use tramite_tests::until;

use super::many::addressee;

pub(crate) const ENDPOINTS: &str = "/v1/webhook-endpoints";

/// A client of its own of a town's institution, which may be told of everything, at a gateway.
pub(crate) async fn teller(town: &Town, url: &str, institution: &str) -> Api {
    telling_client(town, url, institution).await.api(url).await
}

/// The client of a [`teller`], for what may last longer than its token.
pub(crate) async fn telling_client(town: &Town, url: &str, institution: &str) -> Credentials {
    let (id, secret) = (town.text("/operator/client_id"), town.text("/operator/client_secret"));
    let platform = Platform::open(url, &id, &secret).await;
    let scopes = [
        "debt-positions:read",
        "debt-positions:write",
        "receipts:read",
        "payments:read",
        "services:read",
        "webhooks:write",
    ];
    let delegation =
        json!({"institution_id": town.institution(institution)["id"], "scopes": scopes, "return_origins": []});
    platform.client(institution, &delegation).await
}

/// A new endpoint, and its secret.
pub(crate) async fn endpoint(api: &Api, url: &str) -> (String, String) {
    let made = api.post(ENDPOINTS, &json!({"url": url})).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let text = |pointer| made.body.pointer(pointer).and_then(Value::as_str).unwrap().to_owned();
    (text("/endpoint/id"), text("/secret"))
}

pub(crate) async fn active(api: &Api, id: &str) {
    until("the test event is answered", async || {
        api.get(&format!("{ENDPOINTS}/{id}")).await.body["status"] == "active"
    })
    .await;
}

fn signature(heard: &Heard, secret: &str) -> String {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{}.{}.", heard.header("webhook-id"), heard.header("webhook-timestamp")).as_bytes());
    mac.update(&heard.body);
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

pub(crate) async fn told(database: Database) {
    let town = Town::start(&database).await;
    let (api, consumer) = (teller(&town, &town.gateway(), "comune-perugia").await, Consumer::start().await);
    let (id, first) = endpoint(&api, &consumer.url()).await;
    active(&api, &id).await;
    let secrets = api.post(&format!("{ENDPOINTS}/{id}/secrets"), &json!({})).await;
    let second = secrets.body["secret"].as_str().unwrap().to_owned();
    let made = town.api("comune-perugia").await.position("MULTE", 12_050).await;
    let message = node::receipt(&addressee(&town, "comune-perugia"), notice(&made), "RT-1", "120.50");
    node::pay(&town.gateway(), message).await;
    // The demonstration's own payments may still be on their way.
    let ours = |body: Value| body["type"] == "installment.paid" && body["data"]["external_id"] == made["external_id"];
    let paid = || consumer.heard().into_iter().find(|one| ours(one.json()));
    until("the payment is told", async || paid().is_some()).await;
    let heard = paid().unwrap();
    let body = heard.json();
    assert_eq!((&body["data"]["amount"], &body["data"]["external_id"]), (&json!(12_050), &made["external_id"]));
    assert_eq!(body["id"], heard.header("webhook-id"));
    assert!(!String::from_utf8_lossy(&heard.body).contains("RSSMRA85T10A562S"));
    let signed: Vec<&str> = heard.header("webhook-signature").split(' ').collect();
    assert_eq!(signed, [signature(&heard, &second), signature(&heard, &first)]);
    // What was delivered is shown, and comes again under the same id where somebody asks.
    let path = format!("{ENDPOINTS}/{id}/deliveries?status=delivered&type=installment.paid");
    until("it is shown", async || {
        let shown = api.get(&path).await.body;
        shown["items"].as_array().unwrap().iter().any(|one| one["event_id"] == body["id"])
    })
    .await;
    let again = api.post(&format!("{ENDPOINTS}/{id}/redeliver"), &json!({"event_id": body["id"]})).await;
    assert_eq!(again.body, json!({"deliveries": 1, "more": false}));
    let times = || consumer.heard().iter().filter(|one| one.json()["id"] == body["id"]).count();
    until("it comes again", async || times() == 2).await;
    // A third secret ends the first, of what was sent before too.
    let secrets = api.post(&format!("{ENDPOINTS}/{id}/secrets"), &json!({})).await;
    let third = secrets.body["secret"].as_str().unwrap().to_owned();
    api.post(&format!("{ENDPOINTS}/{id}/redeliver"), &json!({"event_id": body["id"]})).await;
    until("it comes once more", async || times() == 3).await;
    let last = consumer.heard().into_iter().rfind(|one| one.json()["id"] == body["id"]).unwrap();
    let signed: Vec<&str> = last.header("webhook-signature").split(' ').collect();
    assert_eq!(signed, [signature(&last, &third), signature(&last, &second)]);
    verified(&last, &[&second, &third], &first);
}

/// What the libraries of others say: of the message as it came, changed by a byte, too old, and under a secret that has ended.
fn verified(heard: &Heard, secrets: &[&str], ended: &str) {
    let asked = |heard: &Heard, secret: &str, timestamp: &str| {
        let headers = json!({
            "webhook-id": heard.header("webhook-id"), "webhook-timestamp": timestamp,
            "webhook-signature": heard.header("webhook-signature"),
        });
        json!({"secret": secret, "headers": headers, "body": STANDARD.encode(&heard.body)}).to_string()
    };
    let sent = heard.header("webhook-timestamp");
    let mut changed = heard.clone();
    *changed.body.last_mut().unwrap() = b' ';
    let old = (sent.parse::<i64>().unwrap() - 301).to_string();
    // Signed rightly, and too late all the same.
    let mut late = heard.clone();
    late.head = late.head.replace(&format!("webhook-timestamp: {sent}"), &format!("webhook-timestamp: {old}"));
    assert_eq!(late.header("webhook-timestamp"), old);
    let right = signature(&late, secrets[0]);
    assert_ne!(right, signature(heard, secrets[0]), "the time is signed too");
    late.head = format!("webhook-id: {}\r\nwebhook-signature: {right}\r\n", heard.header("webhook-id"));
    let mut lines: Vec<String> = secrets.iter().map(|secret| asked(heard, secret, sent)).collect();
    lines.extend([asked(&changed, secrets[0], sent), asked(&late, secrets[0], &old), asked(heard, ended, sent)]);
    let expected = format!("{}bad\nbad\nbad\n", "good\n".repeat(secrets.len()));
    for (program, script, probe) in [
        (python(), "tests/verify_webhook.py", ["-c", "import standardwebhooks"]),
        ("node".to_owned(), "tests/verify_webhook.js", ["-e", "require('standardwebhooks')"]),
    ] {
        let present = Command::new(&program).args(probe).output().is_ok_and(|output| output.status.success());
        assert!(present || !all_required(), "the package standardwebhooks is required here: {program}");
        if present {
            assert_eq!(answers(&program, &workspace_root().join(script), &lines), expected, "{program}");
        }
    }
}

fn python() -> String {
    std::env::var("TRAMITE_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

fn answers(program: &str, script: &PathBuf, lines: &[String]) -> String {
    let mut child =
        Command::new(program).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    child.stdin.take().unwrap().write_all(lines.join("\n").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{program}");
    String::from_utf8(output.stdout).unwrap()
}
