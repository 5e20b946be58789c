// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a back office is told of a payment: the event, the receipt as JSON and as the message that was sent, and the line of the
//! export; and that nobody else is told anything.

use serde_json::{Value, json};
use tramite_testkit::Database;
use tramite_tests::api::{Api, notice};
use tramite_tests::node::{self, Addressee};
use tramite_tests::town::Town;
use tramite_tests::until;
use uuid::Uuid;

/// The bytes of an answer in the form that was asked for, and one of its headers.
async fn fetched(town: &Town, api: &Api, path: &str, accept: &str, header: &str) -> (u16, Vec<u8>, Option<String>) {
    let url = format!("{}{path}", town.gateway());
    let asked = tramite_tests::http::client().get(url).bearer_auth(api.token()).header("Accept", accept);
    let answer = asked.send().await.unwrap();
    let told = answer.headers().get(header).map(|value| value.to_str().unwrap().to_owned());
    (answer.status().as_u16(), answer.bytes().await.unwrap().to_vec(), told)
}

async fn paid_event(api: &Api, position: &str) -> Option<Value> {
    let page = api.get("/v1/events?type=installment.paid&limit=500").await.body;
    let all = page["items"].as_array().unwrap();
    all.iter().find(|one| one["data"]["debt_position_id"] == position).cloned()
}

pub(crate) async fn told(database: Database) {
    let town = Town::start(&database).await;
    let (api, other) = (town.api("comune-perugia").await, town.api("unipg").await);
    let made = api.position("MULTE", 7_350).await;
    let position = made["id"].as_str().unwrap();
    let creditor = town.institution("comune-perugia");
    let to = Addressee {
        tax_code: creditor["tax_code"].as_str().unwrap().to_owned(),
        broker: town.text("/broker_tax_code"),
        station: creditor["station_id"].as_str().unwrap().to_owned(),
    };
    let token = Uuid::new_v4().simple().to_string();
    let message = node::receipt(&to, notice(&made), &token, "73.50");
    node::pay(&town.gateway(), message.clone()).await;
    until("the feed tells of the payment", async || paid_event(&api, position).await.is_some()).await;
    let event = paid_event(&api, position).await.unwrap();
    let data = &event["data"];
    assert_eq!(
        (&data["amount"], &data["external_id"], &data["service_code"], &data["notice_number"], &data["channel"]),
        (&json!(7_350), &made["external_id"], &json!("MULTE"), &json!(notice(&made)), &json!("pagopa"))
    );
    assert_eq!(event["institution_tax_code"], creditor["tax_code"]);
    let receipt = format!("/v1/receipts/{}", data["receipt_id"].as_str().unwrap());
    assert_eq!(api.get(&receipt).await.body["receipt_id"], json!(token));
    let (status, bytes, named) = fetched(&town, &api, &receipt, "application/xml", "content-disposition").await;
    assert_eq!((status, String::from_utf8(bytes).unwrap()), (200, message), "what was sent, to the last byte");
    assert!(named.unwrap().starts_with("attachment"));
    let outcomes = "/v1/exports/outcomes";
    let (status, table, cursor) = fetched(&town, &api, outcomes, "text/csv", "next-cursor").await;
    let table = String::from_utf8(table).unwrap();
    let lines: Vec<&str> = table.lines().filter(|line| line.contains(&token)).collect();
    assert_eq!((status, lines.len()), (200, 1), "{table}");
    assert!(lines[0].contains(notice(&made)) && lines[0].contains("\"7350\"") && lines[0].contains("\"payment\""));
    let next = format!("{outcomes}?cursor={}", cursor.unwrap());
    let (_, rest, _) = fetched(&town, &api, &next, "text/csv", "next-cursor").await;
    assert_eq!(String::from_utf8(rest).unwrap().lines().count(), 1, "nothing comes twice");
    // Another institution is told nothing of it.
    assert_eq!(paid_event(&other, position).await, None);
    assert_eq!(other.get(&format!("/v1/events/{}", event["id"].as_str().unwrap())).await.status, 404);
    assert_eq!(other.get(&receipt).await.status, 404);
    let (status, theirs, _) = fetched(&town, &other, outcomes, "text/csv", "next-cursor").await;
    assert_eq!((status, String::from_utf8(theirs).unwrap().contains(&token)), (200, false));
    let found = other.post("/v1/receipts/search", &json!({"receipt_id": token})).await;
    assert_eq!((found.status.as_u16(), &found.body["items"]), (200, &json!([])));
}
