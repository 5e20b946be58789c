// SPDX-License-Identifier: AGPL-3.0-or-later
//! Both databases have the same migrations, each with a way up and a way down.

use std::collections::{BTreeMap, BTreeSet};

use crate::{none, tree};

/// What each migration has.
const TWINS: [&str; 4] = ["postgres/up.sql", "postgres/down.sql", "sqlite/up.sql", "sqlite/down.sql"];

fn without_twin(paths: &[String]) -> Vec<String> {
    let mut found: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut findings = Vec::new();
    for path in paths {
        let Some(rest) = path.strip_prefix("migrations/") else {
            continue;
        };
        match rest.split('/').collect::<Vec<_>>().as_slice() {
            [database, name, file] if TWINS.contains(&format!("{database}/{file}").as_str()) => {
                found.entry(name).or_default().insert(format!("{database}/{file}"));
            }
            _ => findings.push(format!("{path}: not migrations/<database>/<name>/<up|down>.sql")),
        }
    }
    let mut numbers = BTreeSet::new();
    for (name, files) in &found {
        if !numbered(name) {
            findings.push(format!("{name}: not named NNNN_what_it_does"));
        } else if !numbers.insert(name.split('_').next()) {
            findings.push(format!("{name}: its number is another's too"));
        }
        for twin in TWINS.iter().filter(|twin| !files.contains(**twin)) {
            findings.push(format!("{name}: {twin} is missing"));
        }
    }
    findings
}

/// Four digits, an underscore, and words in snake case.
fn numbered(name: &str) -> bool {
    name.split_once('_').is_some_and(|(number, words)| {
        number.len() == 4
            && number.bytes().all(|digit| digit.is_ascii_digit())
            && !words.is_empty()
            && words.bytes().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'_')
    })
}

#[test]
fn every_migration_has_its_twin() {
    none("migrations", &without_twin(&tree::paths()));
}

#[test]
fn a_migration_without_twin_is_found() {
    let right: Vec<String> = TWINS
        .iter()
        .filter_map(|twin| twin.split_once('/'))
        .map(|(database, file)| format!("migrations/{database}/0001_first/{file}"))
        .collect();
    assert_eq!(without_twin(&right), Vec::<String>::new());
    for missing in 0..right.len() {
        let mut wrong = right.clone();
        wrong.remove(missing);
        assert_eq!(without_twin(&wrong).len(), 1, "{wrong:?}");
    }
    let mut misnamed = right.clone();
    misnamed.extend(right.iter().map(|path| path.replace("0001_first", "0001_other")));
    misnamed.extend(right.iter().map(|path| path.replace("0001_first", "2_Other")));
    misnamed.push("migrations/oracle/0001_first/up.sql".to_owned());
    assert_eq!(without_twin(&misnamed).len(), 3);
}
