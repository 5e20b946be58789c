// SPDX-License-Identifier: AGPL-3.0-or-later
//! Files of documents: how far they are, whose they are, their sealed parts; and what slips said first.

use tramite_domain::batch::{Batch, Write};
use tramite_domain::document_batch::{
    BatchFailure, BatchFile, BatchForm, BatchStatus, DocumentBatch, DocumentOutcome, Drawn, advance, begin,
};
use tramite_domain::given::{Given, Ids};
use tramite_domain::room::Room;
use tramite_storage::{DocumentFilter, ImportedLines, PageRequest, Scope, StoreError};
use tramite_testkit::Database;
use uuid::Uuid;

use crate::raw::{count, everything, run};
use crate::support::*;

const CANARY: &str = "CANARY-OF-A-DOCUMENT-91bc";
const DAY: i64 = 86_400;
const LEASE: i64 = 60;

struct Fresh;

impl Ids for Fresh {
    fn next(&mut self) -> Uuid {
        Uuid::now_v7()
    }
}

const ALL: DocumentFilter = DocumentFilter { outcome: None, from_place: 0, limit: 100 };

pub(crate) async fn a_file_of_documents_comes_back_as_it_was_kept(database: Database) {
    let town = town(&database).await;
    let (scope, store) = (town.token(town.a.id), &town.store);
    let positions = [simple("P-1"), simple("P-2"), simple("P-3")];
    for position in &positions {
        store.commit(&scope, inserting(position)).await.unwrap();
    }
    let ids = positions.each_ref().map(|position| position.id);
    let made = DocumentBatch { total: 3, ..document_batch(town.portal) };
    store.commit(&scope, asking_for_documents(&made, &ids)).await.unwrap();
    assert_eq!(store.document_batch(&scope, made.id).await.unwrap().as_ref(), Some(&made));
    let waiting = store.batch_documents(&scope, made.id, ALL).await.unwrap();
    assert_eq!(waiting.iter().map(|one| one.debt_position_id).collect::<Vec<_>>(), ids);
    // What its client asked for stays as it was, whatever a change says of it.
    let mut after = made.clone();
    after.status = BatchStatus::Failed;
    after.failure = Some(BatchFailure { code: "internal_error".to_owned(), detail: "it broke".to_owned() });
    (after.drawn, after.skipped) = (2, 1);
    after.file = BatchFile {
        parts: 2,
        bytes: u64::from(u32::MAX) + 1,
        pages: 3,
        mark: Some("{\"bytes\":1}".to_owned()),
        kept_until: Some(now().plus_seconds(3)),
    };
    (after.started_at, after.finished_at) = (Some(now()), Some(now().plus_seconds(2)));
    (after.version, after.updated_at) = (2, now().plus_seconds(2));
    let written = DocumentBatch { form: BatchForm::Zip, import_id: None, total: 9, ..after.clone() };
    let update =
        |expected| Batch::new().with(Write::UpdateDocumentBatch { batch: Box::new(written.clone()), expected });
    assert!(matches!(store.commit(&scope, update(5)).await, Err(StoreError::Conflict)));
    let skipped = waiting[1].clone().skipped("nothing_to_pay");
    let told = vec![drawn_document(0, ids[0]), skipped.clone(), drawn_document(2, ids[2])];
    let tell = Write::TellBatchDocuments { batch: made.id, documents: told.clone() };
    store.commit(&scope, update(1).with(tell)).await.unwrap();
    assert_eq!(store.document_batch(&scope, made.id).await.unwrap(), Some(after.clone()));
    assert_eq!(store.batch_documents(&scope, made.id, ALL).await.unwrap(), told);
    let only = DocumentFilter { outcome: Some(DocumentOutcome::Skipped), ..ALL };
    assert_eq!(store.batch_documents(&scope, made.id, only).await.unwrap(), [skipped]);
    let second = DocumentFilter { from_place: 1, limit: 1, ..ALL };
    assert_eq!(store.batch_documents(&scope, made.id, second).await.unwrap(), told[1..2]);
    let other = document_batch(town.portal);
    store.commit(&scope, asking_for_documents(&other, &ids[..1])).await.unwrap();
    let list = async |limit, cursor, status| {
        let page = PageRequest { limit, cursor };
        store.document_batches(&scope, &page, status).await.unwrap()
    };
    let newest = list(1, None, None).await;
    assert_eq!(newest.items, std::slice::from_ref(&other));
    assert_eq!(list(1, newest.next, None).await.items, [after.clone()]);
    assert_eq!(list(9, None, Some(BatchStatus::Failed)).await.items, [after]);
    assert_eq!(store.document_room(&scope, now()).await.unwrap(), Room { lanes: vec![other.lane], kept_bytes: 0 });
}

