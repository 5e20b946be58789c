// SPDX-License-Identifier: AGPL-3.0-or-later
//! Keys are changed without a pause, the master key too (api.md, Secrets).

use std::process::Command;

use serde_json::Value;
use tramite_testkit::{Database, free_port};
use tramite_tests::api::{notice, position};
use tramite_tests::binary::tramite;
use tramite_tests::town::Town;

/// Runs `keys rotate` to its end: nothing, or what it said of its failure.
fn rotate(variables: &[(String, String)]) -> Result<(), String> {
    let mut command = Command::new(tramite());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TRAMITE_")) {
        command.env_remove(name);
    }
    let ended = command.args(["keys", "rotate"]).envs(variables.iter().cloned()).output().unwrap();
    if ended.status.success() { Ok(()) } else { Err(String::from_utf8(ended.stderr).unwrap()) }
}

pub(crate) async fn changed(database: Database) {
    let mut town = Town::start(&database).await;
    let api = town.api("comune-perugia").await;
    let body = position("MULTE", 1_000);
    let first = api.post_with("/v1/debt-positions", &body, "one-key").await;
    assert_eq!(first.status, 201, "{}", first.body);
    town.demo.stop();
    let next = town.master_key().with_file_name("next.key");
    std::fs::write(&next, [0x5a; 32]).unwrap();
    let next = ("TRAMITE_MASTER_KEY_FILE", next.display().to_string());
    let other = ("TRAMITE_OTHER_MASTER_KEY_FILE", town.master_key().display().to_string());
    let sealed = |said: Result<(), String>| said.unwrap_err().starts_with("TRAMITE_MASTER_KEY_FILE: ");
    let listen = format!("127.0.0.1:{}", free_port());
    assert!(sealed(rotate(&town.variables(&listen, std::slice::from_ref(&next)))), "nothing opens under it yet");
    // With both keys a gateway works before the change, while it is made, and after it.
    let mut during = town.serve_with(&listen, &[next.clone(), other.clone()]).await;
    let there = api.at(&during.url);
    let found = format!("/v1/debt-positions/{}", first.body["id"].as_str().unwrap());
    assert_eq!(there.get(&found).await.status, 200);
    rotate(&town.variables(&listen, &[next.clone(), other.clone()])).unwrap();
    assert_eq!(there.get(&found).await.status, 200);
    let made = there.position("MULTE", 1_000).await;
    during.process.stop();
    // Afterwards the new master key opens everything by itself: tokens, stored answers, the shuffle of numbers.
    let after = town.serve_with(&listen, &[next]).await;
    let api = api.at(&after.url);
    assert_eq!(api.get(&found).await.status, 200, "a token of before still holds");
    let again = api.post_with("/v1/debt-positions", &body, "one-key").await;
    assert!(again.replayed, "{}", again.body);
    assert_eq!(again.body, first.body);
    let another = api.position("MULTE", 1_000).await;
    assert_ne!(notice(&another), notice(&made));
    let keys: Value =
        tramite_tests::http::get(format!("{}/.well-known/jwks.json", after.url)).await.unwrap().json().await.unwrap();
    assert_eq!(keys["keys"].as_array().unwrap().len(), 4, "for each of two purposes the one before and the new one");
    assert!(town.api_at(&after.url, "comune-perugia").await.get(&found).await.status.is_success());
    assert!(sealed(rotate(&town.variables(&listen, &[]))), "the old master key opens nothing any more");
}
