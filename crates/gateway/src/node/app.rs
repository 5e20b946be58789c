// SPDX-License-Identifier: AGPL-3.0-or-later
//! The application of the Node's listener: the door alone, behind the proof.

use std::sync::Arc;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::middleware::{Next, from_fn};
use actix_web::web::Data;
use actix_web::{App, Error, HttpMessage, HttpResponse};
use tracing_actix_web::TracingLogger;
use tramite_pagopa::soap::{CONTENT_TYPE, client_fault};

use super::peers::{RefusedPeer, Shown};
use super::proxy::Proxy;
use crate::frame::{Spans, frame};
use crate::gateway::Gateway;
use crate::soap::{self, Peer, Soap};

/// How a peer is proved.
#[derive(Debug, Clone)]
pub enum Proof {
    /// By TLS: the listener has put the peer into the connection's data.
    Connection,
    /// By what a proxy says.
    Proxy(Arc<Proxy>),
}

/// The application of the Node's listener.
pub fn node_app(
    gateway: Data<Gateway>,
    door: Soap,
    proof: Proof,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    App::new()
        .app_data(gateway)
        .app_data(Data::new(proof))
        .configure(soap::configure(door))
        .wrap(from_fn(prove))
        .wrap(TracingLogger::<Spans>::new())
        .wrap(from_fn(frame))
}

/// Lets nobody pass who is not proved. Nothing of a body was read yet, and nothing will be.
async fn prove<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    match peer(&mut request) {
        Ok(peer) => {
            request.extensions_mut().insert(peer);
            next.call(request).await.map(ServiceResponse::map_into_left_body)
        }
        Err(refused) => {
            if let Some(gateway) = request.app_data::<Data<Gateway>>() {
                gateway.refuse_peer(refused);
            }
            let response = HttpResponse::build(StatusCode::FORBIDDEN)
                .insert_header(("Content-Type", CONTENT_TYPE))
                .force_close()
                .body(client_fault("the peer is not proved"));
            Ok(request.into_response(response).map_into_right_body())
        }
    }
}

fn peer(request: &mut ServiceRequest) -> Result<Peer, RefusedPeer> {
    let proof = request.app_data::<Data<Proof>>().cloned().ok_or(RefusedPeer::NoCertificate)?;
    let now = request.app_data::<Data<Gateway>>().map(|gateway| gateway.now()).ok_or(RefusedPeer::NoCertificate)?;
    match proof.get_ref() {
        Proof::Connection => request.conn_data::<Shown>().ok_or(RefusedPeer::NoCertificate)?.at(now),
        Proof::Proxy(proxy) => proxy.prove(request.headers_mut(), now),
    }
}
