// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the program says of wrong settings.

use tramite_testkit::Database;

use crate::process::{Key, run, settings, with};

/// The lines on standard error, each with the variable it names.
fn named(errors: &str) -> Vec<&str> {
    errors.lines().map(|line| line.split(':').next().unwrap_or_default()).collect()
}

pub(crate) fn missing_settings() {
    let needed = ["TRAMITE_DATABASE_URL", "TRAMITE_MASTER_KEY_FILE", "TRAMITE_PUBLIC_URL", "TRAMITE_CHECKOUT_URL"];
    for command in ["serve", "worker"] {
        let ended = run(&[command], &[]);
        assert_eq!(ended.code, Some(2), "{}", ended.errors);
        assert_eq!(named(&ended.errors), needed);
        assert!(ended.errors.lines().all(|line| line.contains("is not set; expected ")), "{}", ended.errors);
        // An empty variable is one that is not set.
        let empty: Vec<_> = needed.iter().map(|name| (*name, "")).collect();
        assert_eq!(run(&[command], &empty).errors, ended.errors);
    }
    let ended = run(&["sandbox"], &[]);
    assert_eq!((ended.code, named(&ended.errors)), (Some(2), vec!["TRAMITE_GATEWAY_URL"]));
    let ended = run(&["migrate", "--environment", "sandbox"], &[]);
    assert_eq!((ended.code, named(&ended.errors)), (Some(2), vec!["TRAMITE_DATABASE_URL"]));
}

pub(crate) fn wrong_settings() {
    let key = Key::new();
    let (key, database) = (key.text(), format!("sqlite:{}/tramite.db", key.folder().display()));
    let right = settings(&database, &key);
    for (name, value) in [
        ("TRAMITE_DATABASE_URL", "mysql://host/name"),
        ("TRAMITE_MASTER_KEY_FILE", "/nowhere/master.key"),
        ("TRAMITE_PUBLIC_URL", "tramite.example.it"),
        ("TRAMITE_PUBLIC_URL", "https://example.it/tramite"),
        ("TRAMITE_CHECKOUT_URL", "ftp://checkout.example.it"),
        ("TRAMITE_CHECKOUT_API_KEY_FILE", "/nowhere/checkout.key"),
        ("TRAMITE_RECEIPTS_URL", "ftp://receipts.example.it"),
        ("TRAMITE_RECEIPTS_API_KEY_FILE", "/nowhere/receipts.key"),
        ("TRAMITE_NODE_AUTH", "password"),
        ("TRAMITE_LISTEN", "8080"),
        ("TRAMITE_PRIVATE_LISTEN", "localhost:1"),
        ("TRAMITE_PLATFORM_LISTEN", "localhost:1"),
        ("TRAMITE_PLATFORM_LISTEN", "127.0.0.1:8090"),
        ("TRAMITE_DATABASE_CONNECTIONS", "0"),
        ("TRAMITE_DATABASE_WAIT_MS", "soon"),
        ("TRAMITE_DRAIN_SECONDS", "3600"),
        ("TRAMITE_LIMIT_CLIENT_PER_SECOND", "-1"),
        ("TRAMITE_TRUSTED_PROXIES", "10.0.0.1;10.0.0.2"),
        ("TRAMITE_PUBLIC", "perhaps"),
        ("TRAMITE_WITH_WORKER", "perhaps"),
        ("TRAMITE_LOOPBACK_RETURN", "perhaps"),
        ("TRAMITE_ACCOUNT_DELAY", "-1"),
        ("TRAMITE_JOURNAL_MONTHS", "23"),
        ("TRAMITE_RETENTION_YEARS", "4"),
        ("TRAMITE_LOG", "a=b=c"),
        ("TRAMITE_LOG_FORMAT", "xml"),
    ] {
        let ended = run(&["serve"], &with(&right, name, value));
        assert_eq!(ended.code, Some(2), "{name}: {}", ended.errors);
        assert_eq!(named(&ended.errors), [name], "{}", ended.errors);
        assert!(ended.errors.contains("; expected "), "{}", ended.errors);
    }
}

