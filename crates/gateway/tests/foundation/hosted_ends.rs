// SPDX-License-Identifier: AGPL-3.0-or-later
//! How what begins on a hosted page ends: paid, with a notice, unpaid, refused, or with the pages themselves.

use std::num::NonZeroU32;

use serde_json::{Value, json};
use tramite_storage::{PageRequest, Scope, SubmissionFilter};
use tramite_testkit::Database;

use super::hosted_pages::{Browser, FORM, LOOKUP, PAGES, TAX_CODE, hosted, hosting};
use super::revocation::{named, revoke};
use crate::support::checkout::Checkout;
use crate::support::made::{form, form_values};
use crate::support::portal::{Portal, text};
use crate::support::seed::Seeded;
use crate::support::{Ask, PUBLIC_URL, Seen, TestGateway, debt_position};

const CONFIRM: &str = "/p/comune-a/MENSA/confirm";
const DAY: i64 = 86_400;

/// The only debt position there is.
async fn only_position(portal: &Portal<'_>) -> Value {
    let ids = portal.ids("/v1/debt-positions").await;
    assert_eq!(ids.len(), 1);
    portal.get(format!("/v1/debt-positions/{}", ids[0])).await.is(200).json()
}

/// When it is looked at whether submissions go.
async fn lapses(gateway: &TestGateway, seeded: &Seeded) -> Vec<String> {
    let (store, scope) = (gateway.gateway.store(), Scope::of_worker(seeded.a.id));
    let page = PageRequest::first(10);
    let all = store.submissions(&scope, &page, SubmissionFilter::default()).await.unwrap().items;
    all.iter().filter_map(|kept| kept.lapses_at).map(|at| at.to_string()).collect()
}

fn number(position: &Value) -> String {
    text(position, "/payment_options/0/installments/0/notice_number")
}

async fn publish(portal: &Portal<'_>, members: Value) {
    let mut definition = form("MENSA");
    definition.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    portal.put("/v1/services/MENSA/form/definition", &definition).await.is(200);
}

fn location(seen: &Seen) -> String {
    seen.is(303).header("location").unwrap().to_owned()
}

pub(crate) async fn what_a_page_takes_has_an_end_of_which_its_citizen_reads(database: Database) {
    let (gateway, seeded) = hosted(&database).await;
    let portal = gateway.portal(&seeded.for_a);
    let mut browser = Browser::new(&gateway);
    let summary = browser.fill("Mario Rossi").await;
    // Twenty days, and ten in which a receipt may still come, are thirty.
    assert!(summary.is(200).text().contains("21 settembre 2026"), "{}", summary.text());
    browser.send(CONFIRM, &[("do", "notice")]).await.is(303);
    let owed = only_position(&portal).await;
    assert_eq!(text(&owed, "/payment_options/0/installments/0/due_date"), "2026-09-21");
    assert_eq!(lapses(&gateway, &seeded).await, ["2026-10-01T22:00:00Z"]);
    let place = format!("/v1/debt-positions/{}", text(&owed, "/id"));
    gateway.world.pass(20 * DAY);
    assert_eq!(portal.get(&place).await.is(200).json()["status"], "open");
    gateway.world.pass(DAY);
    assert_eq!(portal.get(&place).await.is(200).json()["status"], "expired");

    // A date of the form stands, even where it lies later than that; what a client submits has no other end than that of the form.
    publish(&portal, json!({"due_date": "add_days(today(), 60)"})).await;
    assert!(browser.fill("Mario Rossi").await.is(200).text().contains("21 novembre 2026"));
    publish(&portal, json!({})).await;
    let made = portal.post("/v1/services/MENSA/submissions", &json!({"values": form_values()})).await.is(201).json();
    let place = format!("/v1/debt-positions/{}", text(&made, "/debt_position_id"));
    let installment = &portal.get(place).await.is(200).json()["payment_options"][0]["installments"][0];
    assert_eq!(lapses(&gateway, &seeded).await.len(), 1, "that of the page alone");
    assert!(installment.get("due_date").is_none() && installment.get("expires_at").is_none(), "{installment}");
}

