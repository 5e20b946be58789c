// SPDX-License-Identifier: AGPL-3.0-or-later
//! Debt positions: made in both forms, found again by their own key, changed and moved through their states.

use futures_util::future::join_all;
use serde_json::{Value, json};
use tramite_testkit::Database;

use crate::support::made::debt_position;
use crate::support::portal::{holds, text};
use crate::support::{Ask, TestGateway};

const POSITIONS: &str = "/v1/debt-positions";

/// A position with all there is to say: three alternatives, shared between two bodies.
fn long_form(external_id: &str) -> Value {
    let plan = |reference: &str, due: &str| json!({"reference": reference, "amount": 6025, "due_date": due});
    json!({
        "external_id": external_id, "service_code": "TARI", "description": "TARI 2026",
        "debtor": {
            "type": "legal_person", "tax_code": "99999000047", "full_name": "Ditta di Prova",
            "email": "ditta@example.it",
            "address": {"street": "Via Roma", "number": "1/A", "postal_code": "06121", "city": "Perugia",
                "province": "PG", "country": "IT"},
        },
        "payment_options": [
            {"kind": "single", "installments": [{
                "reference": "unica", "amount": 12050, "due_date": "2026-10-31", "description": "Rata unica",
                "transfers": [
                    {"amount": 11500, "account_id": "main", "taxonomy_code": "0101101IM",
                        "remittance_information": "TARI 2026", "payment_metadata": {}},
                    {"amount": 550, "beneficiary_id": "provincia", "taxonomy_code": "0201102IM",
                        "remittance_information": "TEFA 2026", "payment_metadata": {"QUOTA": "TEFA"}},
                ],
                "payment_metadata": {"RIF_PRATICA": "2026-000123"}, "metadata": {"ufficio": "3"},
            }]},
            {"kind": "installments", "installments": [plan("1", "2026-10-31"), plan("2", "2026-12-31")]},
            {"kind": "reduced", "available_days": 5, "installments": [{"reference": "ridotta", "amount": 10000}]},
        ],
    })
}

pub(crate) async fn the_short_form_makes_one_payment_with_its_own_notice(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let made = portal.post(POSITIONS, &debt_position("TARI-1")).await;
    let body = made.is(201).json();
    let (id, option) = (text(&body, "/id"), &body["payment_options"][0]);
    let one = &option["installments"][0];
    let (number, iuv) = (text(one, "/notice_number"), text(one, "/iuv"));
    assert_eq!((number.get(..3), number.get(1..)), (Some("305"), Some(iuv.as_str())));
    assert_eq!(
        body,
        json!({
            "id": id, "external_id": "TARI-1", "service_code": "TARI", "description": "TARI 2026",
            "origin": "api", "status": "open", "is_final": false, "published_at": "2026-09-01T08:00:00Z",
            "expires_after_due_date": false,
            "debtor": {"type": "natural_person", "tax_code": "RSSMRA85T10A562S", "full_name": "Mario Rossi"},
            "payment_options": [{"id": option["id"], "kind": "single", "installments": [{
                "id": one["id"], "reference": "single", "amount": 12050, "amount_due": 12050,
                "due_date": "2026-12-31",
                "iuv": iuv, "notice_number": number,
                "qr_code": format!("PAGOPA|002|{number}|99999000013|12050"),
                "status": "open", "is_final": false, "anomalies": [],
                "transfers": [{
                    "index": 1, "amount": 12050, "account_id": "main", "taxonomy_code": "0101101IM",
                    "remittance_information": format!("/RFB/{iuv}/120.50/TXT/TARI 2026"), "payment_metadata": {},
                }],
                "payment_metadata": {}, "metadata": {},
            }]}],
            "warnings": [], "created_at": "2026-09-01T08:00:00Z", "updated_at": "2026-09-01T08:00:00Z",
        })
    );
    assert_eq!(made.header("location"), Some(format!("{POSITIONS}/{id}").as_str()));
    assert_eq!(made.header("etag"), Some("\"1-open\""));
    let shown = portal.get(format!("{POSITIONS}/{id}")).await;
    assert_eq!((shown.is(200).json(), shown.header("etag")), (body, made.header("etag")));
}

