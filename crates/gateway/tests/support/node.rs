// SPDX-License-Identifier: AGPL-3.0-or-later
//! The Node: it asks, and it sends receipts.

use std::sync::Arc;

use tokio::task::JoinHandle;
use tramite_domain::given::World;
use tramite_domain::money::Cents;
use tramite_domain::personal::Personal;
use tramite_gateway::soap::{Inbound, Soap};
use tramite_pagopa::current::{
    Addressee, Answer, GetRequest, Notice, Outcome, Party, PartyKind, Psp, ReceiptMessage, ReceiptTransfer, Request,
    Version,
};
use tramite_pagopa::soap as wire;
use tramite_pagopa::strict::{NoRegister, check_answer};

use super::TestGateway;
use super::seed::{IBAN, STATION, TAX_CODES};

/// The Node before the door of a gateway.
pub struct Node {
    door: Soap,
    world: Arc<super::TestWorld>,
    _flushing: JoinHandle<()>,
}

impl TestGateway {
    /// Opens the Node's door on the same store.
    pub fn node(&self) -> Node {
        let (door, flusher) = Soap::open(self.gateway.store().clone(), self.world.clone());
        Node { door, world: Arc::clone(&self.world), _flushing: tokio::spawn(flusher.run()) }
    }
}

impl Node {
    /// Asks for a notice of institution A as a provider's customer does before paying, within a cart or not.
    pub async fn asks(&self, notice_number: &str, cart: Option<&str>) {
        let request = Request::Get(GetRequest {
            version: Version::V2,
            addressee: addressee(TAX_CODES[0]),
            notice: Notice { fiscal_code: TAX_CODES[0].to_owned(), notice_number: notice_number.to_owned() },
            amount: None,
            payment_note: cart.map(str::to_owned),
            transfer_type: None,
            due_date: None,
        });
        let answer = self.sends(&request).await.1;
        assert!(matches!(answer, Answer::Get(..)), "{answer:?}");
        self.door.settled().await;
    }

    /// Sends a receipt that must be taken; gives back its bytes.
    pub async fn pays(&self, message: ReceiptMessage) -> Vec<u8> {
        let (bytes, answer) = self.sends(&Request::Receipt(Box::new(message))).await;
        assert!(matches!(answer, Answer::ReceiptAccepted(_)), "{answer:?}");
        bytes
    }

    /// Sends a message, and reads the answer as strictly as the Node does.
    pub async fn sends(&self, request: &Request) -> (Vec<u8>, Answer) {
        let bytes = wire::request(request);
        let soap_action = Some(request.primitive().operation().to_owned());
        let inbound = Inbound { bytes: bytes.clone(), soap_action, ..Inbound::default() };
        let outbound = self.door.answer(inbound).await;
        let answer = check_answer(request.primitive(), &outbound.body, &NoRegister);
        (bytes, answer.unwrap_or_else(|wrong| panic!("{wrong:?}\n{}", String::from_utf8_lossy(&outbound.body))))
    }

    /// A receipt over the whole amount of a notice of institution A, paid now, addressed to it.
    pub fn receipt(&self, id: &str, notice_number: &str, cents: i64) -> ReceiptMessage {
        ReceiptMessage {
            version: Version::V2,
            addressee: addressee(TAX_CODES[0]),
            receipt_id: id.to_owned(),
            notice_number: notice_number.to_owned(),
            fiscal_code: TAX_CODES[0].to_owned(),
            outcome: Outcome::Ok,
            payment_amount: Cents::new(cents).unwrap(),
            creditor_reference_id: Some(notice_number.chars().skip(1).collect()),
            description: Some("TARI 2026".to_owned()),
            company_name: Some("Comune di Esempio".to_owned()),
            office_name: None,
            debtor: Some(debtor()),
            transfers: vec![transfer(1, TAX_CODES[0], cents)],
            psp: Psp {
                id: Some("ABCDITM1".to_owned()),
                company_name: Some("Istituto di Prova S.p.A.".to_owned()),
                channel: Some("12345678903_07".to_owned()),
                channel_description: Some("app".to_owned()),
                ..Psp::default()
            },
            payer: None,
            payment_method: Some("creditCard".to_owned()),
            payment_note: None,
            fee: Some(Cents::new(150).unwrap()),
            primary_ci_incurred_fee: None,
            id_bundle: None,
            id_ci_bundle: None,
            payment_date_time: Some(self.world.now()),
            application_date: None,
            transfer_date: None,
            metadata: Vec::new(),
            stand_in: None,
        }
    }
}

/// What reaches an institution through its station.
pub fn addressee(tax_code: &str) -> Addressee {
    Addressee { id_pa: tax_code.to_owned(), id_broker_pa: "99999000039".to_owned(), id_station: STATION.to_owned() }
}

/// A share of a receipt.
pub fn transfer(id: u8, tax_code: &str, cents: i64) -> ReceiptTransfer {
    ReceiptTransfer {
        id: Some(id),
        amount: Some(Cents::new(cents).unwrap()),
        fiscal_code: Some(tax_code.to_owned()),
        iban: Some(IBAN.to_owned()),
        remittance_information: Some("/RFB/05000000001234586/120.50/TXT/TARI 2026".to_owned()),
        category: Some("0101101IM".to_owned()),
        ..ReceiptTransfer::default()
    }
}

fn debtor() -> Party {
    Party {
        kind: PartyKind::Person,
        code: Personal::new("RSSMRA85T10A562S".to_owned()),
        full_name: Personal::new("Mario Rossi".to_owned()),
        street: None,
        civic_number: None,
        postal_code: None,
        city: None,
        province: None,
        country: None,
        email: None,
    }
}
