// SPDX-License-Identifier: AGPL-3.0-or-later
//! UPDATE of some columns where a condition holds.

use diesel::backend::Backend;
use diesel::query_builder::{AsChangeset, AstPass, QueryFragment};
use diesel::{AppearsOnTable, QueryResult, QuerySource};

use super::kept;

/// The statement.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Update<Table, Changes, Condition> {
    table: Table,
    changes: Changes,
    condition: Condition,
}

/// Changes the rows of a table for which a condition holds. A row of ours as the changes must write all its columns, also
/// those that are none (`treat_none_as_null`).
pub(crate) fn update<Table, Changes, Condition>(
    table: Table,
    condition: Condition,
    changes: Changes,
) -> Update<Table::FromClause, Changes::Changeset, Condition>
where
    Table: QuerySource,
    Changes: AsChangeset<Target = Table>,
    Condition: AppearsOnTable<Table>,
{
    Update { table: table.from_clause(), changes: changes.as_changeset(), condition }
}

impl<Table, Changes, Condition, DB> QueryFragment<DB> for Update<Table, Changes, Condition>
where
    DB: Backend,
    Table: QueryFragment<DB>,
    Changes: QueryFragment<DB>,
    Condition: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        pass.push_sql("UPDATE ");
        self.table.walk_ast(pass.reborrow())?;
        pass.push_sql(" SET ");
        self.changes.walk_ast(pass.reborrow())?;
        pass.push_sql(" WHERE ");
        self.condition.walk_ast(pass)
    }
}

kept!(Update<Table, Changes, Condition>);

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use diesel::connection::{Instrumentation, InstrumentationEvent, SimpleConnection};
    use diesel::prelude::*;

    use super::*;

    diesel::table! {
        things (id) {
            id -> Integer,
            name -> Text,
        }
    }

    struct Counter(Arc<AtomicUsize>);

    impl Instrumentation for Counter {
        fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
            if matches!(event, InstrumentationEvent::CacheQuery { .. }) {
                self.0.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    #[test]
    fn an_update_is_prepared_once_and_touches_the_rows_of_its_condition() {
        let mut connection = SqliteConnection::establish(":memory:").unwrap();
        connection.batch_execute("CREATE TABLE things (id integer PRIMARY KEY, name text)").unwrap();
        connection.batch_execute("INSERT INTO things VALUES (1, 'a'), (2, 'b'), (3, 'c')").unwrap();
        let prepared = Arc::new(AtomicUsize::new(0));
        connection.set_instrumentation(Counter(Arc::clone(&prepared)));
        for (id, name, touched) in [(1, "x", 1), (2, "y", 1), (4, "z", 0)] {
            let done = update(things::table, things::id.eq(id), things::name.eq(name)).execute(&mut connection);
            assert_eq!(done, Ok(touched));
        }
        assert_eq!(prepared.load(Ordering::Relaxed), 1);
        let names: Vec<String> = things::table.order(things::id).select(things::name).load(&mut connection).unwrap();
        assert_eq!(names, ["x", "y", "c"]);
    }
}
