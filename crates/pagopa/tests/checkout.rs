// SPDX-License-Identifier: AGPL-3.0-or-later
//! The exchange with Checkout, against a small server on this machine.
#![expect(clippy::unwrap_used, reason = "helpers of a test target are not seen as tests")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tramite_domain::money::Cents;
use tramite_domain::personal::Personal;
use tramite_pagopa::checkout::{
    ANSWER_BYTES_MAX, Cart, CartNotice, CheckoutClient, CheckoutFailure, CheckoutUrl, Limits, ReturnUrls,
    SubscriptionKey, Unavailable,
};

const LIMITS: Limits = Limits { connect: Duration::from_millis(500), total: Duration::from_millis(800) };

/// A server that answers every request with the same bytes, and what it saw.
struct Server {
    base: String,
    seen: Arc<Mutex<String>>,
    requests: Arc<AtomicUsize>,
}

fn server(answer: impl Into<Vec<u8>>) -> Server {
    let answer = answer.into();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}/checkout/ec/v2/", listener.local_addr().unwrap());
    let seen = Arc::new(Mutex::new(String::new()));
    let requests = Arc::new(AtomicUsize::new(0));
    let (notes, count) = (seen.clone(), requests.clone());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            count.fetch_add(1, Ordering::SeqCst);
            *notes.lock().unwrap() = read_request(&mut stream);
            stream.write_all(&answer).ok();
            if answer.is_empty() {
                // A server that never answers.
                std::thread::sleep(Duration::from_secs(5));
            }
        }
    });
    Server { base, seen, requests }
}

fn read_request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut buffer = [0_u8; 4_096];
    loop {
        let read = stream.read(&mut buffer).unwrap_or(0);
        bytes.extend_from_slice(buffer.get(..read).unwrap());
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let length = text
            .lines()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.trim().parse::<usize>().ok());
        let body = text.split_once("\r\n\r\n").map(|(_, body)| body.len());
        if read == 0 || body.zip(length).is_some_and(|(got, length)| got >= length) {
            return text;
        }
    }
}

fn http(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
        .into_bytes()
}

fn cart() -> Cart {
    Cart {
        email_notice: Some(Personal::new("mario.rossi@example.it".to_owned())),
        payment_notices: vec![CartNotice {
            notice_number: "305000000001234586".to_owned(),
            fiscal_code: "99999000013".to_owned(),
            amount: Cents::new(12_050).unwrap(),
            company_name: "Comune di Esempio".to_owned(),
            description: "TARI 2026 rata unica".repeat(20),
        }],
        return_urls: ReturnUrls {
            ok: "https://pay.example.it/r/ok/8f2a".to_owned(),
            cancel: "https://pay.example.it/r/cancel/8f2a".to_owned(),
            error: "https://pay.example.it/r/error/8f2a".to_owned(),
            waiting: "https://pay.example.it/r/waiting/8f2a".to_owned(),
        },
        id_cart: Some("cart-0001".to_owned()),
        all_ccp: Some(false),
    }
}

