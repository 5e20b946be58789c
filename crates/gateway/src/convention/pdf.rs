// SPDX-License-Identifier: AGPL-3.0-or-later
//! A document that is drawn for one request.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, IF_NONE_MATCH, X_CONTENT_TYPE_OPTIONS};
use actix_web::{HttpRequest, HttpResponse};
use tramite_documents::notice::DocumentError;

use super::{Etag, aside};
use crate::gateway::Gateway;
use crate::problem::{Code, Problem};

/// A document as it is printed.
pub(crate) const PDF: &str = "application/pdf";
/// Counts up when the same data are drawn otherwise, so that whoever kept a document by its tag asks for the new one.
pub(crate) const LAYOUT: u8 = 2;

/// A document, drawn on a thread where that holds up nobody.
///
/// # Errors
/// As [`aside()`]; [`Code::InternalError`] where it cannot be drawn.
pub(crate) async fn drawn<T: Send + 'static>(
    gateway: &Gateway,
    draw: impl FnOnce() -> Result<T, DocumentError> + Send + 'static,
) -> Result<T, Problem> {
    aside(gateway.places(), draw).await?.map_err(|error| {
        tracing::error!(cause = %error, "a document cannot be drawn");
        Problem::new(Code::InternalError)
    })
}

/// The answer to whoever has that document already, by its tag; none where it has not.
pub(crate) fn unchanged(request: &HttpRequest, etag: &Etag) -> Option<HttpResponse> {
    let known = request.headers().get_all(IF_NONE_MATCH).filter_map(|value| value.to_str().ok());
    let mut tags = known.flat_map(|text| text.split(','));
    // Whether it is the same is what is asked, not by how strong a tag.
    let same = |tag: &str| tag.trim().trim_start_matches("W/") == etag.to_string();
    tags.any(same).then(|| HttpResponse::NotModified().insert_header((ETAG, etag.to_string())).finish())
}

/// The answer with a document. The name has no sign that a header could not carry, and nothing of a person.
pub(crate) fn document_answer((media, name): (&'static str, &str), etag: &Etag, document: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, media))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((ETAG, etag.to_string()))
        .body(document)
}
