// SPDX-License-Identifier: AGPL-3.0-or-later
//! Magic notices, as the guide tells of them: the table of the page is what is tried here.

use std::collections::BTreeSet;

use reqwest::StatusCode;
use serde_json::{Value, json};
use tramite_pagopa::current::Outcome;
use tramite_testkit::workspace_root;

use crate::carts::{cart, open, post};
use crate::stage::{Stage, notice};

/// What is to be seen of one: where the citizen comes back to, whether the provider says OK, the first status of the
/// receipt, how often it was sent at once, and how the notice stands afterwards.
struct Seen {
    word: &'static str,
    ending: &'static str,
    fault: &'static str,
    status: &'static str,
    sent: usize,
    afterwards: &'static str,
}

const fn seen(
    word: &'static str,
    ending: &'static str,
    (status, sent): (&'static str, usize),
    (fault, afterwards): (&'static str, &'static str),
) -> Seen {
    Seen { word, ending, fault, status, sent, afterwards }
}

const PAID: &str = "PPT_PAGAMENTO_DUPLICATO";
const EXPECTED: [Seen; 11] = [
    seen("decline", "error", ("", 0), ("", "")),
    seen("abandon", "closed", ("", 0), ("", "PPT_PAGAMENTO_IN_CORSO")),
    seen("wait", "waiting", ("NOTICE_GENERATED", 0), ("", PAID)),
    seen("late", "ok", ("NOTICE_GENERATED", 0), ("", PAID)),
    seen("no_receipt", "ok", ("NOTICE_GENERATED", 0), ("", PAID)),
    seen("twice", "ok", ("NOTIFIED", 2), ("", PAID)),
    seen("lost", "ok", ("NOTICE_PENDING", 0), ("", PAID)),
    seen("other_amount", "ok", ("NOTIFIED", 1), ("", PAID)),
    seen("ko", "error", ("NOTIFIED", 1), ("", "")),
    seen("stand_in", "ok", ("NOTIFIED", 1), ("", PAID)),
    seen("node_down", "error", ("", 0), ("PPT_SYSTEM_ERROR", "")),
];

/// The rows of the guide's table: amount in cents and word.
fn table() -> Vec<(i64, String)> {
    let guide = std::fs::read_to_string(workspace_root().join("docs/sandbox.md")).unwrap();
    let rows = guide.lines().filter_map(|line| line.strip_prefix("| 777,"));
    let row = |rest: &str| {
        let (cents, rest) = rest.split_once(" | ").unwrap();
        let word = rest.split('`').nth(1).unwrap_or_default();
        (77_700 + cents.parse::<i64>().unwrap(), word.to_owned())
    };
    rows.map(row).collect()
}

/// A registry whose stations get no copies, so that a receipt is sent to one.
async fn stage() -> Stage {
    let stage = Stage::set().await;
    let mut registry = crate::stage::registry(2);
    registry["institutions"][1]["stations"][0]["broadcast"] = json!(false);
    stage.register(registry).await;
    stage
}

async fn afterwards(stage: &Stage, number: &str) -> String {
    let again = stage.order(json!({"notice_number": number, "script": "verify_only"})).await;
    again["fault"]["fault_code"].as_str().unwrap_or_default().to_owned()
}

fn leaked(word: &str) -> &'static str {
    Box::leak(word.to_owned().into_boxed_str())
}

fn check_receipts(stage: &Stage, one: &Seen, due: i64) {
    let receipts = stage.creditor.receipts();
    assert_eq!(receipts.len(), one.sent, "{}", one.word);
    for receipt in receipts {
        let more = if one.word == "other_amount" { 100 } else { 0 };
        assert_eq!(receipt.payment_amount.cents(), due + more, "{}", one.word);
        assert_eq!(receipt.outcome, if one.word == "ko" { Outcome::Ko } else { Outcome::Ok }, "{}", one.word);
        assert_eq!(receipt.stand_in, (one.word == "stand_in").then_some(true), "{}", one.word);
    }
}

