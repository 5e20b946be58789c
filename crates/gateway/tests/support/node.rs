// SPDX-License-Identifier: AGPL-3.0-or-later
//! The Node: it asks, and it sends receipts.

use std::sync::Arc;
use std::time::Instant;

use actix_web::App;
use actix_web::body::to_bytes;
use actix_web::test::{TestRequest, call_service, init_service};
use tokio::task::JoinHandle;
use tramite_domain::given::World;
use tramite_domain::money::Cents;
use tramite_gateway::soap::{self, Inbound, Outbound, Soap};
use tramite_pagopa::current::{
    Addressee, Answer, GetAnswer, GetRequest, Notice, PaaFault, ReceiptMessage, Request, VerifyRequest, Version,
};
use tramite_pagopa::soap as wire;
use tramite_pagopa::strict::{NoRegister, check_answer};
use tramite_testkit::{Judge, comes_again};

use super::TestGateway;
use super::receipt::receipt_of;
use super::seed::{STATION, TAX_CODES};

/// The Node before the door of a gateway.
pub struct Node {
    door: Soap,
    world: Arc<super::TestWorld>,
    judge: Judge,
    _flushing: JoinHandle<()>,
}

impl TestGateway {
    /// Opens the Node's door on the same store.
    pub fn node(&self) -> Node {
        let (door, flusher) =
            Soap::open(self.gateway.store().clone(), self.world.clone(), self.gateway.callbacks().apart().unwrap());
        Node {
            door,
            world: Arc::clone(&self.world),
            judge: Judge::of_answers(),
            _flushing: tokio::spawn(flusher.run()),
        }
    }
}

impl Node {
    /// Asks for a notice of institution A as a provider's customer does before paying, within a cart or not.
    pub async fn asks(&self, notice_number: &str, cart: Option<&str>) {
        let answer = self.insists(&get_of(notice_number, cart)).await.1;
        assert!(matches!(answer, Answer::Get(..)), "{answer:?}");
        self.door.settled().await;
    }

    /// What is due for a notice of institution A, cents, or the fault; a verify that is sent once.
    pub async fn due(&self, notice_number: &str) -> Result<i64, String> {
        due_of(self.sends(&verify_of(notice_number)).await.1)
    }

    /// What a get of a notice of institution A is told, within a cart or not.
    pub async fn gets(&self, notice_number: &str, cart: Option<&str>) -> GetAnswer {
        match self.sends(&get_of(notice_number, cart)).await.1 {
            Answer::Get(_, told) => *told,
            other => panic!("{other:?}"),
        }
    }

    /// What is told of a notice of institution A: nothing where it can be paid, else the fault.
    pub async fn fault_of(&self, notice_number: &str) -> Option<String> {
        due_of(self.insists(&verify_of(notice_number)).await.1).err()
    }

    /// Sends a receipt that must be taken; gives back its bytes.
    pub async fn pays(&self, message: ReceiptMessage) -> Vec<u8> {
        let (bytes, answer, failures) = self.insists(&Request::Receipt(Box::new(message))).await;
        // What we failed to answer in time may have been done all the same: then it is known when it comes again.
        let taken = matches!(answer, Answer::ReceiptAccepted(_))
            || (failures > 0 && fault(&answer) == Some(PaaFault::DuplicateReceipt));
        assert!(taken, "{answer:?}");
        bytes
    }

    /// Sends a message as the Node does in the end: again while we fail ourselves, which a machine that has other things to
    /// do makes us do. Says how often we did.
    pub async fn insists(&self, request: &Request) -> (Vec<u8>, Answer, usize) {
        let mut failures = 0;
        loop {
            let begun = Instant::now();
            let (bytes, answer) = self.sends(request).await;
            if !comes_again(fault(&answer) == Some(PaaFault::SystemError), begun, &mut failures).await {
                return (bytes, answer, failures);
            }
        }
    }

    /// Sends a message, and reads the answer as strictly as the Node does.
    pub async fn sends(&self, request: &Request) -> (Vec<u8>, Answer) {
        let bytes = wire::request(request);
        let outbound = self.posts(bytes.clone(), Some(request.primitive().operation())).await;
        let answer = check_answer(request.primitive(), &outbound.body, &NoRegister);
        (bytes, answer.unwrap_or_else(|wrong| panic!("{wrong:?}\n{}", String::from_utf8_lossy(&outbound.body))))
    }

    /// Sends bytes, and gives back the answer, which is held against the official schema when the test is over.
    pub async fn posts(&self, bytes: Vec<u8>, soap_action: Option<&str>) -> Outbound {
        let mut request = TestRequest::post().uri(soap::PATH).insert_header(("Content-Type", "text/xml"));
        if let Some(action) = soap_action {
            request = request.insert_header(("SOAPAction", action));
        }
        let service = init_service(App::new().configure(soap::configure(self.door.clone()))).await;
        let response = call_service(&service, request.set_payload(bytes).to_request()).await;
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body()).await.map_err(|_| "body").unwrap().to_vec();
        if status == 200 {
            self.judge.keep(&body);
        }
        Outbound { status, body }
    }

    /// Waits until what was asked is written.
    pub async fn settled(&self) {
        self.door.settled().await;
    }

    /// Sends anything, and does not look at the answer.
    pub async fn says(&self, inbound: Inbound) {
        self.door.answer(inbound).await;
    }

    /// A receipt over the whole amount of a notice of institution A, paid now, addressed to it.
    pub fn receipt(&self, id: &str, notice_number: &str, cents: i64) -> ReceiptMessage {
        ReceiptMessage {
            description: Some("TARI 2026".to_owned()),
            payment_method: Some("creditCard".to_owned()),
            fee: Some(Cents::new(150).unwrap()),
            ..receipt_of(addressee(TAX_CODES[0]), id, notice_number, cents, self.world.now())
        }
    }
}

fn notice(notice_number: &str) -> Notice {
    Notice { fiscal_code: TAX_CODES[0].to_owned(), notice_number: notice_number.to_owned() }
}

fn verify_of(notice_number: &str) -> Request {
    Request::Verify(VerifyRequest { addressee: addressee(TAX_CODES[0]), notice: notice(notice_number) })
}

fn get_of(notice_number: &str, cart: Option<&str>) -> Request {
    Request::Get(GetRequest {
        version: Version::V2,
        addressee: addressee(TAX_CODES[0]),
        notice: notice(notice_number),
        amount: None,
        payment_note: cart.map(str::to_owned),
        transfer_type: None,
        due_date: None,
    })
}

fn due_of(answer: Answer) -> Result<i64, String> {
    match answer {
        Answer::Verify(told) => Ok(told.amount.cents()),
        Answer::Refused(_, fault) => Err(fault.code.into_owned()),
        other => panic!("{other:?}"),
    }
}

/// The fault of a refusal.
fn fault(answer: &Answer) -> Option<PaaFault> {
    match answer {
        Answer::Refused(_, fault) => fault.known(),
        _ => None,
    }
}

/// What reaches an institution through its station.
pub fn addressee(tax_code: &str) -> Addressee {
    Addressee { id_pa: tax_code.to_owned(), id_broker_pa: "99999000039".to_owned(), id_station: STATION.to_owned() }
}
