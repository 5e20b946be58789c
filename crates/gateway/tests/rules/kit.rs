// SPDX-License-Identifier: AGPL-3.0-or-later
//! A place to try a rule in: a gateway with two institutions, a portal of the first, the Node, and the operator.

use serde_json::{Value, json};
use tramite_pagopa::current::{
    Answer, GetAnswer, GetRequest, Notice, PaaFault, ReceiptMessage, Request, VerifyAnswer, VerifyRequest, Version,
};
use tramite_testkit::Database;

use crate::support::node::{Node, addressee};
use crate::support::portal::{Portal, text};
use crate::support::seed::{Seeded, TAX_CODES};
use crate::support::{Seen, TestGateway};

pub(crate) const POSITIONS: &str = "/v1/debt-positions";

pub(crate) struct Kit {
    pub(crate) gateway: TestGateway,
    pub(crate) seeded: Seeded,
    pub(crate) node: Node,
}

impl Kit {
    pub(crate) async fn new(database: &Database) -> Self {
        Self::over(TestGateway::new(database).await).await
    }

    pub(crate) async fn over(gateway: TestGateway) -> Self {
        let (seeded, node) = (gateway.seed().await, gateway.node());
        Self { gateway, seeded, node }
    }

    /// The portal of institution A.
    pub(crate) fn portal(&self) -> Portal<'_> {
        self.gateway.portal(&self.seeded.for_a)
    }

    /// Time passes; what the Node asked was written before.
    pub(crate) async fn later(&self, seconds: i64) {
        self.node.settled().await;
        self.gateway.world.pass(seconds);
    }

    /// Another process of the gateway at the Node's door, which has read nothing yet: one that had goes on for a minute.
    pub(crate) fn other_process(&mut self) {
        self.node = self.gateway.node();
    }

    /// A change of institution A as an operator makes it, and the minute after which every process knows.
    pub(crate) async fn change_a(&self, change: impl FnOnce(&mut Value)) -> Seen {
        let operator = self.gateway.portal(&self.seeded.operator);
        let place = format!("/v1/institutions/{}", self.seeded.a.id);
        let mut body = operator.get(&place).await.is(200).json();
        let members = body.as_object_mut().unwrap();
        let shown_only = ["id", "version", "created_at", "updated_at", "warnings", "demo"];
        members.retain(|name, _| !shown_only.contains(&name.as_str()));
        for list in ["stations", "accounts", "beneficiaries"] {
            let Some(list) = members.get_mut(list).and_then(Value::as_array_mut) else { continue };
            list.retain(|one| one.get("valid_to").is_none());
            for one in list {
                one.as_object_mut().unwrap().retain(|name, _| name != "valid_from");
            }
        }
        change(&mut body);
        let seen = operator.put(&place, &body).await;
        self.later(60).await;
        seen
    }

    /// What the Node reads on a verify.
    pub(crate) async fn verify(&self, number: &str) -> Result<VerifyAnswer, PaaFault> {
        match self.asks(verify(number)).await {
            Answer::Verify(answer) => Ok(answer),
            other => Err(fault(&other)),
        }
    }

    /// What the Node reads on a get of the second version.
    pub(crate) async fn get(&self, number: &str) -> Result<GetAnswer, PaaFault> {
        self.get_by(get(number)).await
    }

    pub(crate) async fn get_by(&self, request: GetRequest) -> Result<GetAnswer, PaaFault> {
        match self.asks(Request::Get(request)).await {
            Answer::Get(_, answer) => Ok(*answer),
            other => Err(fault(&other)),
        }
    }

    pub(crate) async fn asks(&self, request: Request) -> Answer {
        self.node.sends(&request).await.1
    }

    /// The fault of a verify and of both gets, which are the same.
    pub(crate) async fn fault(&self, number: &str) -> PaaFault {
        let told = self.verify(number).await.expect_err("a fault");
        for version in [Version::V1, Version::V2] {
            assert_eq!(
                self.get_by(GetRequest { version, ..get(number) }).await.expect_err("a fault"),
                told,
                "{version:?}"
            );
        }
        told
    }

    /// Sends a receipt: accepted, or the fault.
    pub(crate) async fn sends(&self, receipt: ReceiptMessage) -> Result<(), PaaFault> {
        match self.asks(Request::Receipt(Box::new(receipt))).await {
            Answer::ReceiptAccepted(_) => Ok(()),
            other => Err(fault(&other)),
        }
    }

    /// Sends a receipt as the Node does, again while we fail ourselves: what it is told in the end, and how often we did.
    pub(crate) async fn delivers(&self, receipt: ReceiptMessage) -> (Result<(), PaaFault>, usize) {
        let (_, answer, failures) = self.node.insists(&Request::Receipt(Box::new(receipt))).await;
        match answer {
            Answer::ReceiptAccepted(_) => (Ok(()), failures),
            other => (Err(fault(&other)), failures),
        }
    }

    /// Somebody pays a notice of institution A: a get, then the receipt.
    pub(crate) async fn pays(&self, id: &str, number: &str, cents: i64) {
        self.node.asks(number, None).await;
        self.node.pays(self.node.receipt(id, number, cents)).await;
    }

    /// The position as the API shows it.
    pub(crate) async fn shown(&self, position: &Value) -> Value {
        self.portal().get(format!("{POSITIONS}/{}", text(position, "/id"))).await.is(200).json()
    }

    /// The receipt of that id of the Node's, as the API shows it.
    pub(crate) async fn receipt(&self, id: &str) -> Value {
        let list = self.portal().get("/v1/receipts?limit=500").await.is(200).json();
        let mut all = list["items"].as_array().unwrap().iter();
        all.find(|one| one["receipt_id"] == id).unwrap_or_else(|| panic!("no {id} in {list:#}")).clone()
    }

    /// An action on a position.
    pub(crate) async fn act(&self, position: &Value, action: &str, body: &Value) -> Seen {
        self.portal().post(format!("{POSITIONS}/{}/{action}", text(position, "/id")), body).await
    }
}

