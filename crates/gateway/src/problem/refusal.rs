// SPDX-License-Identifier: AGPL-3.0-or-later
//! From the domain's no to the client's problem. Exhaustive on purpose: a new refusal does not compile without a code.

use tramite_domain::refusal::Refusal;
use tramite_domain::violation::Violation;

use super::{Code, More, Problem};

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let sentence = refusal.to_string();
        let problem = Problem::new(code_of(&refusal)).with_detail(sentence);
        match refusal {
            Refusal::Invalid(violations) => Problem::invalid(violations),
            Refusal::ExternalIdTaken { existing, differences } => {
                problem.with_more(More { existing_id: Some(existing.to_string()), differences, ..More::default() })
            }
            Refusal::AlreadySubmitted { submission, position } => problem.with_more(More {
                existing_id: Some(submission.to_string()),
                debt_position_id: position.map(|id| id.to_string()),
                ..More::default()
            }),
            Refusal::PositionFound { position } | Refusal::SubmissionOwed { position } => {
                problem.with_more(More { debt_position_id: Some(position.to_string()), ..More::default() })
            }
            Refusal::PaymentInProgress { locked_until } => {
                problem.with_more(More { locked_until: Some(locked_until), ..More::default() })
            }
            Refusal::AmountChanged { due } => problem.with_more(More { amount_due: due, ..More::default() }),
            Refusal::InstallmentAmbiguous { choices } => problem.with_more(More { choices, ..More::default() }),
            Refusal::InstallmentPaid { reference } => {
                problem.with_more(More { choices: vec![reference], ..More::default() })
            }
            Refusal::Immutable { field } => problem.with_violations(vec![fault(
                &format!("/{field}"),
                "immutable",
                "It is given once, at creation.",
            )]),
            Refusal::NumberImmutable { pointers } => {
                let kept = "An installment keeps the number that it has: it may be printed already.";
                problem.with_violations(pointers.iter().map(|pointer| fault(pointer, "immutable", kept)).collect())
            }
            Refusal::ReturnUrlNotAllowed { pointer, reason } => {
                problem.with_violations(vec![fault(pointer, "not_allowed", reason)])
            }
            _ => problem,
        }
    }
}

fn fault(pointer: &str, code: &'static str, detail: &str) -> Violation {
    Violation { pointer: pointer.to_owned(), code, detail: detail.to_owned() }
}

const fn code_of(refusal: &Refusal) -> Code {
    match refusal {
        Refusal::Invalid(_) => Code::ValidationFailed,
        Refusal::ExternalIdTaken { .. } => Code::ExternalIdTaken,
        Refusal::AlreadySubmitted { .. } | Refusal::Superseded => Code::AlreadySubmitted,
        Refusal::NoPlaceLeft { .. } => Code::NoPlaceLeft,
        Refusal::PositionFound { .. } => Code::PositionFound,
        Refusal::SubmissionOwed { .. } => Code::SubmissionOwed,
        Refusal::SubmissionWithoutPosition => Code::NothingToPay,
        Refusal::PositionState { .. } | Refusal::InstallmentState { .. } => Code::DebtPositionState,
        Refusal::InstallmentPaid { .. } => Code::InstallmentPaid,
        Refusal::Immutable { .. } | Refusal::NumberImmutable { .. } => Code::ImmutableField,
        Refusal::PaymentInProgress { .. } => Code::PaymentInProgress,
        Refusal::StillExpired => Code::StillExpired,
        Refusal::ServiceNotActive => Code::ServiceNotActive,
        Refusal::InstitutionNotActive => Code::InstitutionNotActive,
        Refusal::SupportAccessOff => Code::SupportAccessOff,
        Refusal::NoIssuingStation => Code::NoIssuingStation,
        Refusal::AmountChanged { .. } => Code::AmountChanged,
        Refusal::InstallmentAmbiguous { .. } => Code::InstallmentAmbiguous,
        Refusal::NotPayable { .. } => Code::NotPayable,
        Refusal::NotPublished => Code::NotPublished,
        Refusal::NothingToPay { .. } => Code::NothingToPay,
        Refusal::SessionState { .. } => Code::CheckoutSessionState,
        Refusal::TooManySessions { .. } => Code::TooManyCheckoutSessions,
        Refusal::ReturnUrlNotAllowed { .. } => Code::ReturnUrlNotAllowed,
        Refusal::NoAmountCallback => Code::NoAmountCallback,
        Refusal::AmountUnknown => Code::AmountUnknown,
        Refusal::AlreadyResolved => Code::AlreadyResolved,
        Refusal::DocumentBatchState { .. } => Code::DocumentBatchState,
        Refusal::TooManyDocumentBatches => Code::TooManyDocumentBatches,
        Refusal::DocumentStorageFull => Code::DocumentStorageFull,
        Refusal::NoSuchPosition => Code::NoSuchPosition,
        Refusal::ImportState { .. } => Code::ImportState,
        Refusal::TooManyImports => Code::TooManyImports,
        Refusal::ImportStorageFull => Code::ImportStorageFull,
        Refusal::NoticeNotFound => Code::NotFound,
    }
}
