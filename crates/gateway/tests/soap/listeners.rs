// SPDX-License-Identifier: AGPL-3.0-or-later
//! The door on real listeners: the Node's own and the public one; callers that hang up, trickle or knock elsewhere.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use actix_web::dev::{Server, ServerHandle, Service as _};
use actix_web::http::Method;
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::web::Data;
use actix_web::{App, HttpMessage as _, HttpServer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tramite_domain::debt_position::{PositionStatus, position_status};
use tramite_gateway::soap::{self, Peer};
use tramite_gateway::{Gateway, GatewaySettings, rest_app};
use tramite_pagopa::current::{Answer, PaaFault};
use tramite_pagopa::soap as wire;
use tramite_testkit::{Database, free_port};

use crate::messages::{notice_of, receipt, receipt_message, verify};
use crate::place::{Place, fault};
use crate::town::one_payment;

/// Receipts that are cut off, each a little later.
const CUTS: usize = 24;

/// The Node's listener on a port of its own; every caller is taken for the same proved peer.
fn listen(place: &Place) -> (SocketAddr, ServerHandle) {
    let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
    let door = place.door.clone();
    let application = move || {
        App::new().configure(soap::configure(door.clone())).wrap_fn(|request, next| {
            request.extensions_mut().insert(Peer { fingerprint: "ab".repeat(32) });
            next.call(request)
        })
    };
    let server: Server = HttpServer::new(application).workers(2).disable_signals().bind(address).unwrap().run();
    let handle = server.handle();
    tokio::spawn(server);
    (address, handle)
}

fn head(length: usize, action: &str) -> String {
    format!(
        "POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\nSOAPAction: {action}\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n",
        soap::PATH
    )
}

async fn send(address: SocketAddr, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    stream
}

pub(crate) async fn a_caller_that_hangs_up_leaves_a_whole_receipt_or_none(database: Database) {
    let mut place = Place::open(database.url()).await;
    let (address, server) = listen(&place);
    for cut in 0..CUTS {
        let id = format!("rt-{cut}");
        let position = place.position(&one_payment(&id, 100)).await;
        let arrival = receipt(receipt_message(&id, &notice_of(&position, "single"), 100, place.a.now));
        let body = wire::request(&arrival);
        let whole = [head(body.len(), "paSendRTV2").into_bytes(), body].concat();
        // The first ones hang up within the message, the others ever later after it.
        let sent = if cut < 4 { whole.len() * (cut + 1) / 5 } else { whole.len() };
        let stream = send(address, &whole[..sent]).await;
        tokio::time::sleep(Duration::from_millis(u64::try_from(cut).unwrap())).await;
        drop(stream);
        // The Node comes again: whatever became of the first delivery, there is one receipt and one effect.
        let again = place.ask(&arrival).await;
        assert!(matches!(again, Answer::ReceiptAccepted(_)) || fault(&again) == PaaFault::DuplicateReceipt);
        assert_eq!(fault(&place.ask(&arrival).await), PaaFault::DuplicateReceipt);
        let stored = place.stored(&position).await;
        assert_eq!(position_status(&stored, place.a.now), PositionStatus::Paid);
        assert_eq!(stored.version, position.version + 1, "{id}");
    }
    server.stop(true).await;
}

pub(crate) async fn a_trickling_caller_is_cut_off_and_the_others_are_served(database: Database) {
    let mut place = Place::open(database.url()).await;
    let (address, server) = listen(&place);
    let position = place.position(&one_payment("S-1", 100)).await;
    let body = wire::request(&verify(&notice_of(&position, "single")));
    let begun = Instant::now();
    let mut slow = send(address, head(body.len(), "paVerifyPaymentNotice").as_bytes()).await;
    for byte in &body[..3] {
        slow.write_all(&[*byte]).await.unwrap();
        let whole = [head(body.len(), "paVerifyPaymentNotice").into_bytes(), body.clone()].concat();
        let mut other = send(address, &whole).await;
        let mut answer = String::new();
        other.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("<outcome>OK</outcome>"), "{answer}");
    }
    let mut answer = String::new();
    slow.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("soapenv:Fault"), "{answer}");
    assert!(begun.elapsed() < Duration::from_secs(7), "before the Node itself gives up");
    server.stop(true).await;
}

pub(crate) async fn a_receipt_keeps_the_peer_that_the_listener_proved(database: Database) {
    let mut place = Place::open(database.url()).await;
    let (address, server) = listen(&place);
    let position = place.position(&one_payment("S-1", 100)).await;
    let arrival = receipt(receipt_message("rt-1", &notice_of(&position, "single"), 100, place.a.now));
    let body = wire::request(&arrival);
    let mut stream = send(address, &[head(body.len(), "paSendRTV2").into_bytes(), body].concat()).await;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.contains("<outcome>OK</outcome>"), "{answer}");
    let scope = crate::place::scope(&place.a);
    let outcome = tramite_domain::receipt::ReceiptOutcome::Ok;
    let kept = place.store.receipt_by_key(&scope, "rt-1", outcome).await.unwrap().unwrap();
    assert_eq!(kept.peer_fingerprint, Some("ab".repeat(32)));
    server.stop(true).await;
}

pub(crate) async fn the_public_listener_has_a_door_only_where_it_is_given_one(database: Database) {
    let place = Place::open(database.url()).await;
    let settings = GatewaySettings::new("http://localhost:8080").unwrap();
    let gateway = Data::new(Gateway::open(place.store.clone(), place.world.clone(), settings).await.unwrap());
    let body = wire::request(&verify("305999999999999942"));
    let knock = || TestRequest::post().uri(soap::PATH).set_payload(body.clone()).to_request();
    let address = "/payment-options/organizations/99999000013/notices/305999999999999942";
    let options = || TestRequest::post().uri(address).to_request();
    let closed = init_service(rest_app(gateway.clone())).await;
    assert_eq!(call_service(&closed, knock()).await.status().as_u16(), 404);
    let nothing_there = call_service(&closed, options()).await;
    assert_eq!(nothing_there.headers().get("Content-Type").unwrap(), "application/problem+json");
    let open = init_service(rest_app(gateway).app_data(Data::new(place.door.clone()))).await;
    assert_eq!(call_service(&open, knock()).await.status().as_u16(), 200);
    assert_eq!(call_service(&open, options()).await.headers().get("Content-Type").unwrap(), "application/json");
    let asked = TestRequest::default().method(Method::GET).uri("/soap/pa-for-node?wsdl").to_request();
    let refused = call_service(&open, asked).await;
    assert_eq!(refused.status().as_u16(), 405);
    assert_eq!(refused.headers().get("Allow").unwrap(), "POST");
}
