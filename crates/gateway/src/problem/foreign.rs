// SPDX-License-Identifier: AGPL-3.0-or-later
//! Refusals that we did not write: those of the HTTP library become problems of the same catalogue.

use actix_web::HttpResponse;
use actix_web::body::{BodySize, MessageBody};
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;

use super::{Code, Problem};

/// What a response says no with, if it is to be told as a problem: ours as it is, the library's by its status.
/// Answers with a body and a media type of their own (SOAP, OAuth, pages) are left alone.
pub(crate) fn of_response<B: MessageBody>(response: &mut HttpResponse<B>) -> Option<Told> {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return None;
    }
    match response.error() {
        Some(error) if error.as_error::<Problem>().is_some() => Some(Told::Ours),
        Some(_) => Some(Told::Foreign(Problem::new(code_of(status)))),
        None if wordless(response) => Some(Told::Foreign(unrouted(status))),
        None => None,
    }
}

/// Whose problem it is.
pub(crate) enum Told {
    /// It stands in the response as its error.
    Ours,
    /// Made from a status.
    Foreign(Problem),
}

fn wordless<B: MessageBody>(response: &HttpResponse<B>) -> bool {
    !response.headers().contains_key(CONTENT_TYPE)
        && matches!(response.body().size(), BodySize::None | BodySize::Sized(0))
}

/// What the router says no to: it knows no such path, or no such method there.
fn unrouted(status: StatusCode) -> Problem {
    match code_of(status) {
        Code::NotFound => Problem::no_such_path(),
        code => Problem::new(code),
    }
}

fn code_of(status: StatusCode) -> Code {
    match status {
        StatusCode::NOT_FOUND => Code::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => Code::MethodNotAllowed,
        StatusCode::NOT_ACCEPTABLE => Code::NotAcceptable,
        StatusCode::PAYLOAD_TOO_LARGE => Code::BodyTooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::UnsupportedMediaType,
        StatusCode::UNPROCESSABLE_ENTITY => Code::ValidationFailed,
        StatusCode::SERVICE_UNAVAILABLE => Code::Unavailable,
        status if status.is_server_error() => Code::InternalError,
        _ => Code::InvalidRequest,
    }
}
