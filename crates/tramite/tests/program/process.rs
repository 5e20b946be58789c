// SPDX-License-Identifier: AGPL-3.0-or-later
//! Runs the program.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long a started program may take to say its first word.
pub(crate) const PATIENCE: Duration = Duration::from_secs(40);

/// What a program said, and how it ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) output: String,
    pub(crate) errors: String,
}

/// The program with settings of its own and none of the machine's.
pub(crate) fn tramite(arguments: &[&str], settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tramite"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TRAMITE_")) {
        command.env_remove(name);
    }
    command.args(arguments).envs(settings.iter().copied()).stdin(Stdio::null());
    command
}

/// Runs the program to its end.
pub(crate) fn run(arguments: &[&str], settings: &[(&str, &str)]) -> Ended {
    let output = tramite(arguments, settings).output().unwrap();
    Ended {
        code: output.status.code(),
        output: String::from_utf8(output.stdout).unwrap(),
        errors: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A master key in a folder of its own.
pub(crate) struct Key {
    folder: TempDir,
}

impl Key {
    pub(crate) fn new() -> Self {
        let key = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::write(key.path(), [7; 32]).unwrap();
        key
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("master.key")
    }

    pub(crate) fn text(&self) -> String {
        self.path().display().to_string()
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// The settings of a sandbox that lacks nothing.
pub(crate) fn settings<'a>(database: &'a str, key: &'a str) -> Vec<(&'static str, &'a str)> {
    vec![
        ("TRAMITE_DATABASE_URL", database),
        ("TRAMITE_MASTER_KEY_FILE", key),
        ("TRAMITE_PUBLIC_URL", "http://127.0.0.1:8080"),
        ("TRAMITE_CHECKOUT_URL", "http://127.0.0.1:8081"),
        ("TRAMITE_DATABASE_CONNECTIONS", "4"),
        ("TRAMITE_DATABASE_SYSTEM_CONNECTIONS", "2"),
    ]
}

/// The same settings with one that is otherwise, or not there where it is empty.
pub(crate) fn with<'a>(
    settings: &[(&'static str, &'a str)],
    name: &'static str,
    value: &'a str,
) -> Vec<(&'static str, &'a str)> {
    let mut changed: Vec<_> = settings.iter().copied().filter(|(other, _)| *other != name).collect();
    changed.push((name, value));
    changed
}

/// A program that runs until it is stopped; killed when dropped.
pub(crate) struct Running {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Running {
    pub(crate) fn start(arguments: &[&str], settings: &[(&str, &str)]) -> Self {
        let mut child = tramite(arguments, settings).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, output }
    }

    /// The next line on standard output.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line
    }

    /// Whether it has ended, and how.
    pub(crate) fn ended(&mut self) -> Option<Option<i32>> {
        self.child.try_wait().unwrap().map(|status| status.code())
    }

    /// Asks it to stop; its exit code and how long it took.
    pub(crate) fn stop(mut self) -> (Option<i32>, Duration) {
        let begin = Instant::now();
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        (self.child.wait().unwrap().code(), begin.elapsed())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A client without the machine's proxies, and without its certificates: to read them takes longer than what is asked here.
pub(crate) fn http() -> reqwest::Client {
    let builder = reqwest::Client::builder().no_proxy().tls_certs_only([]);
    builder.redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

/// Waits until an address answers with a status.
pub(crate) async fn answers(url: &str, status: u16) {
    let begin = Instant::now();
    loop {
        let answer = http().get(url).send().await;
        if answer.as_ref().is_ok_and(|answer| answer.status().as_u16() == status) {
            return;
        }
        assert!(begin.elapsed() < PATIENCE, "{url}: {answer:?}, expected {status}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
