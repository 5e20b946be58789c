// SPDX-License-Identifier: AGPL-3.0-or-later
//! The feed over HTTP, and what is exported of it: nothing is missed, everything is told to whom it belongs, and the sums agree.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use tramite_testkit::{Database, postgres};
use uuid::Uuid;

use crate::support::made::{debt_position, session_of};
use crate::support::portal::text;
use crate::support::seed::{Known, TAX_CODES};
use crate::support::{Ask, Seen, TestGateway};

const EVENTS: &str = "/v1/events";
const OUTCOMES: &str = "/v1/exports/outcomes";

async fn publish(gateway: &TestGateway) {
    gateway.gateway.store().system().publish_feed(1_000).await.unwrap();
}

async fn feed(gateway: &TestGateway, token: &str, query: &str) -> Value {
    publish(gateway).await;
    gateway.ask(Ask::get(format!("{EVENTS}?{query}")).token(token)).await.is(200).json()
}

fn kinds(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|one| one["type"].as_str().unwrap()).collect()
}

async fn for_all(gateway: &TestGateway, client: &Known) -> String {
    let answer = gateway.ask_token(client, "&scope=events:read").await.json();
    assert!(answer.get("institution").is_none(), "{answer}");
    answer["access_token"].as_str().unwrap().to_owned()
}

pub(crate) async fn a_payment_is_told_with_all_that_is_needed_to_book_it(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let (portal, node) = (gateway.portal(&seeded.for_a), gateway.node());
    let made = portal.make("/v1/debt-positions", &debt_position("TARI-1")).await;
    let (position, number) = (text(&made, "/id"), text(&made, "/payment_options/0/installments/0/notice_number"));
    let session = portal.make("/v1/checkout-sessions", &session_of(&position, 12_050)).await;
    let link = text(&session, "/url");
    let path = link.split_once("8080").unwrap().1.to_owned();
    // Without Checkout no cart is minted: the payment belongs to no session, but completes it.
    let _ = gateway.ask(Ask::get(path)).await;
    node.asks(&number, None).await;
    node.pays(node.receipt("rt-1", &number, 12_050)).await;
    let (mine, other) = (gateway.token(&seeded.for_a).await, gateway.token(&seeded.other_for_a).await);
    let page = feed(&gateway, &mine, "type=installment.paid").await;
    let paid = &page["items"][0];
    let one = &made["payment_options"][0]["installments"][0];
    assert_eq!(paid["institution_tax_code"], TAX_CODES[0]);
    assert_eq!(paid["institution_id"], json!(seeded.a.id));
    assert_eq!(paid["sequence"], 2);
    let receipt = text(paid, "/data/receipt_id");
    for (name, wanted) in [
        ("service_code", json!("TARI")),
        ("external_id", json!("TARI-1")),
        ("debt_position_id", json!(position)),
        ("installment_id", one["id"].clone()),
        ("installment_reference", one["reference"].clone()),
        ("iuv", one["iuv"].clone()),
        ("notice_number", json!(number)),
        ("amount", json!(12_050)),
        ("paid_at", json!("2026-09-01T08:00:00Z")),
        ("channel", json!("pagopa")),
        ("status", json!("paid")),
        ("previous_status", json!("open")),
    ] {
        assert_eq!(paid["data"][name], wanted, "{name}");
    }
    assert_eq!(portal.get(format!("/v1/receipts/{receipt}")).await.is(200).json()["receipt_id"], "rt-1");
    let shown = gateway.ask(Ask::get(format!("{EVENTS}/{}", text(paid, "/id"))).token(&mine)).await;
    assert_eq!(&shown.is(200).json(), paid);
    assert!(shown.header("etag").is_some());
    // The session's own event belongs to the client that made it; the position's events are everybody's.
    let (own, others) = (feed(&gateway, &mine, "").await, feed(&gateway, &other, "").await);
    assert!(kinds(&own).contains(&"checkout_session.updated"), "{own:#}");
    assert!(!kinds(&others).contains(&"checkout_session.updated"));
    assert!(kinds(&others).contains(&"installment.paid"));
    let narrow = gateway.token(&seeded.narrow).await;
    let little = feed(&gateway, &narrow, "").await;
    let services: Vec<&Value> =
        little["items"].as_array().unwrap().iter().map(|one| &one["data"]["service_code"]).collect();
    assert_eq!((services, &little["has_more"]), (vec![&json!("MENSA")], &json!(false)), "of its own service alone");
    let wrong = gateway.ask(Ask::get(format!("{EVENTS}?type=installment.lost")).token(&mine)).await;
    assert_eq!(wrong.is(422).faults(), [("/type".to_owned(), "unknown_value".to_owned())]);
    gateway.ask(Ask::get(format!("{EVENTS}?cursor=AAAA")).token(&mine)).await.is_problem(422, "invalid_cursor");
}

