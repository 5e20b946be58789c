// SPDX-License-Identifier: AGPL-3.0-or-later
//! The payment options of a notice, as the Node asks for them in REST (current.md 9.6).

use std::path::PathBuf;

use actix_web::http::Method;
use serde_json::{Value, json};
use tramite_domain::debt_position::{Activity, cancel};
use tramite_domain::institution::InstitutionStatus;
use tramite_pagopa::current::{Answer, Request};
use tramite_testkit::Database;

use crate::messages::{notice_of, receipt, receipt_message};
use crate::place::{A, B, Place, Reply};
use crate::town::{one_payment, single_or_plan};

fn address(creditor: &str, notice: &str) -> String {
    format!("/payment-options/organizations/{creditor}/notices/{notice}")
}

async fn asked(place: &Place, creditor: &str, notice: &str) -> (u16, Value) {
    let reply = place.call(Method::POST, &address(creditor, notice)).await;
    (reply.status, body(&reply))
}

fn body(reply: &Reply) -> Value {
    assert_eq!(reply.content_type, "application/json", "{}", reply.text());
    serde_json::from_slice(&reply.body).unwrap()
}

async fn pays(place: &Place, id: &str, notice: &str, cents: i64) {
    let message: Request = receipt(receipt_message(id, notice, cents, place.a.now));
    assert!(matches!(place.ask(&message).await, Answer::ReceiptAccepted(_)));
}

/// The states of the options, each followed by those of its installments.
fn states(told: &Value) -> Vec<String> {
    let mut states = Vec::new();
    for option in told["paymentOptions"].as_array().unwrap() {
        let below = option["installments"].as_array().unwrap().iter().map(|one| one["status"].as_str().unwrap());
        let own = option["status"].as_str().unwrap();
        states.push([own].into_iter().chain(below).collect::<Vec<_>>().join(" "));
    }
    states
}

pub(crate) async fn every_option_of_a_debt_is_told_under_each_of_its_notices(database: Database) {
    let mut place = Place::open(database.url()).await;
    let plan = place.position(&single_or_plan("plan")).await;
    let [whole, first, second] = ["whole", "first", "second"].map(|reference| notice_of(&plan, reference));
    for notice in [&whole, &first, &second] {
        let (status, told) = asked(&place, A, notice).await;
        assert_eq!(status, 200, "{told}");
        assert_eq!(told["organizationFiscalCode"], A);
        assert_eq!((&told["companyName"], &told["standin"]), (&json!("Comune di Esempio"), &json!(false)));
        assert_eq!(states(&told), ["PO_UNPAID POI_UNPAID", "PO_UNPAID POI_UNPAID POI_UNPAID"]);
        let options = told["paymentOptions"].as_array().unwrap();
        assert_eq!((&options[0]["numberOfInstallments"], &options[1]["numberOfInstallments"]), (&json!(1), &json!(2)));
        assert_eq!((&options[0]["amount"], &options[1]["amount"]), (&json!(10_000), &json!(10_000)));
        assert_eq!(options[1]["installments"][1]["nav"], second);
        assert_eq!(options[1]["installments"][1]["amount"], 5_000);
    }
    // The first that is used excludes the others (rules.md 13), and they are still told.
    pays(&place, "rt-1", &first, 5_000).await;
    let (_, told) = asked(&place, A, &whole).await;
    assert_eq!(states(&told), ["PO_INVALID POI_INVALID", "PO_PARTIALLY_PAID POI_PAID POI_UNPAID"]);
    pays(&place, "rt-2", &second, 5_000).await;
    let (status, told) = asked(&place, A, &whole).await;
    assert_eq!((status, &told["appErrorCode"]), (409, &json!("ODP-108")), "{told}");
}

