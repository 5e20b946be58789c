// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the image and docker-compose.yml set, as the program takes it. No container is started.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};

use tramite_testkit::postgres::{Cluster, Options};
use tramite_testkit::workspace_root;

use crate::process::{Key, run};

type Settings = BTreeMap<String, String>;

fn file(name: &str) -> String {
    fs::read_to_string(workspace_root().join(name)).unwrap()
}

/// `ENV` of the image.
fn of_image() -> Settings {
    let text = file("Dockerfile").replace("\\\n", " ");
    let lines = text.lines().filter_map(|line| line.strip_prefix("ENV "));
    let pairs = lines.flat_map(str::split_whitespace).filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The lines below a line, as far as they are indented more than it, without that indentation.
fn below<'a>(lines: &[&'a str], head: &str) -> Vec<&'a str> {
    let start = lines.iter().position(|line| line.trim_end() == head).unwrap_or_else(|| panic!("no line {head}"));
    let body = lines[start + 1..].iter().copied();
    let body: Vec<&str> = body.take_while(|line| line.trim().is_empty() || line.starts_with("  ")).collect();
    body.iter().map(|line| line.get(2..).unwrap_or_default()).collect()
}

/// The variables of a mapping. What compose would ask of `.env` is its default, or nothing.
fn variables(lines: &[&str]) -> Settings {
    let pairs = lines.iter().filter(|line| line.starts_with("TRAMITE_")).map(|line| line.split_once(": ").unwrap());
    pairs.map(|(name, value)| (name.to_owned(), filled(value))).collect()
}

/// `${NAME:-default}` is the default, `${NAME:?words}` a word of the test's.
fn filled(value: &str) -> String {
    let Some((before, rest)) = value.split_once("${") else { return value.to_owned() };
    let (variable, after) = rest.split_once('}').unwrap();
    let chosen = variable.split_once(":-").map_or("given", |(_, default)| default);
    format!("{before}{chosen}{}", filled(after))
}

/// What a service of docker-compose.yml is started with, beyond the image.
fn of_service(name: &str) -> Settings {
    let text = file("docker-compose.yml");
    let all: Vec<&str> = text.lines().collect();
    let service = below(&below(&all, "services:"), &format!("{name}:"));
    let mut settings = Settings::new();
    if service.iter().any(|line| line.contains("*settings")) {
        settings.extend(variables(&below(&all, "x-settings: &settings")));
    }
    if service.contains(&"environment:") {
        settings.extend(variables(&below(&service, "environment:")));
    }
    settings
}

/// A service as it is started, with the database and the key of a test in place of its own.
fn started(service: &str, database_url: &str, key: &Key) -> Settings {
    let mut settings = of_image();
    settings.extend(of_service(service));
    for (name, value) in [("TRAMITE_DATABASE_URL", database_url), ("TRAMITE_MASTER_KEY_FILE", &key.text())] {
        assert!(settings.insert(name.to_owned(), value.to_owned()).is_some(), "{service} is not given {name}");
    }
    settings
}

fn pairs(settings: &Settings) -> Vec<(&str, &str)> {
    settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// The script that makes login and database, as the image of PostgreSQL would run it; then every command.
pub(crate) async fn compose() {
    let cluster = Cluster::start_new(Options { fsync: false, connections_max: 50, ..Options::default() }).unwrap();
    let text = file("docker-compose.yml");
    let all: Vec<&str> = text.lines().collect();
    let script = below(&below(&below(&all, "configs:"), "database:"), "content: |").join("\n").replace("$$", "$");
    let psql = cluster.pg_bin("psql");
    let folder = psql.parent().unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("bash");
    shell.args(["-c", &script]).stdin(Stdio::null()).env("PATH", path);
    shell.env("PGHOST", "127.0.0.1").env("PGPORT", cluster.port().to_string());
    shell.env("POSTGRES_USER", "postgres").env("TRAMITE_DATABASE_PASSWORD", "given");
    let made = shell.output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    assert_eq!(cluster.psql("postgres", "SELECT rolsuper FROM pg_roles WHERE rolname = 'tramite'").trim(), "f");

    let key = Key::new();
    let url = format!("postgres://tramite:given@127.0.0.1:{}/tramite", cluster.port());
    let migrated = run(&["migrate", "--environment", "sandbox"], &pairs(&started("migrate", &url, &key)));
    assert_eq!(migrated.code, Some(0), "{}", migrated.errors);
    for service in ["gateway", "worker"] {
        let checked = run(&["config", "check"], &pairs(&started(service, &url, &key)));
        assert_eq!((checked.code, checked.errors.as_str()), (Some(0), ""), "{service}: {}", checked.output);
        assert!(checked.output.contains("TRAMITE_LISTEN=0.0.0.0:8080\n"), "{}", checked.output);
    }
    let operator = ["operator", "create", "--display-name", "First operator"];
    let operator = run(&operator, &pairs(&started("gateway", &url, &key)));
    assert_eq!(operator.code, Some(0), "{}", operator.errors);

    // The sandbox would wait for its gateway; that nothing else is wrong is told before it does.
    let mut sandbox = of_image();
    sandbox.extend(of_service("sandbox"));
    assert_eq!(sandbox.get("TRAMITE_BROKER_TAX_CODE").map(String::as_str), Some("99999000039"));
    let refused = run(&["sandbox", "--listen", "0.0.0.0:9000", "--gateway-url", "no address"], &pairs(&sandbox));
    let named: Vec<&str> = refused.errors.lines().filter_map(|line| line.split(':').next()).collect();
    assert_eq!((refused.code, named), (Some(2), vec!["TRAMITE_GATEWAY_URL"]), "{}", refused.errors);
}
