// SPDX-License-Identifier: AGPL-3.0-or-later
//! A town made by `tramite demo`: institutions, services and clients in a database, then served by as many processes
//! as a test wants.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::Stdio;

use serde_json::Value;
use tempfile::TempDir;
use tramite_testkit::{Database, free_port, scratch};

use crate::api::Api;
use crate::process::Process;
use crate::until;

/// A town.
#[derive(Debug)]
pub struct Town {
    /// Addresses, institutions, clients and their secrets, as the demo printed them.
    pub told: Value,
    /// The demo, while it runs.
    pub demo: Process,
    folder: TempDir,
    database_url: String,
}

/// A process of `tramite serve`.
#[derive(Debug)]
pub struct Served {
    /// Its address.
    pub url: String,
    /// Where its health and metrics are.
    pub private: String,
    /// The process.
    pub process: Process,
}

impl Town {
    /// Starts the demo on a database and waits until it has told what there is.
    ///
    /// # Panics
    /// When it does not.
    pub async fn start(database: &Database) -> Self {
        Self::start_heard(database, &[], Stdio::null()).await
    }

    /// The same with settings that differ, where somebody listens to standard error.
    ///
    /// # Panics
    /// When it does not.
    pub async fn start_heard(database: &Database, further: &[(&str, String)], stderr: Stdio) -> Self {
        let folder = scratch::folder();
        let (listen, sandbox) = (format!("127.0.0.1:{}", free_port()), format!("127.0.0.1:{}", free_port()));
        let data = folder.path().display().to_string();
        let arguments = [
            "demo",
            "--json",
            "--listen",
            &listen,
            "--sandbox-listen",
            &sandbox,
            "--data-dir",
            &data,
            "--database-url",
            database.url(),
        ];
        let mut variables = generous();
        variables.extend(further.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        let mut demo = Process::start_heard(&arguments, &variables, Stdio::piped(), stderr);
        let stdout = demo.child().stdout.take().expect("standard output is ours");
        let line = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            BufReader::new(stdout).read_line(&mut line).map(|_| line)
        });
        let line = line.await.expect("reading ends").expect("the demo tells");
        let told = serde_json::from_str(&line).expect("the first line is JSON");
        Self { told, demo, folder, database_url: database.url().to_owned() }
    }

    /// The file of the master key.
    #[must_use]
    pub fn master_key(&self) -> PathBuf {
        self.folder.path().join("master.key")
    }

    /// The gateway of the demo.
    #[must_use]
    pub fn gateway(&self) -> String {
        self.text("/gateway")
    }

    /// The simulated Node.
    #[must_use]
    pub fn sandbox(&self) -> String {
        self.text("/sandbox")
    }

    /// A text that the demo told.
    #[must_use]
    pub fn text(&self, pointer: &str) -> String {
        self.told
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_else(|| panic!("{pointer} in {}", self.told))
            .to_owned()
    }

    /// What the demo told of an institution.
    #[must_use]
    pub fn institution(&self, code: &str) -> Value {
        let all = self.told["institutions"].as_array().expect("institutions");
        all.iter()
            .find(|one| one["code"] == code || one["name"].as_str().is_some_and(|name| name.contains(code)))
            .cloned()
            .expect(code)
    }

    /// A caller of that institution's API, at the demo's gateway.
    pub async fn api(&self, institution: &str) -> Api {
        self.api_at(&self.gateway(), institution).await
    }

    /// A caller of that institution's API, at another process.
    pub async fn api_at(&self, url: &str, institution: &str) -> Api {
        let clients = self.told["clients"].as_array().expect("clients");
        let client = clients.iter().find(|one| one["institution"] == institution).expect("a client of the institution");
        let (id, secret) = (client["client_id"].as_str().unwrap(), client["client_secret"].as_str().unwrap());
        Api::with_secret(url, id, secret, institution).await
    }

    /// Another gateway on the same database; it names itself like the first, so that tokens hold at all of them.
    pub async fn serve(&self) -> Served {
        self.serve_at(&format!("127.0.0.1:{}", free_port())).await
    }

    /// A gateway at that address.
    ///
    /// # Panics
    /// When it does not answer.
    pub async fn serve_at(&self, listen: &str) -> Served {
        self.serve_with(listen, &[]).await
    }

    /// A gateway at that address with settings that differ.
    ///
    /// # Panics
    /// When it does not answer.
    pub async fn serve_with(&self, listen: &str, further: &[(&str, String)]) -> Served {
        self.serve_by(listen, further, |variables| Process::start(&["serve"], variables, Stdio::null())).await
    }

    /// The same, started by a program that becomes it.
    ///
    /// # Panics
    /// When it does not answer.
    pub async fn serve_under(&self, wrapper: &[&str], listen: &str, further: &[(&str, String)]) -> Served {
        self.serve_by(listen, further, |variables| Process::start_under(wrapper, &["serve"], variables)).await
    }

    /// The same, where somebody listens to standard output and standard error.
    ///
    /// # Panics
    /// When it does not answer.
    pub async fn serve_heard(
        &self,
        listen: &str,
        further: &[(&str, String)],
        (stdout, stderr): (Stdio, Stdio),
    ) -> Served {
        self.serve_by(listen, further, |variables| Process::start_heard(&["serve"], variables, stdout, stderr)).await
    }

    async fn serve_by(
        &self,
        listen: &str,
        further: &[(&str, String)],
        start: impl FnOnce(&[(String, String)]) -> Process,
    ) -> Served {
        let variables = self.variables(listen, further);
        let private = variables.iter().rfind(|(name, _)| name == "TRAMITE_PRIVATE_LISTEN").map(|(_, address)| address);
        let private = format!("http://{}", private.expect("it is among the settings"));
        let served = Served { url: format!("http://{listen}"), private, process: start(&variables) };
        let status = format!("{}/status", served.url);
        until("the gateway answers", async || {
            crate::http::get(&status).await.is_ok_and(|answer| answer.status() == 200)
        })
        .await;
        served
    }

    /// The settings of a gateway at that address; those that differ come last.
    #[must_use]
    pub fn variables(&self, listen: &str, further: &[(&str, String)]) -> Vec<(String, String)> {
        let private = format!("127.0.0.1:{}", free_port());
        let mut variables = generous();
        variables.extend(
            [
                ("TRAMITE_DATABASE_URL", self.database_url.clone()),
                ("TRAMITE_MASTER_KEY_FILE", self.master_key().display().to_string()),
                ("TRAMITE_PUBLIC_URL", self.gateway()),
                ("TRAMITE_CHECKOUT_URL", self.sandbox()),
                ("TRAMITE_RECEIPTS_URL", self.sandbox()),
                ("TRAMITE_LISTEN", listen.to_owned()),
                ("TRAMITE_PRIVATE_LISTEN", private),
                ("TRAMITE_DRAIN_SECONDS", "0".to_owned()),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
        variables.extend(further.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        variables
    }
}

impl Served {
    /// What its readiness says: a status and a word.
    pub async fn readiness(&self) -> (u16, String) {
        readiness(&self.private).await
    }
}

/// What a process says of its readiness on its private address.
pub(crate) async fn readiness(private: &str) -> (u16, String) {
    let answer = crate::http::get(format!("{private}/health/ready")).await.expect("readiness is told");
    let status = answer.status().as_u16();
    (status, answer.text().await.expect("a text").trim_end().to_owned())
}

/// Limits that a test does not reach.
pub(crate) fn generous() -> Vec<(String, String)> {
    let limits = [
        "CLIENT_PER_SECOND",
        "CLIENT_BURST",
        "TOKEN_CLIENT_PER_MINUTE",
        "TOKEN_SOURCE_PER_MINUTE",
        "SOURCE_PER_SECOND",
        "SOURCE_BURST",
    ];
    let mut variables: Vec<_> =
        limits.iter().map(|name| (format!("TRAMITE_LIMIT_{name}"), "100000".to_owned())).collect();
    // Five hundred at once on a small machine wait their turn; that nobody waits without end is another test's matter.
    variables.push(("TRAMITE_DATABASE_WAIT_MS".to_owned(), "30000".to_owned()));
    variables.push(("TRAMITE_DATABASE_CONNECTIONS".to_owned(), "8".to_owned()));
    variables.push(("TRAMITE_LOG".to_owned(), "error".to_owned()));
    variables
}
