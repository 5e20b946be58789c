// SPDX-License-Identifier: AGPL-3.0-or-later
//! Every source file and every document says under which licence it stands.

use crate::none;
use crate::tree::{self, TextFile};

const CODE: &str = "AGPL-3.0-or-later";
const DOCUMENTS: &str = "CC-BY-4.0";

/// In whose first lines the header must be: it comes after `#!` or a document's opening mark.
const FIRST_LINES: usize = 3;

/// Kinds of files in which a comment can stand.
const COMMENTED: [&str; 10] = ["rs", "sql", "toml", "yml", "yaml", "html", "css", "js", "sh", "py"];

/// Files without extension in which a comment can stand.
const NAMED: [&str; 5] = ["justfile", "Dockerfile", ".dockerignore", ".gitignore", ".editorconfig"];

/// What a header looks like; the mark is built, because this file is no sample of it.
fn header(licence: &str) -> String {
    format!("{}-License-Identifier: {licence}", "SPDX")
}

fn without_header(file: &TextFile) -> Option<String> {
    let wanted = header(licence(file)?);
    let found = if file.ends_in(&["rs"]) {
        file.text.lines().next() == Some(&format!("// {wanted}"))
    } else {
        file.text.lines().take(FIRST_LINES).any(|line| line.contains(&wanted))
    };
    (!found).then(|| format!("{}: does not begin with `{wanted}`", file.path))
}

/// The licence that a file must name; none where `REUSE.toml` names it, as for generated files.
fn licence(file: &TextFile) -> Option<&'static str> {
    let generated = file.path.starts_with("openapi/");
    let command = file.path.starts_with(".ci/") || NAMED.contains(&file.path.as_str());
    if generated {
        None
    } else if file.ends_in(&["md"]) {
        Some(DOCUMENTS)
    } else {
        (command || file.ends_in(&COMMENTED)).then_some(CODE)
    }
}

#[test]
fn every_file_says_its_licence() {
    let findings: Vec<String> = tree::texts().iter().filter_map(without_header).collect();
    none("licence headers", &findings);
}

#[test]
fn a_missing_header_is_found() {
    let code = header(CODE);
    let documents = header(DOCUMENTS);
    let right = [
        TextFile::sample("a.rs", &format!("// {code}\n//! A.\n")),
        TextFile::sample("b.md", &format!("<!-- {documents} -->\n# B\n")),
        TextFile::sample("c.sql", &format!("-- {code}\n")),
        TextFile::sample(".ci/run", &format!("#!/usr/bin/env bash\n# {code}\n")),
        TextFile::sample("d.snap", "anything"),
        TextFile::sample("openapi/tramite.yaml", "anything"),
    ];
    assert!(right.iter().all(|file| without_header(file).is_none()));
    let wrong = [
        TextFile::sample("a.rs", "//! A.\n"),
        TextFile::sample("a.rs", &format!("//! A.\n// {code}\n")),
        TextFile::sample("b.md", &format!("<!-- {code} -->\n")),
        TextFile::sample("c.sql", &format!("\n\n\n\n-- {code}\n")),
        TextFile::sample("Dockerfile", ""),
    ];
    assert!(wrong.iter().all(|file| without_header(file).is_some()));
}
