// SPDX-License-Identifier: AGPL-3.0-or-later
//! The third wall: the one way to a connection. It opens a transaction and sets the tenant in one message, sent together
//! with the first statement; the tenant ends with the transaction. A connection whose transaction was not ended in good
//! order, for example because the future was dropped half-way, never goes back to the pool, and keeps its place there
//! until its session has ended at the server: a database that is slow gets no more sessions than were configured.

use std::time::{Duration, Instant};

use deadpool::managed::Object;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use futures_util::FutureExt as _;
use futures_util::future::join;
use tokio::task::unconstrained;
use tokio::time::timeout;

use super::connect::LOCK_MS_MAX;
use super::pool::{Pool, Pooled, checkout};
use crate::db::{Db, Working};
use crate::error::StoreError;
use crate::store::{Access, OPERATION, Who};

/// Milliseconds that a session which was given up may take to come to an end by itself; then its statement is cancelled.
const QUIET_MS_MAX: u64 = 50;
/// Seconds that the server may take to cancel it; then the server is taken to be gone, and the place in the pool is free.
const CANCEL_SECONDS_MAX: u64 = 3;

/// Runs work in a transaction and ends it: all is committed, or nothing.
pub(super) async fn run<T, F>(pool: &Pool, who: Who, access: Access, work: F) -> Result<T, StoreError>
where
    F: for<'c> FnOnce(Db<'c>) -> Working<'c, T> + Send,
    T: Send,
{
    // The wait for a connection counts: what is decided must be committed in time or not at all.
    let whole = async {
        let mut open = Open(Some(checkout(pool).await?));
        within(&mut open, who, access, work).await
    };
    timeout(OPERATION, whole).await.unwrap_or(Err(StoreError::Busy))
}

async fn within<T, F>(open: &mut Open, who: Who, access: Access, work: F) -> Result<T, StoreError>
where
    F: for<'c> FnOnce(Db<'c>) -> Working<'c, T> + Send,
    T: Send,
{
    let begun_at = Instant::now();
    let mut connection = open.connection()?;
    let opening = opening(who, access);
    // Both are polled in this order, so the tenant is set before the first statement is even sent. What the work found
    // counts only if that succeeded: a failure is never an absence.
    let begin = async {
        let mut shared = connection;
        shared.batch_execute(&opening).await
    };
    // Not held up by the runtime's budget either: a statement that is not sent in its turn would be sent out of its turn.
    let (begun, done) = join(begin, unconstrained(work(Db::Postgres(connection)))).await;
    let result = match begun {
        Ok(()) => done,
        Err(error) => Err(error.into()),
    };
    match result {
        Ok(value) => {
            match access {
                Access::Read => send(connection, "COMMIT")?,
                Access::Write => connection.batch_execute("COMMIT").await?,
            }
            open.close();
            Ok(value)
        }
        Err(error) => match connection.batch_execute("ROLLBACK").await {
            Ok(()) => {
                open.close();
                Err(waited(error, begun_at))
            }
            // The connection is gone, so that is what happened, whatever the statement said of it.
            Err(_) => Err(StoreError::unavailable(error)),
        },
    }
}

/// Sends a statement whose answer nobody needs. Whatever is sent on the connection from now on comes after it: that is
/// enough to end what only read, and saves a way to the server and back.
fn send(connection: &AsyncPgConnection, statement: &str) -> Result<(), StoreError> {
    let mut shared = connection;
    let answered = shared.batch_execute(statement).now_or_never();
    Ok(answered.unwrap_or(Ok(()))?)
}

/// A server that speaks another language than English tells of a lock or a statement that took too long in words we do
/// not know; the time it took tells it as well.
fn waited(error: StoreError, begun_at: Instant) -> StoreError {
    match error {
        StoreError::Failed(source) if begun_at.elapsed() >= Duration::from_millis(LOCK_MS_MAX.into()) => {
            tracing::warn!(%source, "a statement failed after it had waited: taken for a time-out");
            StoreError::Busy
        }
        error => error,
    }
}

/// The uuid is ours, so writing it into the statement is safe; a simple query takes no parameters.
fn opening(who: Who, access: Access) -> String {
    let begin = match access {
        Access::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        Access::Write => "BEGIN ISOLATION LEVEL READ COMMITTED",
    };
    match who {
        Who::Tenant(institution) => format!("{begin}; SET LOCAL tramite.institution = '{institution}'"),
        Who::System => begin.to_owned(),
    }
}

/// A connection with a transaction on it. Dropped before it is closed, it takes the connection out of the pool.
struct Open(Option<Pooled>);

impl Open {
    fn connection(&self) -> Result<&AsyncPgConnection, StoreError> {
        self.0.as_ref().map(|pooled| &pooled.session).ok_or_else(|| StoreError::failed("the transaction has ended"))
    }

    fn close(&mut self) {
        self.0 = None;
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(pooled) = self.0.take() {
            let io = pooled.io();
            io.spawn(Abandoned(Some(pooled)).end());
        }
    }
}

/// A connection that nobody waits for any more, while the server may still be at work on it.
struct Abandoned(Option<Pooled>);

impl Abandoned {
    /// Ends what the session is at, as far as the server answers.
    async fn end(self) {
        let Some(pooled) = &self.0 else { return };
        if pooled.is_closed() {
            return;
        }
        let quiet = async {
            let mut shared = &pooled.session;
            // Whatever it answers, it has come to the end of what it was at.
            shared.batch_execute("ROLLBACK").await.ok();
        };
        tokio::pin!(quiet);
        if timeout(Duration::from_millis(QUIET_MS_MAX), &mut quiet).await.is_ok() {
            return;
        }
        let cancelled = async {
            pooled.cancel().await;
            quiet.await;
        };
        if timeout(Duration::from_secs(CANCEL_SECONDS_MAX), cancelled).await.is_err() {
            tracing::warn!("a session was left although the server is still at work on it, or gone");
        }
    }
}

impl Drop for Abandoned {
    fn drop(&mut self) {
        if let Some(pooled) = self.0.take() {
            drop(Object::take(pooled));
        }
    }
}