pub(crate) async fn a_file_of_documents_exists_for_its_client_and_its_services_alone(database: Database) {
    let town = town(&database).await;
    let store = &town.store;
    let (scope, theirs) = (town.token(town.a.id), town.token(town.b.id));
    let owed = simple("P-1");
    store.commit(&scope, inserting(&owed)).await.unwrap();
    let made = document_batch(town.portal);
    store.commit(&scope, asking_for_documents(&made, &[owed.id])).await.unwrap();
    let narrow = Scope::of_token(town.a.id, Some(["TARI".parse().unwrap()].into()), town.portal);
    let other = Scope::of_token(town.a.id, None, id());
    for stranger in [&theirs, &narrow, &other] {
        assert_eq!(store.document_batch(stranger, made.id).await.unwrap(), None);
        assert!(store.batch_documents(stranger, made.id, ALL).await.unwrap().is_empty());
        let page = PageRequest { limit: 9, cursor: None };
        assert!(store.document_batches(stranger, &page, None).await.unwrap().items.is_empty());
        let (_, begun) = begin(&made, now());
        assert!(store.commit(stranger, begun).await.is_err());
    }
    assert_eq!(store.unknown_positions(&theirs, &[owed.id]).await.unwrap(), [owed.id]);
    let elsewhere = Scope::of_token(town.a.id, Some(["MENSA".parse().unwrap()].into()), town.portal);
    assert_eq!(store.unknown_positions(&elsewhere, &[owed.id]).await.unwrap(), [owed.id]);
    assert!(store.unknown_positions(&scope, &[owed.id]).await.unwrap().is_empty());
}

pub(crate) async fn a_part_of_a_file_is_sealed_and_written_with_how_far_the_file_is_or_not_at_all(database: Database) {
    let town = town(&database).await;
    let store = &town.store;
    let scope = Scope::of_worker(town.a.id);
    let (one, two) = (simple("P-1"), simple("P-2"));
    for position in [&one, &two] {
        store.commit(&scope, inserting(position)).await.unwrap();
    }
    let made = DocumentBatch { total: 2, ..document_batch(town.portal) };
    store.commit(&scope, asking_for_documents(&made, &[one.id, two.id])).await.unwrap();
    let (running, begun) = begin(&made, now());
    store.commit(&scope, begun).await.unwrap();
    let drawn = |place, position| Drawn { documents: vec![drawn_document(place, position)], file: one_part() };
    let (after, writes) = advance(&running, drawn(0, one.id), now());
    store.commit_document_part(&scope, writes.clone(), &document_part(&made, 0, CANARY.as_bytes())).await.unwrap();
    // Another worker that decided on the same version writes nothing, neither the part nor what it tells.
    let late = document_part(&made, 1, b"late");
    assert!(matches!(store.commit_document_part(&scope, writes, &late).await, Err(StoreError::Conflict)));
    assert_eq!(store.document_part(&scope, made.id, 1).await.unwrap(), None);
    // And a part that is there is not written again.
    let (_, again) = advance(&after, drawn(1, two.id), now());
    let twice = store.commit_document_part(&scope, again, &document_part(&made, 0, b"other")).await;
    assert!(matches!(twice, Err(StoreError::Duplicate(_))), "{twice:?}");
    assert_eq!(store.document_batch(&scope, made.id).await.unwrap(), Some(after));
    assert_eq!(store.document_part(&scope, made.id, 0).await.unwrap().as_deref(), Some(CANARY.as_bytes()));
    assert_eq!(store.document_index(&scope, made.id, 0).await.unwrap().as_deref(), Some(b"index".as_slice()));
    assert_eq!(store.document_part(&Scope::of_worker(town.b.id), made.id, 0).await.unwrap(), None);
    let kept = u64::try_from(CANARY.len()).unwrap();
    assert_eq!(store.document_room(&scope, now()).await.unwrap(), Room { lanes: vec![made.lane], kept_bytes: kept });
    let all = everything(&database).await;
    assert!(!all.windows(CANARY.len()).any(|part| part == CANARY.as_bytes()), "it is sealed");
    run(&database, "UPDATE document_parts SET sealed_index = sealed");
    let index = store.document_index(&scope, made.id, 0).await;
    assert!(matches!(index, Err(StoreError::Sealed)), "it opens in its place alone");
}

