// SPDX-License-Identifier: AGPL-3.0-or-later
//! How a connection is made: TLS as the URL says, then the role and the limits that hold on it for ever.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use tokio::runtime::Handle;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{CancelToken, Config, NoTls, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::pool::Role;
use super::tls;
use crate::error::StoreError;
use crate::url::{Server, TlsMode};

/// Seconds to reach the server and to be let in.
pub(super) const CONNECT_SECONDS_MAX: u64 = 5;
/// Milliseconds a statement may run.
const STATEMENT_MS_MAX: u32 = 10_000;
/// Milliseconds a statement may wait for a lock; then the store is busy.
pub(super) const LOCK_MS_MAX: u32 = 5_000;
/// Milliseconds a transaction may lie idle; then the server ends it.
const IDLE_IN_TRANSACTION_MS_MAX: u32 = 10_000;
/// What a page costs that is not the next one, beside one that is: what is asked lies in memory or on flash. With the server's usual
/// 4, made for turning disks, a page of a list reads all positions of an institution instead of those in its order.
const RANDOM_PAGE_COST: &str = "1.1";
/// Seconds without traffic after which a connection is probed.
const KEEPALIVE_SECONDS: u64 = 60;

/// Makes connections.
#[derive(Clone)]
pub(super) struct Connector {
    config: Config,
    tls: Option<MakeRustlsConnect>,
    io: Handle,
}

/// A connection and whether its socket is gone.
pub(super) struct Connection {
    pub(super) session: AsyncPgConnection,
    closed: Arc<AtomicBool>,
    cancel: CancelToken,
    tls: Option<MakeRustlsConnect>,
    io: Handle,
}

impl Connection {
    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Asks the server to give up the statement that the session is at. Whether it does is seen at the session.
    pub(super) async fn cancel(&self) {
        let asked = match &self.tls {
            Some(tls) => self.cancel.cancel_query(tls.clone()).await,
            None => self.cancel.cancel_query(NoTls).await,
        };
        if let Err(error) = asked {
            tracing::warn!(%error, "a statement that nobody waits for could not be cancelled");
        }
    }

    /// Where its socket is driven.
    pub(super) fn io(&self) -> Handle {
        self.io.clone()
    }
}

/// Says that the socket is gone, however its task ended.
struct Closing(Arc<AtomicBool>);

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

impl Connector {
    pub(super) fn new(server: &Server, io: Handle) -> Result<Self, StoreError> {
        let mut config = server.config.clone();
        config.connect_timeout(Duration::from_secs(CONNECT_SECONDS_MAX));
        config.keepalives(true).keepalives_idle(Duration::from_secs(KEEPALIVE_SECONDS));
        if config.get_application_name().is_none() {
            config.application_name("tramite");
        }
        let tls = match server.tls {
            TlsMode::Disable => None,
            TlsMode::Prefer | TlsMode::Require => Some(tls::unproved()?),
            TlsMode::VerifyFull => Some(tls::proved(server.root_certificate.as_deref())?),
        };
        Ok(Self { config, tls, io })
    }

    /// A connection in a role, with its limits set.
    pub(super) async fn connect(&self, role: Role) -> Result<Connection, StoreError> {
        let mut connection = self.login().await?;
        connection
            .session
            .batch_execute(&setup(role))
            .await
            .map_err(|error| StoreError::unavailable(format!("the role {} cannot be taken: {error}", role.name())))?;
        // Messages in English are how an error without a class of its own is told apart; not every server grants it.
        connection.session.batch_execute("SET lc_messages TO 'C'").await.ok();
        Ok(connection)
    }

    /// A connection as the login itself, for migrations.
    pub(super) async fn login(&self) -> Result<Connection, StoreError> {
        let connector = self.clone();
        let made = self.io.spawn(async move {
            let limit = Duration::from_secs(CONNECT_SECONDS_MAX);
            match tokio::time::timeout(limit, connector.login_here()).await {
                Ok(made) => made,
                Err(_) => Err(StoreError::unavailable("the server did not answer in time")),
            }
        });
        made.await.unwrap_or_else(|error| Err(StoreError::unavailable(error)))
    }

    async fn login_here(self) -> Result<Connection, StoreError> {
        match self.tls.clone() {
            Some(tls) => self.establish(tls).await,
            None => self.establish(NoTls).await,
        }
    }

    async fn establish<T>(self, tls: T) -> Result<Connection, StoreError>
    where
        T: MakeTlsConnect<Socket>,
        T::Stream: Send + 'static,
    {
        let (client, socket) = self.config.connect(tls).await.map_err(StoreError::unavailable)?;
        let closed = Arc::new(AtomicBool::new(false));
        let closing = Closing(Arc::clone(&closed));
        self.io.spawn(async move {
            let _closing = closing;
            if let Err(error) = socket.await {
                tracing::warn!(%error, "a connection to the database ended");
            }
        });
        let cancel = client.cancel_token();
        let session = AsyncPgConnection::try_from(client).await?;
        Ok(Connection { session, closed, cancel, tls: self.tls, io: self.io })
    }
}

fn setup(role: Role) -> String {
    let role = role.name();
    format!(
        "SET ROLE {role}; SET statement_timeout = {STATEMENT_MS_MAX}; SET lock_timeout = {LOCK_MS_MAX}; \
         SET idle_in_transaction_session_timeout = {IDLE_IN_TRANSACTION_MS_MAX}; \
         SET random_page_cost = {RANDOM_PAGE_COST}"
    )
}
