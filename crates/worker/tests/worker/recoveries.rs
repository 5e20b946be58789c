// SPDX-License-Identifier: AGPL-3.0-or-later
//! Receipts that never came (sla.md 2): asked for in turn, ten in any hour, and taken like those that the Node sends.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use tramite_domain::debt_position::{DebtPosition, PositionStatus, position_status};
use tramite_domain::receipt::{Accepted, Arrival, ReceiptMessage, accept};
use tramite_domain::recovery::{ReceiptRecovery, RecoveryStatus, ask};
use tramite_pagopa::checkout::SubscriptionKey;
use tramite_pagopa::receipts::{ReceiptsClient, content};
use tramite_storage::{JournalFilter, PageRequest, ReceiptFilter};
use tramite_testkit::Database;
use tramite_worker::Worker;

use crate::place::{Place, scope};
use crate::town::{STATION, TAX_CODE, Town, named, one_payment};

/// The platform: what it says, and which paths it was asked for.
struct Platform {
    base: String,
    says: Arc<Mutex<(String, String, String)>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Platform {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}/bizevents/service/v1", listener.local_addr().unwrap());
        let says = Arc::new(Mutex::new(("404 Not Found".to_owned(), String::new(), "{}".to_owned())));
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let (told, kept) = (Arc::clone(&says), Arc::clone(&asked));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                let mut buffer = [0_u8; 8_192];
                let read = stream.read(&mut buffer).unwrap_or(0);
                let text = String::from_utf8_lossy(&buffer[..read]).into_owned();
                kept.lock().unwrap().push(text.split(' ').nth(1).unwrap_or_default().to_owned());
                let (status, headers, body) = told.lock().unwrap().clone();
                let length = body.len();
                let answer = format!(
                    "HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
                );
                stream.write_all(answer.as_bytes()).ok();
            }
        });
        Self { base, says, asked }
    }

    fn says(&self, status: &str, headers: &str, body: &str) {
        *self.says.lock().unwrap() = (status.to_owned(), headers.to_owned(), body.to_owned());
    }

    /// What was asked since it was last looked at.
    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    fn worker(&self, place: &Place) -> Worker {
        let client = ReceiptsClient::new(&self.base, SubscriptionKey::new("0123456789abcdef").unwrap()).unwrap();
        place.worker().recovering(client)
    }
}

/// A question of a town.
async fn asks(place: &mut Place, of_a: bool, iur: &str, iuv: &str) -> ReceiptRecovery {
    let town: &mut Town = if of_a { &mut place.a } else { &mut place.b };
    let asked = ask(&mut town.given(), None, None, (iur, iuv), None);
    let town = if of_a { &place.a } else { &place.b };
    place.store.commit(&scope(town), asked.batch).await.unwrap();
    asked.recovery
}

async fn now(place: &Place, recovery: &ReceiptRecovery) -> ReceiptRecovery {
    place.store.recovery(&scope(&place.a), recovery.id).await.unwrap().unwrap()
}

fn told(position: &DebtPosition, iur: &str) -> String {
    let one = named(position, "single");
    let number = one.notice_number.as_ref().unwrap();
    format!(
        r#"{{"receiptId": "{iur}", "noticeNumber": "{number}", "fiscalCode": "{TAX_CODE}", "outcome": "OK",
            "creditorReferenceId": "{iuv}", "paymentAmount": 1.0, "description": "Tassa sui rifiuti",
            "companyName": "Comune di Esempio",
            "debtor": {{"entityUniqueIdentifierType": "F", "entityUniqueIdentifierValue": "RSSMRA85T10A562S",
                "fullName": "Mario Rossi"}},
            "transferList": [{{"idTransfer": 1, "transferAmount": 1.00, "fiscalCodePA": "{TAX_CODE}",
                "iban": "IT60X0542811101000000123456", "mbdAttachment": "", "remittanceInformation": "TARI",
                "transferCategory": "0101101IM"}}],
            "idPSP": "ABCDITM1", "pspCompanyName": "Istituto di Prova", "idChannel": "12345678903_07", "fee": 1.5,
            "paymentDateTimeFormatted": "2026-09-01T10:00:00Z"}}"#,
        iuv = one.iuv,
    )
}

