// SPDX-License-Identifier: AGPL-3.0-or-later
//! The headers that answers carry and requests may bring, said once.

use serde_json::{Map, Value, json};

/// Headers of every answer, whatever its status.
const EVERYWHERE: [&str; 5] =
    ["X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Request-Id", "Tramite-Environment"];

/// The components that stand for headers of answers.
pub(super) fn components() -> Value {
    json!({
        "X-RateLimit-Limit": header("How many requests fit in the bucket of this client and institution, or in the client's quota of the day where that is used up first.", "RateNumber"),
        "X-RateLimit-Remaining": header("How many requests are left now.", "RateNumber"),
        "X-RateLimit-Reset": header("Seconds until the bucket is full again, or the next day begins.", "RateNumber"),
        "Request-Id": header("The id of this request; tell it when you ask for help.", "Id"),
        "Tramite-Environment": header("Whether real money moves here.", "EnvironmentName"),
        "Cache-Control": text_header("Whether the answer may be kept.", "no-store"),
        "Content-Disposition": text_header("With a file: its name.", "attachment; filename=\"receipt.xml\""),
        "Link": text_header("With `text/csv`: the address of the next page (RFC 8288); absent on the last.", "<https://tramite.example.it/v1/journal?cursor=KG0AAAY>; rel=\"next\""),
        "ETag": header("The version of the resource; send it back in If-Match.", "Etag"),
        "Location": text_header("Where the new resource is.", "/v1/institutions/01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e01"),
        "Idempotent-Replayed": {
            "description": "There, and true, when this is the kept answer of an earlier request with the same key.",
            "schema": {"type": "boolean"}, "example": true,
        },
        "Retry-After": header("Seconds to wait before the next request.", "RetrySeconds"),
        "WWW-Authenticate": text_header("Which token is wanted.", "Bearer error=\"invalid_token\""),
    })
}

/// The components that stand for headers of requests.
pub(super) fn parameters() -> Value {
    json!({
        "IdempotencyKey": parameter("Idempotency-Key", true, "IdempotencyKeyText",
            "Your key of the intention behind this request; the same key gives the same answer for 30 days."),
        "IfMatch": parameter("If-Match", false, "EtagText", "Act only on this version of the resource."),
        "IfNoneMatch": parameter("If-None-Match", false, "EtagText", "With `*`: act only if the resource does not exist."),
    })
}

fn header(description: &str, word: &str) -> Value {
    json!({"description": description, "schema": {"$ref": format!("#/components/schemas/{word}")}})
}

fn text_header(description: &str, example: &str) -> Value {
    json!({
        "description": description, "example": example,
        "schema": {"type": "string", "pattern": "^[ -~]{1,1024}$", "minLength": 1, "maxLength": 1024},
    })
}

fn parameter(name: &str, required: bool, word: &str, description: &str) -> Value {
    json!({
        "name": name, "in": "header", "required": required, "description": description,
        "schema": {"$ref": format!("#/components/schemas/{word}")},
    })
}

/// The headers of an answer: those of every answer, and some of its own.
pub(super) fn with(own: &[&str]) -> Map<String, Value> {
    let names = EVERYWHERE.iter().chain(own);
    names.map(|name| ((*name).to_owned(), json!({"$ref": format!("#/components/headers/{name}")}))).collect()
}
