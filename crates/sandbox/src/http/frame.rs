// SPDX-License-Identifier: AGPL-3.0-or-later
//! What holds for every answer: headers, silence towards production, no posts from other sites' pages.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    CACHE_CONTROL, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, web};

use super::problem::Problem;
use crate::node::Node;

/// Which page a request comes from, says the browser.
const FETCH_SITE: &str = "sec-fetch-site";

/// Lets a request through, or not, and dresses the answer.
pub(crate) async fn frame(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let mut response = match refusal(&request) {
        Some(problem) => request.error_response(problem).map_into_boxed_body(),
        None => match next.call(request).await {
            Ok(response) => response.map_into_boxed_body(),
            Err(error) => return Err(error),
        },
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(HeaderName::from_static("tramite-environment"), HeaderValue::from_static("sandbox"));
    Ok(response)
}

fn refusal(request: &ServiceRequest) -> Option<Problem> {
    let node = request.app_data::<web::Data<Node>>();
    if node.is_some_and(|node| node.met_production()) {
        let detail = "A station said that it is production: this sandbox says no more.";
        return Some(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "Service unavailable", detail));
    }
    if request.method() == Method::POST && comes_from_elsewhere(request.headers()) {
        let detail = "Forms of the sandbox are sent from its own pages.";
        return Some(Problem::new(StatusCode::FORBIDDEN, "Forbidden", detail));
    }
    None
}

/// Programs send no such header; browsers always do where it matters.
fn comes_from_elsewhere(headers: &HeaderMap) -> bool {
    let site = headers.get(FETCH_SITE).map(HeaderValue::as_bytes);
    site.is_some_and(|site| site != b"same-origin" && site != b"none")
}
