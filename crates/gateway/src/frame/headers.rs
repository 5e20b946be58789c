// SPDX-License-Identifier: AGPL-3.0-or-later
//! The headers of every answer.

use actix_web::HttpMessage;
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use tramite_domain::ids::RequestId;

use crate::gate::RateState;
use crate::gateway::Gateway;

const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
const ENVIRONMENT: HeaderName = HeaderName::from_static("tramite-environment");
const RATE_LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const RATE_REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RATE_RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// Browsers come by https for a year from now on.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000; includeSubDomains");
/// An answer of the API is no page: nothing in it runs, nothing frames it.
const NO_PAGE: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// Adds what is missing; what a handler has said stays.
pub(super) fn complete<B>(response: &mut ServiceResponse<B>, gateway: &Gateway, id: RequestId) {
    let rate = response.request().extensions().get::<RateState>().copied();
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        headers.insert(REQUEST_ID, value);
    }
    headers.insert(ENVIRONMENT, HeaderValue::from_static(gateway.environment().name()));
    let rate = rate.unwrap_or_else(|| gateway.limits().unlimited());
    headers.insert(RATE_LIMIT, HeaderValue::from(rate.limit));
    headers.insert(RATE_REMAINING, HeaderValue::from(rate.remaining));
    headers.insert(RATE_RESET, HeaderValue::from(rate.reset_seconds));
    unless_said(headers, CACHE_CONTROL, HeaderValue::from_static("no-store"));
    unless_said(headers, X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    unless_said(headers, REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    unless_said(headers, CONTENT_SECURITY_POLICY, NO_PAGE);
    if gateway.settings().is_https() {
        unless_said(headers, STRICT_TRANSPORT_SECURITY, HSTS);
    }
}

fn unless_said(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) {
    if !headers.contains_key(&name) {
        headers.insert(name, value);
    }
}
