// SPDX-License-Identifier: AGPL-3.0-or-later
//! How the Node proves itself, and where it is heard (api.md, The Node's listener).

use std::fmt;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use clap::Args;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tramite_gateway::node::{PEERS_MAX, Peers, Proxy, server_config};

use super::addresses::{loopback_address, needs_public, socket_address};
use super::reader::{Reader, present};
use super::secret_file::read_secret;

/// Where the Node is heard unless said otherwise.
const PORT: u16 = 8_443;
/// Connections to the database that are the Node's alone, unless said otherwise.
const DATABASE_CONNECTIONS: usize = 8;
/// The most such connections.
const DATABASE_CONNECTIONS_MAX: usize = 256;
/// Threads that are the Node's alone, unless said otherwise.
const WORKERS: usize = 2;
/// The most such threads.
const WORKERS_MAX: usize = 64;
/// Characters of a proxy's secret at least: 256 bits, as 64 hexadecimal characters or 43 of base64.
const SECRET_CHARS_MIN: usize = 43;

const LISTEN: &str = "TRAMITE_NODE_LISTEN";
const CERTIFICATE: &str = "TRAMITE_NODE_CERTIFICATE_FILE";
const KEY: &str = "TRAMITE_NODE_KEY_FILE";
const PEERS: &str = "TRAMITE_NODE_PEERS";
const SECRET: &str = "TRAMITE_NODE_PROXY_SECRET_FILE";

/// How the Node proves itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NodeAuth {
    /// It does not: in a sandbox alone.
    None,
    /// By its client certificate.
    Mtls,
    /// By what a proxy says of its client certificate.
    Proxy,
}

impl NodeAuth {
    /// What the setting may say.
    pub(super) const EXPECTED: &'static str = "none, mtls or proxy";

    /// The value of that name.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "none" => Some(Self::None),
            "mtls" => Some(Self::Mtls),
            "proxy" => Some(Self::Proxy),
            _ => None,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Mtls => "mtls",
            Self::Proxy => "proxy",
        }
    }
}

impl fmt::Display for NodeAuth {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// The Node's own listener.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct NodeOptions {
    /// Where the Node is heard, with mtls or proxy [default: 127.0.0.1:8443]
    #[arg(long, env = "TRAMITE_NODE_LISTEN", value_name = "ADDRESS")]
    pub(crate) node_listen: Option<String>,
    /// The certificate that the Node is shown, with its chain (PEM); mtls alone
    #[arg(long, env = "TRAMITE_NODE_CERTIFICATE_FILE", value_name = "FILE")]
    pub(crate) node_certificate_file: Option<String>,
    /// The private key of that certificate (PEM); mtls alone
    #[arg(long, env = "TRAMITE_NODE_KEY_FILE", value_name = "FILE")]
    pub(crate) node_key_file: Option<String>,
    /// The Node's public keys: SHA-256 of each in hexadecimal, with commas between them
    #[arg(long, env = "TRAMITE_NODE_PEERS", value_name = "FINGERPRINTS")]
    pub(crate) node_peers: Option<String>,
    /// The file with the secret by which the proxy is known; proxy alone
    #[arg(long, env = "TRAMITE_NODE_PROXY_SECRET_FILE", value_name = "FILE")]
    pub(crate) node_proxy_secret_file: Option<String>,
    /// Connections to the database that are the Node's alone, on PostgreSQL [default: 8]
    #[arg(long, env = "TRAMITE_NODE_DATABASE_CONNECTIONS", value_name = "COUNT")]
    pub(crate) node_database_connections: Option<String>,
    /// Threads that are the Node's alone [default: 2]
    #[arg(long, env = "TRAMITE_NODE_WORKERS", value_name = "COUNT")]
    pub(crate) node_workers: Option<String>,
}

/// The Node's own listener, read.
pub(crate) struct NodeListener {
    /// Where it is heard.
    pub(crate) listen: SocketAddr,
    /// How it is proved.
    pub(crate) way: NodeWay,
    /// Connections to the database of its own.
    pub(crate) database_connections: usize,
    /// Threads of its own.
    pub(crate) workers: usize,
}

/// How a peer of that listener is proved.
pub(crate) enum NodeWay {
    /// By TLS, here.
    Mtls(Box<ServerConfig>),
    /// By TLS at a proxy.
    Proxy(Arc<Proxy>),
}

