// SPDX-License-Identifier: AGPL-3.0-or-later
//! PostgreSQL: two pools, one per role; a transaction that sets the tenant; connections driven by a thread of their own.

mod connect;
mod io;
mod migrate;
mod pool;
mod tls;
mod transaction;

use diesel_async::RunQueryDsl;

use crate::db::{Db, Working};
use crate::error::StoreError;
use crate::migrate::{NEWEST_APPLIED, Newest};
use crate::store::{Access, PoolState, StoreSettings, Who};
use crate::url::Server;

pub(crate) use migrate::migrate;

use io::IoThread;
use pool::{Pool, Role};

/// The adapter.
pub(crate) struct Postgres {
    app: Pool,
    system: Pool,
    connector: connect::Connector,
    _io: IoThread,
}

impl Postgres {
    pub(crate) fn open(server: &Server, settings: &StoreSettings) -> Result<Self, StoreError> {
        let io = IoThread::start()?;
        let connector = connect::Connector::new(server, io.handle())?;
        let wait_ms = settings.wait_ms_max;
        Ok(Self {
            app: pool::build(connector.clone(), Role::App, settings.connections_max, wait_ms)?,
            system: pool::build(connector.clone(), Role::System, settings.system_connections_max, wait_ms)?,
            connector,
            _io: io,
        })
    }

    /// The newest migration of the database, asked as the login itself: before the first migration there are no roles.
    pub(crate) async fn version(&self) -> Result<Option<String>, StoreError> {
        let mut connection = self.connector.login().await?.session;
        let newest: Newest = diesel::sql_query(NEWEST_APPLIED).get_result(&mut connection).await?;
        Ok(newest.version)
    }

    /// Runs work in one transaction of the role that may do it.
    pub(crate) async fn run<T, F>(&self, who: Who, access: Access, work: F) -> Result<T, StoreError>
    where
        F: for<'c> FnOnce(Db<'c>) -> Working<'c, T> + Send,
        T: Send,
    {
        let pool = match who {
            Who::Tenant(_) => &self.app,
            Who::System => &self.system,
        };
        transaction::run(pool, who, access, work).await
    }

    /// How the connections of both roles are used now.
    pub(crate) fn pools(&self) -> Vec<PoolState> {
        vec![pool::state("app", &self.app), pool::state("system", &self.system)]
    }

    pub(crate) fn close(&self) {
        self.app.close();
        self.system.close();
    }
}
