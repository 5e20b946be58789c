// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the gateway counts of requests. Labels are route templates, methods and statuses: never what a caller wrote.

use actix_web::http::Method;
use tramite_telemetry::Label;
pub use tramite_telemetry::Metrics;
use tramite_telemetry::catalogue::{HTTP_DURATION, HTTP_REQUESTS};

/// Counts a request that was answered.
pub(crate) fn count_request(metrics: &Metrics, route: &str, method: &Method, status: u16, duration_us: u64) {
    let (route, method) = (Label::registered(route), Label::from(known_method(method)));
    metrics.count(&HTTP_REQUESTS, &[route, method, Label::registered(&status.to_string())]);
    metrics.observe_us(&HTTP_DURATION, &[route, method], duration_us);
}

/// Methods that are no methods of ours count as one: a caller cannot make labels, nor write into the log.
pub(crate) fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::PATCH => "PATCH",
        _ => "other",
    }
}
