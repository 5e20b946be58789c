// SPDX-License-Identifier: AGPL-3.0-or-later
//! A good answer: status, body, and the headers that belong to it.

use std::str::FromStr;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, ETAG, HeaderName, HeaderValue, LOCATION};
use serde::Serialize;
use serde_json::Value;
use tramite_domain::ids::DebtPositionId;

use super::Etag;
use crate::problem::{Code, Problem};

/// What a handler gives back.
pub type Answer = Result<HttpResponse, Problem>;

/// That a reply is the kept one of an earlier request.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A good answer before it becomes bytes on a wire, so that it can be kept for a replay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status, 2xx.
    pub(crate) status: u16,
    /// The JSON body; empty means none.
    pub(crate) body: Vec<u8>,
    /// What a replay shows in its place, where the body holds a secret.
    pub(crate) kept: Option<Vec<u8>>,
    /// The debt position whose data it shows: a kept answer goes when they do.
    pub(crate) about: Option<DebtPositionId>,
    /// Where the new resource is.
    pub(crate) location: Option<String>,
    /// The version of the resource.
    pub(crate) etag: Option<String>,
}

impl Reply {
    /// 200 with a view.
    ///
    /// # Errors
    /// [`Code::InternalError`] where the view is not JSON.
    pub fn ok<T: Serialize>(view: &T) -> Result<Self, Problem> {
        Self::of(StatusCode::OK, view)
    }

    /// 201 with a view and the place of the new resource.
    ///
    /// # Errors
    /// As [`Reply::ok`].
    pub fn created<T: Serialize>(view: &T, location: impl Into<String>) -> Result<Self, Problem> {
        Ok(Self { location: Some(location.into()), ..Self::of(StatusCode::CREATED, view)? })
    }

    /// 202 with a view of what is only begun, and its place.
    ///
    /// # Errors
    /// As [`Reply::ok`].
    pub fn accepted<T: Serialize>(view: &T, location: impl Into<String>) -> Result<Self, Problem> {
        Ok(Self { location: Some(location.into()), ..Self::of(StatusCode::ACCEPTED, view)? })
    }

    /// 204.
    #[must_use]
    pub fn none() -> Self {
        Self {
            status: StatusCode::NO_CONTENT.as_u16(),
            body: Vec::new(),
            kept: None,
            about: None,
            location: None,
            etag: None,
        }
    }

    fn of<T: Serialize>(status: StatusCode, view: &T) -> Result<Self, Problem> {
        Ok(Self { status: status.as_u16(), body: bytes(view)?, kept: None, about: None, location: None, etag: None })
    }

    /// Says whose data it shows.
    #[must_use]
    pub const fn about(mut self, position: DebtPositionId) -> Self {
        self.about = Some(position);
        self
    }

    /// With the version of the resource.
    #[must_use]
    pub fn etag(mut self, etag: &Etag) -> Self {
        self.etag = Some(etag.as_str().to_owned());
        self
    }

    /// With another view for replays: secrets are shown once and never kept.
    ///
    /// # Errors
    /// As [`Reply::ok`].
    pub fn kept_as<T: Serialize>(mut self, view: &T) -> Result<Self, Problem> {
        self.kept = Some(bytes(view)?);
        Ok(self)
    }

    /// The answer.
    #[must_use]
    pub fn into_response(self) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        let mut response = if self.body.is_empty() {
            HttpResponse::new(status)
        } else {
            HttpResponse::build(status).insert_header((CONTENT_TYPE, JSON)).body(self.body)
        };
        for (name, text) in [(LOCATION, self.location), (ETAG, self.etag)] {
            if let Some(value) = text.and_then(|text| HeaderValue::from_str(&text).ok()) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }

    /// The answer of an earlier request, said again.
    #[must_use]
    pub fn replayed(self) -> HttpResponse {
        let mut response = self.into_response();
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
        response
    }
}

/// Whether an answer is the kept one of an earlier request.
pub(crate) fn is_replay(response: &HttpResponse) -> bool {
    response.headers().contains_key(REPLAYED)
}

/// Which resource a kept answer shows, by its `id`.
///
/// # Errors
/// [`Code::InternalError`] where it shows none.
pub(crate) fn kept_id<T: FromStr>(kept: &[u8]) -> Result<T, Problem> {
    let shown: Option<Value> = serde_json::from_slice(kept).ok();
    let id = shown.as_ref().and_then(|shown| shown.get("id")?.as_str()?.parse().ok());
    id.ok_or_else(|| {
        tracing::error!("a kept answer shows no resource");
        Problem::new(Code::InternalError)
    })
}

fn bytes<T: Serialize>(view: &T) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(view).map_err(|error| {
        tracing::error!(cause = %error, "a view cannot be written");
        Problem::new(Code::InternalError)
    })
}
