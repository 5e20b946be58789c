// SPDX-License-Identifier: AGPL-3.0-or-later
//! What `worker` is told beside what every process is told: where it says how it is.

use std::net::SocketAddr;

use clap::Args;

use super::addresses::{loopback_address, socket_address};
use super::reader::Reader;
use super::service::{ServiceOptions, ServiceSettings};

/// Where health and metrics are heard unless said otherwise: beside those of a `serve` on the same machine.
const PRIVATE_PORT: u16 = 8_091;

/// What `worker` is told.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct WorkerOptions {
    #[command(flatten)]
    pub(crate) service: ServiceOptions,
    /// Where health and metrics are heard; not for the world [default: 127.0.0.1:8091]
    #[arg(long, env = "TRAMITE_PRIVATE_LISTEN", value_name = "ADDRESS")]
    pub(crate) private_listen: Option<String>,
}

/// What `worker` is told, read.
pub(crate) struct WorkerConfig {
    /// What every process is told.
    pub(crate) service: ServiceSettings,
    /// Where health and metrics are heard.
    pub(crate) private_listen: SocketAddr,
}

impl WorkerOptions {
    /// Reads all of it; none where something is wrong.
    pub(crate) fn read(&self, reader: &mut Reader) -> Option<WorkerConfig> {
        let service = self.service.read(reader);
        let given = self.private_listen.as_deref();
        let private_listen = socket_address(reader, "TRAMITE_PRIVATE_LISTEN", given, loopback_address(PRIVATE_PORT));
        Some(WorkerConfig { service: service?, private_listen })
    }
}