pub(crate) async fn what_cannot_be_paid_has_the_fault_of_the_interface(database: Database) {
    let mut place = Place::open(database.url()).await;
    let mut input = one_payment("draft", 100);
    input.publish = false;
    let draft = place.position(&input).await;
    let mut input = one_payment("expired", 100);
    input.due_date = Some(place.a.now.rome_date());
    input.expires_after_due_date = Some(true);
    let expiring = place.position(&input).await;
    let mut input = one_payment("late", 100);
    input.due_date = Some(place.a.now.rome_date());
    let late = place.position(&input).await;
    let position = place.position(&one_payment("cancelled", 100)).await;
    let decided = cancel(&mut place.a.given(), &position, Activity::default(), false).unwrap();
    let withdrawn = place.write(decided).await;
    place.later(24 * 3_600);
    let known = notice_of(&late, "single");
    for (creditor, notice, status, code) in [
        (A, notice_of(&draft, "single"), 404, "ODP-107"),
        (A, "305999999999999942".to_owned(), 404, "ODP-107"),
        (A, "000000000000000000".to_owned(), 404, "ODP-107"),
        (A, notice_of(&expiring, "single"), 422, "ODP-110"),
        (A, notice_of(&withdrawn, "single"), 422, "ODP-111"),
        (A, "30599999999999994".to_owned(), 400, "ODP-101"),
        (A, "30599999999999994x".to_owned(), 400, "ODP-101"),
        ("x", known.clone(), 400, "ODP-101"),
        ("%00", known.clone(), 400, "ODP-101"),
        (A, format!("{}%00", &known[..15]), 400, "ODP-101"),
        (B, known.clone(), 404, "ODP-107"),
        ("77777777777", known.clone(), 400, "ODP-104"),
    ] {
        let (told_status, told) = asked(&place, creditor, &notice).await;
        assert_eq!((told_status, told["appErrorCode"].as_str()), (status, Some(code)), "{creditor} {notice}: {told}");
        assert_eq!(told["httpStatusCode"], status);
        assert!(told["errorMessage"].as_str().unwrap().starts_with("PAA_"), "{told}");
    }
    // Past its due date and still payable.
    assert_eq!(states(&asked(&place, A, &known).await.1), ["PO_EXPIRED_UNPAID POI_EXPIRED_UNPAID"]);
    let reply = place.call(Method::GET, &address(A, &known)).await;
    assert_eq!((reply.status, reply.allow.as_deref()), (405, Some("POST")));
    place.change_a(|institution| institution.status = InstitutionStatus::Suspended).await;
    place.other_process().await;
    let (status, told) = asked(&place, A, &known).await;
    assert_eq!((status, told["appErrorCode"].as_str()), (400, Some("ODP-104")), "{told}");
}

pub(crate) fn the_options_are_told_in_the_shape_of_the_official_document(reference: PathBuf) {
    super::examples::with_place(async |mut place| {
        let document = std::fs::read(reference.join("openapi/orgs_payment_options.json")).unwrap();
        let document: Value = serde_json::from_slice(&document).unwrap();
        let shape = |name: &str| {
            let mut schema =
                json!({"$ref": format!("#/components/schemas/{name}"), "components": document["components"]});
            close(&mut schema["components"]["schemas"]);
            // Its own examples write instants without a zone, as the whole interface does.
            jsonschema::options().should_validate_formats(false).build(&schema).unwrap()
        };
        let plan = place.position(&single_or_plan("plan")).await;
        let (_, told) = asked(&place, A, &notice_of(&plan, "whole")).await;
        assert!(shape("PaymentOptionsResponse").is_valid(&told), "{told}");
        let (_, fault) = asked(&place, A, "305999999999999942").await;
        assert!(shape("ErrorResponse").is_valid(&fault), "{fault}");
        assert!(!shape("ErrorResponse").is_valid(&told), "the shapes tell nothing");
    });
}

/// What the document does not name is not told.
fn close(schemas: &mut Value) {
    for schema in schemas.as_object_mut().unwrap().values_mut().filter(|schema| schema["type"] == "object") {
        schema["additionalProperties"] = json!(false);
    }
}
