// SPDX-License-Identifier: AGPL-3.0-or-later
//! Every service that ships as an example, published from its file and paid: what is submitted is its own first case, with its days
//! moved to today.

use std::fs;

use chrono::{Days, NaiveDate, Utc};
use serde_json::{Value, json};
use tramite_testkit::{Database, workspace_root};
use tramite_tests::api::{Api, Came};
use tramite_tests::town::Town;

/// The day of the cases.
const CASES: &str = "2026-06-10";

/// The JSON files of a folder of examples, by their names.
fn examples(folder: &str) -> Vec<(String, Value)> {
    let files = fs::read_dir(workspace_root().join("examples").join(folder)).unwrap();
    let mut all: Vec<(String, Value)> = files
        .map(|file| {
            let path = file.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap())
        })
        .collect();
    all.sort_by(|one, other| one.0.cmp(&other.0));
    all
}

/// The same with every day, month and instant so many days later.
fn moved(value: &Value, days: u64) -> Value {
    match value {
        Value::String(text) => Value::String(moved_text(text, days).unwrap_or_else(|| text.clone())),
        Value::Array(items) => items.iter().map(|item| moved(item, days)).collect(),
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), moved(value, days))).collect(),
        other => other.clone(),
    }
}

fn moved_text(text: &str, days: u64) -> Option<String> {
    let later = |day: &str| Some(day.parse::<NaiveDate>().ok()?.checked_add_days(Days::new(days))?.to_string());
    match text.len() {
        7 => Some(later(&format!("{text}-15"))?.get(..7)?.to_owned()),
        10 => later(text),
        _ => Some(format!("{}{}", later(text.get(..10)?)?, text.get(10..).filter(|rest| rest.starts_with('T'))?)),
    }
}

/// How a service of that form is defined. The demonstration's institution has one account.
fn service(definition: &Value) -> Value {
    json!({
        "title": {"it": definition["title"]["it"]}, "taxonomy_code": definition["taxonomy_code"],
        "collection_kind": definition["collection_kind"], "account_id": "main", "kind": "both",
        "amount": {"rule": "free"}, "anonymous_debtor_allowed": true, "status": "active",
    })
}

/// Whether it is there now; the demonstration has some of them already.
fn is_written(came: &Came) -> bool {
    [200, 201].contains(&came.status.as_u16())
}

async fn published(api: &Api, days: u64) -> Vec<(String, Value)> {
    for (name, registry) in examples("registries") {
        let written = api.put(&format!("/v1/registries/{name}"), &moved(&registry, days)).await;
        assert!(is_written(&written), "{name}: {}", written.body);
    }
    let mut all = Vec::new();
    for (name, definition) in examples("services") {
        let text = moved(&definition, days).to_string().replace(r#""account_id":"cds""#, r#""account_id":"main""#);
        let mut definition: Value = serde_json::from_str(&text).unwrap();
        let case = definition["tests"][0]["values"].clone();
        // The cases are tried where they are published unmoved; months have no days to be moved by.
        definition["tests"] = json!([]);
        let code = definition["code"].as_str().unwrap().to_owned();
        let made = api.put(&format!("/v1/services/{code}"), &service(&definition)).await;
        assert!(is_written(&made), "{name}: {}", made.body);
        let written = api.put(&format!("/v1/services/{code}/form/definition"), &definition).await;
        assert!(is_written(&written), "{name}: {}", written.body);
        all.push((code, case));
    }
    all
}

/// What is published is paid: each in a session of its own, at the simulated Checkout's back, by its notice.
pub(crate) async fn all_paid(database: Database) {
    let town = Town::start(&database).await;
    let api = town.api("comune-perugia").await;
    let creditor = town.institution("comune-perugia")["tax_code"].clone();
    let days = (Utc::now().date_naive() - CASES.parse::<NaiveDate>().unwrap()).num_days();
    let mut paid = 0;
    for (code, values) in published(&api, u64::try_from(days).unwrap()).await {
        let made = api.post(&format!("/v1/services/{code}/submissions"), &json!({"values": values})).await;
        assert_eq!(made.status, 201, "{code}: {}", made.body);
        let amount = made.body["amount"].as_i64().unwrap();
        assert!(amount > 0, "{code}: {}", made.body);
        let mut asked = json!({
            "line_items": [{"submission_id": made.body["id"], "expected_amount": amount}],
            "return_url": "http://127.0.0.1:8091/esito",
        });
        // A digital stamp is paid at Checkout alone.
        asked["allow_notice"] = json!(code != "SUAPE-DIRITTI");
        let session = api.post("/v1/checkout-sessions", &asked).await;
        assert_eq!(session.status, 201, "{code}: {}", session.body);
        let payment =
            json!({"creditor_tax_code": creditor, "notice_number": session.body["line_items"][0]["notice_number"]});
        let report = tramite_tests::http::client()
            .post(format!("{}/sandbox/v1/payments", town.sandbox()))
            .json(&payment)
            .send()
            .await
            .unwrap()
            .json::<Value>()
            .await
            .unwrap();
        assert_eq!(report["outcome"], "OK", "{code}: {report}");
        let done = api.get(&format!("/v1/checkout-sessions/{}", session.body["id"].as_str().unwrap())).await.body;
        assert_eq!((&done["status"], &done["amount_paid"]), (&json!("completed"), &json!(amount)), "{code}: {done}");
        let receipt = done["line_items"][0]["receipt_id"].as_str().unwrap();
        let receipt = api.get(&format!("/v1/receipts/{receipt}")).await.body;
        assert_eq!((&receipt["anomalies"], &receipt["service_code"]), (&json!([]), &json!(code)), "{receipt}");
        paid += 1;
    }
    assert!(paid >= 18, "{paid}");
}
