// SPDX-License-Identifier: AGPL-3.0-or-later
//! What must hold at the end: of secrets nothing anywhere, of people only what stands in the columns that are for them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use tramite_telemetry::catalogue::ALL;
use tramite_telemetry::{Family, Kind};
use tramite_testkit::Database;
use tramite_tests::dump;

use super::Search;

/// The columns that are for somebody's data, in this reviewed list alone. Sealed ones hold nothing that can be read.
pub(super) const PERSONAL_IN_PRODUCTION: [&str; 15] = [
    "checkout_sessions.payer",
    "debt_positions.debtor_address",
    "debt_positions.debtor_email",
    "debt_positions.debtor_full_name",
    "debt_positions.debtor_tax_code",
    // A station and whom it belongs to stand there as the message names them: the test lets the Node name a person.
    "journal.callee",
    "journal.payload",
    "journal.station_id",
    "raw_messages.message",
    "receipt_keys.value",
    "receipt_transfers.iban",
    "receipt_variants.message",
    "receipts.debtor",
    "receipts.message",
    "receipts.payer",
];
/// Those of them that a citizen's payment fills.
pub(super) const PERSONAL_AT_CHECKOUT: [&str; 11] = [
    "checkout_sessions.payer",
    "debt_positions.debtor_address",
    "debt_positions.debtor_email",
    "debt_positions.debtor_full_name",
    "debt_positions.debtor_tax_code",
    "journal.payload",
    "receipt_keys.value",
    "receipt_transfers.iban",
    "receipts.debtor",
    "receipts.message",
    "receipts.payer",
];

/// How soon everything is counted.
const COUNTED_WITHIN: Duration = Duration::from_secs(30);
/// Families of which an installation for production shows no series, each with its reason.
pub(super) const NOT_IN_PRODUCTION: [(&str, &str); 4] = [
    ("tramite_node_probes_total", "the Node has not probed"),
    ("tramite_amount_callbacks_total", "no notice of such a service was asked for"),
    ("tramite_webhook_deliveries_total", "nobody is told of events"),
    ("tramite_import_rows_total", "no file is loaded"),
];
/// The same where a citizen pays in the sandbox.
pub(super) const NOT_AT_CHECKOUT: [(&str, &str); 4] = [
    ("tramite_node_probes_total", "the Node has not probed"),
    ("tramite_refused_peers_total", "a sandbox proves nobody"),
    ("tramite_amount_callbacks_total", "no service of the demonstration asks"),
    ("tramite_import_rows_total", "no file is loaded"),
];

/// Every family shows a series, so that its labels could hold what they must not; but for those.
pub(super) async fn metrics(search: &Search, private: &str, not_here: &[(&str, &str)]) {
    let reviewed: BTreeSet<&str> = not_here.iter().map(|(name, _)| *name).collect();
    let begun = Instant::now();
    let text = loop {
        let text = tramite_tests::http::get(format!("{private}/metrics")).await.unwrap().text().await.unwrap();
        let hidden: BTreeSet<&str> =
            ALL.iter().filter(|family| !has_series(&text, family)).map(|family| family.name).collect();
        if hidden == reviewed {
            break text;
        }
        // Some are counted up once in a while.
        assert!(begun.elapsed() < COUNTED_WITHIN, "without a series: {hidden:?}, and not {reviewed:?}");
        tokio::time::sleep(Duration::from_millis(500)).await;
    };
    assert!(text.contains("tramite_database_up 1"), "{text}");
    search.secrets.none_within("the metrics", text.as_bytes());
    search.people.none_within("the metrics", text.as_bytes());
}

fn has_series(text: &str, family: &Family) -> bool {
    let name = match family.kind {
        Kind::Histogram(_) => format!("{}_count", family.name),
        Kind::Counter | Kind::Gauge => family.name.to_owned(),
    };
    text.lines().any(|line| line.strip_prefix(&name).is_some_and(|rest| rest.starts_with(['{', ' '])))
}

/// What each process has said; the part of a file's name before the dot is the process.
pub(super) fn logs(search: &Search, names: &[&str]) {
    let mut of_process: BTreeMap<&str, Vec<u8>> = BTreeMap::new();
    for name in names {
        let path = search.ear_path(name);
        let text = std::fs::read(&path).unwrap();
        for (number, line) in text.split(|byte| *byte == b'\n').enumerate() {
            let place = || format!("{name}, line {}: {}", number + 1, String::from_utf8_lossy(line));
            let found = (search.secrets.within(line), search.people.within(line));
            assert!(found.0.is_empty() && found.1.is_empty(), "{found:?} in {}", place());
        }
        of_process.entry(name.split('.').next().unwrap()).or_default().extend(text);
    }
    // Each said much: a log that is switched off would leak nothing either.
    for (process, text) in of_process {
        let text = String::from_utf8(text).unwrap();
        for said in ["served", "message answered"] {
            assert!(text.contains(said), "nothing in the log of {process} says {said:?}");
        }
    }
}

pub(super) fn database(search: &Search, database: &Database, allowed: &[&str]) {
    search.secrets.none_within("the database", &dump::bytes(database));
    let mut seen = BTreeSet::new();
    for cell in dump::cells(database) {
        search.secrets.none_within(&cell.place, &cell.content);
        search.gone.none_within(&cell.place, &cell.content);
        if !search.people.within(&cell.content).is_empty() {
            seen.insert(cell.place);
        }
    }
    let wanted: BTreeSet<String> = allowed.iter().map(|place| (*place).to_owned()).collect();
    assert_eq!(seen, wanted, "the columns in which people stand");
}
