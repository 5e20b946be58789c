// SPDX-License-Identifier: AGPL-3.0-or-later
//! Citizens at the public address of a session: when no cart is minted, and where nobody is sent.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;

use serde_json::json;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tramite_domain::access::ClientStatus;
use tramite_domain::given::World;
use tramite_domain::institution::InstitutionStatus;
use tramite_pagopa::checkout::{CheckoutClient, SubscriptionKey};
use tramite_testkit::Database;

use crate::support::seed::{Known, Seeded};
use crate::support::{Ask, PUBLIC_URL, TestGateway};

const CART: &str =
    "HTTP/1.1 302 Found\r\nLocation: https://checkout.example.it/c/1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
const NOT_UNDERSTOOD: &str = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
const BEING_PAID: &str = "HTTP/1.1 422 Unprocessable Entity\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// A Checkout that tells when it is asked, and answers when it is told what.
struct Checkout {
    base: String,
    asked: UnboundedReceiver<()>,
    answers: mpsc::Sender<&'static str>,
}

/// Reads head and body.
fn read_request(stream: &mut TcpStream) {
    let (mut buffer, mut read) = ([0; 65_536], Vec::new());
    loop {
        let count = stream.read(&mut buffer).unwrap_or(0);
        read.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&read).to_ascii_lowercase();
        let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")?.trim().parse::<usize>().ok());
        let body = text.split_once("\r\n\r\n").map(|(_, body)| body.len());
        if count == 0 || body.zip(length).is_some_and(|(got, length)| got >= length) {
            return;
        }
    }
}

impl Checkout {
    fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}/checkout", listener.local_addr().unwrap());
        let (tell, asked) = unbounded_channel();
        let (answers, told) = mpsc::channel::<&'static str>();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                read_request(&mut stream);
                let _ = tell.send(());
                let Ok(answer) = told.recv() else { return };
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        Self { base, asked, answers }
    }

    async fn gateway(&self, database: &Database) -> TestGateway {
        let key = SubscriptionKey::new("key").unwrap();
        let client = CheckoutClient::new(&self.base, key).unwrap();
        TestGateway::with(database, |settings| settings.checkout = Some(client)).await
    }
}

/// A session of the client; its id and the path of its public address.
async fn session(gateway: &TestGateway, client: &Known, external_id: &str) -> (String, String) {
    let token = gateway.token(client).await;
    let body = json!({
        "line_items": [{"debt_position": crate::support::debt_position(external_id)}],
        "return_url": "https://portale.example.it/esito", "expires_in": 86400,
    });
    let made = gateway.ask(Ask::post("/v1/checkout-sessions").token(&token).json(&body).key(external_id)).await;
    let made = made.is(201).json();
    let url = made["url"].as_str().unwrap().strip_prefix(PUBLIC_URL).unwrap().to_owned();
    (made["id"].as_str().unwrap().to_owned(), url)
}

async fn started(database: &Database) -> (Checkout, TestGateway, Seeded) {
    let checkout = Checkout::open();
    let gateway = checkout.gateway(database).await;
    let seeded = gateway.seed().await;
    (checkout, gateway, seeded)
}

pub(crate) async fn the_address_of_an_institution_that_does_not_collect_mints_no_cart(database: Database) {
    let (mut checkout, gateway, seeded) = started(&database).await;
    let (_, url) = session(&gateway, &seeded.for_a, "TARI-1").await;
    checkout.answers.send(CART).unwrap();
    let sent = gateway.ask(Ask::get(&url)).await;
    assert_eq!((sent.status, sent.header("location")), (303, Some("https://checkout.example.it/c/1")));
    checkout.asked.recv().await.unwrap();
    gateway.change_institution(seeded.a.id, |institution| institution.status = InstitutionStatus::Suspended).await;
    // Neither the cart that lives nor a new one.
    gateway.ask(Ask::get(&url)).await.is(410);
    gateway.world.pass(600);
    gateway.ask(Ask::get(&url)).await.is(410);
    assert!(checkout.asked.try_recv().is_err());
}

