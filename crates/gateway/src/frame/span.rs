// SPDX-License-Identifier: AGPL-3.0-or-later
//! The span of a request: route template, method, status, ids. Never a path, a query, a body, `Location` or `Referer`.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpRequest};
use tracing::Span;
use tracing::field::Empty;
use tracing_actix_web::RootSpanBuilder;
use tramite_domain::ids::RequestId;
use tramite_telemetry::trace::{self, TRACEPARENT};

use super::{NO_ROUTE, Started, route_of};
use crate::gateway::Gateway;
use crate::metrics::known_method;
use crate::problem::Problem;

/// Makes the span of each request.
pub(crate) struct Spans;

impl RootSpanBuilder for Spans {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let id = request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default();
        let route = route_of(request);
        // What is empty is told where it becomes known: who calls by the gate, the trace here.
        let span = tracing::info_span!(
            "request",
            route = route.as_deref().unwrap_or(NO_ROUTE),
            method = known_method(request.method()),
            request_id = %id,
            operation = Empty,
            client_id = Empty,
            institution_id = Empty,
            purpose_id = Empty,
            voucher_id = Empty,
            trace_id = Empty,
            status = Empty,
            otel.name = Empty,
            otel.kind = Empty,
            otel.status_code = Empty,
        );
        if trace::is_traced() {
            // How whoever follows traces finds it.
            span.record(
                "otel.name",
                format!("{} {}", known_method(request.method()), route.as_deref().unwrap_or(NO_ROUTE)),
            );
            span.record("otel.kind", "server");
        }
        let header = request.headers().get(TRACEPARENT).and_then(|value| value.to_str().ok());
        if let Some(trace_id) = trace::adopt(&span, header) {
            span.record("trace_id", trace_id);
        }
        span
    }

    fn on_request_end<B: MessageBody>(span: Span, outcome: &Result<ServiceResponse<B>, Error>) {
        let Ok(response) = outcome else { return };
        let request = response.request();
        let started = request.extensions().get::<Started>().copied();
        let problem = response.response().error().and_then(|error| error.as_error::<Problem>());
        let status = response.status().as_u16();
        span.in_scope(|| {
            tracing::info!(
                uri = uri(request),
                status,
                code = problem.map_or("", |problem| problem.code().name()),
                duration_us = started.map_or(0, Started::elapsed_us),
                "served"
            );
        });
        // Behind the line, which says it already: it is for whoever follows traces.
        span.record("status", status);
        if trace::is_traced() && response.status().is_server_error() {
            // What a caller did wrong is no error of the server's span (OpenTelemetry, HTTP).
            span.record("otel.status_code", "ERROR");
        }
    }
}

/// Who was asked for what: this installation's own address, and the template of the route.
fn uri(request: &HttpRequest) -> Option<String> {
    let gateway = request.app_data::<Data<Gateway>>()?;
    let route = route_of(request)?;
    Some(format!("{}{route}", gateway.settings().public_url()))
}
