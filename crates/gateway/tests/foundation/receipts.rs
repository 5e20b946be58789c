// SPDX-License-Identifier: AGPL-3.0-or-later
//! Receipts as their institutions read them: in one shape whatever message brought them, and the message itself.

use serde_json::{Value, json};
use tramite_domain::money::Cents;
use tramite_pagopa::current::{Outcome, ReceiptMessage, Request, Version};
use tramite_testkit::Database;

use crate::support::made::debt_position;
use crate::support::node::{Node, addressee};
use crate::support::portal::{Portal, holds, text};
use crate::support::receipt::share;
use crate::support::seed::{IBAN, TAX_CODES};
use crate::support::{Ask, Seen, TestGateway};

const RECEIPTS: &str = "/v1/receipts";
const REMITTANCE: &str = "/RFB/05000000001234586/120.50/TXT/TARI 2026";

/// A new position of institution A, and its notice number.
async fn notice(portal: &Portal<'_>, external_id: &str) -> (Value, String) {
    let made = portal.make("/v1/debt-positions", &debt_position(external_id)).await;
    let number = text(&made, "/payment_options/0/installments/0/notice_number");
    (made, number)
}

async fn paid(node: &Node, id: &str, number: &str) -> Vec<u8> {
    node.asks(number, None).await;
    node.pays(node.receipt(id, number, 12_050)).await
}

/// The one receipt of that Node's id in a list.
async fn of_node_id(portal: &Portal<'_>, receipt_id: &str) -> Value {
    let list = portal.get(RECEIPTS).await.is(200).json();
    let mut all = list["items"].as_array().unwrap().iter();
    all.find(|one| one["receipt_id"] == receipt_id).unwrap_or_else(|| panic!("{list:#}")).clone()
}

async fn xml(portal: &Portal<'_>, id: &str) -> Seen {
    portal.ask(Ask::get(format!("{RECEIPTS}/{id}")).header("Accept", "application/xml")).await
}

