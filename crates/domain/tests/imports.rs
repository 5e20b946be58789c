// SPDX-License-Identifier: AGPL-3.0-or-later
//! How an import tells how far it is.
#![allow(clippy::unwrap_used, reason = "tests state what they expect")]

mod support;

use support::{Town, client};
use tramite_domain::given::Given;
use tramite_domain::ids::ImportFileId;
use tramite_domain::import::{
    FileFormat, FileLayout, Import, ImportFile, ImportPhase, ImportRow, OnError, Progress, RowOutcome, Wish, advance,
    begin, finish, receive,
};
use tramite_domain::room::Room;
use uuid::Uuid;

const ROWS: u64 = 1_000;

fn received(given: &mut Given<'_>, on_error: OnError) -> Import {
    let file = ImportFile {
        id: ImportFileId::from(Uuid::from_u128(7)),
        name: None,
        format: FileFormat::Csv,
        layout: FileLayout::Tramite,
        bytes: 1,
        sha256: [0; 32],
        kept_until: None,
    };
    let wish =
        Wish { service_code: None, publish: true, dry_run: false, on_error, free_beneficiary: false, services: None };
    receive(given, client(), file, wish, &Room::default()).unwrap().import
}

fn rows(count: u64) -> Progress {
    let row = |line| ImportRow {
        line,
        external_id: None,
        outcome: RowOutcome::Loaded,
        debt_position_id: None,
        installment_id: None,
        faults: Vec::new(),
    };
    Progress { groups: count, rows: (0..count).map(row).collect() }
}

#[test]
fn what_is_checked_before_it_is_loaded_counts_twice_in_its_speed() {
    let mut town = Town::new();
    let start = town.now;
    let mut given = Given { now: start, ids: &mut town.ids, client_id: Some(client()), request_id: None };
    let (import, _) = begin(&received(&mut given, OnError::Abort), ROWS, None, start);
    let (checked, _) = advance(&import, rows(ROWS), start.plus_seconds(10));
    assert_eq!((checked.phase, checked.rows_per_second()), (ImportPhase::Checking, Some(100)));
    given.now = start.plus_seconds(10);
    let (loading, _) = finish(&mut given, &checked);
    assert_eq!((loading.phase, loading.rows_per_second()), (ImportPhase::Loading, Some(100)));
    let (half, _) = advance(&loading, rows(ROWS / 2), start.plus_seconds(15));
    assert_eq!(half.rows_per_second(), Some(100));
    let (import, _) = begin(&received(&mut given, OnError::Skip), ROWS, None, start);
    let (half, _) = advance(&import, rows(ROWS / 2), start.plus_seconds(5));
    assert_eq!((half.phase, half.rows_per_second()), (ImportPhase::Loading, Some(100)));
}
