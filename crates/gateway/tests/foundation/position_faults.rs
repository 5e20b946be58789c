// SPDX-License-Identifier: AGPL-3.0-or-later
//! What no debt position may be: every fault is told with its place, all in one answer, and nothing is written.

use serde_json::{Value, json};
use tramite_testkit::Database;

use crate::support::made::debt_position;
use crate::support::{Ask, TestGateway};

const POSITIONS: &str = "/v1/debt-positions";

fn sorted(faults: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> =
        faults.iter().map(|(pointer, code)| ((*pointer).to_owned(), (*code).to_owned())).collect();
    all.sort();
    all
}

pub(crate) async fn money_is_a_whole_number_of_cents_and_nothing_else(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let long = json!({
        "external_id": "T-1", "service_code": "TARI",
        "debtor": {"tax_code": "RSSMRA85T10A562S", "full_name": "Mario Rossi"},
        "payment_options": [{"kind": "single", "installments": [{"amount": 12050}]}],
    });
    let forms =
        [(debt_position("T-1").to_string(), "/amount"), (long.to_string(), "/payment_options/0/installments/0/amount")];
    for (form, pointer) in forms {
        for (amount, code) in [
            ("120.5", "wrong_type"),
            ("12050.0", "wrong_type"),
            ("1e3", "wrong_type"),
            ("\"12050\"", "wrong_type"),
            ("null", "null_value"),
            ("-1", "below_minimum"),
            ("0", "below_minimum"),
            ("10000000000", "above_maximum"),
            ("9223372036854775808", "above_maximum"),
            ("18446744073709551616", "wrong_type"),
        ] {
            let body = form.replace("12050", amount);
            let ask = Ask::post(POSITIONS).bytes("application/json", body).key(&format!("{pointer}{}", amount.len()));
            let seen = portal.ask(ask).await;
            seen.is_problem(422, "validation_failed");
            assert_eq!(seen.faults(), [(pointer.to_owned(), code.to_owned())], "{amount}");
        }
        let body = form.replace("12050", "120,50");
        let seen = portal.ask(Ask::post(POSITIONS).bytes("application/json", body).key("comma")).await;
        seen.is_problem(400, "invalid_json");
    }
    assert!(portal.ids(POSITIONS).await.is_empty());
    let mut most = debt_position("T-1");
    most["amount"] = json!(9_999_999_999_i64);
    assert_eq!(
        portal.make(POSITIONS, &most).await["payment_options"][0]["installments"][0]["amount"],
        9_999_999_999_i64
    );
}

pub(crate) async fn what_a_caller_may_not_say_is_told_field_by_field(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let form = json!({
        "external_id": "con spazio", "service_code": "TARI", "status": "paid", "tenant_id": "x", "description": null,
        "publish": "yes", "valid_from": "domani", "amount": 12050, "due_date": "2026-02-30",
        "debtor": {"tax_code": "RSSMRA85T10A562S", "sesso": "M"},
        "payment_options": [{"kind": "half", "installments": [{"amount": 1, "iuv": "05000000001234586"}]}],
    });
    let seen = portal.post(POSITIONS, &form).await;
    seen.is_problem(422, "validation_failed");
    let mut found = seen.faults();
    found.sort();
    let wanted = [
        ("/debtor/full_name", "required"),
        ("/debtor/sesso", "unknown_field"),
        ("/description", "null_value"),
        ("/due_date", "wrong_format"),
        ("/external_id", "wrong_pattern"),
        ("/payment_options/0/kind", "unknown_value"),
        ("/publish", "wrong_type"),
        ("/status", "unknown_field"),
        ("/tenant_id", "unknown_field"),
        ("/valid_from", "wrong_pattern"),
    ];
    found.retain(|(pointer, _)| !pointer.ends_with("/iuv"));
    found.dedup_by(|one, other| one.0 == other.0);
    assert_eq!(
        found.iter().map(|(pointer, _)| pointer.as_str()).collect::<Vec<_>>(),
        wanted.map(|(pointer, _)| pointer)
    );
    for (pointer, code) in wanted.iter().filter(|(_, code)| !code.starts_with("wrong_")) {
        assert!(found.contains(&((*pointer).to_owned(), (*code).to_owned())), "{pointer} {code} in {found:?}");
    }
    assert!(!seen.text().contains("RSSMRA85T10A562S") && !seen.text().contains("spazio"));
    assert!(portal.ids(POSITIONS).await.is_empty());
}

