// SPDX-License-Identifier: AGPL-3.0-or-later
//! The gateway is killed while receipts come in (I4, I5): what was acknowledged is there, and what was not can come
//! again.

use std::time::Duration;

use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tramite_testkit::{Database, free_port};
use tramite_tests::api::{installment, notice};
use tramite_tests::node;
use tramite_tests::town::Town;
use tramite_tests::until;
use uuid::Uuid;

use super::many::addressee;

/// Commit, then the answer is lost: the process dies before anybody has read it.
pub(crate) async fn answer_lost(database: Database) {
    let mut town = Town::start(&database).await;
    let api = town.api("comune-perugia").await;
    let made = api.position("MULTE", 12_050).await;
    let to = addressee(&town, "comune-perugia");
    town.demo.stop();
    let listen = format!("127.0.0.1:{}", free_port());
    let mut served = town.serve_at(&listen).await;
    let api = api.at(&served.url);
    let receipt_id = Uuid::new_v4().simple().to_string();
    let message = node::receipt(&to, notice(&made), &receipt_id, "120.50");
    // Sent, and never read.
    let mut socket = TcpStream::connect(&listen).await.unwrap();
    socket.write_all(&request(&listen, &message)).await.unwrap();
    let path = format!("/v1/debt-positions/{}", made["id"].as_str().unwrap());
    until("the receipt is committed", async || api.get(&path).await.body["status"] == "paid").await;
    served.process.kill();
    drop(socket);
    let served = town.serve_at(&listen).await;
    assert_eq!(node::delivered(&served.url, "paSendRTV2", message).await.outcome(), node::DUPLICATE);
    let after = api.get(&path).await.body;
    let receipt = api.get(&format!("/v1/receipts/{}", installment(&after, "receipt_id").as_str().unwrap())).await.body;
    assert_eq!((&after["status"], &receipt["receipt_id"]), (&json!("paid"), &json!(receipt_id)));
}

/// Killed at moments that nobody chose, many times over.
pub(crate) async fn any_moment(database: Database) {
    const CRASHES: u64 = 6;
    const RECEIPTS: usize = 12;
    let mut town = Town::start(&database).await;
    let api = town.api("comune-perugia").await;
    let to = addressee(&town, "comune-perugia");
    town.demo.stop();
    let listen = format!("127.0.0.1:{}", free_port());
    for crash in 0..CRASHES {
        let mut served = town.serve_at(&listen).await;
        let api = api.at(&served.url);
        let mut messages = Vec::new();
        for _ in 0..RECEIPTS {
            let made = api.position("MULTE", 5_000).await;
            let receipt_id = Uuid::new_v4().simple().to_string();
            messages.push((
                made["id"].as_str().unwrap().to_owned(),
                node::receipt(&to, notice(&made), &receipt_id, "50.00"),
            ));
        }
        let sent: Vec<_> = messages
            .iter()
            .map(|(_, message)| {
                let (url, message) = (served.url.clone(), message.clone());
                tokio::spawn(async move {
                    node::send(&url, "paSendRTV2", message).await.map(|answer| node::outcome(&answer))
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(1 + crash * 3)).await;
        served.process.kill();
        let mut first = Vec::new();
        for answer in sent {
            first.push(answer.await.unwrap().ok());
        }
        let mut served = town.serve_at(&listen).await;
        for ((position, message), before) in messages.iter().zip(first) {
            let again = node::delivered(&served.url, "paSendRTV2", message.clone()).await.outcome();
            let acknowledged = before.as_deref() == Some("OK");
            assert!(again == node::DUPLICATE || (again == "OK" && !acknowledged), "{before:?}, then {again}");
            let paid = api.get(&format!("/v1/debt-positions/{position}")).await.body;
            assert_eq!(paid["status"], "paid");
            assert!(!installment(&paid, "anomalies").to_string().contains("duplicate_payment"), "{paid}");
        }
        served.process.kill();
    }
}

fn request(host: &str, message: &str) -> Vec<u8> {
    let head = format!(
        "POST /soap/pa-for-node HTTP/1.1\r\nHost: {host}\r\nContent-Type: text/xml; charset=utf-8\r\nSOAPAction: paSendRTV2\r\nContent-Length: {}\r\n\r\n",
        message.len()
    );
    [head.as_bytes(), message.as_bytes()].concat()
}
