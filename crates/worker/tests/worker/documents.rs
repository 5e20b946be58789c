// SPDX-License-Identifier: AGPL-3.0-or-later
//! Notices and receipts of many debt positions are drawn into one file.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::time::Duration;

use tramite_documents::logo::Logo;
use tramite_domain::batch::{Batch, Write};
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::document_batch::{
    BatchDocument, BatchForm, BatchKind, BatchStatus, DocumentBatch, DocumentUsage, DocumentWish, ask, cancel,
};
use tramite_domain::ids::DocumentBatchId;
use tramite_domain::institution::{Institution, replace_logo};
use tramite_domain::printed_notice::NoticeLanguage;
use tramite_storage::DocumentFilter;
use tramite_testkit::Database;
use uuid::Uuid;
use zip::ZipArchive;

use crate::files::{load, numbered, rows, wish};
use crate::place::{Place, scope};
use crate::receipts::receive_of;
use crate::town::client;

/// Debt positions of a file: more than two stretches.
const MANY: usize = 60;
/// Rounds in which a file of a test is over.
const ROUNDS_MAX: usize = 2_000;

fn wanted(kind: BatchKind, form: BatchForm, positions: &[DebtPosition]) -> DocumentWish {
    DocumentWish {
        kind,
        form,
        language: NoticeLanguage::It,
        import_id: None,
        services: None,
        positions: positions.iter().map(|position| position.id).collect(),
    }
}

async fn asked(place: &mut Place, wish: DocumentWish) -> DocumentBatchId {
    let asked = ask(&mut place.a.given(), client(), wish, DocumentUsage::default()).unwrap();
    place.write(&place.a, asked.writes).await;
    asked.batch.id
}

async fn stored(place: &Place, id: DocumentBatchId) -> DocumentBatch {
    place.store.document_batch(&scope(&place.a), id).await.unwrap().unwrap()
}

async fn told(place: &Place, id: DocumentBatchId) -> Vec<BatchDocument> {
    let filter = DocumentFilter { outcome: None, from_place: 0, limit: 10_000 };
    place.store.batch_documents(&scope(&place.a), id, filter).await.unwrap()
}

/// The batch once it is over, after rounds that are not disturbed.
async fn ended(place: &Place, id: DocumentBatchId) -> DocumentBatch {
    for _ in 0..ROUNDS_MAX {
        place.round().await;
        let batch = stored(place, id).await;
        if batch.status.is_final() {
            return batch;
        }
    }
    panic!("the file does not end: {:?}", stored(place, id).await);
}

/// The whole file.
async fn file(place: &Place, batch: &DocumentBatch) -> Vec<u8> {
    let mut whole = Vec::new();
    for part in 0..batch.file.parts {
        whole.extend(place.store.document_part(&scope(&place.a), batch.id, part).await.unwrap().unwrap());
    }
    assert_eq!(u64::try_from(whole.len()).unwrap(), batch.file.bytes);
    let behind = place.store.document_part(&scope(&place.a), batch.id, batch.file.parts).await.unwrap();
    assert_eq!(behind, None);
    whole
}

/// The files of an archive, by their names.
fn unpacked(archive: Vec<u8>) -> BTreeMap<String, Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(archive)).unwrap();
    let mut files = BTreeMap::new();
    for at in 0..archive.len() {
        let mut one = archive.by_index(at).unwrap();
        let mut bytes = Vec::new();
        one.read_to_end(&mut bytes).unwrap();
        assert_eq!(files.insert(one.name().unwrap().into_owned(), bytes), None, "each name once");
    }
    files
}

fn number(position: &DebtPosition) -> String {
    position.installments().next().unwrap().1.notice_number.unwrap().to_string()
}

pub(crate) async fn notices_of_many_positions_come_in_one_archive_with_a_list(database: Database) {
    let mut place = Place::open(database.url()).await;
    load(&mut place, &rows(MANY, "120,50"), wish()).await;
    let mut owed = numbered(&place, MANY).await;
    // One is paid; and of one that is not there any more nobody knows.
    receive_of(&mut place, &owed[30], "rt-1", 0, None).await;
    let paid = owed[30].id;
    let gone = DebtPosition { id: Uuid::now_v7().into(), ..owed[0].clone() };
    owed.push(gone.clone());
    let id = asked(&mut place, wanted(BatchKind::Notice, BatchForm::Zip, &owed)).await;
    let before = place.told().await;
    let batch = ended(&place, id).await;
    let drawn = u32::try_from(MANY - 1).unwrap();
    assert_eq!((batch.status, batch.total, batch.drawn, batch.skipped), (BatchStatus::Completed, drawn + 2, drawn, 2));
    assert_eq!((batch.file.pages, batch.file.mark.as_ref()), (drawn, None));
    assert!(batch.file.kept_until.is_some() && batch.finished_at.is_some());
    assert_eq!(place.told().await, before + 1, "that it is there");
    let told = told(&place, id).await;
    for (one, position) in told.iter().zip(&owed) {
        assert_eq!(one.debt_position_id, position.id);
        match one.debt_position_id {
            skipped if skipped == paid => assert_eq!(one.code.as_deref(), Some("nothing_to_pay")),
            skipped if skipped == gone.id => assert_eq!(one.code.as_deref(), Some("not_found")),
            _ => assert_eq!(one.file_name, Some(format!("{}.pdf", number(position)))),
        }
    }
    let mut files = unpacked(file(&place, &batch).await);
    let list = String::from_utf8(files.remove("index.csv").unwrap()).unwrap();
    assert_eq!(list.lines().count(), owed.len() + 1);
    assert!(list.contains(&format!("\"\",\"{paid}\",\"skipped\",\"nothing_to_pay\",\"\"")), "{list}");
    let expected: Vec<String> = told.iter().filter_map(|one| one.file_name.clone()).collect();
    assert_eq!(files.len(), expected.len());
    for name in expected {
        assert!(files[&name].starts_with(b"%PDF-"), "{name}");
    }
}

