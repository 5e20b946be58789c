// SPDX-License-Identifier: AGPL-3.0-or-later
//! Many positions at once: what is written, what is read for them, and who comes in between.

use tramite_domain::attempt::{Attempt, AttemptKind};
use tramite_domain::batch::{Batch, Write};
use tramite_domain::debt_position::{DebtPosition, PaymentOption, PositionStatus};
use tramite_domain::ident::ExternalId;
use tramite_domain::ids::InstitutionId;
use tramite_domain::import::{Import, ImportRow, Progress, advance, begin};
use tramite_storage::{ImportedInstallment, LOADABLE_INSTALLMENTS_MAX, PositionInUse, Rule, Scope, Store, StoreError};
use tramite_testkit::Database;

use crate::raw::{count, psql};
use crate::support::*;

/// Positions that are written at once.
const MANY: usize = 60;
/// How often a receipt and many updates meet.
const ROUNDS: usize = 12;

/// Keys that a part of a file asks for.
const PART: usize = 500;
/// Positions of the same service that it does not ask for.
const OTHERS: i64 = 5_000;
/// How long PostgreSQL may take to tell what it has counted, in tenths of a second.
const STATISTICS_ROUNDS_MAX: u32 = 30;

/// What is compared of each table: all of it but whose it is, and where it stands in the feed.
const COLUMNS: [(&str, &str); 6] = [
    (
        "debt_positions",
        "id, service_code, external_id, description, debtor_kind, debtor_tax_code, debtor_full_name, debtor_email, \
         debtor_address, origin, created_by, published_at, valid_from, cancelled_at, expires_after_due_date, settled, \
         cancelled, published, ends_at, told_status, next_transition_at, erased_at, version, created_at, updated_at",
    ),
    ("payment_options", "id, debt_position_id, place, kind, available_until, available_days, notified_on"),
    (
        "installments",
        "id, debt_position_id, payment_option_id, place, reference, amount, previous_amount, amount_changed_at, due_date, \
         expires_at, description, iuv, notice_number, cancelled_at, paid_at, paid_amount, paid_receipt_id, reported_at, \
         anomalies, payment_metadata, metadata, paid_reference, earlier_amounts",
    ),
    (
        "transfers",
        "installment_id, transfer_index, debt_position_id, amount, target, taxonomy_code, remittance_information, \
         payment_metadata, accounting",
    ),
    ("events", "id, month, kind, at, client_id, service_code, debt_position_id, session_id, data"),
    ("audit", "id, at, client_id, action, subject, reason, request_id"),
];

/// Positions that differ in everything that may be absent.
fn various(number: usize) -> DebtPosition {
    let mut one = position(&format!("P-{number}"));
    if number.is_multiple_of(2) {
        (one.debtor.email, one.debtor.address) = (None, None);
        one.options.truncate(1);
        one.options[0].installments[0].past_amounts.clear();
    }
    if number.is_multiple_of(3) {
        (one.published_at, one.created_by, one.valid_from) = (None, None, Some(now().plus_seconds(60)));
        one.told_status = PositionStatus::Draft;
        one.options[0].installments[0].past_amounts.truncate(1);
        one.options[0].installments[0].expires_at = Some(now().plus_seconds(3_600));
    }
    if number.is_multiple_of(5) {
        (one.service_code, one.external_id) = (None, None);
        let installment = &mut one.options[0].installments[0];
        (installment.notice_number, installment.description, installment.due_date) = (None, None, None);
        installment.transfers.clear();
        installment.cancelled_at = Some(now());
    }
    one
}

fn told(position: &DebtPosition) -> Batch {
    let mut event = event(position);
    event.client_id = position.created_by;
    let line = tramite_domain::audit::AuditLine { client_id: event.client_id, reason: None, ..audit_line() };
    inserting(position).with(Write::InsertEvent(Box::new(event))).with(Write::InsertAudit(line))
}