fn post(base: &str) -> Result<CheckoutUrl, CheckoutFailure> {
    let key = SubscriptionKey::new("0123456789abcdef").unwrap();
    let client = CheckoutClient::with_limits(base, key, LIMITS).unwrap();
    assert!(!format!("{client:?}").contains("0123456789abcdef"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(client.post_cart(&cart()))
}

fn answered(status: &str, headers: &str, body: &str) -> Result<CheckoutUrl, CheckoutFailure> {
    let server = server(http(status, headers, body));
    let outcome = post(&server.base);
    assert_eq!(server.requests.load(Ordering::SeqCst), 1, "one cart, one request");
    outcome
}

#[test]
fn a_cart_is_posted_once_with_the_names_of_the_contract_and_the_redirect_is_not_followed() {
    let elsewhere = server(http("200 OK", "", ""));
    let location = format!("{}cart/1?clientId=x", elsewhere.base);
    let checkout = server(http("302 Found", &format!("Location: {location}\r\n"), ""));
    let url = post(&checkout.base).unwrap();
    assert_eq!(url.as_str(), location);
    assert!(!format!("{url:?}").contains("clientId"));
    assert_eq!(elsewhere.requests.load(Ordering::SeqCst), 0);
    assert_eq!(checkout.requests.load(Ordering::SeqCst), 1);

    let seen = checkout.seen.lock().unwrap().clone();
    assert!(seen.starts_with("POST /checkout/ec/v2/carts HTTP/1.1\r\n"), "{seen}");
    let (head, body) = seen.split_once("\r\n\r\n").unwrap();
    assert!(head.to_ascii_lowercase().contains("ocp-apim-subscription-key: 0123456789abcdef"), "{head}");
    let json: serde_json::Value = serde_json::from_str(body).unwrap();
    let mut expected = serde_json::json!({
        "emailNotice": "mario.rossi@example.it", "idCart": "cart-0001", "allCCP": false,
        "paymentNotices": [{"noticeNumber": "305000000001234586", "fiscalCode": "99999000013", "amount": 12050,
            "companyName": "Comune di Esempio", "description": null}],
        "returnUrls": {"returnOkUrl": "https://pay.example.it/r/ok/8f2a", "returnCancelUrl": "https://pay.example.it/r/cancel/8f2a",
            "returnErrorUrl": "https://pay.example.it/r/error/8f2a", "returnWaitingUrl": "https://pay.example.it/r/waiting/8f2a"}
    });
    let description: String = "TARI 2026 rata unica".repeat(20).chars().take(140).collect();
    *expected.pointer_mut("/paymentNotices/0/description").unwrap() = serde_json::Value::String(description);
    assert_eq!(json, expected);
}

#[test]
fn a_refusal_is_told_apart_from_an_absence() {
    let problem =
        r#"{"type":"about:blank","title":"Invalid payment info","status":422,"detail":"Invalid payment notice data"}"#;
    let refused = |status, title: &str, detail: &str| {
        Err(CheckoutFailure::Refused { status, title: title.to_owned(), detail: detail.to_owned() })
    };
    let json = "Content-Type: application/json\r\n";
    assert_eq!(
        answered("422 Unprocessable Entity", json, problem),
        refused(422, "Invalid payment info", "Invalid payment notice data")
    );
    assert_eq!(answered("400 Bad Request", json, "<html>"), refused(400, "", ""));
    assert_eq!(
        answered("400 Bad Request", json, &format!("\"{}\"", "x".repeat(ANSWER_BYTES_MAX))),
        refused(400, "", "")
    );
    let unavailable = |why| Err(CheckoutFailure::Unavailable(why));
    assert_eq!(answered("401 Unauthorized", "", ""), unavailable(Unavailable::KeyRefused(401)));
    assert_eq!(answered("403 Forbidden", "", ""), unavailable(Unavailable::KeyRefused(403)));
    assert_eq!(
        answered("429 Too Many Requests", "Retry-After: 30\r\n", ""),
        unavailable(Unavailable::TooManyRequests { retry_after_seconds: Some(30) })
    );
    assert_eq!(answered("500 Internal Server Error", "", "x"), unavailable(Unavailable::ServerError(500)));
    assert_eq!(answered("503 Service Unavailable", "", ""), unavailable(Unavailable::ServerError(503)));
    assert_eq!(answered("200 OK", "", "{}"), unavailable(Unavailable::Unexpected(200)));
    assert_eq!(answered("404 Not Found", "", ""), unavailable(Unavailable::Unexpected(404)));
}

#[test]
fn no_citizen_is_sent_to_a_place_that_is_none() {
    for location in [
        "",
        "/cart/1",
        "javascript:alert(1)",
        "ftp://x/y",
        "//evil",
        "http://",
        "https://user:pass@checkout.example.it/",
        "x",
    ] {
        let outcome = answered("302 Found", &format!("Location: {location}\r\n"), "");
        let Err(CheckoutFailure::Unavailable(Unavailable::BadRedirect(_))) = outcome else {
            panic!("{location}: {outcome:?}")
        };
    }
    let none = answered("302 Found", "", "");
    assert!(matches!(none, Err(CheckoutFailure::Unavailable(Unavailable::BadRedirect(_)))));
    let good = answered("302 Found", "Location: https://checkout.example.it/c/1?clientId=a\r\n", "");
    assert_eq!(good.unwrap().as_str(), "https://checkout.example.it/c/1?clientId=a");
}

#[test]
fn nobody_waits_longer_than_the_limits() {
    let silent = server(Vec::new());
    let started = Instant::now();
    let outcome = post(&silent.base);
    assert_eq!(outcome, Err(CheckoutFailure::Unavailable(Unavailable::TimedOut)));
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());

    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let nobody = post(&format!("http://127.0.0.1:{port}"));
    let Err(CheckoutFailure::Unavailable(Unavailable::Unreachable(cause))) = nobody else { panic!("{nobody:?}") };
    assert!(!cause.is_empty());
    let nonsense = server(b"nonsense\r\n\r\n".to_vec());
    let broken = post(&nonsense.base);
    assert!(matches!(broken, Err(CheckoutFailure::Unavailable(Unavailable::Broken(_)))), "{broken:?}");
}

#[test]
fn a_wrong_configuration_is_told_at_once_and_a_key_never() {
    for base in ["", "checkout", "ftp://x", "file:///x", "https://x?a=b"] {
        let key = SubscriptionKey::new("k").unwrap();
        assert!(CheckoutClient::new(base, key).is_err(), "{base}");
    }
    for key in ["", "a b", "a\nb", "è"] {
        assert!(SubscriptionKey::new(key).is_err(), "{key}");
    }
    let key = SubscriptionKey::new("secret").unwrap();
    assert_eq!(format!("{key} {key:?}"), "*** ***");
    assert!(!format!("{:?}", cart()).contains("8f2a"));
    assert!(!format!("{:?}", cart()).contains("mario"));
}
