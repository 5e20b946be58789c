// SPDX-License-Identifier: AGPL-3.0-or-later
//! How SQLite finds what a question asks for: tests say by which index.

use diesel::prelude::*;
use diesel::query_builder::QueryFragment;
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;
use diesel_migrations::MigrationHarness;

use crate::migrate::SQLITE_MIGRATIONS;

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// An empty database of the whole schema: an index of any migration may be taken for the better one.
pub(crate) fn migrated() -> SqliteConnection {
    let mut connection = SqliteConnection::establish(":memory:").unwrap();
    connection.run_pending_migrations(SQLITE_MIGRATIONS).unwrap();
    connection
}

/// The steps by which a statement is executed, in their order.
pub(crate) fn steps<Statement: QueryFragment<Sqlite>>(
    connection: &mut SqliteConnection,
    statement: &Statement,
) -> Vec<String> {
    let plan = format!("EXPLAIN QUERY PLAN {}", diesel::debug_query::<Sqlite, _>(statement));
    let steps: Vec<Step> = diesel::sql_query(plan).load(connection).unwrap();
    steps.into_iter().map(|step| step.detail).collect()
}
