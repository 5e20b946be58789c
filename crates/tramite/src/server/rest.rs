// SPDX-License-Identifier: AGPL-3.0-or-later
//! The listener of the API. Slow and silent connections are ended: they hold no worker, but they hold memory.

use std::net::TcpListener;
use std::time::Duration;

use actix_web::HttpServer;
use actix_web::dev::Server;
use actix_web::web::Data;
use tramite_gateway::soap::Soap;
use tramite_gateway::{Gateway, platform_app, rest_app};

use crate::failure::Failure;

/// How long the head of a request may take, in seconds (reliability.md 34).
const HEAD_SECONDS_MAX: u64 = 10;
/// How long a connection is kept without a request, in seconds: longer than a balancer keeps it.
const KEEP_ALIVE_SECONDS: u64 = 75;
/// How long a connection that is being closed may take, in seconds.
const CLOSE_SECONDS_MAX: u64 = 5;
/// How long requests that were begun may take after the stop, in seconds; those that wait for something to happen are
/// answered at once. With the longest drain and the journal's last write it stays below 30 (reliability.md 14).
const FINISH_SECONDS_MAX: u64 = 12;
/// Connections of one worker at a time.
const CONNECTIONS_MAX: usize = 8_192;

/// A server of an application within the limits of this file; the type of an application cannot be written out.
macro_rules! served {
    ($application:expr, $listener:expr) => {
        HttpServer::new($application)
            .client_request_timeout(Duration::from_secs(HEAD_SECONDS_MAX))
            .keep_alive(Duration::from_secs(KEEP_ALIVE_SECONDS))
            .client_disconnect_timeout(Duration::from_secs(CLOSE_SECONDS_MAX))
            .shutdown_timeout(FINISH_SECONDS_MAX)
            .max_connections(CONNECTIONS_MAX)
            .disable_signals()
            .listen($listener)
            .map(|server| server.run())
            .map_err(Failure::machine("the API cannot be served"))
    };
}

/// The server of the API on a listening socket, with the Node's door where it stands here: in a sandbox alone, for
/// this listener proves nobody. It hears no signals by itself.
pub(crate) fn rest_server(
    gateway: Data<Gateway>,
    door: Option<Soap>,
    listener: TcpListener,
) -> Result<Server, Failure> {
    let application = move || match &door {
        Some(door) => rest_app(gateway.clone()).app_data(Data::new(door.clone())),
        None => rest_app(gateway.clone()),
    };
    served!(application, listener)
}

/// The server of the operators' own listener. It hears no signals by itself.
pub(crate) fn platform_server(gateway: Data<Gateway>, listener: TcpListener) -> Result<Server, Failure> {
    served!(move || platform_app(gateway.clone()), listener)
}
