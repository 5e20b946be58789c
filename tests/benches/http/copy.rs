// SPDX-License-Identifier: AGPL-3.0-or-later
//! Rows like those that Tramite has written: statements that copy one of them under other keys. So the base writes the
//! same columns, of the same size, as what is measured against it.

use std::collections::BTreeMap;

/// The columns of each table.
pub(crate) struct Tables(BTreeMap<String, Vec<String>>);

impl Tables {
    /// Of lines `table|column`, in the order of the columns.
    pub(crate) fn read(lines: &str) -> Self {
        let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (table, column) in lines.lines().filter_map(|line| line.trim().split_once('|')) {
            tables.entry(table.to_owned()).or_default().push(column.to_owned());
        }
        Self(tables)
    }

    /// Keeps one row, of those that a condition names, as the model of others.
    pub(crate) fn model(table: &str, condition: &str) -> String {
        format!("CREATE TABLE bench_{table} AS SELECT * FROM {table} WHERE {condition} LIMIT 1;\n")
    }

    /// Whether a table has that column.
    pub(crate) fn has(&self, table: &str, column: &str) -> bool {
        self.0.get(table).is_some_and(|columns| columns.iter().any(|one| one == column))
    }

    /// The columns of a table, as they are written one after the other.
    pub(crate) fn names(&self, table: &str) -> String {
        self.0.get(table).unwrap_or_else(|| panic!("no table {table}")).join(", ")
    }

    /// The values of a row `b` in the same order, with other values in some columns.
    pub(crate) fn values(&self, table: &str, others: &[(&str, &str)]) -> String {
        let value = |column: &String| {
            let other = others.iter().find(|(name, _)| name == column);
            other.map_or_else(|| format!("b.{column}"), |(_, expression)| (*expression).to_owned())
        };
        let columns = self.0.get(table).unwrap_or_else(|| panic!("no table {table}"));
        columns.iter().map(value).collect::<Vec<_>>().join(", ")
    }

    /// Inserts a copy of the model, with other values in some columns.
    pub(crate) fn copy(&self, table: &str, others: &[(&str, &str)]) -> String {
        let (names, values) = (self.names(table), self.values(table, others));
        format!("INSERT INTO {table} ({names}) SELECT {values} FROM bench_{table} b;\n")
    }
}
