// SPDX-License-Identifier: AGPL-3.0-or-later
//! Errors as RFC 9457 wants them.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpResponse, ResponseError};
use serde_json::json;

use crate::flaw::Flaw;

/// An answer that is no success.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    status: StatusCode,
    title: &'static str,
    detail: String,
    errors: Vec<Flaw>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, title: &'static str, detail: impl Into<String>) -> Problem {
        Problem { status, title, detail: detail.into(), errors: Vec::new() }
    }

    pub(crate) fn flawed(errors: Vec<Flaw>) -> Problem {
        let detail = "What was sent cannot be used; see errors.";
        Problem { errors, ..Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "Unprocessable content", detail) }
    }

    pub(crate) fn not_found(detail: &str) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "Not found", detail)
    }

    pub(crate) fn gone(detail: &str) -> Problem {
        Problem::new(StatusCode::GONE, "Gone", detail)
    }

    pub(crate) fn conflict(detail: &str) -> Problem {
        Problem::new(StatusCode::CONFLICT, "Conflict", detail)
    }

    pub(crate) fn internal() -> Problem {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error", "The sandbox failed.")
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.status.as_u16(), self.title)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut body = json!({
            "type": "about:blank", "title": self.title, "status": self.status.as_u16(), "detail": self.detail,
        });
        if let (false, Some(members)) = (self.errors.is_empty(), body.as_object_mut()) {
            members.insert(String::from("errors"), json!(self.errors));
        }
        HttpResponse::build(self.status)
            .insert_header((CONTENT_TYPE, "application/problem+json"))
            .body(body.to_string())
    }
}
