// SPDX-License-Identifier: AGPL-3.0-or-later
//! How Checkout refuses: its own problem, as application/json.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use serde_json::json;

/// Why a cart is not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The form is not that of the contract: all deviations.
    Form(Vec<String>),
    /// More notices than a cart holds.
    TooMany,
    /// The same notice twice.
    Twice,
    /// The Node says that a notice is paid, or being paid, or no notice at all.
    NotPayable,
    /// No key, or another.
    Key,
    /// Version 1 of the interface.
    Version1,
    /// Not JSON at all, by its media type.
    MediaType,
    /// Checkout is out of order: a magic notice says so.
    Down,
}

impl Refusal {
    const fn status(&self) -> StatusCode {
        match self {
            Refusal::Form(_) => StatusCode::BAD_REQUEST,
            Refusal::TooMany | Refusal::Twice | Refusal::NotPayable => StatusCode::UNPROCESSABLE_ENTITY,
            Refusal::Key => StatusCode::UNAUTHORIZED,
            Refusal::Version1 => StatusCode::GONE,
            Refusal::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Refusal::Down => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn words(&self) -> (&'static str, String) {
        match self {
            Refusal::Form(flaws) => ("Request validation error", flaws.join("; ")),
            Refusal::TooMany => ("Multiple payment notices not processable", String::from("at most 5 notices")),
            Refusal::Twice => ("Invalid payment info", String::from("Duplicate payment notice values found.")),
            Refusal::NotPayable => ("Invalid payment info", String::from("Invalid payment notice data")),
            Refusal::Key => ("Unauthorized", String::from("the subscription key is missing or wrong")),
            Refusal::Version1 => ("Gone", String::from("version 1 is over: post to /checkout/ec/v2/carts")),
            Refusal::Down => ("Internal Server Error", String::from("a magic notice: Checkout is out of order")),
            Refusal::MediaType => ("Unsupported Media Type", String::from("the body must be application/json")),
        }
    }

    /// The answer.
    pub(crate) fn response(&self) -> HttpResponse {
        let (title, detail) = self.words();
        let status = self.status();
        let body = json!({"type": "about:blank", "title": title, "status": status.as_u16(), "detail": detail});
        HttpResponse::build(status).insert_header((CONTENT_TYPE, "application/json")).body(body.to_string())
    }
}