pub(crate) async fn a_file_that_workers_leave_in_the_middle_is_the_file_that_one_alone_makes(database: Database) {
    let mut place = Place::open(database.url()).await;
    load(&mut place, &rows(MANY, "120,50"), wish()).await;
    let owed = numbered(&place, MANY).await;
    for form in [BatchForm::Pdf, BatchForm::Zip] {
        let first = asked(&mut place, wanted(BatchKind::Notice, form, &owed)).await;
        let whole = ended(&place, first).await;
        let whole = (file(&place, &whole).await, told(&place, first).await);
        let second = asked(&mut place, wanted(BatchKind::Notice, form, &owed)).await;
        let mut left = 0_u32;
        let mut patience = 1_u64;
        while !stored(&place, second).await.status.is_final() {
            // Whoever works on it is dropped wherever it is, and its claim ends by its time.
            let worker = place.worker();
            let round = tokio::time::timeout(Duration::from_millis(patience), worker.run_once(place.a.now));
            left += u32::from(round.await.is_err());
            patience = patience * 5 / 4 + 1;
            let behind = place.a.now;
            place.later(1_000);
            let claimed = place.store.system().claim_documents(place.a.now, Uuid::now_v7(), 1).await.unwrap();
            assert!(claimed.is_none_or(|claimed| claimed.id == second), "{behind:?}");
            place.later(1_000);
        }
        assert!(left > 2, "it was left {left} times");
        let batch = stored(&place, second).await;
        assert_eq!((batch.status, batch.drawn), (BatchStatus::Completed, u32::try_from(MANY).unwrap()));
        assert_eq!(told(&place, second).await, whole.1, "nothing twice, and nothing left out");
        let made = file(&place, &batch).await;
        match form {
            // The list at its end apart, which says when the file was asked for.
            BatchForm::Zip => assert!(unpacked(made) == unpacked(whole.0), "the same documents"),
            BatchForm::Pdf => {
                // The end apart, which says when the file was asked for and is as long.
                let end = place.store.document_part(&scope(&place.a), second, batch.file.parts - 1).await.unwrap();
                let stretches = made.len() - end.unwrap().len();
                assert_eq!(made.len(), whole.0.len());
                assert!(made[..stretches] == whole.0[..stretches], "the same documents, each once");
                assert!(made.starts_with(b"%PDF-") && made.ends_with(b"%%EOF\n"), "it is whole");
            }
        }
    }
}

pub(crate) async fn receipts_of_many_positions_come_in_one_file_and_where_there_are_none_there_is_none(
    database: Database,
) {
    let mut place = Place::open(database.url()).await;
    load(&mut place, &rows(3, "1,00"), wish()).await;
    let owed = numbered(&place, 3).await;
    let id = asked(&mut place, wanted(BatchKind::Receipt, BatchForm::Pdf, &owed)).await;
    let batch = ended(&place, id).await;
    assert_eq!((batch.status, batch.skipped, batch.file.parts), (BatchStatus::Failed, 3, 0));
    assert_eq!(batch.failure.unwrap().code, "no_documents");
    assert!(told(&place, id).await.iter().all(|one| one.code.as_deref() == Some("nothing_paid")));
    for (at, position) in owed.iter().enumerate().take(2) {
        receive_of(&mut place, position, &format!("rt-{at}"), 0, None).await;
    }
    let id = asked(&mut place, wanted(BatchKind::Receipt, BatchForm::Pdf, &owed)).await;
    let batch = ended(&place, id).await;
    assert_eq!((batch.status, batch.drawn, batch.skipped), (BatchStatus::Completed, 2, 1));
    assert_eq!(told(&place, id).await[1].first_page, Some(2));
    assert!(file(&place, &batch).await.starts_with(b"%PDF-"));
}