pub(crate) fn verify(number: &str) -> Request {
    Request::Verify(VerifyRequest { addressee: addressee(TAX_CODES[0]), notice: notice(number) })
}

pub(crate) fn get(number: &str) -> GetRequest {
    GetRequest {
        version: Version::V2,
        addressee: addressee(TAX_CODES[0]),
        notice: notice(number),
        amount: None,
        payment_note: None,
        transfer_type: None,
        due_date: None,
    }
}

fn notice(number: &str) -> Notice {
    Notice { fiscal_code: TAX_CODES[0].to_owned(), notice_number: number.to_owned() }
}

#[track_caller]
pub(crate) fn fault(answer: &Answer) -> PaaFault {
    match answer {
        Answer::Refused(_, fault) => fault.known().unwrap(),
        other => panic!("not a refusal: {other:?}"),
    }
}

/// A position of the service TARI with these options.
pub(crate) fn with_options(external_id: &str, options: Value) -> Value {
    json!({
        "external_id": external_id, "service_code": "TARI", "description": "TARI 2026",
        "debtor": {"type": "natural_person", "tax_code": "RSSMRA85T10A562S", "full_name": "Mario Rossi"},
        "payment_options": options,
    })
}

/// 100.00 at once, or 50.00 twice.
pub(crate) fn single_or_plan(external_id: &str) -> Value {
    with_options(
        external_id,
        json!([
            {"kind": "single", "installments": [{"reference": "whole", "amount": 10_000}]},
            {"kind": "installments", "installments": [
                {"reference": "first", "amount": 5_000}, {"reference": "second", "amount": 5_000}]},
        ]),
    )
}

/// One installment with these transfers.
pub(crate) fn with_transfers(external_id: &str, amount: i64, transfers: Value) -> Value {
    with_options(external_id, json!([{"kind": "single", "installments": [{"amount": amount, "transfers": transfers}]}]))
}

/// The installment of that reference.
#[track_caller]
pub(crate) fn named<'a>(position: &'a Value, reference: &str) -> &'a Value {
    let options = position["payment_options"].as_array().unwrap();
    let mut all = options.iter().flat_map(|option| option["installments"].as_array().unwrap());
    all.find(|one| one["reference"] == reference).unwrap_or_else(|| panic!("no {reference} in {position:#}"))
}

/// The notice number of the installment of that reference.
#[track_caller]
pub(crate) fn number_of(position: &Value, reference: &str) -> String {
    text(named(position, reference), "/notice_number")
}

/// The notice number of the only installment.
#[track_caller]
pub(crate) fn number(position: &Value) -> String {
    number_of(position, "single")
}