/// An institution as a literal of the database.
fn literal(database: &Database, institution: InstitutionId) -> String {
    let mark = if database.is_postgres() { "" } else { "x" };
    format!("{mark}'{}'", institution.uuid().simple())
}

pub(crate) async fn many_positions_at_once_leave_the_rows_that_one_by_one_leave(database: Database) {
    let town = town(&database).await;
    let kept: Vec<DebtPosition> = (0..MANY).map(various).collect();
    let each: Vec<Batch> = kept.iter().map(told).collect();
    let (at_once, one_by_one) = (Scope::of_worker(town.a.id), Scope::of_worker(town.b.id));
    let mut whole = Batch::new();
    for batch in &each {
        whole.append(batch.clone());
    }
    town.store.commit(&at_once, whole).await.unwrap();
    for batch in each {
        town.store.commit(&one_by_one, batch).await.unwrap();
    }
    for position in &kept {
        for scope in [&at_once, &one_by_one] {
            assert_eq!(town.store.position(scope, position.id).await.unwrap().as_ref(), Some(position));
        }
    }
    let (a, b) = (literal(&database, town.a.id), literal(&database, town.b.id));
    for (table, columns) in COLUMNS {
        let of = |institution: &str| format!("SELECT {columns} FROM {table} WHERE institution_id = {institution}");
        let rows = async |sql: String| count(&database, &format!("({sql}) AS compared")).await;
        let (first, second) = (rows(of(&a)).await, rows(of(&b)).await);
        assert!(first >= i64::try_from(MANY).unwrap() && first == second, "{table}: {first} and {second}");
        for (own, other) in [(&a, &b), (&b, &a)] {
            assert_eq!(rows(format!("{} EXCEPT {}", of(own), of(other))).await, 0, "{table}");
        }
    }
}

pub(crate) async fn many_positions_at_once_are_written_in_their_place_and_whole_or_not_at_all(database: Database) {
    let town = town(&database).await;
    let scope = Scope::of_worker(town.a.id);
    let made: Vec<DebtPosition> = (0..20).map(|number| simple(&format!("P-{number}"))).collect();
    let mut after = made[3].clone();
    (after.description, after.version) = (text("cambiata"), 2);
    let mut batch = Batch::new();
    for (place, position) in made.iter().enumerate() {
        if place == 10 {
            batch.append(updating(&after, 1));
        }
        batch.append(inserting(position));
    }
    town.store.commit(&scope, batch).await.unwrap();
    let found = async |position: &DebtPosition| town.store.position(&scope, position.id).await.unwrap();
    assert_eq!(found(&made[3]).await, Some(after));
    assert_eq!(found(&made[19]).await.as_ref(), Some(&made[19]));

    let others: Vec<DebtPosition> = (20..40).map(|number| simple(&format!("P-{number}"))).collect();
    let with = |last: &DebtPosition| {
        let mut batch = Batch::new();
        for position in others.iter().chain([last]) {
            batch.append(told(position));
        }
        batch
    };
    let mut same_notice = simple("P-99");
    renumber(&mut same_notice, first_number(&made[0]));
    for (wrong, rule) in [(simple("P-5"), Rule::ExternalId), (same_notice, Rule::Iuv)] {
        let refused = town.store.commit(&scope, with(&wrong)).await;
        assert!(matches!(&refused, Err(StoreError::Duplicate(found)) if *found == rule), "{refused:?}");
    }
    assert_eq!(found(&others[0]).await, None);
    assert_eq!(town.told().await, 0);
    town.store.commit(&scope, with(&simple("P-99"))).await.unwrap();
    assert_eq!(town.told().await, 21);
}

/// All of those positions as they are now, in the order of their ids.
async fn present(store: &Store, scope: &Scope, of: &[DebtPosition]) -> Vec<DebtPosition> {
    let ids: Vec<_> = of.iter().map(|one| one.id).collect();
    let mut found = store.positions_by_ids(scope, &ids).await.unwrap();
    found.sort_by_key(|one| one.id);
    found
}

