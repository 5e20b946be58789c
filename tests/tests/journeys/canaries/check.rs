// SPDX-License-Identifier: AGPL-3.0-or-later
//! What must hold at the end: of secrets nothing anywhere, of people only what stands in the columns that are for them.

use std::collections::BTreeSet;

use tramite_telemetry::catalogue::ALL;
use tramite_testkit::Database;
use tramite_tests::dump;

use super::Search;

/// The columns that are for somebody's data, in this reviewed list alone. Sealed ones hold nothing that can be read.
pub(super) const PERSONAL_IN_PRODUCTION: [&str; 13] = [
    "checkout_sessions.payer",
    "debt_positions.debtor_address",
    "debt_positions.debtor_email",
    "debt_positions.debtor_full_name",
    "debt_positions.debtor_tax_code",
    "journal.payload",
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

pub(super) async fn metrics(search: &Search, private: &str) {
    let text = reqwest::get(format!("{private}/metrics")).await.unwrap().text().await.unwrap();
    for family in ALL {
        assert!(text.contains(&format!("# TYPE {} ", family.name)), "{} in {text}", family.name);
    }
    assert!(text.contains("tramite_http_requests_total{") && text.contains("tramite_database_up 1"), "{text}");
    search.secrets.none_within("the metrics", text.as_bytes());
    search.people.none_within("the metrics", text.as_bytes());
}

pub(super) fn logs(search: &Search, names: &[&str]) {
    let mut all = Vec::new();
    for name in names {
        let path = search.ear_path(name);
        let text = std::fs::read(&path).unwrap();
        for (number, line) in text.split(|byte| *byte == b'\n').enumerate() {
            let place = || format!("{name}, line {}: {}", number + 1, String::from_utf8_lossy(line));
            let found = (search.secrets.within(line), search.people.within(line));
            assert!(found.0.is_empty() && found.1.is_empty(), "{found:?} in {}", place());
        }
        all.extend(text);
    }
    // It said much: a log that is switched off would leak nothing either.
    let text = String::from_utf8(all).unwrap();
    for said in ["served", "message answered"] {
        assert!(text.contains(said), "nothing in the logs says {said:?}");
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
