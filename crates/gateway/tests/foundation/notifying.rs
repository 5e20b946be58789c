// SPDX-License-Identifier: AGPL-3.0-or-later
//! A notification, told by the institution (rules.md 10).

use serde_json::json;
use tramite_testkit::Database;

use crate::support::TestGateway;
use crate::support::made::debt_position;
use crate::support::portal::{holds, text};

const POSITIONS: &str = "/v1/debt-positions";
const ONE: &str = "/payment_options/0/installments/0";

pub(crate) async fn a_notification_ends_the_reduced_option_and_is_corrected_by_another(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let (portal, node) = (gateway.portal(&seeded.for_a), gateway.node());
    let mut body = debt_position("MULTA-1");
    let fields = body.as_object_mut().unwrap();
    fields.remove("amount");
    fields.remove("due_date");
    body["payment_options"] = json!([
        {"kind": "reduced", "available_days": 5, "installments": [{"reference": "ridotta", "amount": 7000}]},
        {"kind": "single", "installments": [{"reference": "intera", "amount": 10000}]},
    ]);
    let position = portal.make(POSITIONS, &body).await;
    let (id, number) = (text(&position, "/id"), text(&position, &format!("{ONE}/notice_number")));
    let notify = format!("{POSITIONS}/{id}/notify");
    let later = portal.post(&notify, &json!({"notified_on": "2026-09-02"})).await;
    assert_eq!(later.faults(), [("/notified_on".to_owned(), "notified_on_to_come".to_owned())]);
    assert_eq!(node.fault_of(&number).await, None, "open while nobody was notified");
    let early = portal.post(&notify, &json!({"notified_on": "2026-08-20"})).await.is(200).json();
    assert_eq!(early.pointer("/payment_options/0/notified_on"), Some(&json!("2026-08-20")));
    holds(early.pointer(ONE).unwrap(), &json!({"status": "expired"}));
    holds(&early, &json!({"status": "open"}));
    assert_eq!(node.fault_of(&number).await.as_deref(), Some("PAA_PAGAMENTO_SCADUTO"));
    let right = portal.post(&notify, &json!({"notified_on": "2026-08-31"})).await;
    holds(right.is(200).json().pointer(ONE).unwrap(), &json!({"status": "open"}));
    let again = portal.post(&notify, &json!({"notified_on": "2026-08-31"})).await;
    assert_eq!(again.is(200).header("etag"), right.header("etag"), "the same day changes nothing");
    assert_eq!(node.fault_of(&number).await, None);

    let plain = portal.make(POSITIONS, &debt_position("TARI-1")).await;
    let notify = format!("{POSITIONS}/{}/notify", text(&plain, "/id"));
    let nothing = portal.post(notify, &json!({"notified_on": "2026-08-31"})).await;
    assert_eq!(nothing.faults(), [(String::new(), "nothing_to_notify".to_owned())]);
}
