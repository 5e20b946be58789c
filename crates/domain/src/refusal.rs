// SPDX-License-Identifier: AGPL-3.0-or-later
//! Why a decision says no, in the words of the domain. Each refusal knows its stable code; HTTP and SOAP translate.

use thiserror::Error;

use crate::debt_position::{InstallmentStatus, PositionStatus};
use crate::document_batch::BatchStatus;
use crate::ids::{DebtPositionId, SubmissionId};
use crate::import::ImportStatus;
use crate::session::SessionStatus;
use crate::time::Instant;
use crate::violation::Violation;

/// A decision's no.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The command is wrong in itself: 422 with all violations.
    #[error("the request breaks {} rule(s)", .0.len())]
    Invalid(Vec<Violation>),
    /// A position with that external id is there already (rules.md 8).
    #[error("a debt position with this external_id exists already in this service")]
    ExternalIdTaken {
        /// The position that is there.
        existing: DebtPositionId,
        /// Where it differs from the request, as pointers into the request; empty when not compared.
        differences: Vec<String>,
    },
    /// The same was submitted before (rules.md 49).
    #[error("the same was submitted already")]
    AlreadySubmitted {
        /// The first submission.
        submission: SubmissionId,
        /// Its debt position, where it has one.
        position: Option<DebtPositionId>,
    },
    /// Another submission stands for the debt position by now: both would be owed (rules.md 49).
    #[error("another submission has taken the place of the one that this debt position was made for")]
    Superseded,
    /// All places are taken (rules.md 49).
    #[error("no place is left: `{quota}` is full")]
    NoPlaceLeft {
        /// The quota.
        quota: String,
    },
    /// The form looks for a debt position and refuses where it finds one.
    #[error("there is a debt position for these values already")]
    PositionFound {
        /// The debt position.
        position: DebtPositionId,
    },
    /// A debt position stands for the submission.
    #[error("the debt position of this submission stands for it: cancel that")]
    SubmissionOwed {
        /// The debt position.
        position: DebtPositionId,
    },
    /// There is nothing to pay for the submission, or no longer.
    #[error("there is nothing to pay for this submission")]
    SubmissionWithoutPosition,
    /// The state of the position does not allow it.
    #[error("a debt position that is {} does not allow this", .status.name())]
    PositionState {
        /// The state it is in.
        status: PositionStatus,
    },
    /// The state of the installment does not allow it.
    #[error("an installment that is {} does not allow this", .status.name())]
    InstallmentState {
        /// The state it is in.
        status: InstallmentStatus,
    },
    /// A paid installment would be changed or left out.
    #[error("a paid installment must stand in the request unchanged")]
    InstallmentPaid {
        /// Where in the request, or the reference that is missing.
        reference: String,
    },
    /// The number of the notice would be lost, or the service changed (rules.md 11).
    #[error("`{field}` cannot be changed after creation")]
    Immutable {
        /// The field.
        field: &'static str,
    },
    /// Another number for an installment that has one: it may be printed already (rules.md 11).
    #[error("an installment keeps the notice number that it has")]
    NumberImmutable {
        /// Where in the request, each of them.
        pointers: Vec<String>,
    },
    /// Somebody is paying right now (rules.md 11, api.md `if_busy`).
    #[error("a payment of this installment is in progress")]
    PaymentInProgress {
        /// When it will be free at the latest.
        locked_until: Instant,
    },
    /// Reopening needs a later date first.
    #[error("the position would still be expired: give it a later due date first")]
    StillExpired,
    /// The service takes no new positions.
    #[error("the service is not active")]
    ServiceNotActive,
    /// The institution is not active.
    #[error("the institution is not active")]
    InstitutionNotActive,
    /// The institution has switched support off.
    #[error("the institution does not let operators read in support")]
    SupportAccessOff,
    /// No station under which numbers are given.
    #[error("the institution has no issuing station")]
    NoIssuingStation,
    /// The item costs something else now.
    #[error("the amount is not the expected one")]
    AmountChanged {
        /// Cents due now; none where the caller may not know it (rules.md 37).
        due: Option<i64>,
    },
    /// Several installments could be meant.
    #[error("several installments are payable: name one")]
    InstallmentAmbiguous {
        /// Their references.
        choices: Vec<String>,
    },
    /// Nothing of the position can be paid now.
    #[error("a debt position that is {} has nothing that can be paid now", .status.name())]
    NotPayable {
        /// The state it is in.
        status: PositionStatus,
    },
    /// A draft has no notice.
    #[error("a debt position that is not published has no notice")]
    NotPublished,
    /// Nothing that was asked for can be paid with a notice.
    #[error("the notice would hold nothing that can be paid: the debt position is {}", .status.name())]
    NothingToPay {
        /// The state it is in.
        status: PositionStatus,
    },
    /// The state of the session does not allow it.
    #[error("a checkout session that is {} does not allow this", .status.name())]
    SessionState {
        /// The state it is in.
        status: SessionStatus,
    },
    /// The installment has as many open sessions as it may have.
    #[error("{most} checkout sessions of this installment are open already")]
    TooManySessions {
        /// How many it may have.
        most: usize,
    },
    /// The return address is not one of the delegation's origins (rules.md 39).
    #[error("the return address is not allowed for this client")]
    ReturnUrlNotAllowed {
        /// Where in the request.
        pointer: &'static str,
        /// Why.
        reason: &'static str,
    },
    /// The service asks nobody what is due, so it has no secret for that.
    #[error("the service has no amount_callback")]
    NoAmountCallback,
    /// What is due is not known for the moment: the institution's own system did not say it.
    #[error("the institution's own system did not say what is due")]
    AmountUnknown,
    /// Somebody has resolved it before, with other words.
    #[error("it was resolved before, with another note")]
    AlreadyResolved,
    /// A row is about a position that the service does not have.
    #[error("the service has no debt position with this external_id")]
    NoSuchPosition,
    /// The state of the import does not allow it.
    #[error("an import that is {} does not allow this", .status.name())]
    ImportState {
        /// The state it is in.
        status: ImportStatus,
    },
    /// The institution loads as many files as it may at a time.
    #[error("two files of the institution are being loaded: wait for one of them")]
    TooManyImports,
    /// The files that are kept of the institution leave no room.
    #[error("the files kept of the institution take all the room there is for them")]
    ImportStorageFull,
    /// The state of the batch of documents does not allow it.
    #[error("a document batch that is {} does not allow this", .status.name())]
    DocumentBatchState {
        /// The state it is in.
        status: BatchStatus,
    },
    /// The institution has as many files of documents made as it may at a time.
    #[error("two files of documents of the institution are being made: wait for one of them")]
    TooManyDocumentBatches,
    /// The files of documents that are kept of the institution leave no room.
    #[error("the files of documents kept of the institution take all the room there is for them")]
    DocumentStorageFull,
    /// Another institution's notice that may not be told about: one answer for all reasons (rules.md 37).
    #[error("no payable notice of that number and creditor")]
    NoticeNotFound,
}

