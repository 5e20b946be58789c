// SPDX-License-Identifier: AGPL-3.0-or-later
//! Who waits, and who keeps us waiting.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use actix_web::HttpServer;
use actix_web::dev::ServerHandle;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tramite_gateway::rest_app;
use tramite_storage::Scope;
use tramite_testkit::Database;

use crate::support::{Ask, TestGateway};

/// Serves on a port of its own: some things are seen only on a connection.
fn listen(gateway: &TestGateway) -> (SocketAddr, ServerHandle) {
    let state = gateway.gateway.clone();
    let server = HttpServer::new(move || rest_app(state.clone())).workers(1).disable_signals();
    let server = server.bind("127.0.0.1:0").unwrap();
    let address = server.addrs()[0];
    let server = server.run();
    let handle = server.handle();
    actix_rt::spawn(server);
    (address, handle)
}

pub(crate) async fn who_waits_for_a_session_is_answered_at_once_when_the_process_stops(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let mut seeded = gateway.seed().await;
    gateway.make_one_of_each(&mut seeded).await;
    let token = gateway.token(&seeded.for_a).await;
    let path = format!("/v1/checkout-sessions/{}?wait=25", seeded.made["checkout-sessions"]);
    let began = Instant::now();
    let stop = async {
        tokio::time::sleep(Duration::from_millis(600)).await;
        gateway.gateway.stop();
    };
    let (seen, ()) = futures_util::future::join(gateway.ask(Ask::get(path).token(&token)), stop).await;
    assert_eq!(seen.is(200).json()["status"], "open");
    let waited = began.elapsed();
    assert!(waited >= Duration::from_millis(500) && waited < Duration::from_secs(10), "{waited:?}");
}

pub(crate) async fn a_body_that_trickles_is_not_waited_for(database: Database) {
    let gateway = TestGateway::with(&database, |settings| settings.body_time_max = Duration::from_millis(500)).await;
    let seeded = gateway.seed().await;
    let token = gateway.token(&seeded.for_a).await;
    let (address, handle) = listen(&gateway);
    let json = format!("Authorization: Bearer {token}\r\nIdempotency-Key: k\r\nContent-Type: application/json");
    let form = "Content-Type: application/x-www-form-urlencoded".to_owned();
    let file =
        format!("Authorization: Bearer {token}\r\nIdempotency-Key: k\r\nContent-Type: multipart/form-data; boundary=x");
    for (path, headers) in [("/v1/debt-positions", json), ("/oauth2/token", form), ("/v1/imports", file)] {
        let head = format!("POST {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\nContent-Length: 1000\r\n\r\n");
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        let (mut reading, mut writing) = stream.into_split();
        let trickle = actix_rt::spawn(async move {
            while writing.write_all(b" ").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        });
        let mut answer = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(8), reading.read_to_end(&mut answer)).await;
        assert!(read.is_ok(), "{path}: the connection stays open");
        let text = String::from_utf8_lossy(&answer);
        assert!(text.starts_with("HTTP/1.1 400 ") && text.contains("body_too_slow"), "{path}: {text}");
        trickle.abort();
    }
    handle.stop(false).await;
    let right = gateway
        .ask(Ask::post("/v1/debt-positions/search").token(&token).json(&json!({"debtor_tax_code": "RSSMRA85T10A562S"})))
        .await;
    right.is(200);
}

pub(crate) async fn a_file_whose_sender_goes_away_takes_no_room(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let token = gateway.token(&seeded.for_a).await;
    let (address, handle) = listen(&gateway);
    let head = format!(
        "POST /v1/imports HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: k\r\n\
         Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 9000000\r\n\r\n\
         --x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n"
    );
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&vec![b'x'; 3_000_000]).await.unwrap();
    let scope = Scope::of_worker(seeded.a.id);
    let until = async |reached: fn(u64) -> bool| {
        for _ in 0..100 {
            let kept = gateway.gateway.store().import_room(&scope).await.unwrap().kept_bytes;
            if reached(kept) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("its parts are not what they should be");
    };
    // Two parts are here, and the third has only begun.
    until(|kept| kept >= 2_000_000).await;
    drop(stream);
    until(|kept| kept == 0).await;
    handle.stop(false).await;
}
