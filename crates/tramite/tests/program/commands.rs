// SPDX-License-Identifier: AGPL-3.0-or-later
//! Commands that end by themselves.

use tramite_testkit::Database;

use crate::process::{Key, run, settings};

pub(crate) fn contract() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("contract.json");
    for version in ["3.1", "3.0"] {
        let first = run(&["openapi", "--version", version], &[]);
        assert_eq!(first.code, Some(0), "{}", first.errors);
        let again =
            run(&["openapi", "--version", version, "--format", "json", "--output", file.to_str().unwrap()], &[]);
        assert_eq!((again.code, again.output.as_str()), (Some(0), ""));
        assert_eq!(std::fs::read_to_string(&file).unwrap(), first.output);
        let document: serde_json::Value = serde_json::from_str(&first.output).unwrap();
        assert!(document["openapi"].as_str().unwrap().starts_with(version));
        assert!(document["paths"].as_object().unwrap().len() > 10);
    }
}

pub(crate) async fn seal(database: Database) {
    let settings = [("TRAMITE_DATABASE_URL", database.url())];
    for _ in 0..2 {
        let ended = run(&["migrate", "--environment", "sandbox"], &settings);
        assert_eq!(ended.code, Some(0), "{}", ended.errors);
        assert!(ended.output.contains("sandbox"), "{}", ended.output);
    }
    let ended = run(&["migrate", "--environment", "production"], &settings);
    assert_eq!(ended.code, Some(2));
    assert!(ended.errors.starts_with("TRAMITE_DATABASE_URL: the database is one for sandbox"), "{}", ended.errors);
}

pub(crate) async fn unprepared(database: Database) {
    let key = Key::new();
    let ended = run(&["serve"], &settings(database.url(), &key.text()));
    assert_eq!(ended.code, Some(2), "{}", ended.errors);
    assert!(ended.errors.starts_with("TRAMITE_DATABASE_URL: "), "{}", ended.errors);
    assert!(ended.errors.contains("tramite migrate"), "{}", ended.errors);
}

pub(crate) async fn operator(database: Database) {
    let key = Key::new();
    let key = key.text();
    let settings = [("TRAMITE_DATABASE_URL", database.url()), ("TRAMITE_MASTER_KEY_FILE", &key)];
    assert_eq!(run(&["migrate", "--environment", "sandbox"], &settings).code, Some(0));
    let ended = run(&["operator", "create", "--display-name", "First", "--json"], &settings);
    assert_eq!(ended.code, Some(0), "{}", ended.errors);
    let shown: serde_json::Value = serde_json::from_str(&ended.output).unwrap();
    let secret = shown["client_secret"].as_str().unwrap();
    assert!(secret.starts_with("tr_test_") && secret.len() == 51, "{secret}");
    assert_eq!(shown["client_id"].as_str().unwrap().len(), 36);
    assert!(!ended.errors.contains(secret));
    let ended = run(&["operator", "create", "--display-name", "Second"], &settings);
    assert!(ended.output.contains("client_secret  tr_test_") && !ended.output.contains(secret), "{}", ended.output);
    let ended = run(&["operator", "create", "--display-name", ""], &settings);
    assert_eq!(ended.code, Some(2));
    assert!(ended.errors.starts_with("--display-name: "), "{}", ended.errors);
}

pub(crate) async fn no_worker(database: Database) {
    let key = Key::new();
    let key = key.text();
    let settings = settings(database.url(), &key);
    assert_eq!(run(&["migrate", "--environment", "sandbox"], &settings).code, Some(0));
    let ended = run(&["worker"], &settings);
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.errors.starts_with("TRAMITE_DATABASE_URL: ") && ended.errors.contains("tramite serve"),
        "{}",
        ended.errors
    );
}