pub(crate) fn secrets_stay_secret() {
    let key = Key::new();
    let canary = "canary-6f1c";
    std::fs::write(key.folder().join("checkout.key"), canary).unwrap();
    let checkout = key.folder().join("checkout.key").display().to_string();
    let database = format!("postgres://tramite:{canary}@127.0.0.1:1/tramite");
    let key = key.text();
    let right = with(&settings(&database, &key), "TRAMITE_CHECKOUT_API_KEY_FILE", &checkout);
    for settings in [
        right.clone(),
        with(&right, "TRAMITE_DATABASE_URL", "postgres://tramite:canary-6f1c@:x/"),
        with(&right, "TRAMITE_DATABASE_URL", "canary-6f1c"),
    ] {
        for arguments in
            [&["config", "check"][..], &["serve"], &["operator", "create", "--display-name", "x"], &["serve", "--help"]]
        {
            let ended = run(arguments, &settings);
            assert!(!ended.output.contains(canary) && !ended.errors.contains(canary), "{ended:?}");
        }
    }
}

pub(crate) fn consent() {
    let key = Key::new();
    let (key, database) = (key.text(), format!("sqlite:{}/tramite.db", key.folder().display()));
    let open = with(&settings(&database, &key), "TRAMITE_LISTEN", "0.0.0.0:0");
    for arguments in [&["serve"][..], &["demo", "--once"]] {
        let ended = run(arguments, &open);
        assert_eq!((ended.code, named(&ended.errors)), (Some(2), vec!["TRAMITE_LISTEN"]), "{}", ended.errors);
        assert!(ended.errors.contains("--public"));
    }
}

pub(crate) fn help() {
    for command in ["serve", "worker", "sandbox", "demo", "migrate"] {
        let ended = run(&[command, "--help"], &[]);
        assert_eq!(ended.code, Some(0));
        assert!(ended.output.contains("[env: TRAMITE_LOG=]"), "{}", ended.output);
    }
    assert!(run(&["serve", "--help"], &[]).output.contains("[env: TRAMITE_MASTER_KEY_FILE=]"));
}

pub(crate) async fn check(database: Database) {
    let key = Key::new();
    let key = key.text();
    let right = settings(database.url(), &key);
    let ended = run(&["config", "check"], &right);
    assert_eq!((ended.code, named(&ended.errors)), (Some(2), vec!["TRAMITE_DATABASE_URL"]), "{ended:?}");
    assert!(ended.errors.contains("tramite migrate"), "{}", ended.errors);
    assert_eq!(run(&["migrate", "--environment", "sandbox"], &right).code, Some(0));
    let ended = run(&["config", "check"], &right);
    assert_eq!((ended.code, ended.errors.as_str()), (Some(0), ""), "{}", ended.output);
    for line in [
        "TRAMITE_CHECKOUT_URL=http://127.0.0.1:8081/checkout/ec/v2\n",
        "TRAMITE_LISTEN=127.0.0.1:8080  # default\n",
        "# the database is one for sandbox",
    ] {
        assert!(ended.output.contains(line), "{}", ended.output);
    }
    // Against the rules of an environment, without asking the database.
    let ended = run(&["config", "check", "--environment", "production"], &right);
    assert_eq!(ended.code, Some(2));
    let expected = ["TRAMITE_PUBLIC_URL", "TRAMITE_CHECKOUT_URL", "TRAMITE_CHECKOUT_API_KEY_FILE", "TRAMITE_NODE_AUTH"];
    assert_eq!(named(&ended.errors), expected);
    // Whatever is wrong, the rest is shown all the same.
    let ended = run(&["config", "check"], &with(&right, "TRAMITE_LISTEN", "x"));
    assert_eq!((ended.code, named(&ended.errors)), (Some(2), vec!["TRAMITE_LISTEN"]));
    assert!(ended.output.contains("TRAMITE_PUBLIC_URL=http://127.0.0.1:8080"), "{}", ended.output);
}
