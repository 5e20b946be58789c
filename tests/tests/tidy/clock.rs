// SPDX-License-Identifier: AGPL-3.0-or-later
//! Time is given: the clock is read in one file of the product.

use crate::none;
use crate::tree::{self, TextFile};

/// Ways to read the wall clock.
const READS: [&str; 3] = [concat!("Utc::", "now("), concat!("Local::", "now("), concat!("SystemTime::", "now(")];

/// For tests, and the simulated Node's own clock: not the product.
const APART: [&str; 2] = ["crates/testkit/", "crates/sandbox/src/clock.rs"];

fn clock_readers(files: &[TextFile]) -> Vec<String> {
    let readers: Vec<String> = files
        .iter()
        .filter(|file| file.ends_in(&["rs"]) && in_product(&file.path))
        .filter(|file| READS.iter().any(|read| file.text.contains(read)))
        .map(|file| file.path.clone())
        .collect();
    if readers.len() > 1 { readers } else { Vec::new() }
}

/// Below `crates/<name>/src/`, and not apart.
fn in_product(path: &str) -> bool {
    let inside = path
        .strip_prefix("crates/")
        .and_then(|rest| rest.split_once('/'))
        .is_some_and(|(_, rest)| rest.starts_with("src/"));
    inside && !APART.iter().any(|apart| path.starts_with(apart))
}

#[test]
fn the_clock_is_read_in_one_file() {
    none("more than one file reads the clock", &clock_readers(&tree::texts()));
}

#[test]
fn a_second_reader_of_the_clock_is_found() {
    let reader = |path: &str, way: usize| TextFile::sample(path, &format!("let n = {});", READS[way]));
    let one = [
        reader("crates/tramite/src/clock.rs", 0),
        reader("crates/sandbox/src/clock.rs", 0),
        reader("crates/testkit/src/port.rs", 2),
        reader("crates/storage/tests/feed.rs", 0),
        reader("docs/time.md", 0),
    ];
    assert_eq!(clock_readers(&one), Vec::<String>::new());
    for way in 0..READS.len() {
        let two = [reader("crates/tramite/src/clock.rs", 0), reader("crates/gateway/src/soap/receive.rs", way)];
        assert_eq!(clock_readers(&two).len(), 2);
    }
}