pub(crate) async fn nobody_is_sent_back_for_a_client_that_no_longer_acts(database: Database) {
    let (_checkout, gateway, seeded) = started(&database).await;
    let back = |url: &str| Ask::get(format!("{url}/return/cancel"));
    let (_, revoked) = session(&gateway, &seeded.for_a, "TARI-1").await;
    let (_, ended) = session(&gateway, &seeded.other_for_a, "TARI-2").await;
    for url in [&revoked, &ended] {
        let sent = gateway.ask(back(url)).await;
        assert_eq!(sent.status, 303);
        assert!(sent.header("location").unwrap().starts_with("https://portale.example.it/esito?"));
    }
    let end = gateway.world.now().plus_seconds(30);
    gateway.change_client(seeded.other_for_a.id, |client| client.delegations[0].expires_at = Some(end)).await;
    gateway.change_client(seeded.for_a.id, |client| client.status = ClientStatus::Revoked).await;
    for url in [&revoked, &ended] {
        let page = gateway.ask(back(url)).await;
        assert!(page.is(200).header("location").is_none() && page.text().contains("<html"));
    }
}

pub(crate) async fn a_session_cancelled_while_its_cart_is_minted_stays_cancelled(database: Database) {
    let (mut checkout, gateway, seeded) = started(&database).await;
    let (id, url) = session(&gateway, &seeded.for_a, "TARI-1").await;
    let token = gateway.token(&seeded.for_a).await;
    let meanwhile = async {
        checkout.asked.recv().await.unwrap();
        let cancel = Ask::post(format!("/v1/checkout-sessions/{id}/cancel")).token(&token).json(&json!({})).key("c");
        gateway.ask(cancel).await.is(200);
        checkout.answers.send(CART).unwrap();
    };
    let (visit, ()) = futures_util::future::join(gateway.ask(Ask::get(&url)), meanwhile).await;
    visit.is(410);
    let shown = gateway.ask(Ask::get(format!("/v1/checkout-sessions/{id}")).token(&token)).await;
    assert_eq!(shown.is(200).json()["status"], "cancelled");
}

pub(crate) async fn of_two_visits_at_once_both_lead_to_the_cart_that_the_session_holds(database: Database) {
    const OTHER: &str = "HTTP/1.1 302 Found\r\nLocation: https://checkout.example.it/c/2\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let (checkout, gateway, seeded) = started(&database).await;
    let (_, url) = session(&gateway, &seeded.for_a, "TARI-1").await;
    checkout.answers.send(CART).unwrap();
    checkout.answers.send(OTHER).unwrap();
    let (one, two) = futures_util::future::join(gateway.ask(Ask::get(&url)), gateway.ask(Ask::get(&url))).await;
    assert_eq!((one.status, two.status), (303, 303));
    assert_eq!(one.header("location"), two.header("location"));
}

pub(crate) async fn our_own_mistake_is_not_told_as_a_payment(database: Database) {
    let (checkout, gateway, seeded) = started(&database).await;
    let (_, url) = session(&gateway, &seeded.for_a, "TARI-1").await;
    checkout.answers.send(NOT_UNDERSTOOD).unwrap();
    checkout.answers.send(BEING_PAID).unwrap();
    let mistake = gateway.ask(Ask::get(&url)).await;
    assert!(mistake.is(503).text().contains("Riprova") && !mistake.text().contains("pagato"));
    assert!(gateway.ask(Ask::get(&url)).await.is(200).text().contains("già stato pagato"));
}

pub(crate) async fn a_citizen_who_comes_too_often_reads_a_page(database: Database) {
    let one = std::num::NonZeroU32::MIN;
    let gateway = TestGateway::with(&database, |settings| {
        settings.limits.source_per_second = one;
        settings.limits.source_burst = one;
    })
    .await;
    let ask = || Ask::get("/s/abc").header("Accept-Language", "en-GB,it;q=0.5");
    assert!(gateway.ask(ask()).await.is(404).text().contains("Page not found"));
    let page = gateway.ask(ask()).await;
    assert!(page.is(429).text().contains("Try again"), "{}", page.text());
    assert_eq!((page.header("retry-after"), page.header("cache-control")), (Some("1"), Some("no-store")));
    assert!(page.header("content-type").unwrap().starts_with("text/html"));
    gateway.ask(Ask::get("/v1/services")).await.is_problem(429, "rate_limited");
}
