// SPDX-License-Identifier: AGPL-3.0-or-later
//! `tramite demo`.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;
use tramite_testkit::{Database, free_port};

use crate::process::{Key, Running, http, run};

/// The steps, in their order.
const STEPS: [&str; 10] = [
    "operator",
    "station",
    "institutions",
    "clients",
    "marks",
    "services",
    "pages",
    "registry",
    "otf_payment",
    "model_3_payment",
];

pub(crate) async fn once(database: Database) {
    let key = Key::new();
    let key = key.text();
    // The embedded database is the demonstration's own.
    let named = [("TRAMITE_DATABASE_URL", database.url()), ("TRAMITE_MASTER_KEY_FILE", key.as_str())];
    let settings: &[(&str, &str)] = if database.is_postgres() { &named } else { &[] };
    // Another run finds everything in its place, or a new temporary database.
    for _ in 0..2 {
        let ended = run(&["demo", "--once", "--json"], settings);
        assert_eq!(ended.code, Some(0), "{}\n{}", ended.output, ended.errors);
        let summary: Value = serde_json::from_str(&ended.output).unwrap();
        assert_eq!(summary["ok"], true);
        let steps = summary["steps"].as_array().unwrap();
        let names: Vec<_> = steps.iter().map(|step| step["name"].as_str().unwrap()).collect();
        assert_eq!(names, STEPS);
        for step in steps {
            assert!(step["ok"] == true && step["duration_ms"].is_u64() && step["detail"].is_string(), "{step}");
        }
        for told in ["POST /v1/checkout-sessions", "paVerifyPaymentNotice", "paGetPaymentV2", "paSendRTV2"] {
            assert!(ended.errors.contains(told), "{told}: {}", ended.errors);
        }
    }
    if database.is_postgres() {
        let ended = run(&["demo", "--once", "--json"], &named[..1]);
        assert_eq!((ended.code, ended.output.as_str()), (Some(2), ""), "{}", ended.errors);
        assert!(ended.errors.starts_with("TRAMITE_MASTER_KEY_FILE: "), "{}", ended.errors);
    }
}

pub(crate) async fn again(_: Database) {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut known = Vec::new();
    for start in 0..3 {
        let (listen, node) = (format!("127.0.0.1:{}", free_port()), format!("127.0.0.1:{}", free_port()));
        let arguments =
            ["demo", "--json", "--data-dir", data.to_str().unwrap(), "--listen", &listen, "--sandbox-listen", &node];
        let mut demo = Running::start(&arguments, &[]);
        let first = demo.line();
        let shown: Value = serde_json::from_str(&first).unwrap_or_else(|_| panic!("start {start}: {first:?}"));
        assert_eq!(shown["gateway"], format!("http://{listen}"));
        assert_eq!(shown["sandbox"], format!("http://{node}"));
        assert_eq!(shown["broker_tax_code"], "99999000039");
        let ids: Vec<&Value> = shown["institutions"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
        assert_eq!(ids.len(), 3);
        known.push(format!("{ids:?}"));
        assert_eq!(known[0], known[start]);
        assert!(shown["clients"].as_array().unwrap().len() >= 4);
        usable(&shown).await;
        no_secret_in_files(&data, &shown);
        let (code, _) = tokio::task::spawn_blocking(move || demo.stop()).await.unwrap();
        assert_eq!(code, Some(0));
    }
    let mode = std::fs::metadata(data.join("master.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

/// Every client and the operator take a token with what was shown.
async fn usable(shown: &Value) {
    let url = format!("{}/oauth2/token", shown["gateway"].as_str().unwrap());
    let clients = shown["clients"].as_array().unwrap().iter();
    for client in clients.chain([&shown["operator"]]) {
        let mut form = vec![("grant_type", "client_credentials")];
        form.extend(client["institution"].as_str().map(|institution| ("institution", institution)));
        let (id, secret) = (client["client_id"].as_str().unwrap(), client["client_secret"].as_str());
        let answer = http().post(&url).basic_auth(id, secret).form(&form).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{client}");
    }
    for address in [&shown["docs"], &shown["sandbox"]] {
        assert_eq!(http().get(address.as_str().unwrap()).send().await.unwrap().status(), 200, "{address}");
    }
}

fn no_secret_in_files(folder: &std::path::Path, shown: &Value) {
    let secrets: Vec<&str> = shown["clients"]
        .as_array()
        .unwrap()
        .iter()
        .chain([&shown["operator"]])
        .map(|client| client["client_secret"].as_str().unwrap())
        .collect();
    for file in std::fs::read_dir(folder).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for secret in &secrets {
            assert!(!bytes.windows(secret.len()).any(|part| part == secret.as_bytes()));
        }
    }
}

/// The commands that are shown to be pasted, as a shell runs them.
pub(crate) fn pasted() {
    let folder = tempfile::tempdir().unwrap();
    let (listen, node) = (format!("127.0.0.1:{}", free_port()), format!("127.0.0.1:{}", free_port()));
    let data = folder.path().join("data");
    let arguments = ["demo", "--data-dir", data.to_str().unwrap(), "--listen", &listen, "--sandbox-listen", &node];
    let mut demo = Running::start(&arguments, &[]);
    let mut commands = Vec::new();
    loop {
        let line = demo.line();
        if line.starts_with("# ") {
            commands.push(demo.line());
        }
        if line.is_empty() || line.starts_with("Ctrl-C") {
            break;
        }
    }
    assert_eq!(commands.len(), 5, "{commands:?}");
    let output = std::process::Command::new("sh").arg("-c").arg(commands.concat()).output().unwrap();
    let answers: Vec<String> = String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
    let [made, paid, ended, docs] = answers.as_slice() else { panic!("{answers:?} {:?}", output.stderr) };
    assert!(made.contains("\"status\":\"open\""), "{made}");
    assert_eq!((paid.as_str(), docs.as_str()), ("\"outcome\":\"ok\"", "200"));
    assert!(ended.contains("\"status\":\"completed\""), "{ended}");
}

pub(crate) async fn no_production(database: Database) {
    let settings = [("TRAMITE_DATABASE_URL", database.url())];
    assert_eq!(run(&["migrate", "--environment", "production"], &settings).code, Some(0));
    let ended = run(&["demo", "--once", "--json"], &settings);
    assert_eq!(ended.code, Some(2), "{}", ended.errors);
    assert!(ended.errors.starts_with("TRAMITE_DATABASE_URL: the database is one for production"), "{}", ended.errors);
}
