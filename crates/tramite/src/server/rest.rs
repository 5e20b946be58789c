// SPDX-License-Identifier: AGPL-3.0-or-later
//! The listener of the API. Slow and silent connections are ended: they hold no worker, but they hold memory.

use std::net::TcpListener;

use actix_server::Server;
use actix_web::web::Data;
use tramite_gateway::soap::Soap;
use tramite_gateway::{Gateway, platform_app, rest_app};

use super::http::{Bounds, plain};
use crate::failure::Failure;

const BOUNDS: Bounds = Bounds {
    workers: None,
    // reliability.md 34.
    head_seconds_max: 10,
    // Those that wait for something to happen are answered at once. With the longest drain and the journal's last write
    // it stays below 30 (reliability.md 14).
    finish_seconds_max: 12,
    connections_max: 8_192,
};

/// The server of the API on a listening socket, with the Node's door where it stands here: in a sandbox alone, for
/// this listener proves nobody. It hears no signals by itself.
pub(crate) fn rest_server(
    gateway: Data<Gateway>,
    door: Option<Soap>,
    listener: TcpListener,
) -> Result<Server, Failure> {
    plain("api", listener, BOUNDS, move || match &door {
        Some(door) => rest_app(gateway.clone()).app_data(Data::new(door.clone())),
        None => rest_app(gateway.clone()),
    })
}

/// The server of the operators' own listener. It hears no signals by itself.
pub(crate) fn platform_server(gateway: Data<Gateway>, listener: TcpListener) -> Result<Server, Failure> {
    plain("platform", listener, BOUNDS, move || platform_app(gateway.clone()))
}
