// SPDX-License-Identifier: AGPL-3.0-or-later
//! What operators make, and the secrets that come of it.

use std::process::Command;

use data_encoding::BASE64;
use serde_json::{Value, json};
use tramite_tests::binary::tramite;
use tramite_tests::production::Production;

use super::{FILTER, Search, Shown};

const KEY: &str = "canary-idempotency-key-of-an-operator";
/// A secret that was never one of ours.
pub(crate) const WRONG_SECRET: &str = "tr_live_canary-that-opens-nothing-at-all-0123456789";

/// Who may do what, with their secrets.
pub(crate) struct Registry {
    /// A client's id, and its first secret.
    pub(crate) client: (String, String),
    /// A token of it, with every scope that it needs.
    pub(crate) token: String,
    /// A token of the operator.
    pub(crate) operator: String,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

pub(super) async fn used(search: &mut Search, production: &Production, url: &str) -> Registry {
    search.secrets.add("Idempotency-Key of an operator", KEY);
    search.secrets.add("wrong secret", WRONG_SECRET);
    let (operator_id, operator_secret) = production.operator().clone();
    let operator = token(search, url, &operator_id, &operator_secret, &[]).await;
    search.secrets.add("secret of the operator", &operator_secret);
    search.secrets.add_token("token of the operator", &operator);
    command_line(search, production);
    let institutions =
        search.given("institutions", search.http.get(format!("{url}/v1/institutions")).bearer_auth(&operator));
    let institution = institutions.await.json()["items"][0]["id"].clone();
    let scopes = [
        "debt-positions:read",
        "debt-positions:write",
        "payments:read",
        "payments:write",
        "receipts:read",
        "services:read",
        "services:write",
    ];
    let wanted = json!({"kind": "application", "display_name": "Portale di prova", "delegations": [
        {"institution_id": institution, "scopes": scopes, "return_origins": ["https://portale.example.it"]}]});
    let clients = format!("{url}/v1/clients");
    let (client, secret) = twice(search, &clients, &wanted, (&operator, KEY), "/secret/client_secret").await;
    let client = text(&client["client"]["id"]);
    search.secrets.add("secret of a client", &secret);
    let path = format!("{clients}/{client}/secrets");
    let (_, second) = twice(search, &path, &json!({}), (&operator, KEY), "/client_secret").await;
    search.secrets.add("second secret of a client", &second);
    // Both ways of proving oneself.
    let tokens = [
        token(search, url, &client, &second, &[("institution", "comune-prova")]).await,
        in_form(search, url, &client, &secret).await,
    ];
    for token in &tokens {
        search.secrets.add_token("token of a client", token);
    }
    let [token, _] = tokens;
    callback(search, url, &token).await;
    Registry { client: (client, secret), token, operator }
}

/// A service of which an institution's system is asked what is due, and two secrets that sign the questions.
async fn callback(search: &mut Search, url: &str, token: &str) {
    let service = json!({"title": {"it": "Rette"}, "taxonomy_code": "0102100SA", "account_id": "main", "kind": "both",
        "amount": {"rule": "free"}, "status": "active",
        "amount_callback": {"url": "https://gestionale.example.it/importi", "on_failure": "refuse"}});
    let path = format!("{url}/v1/services/RETTE");
    search.given("a service", search.http.put(&path).bearer_auth(token).json(&service)).await;
    for (name, key) in [("first", "canary-first-callback"), ("second", "canary-second-callback")] {
        let secrets = format!("{path}/callback-secrets");
        let (_, secret) = twice(search, &secrets, &json!({}), (token, key), "/secret").await;
        add_signing(search, &format!("{name} secret of a callback"), &secret);
    }
}

/// A secret of Standard Webhooks: as it is shown, and the key that it stands for.
pub(super) fn add_signing(search: &mut Search, name: &str, secret: &str) {
    let key = BASE64.decode(secret.strip_prefix("whsec_").unwrap().as_bytes()).unwrap();
    search.secrets.add(name, secret);
    search.secrets.add_bytes(&format!("{name} (key)"), &key);
}

/// Makes something with a secret, and asks again under the same key.
pub(super) async fn twice(
    search: &Search,
    path: &str,
    body: &Value,
    (token, key): (&str, &str),
    secret: &str,
) -> (Value, String) {
    let ask = || search.http.post(path).bearer_auth(token).header("Idempotency-Key", key).json(body);
    let made = search.ask(ask()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let made = made.json();
    let shown = text(made.pointer(secret).unwrap());
    let Shown { headers, text, .. } = search.given("a replay", ask()).await;
    assert!(headers.contains_key("idempotent-replayed") && !text.contains(&shown), "a replay shows no secret: {text}");
    assert!(text.contains("\"secret_shown\":true") && !text.contains("whsec_"), "a replay says so: {text}");
    (made, shown)
}

async fn token(search: &Search, url: &str, id: &str, secret: &str, more: &[(&str, &str)]) -> String {
    let form = [&[("grant_type", "client_credentials")], more].concat();
    let asked = search.http.post(format!("{url}/oauth2/token")).basic_auth(id, Some(secret)).form(&form);
    text(&search.ask(asked).await.json()["access_token"])
}

async fn in_form(search: &Search, url: &str, id: &str, secret: &str) -> String {
    let form = [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)];
    text(&search.ask(search.http.post(format!("{url}/oauth2/token")).form(&form)).await.json()["access_token"])
}

/// Another operator from the command line: its secret is on the terminal, and not in the log.
fn command_line(search: &mut Search, production: &Production) {
    let mut command = Command::new(tramite());
    let names = ["TRAMITE_DATABASE_URL", "TRAMITE_MASTER_KEY_FILE"];
    let settings = production.variables().iter().filter(|(name, _)| names.contains(&name.as_str())).cloned();
    command
        .args(["operator", "create", "--json", "--display-name", "Second"])
        .envs(settings)
        .env("TRAMITE_LOG", FILTER);
    let ended = command.output().unwrap();
    assert!(ended.status.success());
    let told: Value = serde_json::from_slice(&ended.stdout).unwrap();
    search.secrets.add("secret of another operator", &text(&told["client_secret"]));
    search.secrets.none_within("the log of the command", &ended.stderr);
}
