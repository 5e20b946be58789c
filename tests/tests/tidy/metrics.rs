// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is counted, what is documented, and what the dashboard and the alarms ask for are the same.

use std::collections::BTreeSet;

use tramite_telemetry::catalogue::ALL;
use tramite_telemetry::{Kind, Metrics};

use crate::{none, tree};

const GUIDE: &str = "docs/operating.md";
const SECTION: &str = "\n## Health and metrics\n";
const ASKING: [&str; 2] = ["docs/operating/grafana.json", "docs/operating/alerts.yml"];
/// What a histogram is asked for by.
const ENDS: [&str; 3] = ["_bucket", "_sum", "_count"];

/// The names of families in a text: words that begin like one.
fn names(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'));
    words.filter(|word| word.starts_with("tramite_") || word.starts_with("process_")).collect()
}

/// The families that the text of `/metrics` names.
fn told() -> BTreeSet<String> {
    let text = Metrics::default().text();
    text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).map(str::to_owned).collect()
}

/// What is asked for and never told.
fn never_told(asked: &BTreeSet<&str>) -> Vec<String> {
    let told = told();
    let histogram = |name: &str| {
        let family = ENDS.iter().find_map(|end| name.strip_suffix(end));
        ALL.iter().any(|one| family == Some(one.name) && matches!(one.kind, Kind::Histogram(_)))
    };
    asked.iter().filter(|name| !told.contains(**name) && !histogram(name)).map(|name| (*name).to_owned()).collect()
}

/// The rows of the table in the guide's section: a name, and its labels.
fn rows(guide: &str) -> Vec<(String, Vec<String>)> {
    let (_, section) = guide.split_once(SECTION).expect(SECTION);
    let section = section.split("\n## ").next().unwrap_or_default();
    let code = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let row = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').collect();
        let name = code(cells.first()?).into_iter().next()?;
        let family = name.starts_with("tramite_") || name.starts_with("process_");
        family.then(|| (name, code(cells.get(1).copied().unwrap_or_default())))
    };
    section.lines().filter(|line| line.starts_with("| ")).filter_map(row).collect()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(tree::root().join(path)).expect(path)
}

#[test]
fn the_dashboard_and_the_alarms_ask_for_nothing_that_is_not_counted() {
    for path in ASKING {
        let text = read(path);
        assert!(names(&text).len() > 10, "{path} asks for little");
        none(path, &never_told(&names(&text)));
    }
    let dashboard = read(ASKING[0]);
    let missing: Vec<_> = told().into_iter().filter(|name| !dashboard.contains(name.as_str())).collect();
    none("counted, and not on the dashboard", &missing);
}

#[test]
fn every_family_is_documented_with_its_labels_and_no_other() {
    let documented = rows(&read(GUIDE));
    let counted: Vec<(String, Vec<String>)> = ALL
        .iter()
        .map(|family| (family.name.to_owned(), family.labels.iter().map(|label| (*label).to_owned()).collect()))
        .collect();
    assert_eq!(documented, counted, "{GUIDE} lists what is counted, in its order");
}

#[test]
fn a_name_that_nobody_counts_is_found() {
    let text =
        "sum(rate(tramite_node_requests_total[5m])) / tramite_gone_total > tramite_job_pass_duration_seconds_bucket";
    assert_eq!(never_told(&names(text)), ["tramite_gone_total"]);
    assert_eq!(never_told(&BTreeSet::from(["tramite_node_requests_total_sum"])).len(), 1);
    let guide =
        format!("| `tramite_role` | x |\n{SECTION}| `tramite_x` | `a`, `b` | c |\n| `other` | none | d |\n## Next\n");
    assert_eq!(rows(&guide), [("tramite_x".to_owned(), vec!["a".to_owned(), "b".to_owned()])]);
}