pub(crate) async fn one_token_reads_the_feeds_of_all_institutions_its_client_acts_for(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let mut wanted = Vec::new();
    for client in [&seeded.for_a, &seeded.for_b, &seeded.for_a] {
        let made = gateway.portal(client).make("/v1/debt-positions", &debt_position(&Uuid::new_v4().to_string())).await;
        wanted.push(text(&made, "/id"));
        gateway.world.pass(1);
    }
    let token = for_all(&gateway, &seeded.for_both).await;
    let mut found = Vec::new();
    let mut query = "limit=1&type=debt_position.created".to_owned();
    let cursor = loop {
        let page = feed(&gateway, &token, &query).await;
        for one in page["items"].as_array().unwrap() {
            found.push((text(one, "/institution_tax_code"), text(one, "/data/debt_position_id")));
        }
        let cursor = text(&page, "/next_cursor");
        query = format!("limit=1&type=debt_position.created&cursor={cursor}");
        if page["has_more"] == json!(false) {
            break cursor;
        }
    };
    let of = |at: usize, position: &str| (TAX_CODES[at].to_owned(), position.to_owned());
    assert_eq!(found, [of(0, &wanted[0]), of(1, &wanted[1]), of(0, &wanted[2])]);
    // Another operation does not open to it, and its place is none of one institution's feed.
    gateway.ask(Ask::get("/v1/receipts").token(&token)).await.is_problem(403, "insufficient_scope");
    let single = gateway.token(&seeded.for_a).await;
    gateway.ask(Ask::get(format!("{EVENTS}?cursor={cursor}")).token(&single)).await.is_problem(422, "invalid_cursor");
    // What ends takes its events with it, within a minute.
    let known = gateway.gateway.store().system().client(seeded.for_both.id).await.unwrap().unwrap();
    let of_b = known.delegations.iter().find(|one| one.institution_id == seeded.b.id).unwrap().id;
    let owner = gateway.token(&seeded.for_b).await;
    let ended = gateway.ask(Ask::delete(format!("/v1/delegations/{of_b}")).token(&owner)).await;
    assert!(ended.status < 300, "{}", ended.text());
    gateway.world.pass(61);
    let page = feed(&gateway, &token, "type=debt_position.created").await;
    let whose: BTreeSet<&str> =
        page["items"].as_array().unwrap().iter().map(|one| one["institution_tax_code"].as_str().unwrap()).collect();
    assert_eq!(whose, BTreeSet::from([TAX_CODES[0]]));
    // Though one institution is left, a new token is for all, and the feed goes on where it was.
    let again = for_all(&gateway, &seeded.for_both).await;
    assert_eq!(
        feed(&gateway, &again, &format!("type=debt_position.created&cursor={cursor}")).await["has_more"],
        json!(false)
    );
}

/// How long the writer sleeps inside its transaction, in seconds.
const SLEEP_SECONDS: u32 = 3;

