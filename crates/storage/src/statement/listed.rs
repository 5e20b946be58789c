// SPDX-License-Identifier: AGPL-3.0-or-later
//! Many rows in one statement whose text does not depend on how many they are: one list for each column.

use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{Array, SingleValue};

use super::kept;

diesel::define_sql_function! {
    /// The values of a list, one a row. Several beside each other in a `SELECT` without `FROM` go in step; as one table of a `FROM` the
    /// server would gather each of them first, which takes it a quarter of the time of an insert.
    #[sql_name = "unnest"]
    fn each_of<Value: SingleValue>(list: Array<Value>) -> Value;
}

/// An `INSERT … SELECT` of lists.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listed<Lists> {
    /// The text before them, with the columns.
    pub(crate) into: &'static str,
    /// A tuple of lists as expressions.
    pub(crate) lists: Lists,
    /// The text after them.
    pub(crate) after: &'static str,
}

impl<Lists: QueryFragment<Pg>> QueryFragment<Pg> for Listed<Lists> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        pass.push_sql(self.into);
        pass.push_sql(" SELECT ");
        self.lists.walk_ast(pass.reborrow())?;
        pass.push_sql(self.after);
        Ok(())
    }
}

kept!(Listed<Lists>);
