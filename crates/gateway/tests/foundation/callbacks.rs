// SPDX-License-Identifier: AGPL-3.0-or-later
//! What only the institution's own system knows is asked of it: within a second, signed, of no address that nobody may name, and
//! with a word of the institution on what holds without an answer (rules.md 22; reliability.md 20).

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant as Moment};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::join_all;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tramite_domain::given::World;
use tramite_domain::money::Cents;
use tramite_gateway::callback::Callbacks;
use tramite_gateway::metrics::Metrics;
use tramite_outbound::{Names, Towards};
use tramite_storage::Scope;
use tramite_testkit::Database;

use crate::support::checkout::Checkout;
use crate::support::institution::{Heard, Institution, Says};
use crate::support::made::{debt_position, session_of};
use crate::support::node::Node;
use crate::support::portal::{Portal, holds, text};
use crate::support::seed::TAX_CODES;
use crate::support::{Ask, PUBLIC_URL, TestGateway};

const POSITIONS: &str = "/v1/debt-positions";
const SESSIONS: &str = "/v1/checkout-sessions";
const SERVICE: &str = "/v1/services/TARI";
const ONE: &str = "/payment_options/0/installments/0";
/// Longer than an answer may take, and shorter than the Node waits.
const TOO_LONG_MS: u64 = 5_000;

fn service(callback: &Value) -> Value {
    json!({
        "title": {"it": "Tassa sui rifiuti"}, "taxonomy_code": "0101101IM", "account_id": "main", "kind": "both",
        "amount": {"rule": "free"}, "status": "active", "amount_callback": callback,
    })
}

/// What is due, and its shares.
async fn get(node: &Node, number: &str, cart: Option<&str>) -> (i64, Vec<i64>) {
    let told = node.gets(number, cart).await;
    assert_eq!(Cents::sum(told.transfers.iter().map(|one| one.amount)), Ok(told.amount));
    (told.amount.cents(), told.transfers.iter().map(|one| one.amount.cents()).collect())
}

async fn made(portal: &Portal<'_>, external_id: &str) -> (String, String) {
    let mut body = debt_position(external_id);
    body["amount"] = json!(100_000);
    let position = portal.make(POSITIONS, &body).await;
    (text(&position, "/id"), text(&position, &format!("{ONE}/notice_number")))
}

/// Whether one of a question's signatures is the one of that secret, as any library of Standard Webhooks finds it.
fn is_signed(heard: &Heard, secret: &str) -> bool {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{}.{}.", heard.header("webhook-id"), heard.header("webhook-timestamp")).as_bytes());
    mac.update(&heard.body);
    let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    heard.header("webhook-signature").split(' ').any(|one| one == signature)
}

