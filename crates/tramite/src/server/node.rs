// SPDX-License-Identifier: AGPL-3.0-or-later
//! The Node's own listener: threads of its own, so that no load of the API touches it, and peers that are proved first.

use std::net::TcpListener;

use actix_http::Extensions;
use actix_server::Server;
use actix_tls::accept::TlsError;
use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::rt::net::TcpStream;
use actix_web::web::Data;
use tramite_gateway::Gateway;
use tramite_gateway::node::{Peers, Proof, RefusedPeer, node_app, refusal_of};
use tramite_gateway::soap::Soap;

use super::http::{Bounds, plain, tls};
use crate::config::{NodeListener, NodeWay};
use crate::failure::Failure;

/// The server of the Node on a listening socket. It hears no signals by itself.
pub(crate) fn node_server(
    gateway: Data<Gateway>,
    door: Soap,
    settings: NodeListener,
    listener: TcpListener,
) -> Result<Server, Failure> {
    let bounds = Bounds {
        workers: Some(settings.workers),
        // reliability.md 34.
        head_seconds_max: 5,
        finish_seconds_max: 12,
        connections_max: 1_024,
    };
    match settings.way {
        NodeWay::Proxy(proxy) => plain("node", listener, bounds, move || {
            node_app(gateway.clone(), door.clone(), Proof::Proxy(proxy.clone()))
        }),
        NodeWay::Mtls(config) => {
            let counted = gateway.clone();
            let refused = move |error| match error {
                TlsError::Tls(error) => counted.refuse_peer(refusal_of(&error)),
                TlsError::Timeout => counted.refuse_peer(RefusedPeer::Handshake),
                TlsError::Service(error) => tracing::debug!(%error, "a connection of the Node ended"),
            };
            tls("node", listener, bounds, *config, remember_peer, refused, move || {
                node_app(gateway.clone(), door.clone(), Proof::Connection)
            })
        }
    }
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
