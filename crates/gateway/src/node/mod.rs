// SPDX-License-Identifier: AGPL-3.0-or-later
//! The Node's own listener: whoever knocks is proved before a byte of a message is read (api.md, The Node's listener).
//!
//! A peer is known by the SHA-256 of its public key. Either it proves the key to us (mutual TLS), or a proxy of ours did
//! that and says so, with a secret that only it has. A refused peer is counted and leaves no row.

mod app;
mod peers;
mod proxy;
mod tls;

pub use app::{Proof, node_app};
pub use peers::{Fingerprint, PEERS_MAX, Peers, RefusedPeer, Shown};
pub use proxy::{PROXY_SECRET_HEADER, Proxy};
pub use tls::{TlsSetupError, refusal_of, server_config};
