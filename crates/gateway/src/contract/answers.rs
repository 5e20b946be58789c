// SPDX-License-Identifier: AGPL-3.0-or-later
//! The problems of every operation, written from the catalogue.

use std::collections::BTreeMap;

use actix_web::http::Method;
use serde_json::{Map, Value, json};

use super::headers;
use crate::api::{Access, Operation};
use crate::problem::{Code, PROBLEM_JSON, problem_type};

/// Groups of codes that many operations share: one component each.
const SHARED: [(&str, &[Code]); 10] = [
    ("Unauthorized", &[Code::Unauthenticated, Code::InvalidToken]),
    ("Forbidden", &[Code::InsufficientScope]),
    ("NotFound", &[Code::NotFound]),
    ("NotAcceptable", &[Code::NotAcceptable]),
    ("PreconditionFailed", &[Code::PreconditionFailed]),
    ("BodyTooLarge", &[Code::BodyTooLarge]),
    ("UnsupportedMediaType", &[Code::UnsupportedMediaType]),
    ("TooManyRequests", &[Code::RateLimited, Code::QuotaExceeded]),
    ("InternalError", &[Code::InternalError]),
    ("Unavailable", &[Code::Unavailable]),
];

/// The shared answers.
pub(super) fn components() -> Value {
    let named = SHARED.iter().map(|(name, codes)| ((*name).to_owned(), answer(codes)));
    Value::Object(named.collect())
}

/// An example of every problem, said once.
pub(super) fn examples(public_url: &str) -> Value {
    let named = Code::ALL.iter().map(|code| (example_name(*code), example(*code, public_url)));
    Value::Object(named.collect())
}

/// The name of a code as a component: `not_found` is `NotFound`.
fn example_name(code: Code) -> String {
    let capital = |word: &str| {
        let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
        format!("{}{rest}", first.to_ascii_uppercase())
    };
    code.name().split('_').map(capital).collect()
}

/// The error answers of an operation, by status.
pub(super) fn of(operation: &Operation, traits: Traits) -> Map<String, Value> {
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in codes_of(operation, traits) {
        let group = by_status.entry(code.status()).or_default();
        if !group.contains(&code) {
            group.push(code);
        }
    }
    let answers = by_status.into_iter().map(|(status, codes)| {
        let shared = SHARED.iter().find(|(_, group)| *group == codes.as_slice());
        let written = shared
            .map_or_else(|| answer(&codes), |(name, _)| json!({"$ref": format!("#/components/responses/{name}")}));
        (status.to_string(), written)
    });
    answers.collect()
}

/// What the document says of an operation beside what its mounting said.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Traits {
    /// It has a request body.
    pub(super) body: bool,
    /// The body is JSON.
    pub(super) json: bool,
    /// Its path has parameters.
    pub(super) path_parameters: bool,
    /// It is a list with a cursor.
    pub(super) cursor: bool,
}

fn codes_of(operation: &Operation, traits: Traits) -> Vec<Code> {
    let mut codes = vec![Code::InvalidRequest, Code::NotAcceptable, Code::InvalidParameter];
    let mut add = |when: bool, more: &[Code]| {
        if when {
            codes.extend_from_slice(more);
        }
    };
    add(operation.access != Access::Public, &[Code::Unauthenticated, Code::InvalidToken, Code::InsufficientScope]);
    add(traits.json, &[Code::InvalidJson]);
    add(traits.body, &[Code::BodyTooSlow, Code::BodyTooLarge, Code::UnsupportedMediaType, Code::ValidationFailed]);
    add(traits.path_parameters, &[Code::NotFound]);
    add(traits.cursor, &[Code::InvalidCursor]);
    add(operation.method != Method::GET, &[Code::Conflict]);
    add(operation.conditional, &[Code::PreconditionFailed]);
    add(operation.idempotent, &[Code::IdempotencyKeyRequired, Code::IdempotencyInProgress, Code::IdempotencyKeyReused]);
    add(true, &operation.refusals);
    add(true, &[Code::RateLimited]);
    add(operation.access != Access::Public, &[Code::QuotaExceeded]);
    add(true, &[Code::InternalError, Code::Unavailable]);
    codes
}

/// One error answer: every code it may carry, each with an example.
fn answer(codes: &[Code]) -> Value {
    let titles: Vec<&str> = codes.iter().map(|code| code.entry().title).collect();
    let examples: Map<String, Value> = codes
        .iter()
        .map(|code| (code.name().to_owned(), json!({"$ref": format!("#/components/examples/{}", example_name(*code))})))
        .collect();
    json!({
        "description": format!("{}.", titles.join(" · ")),
        "headers": headers::with(own_headers(codes)),
        "content": {(PROBLEM_JSON): {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": examples}},
    })
}

fn own_headers(codes: &[Code]) -> &'static [&'static str] {
    match codes.first().map(|code| code.status()) {
        Some(401 | 403) => &["WWW-Authenticate"],
        Some(429 | 503) => &["Retry-After"],
        Some(_) if codes.contains(&Code::IdempotencyInProgress) => &["Retry-After"],
        _ => &[],
    }
}

/// An example of a problem, as the server would write it.
fn example(code: Code, public_url: &str) -> Value {
    let entry = code.entry();
    let mut value = json!({
        "type": problem_type(public_url, entry.name),
        "title": entry.title,
        "status": entry.status,
        "detail": entry.meaning,
        "instance": "urn:uuid:01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e01",
    });
    let more = match code {
        Code::ValidationFailed => json!({"errors": [
            {"pointer": "/accounts/0/iban", "code": "required", "detail": "The field is missing."}]}),
        Code::InvalidParameter => json!({"errors": [
            {"pointer": "/limit", "code": "above_maximum", "detail": "The number is above 500."}]}),
        Code::ExternalIdTaken | Code::InstitutionTaken => {
            json!({"existing_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e02"})
        }
        Code::AlreadySubmitted => json!({
            "existing_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e60",
            "debt_position_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e02",
        }),
        Code::PositionFound | Code::SubmissionOwed => {
            json!({"debt_position_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e02"})
        }
        Code::PaymentInProgress => json!({"locked_until": "2026-09-01T09:00:00Z"}),
        Code::AmountChanged => json!({"amount_due": 12050}),
        Code::InstallmentAmbiguous => json!({"choices": ["1", "2"]}),
        _ => json!({}),
    };
    if let (Value::Object(target), Value::Object(more)) = (&mut value, more) {
        target.extend(more);
    }
    json!({"summary": entry.title, "value": value})
}
