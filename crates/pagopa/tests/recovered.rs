// SPDX-License-Identifier: AGPL-3.0-or-later
//! The receipts API: what it answers is read to the cent, and what it refuses is told apart.
#![expect(clippy::unwrap_used, reason = "helpers of a test target are not seen as tests")]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use tramite_domain::receipt::ReceiptOutcome;
use tramite_pagopa::checkout::{SubscriptionKey, Unavailable};
use tramite_pagopa::receipts::{RECEIPT_BYTES_MAX, ReceiptsClient, ReceiptsFailure, Unreadable, content};

const IUR: &str = "c110729d258c4ab1b765fe902aae41d6";
const IUV: &str = "05000000001234586";

/// Every name that the platform's description of the answer has, each with a value of its kind.
const ANSWER: &str = r#"{
    "receiptId": "c110729d258c4ab1b765fe902aae41d6", "noticeNumber": "305000000001234586", "fiscalCode": "99999000013",
    "outcome": "OK", "creditorReferenceId": "05000000001234586", "paymentAmount": 120.5, "description": "TARI 2026",
    "companyName": "Comune di Esempio", "officeName": "Tributi",
    "debtor": {
        "entityUniqueIdentifierType": "F", "entityUniqueIdentifierValue": "RSSMRA85T10A562S", "fullName": "Mario Rossi",
        "streetName": "Via Roma", "civicNumber": "1", "postalCode": "06121", "city": "Perugia",
        "stateProvinceRegion": "PG", "country": "IT", "email": "mario.rossi@example.it"
    },
    "transferList": [
        {
            "idTransfer": 1, "transferAmount": 115.00, "fiscalCodePA": "99999000013",
            "iban": "IT60X0542811101000000123456", "mbdAttachment": "", "remittanceInformation": "TARI 2026",
            "transferCategory": "0101101IM", "metadata": [{"key": "RIF", "value": "1"}]
        },
        {
            "idTransfer": 2, "transferAmount": 5.5, "fiscalCodePA": "99999000021", "iban": "", "mbdAttachment": "PG1iZC8+",
            "remittanceInformation": "TEFA 2026", "transferCategory": "0201102IM"
        }
    ],
    "idPSP": "ABCDITM1", "pspFiscalCode": "12345678903", "pspPartitaIVA": "12345678903",
    "pspCompanyName": "Istituto di Prova S.p.A.", "idChannel": "12345678903_07", "channelDescription": "app",
    "payer": {
        "entityUniqueIdentifierType": "G", "entityUniqueIdentifierValue": "12345678903", "fullName": "Ditta di Prova"
    },
    "paymentMethod": "creditCard", "fee": 1.50, "primaryCiIncurredFee": 0.00, "idBundle": "b", "idCiBundle": "c",
    "paymentDateTime": "2026-09-15", "paymentDateTimeFormatted": "2026-09-15T10:22:33.123", "applicationDate": "2026-09-15",
    "transferDate": "2026-09-16", "metadata": [{"key": "RIF_PRATICA", "value": "2026-000123"}]
}"#;

#[test]
fn an_answer_is_the_receipt_that_the_node_would_have_sent() {
    let told = content(ANSWER.as_bytes()).unwrap();
    assert_eq!((told.receipt_id.as_str(), told.iuv.as_str(), told.outcome), (IUR, IUV, ReceiptOutcome::Ok));
    assert_eq!((told.amount.cents(), told.fee.map(|fee| fee.cents())), (12_050, Some(150)));
    assert_eq!(told.paid_at.map(|at| at.to_string()), Some("2026-09-15T08:22:33.123Z".to_owned()));
    let shares: Vec<_> = told.transfers.iter().map(|one| (one.index, one.amount.cents(), one.stamp)).collect();
    assert_eq!(shares, [(1, 11_500, false), (2, 550, true)]);
    assert_eq!(told.transfers[0].payment_metadata.get("RIF").map(String::as_str), Some("1"));
    let debtor = told.debtor.as_ref().unwrap().expose();
    assert_eq!((debtor.kind.as_str(), debtor.email.as_deref()), ("F", Some("mario.rossi@example.it")));
    assert_eq!(told.payer.as_ref().unwrap().expose().tax_code, "12345678903");
    assert_eq!((told.psp.id.as_str(), told.psp.channel.as_str()), ("ABCDITM1", "app"));
    assert_eq!(told.payment_metadata.get("RIF_PRATICA").map(String::as_str), Some("2026-000123"));
    assert_eq!(told.irregularities, Vec::<String>::new());
}

