// SPDX-License-Identifier: AGPL-3.0-or-later
//! What stands around every answer: the request id, the headers that all answers have, problems written out, a span
//! and a count.

mod headers;
mod span;

use std::rc::Rc;
use std::time::Instant;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_TYPE, HeaderValue};
use actix_web::http::{ConnectionType, Method};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage};
use tramite_domain::ids::RequestId;

use crate::gateway::Gateway;
use crate::metrics::count_request;
use crate::problem::{self, PROBLEM_JSON, Problem, Told};

pub(crate) use span::Spans;

/// The name that counts for routes that do not exist.
const NO_ROUTE: &str = "none";

tokio::task_local! {
    /// The request that a task serves.
    static REQUEST: RequestId;
}

/// The request that is being served here, for what is written down about it; none where nobody asked.
pub(crate) fn current_request() -> Option<RequestId> {
    REQUEST.try_with(|id| *id).ok()
}

/// When a request came, for its duration.
#[derive(Clone, Copy)]
pub(crate) struct Started(Instant);

impl Started {
    /// Microseconds since then.
    pub(crate) fn elapsed_us(self) -> u64 {
        u64::try_from(self.0.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}

/// The template of the route that a request is for. It is looked for once: that takes longer than all else around an
/// answer.
#[derive(Clone)]
struct Route(Option<Rc<str>>);

/// The template of the route that a request is for; none where there is no such route.
pub(crate) fn route_of(request: &impl HttpMessage) -> Option<Rc<str>> {
    request.extensions().get::<Route>().and_then(|route| route.0.clone())
}

/// The outermost layer.
pub(crate) async fn frame<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    let started = Started(Instant::now());
    let gateway = request.app_data::<Data<Gateway>>().cloned();
    let Some(gateway) = gateway else { return next.call(request).await.map(ServiceResponse::map_into_left_body) };
    let id = RequestId::new(gateway.world().id());
    request.extensions_mut().insert(id);
    request.extensions_mut().insert(started);
    let method = request.method().clone();
    let route: Option<Rc<str>> = request.match_pattern().map(Rc::from);
    request.extensions_mut().insert(Route(route.clone()));

    let response = REQUEST.scope(id, next.call(request)).await?;
    let mut response = with_problem(response, &gateway, id);
    headers::complete(&mut response, &gateway, id);
    if gateway.is_stopping() {
        // Who comes back over this connection would find it closed: let them open another, elsewhere.
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    count(&gateway, route.as_deref().unwrap_or(NO_ROUTE), &method, &response, started);
    Ok(response)
}

fn count<B>(gateway: &Gateway, route: &str, method: &Method, response: &ServiceResponse<B>, started: Started) {
    count_request(gateway.metrics(), route, method, response.status().as_u16(), started.elapsed_us());
}

/// Writes the body of a problem, ours or the library's.
fn with_problem<B: MessageBody>(
    mut response: ServiceResponse<B>,
    gateway: &Gateway,
    id: RequestId,
) -> ServiceResponse<EitherBody<B, BoxBody>> {
    let Some(told) = problem::of_response(response.response_mut()) else { return response.map_into_left_body() };
    let ours = || response.response().error().and_then(|error| error.as_error::<Problem>());
    let view = match &told {
        Told::Ours => ours().map(|problem| problem::render(problem, id, gateway.settings().public_url())),
        Told::Foreign(problem) => Some(problem::render(problem, id, gateway.settings().public_url())),
    };
    let body = view.and_then(|view| serde_json::to_vec(&view).ok()).unwrap_or_default();
    let mut written = response.map_body(|head, _| {
        head.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        EitherBody::right(BoxBody::new(body))
    });
    if let Told::Foreign(problem) = &told {
        // The library's status may be one that the catalogue does not have.
        *written.response_mut().status_mut() = actix_web::ResponseError::status_code(problem);
    }
    written
}