pub(crate) async fn what_the_institution_says_is_due_and_its_shares_are_its_sum(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let (portal, node) = (gateway.portal(&seeded.for_a), gateway.node());
    let institution = Institution::start().await;
    let callback = json!({"url": institution.url(), "on_failure": "refuse"});
    let seen = portal.put(SERVICE, &service(&callback)).await.is(200).json();
    holds(&seen, &json!({"amount_callback": callback}));
    let (id, number) = made(&portal, "TARI-1").await;
    institution.says_due(99_999);
    assert_eq!(node.due(&number).await, Ok(99_999));
    let asked = institution.heard().remove(0);
    assert_eq!((asked.path.as_str(), asked.header("content-type")), ("/amounts", "application/json"));
    let position = portal.get(&format!("{POSITIONS}/{id}")).await.is(200).json();
    let one = position.pointer(ONE).unwrap();
    holds(
        &asked.json(),
        &json!({
            "debt_position_id": id, "external_id": "TARI-1", "service_code": "TARI", "amount": 100_000,
            "installment_id": one["id"], "installment_reference": one["reference"], "iuv": one["iuv"],
            "notice_number": number,
        }),
    );
    assert!(asked.json()["as_of"].is_string());
    // What only the institution knows is not told by anybody else.
    assert_eq!((one["amount"].as_i64(), one.get("amount_due")), (Some(100_000), None));
    institution.says_due(123_456);
    assert_eq!(get(&node, &number, None).await, (123_456, vec![123_456]));
    // A hundred at once get one answer, and the institution is not asked a hundred times.
    institution.heard();
    institution.says(Says::After(200, 110_000));
    let many = join_all((0..100).map(|_| node.due(&number))).await;
    assert_eq!(many, vec![Ok(110_000); 100]);
    assert!(institution.heard().len() < 10);
    // Paid as it was told: nothing is strange about it.
    institution.says_due(110_000);
    node.asks(&number, None).await;
    node.pays(node.receipt("RT-1", &number, 110_000)).await;
    let paid = portal.get(&format!("{POSITIONS}/{id}")).await.is(200).json();
    holds(&paid, &json!({"status": "paid"}));
    holds(paid.pointer(ONE).unwrap(), &json!({"paid_amount": 110_000, "anomalies": []}));
    // Told one amount and paid another: the one that stands in the position was due at no time.
    let (other, number) = made(&portal, "TARI-2").await;
    node.asks(&number, None).await;
    node.pays(node.receipt("RT-2", &number, 100_000)).await;
    let paid = portal.get(&format!("{POSITIONS}/{other}")).await.is(200).json();
    holds(paid.pointer(ONE).unwrap(), &json!({"status": "paid", "anomalies": ["amount_mismatch"]}));
    let counted = gateway.gateway.metrics().text();
    assert!(counted.contains("tramite_amount_callbacks_total{code=\"answered\"}"), "{counted}");
}

pub(crate) async fn without_a_usable_answer_the_institutions_word_holds(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let (portal, node) = (gateway.portal(&seeded.for_a), gateway.node());
    let institution = Institution::start().await;
    let (_, number) = made(&portal, "TARI-1").await;
    let answered = |status: u16, body: &str| Says::Status(status, body.to_owned());
    let cases = [
        ("timeout", Says::After(TOO_LONG_MS, 5)),
        ("http_status", answered(500, "{\"amount\": 5}")),
        ("http_status", answered(201, "{\"amount\": 5}")),
        ("http_status", Says::Elsewhere),
        ("too_large", Says::Endless),
        ("unreachable", Says::HangsUp),
        ("malformed", answered(200, "<amount>5</amount>")),
        ("malformed", answered(200, "{\"amount\": 5.5}")),
        ("malformed", answered(200, "{\"amount\": \"5\"}")),
        ("invalid_amount", answered(200, "{\"amount\": 0}")),
        ("invalid_amount", answered(200, "{\"amount\": 10000000000}")),
    ];
    for (on_failure, expected) in
        [("stored_amount", Ok::<i64, String>(100_000)), ("refuse", Err("PAA_SYSTEM_ERROR".to_owned()))]
    {
        portal.put(SERVICE, &service(&json!({"url": institution.url(), "on_failure": on_failure}))).await.is(200);
        for (code, says) in &cases {
            let counter = format!("tramite_amount_callbacks_total{{code=\"{code}\"}}");
            let count = || {
                let text = gateway.gateway.metrics().text();
                let line =
                    text.lines().find_map(|line| line.strip_prefix(&counter)).map(|count| count.trim().to_owned());
                line.map_or(0, |count| count.parse::<u64>().unwrap())
            };
            let before = count();
            institution.says(says.clone());
            institution.heard();
            let begun = Moment::now();
            assert_eq!(node.due(&number).await, expected.clone(), "{on_failure} {says:?}");
            assert!(begun.elapsed() < Duration::from_millis(TOO_LONG_MS), "{says:?}");
            assert_eq!(count(), before + 1, "{code} {says:?}");
            assert!(institution.heard().iter().all(|asked| asked.path == "/amounts"), "nothing is followed");
        }
    }
    // Nobody is there at all.
    let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nowhere = json!({"url": format!("http://{unused}/"), "on_failure": "refuse"});
    portal.put(SERVICE, &service(&nowhere)).await.is(200);
    assert_eq!(node.due(&number).await, Err("PAA_SYSTEM_ERROR".to_owned()));
    let session = json!({
        "line_items": [{"notice_number": number, "creditor_tax_code": TAX_CODES[0]}],
        "return_url": "https://portale.example.it/esito",
    });
    let refused = portal.post(SESSIONS, &session).await;
    refused.is_problem(503, "amount_unknown");
    assert!(refused.header("retry-after").is_some());
}

