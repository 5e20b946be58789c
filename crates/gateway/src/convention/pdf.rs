// SPDX-License-Identifier: AGPL-3.0-or-later
//! A document that is drawn for one request.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, X_CONTENT_TYPE_OPTIONS};
use actix_web::web;
use tramite_documents::notice::DocumentError;

use super::Etag;
use crate::problem::{Code, Problem};

const PDF: &str = "application/pdf";
/// Counts up when the same data are drawn otherwise, so that whoever kept a document by its tag asks for the new one.
pub(crate) const LAYOUT: u8 = 1;

/// A document, drawn on a thread where that holds up nobody.
///
/// # Errors
/// [`Code::Unavailable`] where the program is about to end; [`Code::InternalError`] for a defect of the drawing.
pub(crate) async fn drawn(
    draw: impl FnOnce() -> Result<Vec<u8>, DocumentError> + Send + 'static,
) -> Result<Vec<u8>, Problem> {
    let pdf = web::block(draw).await.map_err(|_| Problem::new(Code::Unavailable))?;
    pdf.map_err(|error| {
        tracing::error!(cause = %error, "a document cannot be drawn");
        Problem::new(Code::InternalError)
    })
}

/// The answer with a document. The name has no sign that a header could not carry, and nothing of a person.
pub(crate) fn pdf_answer(name: &str, etag: &Etag, pdf: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, PDF))
        .insert_header((CONTENT_DISPOSITION, format!("inline; filename=\"{name}.pdf\"")))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((ETAG, etag.to_string()))
        .body(pdf)
}
