// SPDX-License-Identifier: AGPL-3.0-or-later
//! A receipt stays at the Node. Its institution finds the line in a settlement flow, asks for the receipt, and is paid once, whatever
//! comes afterwards.

use serde_json::{Value, json};
use tramite_testkit::Database;
use tramite_tests::api::{installment, notice};
use tramite_tests::town::Town;

async fn sandbox(town: &Town, path: &str, body: &Value) -> Value {
    let url = format!("{}{path}", town.sandbox());
    let answer = tramite_tests::http::client().post(url).json(body).send().await.unwrap();
    assert!(answer.status().is_success(), "{path}: {}", answer.status());
    answer.json().await.unwrap()
}

pub(crate) async fn once(database: Database) {
    let town = Town::start(&database).await;
    let api = town.api("comune-perugia").await;
    let made = api.position("MULTE", 7_350).await;
    let position = format!("/v1/debt-positions/{}", made["id"].as_str().unwrap());
    let creditor = town.institution("comune-perugia")["tax_code"].clone();
    let payment = json!({"creditor_tax_code": creditor, "notice_number": notice(&made), "script": "no_receipt"});
    let paid = sandbox(&town, "/sandbox/v1/payments", &payment).await;
    assert_eq!(paid["outcome"], "OK", "{paid}");
    let iur = paid["payment_token"].as_str().unwrap().to_owned();
    assert_eq!(api.get(&position).await.body["status"], "open", "nothing has come");

    let line = json!({"iur": iur, "iuv": installment(&made, "iuv")});
    let asked = api.post("/v1/receipt-recoveries", &line).await;
    assert_eq!(asked.status, 201, "{}", asked.body);
    let place = format!("/v1/receipt-recoveries/{}", asked.body["id"].as_str().unwrap());
    let told = api.get(&format!("{place}?wait=25")).await.body;
    assert_eq!((&told["status"], &told["attempts"]), (&json!("recovered"), &json!(1)), "{told}");
    let shown = api.get(&position).await.body;
    assert_eq!((&shown["status"], installment(&shown, "paid_amount")), (&json!("paid"), &json!(7_350)), "{shown}");
    let receipt = format!("/v1/receipts/{}", told["receipt_id"].as_str().unwrap());
    let proof = api.get(&receipt).await.body;
    assert_eq!(
        (&proof["source"], &proof["has_xml"], &proof["receipt_id"]),
        (&json!("recovered"), &json!(false), &json!(iur))
    );
    assert_eq!((&proof["anomalies"], &proof["amount"]), (&json!([]), &json!(7_350)), "{proof}");
    // Asked for again it is what it was, by the notice too.
    let again = json!({"iur": iur, "notice_number": notice(&made)});
    let again = api.post("/v1/receipt-recoveries", &again).await;
    assert_eq!((again.status.as_u16(), &again.body["id"]), (200, &asked.body["id"]));
    let lines = api.get(&format!("/v1/journal?payment_token={iur}")).await.body;
    let names: Vec<&Value> = lines["items"].as_array().unwrap().iter().map(|line| &line["operation"]).collect();
    assert_eq!(names.iter().filter(|name| **name == "getOrganizationReceiptIuvIur").count(), 2, "{lines}");

    // Then the Node sends it after all.
    let late = sandbox(&town, "/sandbox/v1/receipts/redeliver", &json!({"receipt_id": iur})).await;
    let sent = sandbox(&town, &format!("/sandbox/v1/receipts/{iur}/send"), &json!({})).await;
    assert_eq!((&sent["duplicate"], &sent["accepted"]), (&json!(1), &json!(0)), "{late} {sent}");
    let receipts = api.get("/v1/receipts").await.body;
    let same = receipts["items"].as_array().unwrap().iter().filter(|one| one["receipt_id"] == iur).count();
    assert_eq!(same, 1, "{receipts}");
    assert_eq!(api.get(&receipt).await.body["anomalies"], json!([]));
    assert_eq!(installment(&api.get(&position).await.body, "paid_amount"), &json!(7_350));
    // What nobody has is not found, and is asked for anew.
    let nothing = json!({"iur": "0123456789abcdef0123456789abcdef", "iuv": installment(&made, "iuv")});
    let asked = api.post("/v1/receipt-recoveries", &nothing).await.body;
    let place = format!("/v1/receipt-recoveries/{}", asked["id"].as_str().unwrap());
    assert_eq!(api.get(&format!("{place}?wait=25")).await.body["status"], "not_found");
    let again = api.post("/v1/receipt-recoveries", &nothing).await;
    assert_eq!((again.status.as_u16(), &again.body["status"]), (200, &json!("queued")));
}