/// A reader over HTTP while a writer sleeps inside its transaction and others commit: what commits late is read all the same,
/// and every event once.
pub(crate) async fn what_commits_late_is_read_over_http_too(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let (token, portal) = (gateway.token(&seeded.for_a).await, gateway.portal(&seeded.for_a));
    let (late, institution) = (Uuid::now_v7(), seeded.a.id);
    let name = database.url().rsplit('/').next().unwrap().to_owned();
    let sql = format!(
        "BEGIN; SET LOCAL ROLE tramite_app; SET LOCAL tramite.institution = '{institution}'; \
         INSERT INTO events (institution_id, id, month, kind, at, data) \
         VALUES ('{institution}', '{late}', '2026-09-01', 'service.updated', '2026-09-01T07:00:00Z', '{{}}'); \
         SELECT pg_sleep({SLEEP_SECONDS}); COMMIT"
    );
    let writer = std::thread::spawn(move || postgres::cluster().unwrap().psql(&name, &sql));
    let (mut seen, mut query, mut round) = (BTreeSet::new(), "limit=3".to_owned(), 0);
    let mut versions: BTreeMap<String, i64> = BTreeMap::new();
    let mut over = false;
    while !over {
        over = writer.is_finished();
        let made = portal.make("/v1/debt-positions", &debt_position(&format!("L-{round}"))).await;
        portal.post(format!("/v1/debt-positions/{}/cancel", text(&made, "/id")), &json!({})).await.is(200);
        round += 1;
        loop {
            let page = feed(&gateway, &token, &query).await;
            for one in page["items"].as_array().unwrap() {
                assert!(seen.insert(text(one, "/id")), "each event once");
                if let Some(position) = one["data"]["debt_position_id"].as_str() {
                    let sequence = one["sequence"].as_i64().unwrap();
                    let before = versions.insert(position.to_owned(), sequence);
                    assert!(before.is_none_or(|before| before <= sequence), "{position}");
                }
            }
            query = format!("limit=3&cursor={}", text(&page, "/next_cursor"));
            if page["has_more"] == json!(false) {
                break;
            }
        }
    }
    writer.join().unwrap();
    assert!(round > 1, "others committed meanwhile");
    assert!(seen.contains(&late.to_string()), "what committed late is not passed over");
    assert_eq!(versions.len(), round);
    assert!(versions.values().all(|version| *version == 2), "{versions:?}");
}

pub(crate) async fn who_waits_for_an_event_is_answered_when_it_comes(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let token = gateway.token(&seeded.for_a).await;
    let portal = gateway.portal(&seeded.for_a);
    let page = feed(&gateway, &token, "limit=500").await;
    let query = format!("wait=25&cursor={}", text(&page, "/next_cursor"));
    let began = std::time::Instant::now();
    let asking = gateway.ask(Ask::get(format!("{EVENTS}?{query}")).token(&token));
    let making = async {
        portal.make("/v1/debt-positions", &debt_position("W-1")).await;
        publish(&gateway).await;
    };
    let (came, ()) = futures_util::future::join(asking, making).await;
    assert_eq!(kinds(&came.is(200).json()), ["debt_position.created"]);
    assert!(began.elapsed().as_secs() < 20, "not only when the time is up");
}

/// One line of a table by its columns.
fn cell<'a>(table: &'a [Vec<String>], line: usize, name: &str) -> &'a str {
    let column = table[0].iter().position(|one| one == name).unwrap_or_else(|| panic!("no column {name}"));
    &table[line][column]
}

/// A table without line breaks within its cells.
fn table(seen: &Seen) -> Vec<Vec<String>> {
    let lines = seen.is(200).text().split_terminator("\r\n");
    lines.map(|line| line.trim_matches('"').split("\",\"").map(|cell| cell.replace("\"\"", "\"")).collect()).collect()
}

