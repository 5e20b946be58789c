// SPDX-License-Identifier: AGPL-3.0-or-later
//! The Node's own listener: threads of its own, so that no load of the API touches it, and peers that are proved first.
//!
//! With mutual TLS the server is put together from the parts of actix: `HttpServer` would hide the peers that TLS
//! refuses, and they are to be counted.

use std::net::TcpListener;
use std::time::Duration;

use actix_http::{Extensions, HttpService, TlsAcceptorConfig};
use actix_server::Server;
use actix_service::{IntoServiceFactory, ServiceFactoryExt, map_config};
use actix_tls::accept::TlsError;
use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::HttpServer;
use actix_web::dev::AppConfig;
use actix_web::rt::net::TcpStream;
use actix_web::web::Data;
use rustls::ServerConfig;
use tramite_gateway::Gateway;
use tramite_gateway::node::{Peers, Proof, RefusedPeer, node_app, refusal_of};
use tramite_gateway::soap::Soap;

use crate::config::{NodeListener, NodeWay};
use crate::failure::Failure;

/// How long TLS may take to be agreed on, in seconds.
const HANDSHAKE_SECONDS_MAX: u64 = 5;
/// How long the head of a message may take, in seconds (reliability.md 34).
const HEAD_SECONDS_MAX: u64 = 5;
/// How long a connection is kept without a message, in seconds.
const KEEP_ALIVE_SECONDS: u64 = 75;
/// How long a connection that is being closed may take, in seconds.
const CLOSE_SECONDS_MAX: u64 = 5;
/// How long messages that were begun may take after the stop, in seconds.
const FINISH_SECONDS_MAX: u64 = 12;
/// Connections of one thread at a time.
const CONNECTIONS_MAX: usize = 1_024;

/// The server of the Node on a listening socket. It hears no signals by itself.
pub(crate) fn node_server(
    gateway: Data<Gateway>,
    door: Soap,
    settings: NodeListener,
    listener: TcpListener,
) -> Result<Server, Failure> {
    match settings.way {
        NodeWay::Proxy(proxy) => {
            let application = move || node_app(gateway.clone(), door.clone(), Proof::Proxy(proxy.clone()));
            let server = HttpServer::new(application)
                .workers(settings.workers)
                .client_request_timeout(Duration::from_secs(HEAD_SECONDS_MAX))
                .keep_alive(Duration::from_secs(KEEP_ALIVE_SECONDS))
                .client_disconnect_timeout(Duration::from_secs(CLOSE_SECONDS_MAX))
                .shutdown_timeout(FINISH_SECONDS_MAX)
                .max_connections(CONNECTIONS_MAX)
                .disable_signals()
                .listen(listener)
                .map_err(Failure::machine("the Node cannot be served"))?;
            Ok(server.run())
        }
        NodeWay::Mtls(config) => mtls(gateway, door, *config, settings.workers, listener),
    }
}

fn mtls(
    gateway: Data<Gateway>,
    door: Soap,
    config: ServerConfig,
    workers: usize,
    listener: TcpListener,
) -> Result<Server, Failure> {
    let service = move || {
        let counted = gateway.clone();
        let application = node_app(gateway.clone(), door.clone(), Proof::Connection);
        let application = application.into_factory().map_err(|error: actix_web::Error| error.error_response());
        HttpService::build()
            .keep_alive(Duration::from_secs(KEEP_ALIVE_SECONDS))
            .client_request_timeout(Duration::from_secs(HEAD_SECONDS_MAX))
            .client_disconnect_timeout(Duration::from_secs(CLOSE_SECONDS_MAX))
            .on_connect_ext(remember_peer)
            .finish(map_config(application, |()| AppConfig::default()))
            .rustls_0_23_with_config(
                config.clone(),
                TlsAcceptorConfig::default().handshake_timeout(Duration::from_secs(HANDSHAKE_SECONDS_MAX)),
            )
            .map_err(move |error| match error {
                TlsError::Tls(error) => counted.refuse_peer(refusal_of(&error)),
                TlsError::Timeout => counted.refuse_peer(RefusedPeer::Handshake),
                TlsError::Service(error) => tracing::debug!(%error, "a connection of the Node ended"),
            })
    };
    let server = Server::build()
        .workers(workers)
        .max_concurrent_connections(CONNECTIONS_MAX)
        .shutdown_timeout(FINISH_SECONDS_MAX)
        .disable_signals()
        .listen("node", listener, service)
        .map_err(Failure::machine("the Node cannot be served"))?;
    Ok(server.run())
}

/// What the handshake proved goes with the connection.
fn remember_peer(connection: &TlsStream<TcpStream>, data: &mut Extensions) {
    let (_, session) = connection.get_ref();
    if let Some(certificate) = session.peer_certificates().and_then(<[_]>::first)
        && let Some(shown) = Peers::shown(certificate)
    {
        data.insert(shown);
    }
}