pub(crate) async fn what_the_guide_calls_magic_happens_by_amount_and_by_word() {
    let stage = stage().await;
    let table = table();
    let words: BTreeSet<&str> = table.iter().map(|(_, word)| word.as_str()).filter(|word| !word.is_empty()).collect();
    assert_eq!(words, EXPECTED.iter().map(|one| one.word).collect(), "the guide tells of all, and of no other");
    let mut number = 0;
    for (amount, word) in table.iter().filter(|(_, word)| !word.is_empty()) {
        let one = EXPECTED.iter().find(|one| one.word == word).unwrap();
        // By the amount alone, and by the word with any other amount: at a provider, and in a cart.
        for (due, pair) in [(*amount, None), (12_050, Some(("SANDBOX", leaked(word))))] {
            stage.creditor.owes(due, pair);
            number += 1;
            stage.creditor.forgets();
            let report = stage.order(json!({"notice_number": notice(number)})).await;
            assert_eq!(report["fault"]["fault_code"].as_str().unwrap_or_default(), one.fault, "{word}: {report}");
            assert_eq!(report["magic"], json!(word), "{report}");
            let status = report["receipt"]["recipients"][0]["status"].as_str().unwrap_or_default();
            assert_eq!(status, one.status, "{word}: {report}");
            check_receipts(&stage, one, due);
            assert_eq!(afterwards(&stage, &notice(number)).await, one.afterwards, "{word}");

            number += 1;
            stage.creditor.forgets();
            let id = open(&stage, &cart(&[&notice(number)])).await;
            let (_, settled) = stage.post(&format!("/sandbox/v1/carts/{id}/outcome"), &json!({"outcome": "pay"})).await;
            assert_eq!(settled["outcome"], one.ending, "{word}: {settled}");
            check_receipts(&stage, one, due);
            assert_eq!(afterwards(&stage, &notice(number)).await, one.afterwards, "{word}");
        }
    }
}

pub(crate) async fn the_page_of_checkout_does_what_a_magic_notice_says() {
    let stage = stage().await;
    stage.creditor.owes(77_701, None);
    let id = open(&stage, &cart(&[&notice(1)])).await;
    let answer = stage.form(&format!("/checkout/{id}"), &[("action", "pay")]).await;
    assert_eq!(answer.headers()["location"], "https://pay.example.it/r/error/8f2a");
    // The citizen who goes away comes back nowhere.
    stage.creditor.owes(77_702, None);
    let id = open(&stage, &cart(&[&notice(2)])).await;
    let answer = stage.form(&format!("/checkout/{id}"), &[("action", "pay")]).await;
    assert_eq!((answer.status(), answer.headers().get("location")), (StatusCode::OK, None));
    // Whoever presses another button gets what the button says.
    stage.creditor.owes(77_701, None);
    let id = open(&stage, &cart(&[&notice(3)])).await;
    let answer = stage.form(&format!("/checkout/{id}"), &[("action", "pay_slowly"), ("seconds", "0")]).await;
    assert_eq!(answer.headers()["location"], "https://pay.example.it/r/ok/8f2a?a=1");
}

pub(crate) async fn a_script_that_is_said_aloud_is_stronger_than_magic() {
    let stage = stage().await;
    stage.creditor.owes(77_701, Some(("SANDBOX", "node_down")));
    let report = stage.pay(json!("pay")).await;
    assert_eq!((&report["outcome"], &report["magic"]), (&json!("OK"), &Value::Null));
    // Other amounts, other pairs and words that nobody knows are an ordinary notice.
    for (number, (amount, pair)) in (2..).zip([
        (77_700, None),
        (77_712, None),
        (777, None),
        (12_050, Some(("sandbox", "decline"))),
        (1, Some(("SANDBOX", "x"))),
    ]) {
        stage.creditor.owes(amount, pair);
        let report = stage.order(json!({"notice_number": notice(number)})).await;
        assert_eq!((&report["outcome"], &report["magic"]), (&json!("OK"), &Value::Null), "{amount} {pair:?}");
        assert_eq!(report["receipt"]["recipients"][0]["status"], "NOTIFIED");
    }
    // One of a cart decides for all of it.
    stage.creditor.owes(77_701, None);
    let id = open(&stage, &cart(&[&notice(20), &notice(21)])).await;
    let (_, settled) = stage.post(&format!("/sandbox/v1/carts/{id}/outcome"), &json!({"outcome": "pay"})).await;
    assert_eq!(settled["outcome"], "error");
    assert_eq!((&settled["payments"][0]["magic"], &settled["payments"][1]["magic"]), (&json!("decline"), &Value::Null));
    assert_eq!(afterwards(&stage, &notice(21)).await, "");
}

pub(crate) async fn checkout_takes_no_cart_with_the_amount_that_says_so() {
    let stage = stage().await;
    let (amount, _) = table().into_iter().find(|(_, word)| word.is_empty()).unwrap();
    let mut refused = cart(&[&notice(1), &notice(2)]);
    refused["paymentNotices"][1]["amount"] = json!(amount);
    let answer = post(&stage, &refused).await;
    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(answer.headers().get("location").is_none());
    assert_eq!(stage.get("/sandbox/v1/carts").await.1["items"], json!([]));
}
