// SPDX-License-Identifier: AGPL-3.0-or-later
//! Some documents of a batch: they are read, drawn on a thread where that holds up nobody, and written in one transaction with what
//! became of their debt positions.

use tokio::task::spawn_blocking;
use tramite_documents::gather::{self, Gathered, GatheredForm, Piece, Stretch};
use tramite_domain::batch::{Batch, Write};
use tramite_domain::document_batch::{BatchDocument, BatchFile, BatchForm, DocumentBatch, Drawn, advance};
use tramite_domain::ids::{DebtPositionId, DocumentBatchId};
use tramite_domain::time::Instant;
use tramite_storage::{DocumentFilter, DocumentPart, StoreError};

use super::Claim;
use super::draw::{Drawing, FirstSlips, Ground, NOT_PRINTABLE, drawings};
use super::end::too_large;
use crate::clock::Clock;
use crate::pace::{DOCUMENT_CODES_MAX, DOCUMENTS_AT_ONCE_MAX};
use crate::worker::Worker;

/// What a stretch came to before it is written.
struct Made {
    documents: Vec<BatchDocument>,
    stretch: Stretch,
    slips: Vec<(DebtPositionId, FirstSlips)>,
}

/// A document that is laid out, beside its piece of the file.
struct LaidOut {
    document: BatchDocument,
    first_slips: FirstSlips,
}

/// Draws the next documents of a batch, and writes them. The batch as it is then: it may be over.
pub(super) async fn stretch(
    worker: &Worker,
    claim: Claim,
    ground: &Ground,
    batch: DocumentBatch,
    clock: Clock<'_>,
) -> Result<DocumentBatch, StoreError> {
    let (scope, at) = (claim.scope(), clock.now());
    let filter = DocumentFilter { outcome: None, from_place: batch.done(), limit: DOCUMENTS_AT_ONCE_MAX };
    let waiting = worker.store.batch_documents(&scope, batch.id, filter).await?;
    if waiting.is_empty() {
        return Err(StoreError::Failed("a batch of documents has fewer debt positions than it says".into()));
    }
    let mut drawings = drawings(worker, &scope, ground, &batch, waiting, at).await?;
    drawings.truncate(room(&drawings));
    let (form, before) = (form_of(batch.form), gathered(&batch)?);
    let drawing = claim.beside(worker, clock, spawn_blocking(move || made(form, &before, drawings)));
    let made = match drawing.await.map_err(defect)? {
        Ok(made) => made,
        Err(error) if error.is_too_large() => return too_large(worker, claim, &batch, clock).await,
        Err(error) => return Err(defect(error)),
    };
    let Made { documents, stretch, slips } = made;
    let (part, file) = appended(&batch, stretch, at)?;
    let (after, writes) = advance(&batch, Drawn { documents, file }, at);
    let writes = slips.into_iter().fold(writes, |writes, slips| frozen(writes, slips, batch.id, at));
    match part {
        Some(part) => worker.store.commit_document_part(&scope, writes, &part).await?,
        // There was no document of any of them.
        None => worker.store.commit(&scope, writes).await?,
    }
    Ok(after)
}

/// How many of the documents find room in one stretch: at least the first. The others come with the next one.
fn room(drawings: &[Drawing]) -> usize {
    let mut codes = 0_usize;
    let fits = drawings.iter().take_while(|drawing| {
        codes = codes.saturating_add(drawing.codes());
        codes <= DOCUMENT_CODES_MAX
    });
    fits.count().max(1)
}

/// Lays out and writes the documents; one that cannot be laid out or written is left out, and told.
fn made(
    form: GatheredForm,
    before: &Gathered,
    drawings: Vec<Drawing>,
) -> Result<Made, tramite_documents::DocumentError> {
    let (mut laid_out, mut documents) = (Vec::new(), Vec::new());
    for drawing in drawings {
        let Drawing { document, content, first_slips } = drawing;
        let layout =
            content.and_then(|content| Ok(Piece { layout: content.layout()?, name: content.file_name(&document) }));
        match layout {
            Ok(piece) => laid_out.push((piece, LaidOut { document, first_slips })),
            Err(code) => documents.push(document.skipped(code)),
        }
    }
    let (mut pieces, mut kept): (Vec<Piece>, Vec<LaidOut>) = laid_out.into_iter().unzip();
    let mut stretch = gather::stretch(form, before, &pieces);
    if let Err(error) = &stretch
        && !error.is_too_large()
    {
        // One of them is a defect of ours: the others do not wait for it.
        tracing::error!(cause = %error, "a document cannot be written");
        let is_right = |piece: &Piece| gather::stretch(form, before, std::slice::from_ref(piece)).is_ok();
        let (right, wrong): (Vec<_>, Vec<_>) = pieces.into_iter().zip(kept).partition(|(piece, _)| is_right(piece));
        documents.extend(wrong.into_iter().map(|(_, one)| one.document.skipped(NOT_PRINTABLE)));
        (pieces, kept) = right.into_iter().unzip();
        stretch = gather::stretch(form, before, &pieces);
    }
    let stretch = stretch?;
    let mut slips = Vec::new();
    for ((piece, one), place) in pieces.into_iter().zip(kept).zip(&stretch.places) {
        slips.push((one.document.debt_position_id, one.first_slips));
        documents.push(one.document.drawn(piece.name, (place.first_page, place.pages)));
    }
    documents.sort_by_key(|document| document.place);
    Ok(Made { documents, stretch, slips })
}

/// The file with its next part.
fn appended(
    batch: &DocumentBatch,
    stretch: Stretch,
    at: Instant,
) -> Result<(Option<DocumentPart>, BatchFile), StoreError> {
    if stretch.bytes.is_empty() {
        return Ok((None, batch.file.clone()));
    }
    let file = BatchFile {
        parts: batch.file.parts.saturating_add(1),
        bytes: stretch.after.bytes,
        pages: stretch.after.pages,
        mark: Some(serde_json::to_string(&stretch.after).map_err(defect)?),
        kept_until: None,
    };
    let Stretch { bytes, index, .. } = stretch;
    let part = DocumentPart { batch: batch.id, place: batch.file.parts, bytes, index, at };
    Ok((Some(part), file))
}

fn frozen(
    writes: Batch,
    (position, slips): (DebtPositionId, FirstSlips),
    batch: DocumentBatchId,
    at: Instant,
) -> Batch {
    let batch = Some(batch);
    let write = |writes: Batch, (account, slip)| writes.with(Write::FreezeSlip { position, account, slip, batch, at });
    slips.into_iter().fold(writes, write)
}

/// Where the file goes on.
pub(super) fn gathered(batch: &DocumentBatch) -> Result<Gathered, StoreError> {
    batch
        .file
        .mark
        .as_deref()
        .map_or_else(|| Ok(Gathered::default()), |mark| serde_json::from_str(mark).map_err(defect))
}

pub(super) const fn form_of(form: BatchForm) -> GatheredForm {
    match form {
        BatchForm::Zip => GatheredForm::Zip,
        BatchForm::Pdf => GatheredForm::Pdf,
    }
}

/// What cannot be drawn or read back for no fault of whoever asked.
pub(super) fn defect(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StoreError {
    StoreError::Failed(error.into())
}
