// SPDX-License-Identifier: AGPL-3.0-or-later
//! Words that must not stand in the tree: marks of unfinished work, paths of one machine, hosts of
//! package registries. They are written here in two halves, so that this file holds none of them.

use crate::none;
use crate::tree::{self, TextFile};

/// Marks of unfinished work, as whole words.
const MARKS: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];

/// Anything that holds one of these.
const PARTS: [&str; 12] = [
    concat!("to", "do!("),
    concat!("unimple", "mented!("),
    concat!("db", "g!("),
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/fa", "rm/"),
    concat!("/tmp/stu", "dio"),
    concat!("crates", ".io"),
    concat!("npmjs", ".org"),
    concat!("pypi", ".org"),
    concat!("repo.", "maven"),
    concat!("deb.", "debian.org"),
];

/// Written by tools, with the registry's address in them.
const LOCKS: [&str; 2] = ["Cargo.lock", "package-lock.json"];

fn forbidden(file: &TextFile) -> Vec<String> {
    if LOCKS.iter().any(|lock| file.path.ends_with(lock)) {
        return Vec::new();
    }
    file.text
        .lines()
        .zip(1_u32..)
        .flat_map(|(line, number)| {
            let marks = MARKS.into_iter().filter(|mark| has_word(line, mark));
            let parts = PARTS.into_iter().filter(|part| line.contains(part));
            marks.chain(parts).map(|found| format!("{}:{number}: {found}", file.path)).collect::<Vec<_>>()
        })
        .collect()
}

/// Whether the line holds the word, not as a part of a longer one.
fn has_word(line: &str, word: &str) -> bool {
    let inside = |letter: char| letter.is_alphanumeric() || letter == '_';
    line.match_indices(word).any(|(at, _)| {
        let (before, rest) = line.split_at(at);
        let after = rest.strip_prefix(word).unwrap_or_default();
        !before.ends_with(inside) && !after.starts_with(inside)
    })
}

#[test]
fn no_forbidden_word_stands_in_the_tree() {
    let findings: Vec<String> = tree::texts().iter().flat_map(forbidden).collect();
    none("forbidden words", &findings);
}

#[test]
fn every_forbidden_word_is_found() {
    for word in MARKS.into_iter().chain(PARTS) {
        let text = format!("fine\n// {word} later\n");
        let found = forbidden(&TextFile::sample("a.rs", &text));
        assert_eq!(found, [format!("a.rs:2: {word}")]);
        let lock = TextFile::sample("a/Cargo.lock", &text);
        assert_eq!(forbidden(&lock), Vec::<String>::new());
    }
    let longer = format!("{0}S method{0} {0}_A A{0}", MARKS[0]);
    assert!(forbidden(&TextFile::sample("a.rs", &longer)).is_empty());
}
