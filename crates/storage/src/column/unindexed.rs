// SPDX-License-Identifier: AGPL-3.0-or-later
//! A column in words that no index has. Where rows are found by their keys, SQLite may take the index that has their order or their
//! bounds instead, and read every row of the institution in search of a few: those that the keys find are put in order themselves.

use diesel::backend::Backend;
use diesel::expression::ValidGrouping;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::{AppearsOnTable, Expression, QueryResult, SelectableExpression};

/// The column. Written as an expression of diesel, and not as text, it leaves the statement one that is kept prepared.
#[derive(Debug, Clone, Copy, QueryId)]
pub(crate) struct Unindexed<Column>(Column);

/// The value of a column, by no index.
pub(crate) const fn unindexed<Column>(column: Column) -> Unindexed<Column> {
    Unindexed(column)
}

impl<Column: Expression> Expression for Unindexed<Column> {
    type SqlType = Column::SqlType;
}

impl<Column, Source> AppearsOnTable<Source> for Unindexed<Column>
where
    Column: AppearsOnTable<Source>,
    Self: Expression,
{
}

impl<Column, Source> SelectableExpression<Source> for Unindexed<Column>
where
    Column: SelectableExpression<Source>,
    Self: AppearsOnTable<Source>,
{
}

impl<Column: ValidGrouping<GroupBy>, GroupBy> ValidGrouping<GroupBy> for Unindexed<Column> {
    type IsAggregate = Column::IsAggregate;
}

impl<Column, DB> QueryFragment<DB> for Unindexed<Column>
where
    DB: Backend,
    Column: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        pass.push_sql("coalesce(");
        self.0.walk_ast(pass.reborrow())?;
        pass.push_sql(", ");
        self.0.walk_ast(pass.reborrow())?;
        pass.push_sql(")");
        Ok(())
    }
}
