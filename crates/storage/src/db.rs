// SPDX-License-Identifier: AGPL-3.0-or-later
//! One text for two databases: a statement is written once as a diesel expression, and these macros execute it on
//! whichever connection there is.
//!
//! On PostgreSQL the connection is shared, so that futures polled together are pipelined. On SQLite nothing ever waits:
//! a future over it is ready at its first poll.

use diesel::QueryResult;
use diesel::SqliteConnection;
use diesel_async::AsyncPgConnection;
use futures_util::future::{BoxFuture, join_all};

use crate::error::StoreError;

/// A connection inside its transaction.
pub(crate) enum Db<'c> {
    Postgres(&'c AsyncPgConnection),
    Sqlite(&'c mut SqliteConnection),
}

impl Db<'_> {
    /// The same connection, for a while.
    pub(crate) fn reborrow(&mut self) -> Db<'_> {
        match self {
            Self::Postgres(connection) => Db::Postgres(connection),
            Self::Sqlite(connection) => Db::Sqlite(connection),
        }
    }
}

/// A piece of work on a connection.
pub(crate) type Working<'c, T> = BoxFuture<'c, Result<T, StoreError>>;

/// A piece of work that writes what its input says. It may be done anew, after all that it did was undone: it has no effect
/// but on the database. An error of a statement is its error, and is never passed over: the transaction may have ended with
/// it.
pub(crate) type Writing<I, T> = for<'c> fn(Db<'c>, &'c I) -> Working<'c, T>;

/// The results of statements that were sent together: all values, or the error that is the cause of the others. What
/// comes after it in a transaction fails because of it, and says nothing of the cause.
pub(crate) trait AllOk {
    /// All values.
    type Values;
    /// What an error is.
    type Error;

    /// All values, or the cause of the failure.
    fn all_ok(self) -> Result<Self::Values, Self::Error>;
}

/// An error that may be the consequence of another one.
pub(crate) trait Caused {
    /// Whether the transaction was broken before.
    fn is_consequence(&self) -> bool;
    /// What stands where there is no error to tell.
    fn unknown() -> Self;
}

impl Caused for diesel::result::Error {
    fn is_consequence(&self) -> bool {
        match self {
            Self::DatabaseError(_, information) => information.message().contains("current transaction is aborted"),
            _ => false,
        }
    }

    fn unknown() -> Self {
        Self::BrokenTransactionManager
    }
}

impl Caused for StoreError {
    fn is_consequence(&self) -> bool {
        match self {
            Self::Failed(source) => source.downcast_ref::<diesel::result::Error>().is_some_and(Caused::is_consequence),
            _ => false,
        }
    }

    fn unknown() -> Self {
        Self::failed("a statement failed without an error")
    }
}

/// Of errors in the order of their statements, the one that is no consequence of another; else the first.
pub(crate) fn cause<E: Caused>(errors: impl IntoIterator<Item = E>) -> Option<E> {
    let mut first = None;
    for error in errors {
        if !error.is_consequence() {
            return Some(error);
        }
        first.get_or_insert(error);
    }
    first
}

impl<T, E: Caused> AllOk for Vec<Result<T, E>> {
    type Values = Vec<T>;
    type Error = E;

    fn all_ok(self) -> Result<Vec<T>, E> {
        let (mut values, mut errors) = (Vec::with_capacity(self.len()), Vec::new());
        for result in self {
            match result {
                Ok(value) => values.push(value),
                Err(error) => errors.push(error),
            }
        }
        cause(errors).map_or(Ok(values), Err)
    }
}

macro_rules! all_ok {
    ($($value:ident),+) => {
        impl<E: Caused, $($value),+> AllOk for ($(Result<$value, E>,)+) {
            type Values = ($($value,)+);
            type Error = E;

            #[expect(non_snake_case, reason = "each value is named like its type")]
            fn all_ok(self) -> Result<Self::Values, E> {
                match self {
                    ($(Ok($value),)+) => Ok(($($value,)+)),
                    ($($value,)+) => {
                        let errors = [$($value.err()),+];
                        Err(cause(errors.into_iter().flatten()).unwrap_or_else(E::unknown))
                    }
                }
            }
        }
    };
}
all_ok!(A, B);
all_ok!(A, B, C);
all_ok!(A, B, C, D);

/// Waits for statements that were sent together; the rows touched by each.
pub(crate) async fn all_executed(statements: Vec<BoxFuture<'_, QueryResult<usize>>>) -> QueryResult<Vec<usize>> {
    join_all(statements).await.into_iter().collect()
}

