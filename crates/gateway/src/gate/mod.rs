// SPDX-License-Identifier: AGPL-3.0-or-later
//! What every request passes before a handler sees it, in this order: route, caller, with a proof that was not shown before (401),
//! limits (429), the proof once more, for of many at once one is the first (401), scope (403), media type (406), query (422), headers
//! and Idempotency-Key (400); a read in support is then written down. What holds for an operation is read from the contract.
//!
//! A wrong query is told before anything is looked for, and so before 404: a question that cannot be understood asks for
//! nothing, and the answer is the same for every id, so it tells of none. A body is judged by the handler: its form
//! after 404, what it means after 412 and 409.

mod accept;
mod limits;
mod quota;
mod source;

use std::sync::Arc;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{StatusCode, header};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse};

pub(crate) use accept::best;
pub(crate) use limits::{Buckets, Limits, RateState};
pub(crate) use quota::Quotas;
pub(crate) use source::source_of;

use crate::api::Limit;
use crate::auth::{Asked, Identity, Once, identify, witness};
use crate::contract::Rules;
use crate::extract::{check_headers, check_key, check_query};
use crate::face::Face;
use crate::frame::route_of;
use crate::gateway::Gateway;
use crate::hosted;
use crate::problem::{Code, Problem};
use crate::routes::{is_for_citizens, too_often};

/// The layer between the frame and the routes.
pub(crate) async fn gate<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    match admit(&request).await {
        Ok(()) => next.call(request).await.map(ServiceResponse::map_into_left_body),
        Err(problem) => {
            let (request, _) = request.into_parts();
            let refused = refusal(&request, problem);
            Ok(ServiceResponse::new(request, refused).map_into_right_body())
        }
    }
}

/// A citizen who comes too often reads a page; everybody else is told the problem.
fn refusal(request: &HttpRequest, problem: Problem) -> HttpResponse {
    let citizen = route_of(request).is_some_and(|route| is_for_citizens(&route) || hosted::is_hosted(&route));
    match request.app_data::<Data<Gateway>>() {
        Some(gateway) if citizen && problem.code() == Code::RateLimited => {
            too_often(gateway, request.headers(), &problem)
        }
        // Not `into_response`: it would lose the problem on its way to the frame.
        _ => HttpResponse::from_error(problem),
    }
}

async fn admit(request: &ServiceRequest) -> Result<(), Problem> {
    let gateway = request.app_data::<Data<Gateway>>().ok_or_else(|| Problem::new(Code::InternalError))?;
    let Some(route) = route_of(request) else {
        by_source(gateway, request)?;
        return Err(Problem::no_such_path());
    };
    let face = request.app_data::<Face>().copied().unwrap_or(Face::Whole);
    if !is_served(gateway, request, &route, face) {
        by_source(gateway, request)?;
        return Err(Problem::no_such_path());
    }
    if let Some(rules) = gateway.contract().rules(request.method(), &route) {
        return admit_operation(gateway, request, rules).await;
    }
    match gateway.contract().protocol(request.method(), &route) {
        Some(Limit::Source) => by_source(gateway, request),
        Some(Limit::None | Limit::Token) => Ok(()),
        None => {
            by_source(gateway, request)?;
            Err(not_allowed(gateway, &route))
        }
    }
}

/// Whether this listener serves what was asked; what it does not serve is not there, though another part of the same path
/// may be.
fn is_served(gateway: &Gateway, request: &ServiceRequest, route: &str, face: Face) -> bool {
    match gateway.contract().rules(request.method(), route) {
        Some(rules) => face.serves(&rules.access()),
        None => gateway.contract().protocol(request.method(), route).is_none() || face.serves_protocol(route),
    }
}

async fn admit_operation(gateway: &Gateway, request: &ServiceRequest, rules: &Rules) -> Result<(), Problem> {
    tracing::Span::current().record("operation", rules.operation_id.as_str());
    if rules.scopes.is_empty() {
        by_source(gateway, request)?;
    } else {
        let asked = Asked { headers: request.headers(), method: request.method().as_str(), path: request.path() };
        let (identity, once) = match caller(gateway, &asked).await {
            Ok(found) => found,
            // What we cannot tell is not the fault of a source, behind which many may call.
            Err(problem) if problem.code().status() != StatusCode::UNAUTHORIZED.as_u16() => return Err(problem),
            Err(problem) => {
                by_source(gateway, request)?;
                return Err(problem);
            }
        };
        name_caller(&identity);
        count(gateway, request, &identity).await?;
        if let Some(once) = once {
            once.spend(gateway).await?;
        }
        check_scope(&identity, rules)?;
        request.extensions_mut().insert(identity);
    }
    if !rules.produces.is_empty() && best(request.headers(), rules.produces.iter().map(String::as_str)).is_none() {
        return Err(Problem::new(Code::NotAcceptable));
    }
    check_query(request.query_string(), &rules.query)?;
    check_headers(request.headers(), &rules.headers)?;
    if rules.idempotent {
        check_key(request.headers())?;
    }
    watched(gateway, request).await
}

