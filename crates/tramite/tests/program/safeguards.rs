// SPDX-License-Identifier: AGPL-3.0-or-later
//! What must not be in production (api.md, Environments; reliability.md 42).

use tramite_domain::access::Client;
use tramite_domain::audit::AuditLine;
use tramite_storage::{Change, DatabaseUrl, MasterKey, PageRequest, Store, StoreSettings};
use tramite_testkit::Database;

use crate::process::{self, Key, run, with};

/// 256 bits, as the proxy's secret; Checkout takes it too.
const SECRET: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// The fingerprint of a key that nobody has.
const PEER: &str = "ab54d286a7c59b6ba7bd1d0d1a1a2e3f0123456789abcdef0123456789abcdef";

/// Settings that production does not mind.
fn production<'a>(database: &'a str, key: &'a str, secret: &'a str) -> Vec<(&'static str, &'a str)> {
    let mut settings = process::settings(database, key);
    for (name, value) in [
        ("TRAMITE_PUBLIC_URL", "https://tramite.example.it"),
        ("TRAMITE_CHECKOUT_URL", "https://checkout.example.it/checkout/ec/v2"),
        ("TRAMITE_CHECKOUT_API_KEY_FILE", secret),
        ("TRAMITE_NODE_AUTH", "proxy"),
        ("TRAMITE_NODE_PEERS", PEER),
        ("TRAMITE_NODE_PROXY_SECRET_FILE", secret),
    ] {
        settings = with(&settings, name, value);
    }
    settings
}

pub(crate) async fn settings(database: Database) {
    let key = Key::new();
    let checkout = key.folder().join("checkout.key");
    std::fs::write(&checkout, format!("{SECRET}\n")).unwrap();
    let (key_text, checkout) = (key.text(), checkout.display().to_string());
    let right = production(database.url(), &key_text, &checkout);
    assert_eq!(run(&["migrate", "--environment", "production"], &right).code, Some(0));
    let commands: &[&str] = if database.is_postgres() { &["serve", "worker"] } else { &["serve"] };
    for command in commands {
        for (name, value) in [
            ("TRAMITE_PUBLIC_URL", "http://tramite.example.it"),
            ("TRAMITE_PUBLIC_URL", "https://localhost"),
            ("TRAMITE_PUBLIC_URL", "https://10.0.0.7"),
            ("TRAMITE_CHECKOUT_URL", "http://checkout.example.it"),
            ("TRAMITE_CHECKOUT_URL", "https://127.0.0.1:8081"),
            ("TRAMITE_CHECKOUT_API_KEY_FILE", ""),
            ("TRAMITE_LOOPBACK_RETURN", "true"),
            ("TRAMITE_ACCOUNT_DELAY", "3599"),
            ("TRAMITE_NODE_AUTH", "none"),
        ] {
            let ended = run(&[command], &with(&right, name, value));
            assert_eq!(ended.code, Some(2), "{command} {name}={value}: {}", ended.errors);
            let line = ended.errors.lines().find(|line| line.starts_with(&format!("{name}: ")));
            assert!(line.is_some(), "{command} {name}={value}: {}", ended.errors);
        }
        // Nothing else is wrong with these settings: without the Node's proof they have one fault.
        let ended = run(&[command], &with(&right, "TRAMITE_NODE_AUTH", "none"));
        assert_eq!(ended.errors.lines().count(), 1, "{}", ended.errors);
        assert!(ended.errors.starts_with("TRAMITE_NODE_AUTH: none exists in a sandbox alone"), "{}", ended.errors);
    }
}