pub(crate) async fn a_cancelled_file_is_drawn_no_further_and_goes_with_the_next_upkeep(database: Database) {
    let mut place = Place::open(database.url()).await;
    load(&mut place, &rows(3, "1,00"), wish()).await;
    let owed = numbered(&place, 3).await;
    let id = asked(&mut place, wanted(BatchKind::Notice, BatchForm::Pdf, &owed)).await;
    let queued = stored(&place, id).await;
    let (cancelled, writes) = cancel(&mut place.a.given(), &queued).unwrap();
    place.write(&place.a, writes).await;
    place.round().await;
    let seen = stored(&place, id).await;
    assert_eq!((seen.status, seen.drawn, seen.file.kept_until), (cancelled.status, 0, None));
    assert!(told(&place, id).await.is_empty(), "what was waiting went");
    let cancelled = stored(&place, id).await;
    assert_eq!(cancel(&mut place.a.given(), &cancelled).unwrap(), (cancelled.clone(), Batch::new()));
    // One that is there is cancelled by nobody, and its parts go after thirty days.
    let id = asked(&mut place, wanted(BatchKind::Notice, BatchForm::Pdf, &owed)).await;
    let done = ended(&place, id).await;
    assert!(cancel(&mut place.a.given(), &done).is_err());
    place.later(30 * 86_400 - 10);
    place.round().await;
    assert!(place.store.document_part(&scope(&place.a), id, 0).await.unwrap().is_some());
    place.later(20);
    place.round().await;
    assert_eq!(place.store.document_part(&scope(&place.a), id, 0).await.unwrap(), None);
    assert!(told(&place, id).await.is_empty());
}

pub(crate) async fn a_slip_says_what_it_said_first_whatever_became_of_the_account(database: Database) {
    let mut place = Place::open(database.url()).await;
    // The account of the service is one of the post now.
    let mut changed: Institution = place.a.institution.clone();
    let (main, posta) = (0, 1);
    changed.accounts[main].postal_iban = changed.accounts[posta].postal_iban.clone();
    changed.version += 1;
    let put = |institution: &Institution| {
        let expected = Some(institution.version - 1);
        Batch::new().with(Write::PutInstitution { institution: Box::new(institution.clone()), expected })
    };
    place.store.system().commit_institution(put(&changed), None).await.unwrap();
    load(&mut place, &rows(1, "1,00"), wish()).await;
    let owed = numbered(&place, 1).await;
    let id = asked(&mut place, wanted(BatchKind::Notice, BatchForm::Pdf, &owed)).await;
    ended(&place, id).await;
    let first = place.store.printed_slips(&scope(&place.a), &[owed[0].id]).await.unwrap();
    let number: Vec<String> = first[&owed[0].id].values().map(|first| first.slip.account.clone()).collect();
    assert_eq!(number, ["000000001016"]);
    // It is none any more; the notice has its slip all the same.
    changed.accounts[main].postal_iban = None;
    changed.version += 1;
    place.store.system().commit_institution(put(&changed), None).await.unwrap();
    let id = asked(&mut place, wanted(BatchKind::Notice, BatchForm::Pdf, &owed)).await;
    let batch = ended(&place, id).await;
    assert_eq!((batch.status, batch.drawn), (BatchStatus::Completed, 1));
    assert_eq!(place.store.printed_slips(&scope(&place.a), &[owed[0].id]).await.unwrap(), first);
}

pub(crate) async fn all_notices_of_a_file_have_the_logo_of_their_institution(database: Database) {
    let mut place = Place::open(database.url()).await;
    load(&mut place, &rows(3, "1,00"), wish()).await;
    let owed = numbered(&place, 3).await;
    let drawing = br#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 1"><path d="M0 0h2v1z"/></svg>"#;
    let picture = Logo::read(drawing).unwrap().png().to_vec();
    // One that is damaged is left out: a notice can be paid without it.
    for (png, images) in [(None, 0), (Some(b"damaged".to_vec()), 0), (Some(picture), 3)] {
        if let Some(png) = png {
            let (id, present) = (place.a.institution.id, place.store.logo(&scope(&place.a)).await.unwrap());
            let (_, writes) = replace_logo(&mut place.a.given(), id, present.as_ref(), png);
            place.write(&place.a, writes).await;
        }
        let id = asked(&mut place, wanted(BatchKind::Notice, BatchForm::Zip, &owed)).await;
        let batch = ended(&place, id).await;
        assert_eq!((batch.status, batch.drawn), (BatchStatus::Completed, 3));
        let files = unpacked(file(&place, &batch).await);
        let shown = |pdf: &Vec<u8>| pdf.windows(14).any(|part| part == b"/Subtype/Image" || part == b"/Subtype /Imag");
        assert_eq!(files.values().filter(|pdf| shown(pdf)).count(), images);
    }
}
