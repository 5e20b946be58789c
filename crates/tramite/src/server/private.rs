// SPDX-License-Identifier: AGPL-3.0-or-later
//! The listener of health and metrics: for whoever runs the process, never for the world.

use std::net::TcpListener;

use actix_server::Server;
use actix_web::web::Data;

use super::http::{Bounds, plain};
use crate::failure::Failure;
use crate::private::{Private, private_app};

const BOUNDS: Bounds = Bounds { workers: Some(1), head_seconds_max: 5, finish_seconds_max: 1, connections_max: 128 };

/// The server of health and metrics on a listening socket. It hears no signals by itself.
pub(crate) fn private_server(private: Data<Private>, listener: TcpListener) -> Result<Server, Failure> {
    plain("private", listener, BOUNDS, move || private_app(private.clone()))
}