pub(crate) async fn who_takes_the_notice_after_all_keeps_the_place_as_long_as_a_notice_does(database: Database) {
    let (gateway, seeded) = hosted(&database).await;
    publish(&gateway.portal(&seeded.for_a), json!({"quotas": [{"name": "permits", "limit": "1"}]})).await;
    let mut browser = Browser::new(&gateway);
    browser.fill("Mario Rossi").await.is(200);
    let body = browser.form(&[("do", "pay")]);
    browser.see(Ask::post(CONFIRM).form(&body)).await.is(303);
    // Back from Checkout, with the notice in place of that.
    let notice = browser.see(Ask::post(CONFIRM).form(body.replace("do=pay", "do=notice"))).await;
    browser.open(&location(&notice)).await.is(200);
    let mut other = Browser::new(&gateway);
    let mut asks = async || {
        other.fill("Michele Venturini").await.is(200);
        other.send(CONFIRM, &[("do", "notice")]).await
    };
    gateway.world.pass(1_801);
    assert!(asks().await.is(409).text().contains("posti"), "it is held");
    gateway.world.pass(2 * DAY);
    // Who comes for it again is not held any longer by that.
    gateway.ask(Ask::get(location(&notice))).await.is(200);
    asks().await.is(409);
    gateway.world.pass(DAY);
    asks().await.is(303);
}

pub(crate) async fn the_receipt_is_given_to_whoever_paid_and_to_whoever_knows_its_id(database: Database) {
    let checkout = Checkout::start();
    let client = checkout.client();
    let gateway = TestGateway::with(&database, |settings| settings.checkout = Some(client)).await;
    let seeded = hosting(&gateway).await;
    let portal = gateway.portal(&seeded.for_a);
    let mut browser = Browser::new(&gateway);
    browser.fill("Mario Rossi").await.is(200);
    let session = location(&browser.send(CONFIRM, &[("do", "pay")]).await);
    let outcome = format!("{PAGES}/outcome/{}", session.rsplit('/').next().unwrap());
    let receipt = format!("{outcome}/receipt");
    assert!(!browser.open(&outcome).await.is(200).text().contains("Scarica la ricevuta"));
    gateway.ask(Ask::get(&receipt)).await.is(404);
    let notice = number(&only_position(&portal).await);
    // To Checkout, where the payment runs.
    gateway.ask(Ask::get(session.strip_prefix(PUBLIC_URL).unwrap())).await.is(303);
    let node = gateway.node();
    node.asks(&notice, Some(&text(&checkout.carts()[0], "/idCart"))).await;
    node.pays(node.receipt("rt-hosted-1", &notice, 3_000)).await;
    let paid = browser.open(&outcome).await;
    assert!(paid.is(200).text().contains(&receipt), "{}", paid.text());
    let paper = gateway.ask(Ask::get(&receipt)).await;
    assert!(paper.is(200).body.starts_with(b"%PDF"));
    assert_eq!(paper.header("content-disposition"), Some("attachment; filename=\"ricevuta-pagopa.pdf\""));
    gateway.ask(Ask::get(format!("{PAGES}/outcome/other/receipt"))).await.is(404);

    // Later: number and tax code tell that it is paid, and the paper needs the id.
    let known = portal.get("/v1/receipts").await.json();
    let (ours, theirs) = (text(&known, "/items/0/id"), text(&known, "/items/0/receipt_id"));
    browser.open(LOOKUP).await.is(200);
    let found = browser.send(LOOKUP, &[("notice", &notice), ("tax_code", TAX_CODE)]).await;
    assert!(found.is(200).text().contains("Pagato") && !found.text().contains(&theirs), "{}", found.text());
    for id in ["", "rt-hosted-2", "%"] {
        let refused = browser.send(LOOKUP, &[("receipt_id", id), ("do", "receipt")]).await;
        assert!(refused.is(422).text().contains("receipt_id-error"), "{}", refused.text());
    }
    let body = browser.form(&[("receipt_id", &theirs), ("do", "receipt")]);
    for id in [theirs.to_lowercase(), theirs.clone(), ours] {
        let paper = browser.see(Ask::post(LOOKUP).form(body.replace(&theirs, &id))).await;
        assert!(paper.is(200).body.starts_with(b"%PDF"), "{id}");
    }
    // Whoever began to pay the same and gave up is not given the receipt of whoever paid elsewhere.
    browser.fill("Mario Rossi").await.is(200);
    let given_up = location(&browser.send(CONFIRM, &[("do", "pay")]).await);
    gateway.ask(Ask::get(given_up.strip_prefix(PUBLIC_URL).unwrap())).await.is(303);
    let sessions = portal.get("/v1/checkout-sessions").await.json();
    let numbers = sessions["items"].as_array().unwrap().iter().map(|one| text(one, "/line_items/0/notice_number"));
    let other = numbers.into_iter().find(|number| *number != notice).unwrap();
    let cart = text(checkout.carts().last().unwrap(), "/idCart");
    node.asks(&other, Some(&cart)).await;
    node.settled().await;
    gateway.world.pass(3_600);
    node.pays(node.receipt("rt-hosted-2", &other, 3_000)).await;
    let outcome = format!("{PAGES}/outcome/{}", given_up.rsplit('/').next().unwrap());
    let elsewhere = browser.open(&outcome).await;
    assert!(elsewhere.is(200).text().contains("Pagamento eseguito"), "{}", elsewhere.text());
    assert!(!elsewhere.text().contains("Scarica la ricevuta"));
    gateway.ask(Ask::get(format!("{outcome}/receipt"))).await.is(404);
    // Without the right code the id alone opens nothing.
    let stranger = body.replace(TAX_CODE, "VNTMHL76M09H501D");
    browser.see(Ask::post(LOOKUP).form(stranger)).await.is(422);
}

