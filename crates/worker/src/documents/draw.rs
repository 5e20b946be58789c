// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the documents of a stretch say: read for all of them at once, and decided as a request for each would be.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use tramite_documents::logo::Logo;
use tramite_documents::notice::{Layout, NoticeStyle, notice_layout};
use tramite_documents::receipt::{ReceiptDocument, receipt_document, receipt_layout, statement_layout};
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::document_batch::{BatchDocument, BatchKind, DocumentBatch};
use tramite_domain::ident::AccountCode;
use tramite_domain::ids::{DebtPositionId, ReceiptRowId};
use tramite_domain::institution::{Institution, KeptLogo};
use tramite_domain::notice::NoticeNumber;
use tramite_domain::printed_notice::{
    NoticeLanguage, PostalSlip, PrintedNotice, PrintedSlips, new_slips, printed_notice,
};
use tramite_domain::receipt::Receipt;
use tramite_domain::time::Instant;
use tramite_storage::{Scope, StoreError};

use crate::worker::Worker;

/// The code of a debt position that is there no longer.
const GONE: &str = "not_found";
/// The code of one of which nothing was paid.
const NOTHING_PAID: &str = "nothing_paid";
/// The code of a document that no paper holds.
pub(super) const NOT_PRINTABLE: &str = "not_printable";

/// What slips say that nobody holds for sure yet.
pub(super) type FirstSlips = BTreeMap<AccountCode, PostalSlip>;

/// What all documents of a batch rest on.
pub(super) struct Ground {
    institution: Arc<Institution>,
    /// When the institution or its logo last changed.
    changed_at: Instant,
    /// One picture for all notices.
    logo: Option<Logo>,
}

/// A document that is to be laid out, or the code of why there is none.
pub(super) struct Drawing {
    pub(super) document: BatchDocument,
    pub(super) content: Result<Content, &'static str>,
    /// What its slips say for the first time.
    pub(super) first_slips: FirstSlips,
}

/// What a document says.
pub(super) enum Content {
    Notice { notice: Box<PrintedNotice>, style: NoticeStyle },
    Receipts { receipts: Vec<ReceiptDocument>, number: Option<NoticeNumber>, written_at: Instant },
}

impl Ground {
    pub(super) async fn read(worker: &Worker, scope: &Scope) -> Result<Self, StoreError> {
        let institution = worker.store.institution(scope).await?;
        let kept = worker.store.logo(scope).await?;
        let changed_at =
            kept.as_ref().map_or(institution.updated_at, |logo| logo.updated_at.max(institution.updated_at));
        Ok(Self { institution, changed_at, logo: kept.as_ref().and_then(printable) })
    }

    fn notice(
        &self,
        document: BatchDocument,
        position: &DebtPosition,
        slips: &PrintedSlips,
        (language, at): (NoticeLanguage, Instant),
    ) -> Drawing {
        match printed_notice(position, &self.institution, slips, None, at) {
            Err(refusal) => Drawing::none(document, refusal.code()),
            Ok(notice) => {
                let first_slips = new_slips(position, &notice, slips);
                let written_at = position.updated_at.max(self.changed_at);
                let style = NoticeStyle { language, written_at, logo: self.logo.clone() };
                Drawing { document, content: Ok(Content::Notice { notice: Box::new(notice), style }), first_slips }
            }
        }
    }

    fn receipts(
        &self,
        document: BatchDocument,
        position: &DebtPosition,
        receipts: &HashMap<ReceiptRowId, Receipt>,
    ) -> Drawing {
        let paid: Vec<&Receipt> = paid_by(position).filter_map(|id| receipts.get(&id)).collect();
        let papers: Vec<ReceiptDocument> =
            paid.iter().filter_map(|receipt| receipt_document(receipt, &self.institution)).collect();
        let Some(written_at) = paid.iter().map(|receipt| receipt.received_at).max().filter(|_| !papers.is_empty())
        else {
            return Drawing::none(document, NOTHING_PAID);
        };
        let number = position.installments().find_map(|(_, one)| one.notice_number);
        let content = Ok(Content::Receipts { receipts: papers, number, written_at });
        Drawing { document, content, first_slips: FirstSlips::new() }
    }
}

