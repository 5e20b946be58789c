// SPDX-License-Identifier: AGPL-3.0-or-later
//! What `serve` is told beside what every process is told: where it listens and how it stops.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use clap::Args;
use tramite_gateway::RateLimits;

use super::addresses::{LISTEN_EXPECTED, loopback_address, needs_public, socket_address};
use super::limits::LimitOptions;
use super::node::{NodeListener, NodeOptions};
use super::reader::{Reader, flag};
use super::service::{ServiceOptions, ServiceSettings};

/// Where the API is heard unless said otherwise.
const PORT: u16 = 8_080;
/// Where health and metrics are heard unless said otherwise.
const PRIVATE_PORT: u16 = 8_090;
/// How long a stopping gateway still takes requests after it said that it is not ready, in seconds, unless said
/// otherwise: long enough for a load balancer that asks every second or two.
const DRAIN_SECONDS: u64 = 3;
/// The longest such time, in seconds: with what follows, a stop takes less than 30 seconds (reliability.md 14).
const DRAIN_SECONDS_MAX: u64 = 5;

/// What `serve` is told.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ServeOptions {
    #[command(flatten)]
    pub(crate) service: ServiceOptions,
    /// Where the API is heard [default: 127.0.0.1:8080]
    #[arg(long, env = "TRAMITE_LISTEN", value_name = "ADDRESS")]
    pub(crate) listen: Option<String>,
    /// Where health and metrics are heard; not for the world [default: 127.0.0.1:8090]
    #[arg(long, env = "TRAMITE_PRIVATE_LISTEN", value_name = "ADDRESS")]
    pub(crate) private_listen: Option<String>,
    /// Where operators alone are heard; their routes are not on the API's address then [default: none, they are there]
    #[arg(long, env = "TRAMITE_PLATFORM_LISTEN", value_name = "ADDRESS")]
    pub(crate) platform_listen: Option<String>,
    /// Lets the API be heard beyond this machine
    #[arg(long, env = "TRAMITE_PUBLIC", num_args = 0..=1, default_missing_value = "true", require_equals = true, value_name = "BOOLEAN")]
    pub(crate) public: Option<String>,
    /// Runs the worker inside this process on PostgreSQL too; on SQLite it always runs here
    #[arg(long, env = "TRAMITE_WITH_WORKER", num_args = 0..=1, default_missing_value = "true", require_equals = true, value_name = "BOOLEAN")]
    pub(crate) with_worker: Option<String>,
    /// How long requests are still taken after the stop was asked for, in seconds [default: 3]
    #[arg(long, env = "TRAMITE_DRAIN_SECONDS", value_name = "SECONDS")]
    pub(crate) drain_seconds: Option<String>,
    #[command(flatten)]
    pub(crate) limits: LimitOptions,
    #[command(flatten)]
    pub(crate) node: NodeOptions,
}

/// What `serve` is told, read.
pub(crate) struct ServeSettings {
    /// What every process is told.
    pub(crate) service: ServiceSettings,
    /// Where the API is heard.
    pub(crate) listen: SocketAddr,
    /// Where health and metrics are heard.
    pub(crate) private_listen: SocketAddr,
    /// Where operators are heard, if not with the API.
    pub(crate) platform_listen: Option<SocketAddr>,
    /// Whether the worker runs here on PostgreSQL too.
    pub(crate) with_worker: bool,
    /// How long requests are still taken after the stop was asked for.
    pub(crate) drain: Duration,
    /// How many requests are served at most.
    pub(crate) limits: RateLimits,
    /// Proxies whose word on the address of their client is believed.
    pub(crate) trusted_proxies: Vec<IpAddr>,
    /// The Node's own listener, where the Node proves itself.
    pub(crate) node: Option<NodeListener>,
}

impl ServeOptions {
    /// Reads all of it; none where something is wrong.
    pub(crate) fn read(&self, reader: &mut Reader) -> Option<ServeSettings> {
        let service = self.service.read(reader);
        let listen = socket_address(reader, "TRAMITE_LISTEN", self.listen.as_deref(), loopback_address(PORT));
        let public = flag(reader, "TRAMITE_PUBLIC", self.public.as_deref());
        needs_public(reader, "TRAMITE_LISTEN", listen, public);
        let private_listen = socket_address(
            reader,
            "TRAMITE_PRIVATE_LISTEN",
            self.private_listen.as_deref(),
            loopback_address(PRIVATE_PORT),
        );
        let platform_listen =
            reader.optional("TRAMITE_PLATFORM_LISTEN", self.platform_listen.as_deref(), LISTEN_EXPECTED, |text| {
                text.parse::<SocketAddr>().ok()
            });
        let others = [("TRAMITE_PRIVATE_LISTEN", Some(private_listen)), ("TRAMITE_PLATFORM_LISTEN", platform_listen)];
        for (variable, _) in others.iter().filter(|(_, other)| *other == Some(listen) && listen.port() != 0) {
            reader.wrong(variable, format!("{listen} is the API's own address; expected another one"));
        }
        if platform_listen == Some(private_listen) && private_listen.port() != 0 {
            let text = format!("{private_listen} is the address of health and metrics; expected another one");
            reader.wrong("TRAMITE_PLATFORM_LISTEN", text);
        }
        let with_worker = flag(reader, "TRAMITE_WITH_WORKER", self.with_worker.as_deref());
        let drain_seconds = reader.or_default(
            "TRAMITE_DRAIN_SECONDS",
            self.drain_seconds.as_deref(),
            "seconds, 0 to 5",
            DRAIN_SECONDS,
            |text| text.parse().ok().filter(|seconds| *seconds <= DRAIN_SECONDS_MAX),
        );
        let limits = self.limits.read(reader);
        let trusted_proxies = self.limits.proxies(reader);
        let service = service?;
        let node = self.node.read(service.node_auth, public, reader);
        Some(ServeSettings {
            service,
            node,
            listen,
            private_listen,
            platform_listen,
            with_worker,
            drain: Duration::from_secs(drain_seconds),
            limits,
            trusted_proxies,
        })
    }
}
