// SPDX-License-Identifier: AGPL-3.0-or-later
//! The journal over REST: found by what is known of a message, read by who may, and as the desk of pagoPA wants it.

use std::time::Duration;

use data_encoding::{BASE64, HEXLOWER};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tramite_testkit::{Database, postgres};

use crate::support::checkout::Checkout;
use crate::support::made::debt_position;
use crate::support::portal::{Portal, holds, text};
use crate::support::{Ask, PUBLIC_URL, TestGateway};

const JOURNAL: &str = "/v1/journal";
const NUMBER: &str = "/payment_options/0/installments/0/notice_number";

/// The lines of a question, once there are so many: verify and get are written a moment later.
pub(crate) async fn lines(portal: &Portal<'_>, query: &str, wanted: usize) -> Vec<Value> {
    let mut found = Vec::new();
    for _ in 0..200 {
        found = portal.get(format!("{JOURNAL}?{query}")).await.is(200).json()["items"].as_array().unwrap().clone();
        if found.len() >= wanted {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert_eq!(found.len(), wanted, "{query}: {found:#?}");
    found
}

/// Lines of the audit trail that tell of a reading.
fn readings(database: &Database) -> usize {
    match database.url().strip_prefix("sqlite:") {
        Some(path) => {
            let files = [path.to_owned(), format!("{path}-wal")].map(|path| std::fs::read(path).unwrap_or_default());
            // A row may stand in several images of its page.
            usize::from(String::from_utf8_lossy(&files.concat()).contains("journal.payload_read"))
        }
        None => {
            let name = database.url().rsplit('/').next().unwrap();
            let sql = "SELECT count(*) FROM audit WHERE action = 'journal.payload_read' AND client_id IS NOT NULL";
            postgres::cluster().unwrap().psql(name, sql).trim().parse().unwrap()
        }
    }
}

pub(crate) async fn a_message_of_the_journal_is_found_and_its_bytes_are_read_by_who_may(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let (portal, node) = (gateway.portal(&seeded.for_a), gateway.node());
    let number = text(&portal.make("/v1/debt-positions", &debt_position("TARI-1")).await, NUMBER);
    node.asks(&number, None).await;
    gateway.world.pass(60);
    let sent = node.pays(node.receipt("rt-1", &number, 12_050)).await;
    let iuv = number.get(1..).unwrap();
    let all = lines(&portal, &format!("notice_number={number}"), 4).await;
    assert_eq!(lines(&portal, &format!("iuv={iuv}"), 4).await, all);
    assert_eq!(lines(&portal, "from=2026-09-01T08:00:30Z", 2).await, lines(&portal, "payment_token=rt-1", 2).await);
    lines(&portal, "operation=paGetPaymentV2&outcome=OK", 1).await;
    lines(&portal, "to=2026-09-01T08:00:30Z", 2).await;
    lines(&portal, "operation=paGetPaymentV2&to=2026-09-01T08:00:00Z", 0).await;
    let receipt = lines(&portal, "payment_token=rt-1", 2).await.into_iter().find(|line| line["direction"] == "request");
    let receipt = receipt.unwrap();
    let told = json!({
        "operation": "paSendRTV2", "component": "Tramite", "caller": "NodoDeiPagamentiSPC", "callee": "99999000039_01",
        "creditor_tax_code": "99999000013", "station_id": "99999000039_01", "notice_number": number, "iuv": iuv,
        "payment_token": "rt-1", "psp_id": "ABCDITM1", "channel_id": "12345678903_07", "at": "2026-09-01T08:01:00Z",
    });
    holds(&receipt, &told);
    let path = format!("{JOURNAL}/{}", text(&receipt, "/id"));
    let sha256 = HEXLOWER.encode(&Sha256::digest(&sent));
    let facts = json!({"bytes": sent.len(), "sha256": sha256, "media_type": "text/xml"});
    holds(&portal.get(&path).await.is(200).json(), &json!({"payload": facts, "channel_id": "12345678903_07"}));
    assert_eq!(readings(&database), 0, "what is known of the bytes is not the bytes");

    let bytes = portal.get(format!("{path}/payload")).await.is(200).json();
    holds(&bytes, &facts);
    assert_eq!(BASE64.decode(text(&bytes, "/base64").as_bytes()).unwrap(), sent);
    assert_eq!(readings(&database), 1);
    let file = Ask::get(format!("{path}/payload")).header("Accept", "application/octet-stream");
    assert_eq!(portal.ask(file).await.is(200).body, sent);
    let reader = gateway.token_with(&seeded.for_a, "&scope=journal:read").await;
    gateway.ask(Ask::get(&path).token(&reader)).await.is(200);
    gateway.ask(Ask::get(format!("{path}/payload")).token(&reader)).await.is_problem(403, "insufficient_scope");

    for client in [&seeded.for_b, &seeded.narrow] {
        let other = gateway.portal(client);
        lines(&other, "limit=50", 0).await;
        lines(&other, &format!("notice_number={number}"), 0).await;
        other.get(&path).await.is_problem(404, "not_found");
        other.get(format!("{path}/payload")).await.is_problem(404, "not_found");
    }
}

pub(crate) async fn the_journal_is_a_table_in_the_columns_of_the_giornale(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let (portal, node) = (gateway.portal(&seeded.for_a), gateway.node());
    let number = text(&portal.make("/v1/debt-positions", &debt_position("TARI-1")).await, NUMBER);
    node.asks(&number, None).await;
    lines(&portal, &format!("notice_number={number}"), 2).await;
    gateway.world.pass(60);
    // What a provider calls its payment is nobody's formula.
    node.pays(node.receipt("=HYPERLINK(1)", &number, 12_050)).await;
    let table =
        async |query: String| portal.ask(Ask::get(format!("{JOURNAL}?{query}")).header("Accept", "text/csv")).await;
    let whole = table(String::new()).await;
    assert_eq!(whole.header("content-disposition"), Some("attachment; filename=\"giornale-degli-eventi.csv\""));
    assert_eq!(whole.header("link"), None);
    let rows: Vec<Vec<&str>> = whole.text().trim_end().split("\r\n").map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), 5);
    assert_eq!(rows[0][..3], ["dataOraEvento", "identificativoDominio", "identificativoUnivocoVersamento"]);
    assert!(rows.iter().all(|row| row.len() == 16));
    assert_eq!((rows[1][0], rows[1][8]), ("2026-09-01T08:00:00.000", "paGetPaymentV2"));
    let receipt = rows.iter().find(|row| row[8] == "paSendRTV2" && row[9] == "req").unwrap();
    let iuv = number.get(1..).unwrap();
    let notice = format!("NAV={number}");
    let expected = [
        "2026-09-01T08:01:00.000",
        "99999000013",
        iuv,
        "'=HYPERLINK(1)",
        "ABCDITM1",
        "N/A",
        "Tramite",
        "INTERFACCIA",
        "paSendRTV2",
        "req",
        "NodoDeiPagamentiSPC",
        "99999000039_01",
        "99999000039_01",
        "12345678903_07",
        &notice,
        "N/A",
    ];
    assert_eq!(receipt.as_slice(), expected);
    // Page by page, under the links, the same lines.
    let (mut walked, mut query) = (0, "limit=3&to=2026-12-31T00:00:00Z".to_owned());
    loop {
        let page = table(query).await;
        walked += page.is(200).text().trim_end().split("\r\n").count() - 1;
        let Some(link) = page.header("link") else { break };
        let place = format!("<{PUBLIC_URL}{JOURNAL}?");
        query = link.strip_prefix(&place).unwrap().strip_suffix(">; rel=\"next\"").unwrap().to_owned();
    }
    assert_eq!(walked, 4);
    let wrong = portal.get(format!("{JOURNAL}?cursor=AQ")).await;
    wrong.is_problem(422, "invalid_cursor");
}