pub(crate) async fn of_a_debt_in_installments_the_next_one_is_paid(database: Database) {
    let (gateway, seeded) = hosted(&database).await;
    let portal = gateway.portal(&seeded.for_a);
    let looks = json!({"service": "MENSA", "by": ["street"], "on_hit": "pay_existing", "on_miss": "refuse"});
    publish(&portal, json!({"lookup": looks})).await;
    let mut owed = debt_position("M-1");
    owed["service_code"] = json!("MENSA");
    owed["debtor"] = json!({"type": "natural_person", "tax_code": TAX_CODE, "full_name": "Mario Rossi"});
    owed.as_object_mut().unwrap().retain(|name, _| !["amount", "due_date"].contains(&name.as_str()));
    let part = |amount: i64, due: &str| json!({"reference": due, "amount": amount, "due_date": due, "metadata": {"street": "V1"}});
    owed["payment_options"] = json!([{"kind": "installments", "installments": [
        part(4_000, "2026-12-31"), part(3_500, "2026-10-31")]}]);
    let made = portal.post("/v1/debt-positions", &owed).await.is(201).json();
    let mut browser = Browser::new(&gateway);
    let pays = async |browser: &mut Browser<'_>, told: &str, cents: i64| {
        let summary = browser.fill("Mario Rossi").await;
        assert!(summary.is(200).text().contains(told), "{told}: {}", summary.text());
        let pressed = browser.form(&[("do", "pay")]);
        location(&browser.see(Ask::post(CONFIRM).form(&pressed)).await);
        let sessions = portal.get("/v1/checkout-sessions").await.json();
        let mut all = sessions["items"].as_array().unwrap().iter();
        assert!(all.any(|session| session["amount"] == cents), "{sessions}");
        pressed
    };
    let pressed = pays(&mut browser, "rata 2 di 2", 3_500).await;
    let second = text(&made, "/payment_options/0/installments/1/notice_number");
    let node = gateway.node();
    node.pays(node.receipt("rt-second", &second, 3_500)).await;
    // Pressed once more it means what was read then, and that is paid.
    browser.see(Ask::post(CONFIRM).form(&pressed)).await.is(409);
    pays(&mut browser, "rata 1 di 2", 4_000).await;
}

pub(crate) async fn whoever_finds_a_debt_does_not_join_whoever_made_it(database: Database) {
    let checkout = Checkout::start();
    let client = checkout.client();
    let gateway = TestGateway::with(&database, |settings| settings.checkout = Some(client)).await;
    let seeded = hosting(&gateway).await;
    let portal = gateway.portal(&seeded.for_a);
    let looks = json!({"service": "MENSA", "by": ["street"], "on_hit": "pay_existing", "on_miss": "allow"});
    publish(&portal, json!({"lookup": looks})).await;
    let mut browser = Browser::new(&gateway);
    browser.fill("Mario Rossi").await.is(200);
    let session = location(&browser.send(CONFIRM, &[("do", "pay")]).await);
    gateway.ask(Ask::get(session.strip_prefix(PUBLIC_URL).unwrap())).await.is(303);
    // A stranger who knows the street and the code: the debt is there, and being paid.
    let mut stranger = Browser::new(&gateway);
    assert!(stranger.fill("X").await.is(200).text().contains("30,00 €"));
    let refused = stranger.send(CONFIRM, &[("do", "pay")]).await;
    assert!(refused.is(409).text().contains("in corso"), "{}", refused.text());
    let token = session.rsplit('/').next().unwrap();
    assert!(!refused.text().contains(token));
}