pub(crate) async fn a_file_of_documents_has_one_worker_and_goes_when_its_time_is_over(database: Database) {
    let town = town(&database).await;
    let (store, system) = (&town.store, town.store.system());
    let scope = Scope::of_worker(town.a.id);
    let owed = simple("P-1");
    store.commit(&scope, inserting(&owed)).await.unwrap();
    let made = document_batch(town.portal);
    store.commit(&scope, asking_for_documents(&made, &[owed.id])).await.unwrap();
    let (one, two): (Uuid, Uuid) = (id(), id());
    let claim = async |after, holder| system.claim_documents(now().plus_seconds(after), holder, LEASE).await.unwrap();
    let held = claim(0, one).await.unwrap();
    assert_eq!((held.institution, held.id), (town.a.id, made.id));
    assert_eq!(claim(1, two).await, None);
    assert!(system.renew_documents(held, one, now(), 2 * LEASE).await.unwrap());
    assert_eq!(claim(LEASE, two).await, None, "it was renewed");
    let (running, begun) = begin(&made, now());
    store.commit(&scope, begun).await.unwrap();
    // Who takes over from one whose time has passed leaves it nothing to write.
    let (_, late) = advance(&running, Drawn { documents: vec![drawn_document(0, owed.id)], file: one_part() }, now());
    assert_eq!(claim(2 * LEASE, two).await, Some(held));
    let part = document_part(&made, 0, b"%PDF");
    assert!(matches!(store.commit_document_part(&scope, late, &part).await, Err(StoreError::Conflict)));
    let taken = store.document_batch(&scope, made.id).await.unwrap().unwrap();
    let drawn = Drawn { documents: vec![drawn_document(0, owed.id)], file: one_part() };
    let (after, writes) = advance(&taken, drawn, now());
    store.commit_document_part(&scope, writes, &part).await.unwrap();
    let mut ids = Fresh;
    let mut given = Given { now: now(), ids: &mut ids, client_id: None, request_id: None };
    let (ended, writes) =
        tramite_domain::document_batch::finish(&mut given, &after, BatchFile { parts: 2, ..one_part() });
    store.commit_document_part(&scope, writes, &document_part(&made, 1, b"%%EOF")).await.unwrap();
    assert!(!system.renew_documents(held, two, now(), LEASE).await.unwrap(), "it is over");
    system.release_documents(held, two).await.unwrap();
    assert_eq!(claim(100 * LEASE, one).await, None);
    let end = async |days: i64| {
        let mut steps = Vec::new();
        loop {
            match system.end_document_files(now().plus_seconds(days * DAY), 5).await.unwrap() {
                0 => break steps,
                gone => steps.push(gone),
            }
        }
    };
    assert!(end(29).await.is_empty());
    assert_eq!(
        end(30).await,
        [1, 2, 1],
        "what became of its debt positions first, then its parts, then that it had any"
    );
    assert_eq!((count(&database, "batch_documents").await, count(&database, "document_parts").await), (0, 0));
    let mut history = ended;
    (history.file.kept_until, history.version) = (None, history.version + 1);
    assert_eq!(store.document_batch(&scope, made.id).await.unwrap(), Some(history), "that it was made is history");
}

pub(crate) async fn the_debt_positions_of_an_import_are_found_by_their_lines_once_each(database: Database) {
    let town = town(&database).await;
    let (scope, store) = (town.token(town.a.id), &town.store);
    let made = import(town.portal);
    store.commit(&scope, sending(&made)).await.unwrap();
    let owed: Vec<_> = (0..3).map(|number| simple(&format!("P-{number}"))).collect();
    for position in &owed {
        store.commit(&scope, inserting(position)).await.unwrap();
    }
    // Its lines name the second twice, and one is wrong.
    let rows = vec![
        loaded_row(2, &owed[1]),
        loaded_row(3, &owed[0]),
        rejected_row(4),
        loaded_row(5, &owed[1]),
        loaded_row(6, &owed[2]),
    ];
    let (running, begun) = tramite_domain::import::begin(&made, 5, None, now());
    store.commit(&scope, begun).await.unwrap();
    let progress = tramite_domain::import::Progress { groups: 5, rows };
    let (_, told) = tramite_domain::import::advance(&running, progress, now());
    store.commit(&scope, told).await.unwrap();
    let found = async |from, to, limit| {
        let lines = ImportedLines { import: made.id, from, to };
        store.positions_of_import(&scope, lines, limit).await.unwrap()
    };
    assert_eq!(found(0, u64::MAX, 9).await, [owed[1].id, owed[0].id, owed[2].id]);
    assert_eq!(found(3, 5, 9).await, [owed[0].id, owed[1].id]);
    assert_eq!(found(0, u64::MAX, 2).await, [owed[1].id, owed[0].id]);
    let lines = ImportedLines { import: made.id, from: 0, to: 9 };
    let theirs = store.positions_of_import(&town.token(town.b.id), lines, 9).await.unwrap();
    assert!(theirs.is_empty());
}

