// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the command line does where answers break off: a server of its own says each answer first with half of its body.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use crate::process::run;

const ID: &str = "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e40";
/// Of a file that could not be read.
const FAILED: &str = "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e41";
const REPORT: &str = "riga;esito\r\n2;loaded\r\n";
const OUTCOMES: &str = "\"line_id\"\r\n\"1\"\r\n";

/// A request as the server heard it: its first line without the version, and its `Idempotency-Key`.
#[derive(Debug, PartialEq, Eq)]
struct Heard {
    line: String,
    key: Option<String>,
}

/// Hears one request to its end.
fn hear(stream: &TcpStream) -> Heard {
    let mut reader = BufReader::new(stream);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        let count = reader.read_line(&mut line).unwrap_or_default();
        if count == 0 || line.trim().is_empty() {
            break;
        }
        head.push(line.trim().to_owned());
    }
    let header = |name: &str| {
        let mut all = head.iter().filter_map(|line| line.split_once(": "));
        all.find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned())
    };
    let length = header("content-length").map_or(0, |text| text.parse().unwrap());
    let _ = std::io::copy(&mut reader.take(length), &mut std::io::sink());
    let line = head.first().map_or("", |line| line.trim_end_matches(" HTTP/1.1"));
    Heard { line: line.to_owned(), key: header("idempotency-key") }
}

/// The answer to a request that has come so many times before: its head and its body.
fn answer(heard: &Heard, before: usize) -> (String, String) {
    let state = |status: &str, is_final: bool| {
        let counts =
            r#"{"read": 1, "loaded": 1, "updated": 0, "unchanged": 0, "cancelled": 0, "rejected": 0, "skipped": 0}"#;
        format!(
            r#"{{"id": "{ID}", "status": "{status}", "is_final": {is_final}, "phase": "loading", "dry_run": false, "counts": {counts}}}"#
        )
    };
    let failed = || {
        let failure = r#"{"code": "utf_16", "detail": "The file is in UTF-16."}"#;
        let state = state("failed", true).replace(ID, FAILED);
        state.replace(r#""phase""#, &format!(r#""failure": {failure}, "phase""#))
    };
    let path = heard.line.split(['?', ' ']).nth(1).unwrap_or_default();
    let (head, body) = match path {
        "/oauth2/token" => ("200 OK", r#"{"access_token": "t", "expires_in": 3600}"#.to_owned()),
        "/v1/imports" if before == 0 => {
            ("409 Conflict\r\nRetry-After: 1", r#"{"type": "/errors/idempotency_in_progress"}"#.to_owned())
        }
        "/v1/imports" => ("202 Accepted", state("queued", false)),
        "/v1/exports/outcomes" => ("200 OK\r\nNext-Cursor: after-1", OUTCOMES.to_owned()),
        path if path.ends_with("/report") => ("200 OK", REPORT.to_owned()),
        path if path.ends_with(FAILED) => ("200 OK", failed()),
        _ => ("200 OK", state("completed", true)),
    };
    (format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len()), body)
}

/// Serves until the test ends, and remembers what it heard. Each answer breaks off in the middle of its body the first time. A folder
/// is gone once the report of the failed import is asked for.
fn serve(gone: PathBuf) -> (String, Arc<Mutex<Vec<Heard>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let all = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&all);
    std::thread::spawn(move || {
        let mut times: HashMap<String, usize> = HashMap::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let heard = hear(&stream);
            if heard.line.is_empty() {
                continue;
            }
            if heard.line.ends_with(&format!("{FAILED}/report")) {
                std::fs::remove_dir(&gone).unwrap();
            }
            let time = times.entry(heard.line.clone()).or_default();
            let (head, body) = answer(&heard, *time);
            // A refusal is told whole; the answer behind it is the first that breaks off.
            let breaks_off = *time == usize::from(heard.line == "POST /v1/imports");
            let body = if breaks_off { body.split_at(body.len() / 2).0 } else { body.as_str() };
            *time += 1;
            kept.lock().unwrap().push(heard);
            let _ = stream.write_all(format!("{head}{body}").as_bytes());
        }
    });
    (url, all)
}

pub(crate) fn answers() {
    let folder = tempfile::tempdir().unwrap();
    let gone = folder.path().join("gone");
    std::fs::create_dir(&gone).unwrap();
    let (url, all) = serve(gone.clone());
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (file, secret, report, output, cursor) =
        (path("tari.csv"), path("secret"), path("report.csv"), path("outcomes.csv"), path("cursor"));
    std::fs::write(&file, "external_id\r\nTARI-1\r\n").unwrap();
    std::fs::write(&secret, "secret").unwrap();
    let settings = [
        ("TRAMITE_URL", url.as_str()),
        ("TRAMITE_CLIENT_ID", ID),
        ("TRAMITE_CLIENT_SECRET_FILE", &secret),
        ("TRAMITE_INSTITUTION", "comune-perugia"),
        ("NO_PROXY", "127.0.0.1"),
        ("no_proxy", "127.0.0.1"),
    ];
    let ended = run(&["import", &file, "--report", &report], &settings);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(ended.output, format!("import {ID}: completed, 1 rows: 1 loaded\n"), "{ended:?}");
    assert_eq!(std::fs::read_to_string(&report).unwrap(), REPORT);
    let ended = run(&["outcomes", "--since", "2026-09-01", "--output", &output, "--cursor-file", &cursor], &settings);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(std::fs::read_to_string(&output).unwrap(), OUTCOMES);
    assert_eq!(std::fs::read_to_string(&cursor).unwrap(), "after-1\n");
    // A report that cannot be written is no report that is not there.
    let lost = gone.join("report.csv").display().to_string();
    let ended = run(&["import", "--resume", FAILED, "--report", &lost], &settings);
    assert!(ended.code == Some(1) && ended.errors.contains("cannot be written"), "{ended:?}");
    assert!(ended.output.contains("utf_16") && !ended.errors.contains("no report: "), "{ended:?}");
    let all = all.lock().unwrap();
    // Refused for the twin that is at work, broken off, taken: one intention.
    let sent: Vec<_> = all.iter().filter(|heard| heard.line == "POST /v1/imports").collect();
    assert!(sent.len() == 3 && sent.iter().all(|one| one.key.is_some() && one.key == sent[0].key), "{sent:?}");
    // Each of the three commands takes a token, and a report that cannot be written is asked for once.
    for (ending, count) in [("/oauth2/token", 4), ("/report", 3), ("wait=20", 2)] {
        assert_eq!(all.iter().filter(|heard| heard.line.ends_with(ending)).count(), count, "{ending}: {all:?}");
    }
}
