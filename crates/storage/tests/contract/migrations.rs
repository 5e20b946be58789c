// SPDX-License-Identifier: AGPL-3.0-or-later
//! Migrations: up, down and up again, by one process at a time, and for one environment.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tramite_domain::anomaly::Anomaly;
use tramite_domain::attempt::AttemptKind;
use tramite_domain::batch::{Batch, Write};
use tramite_domain::environment::Environment;
use tramite_domain::personal::Personal;
use tramite_storage::{DatabaseUrl, MasterKey, PageRequest, ReceiptFilter, Rule, Store, StoreError, StoreSettings};
use tramite_testkit::{Database, workspace_root};

use crate::raw::run;
use crate::support::*;

fn settings(database: &Database) -> StoreSettings {
    StoreSettings {
        url: database.url().parse().unwrap(),
        master_key: MasterKey::from_bytes([7; 32]),
        connections_max: 2,
        system_connections_max: 1,
        wait_ms_max: 5_000,
    }
}

/// The folders of the migrations, oldest first.
fn folders(database: &Database) -> Vec<PathBuf> {
    let tree = if database.is_postgres() { "migrations/postgres" } else { "migrations/sqlite" };
    let entries = std::fs::read_dir(workspace_root().join(tree)).unwrap();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

pub(crate) async fn every_migration_goes_down_and_up_again(database: Database) {
    let url: DatabaseUrl = database.url().parse().unwrap();
    let migrated = Store::migrate(&url, Environment::Sandbox).await.unwrap();
    assert_eq!(migrated.applied.len(), folders(&database).len());
    for folder in folders(&database).iter().rev() {
        run(&database, &std::fs::read_to_string(folder.join("down.sql")).unwrap());
    }
    run(&database, "DELETE FROM __diesel_schema_migrations");
    let left = match database.is_postgres() {
        true => crate::raw::psql(
            &database,
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')",
        ),
        false => crate::raw::count(&database, "sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
            .await
            .to_string(),
    };
    assert_eq!(left, "1", "only the list of migrations is left");
    assert_eq!(Store::migrate(&url, Environment::Production).await.unwrap().applied, migrated.applied);
    assert_eq!(Store::migrate(&url, Environment::Production).await.unwrap().applied, Vec::<String>::new());
    #[cfg(unix)]
    if let Some(path) = url.path() {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let store = Store::open(settings(&database)).await.unwrap();
    assert_eq!(store.environment(), Environment::Production);
    settle_town(store).await;
}

pub(crate) async fn of_many_who_migrate_at_once_one_does_the_work(database: Database) {
    let tries: Vec<_> = (0..4)
        .map(|_| {
            let url: DatabaseUrl = database.url().parse().unwrap();
            tokio::spawn(async move { Store::migrate(&url, Environment::Sandbox).await.unwrap() })
        })
        .collect();
    let mut applied = Vec::new();
    for one in tries {
        applied.push(one.await.unwrap().applied.len());
    }
    applied.sort_unstable();
    assert_eq!(applied, [0, 0, 0, folders(&database).len()]);
    Store::open(settings(&database)).await.unwrap().ping().await.unwrap();
}

/// The number of a migration.
fn version(folder: &Path) -> String {
    folder.file_name().unwrap().to_str().unwrap().split('_').next().unwrap().to_owned()
}

pub(crate) async fn a_database_is_of_one_environment_for_ever(database: Database) {
    let url: DatabaseUrl = database.url().parse().unwrap();
    Store::migrate(&url, Environment::Sandbox).await.unwrap();
    let other = Store::migrate(&url, Environment::Production).await;
    assert!(matches!(other, Err(StoreError::WrongEnvironment { sealed: Environment::Sandbox })), "{other:?}");
    assert_eq!(Store::open(settings(&database)).await.unwrap().environment(), Environment::Sandbox);
}

pub(crate) async fn a_database_of_the_other_environment_is_left_as_it_is_whatever_is_pending(database: Database) {
    let url: DatabaseUrl = database.url().parse().unwrap();
    Store::migrate(&url, Environment::Sandbox).await.unwrap();
    let newest = folders(&database).pop().unwrap();
    run(&database, &std::fs::read_to_string(newest.join("down.sql")).unwrap());
    run(&database, &format!("DELETE FROM __diesel_schema_migrations WHERE version = '{}'", version(&newest)));
    let other = Store::migrate(&url, Environment::Production).await;
    assert!(matches!(other, Err(StoreError::WrongEnvironment { sealed: Environment::Sandbox })), "{other:?}");
    let applied = crate::raw::count(&database, "__diesel_schema_migrations").await;
    assert_eq!(usize::try_from(applied).unwrap(), folders(&database).len() - 1, "nothing was applied");
    assert_eq!(Store::migrate(&url, Environment::Sandbox).await.unwrap().applied.len(), 1);
}

pub(crate) async fn a_schema_this_program_does_not_know_is_refused(database: Database) {
    let refused = async |word: &str| match Store::open(settings(&database)).await {
        Err(StoreError::SchemaVersion { found, .. }) => assert_eq!(found, word),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("opened"),
    };
    refused("none").await;
    migrate(&database).await;
    run(&database, "INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')");
    refused("9999").await;
    let versions: Vec<String> = folders(&database).iter().map(|folder| version(folder)).collect();
    let [.., before, newest] = versions.as_slice() else { panic!("{versions:?}") };
    run(&database, &format!("DELETE FROM __diesel_schema_migrations WHERE version IN ('9999', '{newest}')"));
    refused(before).await;
}

/// Goes back to before a migration.
fn back_to_before(database: &Database, first: &str) {
    for folder in folders(database).iter().rev() {
        let version = version(folder);
        // As `migrate` does it: SQLite takes a table away while others refer to it.
        let unbound = if database.is_postgres() { "" } else { "PRAGMA foreign_keys = OFF;" };
        run(database, &format!("{unbound}{}", std::fs::read_to_string(folder.join("down.sql")).unwrap()));
        run(database, &format!("DELETE FROM __diesel_schema_migrations WHERE version = '{version}'"));
        if version == first {
            break;
        }
    }
}

/// Goes back to before a migration, and up again.
async fn again_from(database: &Database, first: &str) {
    back_to_before(database, first);
    migrate(database).await;
}

/// Migration 0042 takes every table of the institutions, one after the other. A program of before that writes two of them in the other
/// order ends its work, and the migration comes again.
pub(crate) async fn a_migration_lets_those_pass_who_are_in_its_way(database: Database) {
    const HELD: &str = "SELECT count(*) FROM pg_locks WHERE relation = 'installment_keys'::regclass AND granted";
    let url: DatabaseUrl = database.url().parse().unwrap();
    Store::migrate(&url, Environment::Sandbox).await.unwrap();
    back_to_before(&database, "0042");
    let place = database.clone();
    let writer = std::thread::spawn(move || {
        let work = "BEGIN; LOCK TABLE installment_keys IN ROW EXCLUSIVE MODE; SELECT pg_sleep(2); \
                    LOCK TABLE debt_positions IN ROW EXCLUSIVE MODE; COMMIT";
        crate::raw::psql(&place, work)
    });
    while crate::raw::psql(&database, HELD).trim() == "0" {
        assert!(!writer.is_finished(), "the writer ended before it was in anyone's way");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let migrated = Store::migrate(&url, Environment::Sandbox).await.unwrap();
    assert_eq!(migrated.applied.first().map(String::as_str), Some("0042"));
    assert!(writer.join().is_ok(), "the writer was not the one to give way");
}

/// Migration 0043 gives what stands below positions other keys, and on SQLite other tables: with whatever refers to it in place.
pub(crate) async fn what_stands_below_positions_is_the_same_after_the_migration(database: Database) {
    let before = town(&database).await;
    let (scope, kept) = (before.token(before.a.id), position("P-1"));
    let mut cart = attempt(first(&kept), AttemptKind::Cart, "cart-1");
    cart.session_id = None;
    before.store.commit(&before.node(), inserting(&kept).with(Write::RecordAttempt(cart))).await.unwrap();
    let node = before.node();
    drop(before);
    again_from(&database, "0043").await;
    let store = Store::open(settings(&database)).await.unwrap();
    assert_eq!(store.position_by_notice(&node, &first_number(&kept)).await.unwrap().as_ref(), Some(&kept));
    let mut after = kept.clone();
    (after.description, after.version) = (text("cambiata"), 2);
    store.commit(&node, updating(&after, 1)).await.unwrap();
    assert_eq!(store.position(&scope, kept.id).await.unwrap(), Some(after));
    let in_use = store.position_in_use(&scope, kept.id, now().plus_seconds(-3_600)).await.unwrap().unwrap();
    assert_eq!(in_use.payers.attempts.len(), 1);
    // One of its numbers is taken, as before.
    let mut again = simple("P-2");
    renumber(&mut again, first_number(&kept));
    let refused = store.commit(&node, inserting(&again)).await;
    assert!(matches!(refused, Err(StoreError::Duplicate(Rule::Iuv))), "{refused:?}");
}

/// Migration 0039 makes rows of what clients wrote of installments before it.
pub(crate) async fn what_clients_wrote_before_is_found_after_the_migration(database: Database) {
    let before = town(&database).await;
    let long = "x".repeat(101);
    let position = marked(marked(marked(simple("P-1"), "plate", "AB123CD"), "street", ""), "note", &long);
    before.store.commit(&before.node(), inserting(&position)).await.unwrap();
    let scope = before.token(before.a.id);
    drop(before);
    again_from(&database, "0039").await;
    let store = Store::open(settings(&database)).await.unwrap();
    for (key, value, found) in
        [("plate", "AB123CD", 1), ("plate", "XY987ZZ", 0), ("street", "", 0), ("note", &*long, 0)]
    {
        let entries = [(key.to_owned(), Personal::new(value.to_owned()))].into();
        let known = store.positions_by_metadata(&scope, &"TARI".parse().unwrap(), &entries).await.unwrap();
        assert_eq!(known.len(), found, "{key}");
    }
}

/// Migration 0014 makes rows of what was strange before it.
pub(crate) async fn what_was_strange_before_is_found_after_the_migration(database: Database) {
    let before = town(&database).await;
    let kept = receipt("RT-1", None);
    let batch = Batch::new().with(Write::InsertReceipt(Box::new(kept.clone())));
    before.store.commit(&before.node(), batch).await.unwrap();
    assert!(before.store.system().keep_raw(raw_message(vec![1; 10]), audit_line()).await.unwrap());
    let node = before.node();
    drop(before);
    again_from(&database, "0014").await;
    let store = Store::open(settings(&database)).await.unwrap();
    let filter = ReceiptFilter { anomaly: Some(Anomaly::StandIn), resolved: Some(false), ..ReceiptFilter::default() };
    let found = store.receipts(&node, &filter, &PageRequest::first(10), now()).await.unwrap();
    assert_eq!(found.items.iter().map(|one| one.id).collect::<Vec<_>>(), [kept.id]);
    let raw = store.system().kept_messages(Some(false), &PageRequest::first(10)).await.unwrap();
    assert_eq!(raw.items.iter().map(|one| one.bytes).collect::<Vec<_>>(), [10]);
}

/// Both trees tell the same story under the same names.
pub(crate) fn every_migration_has_its_twin() {
    let root = workspace_root().join("migrations");
    let names = |tree: &str| {
        let entries = std::fs::read_dir(root.join(tree)).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names("postgres"), names("sqlite"));
    for name in names("postgres") {
        for file in ["up.sql", "down.sql"] {
            assert!(root.join("postgres").join(&name).join(file).is_file());
            assert!(root.join("sqlite").join(&name).join(file).is_file());
        }
    }
}
