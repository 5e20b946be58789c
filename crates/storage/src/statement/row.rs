// SPDX-License-Identifier: AGPL-3.0-or-later
//! One row of many, on SQLite: prepared once, and with no more work for each value than to hand it over. Diesel's own INSERT asks
//! each column of each row anew whether it is there, which takes as long as handing them over.

use std::marker::PhantomData;

use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sqlite::Sqlite;
use diesel::{QueryResult, RunQueryDsl, SqliteConnection};

/// An INSERT of one row. `Place` is a type of the place that makes it, by which the statement is known: its text is the same each
/// time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<Place, Values> {
    into: &'static str,
    values: Values,
    place: PhantomData<Place>,
}

/// A row of values, as a tuple of expressions, into the columns that the text names.
pub(crate) const fn row<Place, Values>(into: &'static str, values: Values) -> Row<Place, Values> {
    Row { into, values, place: PhantomData }
}

impl<Place, Values: QueryFragment<Sqlite>> QueryFragment<Sqlite> for Row<Place, Values> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        pass.push_sql(self.into);
        pass.push_sql(" VALUES (");
        self.values.walk_ast(pass.reborrow())?;
        pass.push_sql(")");
        Ok(())
    }
}

impl<Place: 'static, Values> QueryId for Row<Place, Values> {
    type QueryId = Row<Place, ()>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<Place, Values> RunQueryDsl<SqliteConnection> for Row<Place, Values> {}
