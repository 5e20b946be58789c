// SPDX-License-Identifier: AGPL-3.0-or-later
//! A creditor institution on loopback: correct, until it is told to do otherwise.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use tramite_domain::money::Cents;
use tramite_domain::personal::Personal;
use tramite_pagopa::current::{
    Answer, DemandAnswer, Destination, Fault, GetAnswer, GetRequest, MetadataEntry, Notice, PaaFault, Party, PartyKind,
    ReceiptMessage, Request, Transfer, TransferType, VerifyAnswer, Version,
};
use tramite_pagopa::{Primitive, soap};
use tramite_testkit::Judge;
use url::Url;

pub(crate) const OWNER: &str = "99999000013";
pub(crate) const PROVINCE: &str = "99999000021";
pub(crate) const BROKER: &str = "99999000039";
pub(crate) const STATION: &str = "99999000039_01";
pub(crate) const NOTICE: &str = "305000000001234586";
pub(crate) const IBAN: &str = "IT60X0542811101000000123456";
pub(crate) const POSTAL_IBAN: &str = "IT45R0760103200000000001016";
pub(crate) const PROVINCE_IBAN: &str = "IT96R0123454321000000012345";

/// What the creditor does instead of answering well.
#[derive(Clone)]
pub(crate) enum Instead {
    Refuse(PaaFault),
    Say(u16, Vec<u8>),
    Sleep(u64),
    Answer(fn(&Request) -> Answer),
    /// Owes that many cents, with a pair beside them.
    Owe(i64, Option<(&'static str, &'static str)>),
}

#[derive(Default)]
struct State {
    instead: HashMap<Primitive, Instead>,
    heard: Vec<(Request, Vec<u8>)>,
    receipts: HashSet<(String, String)>,
}

#[derive(Clone)]
pub(crate) struct Creditor {
    state: Arc<Mutex<State>>,
    pub(crate) url: Url,
}

impl Creditor {
    pub(crate) fn start() -> Creditor {
        let state = Arc::new(Mutex::new(State::default()));
        let shared = web::Data::from(Arc::clone(&state));
        let server = HttpServer::new(move || {
            App::new().app_data(shared.clone()).route("/soap/pa-for-node", web::post().to(serve))
        });
        let server = server.workers(1).disable_signals().bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}/soap/pa-for-node", server.addrs()[0]).parse().unwrap();
        tokio::spawn(server.run());
        Creditor { state, url }
    }

    pub(crate) fn does(&self, primitive: Primitive, instead: Instead) {
        self.state.lock().unwrap().instead.insert(primitive, instead);
    }

    /// Owes that much from now on, whoever asks.
    pub(crate) fn owes(&self, amount: i64, pair: Option<(&'static str, &'static str)>) {
        for primitive in [Primitive::VerifyPaymentNotice, Primitive::GetPayment, Primitive::GetPaymentV2] {
            self.does(primitive, Instead::Owe(amount, pair));
        }
    }

    pub(crate) fn behaves(&self) {
        self.state.lock().unwrap().instead.clear();
    }

    pub(crate) fn heard(&self) -> Vec<Request> {
        self.state.lock().unwrap().heard.iter().map(|(request, _)| request.clone()).collect()
    }

    pub(crate) fn messages(&self) -> Vec<Vec<u8>> {
        self.state.lock().unwrap().heard.iter().map(|(_, bytes)| bytes.clone()).collect()
    }

    pub(crate) fn names(&self) -> Vec<&'static str> {
        self.heard().iter().map(|request| request.primitive().operation()).collect()
    }

    pub(crate) fn forgets(&self) {
        self.state.lock().unwrap().heard.clear();
    }

    pub(crate) fn gets(&self) -> Vec<GetRequest> {
        let gets = self
            .heard()
            .into_iter()
            .filter_map(|request| if let Request::Get(get) = request { Some(get) } else { None });
        gets.collect()
    }

    pub(crate) fn receipts(&self) -> Vec<ReceiptMessage> {
        let receipts = self.heard().into_iter();
        receipts
            .filter_map(|request| if let Request::Receipt(receipt) = request { Some(*receipt) } else { None })
            .collect()
    }
}

async fn serve(state: web::Data<Mutex<State>>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let action = request.headers().get("SOAPAction").map(|value| value.to_str().unwrap().to_owned());
    let received = soap::receive(&body, action.as_deref()).unwrap_or_else(|refused| panic!("{refused}"));
    assert_eq!(received.soap_action, soap::SoapAction::Same);
    assert_eq!(received.irregular, Vec::<String>::new());
    assert_eq!(request.headers().get("content-type").unwrap(), soap::CONTENT_TYPE);
    let request = received.request;
    let primitive = request.primitive();
    let instead = {
        let mut state = state.lock().unwrap();
        state.heard.push((request.clone(), body.to_vec()));
        state.instead.get(&primitive).cloned()
    };
    let answer = match instead {
        None => well(&request, &mut state.lock().unwrap().receipts),
        Some(Instead::Answer(answer)) => answer(&request),
        Some(Instead::Owe(amount, pair)) => owing(&request, amount, pair),
        Some(Instead::Refuse(fault)) => {
            Answer::Refused(primitive, Fault::new(fault, request.addressee().id_pa.clone()).because("Una prova"))
        }
        Some(Instead::Say(status, bytes)) => {
            return HttpResponse::build(StatusCode::from_u16(status).unwrap())
                .content_type(soap::CONTENT_TYPE)
                .body(bytes);
        }
        Some(Instead::Sleep(ms)) => {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            well(&request, &mut state.lock().unwrap().receipts)
        }
    };
    HttpResponse::Ok().content_type(soap::CONTENT_TYPE).body(written(&answer))
}

