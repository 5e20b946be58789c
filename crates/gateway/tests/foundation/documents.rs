// SPDX-License-Identifier: AGPL-3.0-or-later
//! Notices and receipts as papers. What stands on them is looked at where they are drawn; here it is asked who gets which, and when.

use serde_json::{Value, json};
use tramite_testkit::Database;

use crate::support::made::debt_position;
use crate::support::portal::{Portal, text};
use crate::support::{Ask, Seen, TestGateway};

const POSITIONS: &str = "/v1/debt-positions";
const PDF: &str = "application/pdf";

/// All at once, or in two installments.
fn with_installments() -> Value {
    let mut body = debt_position("TARI-1");
    let fields = body.as_object_mut().unwrap();
    fields.remove("amount");
    fields.remove("due_date");
    body["payment_options"] = json!([
        {"kind": "single", "installments": [{"reference": "unica", "amount": 12_050}]},
        {"kind": "installments", "installments": [
            {"reference": "1", "amount": 6_025, "due_date": "2026-10-31"},
            {"reference": "2", "amount": 6_025, "due_date": "2026-12-31"},
        ]},
    ]);
    body
}

async fn notice(portal: &Portal<'_>, id: &str, query: &str) -> Seen {
    portal.get(format!("{POSITIONS}/{id}/notice{query}")).await
}

/// The bytes of a document, and its tag.
fn document(seen: &Seen) -> (Vec<u8>, String) {
    let body = seen.is(200).body.clone();
    assert_eq!(seen.header("content-type"), Some(PDF));
    assert_eq!(seen.header("x-content-type-options"), Some("nosniff"));
    assert!(body.starts_with(b"%PDF-"));
    (body, seen.header("etag").unwrap().to_owned())
}

pub(crate) async fn a_notice_is_the_same_paper_until_something_on_it_changes(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let (portal, node) = (gateway.portal(&seeded.for_a), gateway.node());
    let made = portal.make(POSITIONS, &with_installments()).await;
    let id = text(&made, "/id");
    let number =
        |option: usize, at: usize| text(&made, &format!("/payment_options/{option}/installments/{at}/notice_number"));
    let seen = notice(&portal, &id, "").await;
    let whole = document(&seen);
    assert_eq!(seen.header("content-disposition"), Some(format!("attachment; filename=\"notice-{id}.pdf\"").as_str()));
    gateway.world.pass(60);
    assert_eq!(document(&notice(&portal, &id, "").await), whole, "time alone changes nothing");
    let second = text(&made, "/payment_options/1/installments/1/id");
    let mut papers = vec![whole.clone()];
    for query in [format!("?installment_id={second}"), "?language=it-de-equal".into(), "?language=it-en".into()] {
        papers.push(document(&notice(&portal, &id, &query).await));
    }
    // The first installment is paid: the paper has the other one, and not all at once.
    node.asks(&number(1, 0), None).await;
    node.pays(node.receipt("rt-1", &number(1, 0), 6_025)).await;
    papers.push(document(&notice(&portal, &id, "").await));
    for (at, one) in papers.iter().enumerate() {
        for other in &papers[at + 1..] {
            assert!(one.0 != other.0 && one.1 != other.1, "each is a paper of its own");
        }
    }
    notice(&portal, &id, &format!("?installment_id={}", text(&made, "/payment_options/0/installments/0/id")))
        .await
        .is_problem(409, "nothing_to_pay");
    node.asks(&number(1, 1), None).await;
    node.pays(node.receipt("rt-2", &number(1, 1), 6_025)).await;
    notice(&portal, &id, "").await.is_problem(409, "nothing_to_pay");
}

pub(crate) async fn who_asks_for_a_notice_that_is_none_is_told_why(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let mut draft = debt_position("TARI-1");
    draft["publish"] = json!(false);
    let draft = text(&portal.make(POSITIONS, &draft).await, "/id");
    notice(&portal, &draft, "").await.is_problem(409, "not_published");
    let (one, other) = (debt_position("TARI-2"), debt_position("TARI-3"));
    let (one, other) = (portal.make(POSITIONS, &one).await, portal.make(POSITIONS, &other).await);
    let (id, foreign) = (text(&one, "/id"), text(&other, "/payment_options/0/installments/0/id"));
    let seen = notice(&portal, &id, &format!("?installment_id={foreign}")).await;
    assert_eq!(seen.is(422).faults(), [("/installment_id".to_owned(), "unknown_installment".to_owned())]);
    notice(&portal, &id, "?language=la").await.is_problem(422, "invalid_parameter");
    portal.ask(Ask::get(format!("{POSITIONS}/{id}/notice")).header("Accept", "application/json")).await.is(406);
    notice(&gateway.portal(&seeded.for_b), &id, "").await.is_problem(404, "not_found");
    portal.post(format!("{POSITIONS}/{id}/cancel"), &json!({})).await.is(200);
    notice(&portal, &id, "").await.is_problem(409, "nothing_to_pay");
}

pub(crate) async fn a_receipt_is_a_paper_too_of_which_equal_data_are_equal_bytes(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let (portal, node) = (gateway.portal(&seeded.for_a), gateway.node());
    let made = portal.make(POSITIONS, &debt_position("TARI-1")).await;
    let number = text(&made, "/payment_options/0/installments/0/notice_number");
    node.asks(&number, None).await;
    node.pays(node.receipt("rt-1", &number, 12_050)).await;
    let id = text(&portal.get("/v1/receipts").await.is(200).json(), "/items/0/id");
    let paper = || portal.ask(Ask::get(format!("/v1/receipts/{id}")).header("Accept", PDF));
    let first = paper().await;
    assert_eq!(
        first.header("content-disposition"),
        Some(format!("attachment; filename=\"receipt-{id}.pdf\"").as_str())
    );
    gateway.world.pass(60);
    assert_eq!(document(&paper().await), document(&first));
    let shown = portal.get(format!("/v1/receipts/{id}")).await;
    assert_eq!(shown.header("content-type"), Some("application/json"), "who does not say reads JSON");
    assert_ne!(shown.header("etag"), first.header("etag"), "another representation is another version");
}