pub(crate) async fn the_long_form_keeps_every_word_and_numbers_every_installment(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let made = portal.make(POSITIONS, &long_form("TARI-1")).await;
    holds(&made, &long_form("TARI-1"));
    assert_eq!((&made["status"], &made["warnings"]), (&json!("open"), &json!([])));
    let options = made["payment_options"].as_array().unwrap();
    let installments: Vec<&Value> =
        options.iter().flat_map(|option| option["installments"].as_array().unwrap()).collect();
    let mut numbers: Vec<String> = installments.iter().map(|one| text(one, "/notice_number")).collect();
    numbers.sort();
    numbers.dedup();
    assert_eq!((installments.len(), numbers.len()), (4, 4));
    assert!(installments.iter().all(|one| one["status"] == "open"));
    assert_eq!(portal.get(format!("{POSITIONS}/{}", text(&made, "/id"))).await.is(200).json(), made);
}

pub(crate) async fn a_company_whose_code_fails_its_check_digit_is_taken_with_a_warning(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let mut body = debt_position("TARI-1");
    body["debtor"] = json!({"type": "legal_person", "tax_code": "12345678901", "full_name": "Ditta di Prova"});
    let made = portal.make(POSITIONS, &body).await;
    assert_eq!(made["warnings"], json!([{"pointer": "/debtor/tax_code", "code": "tax_code_check_digit"}]));
    body["external_id"] = json!("TARI-2");
    body["debtor"]["type"] = json!("natural_person");
    body["debtor"]["tax_code"] = json!("RSSMRA85T10A562A");
    portal.post(POSITIONS, &body).await.is_problem(422, "validation_failed");
}

pub(crate) async fn an_external_id_stands_once_and_if_exists_says_what_happens(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let body = debt_position("TARI-1");
    let first = portal.post_as("first", POSITIONS, &body).await;
    let (id, made) = (text(&first.is(201).json(), "/id"), first.json());

    let replay = portal.post_as("first", POSITIONS, &body).await;
    assert_eq!((replay.status, replay.header("idempotent-replayed")), (201, Some("true")));
    assert_eq!((replay.body.as_slice(), replay.header("location")), (first.body.as_slice(), first.header("location")));
    for path in [POSITIONS.to_owned(), format!("{POSITIONS}?if_exists=reject")] {
        let refused = portal.post(path, &body).await;
        refused.is_problem(409, "external_id_taken");
        assert_eq!(refused.json()["existing_id"], id.as_str());
    }
    let with = |how: &str| format!("{POSITIONS}?if_exists={how}");
    let found = portal.post(with("return"), &body).await;
    assert_eq!((found.status, found.json(), found.header("etag")), (200, made.clone(), first.header("etag")));
    let mut other = body.clone();
    other["description"] = json!("TARI 2027");
    other["debtor"]["full_name"] = json!("Maria Rossi");
    let differs = portal.post(with("return"), &other).await;
    differs.is_problem(409, "external_id_taken");
    let told = differs.json();
    holds(&told, &json!({"existing_id": id, "differences": ["/description", "/debtor"]}));

    let replaced = portal.post(with("replace"), &other).await.is(200).json();
    holds(&replaced, &json!({"id": id, "description": "TARI 2027", "debtor": {"full_name": "Maria Rossi"}}));
    let number = "/payment_options/0/installments/0/notice_number";
    assert_eq!(replaced.pointer(number), made.pointer(number));
    // Another service, and another institution, have keys of their own.
    let mut elsewhere = body.clone();
    elsewhere["service_code"] = json!("MENSA");
    assert_ne!(portal.make(POSITIONS, &elsewhere).await["id"], id.as_str());
    gateway.portal(&seeded.for_b).post(POSITIONS, &body).await.is(201);
    elsewhere["service_code"] = json!("NIENTE");
    let nowhere = portal.post(POSITIONS, &elsewhere).await;
    nowhere.is_problem(422, "validation_failed");
    assert_eq!(nowhere.faults(), [("/service_code".to_owned(), "unknown_service".to_owned())]);
}

