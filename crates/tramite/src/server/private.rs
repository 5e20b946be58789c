// SPDX-License-Identifier: AGPL-3.0-or-later
//! The listener of health and metrics: for whoever runs the process, never for the world.

use std::net::TcpListener;
use std::time::Duration;

use actix_web::HttpServer;
use actix_web::dev::Server;
use actix_web::web::Data;
use tramite_gateway::{Gateway, private_app};

use crate::failure::Failure;

/// How long the head of a request may take, in seconds.
const HEAD_SECONDS_MAX: u64 = 5;
/// How long answers that were begun may take after the stop, in seconds.
const FINISH_SECONDS_MAX: u64 = 1;
/// Connections at a time.
const CONNECTIONS_MAX: usize = 128;

/// The server of health and metrics on a listening socket. It hears no signals by itself.
pub(crate) fn private_server(gateway: Data<Gateway>, listener: TcpListener) -> Result<Server, Failure> {
    let server = HttpServer::new(move || private_app(gateway.clone()))
        .workers(1)
        .client_request_timeout(Duration::from_secs(HEAD_SECONDS_MAX))
        .shutdown_timeout(FINISH_SECONDS_MAX)
        .max_connections(CONNECTIONS_MAX)
        .disable_signals()
        .listen(listener)
        .map_err(Failure::machine("health and metrics cannot be served"))?;
    Ok(server.run())
}