impl NodeOptions {
    /// Reads all of it: a listener where the Node proves itself, none where it does not. What is wrong stands with the
    /// reader.
    pub(super) fn read(&self, auth: NodeAuth, public: bool, reader: &mut Reader) -> Option<NodeListener> {
        if auth == NodeAuth::None {
            return None;
        }
        let listen = socket_address(reader, LISTEN, self.node_listen.as_deref(), loopback_address(PORT));
        needs_public(reader, LISTEN, listen, public);
        let database_connections = reader.or_default(
            "TRAMITE_NODE_DATABASE_CONNECTIONS",
            self.node_database_connections.as_deref(),
            "a number, 1 to 256",
            DATABASE_CONNECTIONS,
            |text| text.parse().ok().filter(|count| (1..=DATABASE_CONNECTIONS_MAX).contains(count)),
        );
        let workers = reader.or_default(
            "TRAMITE_NODE_WORKERS",
            self.node_workers.as_deref(),
            "a number, 1 to 64",
            WORKERS,
            |text| text.parse().ok().filter(|count| (1..=WORKERS_MAX).contains(count)),
        );
        let peers = self.peers(reader);
        let way = match auth {
            NodeAuth::Proxy => {
                refuse(reader, auth, &[(CERTIFICATE, &self.node_certificate_file), (KEY, &self.node_key_file)]);
                self.proxy(peers, reader)
            }
            NodeAuth::Mtls | NodeAuth::None => {
                refuse(reader, auth, &[(SECRET, &self.node_proxy_secret_file)]);
                self.mtls(peers, reader)
            }
        };
        Some(NodeListener { listen, way: way?, database_connections, workers })
    }

    fn peers(&self, reader: &mut Reader) -> Option<Peers> {
        let expected = format!(
            "SHA-256 fingerprints of public keys, 64 hexadecimal characters each, 1 to {PEERS_MAX} with commas between them"
        );
        let text =
            reader.required(PEERS, self.node_peers.as_deref(), &expected, |text| listed(text).map(|_| text.to_owned()));
        text.as_deref().and_then(listed)
    }

    fn proxy(&self, peers: Option<Peers>, reader: &mut Reader) -> Option<NodeWay> {
        if present(self.node_proxy_secret_file.as_deref()).is_none() {
            reader.wrong(SECRET, "is not set; expected the file with the secret that the proxy sends");
            return None;
        }
        let secret = read_secret(reader, SECRET, self.node_proxy_secret_file.as_deref())?;
        if secret.len() < SECRET_CHARS_MIN {
            reader.wrong(
                SECRET,
                "holds a short secret; expected 256 random bits: 64 hexadecimal characters, or 43 of base64",
            );
            return None;
        }
        Some(NodeWay::Proxy(Arc::new(Proxy::new(secret.as_bytes(), peers?))))
    }

    fn mtls(&self, peers: Option<Peers>, reader: &mut Reader) -> Option<NodeWay> {
        let certificates = pem_file(reader, CERTIFICATE, self.node_certificate_file.as_deref(), |path| {
            let found: Vec<_> = CertificateDer::pem_file_iter(path).ok()?.collect::<Result<_, _>>().ok()?;
            (!found.is_empty()).then_some(found)
        });
        let key = pem_file(reader, KEY, self.node_key_file.as_deref(), |path| PrivateKeyDer::from_pem_file(path).ok());
        match server_config(certificates?, key?, peers?) {
            Ok(config) => Some(NodeWay::Mtls(Box::new(config))),
            Err(error) => {
                reader.wrong(CERTIFICATE, format!("{error}; expected a certificate and, in {KEY}, its own key"));
                None
            }
        }
    }
}

/// A list of fingerprints.
fn listed(text: &str) -> Option<Peers> {
    let keys: Option<Vec<_>> = text.split(',').map(|one| one.trim().parse().ok()).collect();
    Peers::new(keys?)
}

/// Reads a PEM file; its content is never repeated.
fn pem_file<T>(
    reader: &mut Reader,
    variable: &'static str,
    given: Option<&str>,
    read: impl FnOnce(&Path) -> Option<T>,
) -> Option<T> {
    let mut kept = None;
    reader.required(variable, given, "a PEM file that can be read", |text| {
        kept = read(Path::new(text));
        kept.is_some().then(|| text.to_owned())
    });
    kept
}

/// Settings that mean nothing beside the way that was chosen are a misunderstanding, and told.
fn refuse(reader: &mut Reader, auth: NodeAuth, given: &[(&'static str, &Option<String>)]) {
    for (variable, value) in given {
        if present(value.as_deref()).is_some() {
            reader.wrong(variable, format!("means nothing with TRAMITE_NODE_AUTH {auth}; expected not to be set"));
        }
    }
}
