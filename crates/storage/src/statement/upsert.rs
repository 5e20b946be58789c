// SPDX-License-Identifier: AGPL-3.0-or-later
//! INSERT of a row that may be there already: then it is changed where a condition holds.

use diesel::QueryResult;
use diesel::backend::Backend;
use diesel::query_builder::{AsChangeset, AstPass, QueryFragment};

use super::kept;

/// The statement.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Upsert<Insert, Changes, Condition> {
    insert: Insert,
    key: &'static str,
    changes: Changes,
    condition: Condition,
}

/// Inserts one row; where one with the same `key` (names of columns, with commas between them) is there, it is changed if
/// the condition holds for it.
pub(crate) fn upsert<Insert, Changes, Condition>(
    insert: Insert,
    key: &'static str,
    changes: Changes,
    condition: Condition,
) -> Upsert<Insert, Changes::Changeset, Condition>
where
    Changes: AsChangeset,
{
    Upsert { insert, key, changes: changes.as_changeset(), condition }
}

impl<Insert, Changes, Condition, DB> QueryFragment<DB> for Upsert<Insert, Changes, Condition>
where
    DB: Backend,
    Insert: QueryFragment<DB>,
    Changes: QueryFragment<DB>,
    Condition: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.insert.walk_ast(pass.reborrow())?;
        pass.push_sql(" ON CONFLICT (");
        pass.push_sql(self.key);
        pass.push_sql(") DO UPDATE SET ");
        self.changes.walk_ast(pass.reborrow())?;
        pass.push_sql(" WHERE ");
        self.condition.walk_ast(pass)
    }
}

kept!(Upsert<Insert, Changes, Condition>);