pub(crate) async fn what_a_position_may_not_mean_is_told_all_at_once(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let long = json!({
        "external_id": "RSSMRA85T10A562S", "service_code": "TARI", "description": "scrivi a mario.rossi@example.it",
        "expires_after_due_date": true,
        "debtor": {"tax_code": "RSSMRA85T10A562A", "full_name": "Mario Rossi"},
        "payment_options": [
            {"kind": "installments", "installments": [
                {"reference": "1", "amount": 100, "due_date": "2026-08-31"},
                {"reference": "1", "amount": 100, "transfers": [
                    {"amount": 60, "account_id": "main"}, {"amount": 30, "account_id": "main"}]},
                {"amount": 100, "payment_metadata": {"CODICE": "IT60X0542811101000000123456"}},
                {"reference": "4", "amount": 100, "transfers": [{"amount": 100, "account_id": "altro"}]},
                {"reference": "5", "amount": 100, "transfers": [
                    {"amount": 100, "account_id": "main", "beneficiary_id": "provincia"}]},
            ]},
            {"kind": "reduced", "installments": [{"reference": "ridotta", "amount": 50}]},
        ],
    });
    let seen = portal.post(POSITIONS, &long).await;
    seen.is_problem(422, "validation_failed");
    let mut found = seen.faults();
    found.sort();
    let at = |place: &str| format!("/payment_options/0/installments/{place}");
    let places = [at("0/due_date"), at("1/reference"), at("1/transfers"), at("2/payment_metadata"), at("2/reference")];
    let [past, twice, sum, metadata, nameless] = places.each_ref().map(String::as_str);
    let (unknown, both) = (at("3/transfers/0/account_id"), at("4/transfers/0"));
    let wanted = [
        ("/external_id", "personal_data_in_text"),
        ("/description", "personal_data_in_text"),
        ("/debtor/tax_code", "invalid_tax_code"),
        (past, "due_date_past"),
        (twice, "duplicate_reference"),
        (sum, "transfers_sum"),
        (metadata, "personal_data_in_text"),
        (nameless, "required"),
        (unknown.as_str(), "unknown_account"),
        (both.as_str(), "one_target"),
        ("/payment_options/1", "reduced_term"),
    ];
    assert_eq!(found, sorted(&wanted));
    assert!(!seen.text().contains("RSSMRA85") && !seen.text().contains("mario.rossi"));
}

pub(crate) async fn what_a_service_or_a_token_does_not_allow_is_refused(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let service = |status: &str| {
        json!({"title": {"it": "Tassa"}, "taxonomy_code": "0101101IM", "account_id": "main", "kind": "both",
            "amount": {"rule": "fixed", "amount": 500}, "due_date_required": true, "status": status})
    };
    portal.put("/v1/services/FISSA", &service("active")).await.is(201);
    let mut body = debt_position("T-1");
    body["service_code"] = json!("FISSA");
    let told = async |body: &Value| {
        let seen = portal.post(POSITIONS, body).await;
        seen.is_problem(422, "validation_failed");
        seen.faults()
    };
    assert_eq!(told(&body).await, sorted(&[("/amount", "fixed_amount")]));
    body.as_object_mut().unwrap().remove("amount");
    let due = body.as_object_mut().unwrap().remove("due_date").unwrap();
    assert_eq!(told(&body).await, sorted(&[("/due_date", "required")]));
    body["due_date"] = due;
    body["debtor"]["tax_code"] = json!("ANONIMO");
    assert_eq!(told(&body).await, sorted(&[("/debtor/tax_code", "anonymous_not_allowed")]));
    body["debtor"]["tax_code"] = json!("RSSMRA85T10A562S");
    assert_eq!(portal.make(POSITIONS, &body).await["payment_options"][0]["installments"][0]["amount"], 500);

    let transfer = |beneficiary: Value| {
        json!({"external_id": "T-2", "service_code": "TARI", "debtor": body["debtor"], "payment_options": [
            {"kind": "single", "installments": [{"amount": 100, "transfers": [{"amount": 100, "beneficiary": beneficiary}]}]}]})
    };
    let written =
        |code: &str| json!({"tax_code": code, "company_name": "Altro ente", "iban": crate::support::seed::OTHER_IBAN});
    let place = "/payment_options/0/installments/0/transfers/0/beneficiary";
    let own = told(&transfer(written("99999000013"))).await;
    assert_eq!(own, sorted(&[(&format!("{place}/tax_code"), "use_account_id")]));
    let narrow = gateway.token_with(&seeded.for_a, "&scope=debt-positions:write").await;
    let ask = Ask::post(POSITIONS).json(&transfer(written("99999000021"))).key("free").token(&narrow);
    let seen = gateway.ask(ask).await;
    seen.is_problem(422, "validation_failed");
    assert_eq!(seen.faults(), sorted(&[(place, "free_beneficiary_not_allowed")]));
    portal.post(POSITIONS, &transfer(written("99999000021"))).await.is(201);

    portal.put("/v1/services/FISSA", &service("retired")).await.is(200);
    body["external_id"] = json!("T-3");
    portal.post(POSITIONS, &body).await.is_problem(409, "service_not_active");
}
