// SPDX-License-Identifier: AGPL-3.0-or-later
//! A document that is drawn for one request.

use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, IF_NONE_MATCH, X_CONTENT_TYPE_OPTIONS};
use actix_web::{HttpRequest, HttpResponse};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use tramite_documents::notice::DocumentError;

use super::Etag;
use crate::gateway::Gateway;
use crate::problem::{Code, Problem};

/// A document as it is printed.
pub(crate) const PDF: &str = "application/pdf";
/// Counts up when the same data are drawn otherwise, so that whoever kept a document by its tag asks for the new one.
pub(crate) const LAYOUT: u8 = 1;

/// How long a document waits for those before it, in milliseconds.
const WAIT_MS_MAX: u64 = 2_000;

/// Places to draw: half of the processors, so that however many documents are asked for, payments have the others.
pub(crate) struct Drawings(Arc<Semaphore>);

impl Default for Drawings {
    fn default() -> Self {
        let half = available_parallelism().map_or(1, usize::from).div_ceil(2);
        Self(Arc::new(Semaphore::new(half)))
    }
}

/// A document, drawn on a thread where that holds up nobody.
///
/// # Errors
/// [`Code::Unavailable`] where too many are drawn, or the program is about to end; [`Code::InternalError`] for a defect of the drawing.
pub(crate) async fn drawn<T: Send + 'static>(
    gateway: &Gateway,
    draw: impl FnOnce() -> Result<T, DocumentError> + Send + 'static,
) -> Result<T, Problem> {
    let places = Arc::clone(&gateway.drawings().0);
    let place = timeout(Duration::from_millis(WAIT_MS_MAX), places.acquire_owned()).await;
    let Ok(Ok(place)) = place else { return Err(Problem::new(Code::Unavailable)) };
    // Who has gone away leaves a document behind that is still drawn: it keeps its place until then.
    let drawing = spawn_blocking(move || {
        let _place = place;
        draw()
    });
    match drawing.await {
        Ok(Ok(pdf)) => Ok(pdf),
        Ok(Err(error)) => {
            tracing::error!(cause = %error, "a document cannot be drawn");
            Err(Problem::new(Code::InternalError))
        }
        Err(broken) if broken.is_panic() => {
            tracing::error!("the drawing of a document broke off: a defect of the program");
            Err(Problem::new(Code::InternalError))
        }
        Err(_) => Err(Problem::new(Code::Unavailable)),
    }
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
