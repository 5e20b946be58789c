// SPDX-License-Identifier: AGPL-3.0-or-later
//! The JSON body of a request.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::web::{Bytes, BytesMut, Data};
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;
use futures_util::{FutureExt, StreamExt};
use jsonschema::Validator;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tramite_domain::violation::Violation;
use utoipa::ToSchema;

use super::{canonical, faults, strict};
use crate::gateway::Gateway;
use crate::problem::{Code, Problem};

/// Largest JSON body, in bytes.
pub const BODY_BYTES_MAX: usize = 256 * 1024;

/// A JSON body: read when it is taken, checked against the contract when it is asked for.
///
/// The two steps are apart because of the order of checks: a handler looks for its resource first (404), calls
/// [`Body::valid`] then, and only for a body that the contract knows asks for the version (412) and for what the domain
/// says (409, 422). A precondition comes after the normal checks of a request (RFC 9110, 13.2.1).
///
/// `BYTES_MAX` is said where an operation takes more than others.
pub struct Body<T, const BYTES_MAX: usize = BODY_BYTES_MAX> {
    value: Value,
    gateway: Arc<Gateway>,
    wire: PhantomData<T>,
}

impl<T: DeserializeOwned + ToSchema, const BYTES_MAX: usize> Body<T, BYTES_MAX> {
    /// The body, if it is what the contract says.
    ///
    /// # Errors
    /// [`Code::ValidationFailed`] with every fault.
    pub fn valid(&self) -> Result<T, Problem> {
        let found = faults(schema_of(&self.gateway, &T::name())?, &self.value);
        if !found.is_empty() {
            return Err(Problem::invalid(found));
        }
        T::deserialize(&self.value).map_err(|_| Problem::invalid(vec![unreadable()]))
    }
}

impl<T, const BYTES_MAX: usize> Body<T, BYTES_MAX> {
    /// SHA-256 of the canonical text: equal bodies have equal fingerprints, whatever the order of their members.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        Sha256::digest(canonical(&self.value).as_bytes()).into()
    }

    /// The fingerprint together with what the query asks for: another question is another request.
    #[must_use]
    pub fn fingerprint_with(&self, question: &str) -> [u8; 32] {
        Sha256::digest(format!("{}\n{question}", canonical(&self.value)).as_bytes()).into()
    }
}

/// What the contract says of a body, by the name of its component.
///
/// # Errors
/// [`Code::InternalError`] where it says nothing: a mistake in the program.
pub(crate) fn schema_of<'a>(gateway: &'a Gateway, component: &str) -> Result<&'a Validator, Problem> {
    gateway.contract().body(component).map_err(|error| {
        tracing::error!(component, cause = %error, "a body cannot be checked");
        Problem::new(Code::InternalError)
    })
}

/// What the schema takes and the wire type does not: a gap between the two, told without guessing where.
pub(crate) fn unreadable() -> Violation {
    Violation { pointer: String::new(), code: "not_allowed", detail: "The body cannot be read.".to_owned() }
}

impl<T: 'static, const BYTES_MAX: usize> FromRequest for Body<T, BYTES_MAX> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let gateway = request.app_data::<Data<Gateway>>().map(|data| Arc::clone(data));
        let head = check_head(request);
        let payload = payload.take();
        async move {
            head?;
            let gateway = gateway.ok_or_else(|| Problem::new(Code::InternalError))?;
            let bytes = read_all(payload, BYTES_MAX, gateway.settings().body_time_max).await?;
            let value =
                strict(&bytes).map_err(|error| Problem::new(Code::InvalidJson).with_detail(place_of(&error)))?;
            Ok(Self { value, gateway, wire: PhantomData })
        }
        .boxed_local()
    }
}

/// Where JSON ends to be JSON; never what stands there.
fn place_of(error: &serde_json::Error) -> String {
    format!("The body stops being JSON at line {}, column {}.", error.line(), error.column())
}

fn check_head(request: &HttpRequest) -> Result<(), Problem> {
    let header =
        |name| request.headers().get(&name).map(|value| value.to_str().unwrap_or("?").trim().to_ascii_lowercase());
    let media = header(CONTENT_TYPE).unwrap_or_default();
    let (essence, parameters) = media.split_once(';').unwrap_or((&media, ""));
    let charset = parameters.trim().strip_prefix("charset=").map(|charset| charset.trim_matches('"'));
    let json = essence.trim() == "application/json";
    let utf8 = parameters.trim().is_empty() || charset == Some("utf-8");
    let plain = header(CONTENT_ENCODING).is_none_or(|coding| coding == "identity");
    if json && utf8 && plain { Ok(()) } else { Err(Problem::new(Code::UnsupportedMediaType)) }
}

/// Reads a payload up to a limit in bytes and in time.
pub(crate) async fn read_all(payload: Payload, bytes_max: usize, time_max: Duration) -> Result<Bytes, Problem> {
    let read = tokio::time::timeout(time_max, read_bounded(payload, bytes_max)).await;
    read.map_err(|_| Problem::new(Code::BodyTooSlow))?
}

async fn read_bounded(mut payload: Payload, bytes_max: usize) -> Result<Bytes, Problem> {
    let mut all = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Problem::new(Code::InvalidRequest))?;
        if all.len().saturating_add(chunk.len()) > bytes_max {
            return Err(Problem::new(Code::BodyTooLarge));
        }
        all.extend_from_slice(&chunk);
    }
    Ok(all.freeze())
}