/// A part of a file that changes all of those positions.
fn changing(positions: &[DebtPosition], running: &Import, round: usize) -> Batch {
    let mut batch = Batch::new();
    for position in positions {
        let mut after = position.clone();
        after.description = text(&format!("Giro {round}"));
        after.version += 1;
        batch.append(updating(&after, position.version));
    }
    let line = u64::try_from(round).unwrap() + 2;
    let rows: Vec<ImportRow> = vec![loaded_row(line, &positions[0])];
    batch.append(advance(running, Progress { groups: 1, rows }, now()).1);
    batch
}

pub(crate) async fn a_receipt_and_many_updates_at_once_are_never_both_written(database: Database) {
    let town = town(&database).await;
    let (worker, node) = (Scope::of_worker(town.a.id), town.node());
    let made: Vec<DebtPosition> = (0..ROUNDS).map(|number| simple(&format!("P-{number}"))).collect();
    let sent = import(town.portal);
    let mut batch = sending(&sent);
    for position in &made {
        batch.append(inserting(position));
    }
    batch.append(begin(&sent, 1, None, now()).1);
    town.store.commit(&worker, batch).await.unwrap();
    let (mut loads, mut payments) = (0_i64, 0_i64);
    for round in 0..ROUNDS {
        let before = present(&town.store, &worker, &made).await;
        let running = town.store.import(&worker, sent.id).await.unwrap().unwrap();
        let receipt = receipt(&format!("r-{round}"), Some(&before[round]));
        let settled = paid(&before[round], &receipt);
        let paying = Batch::new().with(Write::InsertReceipt(Box::new(receipt))).with(Write::SettleInstallment {
            installment: first(&settled),
            expected: before[round].version,
            position: Box::new(settled),
        });
        let loading = changing(&before, &running, round);
        let (loaded, booked) = tokio::join!(town.store.commit(&worker, loading), town.store.commit(&node, paying));
        let after = present(&town.store, &worker, &made).await;
        let import = town.store.import(&worker, sent.id).await.unwrap().unwrap();
        let moved = before.iter().zip(&after).filter(|(before, after)| after.version == before.version + 1).count();
        let now_paid = after[round].options[0].installments[0].payment.is_some();
        match (loaded, booked) {
            (Ok(()), Err(StoreError::Conflict)) => {
                assert_eq!((moved, import.version, now_paid), (ROUNDS, running.version + 1, false));
                loads += 1;
            }
            (Err(StoreError::Conflict), Ok(())) => {
                assert_eq!((moved, import.version, now_paid), (1, running.version, true));
                payments += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(loads + payments, i64::try_from(ROUNDS).unwrap());
    assert_eq!(count(&database, "import_rows").await, loads, "each load has told of one row");
}

pub(crate) async fn what_many_positions_rest_on_is_read_at_once(database: Database) {
    let town = town(&database).await;
    let (scope, store) = (town.token(town.a.id), &town.store);
    let (one, several, mut elsewhere) = (simple("P-1"), position("P-2"), simple("P-3"));
    elsewhere.service_code = Some("MENSA".parse().unwrap());
    let free = simple("P-4");
    let last = several.options[1].installments[1].id;
    let early = Attempt { at: now().plus_seconds(-9), ..attempt(first(&one), AttemptKind::Get, "") };
    let mut batch = Batch::new();
    for position in [&one, &several, &elsewhere, &free] {
        batch.append(inserting(position));
    }
    batch.push(Write::InsertSession(Box::new(session(town.other, &[&several]))));
    for tried in [attempt(last, AttemptKind::Get, ""), attempt(first(&several), AttemptKind::Cart, "cart-9"), early] {
        batch.push(Write::RecordAttempt(tried));
    }
    store.commit(&Scope::of_worker(town.a.id), batch).await.unwrap();
    let tari = "TARI".parse().unwrap();
    let keys: Vec<ExternalId> = (1..2_500).map(|number| format!("P-{number}").parse().unwrap()).collect();
    let read = async |scope: &Scope, keys: &[ExternalId]| store.loadable(scope, &tari, keys, now()).await.unwrap();
    let mut found = read(&scope, &keys[..]).await;
    assert_eq!((&*found.institution, found.service.map(|one| one.code)), (&town.a, Some(tari.clone())));
    found.existing.sort_by_key(|one| one.position.id);
    let mut expected: Vec<PositionInUse> = Vec::new();
    for position in [&one, &several, &free] {
        expected.push(store.position_in_use(&scope, position.id, now()).await.unwrap().unwrap());
    }
    assert_eq!(found.existing, expected, "each as it is read alone");
    assert_eq!((expected[1].payers.attempts.len(), expected[1].payers.sessions.len()), (2, 1));
    assert!(expected[0].payers.attempts.is_empty(), "that was too long ago");
    assert!(read(&scope, &keys[..0]).await.existing.is_empty());
    assert!(read(&scope, &keys[9..]).await.existing.is_empty());
    let hidden = read(&town.restricted(&["MENSA"]), &keys[..]).await;
    assert!(hidden.service.is_none() && hidden.existing.is_empty());
    assert!(read(&town.token(town.b.id), &keys[..]).await.existing.is_empty());
}

pub(crate) async fn positions_that_are_too_large_together_are_not_read(database: Database) {
    let town = town(&database).await;
    let (scope, store) = (town.token(town.a.id), &town.store);
    let half = LOADABLE_INSTALLMENTS_MAX / 2;
    for (key, count) in [("P-1", half), ("P-2", half), ("P-3", 1)] {
        let mut dense = simple(key);
        let small = |at: usize| {
            let mut one = installment(&at.to_string(), 1_000);
            one.transfers.truncate(1);
            one.past_amounts.clear();
            one
        };
        dense.options[0].installments = (0..count).map(small).collect();
        town.add(&dense).await;
    }
    let tari = "TARI".parse().unwrap();
    let keys: Vec<ExternalId> = (1..=9).map(|number| format!("P-{number}").parse().unwrap()).collect();
    let found = store.loadable(&scope, &tari, &keys[..2], now()).await.unwrap();
    let installments = found.existing.iter().map(|one| one.position.installments().count()).sum::<usize>();
    assert_eq!((found.existing.len(), installments), (2, LOADABLE_INSTALLMENTS_MAX), "as many as there is room for");
    let refused = store.loadable(&scope, &tari, &keys, now()).await;
    assert!(matches!(&refused, Err(StoreError::Busy)), "{:?}", refused.map(|found| found.existing.len()));
}

/// A file is loaded into a table that was empty when its first part asked, and that nobody has analysed since. Each part looks at what
/// is there under its keys, and not at all that the service has: else the last part of a million rows takes as long as the file.
pub(crate) async fn new_keys_look_at_no_other_position_of_the_service(database: Database) {
    if !database.is_postgres() {
        // The plan on SQLite is looked at beside the statement.
        return;
    }
    let town = town(&database).await;
    let tari = "TARI".parse().unwrap();
    let scope = town.token(town.a.id);
    let asked: Vec<ExternalId> = (0..PART).map(|number| format!("NEW-{number}").parse().unwrap()).collect();
    let first = open(&database).await;
    // More often than PostgreSQL makes a plan anew for a statement that it is asked again.
    for _ in 0..8 {
        assert!(first.loadable(&scope, &tari, &asked, now()).await.unwrap().existing.is_empty());
    }
    town.add(&simple("P-1")).await;
    psql(&database, "ALTER TABLE debt_positions SET (autovacuum_enabled = false)");
    psql(&database, &copies("debt_positions", &[("id", "gen_random_uuid()"), ("external_id", "'OLD-' || number")]));
    let before = looked_at(&database);
    for _ in 0..8 {
        assert!(first.loadable(&scope, &tari, &asked, now()).await.unwrap().existing.is_empty());
    }
    // A connection that ends tells what it has counted.
    drop(first);
    let mut looked = 0;
    for _ in 0..STATISTICS_ROUNDS_MAX {
        looked = looked_at(&database) - before;
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert!(looked < OTHERS, "{looked} rows were looked at for {PART} keys, of which none is there, beside {OTHERS}");
    // Counted last: it looks at every row, and that is told a moment later.
    assert_eq!(count(&database, "debt_positions").await, OTHERS + 1);
}

/// How many entries of indexes and rows of positions PostgreSQL has looked at.
fn looked_at(database: &Database) -> i64 {
    let indexes = "SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = 'debt_positions'";
    let tables = "SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'debt_positions'";
    psql(database, &format!("SELECT ({indexes}) + ({tables})")).parse().unwrap()
}

/// Copies of the only row of a table, which differ in some columns.
fn copies(table: &str, columns: &[(&str, &str)]) -> String {
    let changed: Vec<String> = columns.iter().map(|(column, value)| format!("'{column}', {value}")).collect();
    let row = format!("to_jsonb(one) || jsonb_build_object({})", changed.join(", "));
    format!(
        "INSERT INTO {table} SELECT made.* FROM {table} AS one CROSS JOIN generate_series(1, {OTHERS}) AS number \
         CROSS JOIN LATERAL jsonb_populate_record(one, {row}) AS made"
    )
}

pub(crate) async fn what_rows_are_about_is_read_as_it_is_now(database: Database) {
    let town = town(&database).await;
    let (scope, store) = (town.token(town.a.id), &town.store);
    let (one, several) = (simple("P-1"), position("P-2"));
    let sent = import(town.portal);
    let (running, begun) = begin(&sent, 3, None, now());
    let whole = ImportRow { installment_id: None, ..loaded_row(4, &several) };
    let rows = vec![loaded_row(2, &one), rejected_row(3), whole];
    let mut batch = sending(&sent);
    for more in [inserting(&one), inserting(&several), begun, advance(&running, Progress { groups: 3, rows }, now()).1]
    {
        batch.append(more);
    }
    store.commit(&scope, batch).await.unwrap();
    let receipt = receipt("r-1", Some(&one));
    let settled = paid(&one, &receipt);
    let settle =
        Write::SettleInstallment { position: Box::new(settled.clone()), expected: 1, installment: first(&settled) };
    let payment = Batch::new().with(Write::InsertReceipt(Box::new(receipt.clone()))).with(settle);
    store.commit(&town.node(), payment).await.unwrap();
    let found = store.installments_of_import(&scope, sent.id, 0..=u64::MAX).await.unwrap();
    let of = |line| found.iter().filter(move |one: &&ImportedInstallment| one.line == line).collect::<Vec<_>>();
    let about_one = of(2);
    assert_eq!((about_one.len(), &*about_one[0].position), (1, &settled));
    assert_eq!(about_one[0].installment, settled.options[0].installments[0]);
    let kept = about_one[0].receipt.as_ref().unwrap();
    assert_eq!((kept.id, &kept.content.psp), (receipt.id, &receipt.content.psp));
    assert!(of(3).is_empty());
    let ids: Vec<_> = of(4).iter().map(|one| one.installment.id).collect();
    let all: Vec<_> = several.options.iter().flat_map(installments).collect();
    assert_eq!(ids, all);
    assert!(of(4).iter().all(|one| one.receipt.is_none() && *one.position == several));
    assert!(store.installments_of_import(&scope, sent.id, 3..=3).await.unwrap().is_empty());
}

fn installments(option: &PaymentOption) -> impl Iterator<Item = tramite_domain::ids::InstallmentId> {
    option.installments.iter().map(|one| one.id)
}
