// SPDX-License-Identifier: AGPL-3.0-or-later
//! The span of a request: route template, method, status, ids. Never a path, a query, a body, `Location` or `Referer`.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::{Error, HttpMessage};
use tracing::Span;
use tracing::field::Empty;
use tracing_actix_web::RootSpanBuilder;
use tramite_domain::ids::RequestId;

use super::{NO_ROUTE, Started, route_of};
use crate::metrics::known_method;
use crate::problem::Problem;

/// Makes the span of each request.
pub(crate) struct Spans;

impl RootSpanBuilder for Spans {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let id = request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default();
        let route = route_of(request);
        tracing::info_span!(
            "request",
            route = route.as_deref().unwrap_or(NO_ROUTE),
            method = known_method(request.method()),
            request_id = %id,
            operation = Empty,
            client_id = Empty,
        )
    }

    fn on_request_end<B: MessageBody>(span: Span, outcome: &Result<ServiceResponse<B>, Error>) {
        let Ok(response) = outcome else { return };
        let started = response.request().extensions().get::<Started>().copied();
        let problem = response.response().error().and_then(|error| error.as_error::<Problem>());
        span.in_scope(|| {
            tracing::info!(
                status = response.status().as_u16(),
                code = problem.map_or("", |problem| problem.code().name()),
                duration_us = started.map_or(0, Started::elapsed_us),
                "served"
            );
        });
    }
}
