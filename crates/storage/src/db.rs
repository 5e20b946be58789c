// SPDX-License-Identifier: AGPL-3.0-or-later
//! One text for two databases: a statement is written once as a diesel expression, and these macros execute it on
//! whichever connection there is.
//!
//! On PostgreSQL the connection is shared, so that futures polled together are pipelined. On SQLite nothing ever waits:
//! a future over it is ready at its first poll.

use std::pin::pin;

use diesel::query_dsl::LoadQuery;
use diesel::{QueryResult, SqliteConnection};
use diesel_async::AsyncPgConnection;
use futures_util::TryStreamExt as _;
use futures_util::future::{BoxFuture, join_all};

use crate::error::StoreError;

/// Ids that one statement names at most, where nothing asks for more at a time.
pub(crate) const IDS_AT_ONCE_MAX: usize = 500;

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
all_ok!(A, B, C, D, F);

/// Waits for statements that were sent together; the rows touched by each.
pub(crate) async fn all_executed(statements: Vec<BoxFuture<'_, QueryResult<usize>>>) -> QueryResult<Vec<usize>> {
    join_all(statements).await.into_iter().collect()
}

/// All rows of a query on PostgreSQL.
///
/// Behind this signature the compiler does not look: in place of it, it would prove anew for each query what all the futures and
/// streams below are, which for a head of a position alone took it half a minute.
pub(crate) fn load_on_postgres<'a, 'c: 'a, Query, Row>(
    query: Query,
    connection: &'a mut &'c AsyncPgConnection,
) -> BoxFuture<'a, QueryResult<Vec<Row>>>
where
    Query: diesel_async::methods::LoadQuery<'a, &'c AsyncPgConnection, Row> + Send + 'a,
    Row: Send + 'a,
{
    Box::pin(async move { query.internal_load(connection).await?.try_collect().await })
}

/// The first row of a query on PostgreSQL, where there is one. What [`load_on_postgres`] says of its signature holds here too.
pub(crate) fn first_on_postgres<'a, 'c: 'a, Query, Row>(
    query: Query,
    connection: &'a mut &'c AsyncPgConnection,
) -> BoxFuture<'a, QueryResult<Option<Row>>>
where
    Query: diesel_async::methods::LoadQuery<'a, &'c AsyncPgConnection, Row> + Send + 'a,
    Row: Send + 'a,
{
    Box::pin(async move { pin!(query.internal_load(connection).await?).try_next().await })
}

/// All rows of a query on SQLite. What [`load_on_postgres`] says of its signature holds here too.
pub(crate) fn load_on_sqlite<'q, Query, Row>(query: Query, connection: &mut SqliteConnection) -> QueryResult<Vec<Row>>
where
    Query: LoadQuery<'q, SqliteConnection, Row>,
{
    query.internal_load(connection)?.collect()
}

/// The first row of a query on SQLite, where there is one.
pub(crate) fn first_on_sqlite<'q, Query, Row>(
    query: Query,
    connection: &mut SqliteConnection,
) -> QueryResult<Option<Row>>
where
    Query: LoadQuery<'q, SqliteConnection, Row>,
{
    query.internal_load(connection)?.next().transpose()
}

/// Loads all rows.
macro_rules! load {
    ($db:expr, $query:expr) => {
        match &mut *$db {
            $crate::db::Db::Postgres(connection) => $crate::db::load_on_postgres($query, connection).await,
            $crate::db::Db::Sqlite(connection) => $crate::db::load_on_sqlite($query, connection),
        }
    };
}

/// Loads the first row; none where there is none.
macro_rules! first {
    ($db:expr, $query:expr) => {
        match &mut *$db {
            $crate::db::Db::Postgres(connection) => $crate::db::first_on_postgres($query, connection).await,
            $crate::db::Db::Sqlite(connection) => $crate::db::first_on_sqlite($query, connection),
        }
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
                    $crate::db::load_on_postgres($query, &mut shared).await
                }),+);
                $crate::db::AllOk::all_ok(found)
            }
            $crate::db::Db::Sqlite(connection) => {
                (|| diesel::QueryResult::Ok(($($crate::db::load_on_sqlite($query, connection)?,)+)))()
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
                $crate::db::load_on_postgres($query, connection).await
            }
            $crate::db::Db::Sqlite(connection) => {
                type $backend = diesel::sqlite::Sqlite;
                $crate::db::load_on_sqlite($query, connection)
            }
        }
    };
}

pub(crate) use {execute, execute_each, first, load, load_boxed, load_together, together};
