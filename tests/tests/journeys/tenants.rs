// SPDX-License-Identifier: AGPL-3.0-or-later
//! Institutions do not meet (I7).

use serde_json::json;
use tramite_testkit::Database;
use tramite_tests::api::notice;
use tramite_tests::town::Town;
use uuid::Uuid;

pub(crate) async fn apart(database: Database) {
    let town = Town::start(&database).await;
    let (perugia, terni) = (town.api("comune-perugia").await, town.api("comune-terni").await);
    let made = perugia.position("MULTE", 1_000).await;
    let id = made["id"].as_str().unwrap();
    let foreign = terni.get(&format!("/v1/debt-positions/{id}")).await;
    let random = terni.get(&format!("/v1/debt-positions/{}", Uuid::now_v7())).await;
    assert_eq!((foreign.status.as_u16(), random.status.as_u16()), (404, 404));
    assert_eq!(foreign.without_instance(), random.without_instance());
    for action in ["cancel", "publish"] {
        let refused = terni.post(&format!("/v1/debt-positions/{id}/{action}"), &json!({})).await;
        assert_eq!(refused.status, 404, "{action}");
    }
    let listed = terni.get(&format!("/v1/debt-positions?notice_number={}", notice(&made))).await;
    assert_eq!(listed.body["items"], json!([]));
    let search = terni.post("/v1/debt-positions/search", &json!({"debtor_tax_code": "RSSMRA85T10A562S"})).await;
    let found = search.body["items"].as_array().unwrap().iter().filter(|one| one["id"] == id).count();
    assert_eq!(found, 0);
    // The same key at another institution is another intention.
    let key = Uuid::new_v4().to_string();
    let body = json!({"external_id": "same", "service_code": "MULTE", "amount": 100,
        "debtor": {"tax_code": "RSSMRA85T10A562S", "full_name": "Mario Rossi"}});
    let first = perugia.post_with("/v1/debt-positions", &body, &key).await;
    let other = json!({"external_id": "same", "service_code": "COSAP", "amount": 100,
        "debtor": {"tax_code": "RSSMRA85T10A562S", "full_name": "Mario Rossi"}});
    let second = terni.post_with("/v1/debt-positions", &other, &key).await;
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (201, 201), "{} {}", first.body, second.body);
    assert_ne!(first.body["id"], second.body["id"]);
}

pub(crate) async fn foreign_notice(database: Database) {
    let town = Town::start(&database).await;
    let (perugia, unipg) = (town.api("comune-perugia").await, town.api("unipg").await);
    let made = perugia.position("MULTE", 1_000).await;
    let creditor = town.institution("comune-perugia")["tax_code"].clone();
    let item = |notice: &str, amount: Option<i64>| {
        let mut item = json!({"notice_number": notice, "creditor_tax_code": creditor});
        if let Some(amount) = amount {
            item["expected_amount"] = json!(amount);
        }
        json!({"line_items": [item], "return_url": "http://127.0.0.1:8093/esito"})
    };
    let mut refusals = Vec::new();
    // Right notice of an institution that does not allow it, wrong amount, unknown notice: one and the same answer.
    for (number, amount) in [(notice(&made), 1_000), (notice(&made), 999), ("305000000001234586", 1_000)] {
        let came = unipg.post("/v1/checkout-sessions", &item(number, Some(amount))).await;
        assert_eq!(came.status, 404, "{}", came.body);
        refusals.push(came.without_instance());
    }
    refusals.dedup();
    assert_eq!(refusals.len(), 1);
    assert_eq!(unipg.post("/v1/checkout-sessions", &item(notice(&made), None)).await.status, 422);
    // The owner itself pays it by notice.
    let mut own = item(notice(&made), None);
    own["return_url"] = json!("http://127.0.0.1:8091/esito");
    let own = perugia.post("/v1/checkout-sessions", &own).await;
    assert_eq!(own.status, 201, "{}", own.body);
}