pub(crate) async fn what_a_cart_showed_of_an_asked_amount_is_honoured_for_half_an_hour(database: Database) {
    let checkout = Checkout::start();
    let client = checkout.client();
    let gateway = TestGateway::with(&database, |settings| settings.checkout = Some(client)).await;
    let seeded = gateway.seed().await;
    let (portal, node) = (gateway.portal(&seeded.for_a), gateway.node());
    let institution = Institution::start().await;
    portal.put(SERVICE, &service(&json!({"url": institution.url(), "on_failure": "stored_amount"}))).await.is(200);
    let (id, number) = made(&portal, "TARI-1").await;
    institution.says_due(70_000);
    let asked = |expected| session_of(&id, expected);
    let changed = portal.post(SESSIONS, &asked(100_000)).await;
    changed.is_problem(409, "amount_changed");
    assert_eq!(changed.json()["amount_due"], 70_000);
    let session = portal.make(SESSIONS, &asked(70_000)).await;
    holds(&session, &json!({"amount": 70_000, "line_items": [{"amount": 70_000, "amount_due": 70_000}]}));
    // By the time the citizen goes there it has changed: the cart shows what is due then.
    institution.says_due(80_000);
    let path = text(&session, "/url").strip_prefix(PUBLIC_URL).unwrap().to_owned();
    gateway.ask(Ask::get(&path)).await.is(303);
    let cart = checkout.carts().remove(0);
    assert_eq!(cart["paymentNotices"][0]["amount"], 80_000);
    institution.says_due(90_000);
    assert_eq!(node.due(&number).await, Ok(80_000));
    assert_eq!(get(&node, &number, Some(&text(&cart, "/idCart"))).await, (80_000, vec![80_000]));
    gateway.world.pass(31 * 60);
    assert_eq!(node.due(&number).await, Ok(90_000));
}

pub(crate) async fn questions_are_signed_with_the_secret_and_with_the_one_before_it(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let (portal, node) = (gateway.portal(&seeded.for_a), gateway.node());
    let institution = Institution::start().await;
    let place = format!("{SERVICE}/callback-secrets");
    portal.post(&place, &json!({})).await.is_problem(409, "no_amount_callback");
    portal.put(SERVICE, &service(&json!({"url": institution.url(), "on_failure": "refuse"}))).await.is(200);
    let (_, number) = made(&portal, "TARI-1").await;
    institution.says_due(5);
    let mut secrets = Vec::new();
    for _ in 0..3 {
        let shown = portal.post(&place, &json!({})).await.is(201).json();
        assert_eq!(shown["secret_shown"], false);
        secrets.push(text(&shown, "/secret"));
        // What else is said of the service leaves its secrets alone.
        portal.put(SERVICE, &service(&json!({"url": institution.url(), "on_failure": "stored_amount"}))).await.is(200);
        portal.put(SERVICE, &service(&json!({"url": institution.url(), "on_failure": "refuse"}))).await.is(200);
        assert_eq!(node.due(&number).await, Ok(5));
        let heard = institution.heard().remove(0);
        let signed: Vec<bool> = secrets.iter().map(|secret| is_signed(&heard, secret)).collect();
        let live: Vec<bool> = (0..secrets.len()).map(|at| at + 2 >= secrets.len()).collect();
        assert_eq!(signed, live);
        let sent: i64 = heard.header("webhook-timestamp").parse().unwrap();
        assert!((gateway.world.now().datetime().timestamp() - sent).abs() < 60);
    }
    // Another service of the same name elsewhere has another secret.
    let other = gateway.portal(&seeded.for_b);
    other.put(SERVICE, &service(&json!({"url": institution.url(), "on_failure": "refuse"}))).await;
    let theirs = other.post(&place, &json!({})).await.is(201).json();
    assert!(!secrets.contains(&text(&theirs, "/secret")));
}

