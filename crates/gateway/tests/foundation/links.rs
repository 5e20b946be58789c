// SPDX-License-Identifier: AGPL-3.0-or-later
//! A citizen opens the address of a session (rules.md 35): a cart is minted at the last moment, once, and for people.

use serde_json::{Value, json};
use tramite_testkit::Database;

use crate::support::checkout::Checkout;
use crate::support::made::debt_position;
use crate::support::portal::{Portal, holds, text};
use crate::support::{Ask, PUBLIC_URL, Seen, TestGateway};

const SESSIONS: &str = "/v1/checkout-sessions";

/// A session over a position of its own, and the path of its address.
async fn session(portal: &Portal<'_>, external_id: &str, more: Value) -> (Value, String) {
    let mut body = json!({
        "line_items": [{"debt_position": debt_position(external_id)}],
        "return_url": "https://portale.example.it/esito?pratica=1",
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let made = portal.make(SESSIONS, &body).await;
    let path = text(&made, "/url").strip_prefix(PUBLIC_URL).unwrap().to_owned();
    (made, path)
}

async fn with_checkout(database: &Database) -> (TestGateway, Checkout) {
    let checkout = Checkout::start();
    let client = checkout.client();
    (TestGateway::with(database, |settings| settings.checkout = Some(client)).await, checkout)
}

/// Fails unless the citizen is sent there, and the place does not learn where from.
#[track_caller]
fn leads_to(seen: &Seen, place: &str) {
    assert_eq!((seen.status, seen.header("location")), (303, Some(place)), "{}", seen.text());
    assert_eq!((seen.header("referrer-policy"), seen.header("cache-control")), (Some("no-referrer"), Some("no-store")));
}

/// Fails unless it is a page of ours that leads nowhere and that no search engine keeps.
#[track_caller]
fn tells(seen: &Seen, status: u16, words: &str) {
    assert_eq!((seen.status, seen.header("location")), (status, None), "{}", seen.text());
    assert!(seen.header("content-type").unwrap().starts_with("text/html"), "{:?}", seen.headers);
    assert!(seen.text().contains(words), "{words} in {}", seen.text());
}

pub(crate) async fn the_first_visit_mints_a_cart_and_the_next_ones_go_on_with_it(database: Database) {
    let (gateway, checkout) = with_checkout(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let payer = json!({"payer": {"email": "mario.rossi@example.it"}});
    let (made, path) = session(&portal, "T-1", payer).await;
    assert!(checkout.carts().is_empty(), "a cart lives ten minutes: none is made before somebody comes");
    leads_to(&gateway.ask(Ask::get(&path)).await, &checkout.page(1));
    let url = text(&made, "/url");
    let cart = checkout.carts().remove(0);
    let back = |kind: &str| format!("{url}/return/{kind}");
    assert_eq!(
        cart,
        json!({
            "emailNotice": "mario.rossi@example.it", "idCart": cart["idCart"],
            "paymentNotices": [{
                "noticeNumber": made["line_items"][0]["notice_number"], "fiscalCode": "99999000013", "amount": 12050,
                "companyName": "Comune di Esempio", "description": "TARI 2026",
            }],
            "returnUrls": {"returnOkUrl": back("ok"), "returnCancelUrl": back("cancel"),
                "returnErrorUrl": back("error"), "returnWaitingUrl": back("waiting")},
        })
    );
    let place = format!("{SESSIONS}/{}", text(&made, "/id"));
    let shown = portal.get(&place).await;
    holds(&shown.is(200).json(), &json!({"status": "redirected", "status_reason": "at_checkout"}));
    assert_eq!(shown.header("etag"), Some("\"2-redirected\""));

    gateway.world.pass(479);
    leads_to(&gateway.ask(Ask::get(&path)).await, &checkout.page(1));
    gateway.world.pass(1);
    leads_to(&gateway.ask(Ask::get(&path)).await, &checkout.page(2));
    assert_eq!(checkout.carts().len(), 2);
    assert_ne!(checkout.carts()[1]["idCart"], cart["idCart"]);
    // The same address under a token that was changed by one letter is nobody's.
    let last = if path.ends_with('A') { 'B' } else { 'A' };
    let changed: String = path.chars().take(path.len() - 2).chain([last, last]).collect();
    tells(&gateway.ask(Ask::get(changed)).await, 404, "Pagina non trovata");
}

pub(crate) async fn nothing_is_minted_for_whoever_is_not_a_person(database: Database) {
    let (gateway, checkout) = with_checkout(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let (made, path) = session(&portal, "T-1", json!({})).await;
    let head = gateway.ask(Ask::new(actix_web::http::Method::HEAD, &path)).await;
    assert_eq!((head.status, head.header("location")), (200, None));
    for (name, value) in [
        ("Purpose", "prefetch"),
        ("Sec-Purpose", "prefetch;prerender"),
        ("X-Purpose", "preview"),
        ("X-Moz", "prefetch"),
        ("Sec-Fetch-Mode", "no-cors"),
        ("User-Agent", "facebookexternalhit/1.1"),
        ("User-Agent", "Mozilla/5.0 (compatible; Googlebot/2.1)"),
        ("User-Agent", "WhatsApp/2.23.20"),
        ("User-Agent", "LinkScanner/1.0"),
    ] {
        tells(&gateway.ask(Ask::get(&path).header(name, value)).await, 200, "Vai al pagamento");
    }
    assert!(checkout.carts().is_empty());
    let shown = portal.get(format!("{SESSIONS}/{}", text(&made, "/id"))).await;
    assert_eq!(shown.header("etag"), Some("\"1-open\""), "looking changes nothing");
    // The button of that page is a person's.
    leads_to(&gateway.ask(Ask::post(&path).header("User-Agent", "LinkScanner/1.0")).await, &checkout.page(1));
    assert_eq!(checkout.carts().len(), 1);
}

pub(crate) async fn a_session_that_is_over_or_paid_mints_nothing(database: Database) {
    let (gateway, checkout) = with_checkout(&database).await;
    let seeded = gateway.seed().await;
    let (portal, node) = (gateway.portal(&seeded.for_a), gateway.node());
    let (cancelled, withdrawn) = session(&portal, "T-1", json!({})).await;
    portal.post(format!("{SESSIONS}/{}/cancel", text(&cancelled, "/id")), &json!({})).await.is(200);
    tells(&gateway.ask(Ask::get(withdrawn)).await, 410, "Pagamento ritirato");
    let (_, expiring) = session(&portal, "T-2", json!({"expires_in": 300, "language": "en"})).await;
    gateway.world.pass(300);
    tells(&gateway.ask(Ask::get(expiring)).await, 410, "Time is over");

    let (unpayable, no_longer) = session(&portal, "T-3", json!({"language": "de"})).await;
    let position = text(&unpayable, "/line_items/0/debt_position_id");
    portal.post(format!("/v1/debt-positions/{position}/cancel"), &json!({})).await.is(200);
    tells(&gateway.ask(Ask::get(no_longer)).await, 410, "Nicht mehr zahlbar");

    let (paid, straight_back) = session(&portal, "T-4", json!({"return_mode": "bare"})).await;
    let number = text(&paid, "/line_items/0/notice_number");
    node.asks(&number, None).await;
    node.pays(node.receipt("rt-1", &number, 12_050)).await;
    let sent = gateway.ask(Ask::get(&straight_back)).await;
    leads_to(&sent, "https://portale.example.it/esito?pratica=1");
    // Whoever was sent back and comes again did not get far: a page tells what came of it, and the way is a link.
    let cookie = sent.header("set-cookie").unwrap().to_owned();
    let expected = format!("tramite_sent_back=1; Path={straight_back}; Max-Age=600; HttpOnly; SameSite=Lax");
    assert_eq!(cookie, expected);
    let again = gateway.ask(Ask::get(&straight_back).header("cookie", "tramite_sent_back=1")).await;
    tells(&again, 200, "Pagamento eseguito");
    assert!(
        again.text().contains("href=\"https:&#x2f;&#x2f;portale.example.it&#x2f;esito?pratica=1\""),
        "{}",
        again.text()
    );
    assert!(checkout.carts().is_empty());
}

pub(crate) async fn a_payment_that_runs_is_not_begun_a_second_time(database: Database) {
    let (gateway, checkout) = with_checkout(&database).await;
    let seeded = gateway.seed().await;
    let (portal, node) = (gateway.portal(&seeded.for_a), gateway.node());
    let (made, path) = session(&portal, "T-1", json!({})).await;
    let place = format!("{SESSIONS}/{}", text(&made, "/id"));
    leads_to(&gateway.ask(Ask::get(&path)).await, &checkout.page(1));
    let cart = text(&checkout.carts()[0], "/idCart");
    node.asks(&text(&made, "/line_items/0/notice_number"), Some(&cart)).await;
    let running = portal.get(&place).await.is(200).json();
    let until = json!("2026-09-01T08:30:00Z");
    holds(&running, &json!({"status": "processing", "status_reason": "waiting_for_receipt", "locked_until": until}));
    tells(&gateway.ask(Ask::get(&path)).await, 200, "non pagare di nuovo");
    assert_eq!(checkout.carts().len(), 1);
    portal.post(format!("{place}/cancel"), &json!({})).await.is_problem(409, "checkout_session_state");
    // Half an hour later nobody knows, two days later nobody will pay it any more.
    for (seconds, status, reason) in [(1_800, "unresolved", "no_receipt_yet"), (172_800, "failed", "no_receipt")] {
        gateway.world.reach(seconds);
        holds(&portal.get(&place).await.is(200).json(), &json!({"status": status, "status_reason": reason}));
    }
}

pub(crate) async fn where_checkout_takes_no_cart_the_citizen_is_told(database: Database) {
    let (gateway, checkout) = with_checkout(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let (made, path) = session(&portal, "T-1", json!({})).await;
    checkout.refuse();
    tells(&gateway.ask(Ask::get(&path)).await, 200, "Pagamento già in corso o concluso");
    let shown = portal.get(format!("{SESSIONS}/{}", text(&made, "/id"))).await.is(200).json();
    assert_eq!(shown["status"], "open");
    assert_eq!(checkout.carts().len(), 1);
    // A process without Checkout serves the address all the same, and says that it is to be tried again.
    let alone = TestGateway::new(&database).await;
    tells(&alone.ask(Ask::get(&path)).await, 503, "Riprova tra qualche minuto");
}

pub(crate) async fn a_second_session_waits_or_joins_the_first_of_the_same_payer(database: Database) {
    let (gateway, checkout) = with_checkout(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let payer = |code: &str| json!({"payer": {"tax_code": code}});
    let (first, path) = session(&portal, "T-1", payer("RSSMRA85T10A562S")).await;
    let item = json!([{"debt_position_id": first["line_items"][0]["debt_position_id"]}]);
    let again = |more: Value| {
        let mut body = json!({"line_items": item, "return_url": "https://portale.example.it/esito"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    // Nobody has gone to Checkout yet: any number of sessions may stand side by side.
    portal.make(SESSIONS, &again(json!({}))).await;
    leads_to(&gateway.ask(Ask::get(&path)).await, &checkout.page(1));
    let busy = portal.post(SESSIONS, &again(json!({}))).await;
    busy.is_problem(409, "payment_in_progress");
    assert_eq!(busy.json()["locked_until"], "2026-09-01T08:30:00Z");
    let joins = |code: &str| {
        let mut more = payer(code);
        more["if_busy"] = json!("join");
        again(more)
    };
    let joined = portal.post(SESSIONS, &joins("RSSMRA85T10A562S")).await.is(200).json();
    assert_eq!((&joined["id"], &joined["url"]), (&first["id"], &first["url"]));
    portal.post(SESSIONS, &joins("99999000047")).await.is_problem(409, "payment_in_progress");
    portal.post(SESSIONS, &again(json!({"if_busy": "join"}))).await.is_problem(409, "payment_in_progress");
    let other = gateway.portal(&seeded.other_for_a);
    other.post(SESSIONS, &joins("RSSMRA85T10A562S")).await.is_problem(409, "payment_in_progress");
    gateway.world.pass(1_800);
    portal.post(SESSIONS, &again(json!({}))).await.is(201);
}
