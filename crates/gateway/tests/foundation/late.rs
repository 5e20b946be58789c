// SPDX-License-Identifier: AGPL-3.0-or-later
//! Amounts that change with the date: the same for the Node, in answers and in sessions (rules.md 10, 22, 30).

use serde_json::{Value, json};
use tramite_domain::given::World;
use tramite_domain::money::Cents;
use tramite_domain::time::Instant;
use tramite_testkit::Database;

use crate::support::checkout::Checkout;
use crate::support::made::{debt_position, session_of};
use crate::support::portal::{Portal, holds, text};
use crate::support::{Ask, PUBLIC_URL, TestGateway};

const POSITIONS: &str = "/v1/debt-positions";
const SESSIONS: &str = "/v1/checkout-sessions";
const ONE: &str = "/payment_options/0/installments/0";

/// Ten cents a day of 1,000.00.
fn interest() -> Value {
    json!({"interest": [{"from": "2026-01-01", "annual_rate_basis_points": 365}]})
}

async fn service(portal: &Portal<'_>, late_charges: Option<Value>) -> Value {
    let mut body = json!({
        "title": {"it": "Tassa sui rifiuti"}, "taxonomy_code": "0101101IM", "account_id": "main", "kind": "both",
        "amount": {"rule": "free"}, "status": "active",
    });
    if let Some(late) = late_charges {
        body["late_charges"] = late;
    }
    portal.put("/v1/services/TARI", &body).await.is(200).json()
}

fn owed(external_id: &str) -> Value {
    let mut body = debt_position(external_id);
    body["amount"] = json!(100_000);
    body["due_date"] = json!("2026-09-10");
    body
}

fn reach(gateway: &TestGateway, when: &str) {
    let when: Instant = when.parse().unwrap();
    gateway.world.pass(when.seconds_since(gateway.world.now()));
}

pub(crate) async fn interest_is_due_by_the_day_and_told_alike_everywhere(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let (portal, node) = (gateway.portal(&seeded.for_a), gateway.node());
    let shown = service(&portal, Some(interest())).await;
    assert_eq!(shown["late_charges"], interest());
    let position = portal.make(POSITIONS, &owed("TARI-1")).await;
    let (id, number) = (text(&position, "/id"), text(&position, &format!("{ONE}/notice_number")));
    for (when, due, days) in [
        ("2026-09-10T21:59:59Z", 100_000, 0),
        ("2026-09-10T22:00:00Z", 100_010, 1),
        // The day that the clocks go back has 25 hours.
        ("2026-10-25T22:59:59Z", 100_450, 45),
        ("2026-10-25T23:00:00Z", 100_460, 46),
        ("2027-09-10T10:00:00Z", 103_650, 365),
        ("2028-02-29T10:00:00Z", 105_370, 537),
        ("2028-03-01T10:00:00Z", 105_380, 538),
    ] {
        reach(&gateway, when);
        assert_eq!(node.due(&number).await.unwrap(), due, "{when}");
        let told = node.gets(&number, None).await;
        assert_eq!(told.amount.cents(), due, "{when}");
        assert_eq!(Cents::sum(told.transfers.iter().map(|one| one.amount)), Ok(told.amount));
        let text_of = &told.transfers[0].remittance_information;
        assert!(text_of.contains(&format!("/{}/", told.amount)), "{text_of}");
        let seen = portal.get(format!("{POSITIONS}/{id}")).await;
        let one = seen.is(200).json().pointer(ONE).unwrap().clone();
        holds(&one, &json!({"amount": 100_000, "amount_due": due, "status": "open", "due_date": "2026-09-10"}));
        assert!(text(&one, "/qr_code").ends_with(&format!("|{due}")));
        let late = json!({"days": days, "interest": due - 100_000, "surcharge": 0});
        assert_eq!(one.get("late_charge"), (days > 0).then_some(&late));
        let tag = if days > 0 { format!("\"1-open-{}\"", due - 100_000) } else { "\"1-open\"".to_owned() };
        assert_eq!(seen.header("etag"), Some(tag.as_str()));
    }
    // A receipt of what was due is right; what stands in the position no longer is.
    let paid = node.receipt("RT-1", &number, 105_380);
    node.pays(paid).await;
    let seen = portal.get(format!("{POSITIONS}/{id}")).await.is(200).json();
    let one = seen.pointer(ONE).unwrap();
    holds(one, &json!({"status": "paid", "paid_amount": 105_380, "anomalies": []}));
    assert_eq!((one.get("amount_due"), one.get("late_charge")), (None, None));
    let other = portal.make(POSITIONS, &owed("TARI-2")).await;
    let number = text(&other, &format!("{ONE}/notice_number"));
    node.asks(&number, None).await;
    node.pays(node.receipt("RT-2", &number, 100_000)).await;
    let seen = portal.get(format!("{POSITIONS}/{}", text(&other, "/id"))).await.is(200).json();
    holds(seen.pointer(ONE).unwrap(), &json!({"anomalies": ["amount_mismatch"]}));
}

