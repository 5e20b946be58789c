// SPDX-License-Identifier: AGPL-3.0-or-later
//! A Rust file is one thing; beyond 400 lines it is two.

use crate::none;
use crate::tree::{self, TextFile};

const LINES_MAX: usize = 400;

/// Files that may be longer, each with its reason.
const LONGER: [(&str, &str); 0] = [];

fn too_long(file: &TextFile) -> Option<String> {
    let lines = file.text.lines().count();
    let allowed = LONGER.iter().any(|(path, _)| *path == file.path);
    (file.ends_in(&["rs"]) && lines > LINES_MAX && !allowed)
        .then(|| format!("{}: {lines} lines, at most {LINES_MAX}", file.path))
}

#[test]
fn no_file_is_too_long() {
    let files = tree::texts();
    let mut findings: Vec<String> = files.iter().filter_map(too_long).collect();
    for (path, reason) in LONGER {
        let needed = files.iter().any(|file| file.path == path && file.text.lines().count() > LINES_MAX);
        if !needed || reason.is_empty() {
            findings.push(format!("{path}: stands among the longer ones without need or reason"));
        }
    }
    none("file length", &findings);
}

#[test]
fn a_long_file_is_found() {
    let file = |path, lines| TextFile::sample(path, &"x\n".repeat(lines));
    assert!(too_long(&file("a.rs", LINES_MAX)).is_none());
    assert!(too_long(&file("a.rs", LINES_MAX + 1)).is_some());
    assert!(too_long(&file("a.md", LINES_MAX + 1)).is_none());
}
