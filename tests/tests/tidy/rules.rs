// SPDX-License-Identifier: AGPL-3.0-or-later
//! The table of behaviour rules names every rule, and for each a test that is there.

use crate::none;
use crate::tree;

const TABLE: &str = "docs/rules.md";
const RULES: usize = 33;
/// A row of the table: its number and what stands in the column of tests.
fn rows(table: &str) -> Vec<(usize, String)> {
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let row = |cells: Vec<String>| Some((cells.first()?.parse().ok()?, cells.get(2)?.clone()));
    table.lines().filter(|line| line.starts_with("| ")).filter_map(|line| row(cells(line))).collect()
}

/// What is wrong with the table: `` `name` in [words](file) ``, as often as the row says so.
fn wrong(table: &str, read: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
    let rows = rows(table);
    let mut findings = Vec::new();
    for rule in 1..=RULES {
        let count = rows.iter().filter(|(number, _)| *number == rule).count();
        if count != 1 {
            findings.push(format!("rule {rule} stands there {count} times"));
        }
    }
    for (rule, tests) in rows {
        let named: Vec<(&str, &str)> = tests.split('`').skip(1).step_by(2).zip(files(&tests)).collect();
        for (name, file) in &named {
            let place = format!("docs/{file}");
            let there = read(&place).is_some_and(|text| text.contains(&format!("fn {name}(")));
            if !there {
                findings.push(format!("rule {rule}: no test {name} in {place}"));
            }
        }
        if !named.first().is_some_and(|(name, _)| name.starts_with(&format!("rule_{rule:02}_"))) {
            findings.push(format!("rule {rule}: no test of its own"));
        }
    }
    findings
}

fn files(tests: &str) -> impl Iterator<Item = &str> {
    tests.split("](").skip(1).filter_map(|rest| rest.split(')').next())
}

/// The text of a file, by a path that goes up from the table's folder.
fn read(place: &str) -> Option<String> {
    let place = place.strip_prefix("docs/../")?;
    std::fs::read_to_string(tree::root().join(place)).ok()
}

#[test]
fn every_rule_has_its_test() {
    let table = std::fs::read_to_string(tree::root().join(TABLE)).expect("the table is there");
    none("rules", &wrong(&table, &read));
}

#[test]
fn a_rule_without_its_test_is_found() {
    let line = |rule: usize| format!("| {rule} | what holds | `rule_{rule:02}_holds` in [file](../a.rs) |\n");
    let whole: String = (1..=RULES).map(line).collect();
    let text: String = (1..=RULES).map(|rule| format!("async fn rule_{rule:02}_holds() {{}}\n")).collect();
    let there = |_: &str| Some(text.clone());
    assert_eq!(wrong(&whole, &there), Vec::<String>::new());
    assert_eq!(wrong(&whole.replace(&line(7), ""), &there).len(), 1, "a rule is missing");
    assert_eq!(wrong(&whole.replace("rule_07_holds", "rule_07_held"), &there).len(), 1, "no such test");
    assert_eq!(wrong(&whole.replace("rule_07_holds", "rule_08_holds"), &there).len(), 1, "another rule's test");
    assert_eq!(wrong(&whole, &|_| None).len(), RULES, "no such file");
}
