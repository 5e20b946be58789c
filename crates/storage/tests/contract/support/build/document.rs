// SPDX-License-Identifier: AGPL-3.0-or-later
//! Files of documents.

use tramite_domain::batch::{Batch, Write};
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::document_batch::{
    BatchDocument, BatchFile, BatchForm, BatchKind, BatchStatus, DocumentBatch, Drawn, advance, begin,
};
use tramite_domain::ids::{ClientId, DebtPositionId};
use tramite_domain::institution::KeptLogo;
use tramite_domain::printed_notice::{NoticeLanguage, PostalSlip};
use tramite_storage::{DocumentPart, Scope};

use crate::support::{Town, id, now};

/// A file that waits for its turn, of one debt position.
pub(crate) fn document_batch(client: ClientId) -> DocumentBatch {
    DocumentBatch {
        id: id(),
        kind: BatchKind::Notice,
        form: BatchForm::Pdf,
        language: NoticeLanguage::ItSl,
        import_id: Some(id()),
        services: None,
        status: BatchStatus::Queued,
        failure: None,
        total: 1,
        drawn: 0,
        skipped: 0,
        file: BatchFile::default(),
        created_by: client,
        started_at: None,
        finished_at: None,
        version: 1,
        created_at: now(),
        updated_at: now(),
    }
}

/// It is asked for, of those debt positions.
pub(crate) fn asking_for_documents(batch: &DocumentBatch, positions: &[DebtPositionId]) -> Batch {
    let documents = (0..).zip(positions).map(|(place, id)| BatchDocument::waiting(place, *id)).collect();
    Batch::new().with(Write::InsertDocumentBatch { batch: Box::new(batch.clone()), documents })
}

/// A document that is in the file.
pub(crate) fn drawn_document(place: u32, position: DebtPositionId) -> BatchDocument {
    BatchDocument::waiting(place, position).drawn(format!("30500000000000{place:04}.pdf"), (place + 1, 1))
}

/// A file of one part.
pub(crate) fn one_part() -> BatchFile {
    BatchFile { parts: 1, bytes: 4, pages: 1, mark: Some("{}".to_owned()), kept_until: None }
}

/// A part of a file.
pub(crate) fn document_part(batch: &DocumentBatch, place: u32, bytes: &[u8]) -> DocumentPart {
    DocumentPart { batch: batch.id, place, bytes: bytes.to_vec(), index: b"index".to_vec(), at: now() }
}

/// What a slip says.
pub(crate) fn slip(account: &str) -> PostalSlip {
    PostalSlip { account: account.to_owned(), holder: "Comune di Prova".parse().unwrap(), authorization: None }
}

/// A slip of a position is printed for the first time.
pub(crate) fn freezing(position: &DebtPosition) -> Write {
    Write::FreezeSlip {
        position: position.id,
        account: "main".parse().unwrap(),
        slip: slip("000012345678"),
        batch: None,
        at: now(),
    }
}

/// A logo, one of several; the store does not look at the picture.
pub(crate) fn logo(which: u8) -> KeptLogo {
    KeptLogo { png: vec![which; 4], sha256: [which; 32], updated_at: now() }
}

/// A file of documents with a part.
pub(crate) async fn furnish_documents(town: &Town, scope: &Scope, owed: &DebtPosition) {
    let made = document_batch(town.portal);
    town.store.commit(scope, asking_for_documents(&made, &[owed.id])).await.unwrap();
    let (running, begun) = begin(&made, now());
    town.store.commit(scope, begun).await.unwrap();
    let drawn = Drawn { documents: vec![drawn_document(0, owed.id)], file: one_part() };
    let (_, writes) = advance(&running, drawn, now());
    town.store.commit_document_part(scope, writes, &document_part(&made, 0, b"%PDF")).await.unwrap();
}