pub(crate) async fn the_export_holds_every_payment_once_and_its_sums_are_what_is_booked(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let (portal, node) = (gateway.portal(&seeded.for_a), gateway.node());
    let token = gateway.token(&seeded.for_a).await;
    let mut numbers = Vec::new();
    for external_id in ["=1+1", "E-2"] {
        let made = portal.make("/v1/debt-positions", &debt_position(external_id)).await;
        let one = "/payment_options/0/installments/0";
        let number = text(&made, &format!("{one}/notice_number"));
        numbers.push((text(&made, "/id"), number, text(&made, &format!("{one}/id"))));
    }
    let pay = async |id: &str, number: &str| {
        node.asks(number, None).await;
        node.pays(node.receipt(id, number, 12_050)).await;
    };
    pay("rt-1", &numbers[0].1).await;
    let export = async |query: &str, accept: &str| {
        publish(&gateway).await;
        gateway.ask(Ask::get(format!("{OUTCOMES}?{query}")).token(&token).header("Accept", accept)).await
    };
    let first = export("", "text/csv").await;
    let lines = table(&first);
    assert_eq!(lines.len(), 2, "{}", first.text());
    for (name, wanted) in [
        ("movement", "payment"),
        ("external_id", "'=1+1"),
        ("notice_number", numbers[0].1.as_str()),
        ("amount_due_cents", "12050"),
        ("amount_cents", "12050"),
        ("own_amount_cents", "12050"),
        ("fee_cents", "150"),
        ("receipt_id", "rt-1"),
        ("psp_company_name", "Istituto di Prova S.p.A."),
        ("transfer_1_taxonomy_code", "0101101IM"),
    ] {
        assert_eq!(cell(&lines, 1, name), wanted, "{name}");
    }
    assert_eq!(first.header("content-disposition"), Some("attachment; filename=\"outcomes.csv\""));
    assert_eq!(first.header("x-content-type-options"), Some("nosniff"));
    assert!(first.header("link").is_none(), "nothing more waits");
    // A payment outside of pagoPA, taken back, paid in truth, and paid once more.
    let marked = json!({
        "installment_id": numbers[1].2, "paid_at": "2026-09-01T07:00:00Z", "amount": 12050, "reference": "mandate 311",
    });
    portal.post(format!("/v1/debt-positions/{}/mark-paid", numbers[1].0), &marked).await.is(200);
    portal.post(format!("/v1/debt-positions/{}/reopen", numbers[1].0), &json!({"reason": "A mistake"})).await.is(200);
    pay("rt-2", &numbers[1].1).await;
    // A provider that did not ask.
    node.pays(node.receipt("rt-3", &numbers[1].1, 12_050)).await;
    let (mut cursor, mut movements, mut sum) = (first.header("next-cursor").unwrap().to_owned(), Vec::new(), 0);
    loop {
        let next = export(&format!("limit=1&cursor={cursor}"), "text/csv").await;
        let lines = table(&next);
        for line in 1..lines.len() {
            movements.push(cell(&lines, line, "movement").to_owned());
            sum += cell(&lines, line, "amount_cents").parse::<i64>().unwrap();
        }
        cursor = next.header("next-cursor").unwrap().to_owned();
        if next.header("link").is_none() {
            break;
        }
    }
    assert_eq!(movements, ["external_payment", "external_payment_reversed", "payment", "further_receipt"]);
    let receipts = portal.get("/v1/receipts").await.is(200).json();
    let booked: i64 = receipts["items"].as_array().unwrap().iter().map(|one| one["amount"].as_i64().unwrap()).sum();
    assert_eq!(sum + 12_050, booked, "what is exported is what came");
    let sheet = export("", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet").await;
    assert!(sheet.is(200).body.starts_with(b"PK"));
    assert_eq!(sheet.header("content-disposition"), Some("attachment; filename=\"outcomes.xlsx\""));
    export("", "application/json").await.is_problem(406, "not_acceptable");
    export("cursor=AAAA", "text/csv").await.is_problem(422, "invalid_cursor");
    for client in [&seeded.for_b, &seeded.narrow] {
        let theirs = gateway.ask(Ask::get(OUTCOMES).token(&gateway.token(client).await)).await;
        assert_eq!(table(&theirs).len(), 1, "a header and nothing else");
    }
}

pub(crate) async fn receipts_are_searched_by_a_body_and_each_search_leaves_a_line(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let (portal, node) = (gateway.portal(&seeded.for_a), gateway.node());
    let made = portal.make("/v1/debt-positions", &debt_position("S-1")).await;
    let number = text(&made, "/payment_options/0/installments/0/notice_number");
    node.asks(&number, None).await;
    node.pays(node.receipt("rt-1", &number, 12_050)).await;
    let search = async |client: &Known, body: &Value| {
        let token = gateway.token(client).await;
        gateway.ask(Ask::post("/v1/receipts/search").token(&token).json(body)).await
    };
    let count = |seen: &Seen| seen.is(200).json()["items"].as_array().unwrap().len();
    let iuv = made["payment_options"][0]["installments"][0]["iuv"].clone();
    for body in [
        json!({"debtor_tax_code": "rssmra85t10a562s"}),
        json!({"notice_number": number}),
        json!({"iuv": iuv}),
        json!({"receipt_id": "rt-1"}),
    ] {
        assert_eq!(count(&search(&seeded.for_a, &body).await), 1, "{body}");
        assert_eq!(count(&search(&seeded.for_b, &body).await), 0, "{body}: another institution");
        assert_eq!(count(&search(&seeded.narrow, &body).await), 0, "{body}: another service");
    }
    let nothing = search(&seeded.for_a, &json!({})).await;
    assert_eq!(nothing.is(422).faults(), [(String::new(), "required".to_owned())]);
    let trail = portal.get("/v1/audit?limit=100").await;
    let lines: Vec<String> = trail.json()["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|line| line["action"] == "receipt.searched")
        .map(|line| text(line, "/subject"))
        .collect();
    assert_eq!(lines.len(), 8, "each search of the two clients of A: {lines:?}");
    assert!(lines.iter().any(|subject| subject.starts_with("debtor/")));
    assert!(!trail.text().to_uppercase().contains("RSSMRA"), "under a name that leads back to nobody");
}