/// The logo as it is printed. A notice without it can be paid all the same: what is damaged is left out.
fn printable(kept: &KeptLogo) -> Option<Logo> {
    Logo::kept(&kept.png).inspect_err(|fault| tracing::warn!(cause = %fault, "a kept logo is damaged")).ok()
}

impl Drawing {
    fn none(document: BatchDocument, code: &'static str) -> Self {
        Self { document, content: Err(code), first_slips: FirstSlips::new() }
    }

    /// How much of it is drawn, in codes or lines that are as much work.
    pub(super) fn codes(&self) -> usize {
        match &self.content {
            Err(_) => 0,
            Ok(Content::Notice { notice, .. }) => notice.terms.parts().count(),
            Ok(Content::Receipts { receipts, .. }) => receipts.len(),
        }
    }
}

impl Content {
    /// The document before it is a file.
    pub(super) fn layout(&self) -> Result<Layout, &'static str> {
        let drawn = match self {
            Self::Notice { notice, style } => notice_layout(notice, style),
            Self::Receipts { receipts, written_at, .. } => match receipts.as_slice() {
                [only] => receipt_layout(only, *written_at),
                several => statement_layout(several, *written_at),
            },
        };
        drawn.map_err(|error| {
            tracing::error!(cause = %error, "a document cannot be drawn");
            NOT_PRINTABLE
        })
    }

    /// How its file is called: by its notice number, which no other debt position has.
    pub(super) fn file_name(&self, document: &BatchDocument) -> String {
        let number = match self {
            Self::Notice { notice, .. } => notice.terms.parts().next().map(|part| part.notice_number),
            Self::Receipts { number, .. } => *number,
        };
        number.map_or_else(|| format!("{}.pdf", document.debt_position_id), |number| format!("{number}.pdf"))
    }
}

/// What the documents of those debt positions say at an instant.
pub(super) async fn drawings(
    worker: &Worker,
    scope: &Scope,
    ground: &Ground,
    batch: &DocumentBatch,
    waiting: Vec<BatchDocument>,
    at: Instant,
) -> Result<Vec<Drawing>, StoreError> {
    let ids: Vec<DebtPositionId> = waiting.iter().map(|document| document.debt_position_id).collect();
    let positions = worker.store.positions_by_ids(scope, &ids).await?;
    let positions: HashMap<DebtPositionId, DebtPosition> =
        positions.into_iter().map(|position| (position.id, position)).collect();
    let (mut slips, mut receipts) = (HashMap::new(), HashMap::new());
    match batch.kind {
        BatchKind::Notice => slips = worker.store.printed_slips(scope, &ids).await?,
        BatchKind::Receipt => {
            let ids: BTreeSet<ReceiptRowId> = positions.values().flat_map(paid_by).collect();
            let found = worker.store.receipts_by_ids(scope, ids.into_iter().collect()).await?;
            receipts.extend(found.into_iter().map(|receipt| (receipt.id, receipt)));
        }
    }
    let mut drawing = |document: BatchDocument| {
        let id = document.debt_position_id;
        let Some(position) = positions.get(&id) else { return Drawing::none(document, GONE) };
        match batch.kind {
            BatchKind::Notice => {
                let slips = slips.remove(&id).unwrap_or_default();
                ground.notice(document, position, &slips, (batch.language, at))
            }
            BatchKind::Receipt => ground.receipts(document, position, &receipts),
        }
    };
    Ok(waiting.into_iter().map(&mut drawing).collect())
}

/// The receipts of what was paid of a position.
fn paid_by(position: &DebtPosition) -> impl Iterator<Item = ReceiptRowId> + '_ {
    position.installments().filter_map(|(_, one)| one.payment.as_ref().and_then(|payment| payment.receipt_id))
}