#[test]
fn what_is_no_receipt_is_none_and_what_is_only_odd_is_told() {
    for (from, to, wrong) in [
        ("\"paymentAmount\": 120.5", "\"paymentAmount\": 120.505", Unreadable::Field("paymentAmount")),
        ("\"paymentAmount\": 120.5", "\"paymentAmount\": 1.2e2", Unreadable::Field("paymentAmount")),
        ("\"outcome\": \"OK\"", "\"outcome\": \"PERHAPS\"", Unreadable::Field("outcome")),
        ("\"receiptId\"", "\"receipt\"", Unreadable::Field("receiptId")),
        ("{\n", "[\n", Unreadable::Json),
    ] {
        assert_eq!(content(ANSWER.replacen(from, to, 1).as_bytes()), Err(wrong), "{to}");
    }
    assert_eq!(content(&[0xff]), Err(Unreadable::Json));
    let odd = content(ANSWER.replace("\"idTransfer\": 2", "\"idTransfer\": null").as_bytes()).unwrap();
    assert_eq!((odd.transfers.len(), odd.irregularities.len()), (1, 1));
    let bare = ANSWER.replace("\"paymentDateTimeFormatted\"", "\"other\"");
    assert_eq!(content(bare.as_bytes()).unwrap().paid_at.unwrap().to_string(), "2026-09-14T22:00:00Z");
}

/// A server that answers the same to everybody, and what it was asked.
fn server(answer: Vec<u8>) -> (String, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}/bizevents/service/v1/", listener.local_addr().unwrap());
    let seen = Arc::<Mutex<String>>::default();
    let notes = Arc::clone(&seen);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut buffer = [0_u8; 8_192];
            let read = stream.read(&mut buffer).unwrap_or(0);
            *notes.lock().unwrap() = String::from_utf8_lossy(buffer.get(..read).unwrap()).into_owned();
            stream.write_all(&answer).ok();
        }
    });
    (base, seen)
}

fn http(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}").into_bytes()
}

fn client(base: &str) -> ReceiptsClient {
    ReceiptsClient::new(base, SubscriptionKey::new("0123456789abcdef").unwrap()).unwrap()
}

#[tokio::test]
async fn it_is_asked_by_both_references_with_the_key_and_says_what_came() {
    let (base, seen) = server(http("200 OK", "Content-Type: application/json\r\n", ANSWER));
    let bytes = client(&base).receipt("99999000013", "a/b c", IUV).await.unwrap();
    assert_eq!(bytes, ANSWER.as_bytes());
    let asked = seen.lock().unwrap().clone();
    let path =
        format!("GET /bizevents/service/v1/organizations/99999000013/receipts/a%2Fb%20c/paymentoptions/{IUV} HTTP/1.1");
    assert!(asked.starts_with(&path), "{asked}");
    assert!(asked.to_ascii_lowercase().contains("ocp-apim-subscription-key: 0123456789abcdef"), "{asked}");
}

#[tokio::test]
async fn what_can_be_done_about_a_failure_is_told_apart() {
    for (status, headers, failure) in [
        ("404 Not Found", "", ReceiptsFailure::NotFound),
        ("422 Unprocessable Entity", "", ReceiptsFailure::Refused(422)),
        ("401 Unauthorized", "", Unavailable::KeyRefused(401).into()),
        ("429 Too Many", "Retry-After: 7\r\n", Unavailable::TooManyRequests { retry_after_seconds: Some(7) }.into()),
        ("500 Internal Server Error", "", Unavailable::ServerError(500).into()),
        ("302 Found", "Location: http://127.0.0.1:1/\r\n", Unavailable::Unexpected(302).into()),
    ] {
        let (base, _) = server(http(status, headers, "{}"));
        assert_eq!(client(&base).receipt("99999000013", IUR, IUV).await, Err(failure), "{status}");
    }
    let (base, _) = server(http("200 OK", "", &"x".repeat(RECEIPT_BYTES_MAX + 1)));
    assert_eq!(client(&base).receipt("99999000013", IUR, IUV).await, Err(ReceiptsFailure::TooLong));
    for wrong in ["ftp://example.it", "nowhere", "https://example.it/x?y=1"] {
        assert!(ReceiptsClient::new(wrong, SubscriptionKey::new("k").unwrap()).is_err(), "{wrong}");
    }
}
