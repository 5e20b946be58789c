// SPDX-License-Identifier: AGPL-3.0-or-later
//! The suite itself: sentences run, fail and end in time.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test target without the usual harness is not seen as a test")]

use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::Duration;

use tramite_testkit::{Database, Suite, free_port, postgres, reference, xmllint, xmllint_present};

/// Under this variable the target runs bad sentences, for a run of itself to look at.
const BAD: &str = "TRAMITE_TESTKIT_BAD";

fn main() {
    if std::env::var_os(BAD).is_some() {
        Suite::new()
            .sync("says_no", || panic!("no, because"))
            .asynchronous("says_no_later", || async { panic!("no, later") })
            .limit(Duration::from_secs(1))
            .asynchronous("blocks", || async { std::thread::sleep(Duration::from_mins(2)) })
            .run();
    }
    Suite::new()
        .sync("ports_differ_and_are_free", ports_differ_and_are_free)
        .sync("bad_sentences_fail_in_time", bad_sentences_fail_in_time)
        .sync("a_filter_chooses_by_name", a_filter_chooses_by_name)
        .sync("what_is_absent_is_ignored", what_is_absent_is_ignored)
        .sync("what_is_required_must_be_there", what_is_required_must_be_there)
        .async_on_both("a_database_is_empty_and_ours", a_database_is_empty_and_ours)
        .asynchronous("a_future_may_keep_to_its_thread", a_future_may_keep_to_its_thread)
        .with_reference("the_reference_holds_schemas", the_reference_holds_schemas)
        .with_schemas("a_schema_refuses_another_document", a_schema_refuses_another_document)
        .run();
}

fn ports_differ_and_are_free() {
    let (one, other) = (free_port(), free_port());
    assert_ne!(one, other);
    std::net::TcpListener::bind(("127.0.0.1", one)).unwrap();
}

fn again(arguments: &[&str], variables: &[(&str, &str)]) -> (Output, String) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(arguments)
        .env_remove("TRAMITE_REQUIRE_ALL")
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = said + &String::from_utf8_lossy(&output.stderr);
    (output, said)
}

fn bad_sentences_fail_in_time() {
    let begin = std::time::Instant::now();
    let (output, said) = again(&[], &[(BAD, "1")]);
    assert!(!output.status.success(), "{said}");
    assert!(said.contains("0 passed; 3 failed"), "{said}");
    assert!(said.contains("no, because") && said.contains("no, later"), "{said}");
    assert!(said.contains("not finished within 1 s"), "{said}");
    assert!(begin.elapsed() < Duration::from_secs(20));
}

fn a_filter_chooses_by_name() {
    let (output, said) = again(&["ports_differ"], &[]);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("1 passed; 0 failed; 0 ignored"), "{said}");
}

/// No PATH hides xmllint and, outside Debian's folder, PostgreSQL.
fn what_is_absent_is_ignored() {
    let absent = [("TRAMITE_REFERENCE", "/nowhere/at/all"), ("PATH", "")];
    let (output, said) = again(&["s", "--list"], &absent);
    assert!(output.status.success(), "{said}");
    let (output, said) = again(&["the_reference"], &absent);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("0 passed; 0 failed; 1 ignored"), "{said}");
    let (output, said) = again(&["a_schema"], &absent);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("0 passed; 0 failed; 1 ignored"), "{said}");
}

fn what_is_required_must_be_there() {
    let required = [("TRAMITE_REFERENCE", "/nowhere/at/all"), ("TRAMITE_REQUIRE_ALL", "1")];
    let (output, said) = again(&["ports_differ"], &required);
    assert!(!output.status.success(), "{said}");
    // Whatever is looked for first and is not there.
    assert!(said.contains("TRAMITE_REQUIRE_ALL=1, but"), "{said}");
}

async fn a_database_is_empty_and_ours(database: Database) {
    match &database {
        Database::Sqlite(url) => {
            let file = PathBuf::from(url.strip_prefix("sqlite:").unwrap());
            assert!(file.parent().unwrap().is_dir() && !file.exists());
        }
        Database::Postgres(url) => {
            let cluster = postgres::cluster().unwrap();
            let (_, name) = url.rsplit_once('/').unwrap();
            let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
            assert_eq!(cluster.psql(name, tables), "0");
        }
    }
    assert_eq!(database.is_postgres(), database.url().starts_with("postgres:"));
}

async fn a_future_may_keep_to_its_thread() {
    let alone = std::rc::Rc::new(1);
    let copy = alone.clone();
    let sum = tokio::task::spawn_local(async move { *copy + 1 }).await.unwrap();
    let other = tokio::spawn(async { 40 }).await.unwrap();
    assert_eq!(*alone + sum + other, 43);
}

fn the_reference_holds_schemas(folder: PathBuf) {
    assert_eq!(Some(&folder), reference().as_ref());
    assert!(folder.join("examples/xsd").is_dir());
}

fn a_schema_refuses_another_document(folder: PathBuf) {
    assert!(xmllint_present());
    let schema = tempfile::NamedTempFile::with_suffix(".xsd").unwrap();
    let text = r#"<schema xmlns="http://www.w3.org/2001/XMLSchema"><element name="a"/></schema>"#;
    std::fs::write(schema.path(), text).unwrap();
    xmllint(schema.path(), b"<a/>").unwrap();
    assert!(xmllint(schema.path(), b"<b/>").unwrap_err().contains("'b'"));
    assert!(folder.is_dir());
}