pub(crate) async fn a_receipt_is_shown_in_one_shape_and_given_back_byte_for_byte(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let (portal, node) = (gateway.portal(&seeded.for_a), gateway.node());
    for (version, id) in [(Version::V2, "rt-2"), (Version::V1, "rt-1")] {
        let (position, number) = notice(&portal, id).await;
        node.asks(&number, None).await;
        let bytes = node.pays(ReceiptMessage { version, ..node.receipt(id, &number, 12_050) }).await;
        let listed = of_node_id(&portal, id).await;
        let own = text(&listed, "/id");
        let one = &position["payment_options"][0]["installments"][0];
        let wanted = json!({
            "id": own, "receipt_id": id, "role": "owner", "source": "node", "outcome": "ok", "creditor_tax_code": "99999000013",
            "debt_position_id": position["id"], "external_id": id, "service_code": "TARI",
            "installment_id": one["id"], "iuv": one["iuv"], "notice_number": number, "amount": 12050, "fee": 150,
            "description": "TARI 2026", "paid_at": "2026-09-01T08:00:00Z", "received_at": "2026-09-01T08:00:00Z",
            "psp": {"id": "ABCDITM1", "company_name": "Istituto di Prova S.p.A.", "channel_id": "12345678903_07",
                "channel": "app"},
            "payment_method": "creditCard",
            "debtor": {"type": "natural_person", "tax_code": "RSSMRA85T10A562S", "full_name": "Mario Rossi"},
            "transfers": [{"index": 1, "amount": 12050, "beneficiary_tax_code": "99999000013", "iban": IBAN,
                "remittance_information": REMITTANCE, "taxonomy_code": "0101101IM", "stamp": false,
                "payment_metadata": {}}],
            "payment_metadata": {}, "anomalies": [], "resolutions": [], "has_xml": true,
        });
        assert_eq!(listed, wanted);
        let shown = portal.get(format!("{RECEIPTS}/{own}")).await;
        assert_eq!(shown.is(200).json(), wanted);
        assert!(shown.header("etag").is_some());
        let message = xml(&portal, &own).await;
        assert_eq!(message.is(200).body, bytes, "what the Node sent, to the last byte");
        assert_eq!(message.header("content-type"), Some("application/xml"));
        assert_eq!(
            message.header("content-disposition"),
            Some(format!("attachment; filename=\"receipt-{own}.xml\"").as_str())
        );
        assert_eq!(message.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(message.header("etag"), shown.header("etag"));
    }
}

pub(crate) async fn a_list_of_receipts_finds_by_each_of_its_filters(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let (portal, node) = (gateway.portal(&seeded.for_a), gateway.node());
    let mut numbers = Vec::new();
    for id in ["rt-1", "rt-2", "rt-3"] {
        numbers.push(notice(&portal, id).await.1);
    }
    let mut canteen = debt_position("rt-4");
    canteen["service_code"] = json!("MENSA");
    let canteen = portal.make("/v1/debt-positions", &canteen).await;
    numbers.push(text(&canteen, "/payment_options/0/installments/0/notice_number"));
    let mut ids = Vec::new();
    for (at, number) in numbers.iter().enumerate() {
        let id = format!("rt-{}", at + 1);
        paid(&node, &id, number).await;
        ids.insert(0, text(&of_node_id(&portal, &id).await, "/id"));
        gateway.world.pass(60);
    }
    let [fourth, third, second, first] = [0, 1, 2, 3].map(|at: usize| ids[at].clone());
    let cases = [
        ("", ids.clone()),
        ("service_code=MENSA", vec![fourth.clone()]),
        ("service_code=NIENTE", vec![]),
        ("paid_from=2026-09-01T08:02:00Z", vec![fourth.clone(), third.clone()]),
        ("paid_to=2026-09-01T08:01:00Z", vec![first.clone()]),
        ("paid_from=2026-09-01T08:01:00Z&paid_to=2026-09-01T08:02:00Z", vec![second.clone()]),
        ("paid_from=2026-09-01T10:01:00%2B02:00&service_code=TARI", vec![third.clone(), second.clone()]),
        ("updated_since=2026-09-01T08:02:00Z", vec![third.clone(), fourth.clone()]),
    ];
    for (query, wanted) in cases {
        assert_eq!(portal.ids(format!("{RECEIPTS}?{query}")).await, wanted, "{query}");
    }
    let page = portal.get(format!("{RECEIPTS}?limit=3")).await.is(200).json();
    let rest = format!("{RECEIPTS}?limit=3&cursor={}", text(&page, "/next_cursor"));
    assert_eq!(portal.ids(rest).await, [first]);
    let changed = portal.get(format!("{RECEIPTS}?updated_since=2026-09-01T08:00:00Z")).await.json();
    assert_eq!(changed["complete_until"], "2026-09-01T08:03:00Z");
    for wrong in ["paid_from=ieri", "paid_to=2026-09-01", "status=paid"] {
        portal.get(format!("{RECEIPTS}?{wrong}")).await.is_problem(422, "invalid_parameter");
    }
    // A token for one service reads that service's alone; another institution reads nothing.
    let narrow = gateway.portal(&seeded.narrow);
    assert_eq!(narrow.ids(RECEIPTS).await, [fourth]);
    narrow.get(format!("{RECEIPTS}/{second}")).await.is_problem(404, "not_found");
    xml(&narrow, &second).await.is_problem(404, "not_found");
    assert!(gateway.portal(&seeded.for_b).ids(RECEIPTS).await.is_empty());
}

/// As rule 32 says: the owner sees the whole receipt, a beneficiary its own transfers, each the message addressed to it.
pub(crate) async fn a_beneficiary_sees_its_own_transfers_and_its_own_message(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let (owner, beneficiary, node) = (gateway.portal(&seeded.for_a), gateway.portal(&seeded.for_b), gateway.node());
    let (_, number) = notice(&owner, "T-1").await;
    // The order of the list says nothing: transfers are known by their number.
    let shared = || ReceiptMessage {
        transfers: vec![share(2, TAX_CODES[1], 550), share(1, TAX_CODES[0], 11_500)],
        ..node.receipt("rt-1", &number, 12_050)
    };
    node.asks(&number, None).await;
    let to_owner = node.pays(shared()).await;
    let to_beneficiary = node.pays(ReceiptMessage { addressee: addressee(TAX_CODES[1]), ..shared() }).await;
    let whole = of_node_id(&owner, "rt-1").await;
    let transfers = [(1, 11_500, TAX_CODES[0]), (2, 550, TAX_CODES[1])]
        .map(|(index, amount, code)| json!({"index": index, "amount": amount, "beneficiary_tax_code": code}));
    let mut found = whole["transfers"].as_array().unwrap().clone();
    found.sort_by_key(|one| one["index"].as_i64());
    holds(&json!(found), &json!(transfers));
    let share = of_node_id(&beneficiary, "rt-1").await;
    holds(&share, &json!({"role": "beneficiary", "creditor_tax_code": TAX_CODES[0], "transfers": [transfers[1]]}));
    assert!(share.get("debt_position_id").is_none() && share.get("external_id").is_none(), "{share:#}");
    assert!(beneficiary.ids("/v1/debt-positions").await.is_empty(), "no position is invented");
    for (portal, receipt, bytes) in [(&owner, &whole, to_owner), (&beneficiary, &share, to_beneficiary)] {
        assert_eq!(xml(portal, &text(receipt, "/id")).await.is(200).body, bytes);
    }
    beneficiary.get(format!("{RECEIPTS}/{}", text(&whole, "/id"))).await.is_problem(404, "not_found");
}

pub(crate) async fn what_is_strange_about_a_receipt_is_another_version_of_it(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let (portal, node) = (gateway.portal(&seeded.for_a), gateway.node());
    let (_, number) = notice(&portal, "T-1").await;
    let bytes = paid(&node, "rt-1", &number).await;
    let place = format!("{RECEIPTS}/{}", text(&of_node_id(&portal, "rt-1").await, "/id"));
    let before = portal.get(&place).await;
    let other = ReceiptMessage { payment_amount: Cents::new(1).unwrap(), ..node.receipt("rt-1", &number, 12_050) };
    node.sends(&Request::Receipt(Box::new(other))).await;
    let after = portal.get(&place).await;
    holds(&after.is(200).json(), &json!({"amount": 12050, "anomalies": ["receipt_differs"]}));
    assert_ne!(after.header("etag"), before.header("etag"));
    let message = portal.ask(Ask::get(&place).header("Accept", "application/xml")).await;
    assert_eq!(message.is(200).body, bytes, "the first stays");
    // A refused payment is kept as well, and pays nothing.
    let (position, number) = notice(&portal, "T-2").await;
    let refused = ReceiptMessage { outcome: Outcome::Ko, ..node.receipt("rt-2", &number, 12_050) };
    node.asks(&number, None).await;
    node.pays(refused).await;
    assert_eq!(of_node_id(&portal, "rt-2").await["outcome"], "ko");
    let shown = portal.get(format!("/v1/debt-positions/{}", text(&position, "/id"))).await.json();
    assert_eq!(shown["status"], "open");
}
