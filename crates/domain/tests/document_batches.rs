// SPDX-License-Identifier: AGPL-3.0-or-later
//! Files of documents: what may be asked for, and how they go on and end.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests state what they expect")]

mod support;

use support::Town;
use tramite_domain::batch::{Batch, Write};
use tramite_domain::document_batch::{
    BatchDocument, BatchFile, BatchForm, BatchKind, BatchStatus, DocumentBatch, DocumentWish, Drawn, POSITIONS_MAX,
    advance, ask, begin, cancel, finish, remove,
};
use tramite_domain::event::EventKind;
use tramite_domain::ids::DebtPositionId;
use tramite_domain::printed_notice::NoticeLanguage;
use tramite_domain::refusal::Refusal;
use tramite_domain::room::{KEPT_BYTES_MAX, Room};
use uuid::Uuid;

fn wish(positions: usize) -> DocumentWish {
    DocumentWish {
        kind: BatchKind::Notice,
        form: BatchForm::Zip,
        language: NoticeLanguage::It,
        import_id: None,
        services: None,
        positions: (0..positions).map(|_| DebtPositionId::new(Uuid::now_v7())).collect(),
    }
}

fn asked(town: &mut Town, positions: usize, room: &Room) -> Result<(DocumentBatch, Batch), Refusal> {
    let made = ask(&mut town.given(), support::client(), wish(positions), room)?;
    Ok((made.batch, made.writes))
}

fn events(batch: &Batch) -> Vec<(EventKind, Option<String>)> {
    let told = batch.writes().iter().filter_map(|write| match write {
        Write::InsertEvent(event) => Some((event.kind, event.data.status.clone())),
        _ => None,
    });
    told.collect()
}

#[test]
fn a_file_has_at_least_one_debt_position_and_ten_thousand_at_most() {
    let mut town = Town::new();
    for (positions, code) in [(0, Some("no_debt_positions")), (1, None), (POSITIONS_MAX, None)] {
        let refused = asked(&mut town, positions, &Room::default()).err().map(|refusal| match refusal {
            Refusal::Invalid(faults) => faults.first().unwrap().code,
            other => panic!("{other:?}"),
        });
        assert_eq!(refused, code, "{positions}");
    }
    let many = asked(&mut town, POSITIONS_MAX + 1, &Room::default());
    assert!(matches!(many, Err(Refusal::Invalid(faults)) if faults[0].code == "too_many_debt_positions"));
}

#[test]
fn two_files_are_made_at_a_time_as_long_as_there_is_room() {
    let mut town = Town::new();
    let mut lane = |lanes: &[u8], kept_bytes| {
        let room = Room { lanes: lanes.to_vec(), kept_bytes };
        asked(&mut town, 1, &room).map(|(batch, _)| batch.lane)
    };
    assert_eq!(lane(&[], 0), Ok(0));
    assert_eq!(lane(&[0], KEPT_BYTES_MAX - 1), Ok(1), "each in a lane of its own");
    assert_eq!(lane(&[1], 0), Ok(0), "the lane of one that is over is taken again");
    assert_eq!(lane(&[1, 2], 0), Err(Refusal::TooManyDocumentBatches), "as an older program may have left them");
    assert_eq!(lane(&[0, 1], 0), Err(Refusal::TooManyDocumentBatches));
    assert_eq!(lane(&[], KEPT_BYTES_MAX), Err(Refusal::DocumentStorageFull));
}

#[test]
fn a_file_goes_on_stretch_by_stretch_and_is_told_of_once_at_its_end() {
    let mut town = Town::new();
    let (queued, _) = asked(&mut town, 3, &Room::default()).unwrap();
    let (running, writes) = begin(&queued, town.now);
    assert_eq!((running.status, running.started_at, running.version), (BatchStatus::Running, Some(town.now), 2));
    assert!(events(&writes).is_empty());
    let place = |place| BatchDocument::waiting(place, DebtPositionId::new(Uuid::now_v7()));
    let file = BatchFile { parts: 1, bytes: 9, pages: 2, mark: Some("here".to_owned()), kept_until: None };
    let documents = vec![
        place(0).drawn("a.pdf".to_owned(), (1, 2)),
        place(1).skipped("nothing_to_pay"),
        place(2).drawn("b.pdf".to_owned(), (3, 1)),
    ];
    let (after, writes) = advance(&running, Drawn { documents, file: file.clone() }, town.now);
    assert_eq!((after.drawn, after.skipped, after.done(), &after.file), (2, 1, 3, &file));
    assert!(events(&writes).is_empty());
    let (done, writes) = finish(&mut town.given(), &after, BatchFile { parts: 2, mark: None, ..file });
    assert_eq!((done.status, done.finished_at), (BatchStatus::Completed, Some(town.now)));
    assert_eq!(done.file.kept_until, Some(town.now.plus_seconds(30 * 86_400)));
    assert_eq!(events(&writes), [(EventKind::DocumentBatchFinished, Some("completed".to_owned()))]);
    assert!(matches!(
        cancel(&mut town.given(), &done),
        Err(Refusal::DocumentBatchState { status: BatchStatus::Completed })
    ));
}

#[test]
fn what_is_cancelled_or_has_no_document_keeps_no_file() {
    let mut town = Town::new();
    let (queued, _) = asked(&mut town, 1, &Room::default()).unwrap();
    let (none, writes) = finish(&mut town.given(), &queued, BatchFile::default());
    assert_eq!(none.file.kept_until, Some(town.now.plus_seconds(30 * 86_400)), "why there is none is told so long");
    assert_eq!(none.status, BatchStatus::Failed);
    assert_eq!(none.failure.unwrap().code, "no_documents");
    assert_eq!(events(&writes), [(EventKind::DocumentBatchFinished, Some("failed".to_owned()))]);
    let (cancelled, writes) = cancel(&mut town.given(), &queued).unwrap();
    assert_eq!((cancelled.status, cancelled.file.kept_until), (BatchStatus::Cancelled, Some(town.now)));
    assert_eq!(events(&writes), [(EventKind::DocumentBatchFinished, Some("cancelled".to_owned()))]);
    assert!(writes.writes().contains(&Write::ThawSlips { batch: queued.id }), "it was never on paper");
    let (again, writes) = cancel(&mut town.given(), &cancelled).unwrap();
    assert_eq!((again, writes), (cancelled, Batch::new()), "once is enough");
}

#[test]
fn a_file_that_is_not_needed_any_more_goes_and_the_slips_on_it_stay() {
    let mut town = Town::new();
    let (queued, _) = asked(&mut town, 1, &Room::default()).unwrap();
    let stopped = remove(&mut town.given(), &queued).unwrap();
    assert_eq!(events(&stopped), [(EventKind::DocumentBatchFinished, Some("cancelled".to_owned()))]);
    let drawn = DocumentBatch { drawn: 1, ..queued };
    let (done, _) = finish(&mut town.given(), &drawn, BatchFile { parts: 2, ..BatchFile::default() });
    let removed = remove(&mut town.given(), &done).unwrap();
    let after = removed.writes().iter().find_map(|write| match write {
        Write::UpdateDocumentBatch { batch, .. } => Some(batch),
        _ => None,
    });
    assert_eq!(after.unwrap().file.kept_until, Some(town.now));
    assert_eq!(after.unwrap().status, BatchStatus::Completed);
    assert!(
        !removed.writes().iter().any(|write| matches!(write, Write::ThawSlips { .. })),
        "somebody may hold the paper"
    );
    assert_eq!(remove(&mut town.given(), after.unwrap()).unwrap(), Batch::new());
}