/// Loads all rows.
macro_rules! load {
    ($db:expr, $query:expr) => {
        match &mut *$db {
            $crate::db::Db::Postgres(connection) => diesel_async::RunQueryDsl::load($query, connection).await,
            $crate::db::Db::Sqlite(connection) => diesel::RunQueryDsl::load($query, &mut **connection),
        }
    };
}

/// Loads the first row; none where there is none.
macro_rules! first {
    ($db:expr, $query:expr) => {
        diesel::OptionalExtension::optional(match &mut *$db {
            $crate::db::Db::Postgres(connection) => diesel_async::RunQueryDsl::get_result($query, connection).await,
            $crate::db::Db::Sqlite(connection) => diesel::RunQueryDsl::get_result($query, &mut **connection),
        })
    };
}

/// Executes a statement; the number of rows it touched.
macro_rules! execute {
    ($db:expr, $statement:expr) => {
        match &mut *$db {
            $crate::db::Db::Postgres(connection) => diesel_async::RunQueryDsl::execute($statement, connection).await,
            $crate::db::Db::Sqlite(connection) => diesel::RunQueryDsl::execute($statement, &mut **connection),
        }
    };
}

/// Executes one statement per item, none of which depends on another: pipelined on PostgreSQL. The rows touched by each.
macro_rules! execute_each {
    ($db:expr, $items:expr, $item:ident => $statement:expr) => {
        match &mut *$db {
            $crate::db::Db::Postgres(connection) => {
                let shared: &diesel_async::AsyncPgConnection = connection;
                let statements = $items.iter().map(|$item| -> futures_util::future::BoxFuture<'_, _> {
                    Box::pin(async move {
                        let mut own = shared;
                        diesel_async::RunQueryDsl::execute($statement, &mut own).await
                    })
                });
                $crate::db::all_executed(statements.collect()).await
            }
            $crate::db::Db::Sqlite(connection) => {
                let each = $items.iter().map(|$item| diesel::RunQueryDsl::execute($statement, &mut **connection));
                each.collect::<diesel::QueryResult<Vec<usize>>>()
            }
        }
    };
}

/// Loads several queries at once: pipelined on PostgreSQL, one after the other on SQLite. A tuple of vectors.
macro_rules! load_together {
    ($db:expr, $($query:expr),+ $(,)?) => {
        match &mut *$db {
            $crate::db::Db::Postgres(connection) => {
                let found = tokio::join!(biased; $(async {
                    let mut shared: &diesel_async::AsyncPgConnection = connection;
                    diesel_async::RunQueryDsl::load($query, &mut shared).await
                }),+);
                $crate::db::AllOk::all_ok(found)
            }
            $crate::db::Db::Sqlite(connection) => {
                (|| diesel::QueryResult::Ok(($(diesel::RunQueryDsl::load($query, &mut **connection)?,)+)))()
            }
        }
    };
}

/// Does several pieces of work on one connection: all at once on PostgreSQL, one after the other on SQLite. Each is a
/// call that takes the connection; a tuple of what they gave. The statements reach the server in the order of the pieces:
/// they are polled in it, and each statement takes the lock on the connection's prepared statements in turn.
macro_rules! together {
    ($db:expr, $($work:expr),+ $(,)?) => {
        match $db {
            $crate::db::Db::Postgres(connection) => {
                let done = tokio::join!(biased; $(($work)($crate::db::Db::Postgres(connection))),+);
                $crate::db::AllOk::all_ok(done)
            }
            $crate::db::Db::Sqlite(connection) => {
                async { Ok::<_, $crate::error::StoreError>(($(($work)($crate::db::Db::Sqlite(connection)).await?,)+)) }.await
            }
        }
    };
}

/// A query with optional filters: the block is read twice, with `$backend` naming the database in each.
macro_rules! load_boxed {
    ($db:expr, $backend:ident => $query:expr) => {
        match &mut *$db {
            $crate::db::Db::Postgres(connection) => {
                type $backend = diesel::pg::Pg;
                diesel_async::RunQueryDsl::load($query, connection).await
            }
            $crate::db::Db::Sqlite(connection) => {
                type $backend = diesel::sqlite::Sqlite;
                diesel::RunQueryDsl::load($query, &mut **connection)
            }
        }
    };
}

pub(crate) use {execute, execute_each, first, load, load_boxed, load_together, together};
