// SPDX-License-Identifier: AGPL-3.0-or-later
//! `just bench`: how long `tramite serve` takes from its start to its first answer, on an embedded database that was
//! migrated and is otherwise empty. It prints figures and asserts none (docs/performance.md).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement prints, and ends where something fails"
)]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tramite_testkit::free_port;
use tramite_tests::process::Process;

/// How often the start is measured. The first one makes the keys.
const STARTS: usize = 10;
/// Between two looks whether somebody answers.
const LOOK_EVERY: Duration = Duration::from_millis(1);
/// The longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(30);

fn main() {
    // `cargo test --benches` runs this too; only `cargo bench` measures.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("master.key");
    std::fs::write(&key, [7; 32]).unwrap();
    let mut variables = vec![
        ("TRAMITE_DATABASE_URL".to_owned(), format!("sqlite:{}/tramite.db", folder.path().display())),
        ("TRAMITE_MASTER_KEY_FILE".to_owned(), key.display().to_string()),
        ("TRAMITE_PUBLIC_URL".to_owned(), "http://127.0.0.1:8080".to_owned()),
        ("TRAMITE_CHECKOUT_URL".to_owned(), "http://127.0.0.1:8081".to_owned()),
        ("TRAMITE_DRAIN_SECONDS".to_owned(), "0".to_owned()),
        ("TRAMITE_LOG".to_owned(), "error".to_owned()),
    ];
    let mut migrate = Process::start(&["migrate", "--environment", "sandbox"], &variables, Stdio::null());
    assert!(migrate.child().wait().unwrap().success(), "the database cannot be prepared");
    let mut times: Vec<Duration> = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        let (listen, private) = (format!("127.0.0.1:{}", free_port()), format!("127.0.0.1:{}", free_port()));
        variables.retain(|(name, _)| !name.ends_with("LISTEN"));
        variables.push(("TRAMITE_LISTEN".to_owned(), listen.clone()));
        variables.push(("TRAMITE_PRIVATE_LISTEN".to_owned(), private));
        let begun = Instant::now();
        let mut served = Process::start(&["serve"], &variables, Stdio::null());
        while !answers(&listen) {
            assert!(begun.elapsed() < PATIENCE, "nobody answers");
            std::thread::sleep(LOOK_EVERY);
        }
        times.push(begun.elapsed());
        served.stop();
    }
    let first = times.remove(0);
    times.sort_unstable();
    let (half, most) = (times.get(times.len() / 2).unwrap(), times.last().unwrap());
    println!("start to first answer on an empty SQLite, milliseconds");
    println!("{:<10} {:>6}", "first", first.as_millis());
    println!("{:<10} {:>6}", "p50", half.as_millis());
    println!("{:<10} {:>6}", "most", most.as_millis());
}

/// Whether the gateway says that it works.
fn answers(listen: &str) -> bool {
    let Ok(mut stream) = TcpStream::connect(listen) else { return false };
    let asked = stream.write_all(b"GET /status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let mut head = [0; 12];
    asked.is_ok() && stream.read_exact(&mut head).is_ok() && head.ends_with(b" 200")
}
