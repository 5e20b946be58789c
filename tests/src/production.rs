// SPDX-License-Identifier: AGPL-3.0-or-later
//! An installation for production, set up by hand as an operator would: nothing of the demo is in it.

use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;
use tramite_testkit::{Database, free_port, scratch};

use crate::api::Api;
use crate::binary::tramite;
use crate::node::Addressee;
use crate::platform::{PORTAL, Platform};
use crate::process::Process;
use crate::town::{generous, readiness};
use crate::until;

const TAX_CODE: &str = "99999000104";
const BROKER: &str = "99999000039";
const STATION: &str = "99999000039_01";

/// A prepared database with its settings.
#[derive(Debug)]
pub struct Production {
    folder: TempDir,
    variables: Vec<(String, String)>,
    operator: (String, String),
}

/// A gateway of it.
#[derive(Debug)]
pub struct Running {
    /// Where the API is.
    pub url: String,
    /// Where health and metrics are.
    pub private: String,
    /// Where the Node is heard, without a scheme.
    pub node: String,
    /// The process.
    pub process: Process,
}

impl Running {
    /// What its readiness says: a status and a word.
    pub async fn readiness(&self) -> (u16, String) {
        readiness(&self.private).await
    }
}

impl Production {
    /// Prepares a database and its first operator.
    ///
    /// # Panics
    /// When that fails.
    #[must_use]
    pub fn prepare(database: &Database) -> Self {
        let folder = scratch::folder();
        let file = |name: &str, content: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, content).expect("a file is written");
            path.display().to_string()
        };
        let mut variables = generous();
        variables.extend(
            [
                ("TRAMITE_DATABASE_URL", database.url().to_owned()),
                ("TRAMITE_MASTER_KEY_FILE", file("master.key", &"5a".repeat(32))),
                ("TRAMITE_PUBLIC_URL", "https://tramite.example.it".to_owned()),
                ("TRAMITE_CHECKOUT_URL", "https://checkout.example.it".to_owned()),
                ("TRAMITE_CHECKOUT_API_KEY_FILE", file("checkout.key", "0123456789abcdef")),
                ("TRAMITE_DRAIN_SECONDS", "0".to_owned()),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
        let mut prepared = Self { folder, variables, operator: (String::new(), String::new()) };
        prepared.run(&["migrate", "--environment", "production"]);
        let told = prepared.run(&["operator", "create", "--json", "--display-name", "First"]);
        let told: Value = serde_json::from_str(&told).expect("JSON");
        let text = |name: &str| told[name].as_str().expect("a text").to_owned();
        prepared.operator = (text("client_id"), text("client_secret"));
        prepared
    }

    /// A folder for a test's files.
    #[must_use]
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// The first operator: its id and its secret.
    #[must_use]
    pub const fn operator(&self) -> &(String, String) {
        &self.operator
    }

    /// The settings of its database, for commands.
    #[must_use]
    pub fn variables(&self) -> &[(String, String)] {
        &self.variables
    }

    /// Starts a gateway with these further settings.
    ///
    /// # Panics
    /// When it does not answer.
    pub async fn serve(&self, further: &[(&str, String)]) -> Running {
        self.serve_heard(further, (Stdio::null(), Stdio::null())).await
    }

    /// The same, where somebody listens to standard output and standard error.
    pub async fn serve_heard(&self, further: &[(&str, String)], (stdout, stderr): (Stdio, Stdio)) -> Running {
        let [listen, private, node] = [(); 3].map(|()| format!("127.0.0.1:{}", free_port()));
        let mut variables = self.variables.clone();
        variables.extend(
            [("TRAMITE_LISTEN", &listen), ("TRAMITE_PRIVATE_LISTEN", &private), ("TRAMITE_NODE_LISTEN", &node)]
                .map(|(name, value)| (name.to_owned(), value.clone())),
        );
        variables.extend(further.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        let process = Process::start_heard(&["serve"], &variables, stdout, stderr);
        let running = Running { url: format!("http://{listen}"), private: format!("http://{private}"), node, process };
        let status = format!("{}/status", running.url);
        until("the gateway answers", async || {
            crate::http::get(&status).await.is_ok_and(|answer| answer.status() == 200)
        })
        .await;
        running
    }

    /// Sets up an institution with a service and a client, and gives the client's caller.
    ///
    /// # Panics
    /// When something is refused.
    pub async fn institution(&self, running: &Running) -> (Api, Addressee) {
        let platform = Platform::open(&running.url, &self.operator.0, &self.operator.1).await;
        platform.station(STATION, BROKER).await;
        let institution = platform
            .institution(&json!({
                "code": "comune-prova", "tax_code": TAX_CODE, "display_name": "Comune di Prova", "status": "active",
                "stations": [{"station_id": STATION, "aux_digit": 3, "segregation_code": "01", "issuing": true}],
                "accounts": [{"id": "main", "iban": "IT55T9999903000000000000101"}]
            }))
            .await;
        let scopes = [
            "debt-positions:read",
            "debt-positions:write",
            "payments:read",
            "payments:write",
            "receipts:read",
            "services:read",
            "services:write",
        ];
        let portal = json!({"institution_id": institution["id"], "scopes": scopes, "return_origins": [PORTAL]});
        let api = platform.client("comune-prova", &portal).await.api(&running.url).await;
        let service = json!({"title": {"it": "Multe", "en": "Fines"}, "taxonomy_code": "0102100SA", "account_id": "main",
            "kind": "both", "amount": {"rule": "free"}, "status": "active"});
        let made = api.put("/v1/services/MULTE", &service).await;
        assert!(made.status.is_success(), "{}", made.body);
        let addressee =
            Addressee { tax_code: TAX_CODE.to_owned(), broker: BROKER.to_owned(), station: STATION.to_owned() };
        (api, addressee)
    }

    fn run(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(tramite());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TRAMITE_")) {
            command.env_remove(name);
        }
        let database = ["TRAMITE_DATABASE_URL", "TRAMITE_MASTER_KEY_FILE"];
        let settings = self.variables.iter().filter(|(name, _)| database.contains(&name.as_str())).cloned();
        let ended = command.args(arguments).envs(settings).output().expect("tramite runs");
        assert!(ended.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&ended.stderr));
        String::from_utf8(ended.stdout).expect("UTF-8")
    }
}
