// SPDX-License-Identifier: AGPL-3.0-or-later
//! The program with traces: a span of each request reaches a collector on this machine, below the caller's, and nothing in
//! it is anybody's.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests state what they expect"
)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tramite_testkit::free_port;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(40);
const TRACE_ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN_ID: &str = "00f067aa0ba902b7";
/// What a caller sends, and nobody may find again.
const CANARIES: [&str; 5] =
    ["RSSMRA85T10A562S", "canary-state-77ad", "canary-agent-19c3", "canary-token-5be0", "305000000001234586"];

/// A program that is killed when the test ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Everything that was sent to the collector.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<u8>>>);

impl Collector {
    fn start(self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let collector = self.clone();
                std::thread::spawn(move || while collector.hear(&stream).is_some() {});
            }
        });
        format!("http://{address}")
    }

    /// One request, answered with an empty message of protobuf.
    fn hear(&self, stream: &TcpStream) -> Option<()> {
        let mut reader = BufReader::new(stream);
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            if let Some(given) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = given.trim().parse().ok()?;
            }
            if line == "\r\n" {
                break;
            }
            head.push_str(&line);
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let mut heard = self.0.lock().unwrap();
        heard.extend_from_slice(head.as_bytes());
        heard.extend_from_slice(&body);
        drop(heard);
        let answer = "HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n";
        (&mut &*stream).write_all(answer.as_bytes()).ok()
    }

    fn holds(&self, wanted: &[u8]) -> bool {
        self.0.lock().unwrap().windows(wanted.len()).any(|window| window == wanted)
    }
}

/// The bytes that hexadecimal digits spell.
fn bytes_of(digits: &str) -> Vec<u8> {
    digits.as_bytes().chunks(2).map(|two| u8::from_str_radix(str::from_utf8(two).unwrap(), 16).unwrap()).collect()
}

fn tramite(arguments: &[&str], settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tramite"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TRAMITE_") || name.starts_with("OTEL_")) {
        command.env_remove(name);
    }
    command.args(arguments).envs(settings.iter().copied()).stdin(Stdio::null()).stdout(Stdio::null());
    command
}

/// Sends a request and gives what is answered; none where nobody listens.
fn ask(address: &str, path: &str, headers: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}

fn until(what: &str, mut is: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is() {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_request_is_a_span_below_its_callers_and_holds_nothing_that_was_sent() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("master.key");
    std::fs::write(&key, [7; 32]).unwrap();
    let collector = Collector::default();
    let endpoint = collector.clone().start();
    let (listen, private) = (format!("127.0.0.1:{}", free_port()), format!("127.0.0.1:{}", free_port()));
    let (public, key) = (format!("http://{listen}"), key.display().to_string());
    let (url, log) = (format!("sqlite:{}/tramite.db", folder.path().display()), folder.path().join("log"));
    let settings = [
        ("TRAMITE_DATABASE_URL", url.as_str()),
        ("TRAMITE_MASTER_KEY_FILE", &key),
        ("TRAMITE_PUBLIC_URL", &public),
        ("TRAMITE_CHECKOUT_URL", "http://127.0.0.1:8081"),
        ("TRAMITE_LISTEN", &listen),
        ("TRAMITE_PRIVATE_LISTEN", &private),
        ("TRAMITE_DRAIN_SECONDS", "0"),
        ("TRAMITE_LOG_FORMAT", "json"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint),
        ("OTEL_BSP_SCHEDULE_DELAY", "100"),
    ];
    let prepared = tramite(&["migrate", "--environment", "sandbox"], &settings).stderr(Stdio::null()).status();
    assert!(prepared.unwrap().success());
    let errors = std::fs::File::create(&log).unwrap();
    let mut serve = Running(tramite(&["serve"], &settings).stderr(errors).spawn().unwrap());
    until("the gateway answers", || ask(&listen, "/status", "").is_some_and(|answer| answer.contains("200 OK")));
    let [code, state, agent, token, notice] = CANARIES;
    let headers = format!(
        "traceparent: 00-{TRACE_ID}-{SPAN_ID}-01\r\ntracestate: x={state}\r\nUser-Agent: {agent}\r\n\
         Authorization: Bearer {token}\r\nX-Forwarded-For: 203.0.113.77\r\n"
    );
    let refused = ask(&listen, &format!("/v1/debt-positions?notice_number={notice}&x={code}"), &headers).unwrap();
    assert!(refused.contains(" 401 "), "{refused}");
    for sent in
        ["GET /v1/debt-positions".as_bytes(), b"tramite", b"/v1/traces", &bytes_of(TRACE_ID), &bytes_of(SPAN_ID)]
    {
        until(&format!("a span with {:?}", String::from_utf8_lossy(sent)), || collector.holds(sent));
    }
    for canary in CANARIES.iter().chain(&["203.0.113.77"]) {
        assert!(!collector.holds(canary.as_bytes()), "{canary} was sent to the collector");
    }
    assert!(Command::new("kill").args(["-TERM", &serve.0.id().to_string()]).status().unwrap().success());
    assert!(serve.0.wait().unwrap().success(), "it ended badly");
    let said = std::fs::read_to_string(&log).unwrap();
    assert!(said.contains(&format!("\"trace_id\":\"{TRACE_ID}\"")), "{said}");
    for canary in CANARIES {
        assert!(!said.contains(canary), "{canary} is in the log");
    }
}