pub(crate) async fn the_rule_of_a_service_holds_as_it_is_now_and_is_limited(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let (portal, node) = (gateway.portal(&seeded.for_a), gateway.node());
    let position = portal.make(POSITIONS, &owed("TARI-1")).await;
    let number = text(&position, &format!("{ONE}/notice_number"));
    reach(&gateway, "2026-09-20T10:00:00Z");
    assert_eq!(node.due(&number).await.unwrap(), 100_000, "no rule, nothing added");
    let with = |surcharge: i64, most: i64| {
        let mut late = interest();
        late["surcharge"] = json!(surcharge);
        late["most"] = json!(most);
        late
    };
    for (late, due) in [
        (Some(with(500, 1_000)), 100_600),
        (Some(with(500, 550)), 100_550),
        (Some(interest()), 100_100),
        (None, 100_000),
    ] {
        let shown = service(&portal, late.clone()).await;
        assert_eq!(shown.get("late_charges"), late.as_ref());
        assert_eq!(node.due(&number).await.unwrap(), due);
    }
    let mut wrong = with(500, 1_000);
    wrong["interest"][0]["annual_rate_basis_points"] = json!(3_001);
    wrong["account_id"] = json!("altro");
    let mut body = json!({
        "title": {"it": "Tassa"}, "taxonomy_code": "0101101IM", "account_id": "main", "kind": "both",
        "amount": {"rule": "free"}, "status": "active", "late_charges": wrong,
    });
    let refused = portal.put("/v1/services/TARI", &body).await;
    let place = "/late_charges/interest/0/annual_rate_basis_points".to_owned();
    assert_eq!(refused.faults(), [(place, "above_maximum".to_owned())]);
    body["late_charges"]["interest"][0]["annual_rate_basis_points"] = json!(3_000);
    let refused = portal.put("/v1/services/TARI", &body).await;
    assert_eq!(refused.faults(), [("/late_charges/account_id".to_owned(), "unknown_account".to_owned())]);
}

pub(crate) async fn what_a_cart_showed_is_honoured_for_half_an_hour_over_midnight(database: Database) {
    let checkout = Checkout::start();
    let client = checkout.client();
    let gateway = TestGateway::with(&database, |settings| settings.checkout = Some(client)).await;
    let seeded = gateway.seed().await;
    let (portal, node) = (gateway.portal(&seeded.for_a), gateway.node());
    service(&portal, Some(interest())).await;
    let position = portal.make(POSITIONS, &owed("TARI-1")).await;
    let (id, number) = (text(&position, "/id"), text(&position, &format!("{ONE}/notice_number")));
    // Ten minutes before the midnight of Rome, five days late.
    reach(&gateway, "2026-09-15T21:50:00Z");
    let asked = |expected| session_of(&id, expected);
    let changed = portal.post(SESSIONS, &asked(100_000)).await;
    changed.is_problem(409, "amount_changed");
    assert_eq!(changed.json()["amount_due"], 100_050);
    let session = portal.make(SESSIONS, &asked(100_050)).await;
    let path = text(&session, "/url").strip_prefix(PUBLIC_URL).unwrap().to_owned();
    gateway.ask(Ask::get(&path)).await.is(303);
    let cart = checkout.carts().remove(0);
    assert_eq!(cart["paymentNotices"][0]["amount"], 100_050);
    let reference = text(&cart, "/idCart");

    reach(&gateway, "2026-09-15T22:10:00Z");
    assert_eq!(node.due(&number).await.unwrap(), 100_050);
    let told = node.gets(&number, Some(&reference)).await;
    assert_eq!(told.amount.cents(), 100_050);
    assert_eq!(Cents::sum(told.transfers.iter().map(|one| one.amount)), Ok(told.amount));
    let place = format!("{SESSIONS}/{}", text(&session, "/id"));
    let seen = portal.get(&place).await.is(200).json();
    holds(&seen, &json!({"line_items": [{"amount": 100_050, "amount_due": 100_060}]}));
    reach(&gateway, "2026-09-15T22:20:00Z");
    assert_eq!(node.due(&number).await.unwrap(), 100_060);
    // Paid in time for what was shown, and told later: nothing is strange about it.
    let paid = node.receipt("RT-1", &number, 100_050);
    node.pays(paid).await;
    let seen = portal.get(&place).await.is(200).json();
    holds(&seen, &json!({"status": "completed", "line_items": [{"anomalies": [], "channel": "pagopa"}]}));
}
