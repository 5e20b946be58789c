// SPDX-License-Identifier: AGPL-3.0-or-later
//! What comes in: bodies and queries, refused with a reason.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderMap};
use actix_web::web::Query;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::problem::Problem;
use crate::flaw::Flaw;

/// A JSON body. The media type is demanded: a page of another site cannot send it without asking.
pub(crate) fn json<T: DeserializeOwned>(request: &HttpRequest, body: &[u8]) -> Result<T, Problem> {
    if !has_media_type(request.headers(), "application/json") {
        let detail = "The body must be application/json.";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unsupported media type", detail));
    }
    serde_json::from_slice(body).map_err(|error| match error.classify() {
        Category::Data => Problem::flawed(vec![Flaw::new("", error.to_string())]),
        Category::Syntax | Category::Eof | Category::Io => {
            Problem::new(StatusCode::BAD_REQUEST, "Bad request", format!("The body is not JSON: {error}"))
        }
    })
}

/// The fields of a page's form.
pub(crate) fn form<T: DeserializeOwned>(body: &str) -> Result<T, Problem> {
    Query::<T>::from_query(body)
        .map(Query::into_inner)
        .map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "Bad request", "The form cannot be read."))
}

/// The query of an address.
pub(crate) fn query<T: DeserializeOwned>(request: &HttpRequest) -> Result<T, Problem> {
    Query::<T>::from_query(request.query_string())
        .map(Query::into_inner)
        .map_err(|error| Problem::flawed(vec![Flaw::new("", error.to_string())]))
}

pub(crate) fn has_media_type(headers: &HeaderMap, expected: &str) -> bool {
    let given = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    given.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(expected)
}