pub(crate) async fn what_the_first_slip_said_stays(database: Database) {
    let town = town(&database).await;
    let (scope, store) = (town.token(town.a.id), &town.store);
    let owed = simple("P-1");
    store.commit(&scope, inserting(&owed).with(freezing(&owed))).await.unwrap();
    let freeze = |account: &str, number: &str, batch| {
        let account = account.parse().unwrap();
        Batch::new().with(Write::FreezeSlip { position: owed.id, account, slip: slip(number), batch, at: now() })
    };
    // Whoever has drawn something else at the same time draws anew.
    let other = store.commit(&scope, freeze("main", "000099999999", None)).await;
    assert!(matches!(other, Err(StoreError::Conflict)), "{other:?}");
    store.commit(&scope, freeze("main", "000012345678", None)).await.unwrap();
    store.commit(&scope, freeze("second", "000087654321", None)).await.unwrap();
    let kept = store.printed_slips(&scope, &[owed.id, id()]).await.unwrap();
    assert_eq!(kept.len(), 1);
    let numbers: Vec<_> =
        kept[&owed.id].iter().map(|(account, first)| (account.as_str(), first.slip.account.as_str())).collect();
    assert_eq!(numbers, [("main", "000012345678"), ("second", "000087654321")]);
    assert!(store.printed_slips(&town.token(town.b.id), &[owed.id]).await.unwrap().is_empty());
}

pub(crate) async fn what_a_batch_alone_has_printed_goes_with_it_and_stays_once_it_is_on_paper(database: Database) {
    let town = town(&database).await;
    let (scope, store) = (town.token(town.a.id), &town.store);
    let owed = simple("P-1");
    store.commit(&scope, inserting(&owed)).await.unwrap();
    let (one, two) = (id(), id());
    let freeze = |account: &str, batch| {
        let account = account.parse().unwrap();
        Batch::new().with(Write::FreezeSlip {
            position: owed.id,
            account,
            slip: slip("000012345678"),
            batch,
            at: now(),
        })
    };
    for account in ["alone", "asked", "twice", "there"] {
        store.commit(&scope, freeze(account, Some(one))).await.unwrap();
    }
    // One of them is asked for too, and one stands in another file.
    store.commit(&scope, freeze("asked", None)).await.unwrap();
    store.commit(&scope, freeze("twice", Some(two))).await.unwrap();
    let left = async || {
        let kept = store.printed_slips(&scope, &[owed.id]).await.unwrap().remove(&owed.id).unwrap_or_default();
        kept.iter().map(|(account, first)| (account.to_string(), first.provisional)).collect::<Vec<_>>()
    };
    let told = |expected: &[(&str, bool)]| -> Vec<(String, bool)> {
        expected.iter().map(|(account, provisional)| ((*account).to_owned(), *provisional)).collect()
    };
    assert_eq!(left().await, told(&[("alone", true), ("asked", false), ("there", true), ("twice", false)]));
    store.commit(&town.token(town.b.id), Batch::new().with(Write::ThawSlips { batch: one })).await.unwrap();
    store.commit(&scope, Batch::new().with(Write::ThawSlips { batch: two })).await.unwrap();
    assert_eq!(left().await.len(), 4, "neither another institution nor another batch ends them");
    store.commit(&scope, Batch::new().with(Write::ThawSlips { batch: one })).await.unwrap();
    assert_eq!(left().await, told(&[("asked", false), ("twice", false)]));
    store.commit(&scope, freeze("there", Some(two))).await.unwrap();
    store.commit(&scope, Batch::new().with(Write::ConfirmSlips { batch: two })).await.unwrap();
    store.commit(&scope, Batch::new().with(Write::ThawSlips { batch: two })).await.unwrap();
    assert_eq!(left().await, told(&[("asked", false), ("there", false), ("twice", false)]));
}