pub(crate) async fn what_is_refused_leads_back_to_what_was_entered(database: Database) {
    let (gateway, seeded) = hosted(&database).await;
    publish(&gateway.portal(&seeded.for_a), json!({"unique": ["tax_code"]})).await;
    let mut browser = Browser::new(&gateway);
    browser.fill("Mario Rossi").await.is(200);
    browser.send(CONFIRM, &[("do", "notice")]).await.is(303);
    browser.fill("Maria Rossi").await.is(200);
    browser.send(CONFIRM, &[("do", "pay")]).await.is(409);
    let again = browser.send(FORM, &[("do", "back")]).await;
    assert!(again.is(200).text().contains("value=\"Maria Rossi\""), "{}", again.text());
}

pub(crate) async fn a_digital_stamp_is_paid_online_and_never_with_a_notice(database: Database) {
    let (gateway, seeded) = hosted(&database).await;
    let portal = gateway.portal(&seeded.for_a);
    let mut definition = form("MENSA");
    let hash = json!({"name": "document", "type": "file_hash", "label": {"it": "Documento"}, "required": true});
    definition["fields"].as_array_mut().unwrap().push(hash);
    definition["stamp"] = json!({"when": "street.code == 'V1'", "amount": 1_600, "document_hash": "document", "province": "'PG'",
        "taxonomy_code": "1201105IM", "label": {"it": "Marca da bollo"}});
    let published = portal.put("/v1/services/MENSA/form/definition", &definition).await;
    assert_eq!(published.status, 200, "{}", published.text());
    let mut browser = Browser::new(&gateway);
    browser.open(FORM).await.is(200);
    let document = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    let filled = [
        ("v.tax_code", TAX_CODE),
        ("v.holder", "Mario Rossi"),
        ("v.street", "V1"),
        ("v.document", document),
        ("do", "continue"),
    ];
    let summary = browser.send(FORM, &filled).await;
    assert!(summary.is(200).text().contains("46,00 €"), "{}", summary.text());
    assert!(!summary.text().contains("value=\"notice\""), "{}", summary.text());
    let session = location(&browser.send(CONFIRM, &[("do", "pay")]).await);
    let outcome = format!("{PAGES}/outcome/{}", session.rsplit('/').next().unwrap());
    assert!(!browser.open(&outcome).await.is(200).text().contains("/notice/"));
}

pub(crate) async fn who_submits_too_often_waits_whoever_it_is_about(database: Database) {
    let gateway = TestGateway::with(&database, |settings| {
        settings.limits.submissions_code_per_minute = NonZeroU32::new(2).unwrap();
        settings.limits.submissions_source_per_minute = NonZeroU32::new(3).unwrap();
    })
    .await;
    let seeded = hosting(&gateway).await;
    let portal = gateway.portal(&seeded.for_a);
    let submits = async |code: &str| {
        let mut browser = Browser::new(&gateway);
        browser.open(FORM).await.is(200);
        let filled = [("v.tax_code", code), ("v.holder", "Rossi"), ("v.street", "V1"), ("do", "continue")];
        browser.send(FORM, &filled).await.is(200);
        browser.send(CONFIRM, &[("do", "notice")]).await
    };
    submits(TAX_CODE).await.is(303);
    submits(TAX_CODE).await.is(303);
    let waits = submits(TAX_CODE).await;
    assert!(waits.is(429).header("retry-after").unwrap().parse::<u32>().unwrap() <= 60);
    assert!(waits.text().contains("Riprova"));
    // The source has none left for anybody else either; nothing was made of what was refused.
    submits("VNTMHL76M09H501D").await.is(429);
    assert_eq!(portal.ids("/v1/submissions").await.len(), 2);
}

pub(crate) async fn pages_end_with_their_institution_and_with_their_client(database: Database) {
    let (gateway, seeded) = hosted(&database).await;
    let operator = gateway.portal(&seeded.operator);
    let place = format!("/v1/institutions/{}", seeded.a.id);
    let shown = operator.get(&place).await.is(200).json();
    let account = json!({"id": "main", "iban": shown["accounts"][0]["iban"]});
    let mut body = json!({
        "code": "comune-a", "tax_code": seeded.a.tax_code.to_string(), "display_name": "Comune di Esempio",
        "status": "suspended", "accounts": [account], "beneficiaries": [named(&shown["beneficiaries"][0])],
    });
    operator.put(&place, &body).await.is(200);
    for path in [PAGES, FORM, LOOKUP] {
        gateway.ask(Ask::get(path)).await.is(404);
    }
    body["status"] = json!("active");
    operator.put(&place, &body).await.is(200);
    gateway.ask(Ask::get(FORM)).await.is(200);
    revoke(&gateway, &operator.token().await, &seeded.for_a).await;
    gateway.world.pass(60);
    gateway.ask(Ask::get(FORM)).await.is(404);
}
