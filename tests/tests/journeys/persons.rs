// SPDX-License-Identifier: AGPL-3.0-or-later
//! A person asks what is kept of them, and to be forgotten (reliability.md 38): what went is looked for in the whole database.

use serde_json::{Value, json};
use tramite_testkit::Database;
use tramite_tests::api::{Api, notice};
use tramite_tests::canary::Canaries;
use tramite_tests::dump;
use tramite_tests::node;
use tramite_tests::town::Town;
use tramite_tests::until;
use uuid::Uuid;

/// Owes nothing any more, and once meant to pay for somebody else.
const GONE_TAX_CODE: &str = "RFTCNR63C03Z999Q";
const GONE_NAME: &str = "Canarino Rimosso";
const GONE_EMAIL: &str = "canarino.rimosso@example.org";
/// Has paid.
const PAID_TAX_CODE: &str = "CNRGLL61A01Z999K";
const PAID_NAME: &str = "Canarino Debitore";
const PAID_EMAIL: &str = "canarino.debitore@example.org";
const PAID_STREET: &str = "Vicolo del Canarino";
/// The same person at another institution.
const ELSEWHERE_EMAIL: &str = "canarino.altrove@example.org";

fn position(external_id: &str, service: &str, debtor: (&str, &str, &str)) -> Value {
    let (code, name, email) = debtor;
    json!({
        "external_id": external_id, "service_code": service, "amount": 1_000, "description": "Multa",
        "debtor": {
            "type": "natural_person", "tax_code": code, "full_name": name, "email": email,
            "address": {"street": PAID_STREET, "city": "Perugia", "country": "IT"}
        }
    })
}

/// Where the canaries stand.
fn places(database: &Database, canaries: &Canaries) -> Vec<String> {
    let cells = dump::cells(database).into_iter().filter(|cell| !canaries.within(&cell.content).is_empty());
    let mut places: Vec<String> = cells.map(|cell| cell.place).collect();
    places.sort();
    places.dedup();
    places
}

async fn outcomes(api: &Api, town: &Town) -> String {
    let url = format!("{}/v1/exports/outcomes", town.gateway());
    let asked = tramite_tests::http::client().get(url).bearer_auth(api.token()).header("Accept", "text/csv").send();
    asked.await.unwrap().text().await.unwrap()
}

async fn erase(api: &Api, code: &str) -> Value {
    let came = api.post("/v1/persons/erase", &json!({"tax_code": code, "reason": "Protocol 4711"})).await;
    assert_eq!(came.status, 200, "{}", came.body);
    assert_eq!(came.body["complete"], true, "{}", came.body);
    came.body
}

pub(crate) async fn erased(database: Database) {
    let town = Town::start(&database).await;
    let (api, other) = (town.api("comune-perugia").await, town.api("unipg").await);
    let mut gone = Canaries::default();
    for (name, value) in [("tax code", GONE_TAX_CODE), ("name", GONE_NAME), ("e-mail", GONE_EMAIL)] {
        gone.add(name, value);
    }
    let mut reached = Canaries::default();
    reached.add("e-mail", PAID_EMAIL);
    let mut street = Canaries::default();
    street.add("street", PAID_STREET);

    // A draft, and a payment that was begun for somebody else and given up.
    let mut draft = position("P-1", "MULTE", (GONE_TAX_CODE, GONE_NAME, GONE_EMAIL));
    draft["publish"] = json!(false);
    let made = api.post_with("/v1/debt-positions", &draft, "draft").await;
    assert_eq!(made.status, 201, "{}", made.body);
    let fine = api.position("MULTE", 2_000).await;
    let session = json!({
        "line_items": [{"debt_position_id": fine["id"]}], "return_url": "http://127.0.0.1:8091/esito",
        "payer": {"tax_code": GONE_TAX_CODE, "full_name": GONE_NAME, "email": GONE_EMAIL},
        "metadata": {"note": GONE_NAME},
    });
    let begun = api.post_with("/v1/checkout-sessions", &session, "session").await;
    assert_eq!(begun.status, 201, "{}", begun.body);
    let cancel = format!("/v1/checkout-sessions/{}/cancel", begun.body["id"].as_str().unwrap());
    assert_eq!(api.post(&cancel, &json!({})).await.status, 200);
    let found = api.post("/v1/persons/export", &json!({"tax_code": GONE_TAX_CODE})).await.body;
    let counted = |name: &str| found[name].as_array().map(Vec::len);
    assert_eq!((counted("debt_positions"), counted("checkout_sessions")), (Some(1), Some(1)), "{found}");
    assert!(places(&database, &gone).len() >= 4, "it is found where it stands");
    let answer = erase(&api, GONE_TAX_CODE).await;
    assert_eq!((&answer["erased"]["debt_positions"], &answer["erased"]["checkout_sessions"]), (&json!(1), &json!(1)));
    assert_eq!(places(&database, &gone), Vec::<String>::new(), "nothing is left of who is gone");
    for (path, body, key) in [("/v1/debt-positions", &draft, "draft"), ("/v1/checkout-sessions", &session, "session")] {
        assert_eq!(api.post_with(path, body, key).await.status, 404, "{path}: nor in an answer that was kept");
    }

    // What was paid stays for accounting, without how to reach the person.
    let paid = position("P-2", "MULTE", (PAID_TAX_CODE, PAID_NAME, PAID_EMAIL));
    let paid = api.post("/v1/debt-positions", &paid).await.body;
    let elsewhere = position("P-3", "TASSE", (PAID_TAX_CODE, PAID_NAME, ELSEWHERE_EMAIL));
    let elsewhere = other.post("/v1/debt-positions", &elsewhere).await;
    assert_eq!(elsewhere.status, 201, "{}", elsewhere.body);
    let to = super::canaries::addressee_of(&town, "comune-perugia");
    let token = Uuid::new_v4().simple().to_string();
    node::pay(&town.gateway(), node::receipt(&to, notice(&paid), &token, "10.00")).await;
    until("the payment is booked", async || outcomes(&api, &town).await.contains(notice(&paid))).await;
    let before = outcomes(&api, &town).await;
    let answer = erase(&api, PAID_TAX_CODE).await;
    assert_eq!(
        (&answer["erased"]["debt_positions_reduced"], &answer["kept"][0]["why"]),
        (&json!(1), &json!("accounting"))
    );
    assert_eq!(places(&database, &reached), Vec::<String>::new(), "nobody can be reached by it any more");
    assert_eq!(places(&database, &street), ["debt_positions.debtor_address"], "that of the other institution alone");
    assert_eq!(outcomes(&api, &town).await, before, "what was booked is what was booked");
    let kept = other.get(&format!("/v1/debt-positions/{}", elsewhere.body["id"].as_str().unwrap())).await.body;
    assert_eq!(kept["debtor"]["email"], ELSEWHERE_EMAIL);
}
