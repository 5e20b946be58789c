// SPDX-License-Identifier: AGPL-3.0-or-later
//! Bodies are checked against the contract, all at once.

use serde_json::{Value, json};
use tramite_testkit::{Database, postgres};

use crate::support::made::debt_position;
use crate::support::{Ask, Seen, TestGateway};

struct Asking {
    gateway: TestGateway,
    token: String,
}

impl Asking {
    async fn new(database: &Database) -> Self {
        let gateway = TestGateway::new(database).await;
        let seeded = gateway.seed().await;
        let token = gateway.token(&seeded.for_a).await;
        Self { gateway, token }
    }

    async fn put(&self, body: &Value) -> Seen {
        self.gateway.ask(Ask::put("/v1/services/NUOVO").token(&self.token).json(body)).await
    }

    async fn put_text(&self, body: impl Into<Vec<u8>>) -> Seen {
        let ask = Ask::put("/v1/services/NUOVO").token(&self.token).bytes("application/json", body);
        self.gateway.ask(ask).await
    }
}

fn service() -> Value {
    json!({
        "title": {"it": "Mensa"}, "taxonomy_code": "0101101IM", "account_id": "main", "kind": "both",
        "amount": {"rule": "fixed", "amount": 500}, "status": "active",
    })
}

pub(crate) async fn all_faults_come_in_one_answer_and_none_repeats_a_value(database: Database) {
    let asking = Asking::new(&database).await;
    let secret = "RSSMRA85T10A562S";
    let seen = asking
        .put(&json!({
            "title": {"it": null, "fr": secret}, "taxonomy_code": secret, "collection_kind": 10, "kind": secret,
            "amount": {"rule": "fixed", "amount": "5,00"}, "status": "PAID", "tenant_id": "x", "version": 7,
            "due_date_required": secret,
        }))
        .await;
    seen.is_problem(422, "validation_failed");
    let expected = [
        ("/account_id", "required"),
        ("/amount/amount", "wrong_type"),
        ("/collection_kind", "above_maximum"),
        ("/due_date_required", "wrong_type"),
        ("/kind", "unknown_value"),
        ("/status", "unknown_value"),
        ("/taxonomy_code", "too_long"),
        ("/taxonomy_code", "wrong_pattern"),
        ("/tenant_id", "unknown_field"),
        ("/title/fr", "unknown_field"),
        ("/title/it", "null_value"),
        ("/version", "unknown_field"),
    ];
    let mut found = seen.faults();
    found.sort();
    assert_eq!(found, expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
    assert!(!seen.text().contains(secret));
    let meaning = asking
        .put(&json!({"title": {"it": " "}, "taxonomy_code": "0101101IM", "account_id": "other",
        "kind": "both", "amount": {"rule": "free", "amount": 1}, "status": "active"}))
        .await;
    meaning.is_problem(422, "validation_failed");
    let codes: Vec<String> = meaning.faults().into_iter().map(|(_, code)| code).collect();
    assert_eq!(codes, ["invalid_text", "unknown_account", "not_allowed"]);
}

pub(crate) async fn numbers_are_whole_and_written_as_such(database: Database) {
    let asking = Asking::new(&database).await;
    for (number, code) in [
        ("9223372036854775808", "above_maximum"),
        ("18446744073709551616", "wrong_type"),
        ("10000000000", "above_maximum"),
        ("-1", "below_minimum"),
        ("0", "below_minimum"),
        ("1e3", "wrong_type"),
        ("12.0", "wrong_type"),
        ("0.1", "wrong_type"),
        ("\"100\"", "wrong_type"),
        ("true", "wrong_type"),
    ] {
        let body = service().to_string().replace("500", number);
        let seen = asking.put_text(body).await;
        seen.is_problem(422, "validation_failed");
        assert_eq!(seen.faults(), [("/amount/amount".to_owned(), code.to_owned())], "{number}");
    }
    for wrong in ["1,00", "01", "+1", "0x10", "NaN", ".5", "1e999"] {
        asking.put_text(service().to_string().replace("500", wrong)).await.is_problem(400, "invalid_json");
    }
}

pub(crate) async fn a_body_that_is_no_json_is_told_where_it_stops(database: Database) {
    let asking = Asking::new(&database).await;
    for wrong in ["", "{", "{\"a\":1,\"a\":2}", "{} {}", "\u{feff}{}", "{\"a\": \"\u{1}\"}", "nul"] {
        let seen = asking.put_text(wrong).await;
        seen.is_problem(400, "invalid_json");
        assert!(seen.json()["detail"].as_str().unwrap().contains("line"), "{}", seen.text());
    }
    for wrong in [&b"{\"a\": \"\xc0\xaf\"}"[..], b"{\"a\": \"\xff\"}", b"\x00"] {
        asking.put_text(wrong).await.is_problem(400, "invalid_json");
    }
    asking.put_text("[".repeat(100_000)).await.is_problem(400, "invalid_json");
    for wrong in ["[]", "null", "1", "\"{}\""] {
        asking.put_text(wrong).await.is_problem(422, "validation_failed");
    }
    asking.put_text(service().to_string()).await.is(201);
}

pub(crate) async fn a_refused_debt_position_takes_no_notice_number(database: Database) {
    let asking = Asking::new(&database).await;
    let taken = || {
        let name = database.url().rsplit('/').next().unwrap().to_owned();
        database.is_postgres().then(|| {
            let sql = "SELECT count(*) FROM number_sequences";
            postgres::cluster().unwrap().psql(&name, sql).trim().to_owned()
        })
    };
    let post = async |body: &Value, key: &str| {
        asking.gateway.ask(Ask::post("/v1/debt-positions").token(&asking.token).json(body).key(key)).await
    };
    let mut wrong = debt_position("TARI-1");
    wrong["debtor"]["tax_code"] = json!("RSSMRA85T10A562A");
    let seen = post(&wrong, "wrong").await;
    seen.is_problem(422, "validation_failed");
    assert_eq!(seen.faults(), [("/debtor/tax_code".to_owned(), "invalid_tax_code".to_owned())]);
    assert!(taken().is_none_or(|count| count == "0"));
    post(&debt_position("TARI-1"), "right").await.is(201);
    assert!(taken().is_none_or(|count| count == "1"));
}
