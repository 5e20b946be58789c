// SPDX-License-Identifier: AGPL-3.0-or-later
//! Somebody asks for a file of documents.

use crate::audit::AuditLine;
use crate::batch::{Batch, Write};
use crate::given::Given;
use crate::ident::ServiceCode;
use crate::ids::{ClientId, DebtPositionId, ImportId};
use crate::printed_notice::NoticeLanguage;
use crate::refusal::Refusal;
use crate::room::{NoRoom, Room};
use crate::violation::{Place, Violations};

use super::{BatchDocument, BatchFile, BatchForm, BatchKind, BatchStatus, DocumentBatch};

/// Debt positions of one file at most.
pub const POSITIONS_MAX: usize = 10_000;
/// How long a file is kept, in days.
pub const KEPT_DAYS: i64 = 30;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentWish {
    /// What is made of each debt position.
    pub kind: BatchKind,
    /// What the file is.
    pub form: BatchForm,
    /// In which languages notices are written.
    pub language: NoticeLanguage,
    /// The import whose debt positions they are, where it was named.
    pub import_id: Option<ImportId>,
    /// The services of the client; none means all.
    pub services: Option<Vec<ServiceCode>>,
    /// The debt positions, in the order of the file; none twice.
    pub positions: Vec<DebtPositionId>,
}

/// A batch that waits for its turn, with what to write for that.
#[derive(Debug)]
pub struct Asked {
    /// The batch of documents.
    pub batch: DocumentBatch,
    /// What to write.
    pub writes: Batch,
}

/// Takes a wish for a file of documents.
///
/// # Errors
/// `TooManyDocumentBatches`, `DocumentStorageFull`; `Invalid` where no debt position is meant, or more than [`POSITIONS_MAX`].
pub fn ask(given: &mut Given<'_>, client: ClientId, wish: DocumentWish, room: &Room) -> Result<Asked, Refusal> {
    let lane = room.lane().map_err(|none| match none {
        NoRoom::Lanes => Refusal::TooManyDocumentBatches,
        NoRoom::Bytes => Refusal::DocumentStorageFull,
    })?;
    check_count(wish.positions.len())?;
    let documents: Vec<BatchDocument> =
        (0..).zip(&wish.positions).map(|(place, id)| BatchDocument::waiting(place, *id)).collect();
    let batch = DocumentBatch {
        id: given.id(),
        kind: wish.kind,
        form: wish.form,
        language: wish.language,
        import_id: wish.import_id,
        services: wish.services,
        lane,
        status: BatchStatus::Queued,
        failure: None,
        total: u32::try_from(documents.len()).unwrap_or(u32::MAX),
        drawn: 0,
        skipped: 0,
        file: BatchFile::default(),
        created_by: client,
        started_at: None,
        finished_at: None,
        version: 1,
        created_at: given.now,
        updated_at: given.now,
    };
    let line = AuditLine::of(given, "document_batch.created", format!("document batch {}", batch.id));
    let writes = Batch::new()
        .with(Write::InsertDocumentBatch { batch: Box::new(batch.clone()), documents })
        .with(Write::InsertAudit(line));
    Ok(Asked { batch, writes })
}

fn check_count(positions: usize) -> Result<(), Refusal> {
    let (code, detail) = match positions {
        0 => ("no_debt_positions", "no debt position of yours is meant by it"),
        1..=POSITIONS_MAX => return Ok(()),
        _ => ("too_many_debt_positions", "more than 10,000 debt positions are meant by it: ask for fewer at a time"),
    };
    let mut wrong = Violations::new();
    wrong.add(&Place::root(), code, detail);
    Err(Refusal::Invalid(wrong.into_vec()))
}
