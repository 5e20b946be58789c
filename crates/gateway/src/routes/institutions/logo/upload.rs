// SPDX-License-Identifier: AGPL-3.0-or-later
//! The picture that is sent as a body.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use tramite_documents::logo::LOGO_BYTES_MAX;

use super::PNG;
use crate::extract::read_all;
use crate::gateway::Gateway;
use crate::problem::{Code, Problem};

const SVG: &str = "image/svg+xml";

/// A picture of which nothing was read yet: whether it may come at all is decided first.
pub(super) struct Upload {
    head: Result<(), Code>,
    payload: Payload,
}

impl FromRequest for Upload {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(Ok(Self { head: check_head(request), payload: payload.take() }))
    }
}

impl Upload {
    /// The whole file. What is in it tells whether it is a PNG or an SVG, whichever of the two the head says.
    ///
    /// # Errors
    /// [`Code::UnsupportedMediaType`] for what is said to be anything else, [`Code::BodyTooLarge`], and whatever keeps the body from being read.
    pub(super) async fn read(self, gateway: &Gateway) -> Result<Bytes, Problem> {
        self.head.map_err(Problem::new)?;
        read_all(self.payload, LOGO_BYTES_MAX, gateway.settings().body_time_max).await
    }
}

/// What can be refused before anything is read.
fn check_head(request: &HttpRequest) -> Result<(), Code> {
    let header =
        |name| request.headers().get(&name).map(|value| value.to_str().unwrap_or("?").trim().to_ascii_lowercase());
    let media = header(CONTENT_TYPE).unwrap_or_default();
    let picture = media.split(';').next().is_some_and(|essence| [PNG, SVG].contains(&essence.trim()));
    if !picture || header(CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
        return Err(Code::UnsupportedMediaType);
    }
    let told: Option<usize> = header(CONTENT_LENGTH).and_then(|text| text.parse().ok());
    if told.is_some_and(|bytes| bytes > LOGO_BYTES_MAX) { Err(Code::BodyTooLarge) } else { Ok(()) }
}