pub(crate) async fn a_receipt_that_never_came_is_asked_for_and_pays_once(database: Database) {
    let mut place = Place::open(database.url()).await;
    let platform = Platform::start();
    let position = place.position(&one_payment("S-1", 100)).await;
    let iuv = named(&position, "single").iuv.to_string();
    let asked = asks(&mut place, true, "iur-1", &iuv).await;
    let body = told(&position, "iur-1");
    platform.says("200 OK", "Content-Type: application/json\r\n", &body);
    let report = platform.worker(&place).run_once(place.a.now).await;
    assert_eq!((report.recoveries, report.failures), (1, vec![]));
    let wanted = format!("/bizevents/service/v1/organizations/{TAX_CODE}/receipts/iur-1/paymentoptions/{iuv}");
    assert_eq!(platform.asked(), [wanted]);
    let after = now(&place, &asked).await;
    assert_eq!((after.status, after.attempts, after.due_at), (RecoveryStatus::Recovered, 1, None));
    let paid = place.stored(&position).await;
    assert_eq!(position_status(&paid, place.a.now), PositionStatus::Paid);
    let receipts = async |place: &Place| {
        let page = PageRequest::first(10);
        place.store.receipts(&scope(&place.a), &ReceiptFilter::default(), &page, place.a.now).await.unwrap().items
    };
    let kept = receipts(&place).await.pop().unwrap();
    assert_eq!((Some(kept.id), kept.content.amount.cents()), (after.receipt_id, 100));
    assert_eq!(kept.content.fee.map(|fee| fee.cents()), Some(150), "an amount is read to the cent");
    let filter = JournalFilter { payment_token: Some("iur-1".to_owned()), ..JournalFilter::default() };
    let creditor = TAX_CODE.parse().unwrap();
    let lines = place.store.journal(&scope(&place.a), creditor, &filter, &PageRequest::first(10)).await.unwrap().items;
    assert_eq!(lines.len(), 2, "the question and its answer");
    let number = named(&position, "single").notice_number.as_ref().map(ToString::to_string);
    assert!(lines.iter().all(|line| line.notice_number.is_some() && line.notice_number == number), "{lines:?}");
    // The Node sends it after all: the same payment in other bytes; and one that tells something else.
    for (amount, anomalies) in [("1.00", kept.anomalies.len()), ("2.00", kept.anomalies.len() + 1)] {
        let bytes = body.replace("\"paymentAmount\": 1.0", &format!("\"paymentAmount\": {amount}"));
        let arrival = Arrival {
            content: content(bytes.as_bytes()).unwrap(),
            addressee_tax_code: TAX_CODE.to_owned(),
            station_id: STATION.to_owned(),
            primitive: "paSendRTV2".to_owned(),
            peer_fingerprint: None,
            message: ReceiptMessage { bytes: amount.as_bytes().to_vec(), sha256: [amount.as_bytes()[0]; 32] },
        };
        let institution = place.a.institution.clone();
        let known = place.store.found_of_receipt(&scope(&place.a), &institution, &arrival, place.a.now).await.unwrap();
        let accepted = accept(&mut place.a.given(), known.known(&institution), &arrival);
        let Accepted::Duplicate { batch } = accepted else { panic!("it was here before") };
        place.write(&place.a, batch).await;
        let all = receipts(&place).await;
        assert_eq!((all.len(), all[0].anomalies.len()), (1, anomalies), "{amount}");
    }
    assert_eq!(platform.worker(&place).run_once(place.a.now).await.recoveries, 0, "nothing is asked twice");
}

