// SPDX-License-Identifier: AGPL-3.0-or-later
//! One text for two databases: a statement is written once as a diesel expression, and these macros execute it on
//! whichever connection there is.
//!
//! On PostgreSQL the connection is shared, so that futures polled together are pipelined. On SQLite nothing ever waits:
//! a future over it is ready at its first poll.

use diesel::SqliteConnection;
use diesel_async::AsyncPgConnection;
use futures_util::future::BoxFuture;

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

/// The results of statements that were sent together: all values, or the error of the first that failed. The others have
/// failed because of it, in a transaction that was broken already, and say nothing of the cause.
pub(crate) trait AllOk {
    /// All values.
    type Values;
    /// What an error is.
    type Error;

    /// All values, or the first error.
    fn all_ok(self) -> Result<Self::Values, Self::Error>;
}

macro_rules! all_ok {
    ($($value:ident),+) => {
        impl<E, $($value),+> AllOk for ($(Result<$value, E>,)+) {
            type Values = ($($value,)+);
            type Error = E;

            #[expect(non_snake_case, reason = "each value is named like its type")]
            fn all_ok(self) -> Result<Self::Values, E> {
                let ($($value,)+) = self;
                Ok(($($value?,)+))
            }
        }
    };
}
all_ok!(A, B);
all_ok!(A, B, C);
all_ok!(A, B, C, D);

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
                let statements = $items.iter().map(|$item| async move {
                    let mut own = shared;
                    diesel_async::RunQueryDsl::execute($statement, &mut own).await
                });
                futures_util::future::join_all(statements)
                    .await
                    .into_iter()
                    .collect::<diesel::QueryResult<Vec<usize>>>()
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
                let found = tokio::join!($(async {
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
/// call that takes the connection; a tuple of what they gave. The statements reach the server in the order of the pieces.
macro_rules! together {
    ($db:expr, $($work:expr),+ $(,)?) => {
        match $db {
            $crate::db::Db::Postgres(connection) => {
                let done = tokio::join!($(($work)($crate::db::Db::Postgres(connection))),+);
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
