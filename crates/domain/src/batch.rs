// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a decision wants written: all of it, or none of it.

use crate::anomaly::Anomaly;
use crate::attempt::Attempt;
use crate::audit::AuditLine;
use crate::debt_position::DebtPosition;
use crate::document_batch::{BatchDocument, DocumentBatch};
use crate::event::Event;
use crate::form::{FormVersion, RegistryVersion};
use crate::ident::AccountCode;
use crate::ids::{DebtPositionId, DocumentBatchId, ImportId, InstallmentId, ReceiptRowId, SessionId, SubmissionId};
use crate::import::{Import, ImportRow};
use crate::institution::{Institution, KeptLogo};
use crate::iuv_batch::IuvBatch;
use crate::journal::JournalEntry;
use crate::printed_notice::PostalSlip;
use crate::receipt::{Receipt, ReceiptVariant};
use crate::recovery::ReceiptRecovery;
use crate::resolution::Resolution;
use crate::service::Service;
use crate::session::CheckoutSession;
use crate::submission::{HandedPlace, KeptSubmission, PlaceOfPosition};
use crate::task::Task;
use crate::time::Instant;

/// The writes of one decision. The store applies them in one transaction, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    writes: Vec<Write>,
}

/// One write. Where it names an expected version, another version in the store is a conflict: nothing is written, and
/// the caller reads and decides again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// A position that was not there; a second one under the same external id is `Duplicate`.
    InsertPosition(Box<DebtPosition>),
    /// The whole position as it is now; options and installments are kept, changed or added, never removed.
    UpdatePosition {
        /// The new state; its own version is the expected one plus one.
        position: Box<DebtPosition>,
        /// The version it was read at.
        expected: i64,
    },
    /// The state of a position alone: what the clock has changed is told, and no more.
    TellPosition {
        /// The position; only its state is written, and its own version is the expected one plus one.
        position: Box<DebtPosition>,
        /// The version it was read at.
        expected: i64,
    },
    /// The state of a position and the payment of one installment: what a receipt changes, and no more.
    SettleInstallment {
        /// The position after the payment; only its state and the payment of the named installment are written, with what
        /// is strange about it.
        position: Box<DebtPosition>,
        /// The version it was read at.
        expected: i64,
        /// The installment that was paid or flagged.
        installment: InstallmentId,
    },
    /// A position goes that was never paid, a draft or one that is over: its personal data is erased, its numbers stay taken
    /// forever (rules.md 1). What sessions show of it goes too, and the kept answers that show it or one of them.
    ErasePosition {
        /// The position.
        id: DebtPositionId,
        /// The version it was read at.
        expected: i64,
        /// When.
        at: Instant,
    },
    /// Whom a position is about is forgotten: how to reach them, or who they are. Amounts, dates and numbers stay, and so do the
    /// totals. Kept answers that show it go too, and with who they are those of its sessions.
    ForgetDebtor {
        /// The position.
        id: DebtPositionId,
        /// The version it was read at.
        expected: i64,
        /// Whether name, tax code and free texts go as well as e-mail and address.
        whole: bool,
        /// When.
        at: Instant,
    },
    /// Who pays in a session that is over is forgotten, with what its client wrote freely. Kept answers that show it go too.
    ForgetPayer {
        /// The session.
        session: SessionId,
        /// The positions of its own items.
        positions: Vec<DebtPositionId>,
        /// The version it was read at.
        expected: i64,
        /// When.
        at: Instant,
    },
    /// The persons of a receipt are forgotten, with its message, its other messages and the keys by which they are found. Amounts,
    /// dates and numbers stay.
    ForgetReceipt {
        /// The receipt.
        receipt: ReceiptRowId,
        /// The position that it is about.
        position: Option<DebtPositionId>,
        /// The version it was read at.
        expected: i64,
        /// When.
        at: Instant,
    },
    /// Numbers of the institution's sequence that are its own to give from now on.
    InsertIuvBatch(Box<IuvBatch>),
    /// A file that was not there.
    InsertImport(Box<Import>),
    /// How far a file is now; what its client asked for stays as it was.
    UpdateImport {
        /// The new state; its own version is the expected one plus one.
        import: Box<Import>,
        /// The version it was read at.
        expected: i64,
    },
    /// What became of rows of a file.
    InsertImportRows {
        /// The file.
        import: ImportId,
        /// The rows, none of which was told of before.
        rows: Vec<ImportRow>,
    },
    /// A file of documents that is asked for, with the debt positions it is about.
    InsertDocumentBatch {
        /// The file.
        batch: Box<DocumentBatch>,
        /// The debt positions, none of which is done.
        documents: Vec<BatchDocument>,
    },
    /// How far a file of documents is now; what its client asked for stays as it was.
    UpdateDocumentBatch {
        /// The new state; its own version is the expected one plus one.
        batch: Box<DocumentBatch>,
        /// The version it was read at.
        expected: i64,
    },
    /// What became of debt positions of a file of documents.
    TellBatchDocuments {
        /// The file.
        batch: DocumentBatchId,
        /// The debt positions.
        documents: Vec<BatchDocument>,
    },
    /// What the slip of a debt position says of an account is printed, and stays (rules.md 17): where something else was printed
    /// before it is a conflict.
    FreezeSlip {
        /// The debt position.
        position: DebtPositionId,
        /// The account.
        account: AccountCode,
        /// What the slip says.
        slip: PostalSlip,
        /// The file of documents that prints it, where it is one.
        batch: Option<DocumentBatchId>,
        /// When.
        at: Instant,
    },
    /// A file of documents is there: what it has printed of slips stays.
    ConfirmSlips {
        /// The file.
        batch: DocumentBatchId,
    },
    /// A file of documents comes to nothing: what it alone has printed of slips was never on paper.
    ThawSlips {
        /// The file.
        batch: DocumentBatchId,
    },
    /// A submission of a form, with the places that it takes: where one of them is not there any more, it is a conflict. So is another one
    /// under the same key.
    InsertSubmission {
        /// The submission.
        kept: Box<KeptSubmission>,
        /// The places that it takes from others; all further ones are new.
        handed: Vec<HandedPlace>,
    },
    /// A submission stands in the way of no other any more.
    FreeSubmission {
        /// The submission, which has a key.
        id: SubmissionId,
        /// The one that stands for it from now on.
        by: SubmissionId,
        /// Its debt position, with the version at which nobody could pay it: whoever changes that at the same moment decides anew.
        position: Option<(DebtPositionId, i64)>,
        /// When.
        at: Instant,
    },
    /// A submission without a debt position of its own is taken back, and stands in the way of no other any more; one that was is a conflict.
    CancelSubmission {
        /// The submission.
        id: SubmissionId,
        /// When.
        at: Instant,
    },
    /// What was entered in a submission without debt position is forgotten. With a debt position it goes with its debtor.
    ForgetSubmission {
        /// The submission.
        id: SubmissionId,
    },
    /// A submission of a page is looked at again then; never, where that is none.
    PutOffSubmission {
        /// The submission.
        id: SubmissionId,
        /// When.
        until: Option<Instant>,
    },
    /// A place comes back that a submission has; one that it has no longer is a conflict.
    ReturnPlace {
        /// The submission.
        submission: SubmissionId,
        /// The quota.
        quota: String,
        /// Only where its time is over by then: somebody may have come for it a moment ago. Whatever its time, where that is none.
        over_at: Option<Instant>,
    },
    /// The places of a debt position's submission are held until then, as far as it has them still; for good where that is none.
    HoldPlaces {
        /// The debt position.
        position: DebtPositionId,
        /// Until when.
        until: Option<Instant>,
        /// How many it has, where that is what was decided on: another number of them is a conflict.
        held: Option<usize>,
    },
    /// The places of a debt position's submission are held at least until then, as far as it has them still and has not paid.
    LengthenHold {
        /// The debt position.
        position: DebtPositionId,
        /// The version it was read at: of another one they are held as they are.
        expected: i64,
        /// Until when.
        until: Instant,
    },
    /// A place that came back is taken again, because it was paid for: for good.
    RetakePlace {
        /// The place.
        place: Box<PlaceOfPosition>,
        /// Only while fewer than so many are taken; none takes it beyond that.
        within: Option<u64>,
    },
    /// A session that was not there.
    InsertSession(Box<CheckoutSession>),
    /// The session as it is now; what its client asked for stays as it was.
    UpdateSession {
        /// The new state; its own version is the expected one plus one.
        session: Box<CheckoutSession>,
        /// The version it was read at.
        expected: i64,
    },
    /// An item of a session that a mark had paid is unpaid again; the session is written beside it. What a receipt paid
    /// stays paid: then it is a conflict.
    ReleaseItem {
        /// The session.
        session: SessionId,
        /// The place of the item in it, from 0.
        place: usize,
    },
    /// A receipt that was not there; another under the same (receiptId, outcome) is `Duplicate`.
    InsertReceipt(Box<Receipt>),
    /// Other bytes under the key of a receipt we have (rules.md 26). Bytes that are kept already are a conflict.
    InsertReceiptVariant {
        /// The other bytes.
        variant: Box<ReceiptVariant>,
        /// The version of the receipt it was read at.
        expected: i64,
        /// Whether the receipt is flagged `receipt_differs`, or flagged again where somebody had dealt with what came before.
        opens: bool,
    },
    /// Somebody has dealt with what was strange about a receipt; it stays, with who and how.
    ResolveAnomaly {
        /// The receipt.
        receipt: ReceiptRowId,
        /// What was strange.
        anomaly: Anomaly,
        /// Who dealt with it, and how.
        resolution: Resolution,
        /// The version of the receipt it was read at.
        expected: i64,
    },
    /// A receipt that is asked for, new (expected none) or as it is now.
    PutRecovery {
        /// The recovery; its own version is the expected one plus one.
        recovery: Box<ReceiptRecovery>,
        /// The version it was read at; none when it must not exist yet.
        expected: Option<i64>,
    },
    /// Somebody tries to pay: the last time of the same attempt is kept.
    RecordAttempt(Attempt),
    /// Something to tell.
    InsertEvent(Box<Event>),
    /// Something to do later, under a scope of its own.
    InsertTask(Task),
    /// A line of the journal (giornale degli eventi).
    InsertJournal(Box<JournalEntry>),
    /// Who did what.
    InsertAudit(AuditLine),
    /// A version of a form that was not there; that it is there is a conflict.
    InsertFormVersion {
        /// The version.
        form: Box<FormVersion>,
        /// How often forms and registries had been written when it was checked: one more is a conflict.
        catalogue: i64,
    },
    /// A version of a registry that was not there; that it is there is a conflict. The oldest ones go with it.
    InsertRegistryVersion {
        /// The version.
        registry: Box<RegistryVersion>,
        /// As with forms.
        catalogue: i64,
    },
    /// A service, new (expected none) or changed.
    PutService {
        /// The service as it is now.
        service: Box<Service>,
        /// The version it was read at; none when it must not exist yet.
        expected: Option<i64>,
    },
    /// An institution with its stations, accounts and beneficiaries, new (expected none) or changed.
    PutInstitution {
        /// The institution as it is now; its own version is the expected one plus one.
        institution: Box<Institution>,
        /// The version it was read at; none when it must not exist yet.
        expected: Option<i64>,
    },
    /// The logo of the institution is another one.
    PutLogo {
        /// The new logo.
        logo: Box<KeptLogo>,
        /// SHA-256 of the one whose place it takes; none when there must be none yet.
        expected: Option<[u8; 32]>,
    },
    /// The institution has no logo any more.
    RemoveLogo {
        /// SHA-256 of the one it had.
        expected: [u8; 32],
    },
}

impl Batch {
    /// Nothing to write.
    #[must_use]
    pub const fn new() -> Self {
        Self { writes: Vec::new() }
    }

    /// Adds one write.
    pub fn push(&mut self, write: Write) {
        self.writes.push(write);
    }

    /// Adds one write, in a chain.
    #[must_use]
    pub fn with(mut self, write: Write) -> Self {
        self.writes.push(write);
        self
    }

    /// Adds the writes of another decision; they stand or fall together.
    pub fn append(&mut self, mut other: Self) {
        self.writes.append(&mut other.writes);
    }

    /// True when there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }

    /// The writes, in order.
    #[must_use]
    pub fn writes(&self) -> &[Write] {
        &self.writes
    }

    /// The writes, taken.
    #[must_use]
    pub fn into_writes(self) -> Vec<Write> {
        self.writes
    }
}