pub(crate) async fn no_address_is_asked_that_nobody_may_name(database: Database) {
    /// A name that led to the world when the service was written.
    struct Rebound;
    impl Names for Rebound {
        fn addresses(&self, _: &str) -> io::Result<Vec<IpAddr>> {
            Ok(vec!["127.0.0.1".parse().unwrap()])
        }
    }
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    for wrong in [
        "https://169.254.169.254/x",
        "http://gestionale.example.it/",
        "https://10.0.0.1/",
        "http://127.0.0.1:22/",
        "https://gestionale.example.it:5432/",
    ] {
        let refused = portal.put(SERVICE, &service(&json!({"url": wrong, "on_failure": "refuse"}))).await;
        refused.is_problem(422, "validation_failed");
        holds(
            &refused.json(),
            &json!({"errors": [{"pointer": "/amount_callback/url", "code": "address_not_allowed"}]}),
        );
    }
    // It is told with all else that is wrong.
    let mut twice = service(&json!({"url": "https://10.0.0.1/", "on_failure": "refuse"}));
    twice["account_id"] = "nowhere".into();
    let refused = portal.put(SERVICE, &twice).await.json();
    holds(&refused, &json!({"errors": [{"pointer": "/account_id"}, {"pointer": "/amount_callback/url"}]}));
    let fixed = json!({
        "title": {"it": "Tassa sui rifiuti"}, "taxonomy_code": "0101101IM", "account_id": "main", "kind": "both",
        "amount": {"rule": "fixed", "amount": 100}, "status": "active", "late_charges": {"surcharge": 5},
        "amount_callback": {"url": "https://gestionale.example.it/", "account_id": "nowhere", "on_failure": "refuse"},
    });
    let refused = portal.put(SERVICE, &fixed).await;
    let pointers: Vec<Value> =
        refused.json()["errors"].as_array().unwrap().iter().map(|one| one["pointer"].clone()).collect();
    assert_eq!(pointers, ["/amount_callback", "/amount_callback", "/amount_callback/account_id"]);
    // Checked again at the connection: nothing reaches the canary.
    let canary = Institution::start().await;
    let url = format!("https://gestionale.example.it:{}/", canary.port);
    portal.put(SERVICE, &service(&json!({"url": url, "on_failure": "refuse"}))).await.is(200);
    let (_, number) = made(&portal, "TARI-1").await;
    let metrics = Arc::new(Metrics::default());
    let callbacks =
        Callbacks::by_names(Towards::World, Arc::new(Rebound), gateway.world.clone(), Arc::clone(&metrics)).unwrap();
    let (store, scope) = (gateway.gateway.store(), Scope::of_node(seeded.a.id));
    let mut position = store.position_by_notice(&scope, &number.parse().unwrap()).await.unwrap().unwrap();
    let id = position.options[0].installments[0].id;
    assert!(callbacks.tell(store, &scope, &mut position, &[id], gateway.world.now()).await.is_err());
    assert!(metrics.text().contains("{code=\"not_allowed\"} 1"), "{}", metrics.text());
    assert_eq!(canary.connections(), 0, "nothing reaches the canary");
    assert!(position.amounts_told.is_empty());
}