pub(crate) async fn a_cart_stands_in_the_journal_with_its_session_and_without_our_keys(database: Database) {
    let checkout = Checkout::start();
    let client = checkout.client();
    let gateway = TestGateway::with(&database, |settings| settings.checkout = Some(client)).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let body = json!({
        "line_items": [{"debt_position": debt_position("T-1")}, {"debt_position": debt_position("T-2")}],
        "return_url": "https://portale.example.it/esito",
    });
    let made = portal.make("/v1/checkout-sessions", &body).await;
    let (id, url) = (text(&made, "/id"), text(&made, "/url"));
    gateway.ask(Ask::get(url.strip_prefix(PUBLIC_URL).unwrap())).await.is(303);
    // Each notice of the cart is found by its own number, with request and answer.
    let all = lines(&portal, &format!("session_id={id}"), 4).await;
    for item in made["line_items"].as_array().unwrap() {
        let number = text(item, "/notice_number");
        lines(&portal, &format!("notice_number={number}&operation=PostCarts"), 2).await;
    }
    let answer = all.iter().find(|line| line["direction"] == "response").unwrap();
    holds(answer, &json!({"outcome": "OK", "http_status": 302, "operation": "PostCarts", "session_id": id}));
    let request = all.iter().find(|line| line["direction"] == "request").unwrap();
    let bytes = portal.get(format!("{JOURNAL}/{}/payload", text(request, "/id"))).await.is(200).json();
    let cart: Value = serde_json::from_slice(&BASE64.decode(text(&bytes, "/base64").as_bytes()).unwrap()).unwrap();
    let sent = checkout.carts().remove(0);
    assert_eq!(cart["paymentNotices"], sent["paymentNotices"]);
    let token = url.rsplit('/').next().unwrap();
    assert!(!cart.to_string().contains(token) && !cart.to_string().contains("0123456789abcdef"), "{cart}");
}