pub(crate) async fn twenty_twins_make_one_position(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    portal.token().await;
    let body = debt_position("TARI-1");
    let answers = join_all((0..20).map(|_| portal.post_as("one", POSITIONS, &body))).await;
    let made = answers.iter().filter(|seen| seen.is(201).header("idempotent-replayed").is_none()).count();
    assert_eq!(made, 1);
    assert!(answers.iter().all(|seen| seen.body == answers[0].body));
    assert_eq!(portal.ids(POSITIONS).await.len(), 1);
}

pub(crate) async fn a_position_goes_from_draft_through_its_states_and_no_old_version_moves_it(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let mut body = debt_position("TARI-1");
    body["publish"] = json!(false);
    let draft = portal.post(POSITIONS, &body).await;
    let (id, made) = (text(&draft.is(201).json(), "/id"), draft.json());
    assert_eq!((&made["status"], draft.header("etag")), (&json!("draft"), Some("\"1-draft\"")));
    assert!(made.get("published_at").is_none());
    let act = |what: &str| Ask::post(format!("{POSITIONS}/{id}/{what}")).json(&json!({}));
    let reopen = || Ask::post(format!("{POSITIONS}/{id}/reopen")).json(&json!({"reason": "Per errore"}));
    portal.ask(reopen().key("r0")).await.is_problem(409, "debt_position_state");
    let old = portal.ask(act("publish").key("p0").header("If-Match", "\"1-open\"")).await;
    old.is_problem(412, "precondition_failed");
    let published = portal.ask(act("publish").key("p1").header("If-Match", "\"1-draft\"")).await;
    assert_eq!((&published.is(200).json()["status"], published.header("etag")), (&json!("open"), Some("\"2-open\"")));
    let again = portal.ask(act("publish").key("p2")).await;
    assert_eq!((again.is(200).json(), again.header("etag")), (published.json(), published.header("etag")));
    let kept = Ask::delete(format!("{POSITIONS}/{id}"));
    portal.ask(kept).await.is_problem(409, "debt_position_state");

    portal.ask(act("cancel").key("c0").header("If-Match", "\"1-draft\"")).await.is_problem(412, "precondition_failed");
    let cancelled = portal.ask(act("cancel").key("c1").header("If-Match", "\"2-open\"")).await;
    holds(&cancelled.is(200).json(), &json!({"status": "cancelled", "is_final": false}));
    let twice = portal.ask(act("cancel").key("c2")).await;
    assert_eq!((twice.is(200).json(), twice.header("etag")), (cancelled.json(), cancelled.header("etag")));
    portal.put(format!("{POSITIONS}/{id}"), &body).await.is_problem(409, "debt_position_state");
    portal.ask(act("publish").key("p3")).await.is_problem(409, "debt_position_state");
    let back = portal.ask(reopen().key("r1")).await.is(200).json();
    assert_eq!((&back["status"], &back["payment_options"]), (&json!("open"), &published.json()["payment_options"]));
}

pub(crate) async fn a_draft_is_removed_and_its_number_never_given_again(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let mut body = debt_position("TARI-1");
    body["publish"] = json!(false);
    let made = portal.make(POSITIONS, &body).await;
    let place = format!("{POSITIONS}/{}", text(&made, "/id"));
    let old = portal.ask(Ask::delete(&place).header("If-Match", "\"7-draft\"")).await;
    old.is_problem(412, "precondition_failed");
    portal.ask(Ask::delete(&place).header("If-Match", "\"1-draft\"")).await.is(204);
    portal.get(&place).await.is_problem(404, "not_found");
    portal.ask(Ask::delete(&place)).await.is_problem(404, "not_found");
    assert!(portal.ids(POSITIONS).await.is_empty());
    let number = "/payment_options/0/installments/0/notice_number";
    let gone = format!("{POSITIONS}?notice_number={}", text(&made, number));
    assert!(portal.ids(gone).await.is_empty());
    let next = portal.make(POSITIONS, &body).await;
    assert_ne!(text(&next, number), text(&made, number));
}
