// SPDX-License-Identifier: AGPL-3.0-or-later
//! Everything that a database holds, cell by cell: from `pg_dump`, or from the file of SQLite.

use std::process::Command;

use data_encoding::HEXLOWER_PERMISSIVE;
use diesel::sql_types::{Nullable, Text};
use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};
use tramite_testkit::{Database, postgres};

/// A cell.
#[derive(Debug)]
pub struct Cell {
    /// `table.column`; a part of a table that is parted by month has the table's name.
    pub place: String,
    /// What stands in it; bytes are bytes again.
    pub content: Vec<u8>,
}

#[derive(QueryableByName)]
struct Value {
    #[diesel(sql_type = Nullable<Text>)]
    value: Option<String>,
}

/// All cells that hold something.
///
/// # Panics
/// When the database cannot be read.
#[must_use]
pub fn cells(database: &Database) -> Vec<Cell> {
    match database.url().strip_prefix("sqlite:") {
        Some(path) => of_sqlite(path),
        None => of_dump(&pg_dump(database)),
    }
}

/// The bytes of the database as they lie there: the dump of PostgreSQL, the files of SQLite.
///
/// # Panics
/// When they cannot be read.
#[must_use]
pub fn bytes(database: &Database) -> Vec<u8> {
    match database.url().strip_prefix("sqlite:") {
        Some(path) => ["", "-wal", "-shm"]
            .iter()
            .flat_map(|ending| std::fs::read(format!("{path}{ending}")).unwrap_or_default())
            .collect(),
        None => pg_dump(database).into_bytes(),
    }
}

fn pg_dump(database: &Database) -> String {
    let program = postgres::cluster().expect("PostgreSQL runs").pg_bin("pg_dump");
    let ended = Command::new(program).args(["--dbname", database.url()]).output().expect("pg_dump runs");
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    String::from_utf8(ended.stdout).expect("a dump is UTF-8")
}

/// `COPY public.receipts (institution_id, …) FROM stdin;`, lines of cells with tabs between them, `\.`.
fn of_dump(dump: &str) -> Vec<Cell> {
    let mut cells = Vec::new();
    let mut places: Option<Vec<String>> = None;
    for line in dump.lines() {
        match &places {
            None => places = line.strip_prefix("COPY ").map(columns),
            Some(_) if line == "\\." => places = None,
            Some(places) => {
                let written = line.split('\t').zip(places).filter(|(text, _)| *text != "\\N");
                cells.extend(written.map(|(text, place)| Cell { place: place.clone(), content: content(text) }));
            }
        }
    }
    cells
}

fn columns(head: &str) -> Vec<String> {
    let (table, rest) = head.split_once(" (").expect("a table has columns");
    let (names, _) = rest.split_once(')').expect("columns end");
    let table = whole(table.rsplit('.').next().unwrap_or(table));
    names.split(", ").map(|name| format!("{table}.{}", name.trim_matches('"'))).collect()
}

/// The table of a part, such as `journal_2026_11` or `journal_default`.
fn whole(table: &str) -> &str {
    let is_part = |ending: &str| ending.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    ["journal", "events"]
        .into_iter()
        .find(|name| table.strip_prefix(name).is_some_and(|ending| is_part(ending) || ending == "_default"))
        .unwrap_or(table)
}

/// Bytes are written `\\x…` in a dump; what else is escaped there can be no part of a canary.
fn content(text: &str) -> Vec<u8> {
    let bytes = text.strip_prefix("\\\\x").and_then(|hex| HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).ok());
    bytes.unwrap_or_else(|| text.as_bytes().to_vec())
}

fn of_sqlite(path: &str) -> Vec<Cell> {
    let mut connection = SqliteConnection::establish(path).expect("the file opens");
    let mut asked = |sql: String| -> Vec<String> {
        let rows: Vec<Value> = sql_query(&sql).load(&mut connection).unwrap_or_else(|error| panic!("{sql}: {error}"));
        rows.into_iter().filter_map(|row| row.value).collect()
    };
    let mut cells = Vec::new();
    for table in asked("SELECT name AS value FROM sqlite_master WHERE type = 'table'".to_owned()) {
        for column in asked(format!("SELECT name AS value FROM pragma_table_info('{table}')")) {
            let sql = "CASE typeof({}) WHEN 'blob' THEN 'x' || hex({}) ELSE 't' || {} END".replace("{}", &column);
            let texts = asked(format!("SELECT {sql} AS value FROM {table}"));
            cells.extend(
                texts.into_iter().map(|text| Cell { place: format!("{table}.{column}"), content: typed(&text) }),
            );
        }
    }
    cells
}

fn typed(text: &str) -> Vec<u8> {
    match text.strip_prefix('x') {
        Some(hex) => HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).expect("hexadecimal"),
        None => text.bytes().skip(1).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cells_of_a_dump_have_their_table_and_column() {
        let dump = "SET x;\nCOPY public.journal_2026_11 (id, \"at\", payload) FROM stdin;\na\t\\N\t\\\\x6162\n\\.\n\nCOPY public.a (b) FROM stdin;\n\\.\n";
        let found: Vec<_> = of_dump(dump).into_iter().map(|cell| (cell.place, cell.content)).collect();
        assert_eq!(found, [("journal.id".to_owned(), b"a".to_vec()), ("journal.payload".to_owned(), b"ab".to_vec())]);
        assert_eq!(
            (whole("journal_default"), whole("events"), whole("journal_lines")),
            ("journal", "events", "journal_lines")
        );
    }
}
