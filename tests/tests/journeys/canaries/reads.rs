// SPDX-License-Identifier: AGPL-3.0-or-later
//! What an institution reads of a payment: feed and trail name nobody, a table where it says so, and the
//! messages hold no secret.

use std::collections::BTreeSet;

use data_encoding::BASE64;
use serde_json::json;
use tramite_tests::until;

use super::Search;
use super::people::DEBTOR_TAX_CODE;

/// The columns of the table of outcomes that are for somebody's data (docs/outcome-exports.md).
const PERSONAL: [&str; 5] =
    ["debtor_tax_code", "debtor_full_name", "payer_tax_code", "payer_full_name", "transfer_1_iban"];

pub(super) async fn everything(search: &Search, url: &str, token: &str) {
    let get = |path: &str| search.http.get(format!("{url}{path}")).bearer_auth(token);
    let sought = json!({"debtor_tax_code": DEBTOR_TAX_CODE});
    let asked = search.http.post(format!("{url}/v1/debt-positions/search")).bearer_auth(token).json(&sought);
    search.given("a search", asked).await;
    for (path, holds) in [("/v1/events?type=installment.paid", "\"C-1\""), ("/v1/exports/outcomes", "C-1")] {
        let shown = search.given(path, get(path)).await;
        assert!(shown.text.contains(holds), "{path}: {}", shown.text);
    }
    for path in ["/v1/events?limit=500", "/v1/audit?limit=500"] {
        let shown = search.given(path, get(path)).await;
        search.people.none_within(path, &shown.bytes());
    }
    let table = search.given("the table", get("/v1/exports/outcomes")).await.text;
    assert_eq!(columns_with_people(search, &table), BTreeSet::from(PERSONAL));
    let trail = search.given("the trail", get("/v1/audit?limit=500")).await.json();
    let subjects = trail["items"].as_array().unwrap().iter().filter_map(|one| one["subject"].as_str());
    assert!(subjects.into_iter().any(|subject| subject.starts_with("debtor/")), "{trail}");
    messages(search, url, token).await;
}

/// The columns of a table in which people stand. Every cell is in quotes.
fn columns_with_people<'a>(search: &Search, table: &'a str) -> BTreeSet<&'a str> {
    let cells = |line: &'a str| line.trim_matches('"').split("\",\"");
    let mut lines = table.lines();
    let names: Vec<&str> = cells(lines.next().unwrap()).collect();
    let within = lines.flat_map(|line| names.iter().zip(cells(line)));
    within.filter(|(_, cell)| !search.people.within(cell.as_bytes()).is_empty()).map(|(name, _)| *name).collect()
}

/// The bytes of every message: people may stand in them, and secrets may not.
async fn messages(search: &Search, url: &str, token: &str) {
    let get = |path: &str| search.http.get(format!("{url}{path}")).bearer_auth(token);
    let lines = async || {
        let shown = search.given("the journal", get("/v1/journal?limit=500")).await.json();
        shown["items"].as_array().unwrap().clone()
    };
    // Lines come a moment after their answers.
    until("the journal tells of the payment", async || lines().await.len() > 3).await;
    let mut people = 0;
    for line in lines().await {
        let path = format!("/v1/journal/{}/payload", line["id"].as_str().unwrap());
        let shown = search.given(&path, get(&path)).await.json();
        let bytes = BASE64.decode(shown["base64"].as_str().unwrap().as_bytes()).unwrap();
        search.secrets.none_within(&path, &bytes);
        people += usize::from(!search.people.within(&bytes).is_empty());
    }
    assert!(people > 0, "no message names who pays");
}