/// The Node's listener is told everything it needs, and nothing that means nothing to it.
pub(crate) fn listener() {
    let key = Key::new();
    let (secret, short) = (key.folder().join("secret"), key.folder().join("short"));
    std::fs::write(&secret, SECRET).unwrap();
    std::fs::write(&short, "secret").unwrap();
    let (key_text, secret, short) = (key.text(), secret.display().to_string(), short.display().to_string());
    let right = production("sqlite:/nowhere/tramite.db", &key_text, &secret);
    for (way, name, value, wrong) in [
        ("proxy", "TRAMITE_NODE_PEERS", "", "TRAMITE_NODE_PEERS"),
        ("proxy", "TRAMITE_NODE_PEERS", "ab:cd", "TRAMITE_NODE_PEERS"),
        ("proxy", "TRAMITE_NODE_PROXY_SECRET_FILE", "", "TRAMITE_NODE_PROXY_SECRET_FILE"),
        ("proxy", "TRAMITE_NODE_PROXY_SECRET_FILE", short.as_str(), "TRAMITE_NODE_PROXY_SECRET_FILE"),
        ("proxy", "TRAMITE_NODE_KEY_FILE", secret.as_str(), "TRAMITE_NODE_KEY_FILE"),
        ("proxy", "TRAMITE_NODE_LISTEN", "0.0.0.0:8443", "TRAMITE_NODE_LISTEN"),
        ("proxy", "TRAMITE_NODE_WORKERS", "0", "TRAMITE_NODE_WORKERS"),
        ("mtls", "TRAMITE_NODE_CERTIFICATE_FILE", "", "TRAMITE_NODE_CERTIFICATE_FILE"),
        ("mtls", "TRAMITE_NODE_CERTIFICATE_FILE", secret.as_str(), "TRAMITE_NODE_CERTIFICATE_FILE"),
        ("mtls", "TRAMITE_NODE_KEY_FILE", secret.as_str(), "TRAMITE_NODE_KEY_FILE"),
        ("mtls", "TRAMITE_NODE_CERTIFICATE_FILE", "", "TRAMITE_NODE_PROXY_SECRET_FILE"),
    ] {
        let mut settings = with(&with(&right, "TRAMITE_NODE_AUTH", way), name, value);
        settings.retain(|(_, value)| !value.is_empty());
        let ended = run(&["config", "check", "--environment", "production"], &settings);
        assert_eq!(ended.code, Some(2), "{way} {name}={value}: {}", ended.errors);
        let told = ended.errors.lines().any(|line| line.starts_with(&format!("{wrong}: ")));
        assert!(told, "{way} {name}={value}: {}", ended.errors);
        assert!(!ended.output.contains(SECRET), "{}", ended.output);
    }
}

/// Made by `demo` in a sandbox and carried into a production database by somebody's hand.
pub(crate) async fn invented(database: Database) {
    let key = Key::new();
    let checkout = key.folder().join("checkout.key");
    std::fs::write(&checkout, SECRET).unwrap();
    let (key_text, checkout) = (key.text(), checkout.display().to_string());
    let right = production(database.url(), &key_text, &checkout);
    assert_eq!(run(&["migrate", "--environment", "production"], &right).code, Some(0));
    assert_eq!(run(&["operator", "create", "--display-name", "First"], &right).code, Some(0));
    let store = Store::open(StoreSettings {
        url: DatabaseUrl::parse(database.url()).unwrap(),
        master_key: MasterKey::from_file(key.path()).unwrap(),
        connections_max: 2,
        system_connections_max: 2,
        wait_ms_max: 5_000,
    })
    .await
    .unwrap();
    let page = store.system().clients(&PageRequest { limit: 10, cursor: None }).await.unwrap();
    let before = page.items.into_iter().next().unwrap();
    let marked = Client { demo: true, version: before.version + 1, ..before.clone() };
    let line = AuditLine {
        id: uuid::Uuid::now_v7().into(),
        at: before.updated_at,
        client_id: None,
        request_id: None,
        action: "client.marked_demo".to_owned(),
        subject: format!("client/{}", before.id),
        reason: None,
    };
    let change = Change { audit: vec![(None, line)], ..Change::default() };
    store.system().update_client(marked, before.version, change).await.unwrap();
    drop(store);
    let ended = run(&["serve"], &right);
    assert_eq!(ended.code, Some(2), "{}", ended.errors);
    let told = format!("TRAMITE_DATABASE_URL: the client {} in the database was made by demo", before.id);
    assert!(ended.errors.contains(&told), "{}", ended.errors);
}
