// SPDX-License-Identifier: AGPL-3.0-or-later
//! The two trees of migrations make the same tables: the same columns in the same order, of types that answer each other,
//! as optional and as unique, and with the same indexes. It is read from their text, so no database is needed.

use std::collections::{BTreeMap, BTreeSet};

use tramite_testkit::workspace_root;

/// A type of PostgreSQL and what stands for it on SQLite.
const TYPES: [(&str, &str); 10] = [
    ("uuid", "BLOB"),
    ("bytea", "BLOB"),
    ("text", "TEXT"),
    ("jsonb", "TEXT"),
    ("date", "TEXT"),
    ("timestamptz", "INTEGER"),
    ("bigint", "INTEGER"),
    ("integer", "INTEGER"),
    ("smallint", "INTEGER"),
    ("boolean", "INTEGER"),
];

#[derive(Debug, Default, PartialEq, Eq)]
struct Schema {
    /// The lines of each table.
    tables: BTreeMap<String, Vec<String>>,
    indexes: BTreeSet<String>,
}

/// A column as both databases would tell it, or a constraint without its name.
fn line(text: &str) -> String {
    let text = text.trim().trim_end_matches(',');
    let words: Vec<&str> = text.split(' ').collect();
    match words.as_slice() {
        ["CONSTRAINT", _, rest @ ..] => rest.join(" "),
        [name, kind, ..] if name.starts_with(|first: char| first.is_ascii_lowercase()) => {
            let kind = TYPES.iter().find(|(own, _)| own == kind).map_or(*kind, |(_, twin)| twin);
            let has = |part: &str| text.contains(part);
            let required = has("NOT NULL") || has("PRIMARY KEY");
            let points = text.split_once("REFERENCES").map(|(_, to)| to.trim());
            let marks = ["PRIMARY KEY", "UNIQUE", "CHECK", "DEFAULT"].into_iter().filter(|mark| has(mark));
            format!("{name} {kind} required={required} {:?} {points:?}", marks.collect::<Vec<_>>())
        }
        _ => text.to_owned(),
    }
}

/// What a table is called while it is built anew: SQLite changes no key of one that is there.
const ANEW: &str = "_anew";

fn schema(tree: &str) -> Schema {
    let entries = std::fs::read_dir(workspace_root().join("migrations").join(tree)).unwrap();
    let mut found = Schema::default();
    for entry in entries {
        let text = std::fs::read_to_string(entry.unwrap().path().join("up.sql")).unwrap();
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("--")).collect();
        let mut rest = lines.iter();
        while let Some(start) = rest.next() {
            if let Some(name) = start.strip_prefix("CREATE TABLE ").and_then(|name| name.strip_suffix(" (")) {
                let below = rest.by_ref().take_while(|text| !text.starts_with(')'));
                found.tables.insert(name.to_owned(), below.map(|text| line(text)).collect());
            }
        }
        let joined = lines.join(" ");
        let statements = joined.split(';').map(|one| one.split_whitespace().collect::<Vec<_>>().join(" "));
        found.indexes.extend(statements.filter_map(|one| {
            let place = one.find("CREATE INDEX").or_else(|| one.find("CREATE UNIQUE INDEX"))?;
            // One that becomes a key is no index beside it.
            let name = one.split_at(place).1.split(' ').nth(3)?;
            if joined.contains(&format!("PRIMARY KEY USING INDEX {name}")) {
                return None;
            }
            // Bytes are written in two ways.
            Some(one.split_at(place).1.replace("'\\x", "x'").replace("'::bytea", "'"))
        }));
    }
    found
}

pub(crate) fn both_trees_make_the_same_tables() {
    let (postgres, mut sqlite) = (schema("postgres"), schema("sqlite"));
    assert!(postgres.tables.len() > 20 && postgres.indexes.len() > 20, "they are read: {postgres:?}");
    // A table that is built anew begins with the columns that it was made with, in their order.
    let is_column = |line: &&String| line.starts_with(|first: char| first.is_ascii_lowercase());
    for (name, lines) in sqlite.tables.extract_if(.., |name, _| name.ends_with(ANEW)).collect::<Vec<_>>() {
        let made = &postgres.tables[name.trim_end_matches(ANEW)];
        let columns: Vec<&String> = made.iter().filter(is_column).collect();
        assert_eq!(lines.iter().filter(is_column).take(columns.len()).collect::<Vec<_>>(), columns, "{name}");
    }
    assert_eq!(postgres.tables.keys().collect::<Vec<_>>(), sqlite.tables.keys().collect::<Vec<_>>());
    for (name, lines) in &postgres.tables {
        assert_eq!(Some(lines), sqlite.tables.get(name), "{name}");
    }
    assert_eq!(postgres.indexes, sqlite.indexes);
}