/// Writes an answer. Whatever a test looks for, and however wrong the creditor's sums are: the official schema has its say
/// on it when all is over.
pub(crate) fn written(answer: &Answer) -> Vec<u8> {
    let message = soap::answer(answer);
    Judge::of_process().keep(&message);
    message
}

/// What a correct creditor answers.
pub(crate) fn well(request: &Request, receipts: &mut HashSet<(String, String)>) -> Answer {
    match request {
        Request::Verify(verify) if verify.notice.is_probe() => {
            let fault = Fault::new(PaaFault::UnknownPayment, verify.addressee.id_pa.clone());
            Answer::Refused(Primitive::VerifyPaymentNotice, fault)
        }
        Request::Verify(_) => Answer::Verify(verify_answer()),
        Request::Get(get) => {
            Answer::Get(get.version, Box::new(payment(get.transfer_type == Some(TransferType::Postal))))
        }
        Request::Receipt(receipt) => {
            let key = (receipt.addressee.id_pa.clone(), receipt.receipt_id.clone());
            if receipts.insert(key) {
                Answer::ReceiptAccepted(receipt.version)
            } else {
                let fault = Fault::new(PaaFault::DuplicateReceipt, receipt.addressee.id_pa.clone());
                Answer::Refused(receipt.version.receipt(), fault)
            }
        }
        Request::Demand(_) => Answer::Demand(demand_answer(NOTICE)),
    }
}

/// A notice of that amount, in one transfer.
fn owing(request: &Request, amount: i64, pair: Option<(&str, &str)>) -> Answer {
    match request {
        Request::Verify(verify) if verify.notice.is_probe() => well(request, &mut HashSet::new()),
        Request::Verify(_) => Answer::Verify(VerifyAnswer { amount: cents(amount), ..verify_answer() }),
        Request::Get(get) => {
            let mut payment = payment(get.transfer_type == Some(TransferType::Postal));
            payment.amount = cents(amount);
            payment.transfers.truncate(1);
            payment.transfers[0].amount = cents(amount);
            payment.metadata = Vec::new();
            if let Some((key, value)) = pair {
                payment.metadata = vec![MetadataEntry { key: key.to_owned(), value: value.to_owned() }];
            }
            Answer::Get(get.version, Box::new(payment))
        }
        _ => panic!("a notice is owed to whoever verifies or gets"),
    }
}

pub(crate) fn cents(cents: i64) -> Cents {
    Cents::new(cents).unwrap()
}

pub(crate) fn verify_answer() -> VerifyAnswer {
    VerifyAnswer {
        amount: cents(12_050),
        due_date: Some("2026-10-31".parse().unwrap()),
        detail: None,
        all_ccp: false,
        description: String::from("TARI 2026 <rata> & \"unica\""),
        fiscal_code: OWNER.to_owned(),
        company_name: String::from("Comune di Esempio"),
        office_name: Some(String::from("Ufficio Tributi")),
    }
}

/// A notice that was made for a demand.
pub(crate) fn demand_answer(number: &str) -> DemandAnswer {
    let notice = Notice { fiscal_code: OWNER.to_owned(), notice_number: number.to_owned() };
    DemandAnswer { notice, payment: verify_answer() }
}

/// Two transfers: the owner's, to one of its two accounts, and the province's.
pub(crate) fn payment(postal: bool) -> GetAnswer {
    let transfer = |id, amount, fiscal_code: &str, iban: &str| Transfer {
        id,
        amount: cents(amount),
        fiscal_code: fiscal_code.to_owned(),
        company_name: Some(String::from("Ente")),
        destination: Destination::Iban(iban.to_owned()),
        remittance_information: String::from("/RFB/05000000001234586/TXT/TARI"),
        category: String::from("0101101IM"),
        metadata: vec![MetadataEntry { key: String::from("CODICE"), value: String::from("1") }],
    };
    GetAnswer {
        creditor_reference_id: String::from("05000000001234586"),
        amount: cents(12_050),
        due_date: "2026-10-31".parse().unwrap(),
        retention_date: None,
        last_payment: Some(false),
        description: String::from("TARI 2026"),
        company_name: String::from("Comune di Esempio"),
        office_name: None,
        debtor: Party {
            kind: PartyKind::Person,
            code: Personal::new(String::from("RSSMRA85T10A562S")),
            full_name: Personal::new(String::from("Mario Rossi")),
            street: Some(Personal::new(String::from("Via delle Prove"))),
            civic_number: Some(Personal::new(String::from("12/A"))),
            postal_code: Some(Personal::new(String::from("00100"))),
            city: Some(Personal::new(String::from("Roma"))),
            province: Some(Personal::new(String::from("RM"))),
            country: Some(Personal::new(String::from("IT"))),
            email: Some(Personal::new(String::from("mario.rossi@example.it"))),
        },
        transfers: vec![
            transfer(1, 11_500, OWNER, if postal { POSTAL_IBAN } else { IBAN }),
            transfer(2, 550, PROVINCE, PROVINCE_IBAN),
        ],
        metadata: vec![MetadataEntry { key: String::from("RIF_PRATICA"), value: String::from("2026/000123") }],
    }
}

/// A stamp beside a transfer; only version 2 can say it.
pub(crate) fn with_stamp(_: &Request) -> Answer {
    let mut payment = payment(false);
    payment.transfers[1].fiscal_code = OWNER.to_owned();
    payment.transfers[1].destination = Destination::Stamp {
        document_hash: String::from("wHpFSLCGZjIvNSXxqtGbxg7275t446DRTk5ZrsdUQ6E="),
        province: String::from("RM"),
    };
    Answer::Get(Version::V2, Box::new(payment))
}