pub(crate) async fn a_receipt_of_anothers_notice_is_written_down_under_whose_it_is(database: Database) {
    let mut place = Place::open(database.url()).await;
    let platform = Platform::start();
    let position = place.position(&one_payment("S-1", 100)).await;
    let iuv = named(&position, "single").iuv.to_string();
    asks(&mut place, true, "iur-1", &iuv).await;
    let other = place.b.institution.tax_code;
    let body = told(&position, "iur-1")
        .replace(&format!("\"fiscalCode\": \"{TAX_CODE}\""), &format!("\"fiscalCode\": \"{other}\""));
    platform.says("200 OK", "Content-Type: application/json\r\n", &body);
    platform.worker(&place).run_once(place.a.now).await;
    let filter = JournalFilter { payment_token: Some("iur-1".to_owned()), ..JournalFilter::default() };
    let page = PageRequest::first(10);
    let lines = place.store.journal(&scope(&place.a), TAX_CODE.parse().unwrap(), &filter, &page).await.unwrap().items;
    let creditors: Vec<_> = lines.iter().map(|line| line.creditor_tax_code.clone()).collect();
    assert_eq!(creditors, [Some(other.to_string()), Some(other.to_string())]);
}

pub(crate) async fn ten_questions_are_asked_in_an_hour_and_each_institution_has_its_turn(database: Database) {
    let mut place = Place::open(database.url()).await;
    let platform = Platform::start();
    for number in 0..12 {
        asks(&mut place, true, &format!("a-{number}"), "05000000000000001").await;
    }
    for number in 0..2 {
        asks(&mut place, false, &format!("b-{number}"), "05000000000000001").await;
    }
    // Two processes at once.
    let (one, two) = (platform.worker(&place), platform.worker(&place));
    let (first, second) = futures_util::future::join(one.run_once(place.a.now), two.run_once(place.a.now)).await;
    assert_eq!(first.recoveries + second.recoveries, 10, "{first:?} {second:?}");
    let asked = platform.asked();
    assert_eq!(asked.len(), 10);
    let of_b = asked.iter().filter(|path| path.contains("/receipts/b-")).count();
    assert_eq!(of_b, 2, "who asks little does not wait for who asks much: {asked:?}");
    place.later(3_599);
    assert_eq!(one.run_once(place.a.now).await.recoveries, 0);
    place.later(1);
    assert_eq!(one.run_once(place.a.now).await.recoveries, 4);
    assert_eq!(platform.asked().len(), 4);
}

pub(crate) async fn a_platform_that_wants_to_be_left_alone_is(database: Database) {
    let mut place = Place::open(database.url()).await;
    let platform = Platform::start();
    let first = asks(&mut place, true, "iur-1", "05000000000000001").await;
    let second = asks(&mut place, true, "iur-2", "05000000000000001").await;
    platform.says("429 Too Many Requests", "Retry-After: 120\r\n", "{}");
    let worker = platform.worker(&place);
    assert_eq!(worker.run_once(place.a.now).await.recoveries, 1, "one question, and then a rest");
    let after = now(&place, &first).await;
    assert_eq!((after.status, after.failure.as_deref()), (RecoveryStatus::Queued, Some("too_many_requests")));
    platform.says("200 OK", "", "{\"receiptId\": \"another\"");
    place.later(119);
    assert_eq!(worker.run_once(place.a.now).await.recoveries, 0);
    place.later(1);
    assert_eq!(worker.run_once(place.a.now).await.recoveries, 1);
    let after = now(&place, &second).await;
    assert_eq!((after.status, after.failure.as_deref()), (RecoveryStatus::Failed, Some("unreadable")));
    // Its position came meanwhile, and so it has a service.
    let service = place.a.service.code.clone();
    let line = (after.iur.as_str(), after.iuv.as_str());
    let again = ask(&mut place.a.given(), Some(&after), None, line, Some(service.clone())).recovery;
    assert_eq!((again.status, again.service_code), (RecoveryStatus::Queued, Some(service)));
    platform.says("503 Service Unavailable", "", "{}");
    for _ in 0..9 {
        place.later(900);
        worker.run_once(place.a.now).await;
    }
    let after = now(&place, &first).await;
    assert_eq!((after.status, after.failure.as_deref()), (RecoveryStatus::Failed, Some("unavailable")), "{after:?}");
}