/// Who calls, with a proof that nobody has shown before, as far as is known yet: a request that shows one again is nobody's.
async fn caller(gateway: &Gateway, asked: &Asked<'_>) -> Result<(Identity, Option<Once>), Problem> {
    let (identity, once) = identify(gateway, asked).await?;
    if let Some(once) = &once {
        once.is_new(gateway).await?;
    }
    Ok((identity, once))
}

/// A request of a client counts against its rate, and, where that serves it, against its quota of the day. The headers tell
/// of whichever of the two is used up first.
async fn count(gateway: &Gateway, request: &ServiceRequest, identity: &Identity) -> Result<(), Problem> {
    let client = identity.client();
    let own = client.limits.unwrap_or_default();
    let rate = gateway.limits().client(client.id, identity.institution_id(), own.rate);
    keep(request, rate)?;
    let Some(quota) = own.requests_per_day else { return Ok(()) };
    match (gateway.quotas().take(gateway.store(), client.id, quota, gateway.now()).await?, rate) {
        (Ok(day), Ok(rate)) if day.remaining >= rate.remaining => Ok(()),
        (day, _) => keep_as(request, day, Code::QuotaExceeded),
    }
}

/// The log says who calls, and for which institution.
fn name_caller(identity: &Identity) {
    let span = tracing::Span::current();
    span.record("client_id", tracing::field::display(identity.client_id()));
    if let Some(institution) = identity.institution_id() {
        span.record("institution_id", tracing::field::display(institution));
    }
}

/// A read in support is written down before it is made. It is the last check: what is refused reads nothing.
async fn watched(gateway: &Gateway, request: &ServiceRequest) -> Result<(), Problem> {
    let identity = request.extensions().get::<Identity>().cloned();
    let Some(Identity::Tenant(tenant)) = identity else { return Ok(()) };
    let Some(access) = tenant.support() else { return Ok(()) };
    witness(gateway, &tenant, access, request).await
}

fn check_scope(identity: &Identity, rules: &Rules) -> Result<(), Problem> {
    if rules.scopes.iter().any(|scope| identity.scopes().contains(scope)) {
        return Ok(());
    }
    let wanted: Vec<&str> = rules.scopes.iter().map(|scope| scope.name()).collect();
    let problem = Problem::insufficient_scope(&wanted.join(" "));
    // Nobody can give a token of the platform what is an institution's to give.
    let astray = identity.institution_id().is_none() && !rules.scopes.iter().any(|scope| scope.is_platform());
    Err(if astray {
        problem.with_detail(format!(
            "The operation needs {}, and this token has no institution: take one with a client of the institution.",
            wanted.join(" or ")
        ))
    } else {
        problem
    })
}

fn by_source(gateway: &Gateway, request: &ServiceRequest) -> Result<(), Problem> {
    let source = source_of(request.peer_addr(), request.headers(), &gateway.settings().trusted_proxies);
    keep(request, gateway.limits().source(source))
}

/// Puts the state of a bucket beside the request, for the headers of the answer.
pub(crate) fn keep(request: &impl HttpMessage, taken: Result<RateState, RateState>) -> Result<(), Problem> {
    keep_as(request, taken, Code::RateLimited)
}

fn keep_as(request: &impl HttpMessage, taken: Result<RateState, RateState>, code: Code) -> Result<(), Problem> {
    let (state, problem) = match taken {
        Ok(state) => (state, None),
        Err(state) => (state, Some(Problem::new(code).retry_after(state.retry_seconds.into()))),
    };
    request.extensions_mut().insert(state);
    problem.map_or(Ok(()), Err)
}

/// The path exists, but not with this method.
fn not_allowed(gateway: &Arc<Gateway>, route: &str) -> Problem {
    let mut methods: Vec<&str> = gateway.contract().methods(route).iter().map(|method| method.as_str()).collect();
    methods.sort_unstable();
    Problem::new(Code::MethodNotAllowed).with_header(header::ALLOW, &methods.join(", "))
}
