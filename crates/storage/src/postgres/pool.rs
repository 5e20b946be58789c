// SPDX-License-Identifier: AGPL-3.0-or-later
//! Pools. A connection is taken again without a question to the server: asking on each checkout costs almost half of the
//! throughput, and a socket that is gone says so by itself.

use std::time::Duration;

use deadpool::Runtime;
use deadpool::managed::{self, Metrics, PoolError, RecycleError, RecycleResult, TimeoutType, Timeouts};

use super::connect::{CONNECT_SECONDS_MAX, Connection, Connector};
use crate::error::StoreError;
use crate::store::PoolState;

pub(super) type Pool = managed::Pool<Manager>;
pub(super) type Pooled = managed::Object<Manager>;

/// The two group roles of the migrations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Sees the tenant that its transaction has set.
    App,
    /// Has policies of its own for the methods of `SystemScope`.
    System,
}

impl Role {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::App => "tramite_app",
            Self::System => "tramite_system",
        }
    }
}

pub(super) struct Manager {
    connector: Connector,
    role: Role,
}

impl managed::Manager for Manager {
    type Type = Connection;
    type Error = StoreError;

    async fn create(&self) -> Result<Connection, StoreError> {
        self.connector.connect(self.role).await
    }

    async fn recycle(&self, connection: &mut Connection, _: &Metrics) -> RecycleResult<StoreError> {
        if connection.is_closed() { Err(RecycleError::message("the socket is gone")) } else { Ok(()) }
    }
}

pub(super) fn build(
    connector: Connector,
    role: Role,
    connections_max: usize,
    wait_ms_max: u64,
) -> Result<Pool, StoreError> {
    let timeouts = Timeouts {
        wait: Some(Duration::from_millis(wait_ms_max)),
        create: Some(Duration::from_secs(CONNECT_SECONDS_MAX)),
        recycle: None,
    };
    managed::Pool::builder(Manager { connector, role })
        .max_size(connections_max.max(1))
        .timeouts(timeouts)
        .runtime(Runtime::Tokio1)
        .build()
        .map_err(|error| StoreError::failed(error.to_string()))
}

/// How the connections of a pool are used now.
pub(super) fn state(name: &'static str, pool: &Pool) -> PoolState {
    let status = pool.status();
    let idle = status.available.min(status.size);
    let in_use = status.size.saturating_sub(idle);
    PoolState { name, max: status.max_size, in_use, idle, waiting: status.waiting }
}

/// A connection, within the time that callers may wait for one.
pub(super) async fn checkout(pool: &Pool) -> Result<Pooled, StoreError> {
    pool.get().await.map_err(|error| match error {
        PoolError::Timeout(TimeoutType::Wait) => StoreError::Busy,
        PoolError::Timeout(_) => StoreError::unavailable("connecting to the database took too long"),
        PoolError::Backend(error) => error,
        PoolError::Closed => StoreError::unavailable("the store is closed"),
        other => StoreError::failed(other.to_string()),
    })
}
