// SPDX-License-Identifier: AGPL-3.0-or-later
//! The door over HTTP. Every answer is XML with a body: never a page, never nothing (rules.md 20).

use std::time::Duration;

use actix_web::http::{Method, StatusCode, header};
use actix_web::web::{self, Data, Payload, ServiceConfig};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, Resource};
use futures_util::StreamExt;
use tokio::time::timeout;
use tramite_pagopa::Primitive;
use tramite_pagopa::soap::{CONTENT_TYPE, Refused, client_fault, receive};

use super::answer::KO;
use super::answered::tell;
use super::deadline::Deadline;
use super::door::Soap;
use super::exchange::Exchange;
use super::journal::Facts;
use super::message::{Inbound, Outbound, Peer};
use super::options;
use super::raw;
use super::serve::journal;
use crate::api::{Api, Limit};
use crate::problem::{Code, Problem};

/// Where the Node knocks.
pub const PATH: &str = "/soap/pa-for-node";
/// The largest message that is taken in, in bytes; above it the answer is 413.
pub const MESSAGE_BYTES_MAX: usize = 1024 * 1024;
/// The largest message that is taken in when it is a receipt, in bytes: its money is real. Of a larger one so much is
/// kept.
pub const RECEIPT_BYTES_MAX: usize = 2 * 1024 * 1024;
/// How long a message may take to come in, in milliseconds. The Node itself gives up after seven seconds.
const BODY_MS_MAX: u64 = 5_000;
/// How much of a message that is too large goes into the journal, in bytes.
const HEAD_BYTES: usize = 8 * 1024;

/// Mounts the door beside the API. Where the application has no [`Soap`] among its data there is no door, and the
/// answer is 404: in production the Node has a listener of its own.
pub(crate) fn mount(api: &mut Api<'_, '_>) {
    api.protocol(Method::POST, PATH, Limit::None, resource());
    options::mount(api);
}

/// An application with nothing but the door, for the Node's own listener.
pub fn configure(soap: Soap) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        config.app_data(Data::new(soap)).service(resource()).service(options::resource());
    }
}

fn resource() -> Resource {
    web::resource(PATH).route(web::post().to(post)).default_service(web::to(other_method))
}

async fn post(request: HttpRequest, payload: Payload) -> Result<HttpResponse, Problem> {
    let soap = door(&request)?;
    let soap_action = request.headers().get("SOAPAction").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let announced = soap_action.as_deref().and_then(Primitive::from_soap_action);
    let reading = read(payload, soap_action.as_deref());
    let outbound = match timeout(Duration::from_millis(BODY_MS_MAX), reading).await {
        Ok(Ok(bytes)) => soap.answer(Inbound { bytes, soap_action, peer: peer(&request) }).await,
        Ok(Err(Unread::TooLarge(head))) => too_large(&soap, announced, peer(&request), &head).await,
        Ok(Err(Unread::Broken)) => fault(StatusCode::BAD_REQUEST, "the message broke off"),
        Err(_) => fault(StatusCode::REQUEST_TIMEOUT, "the message did not come in time"),
    };
    Ok(respond(outbound))
}

async fn other_method(request: HttpRequest) -> Result<HttpResponse, Problem> {
    door(&request)?;
    let mut response = respond(fault(StatusCode::METHOD_NOT_ALLOWED, "POST only"));
    response.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static("POST"));
    Ok(response)
}

pub(super) fn door(request: &HttpRequest) -> Result<Data<Soap>, Problem> {
    request.app_data::<Data<Soap>>().cloned().ok_or_else(|| Problem::new(Code::NotFound))
}

fn peer(request: &HttpRequest) -> Option<Peer> {
    request.extensions().get::<Peer>().cloned()
}

enum Unread {
    /// More bytes than are taken in; the first of them, as many as would have been.
    TooLarge(Vec<u8>),
    /// The connection ended within the message.
    Broken,
}

async fn read(mut payload: Payload, soap_action: Option<&str>) -> Result<Vec<u8>, Unread> {
    let mut bytes = Vec::new();
    let mut bytes_max = MESSAGE_BYTES_MAX;
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Unread::Broken)?;
        bytes.extend_from_slice(&chunk);
        if bytes.len() > bytes_max && named(&bytes, soap_action).is_some_and(Primitive::is_receipt) {
            bytes_max = RECEIPT_BYTES_MAX;
        }
        if bytes.len() > bytes_max {
            bytes.truncate(bytes_max);
            return Err(Unread::TooLarge(bytes));
        }
    }
    Ok(bytes)
}

/// The operation that a message too large to be read names in its beginning, or else in its header.
fn named(head: &[u8], soap_action: Option<&str>) -> Option<Primitive> {
    receive(head, soap_action).err().as_ref().and_then(Refused::primitive)
}

/// A message that is not even read still stands in the journal, with its beginning. A receipt is kept as far as it was
/// read, for the operators: its money is real (rules.md 28).
async fn too_large(soap: &Soap, announced: Option<Primitive>, peer: Option<Peer>, bytes: &[u8]) -> Outbound {
    let (exchange, deadline) = (Exchange::begin(soap.world()), Deadline::start());
    let refused = receive(bytes, None).err();
    let primitive = refused.as_ref().and_then(Refused::primitive).or(announced);
    let id_pa = refused.as_ref().and_then(Refused::id_pa);
    let institution = id_pa.and_then(|id_pa| soap.registry().last_known(id_pa)).map(|one| one.id);
    if primitive.is_some_and(Primitive::is_receipt) {
        let peer = peer.as_ref().map(|peer| peer.fingerprint.as_str());
        let untaken = raw::Untaken { reason: raw::BEYOND_LIMITS, institution, at: exchange.at, peer };
        raw::keep(soap, deadline, untaken, bytes).await;
    }
    let outbound = fault(StatusCode::PAYLOAD_TOO_LARGE, "the message is larger than the limit");
    let head = bytes.get(..HEAD_BYTES).unwrap_or(bytes);
    let facts = Facts::of_unread(primitive, id_pa);
    journal(soap, institution, &exchange, &facts, head, KO, &outbound);
    tell(soap, &exchange, &facts, None, "too_large");
    outbound
}

fn fault(status: StatusCode, text: &str) -> Outbound {
    Outbound { status: status.as_u16(), body: client_fault(text) }
}

fn respond(outbound: Outbound) -> HttpResponse {
    let status = StatusCode::from_u16(outbound.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    HttpResponse::build(status).insert_header((header::CONTENT_TYPE, CONTENT_TYPE)).body(outbound.body)
}
