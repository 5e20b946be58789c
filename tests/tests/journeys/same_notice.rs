// SPDX-License-Identifier: AGPL-3.0-or-later
//! Two institutions with the same notice number (reliability.md 46): what is said of one says nothing of the other.

use serde_json::{Value, json};
use tramite_testkit::Database;
use tramite_tests::api::{installment, notice};
use tramite_tests::node;
use tramite_tests::pair::{COMMON, OWN, Pair, Side};
use uuid::Uuid;

pub(crate) async fn apart(database: Database) {
    let pair = Pair::with_one_number(&database).await;
    let ours = pair.a.api.position(COMMON, 10_000).await;
    let theirs = pair.b.api.position(COMMON, 7_700).await;
    let number = notice(&ours);
    assert_eq!(number, notice(&theirs), "two institutions, one number");
    // The Node is told by the one who is asked, whatever the number.
    for (side, euros) in [(&pair.a, "100.00"), (&pair.b, "77.00")] {
        let told = node::delivered(&pair.served.url, "paVerifyPaymentNotice", node::verify(&side.to, number)).await;
        let answer = told.answer;
        assert!(answer.contains(&format!("<amount>{euros}</amount>")), "{answer}");
        assert!(answer.contains(&format!("<fiscalCodePA>{}</fiscalCodePA>", side.to.tax_code)), "{answer}");
    }
    // A payment to the first, of which the second is a beneficiary: the copy comes first.
    let receipt = Uuid::new_v4().simple().to_string();
    let message = node::receipt(&pair.a.to, number, &receipt, "100.00");
    let copy = message.replacen(
        &format!("<idPA>{}</idPA>", pair.a.to.tax_code),
        &format!("<idPA>{}</idPA>", pair.b.to.tax_code),
        1,
    );
    assert_ne!(copy, message);
    took(&pair, &copy).await;
    assert_eq!(status(&pair.a, &ours).await, "open", "the owner was not told yet");
    assert_eq!(shown(&pair.b, &theirs).await, theirs, "a copy touches no position");
    is_copy(&pair.b, &receipt, &pair.a.to.tax_code).await;
    assert_eq!(receipts(&pair.a).await, Vec::<Value>::new());
    // The owner's own is another receipt under the same id.
    took(&pair, &message).await;
    assert_eq!(status(&pair.a, &ours).await, "paid");
    assert_eq!(shown(&pair.b, &theirs).await, theirs);
    is_owner(&pair.a, &receipt, &ours).await;
    assert_eq!(receipts(&pair.b).await.len(), 1, "nothing more for the second");
    // And the second's own notice is paid by its own receipt, which the first is told nothing of.
    let other = Uuid::new_v4().simple().to_string();
    took(&pair, &node::receipt(&pair.b.to, number, &other, "77.00")).await;
    assert_eq!(status(&pair.b, &theirs).await, "paid");
    is_owner(&pair.b, &other, &theirs).await;
    assert_eq!(receipts(&pair.a).await.len(), 1);
    let listed = pair.a.api.get(&format!("/v1/debt-positions?notice_number={number}")).await.body;
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1), "{listed}");
    assert_eq!(listed["items"][0]["id"], ours["id"]);
    // A client for another service is told of the copy no more than of the payment.
    let narrow = pair.another(Some(OWN)).await.api(&pair.served.url).await;
    assert_eq!(narrow.get("/v1/receipts").await.body["items"], json!([]));
}

/// Taken, and known when it comes again.
async fn took(pair: &Pair, message: &str) {
    node::pay(&pair.served.url, message.to_owned()).await;
    let again = node::delivered(&pair.served.url, "paSendRTV2", message.to_owned()).await;
    assert_eq!(again.outcome(), node::DUPLICATE, "{again:?}");
}

async fn shown(side: &Side, position: &Value) -> Value {
    side.api.get(&format!("/v1/debt-positions/{}", position["id"].as_str().unwrap())).await.body
}

async fn status(side: &Side, position: &Value) -> Value {
    shown(side, position).await["status"].clone()
}

async fn receipts(side: &Side) -> Vec<Value> {
    side.api.get("/v1/receipts").await.body["items"].as_array().unwrap().clone()
}

async fn receipt(side: &Side, id: &str) -> Value {
    let all = receipts(side).await;
    all.iter().find(|one| one["receipt_id"] == id).cloned().unwrap_or_else(|| panic!("no receipt {id} in {all:?}"))
}

async fn is_copy(side: &Side, id: &str, creditor: &str) {
    let copy = receipt(side, id).await;
    assert_eq!((&copy["role"], &copy["creditor_tax_code"]), (&json!("beneficiary"), &json!(creditor)), "{copy}");
    assert!(copy.get("debt_position_id").is_none() && copy.get("external_id").is_none(), "{copy}");
}

async fn is_owner(side: &Side, id: &str, position: &Value) {
    let receipt = receipt(side, id).await;
    assert_eq!((&receipt["role"], &receipt["debt_position_id"]), (&json!("owner"), &position["id"]), "{receipt}");
    let paid = shown(side, position).await;
    assert_eq!(installment(&paid, "receipt_id"), &receipt["id"]);
    assert_eq!(installment(&paid, "paid_amount"), installment(position, "amount"));
}