impl Refusal {
    /// Stable snake_case code: the last part of the problem's type.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "validation_failed",
            Self::ExternalIdTaken { .. } => "external_id_taken",
            Self::AlreadySubmitted { .. } => "already_submitted",
            Self::Superseded => "already_submitted",
            Self::NoPlaceLeft { .. } => "no_place_left",
            Self::PositionFound { .. } => "position_found",
            Self::SubmissionOwed { .. } => "submission_owed",
            Self::SubmissionWithoutPosition => "nothing_to_pay",
            Self::PositionState { .. } | Self::InstallmentState { .. } => "debt_position_state",
            Self::InstallmentPaid { .. } => "installment_paid",
            Self::Immutable { .. } | Self::NumberImmutable { .. } => "immutable_field",
            Self::PaymentInProgress { .. } => "payment_in_progress",
            Self::StillExpired => "still_expired",
            Self::ServiceNotActive => "service_not_active",
            Self::InstitutionNotActive => "institution_not_active",
            Self::SupportAccessOff => "support_access_off",
            Self::NoIssuingStation => "no_issuing_station",
            Self::AmountChanged { .. } => "amount_changed",
            Self::InstallmentAmbiguous { .. } => "installment_ambiguous",
            Self::NotPayable { .. } => "not_payable",
            Self::NotPublished => "not_published",
            Self::NothingToPay { .. } => "nothing_to_pay",
            Self::SessionState { .. } => "checkout_session_state",
            Self::TooManySessions { .. } => "too_many_checkout_sessions",
            Self::ReturnUrlNotAllowed { .. } => "return_url_not_allowed",
            Self::NoAmountCallback => "no_amount_callback",
            Self::AmountUnknown => "amount_unknown",
            Self::AlreadyResolved => "already_resolved",
            Self::ImportState { .. } => "import_state",
            Self::TooManyImports => "too_many_imports",
            Self::ImportStorageFull => "import_storage_full",
            Self::DocumentBatchState { .. } => "document_batch_state",
            Self::TooManyDocumentBatches => "too_many_document_batches",
            Self::DocumentStorageFull => "document_storage_full",
            Self::NoSuchPosition => "no_such_position",
            Self::NoticeNotFound => "not_found",
        }
    }
}
