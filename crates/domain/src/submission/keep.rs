// SPDX-License-Identifier: AGPL-3.0-or-later
//! A submission is kept, with the places that it takes.

use crate::audit::AuditLine;
use crate::batch::{Batch, Write};
use crate::debt_position::{
    DebtPosition, Installment, InstallmentStatus, PaymentOption, amount_due, installment_status,
};
use crate::form::{Claim, Submission, SubmissionInput};
use crate::given::Given;
use crate::ident::ServiceCode;
use crate::ids::{ClientId, SubmissionId};
use crate::money::Cents;
use crate::time::Instant;

use super::admit::HandedPlace;
use super::lapse::lapses_at;
use super::model::{Channel, Entered, HeldPlace, KeptSubmission, Manner, PayBy, SUBMISSION_CREATED};
use super::places::held_for_notice;

/// Seconds of a minute.
const SIXTY: i64 = 60;

/// What is to be paid for a submission.
#[derive(Debug, Clone, Copy)]
pub enum Owed<'a> {
    /// Nothing: it comes to zero.
    Nothing,
    /// A debt position that was made for it.
    Made(&'a DebtPosition),
    /// One that was there: neither places nor the key of the form are taken for it.
    Found(&'a DebtPosition),
}

/// Keeps a submission that was let in ([`admit`](super::admit())), after the debt position that is made for it.
pub fn keep(
    given: &mut Given<'_>,
    (id, client): (SubmissionId, ClientId),
    service_code: &ServiceCode,
    (submission, input): (&Submission, &SubmissionInput),
    manner: Manner,
    (owed, handed): (Owed<'_>, Vec<HandedPlace>),
) -> (KeptSubmission, Batch) {
    let now = given.now;
    let position = match owed {
        Owed::Nothing => None,
        Owed::Made(position) | Owed::Found(position) => Some(position),
    };
    let found = matches!(owed, Owed::Found(_));
    let hold = |claim: &Claim| HeldPlace {
        quota: claim.quota.clone(),
        key: claim.key.clone(),
        limit: claim.limit,
        held_until: position.map(|position| held_until(claim, position, manner.pay_by, now)),
    };
    let kept = KeptSubmission {
        id,
        service_code: service_code.clone(),
        form_version: submission.version,
        amount: if found { position.map_or(Cents::ZERO, |position| payable(position, now)) } else { submission.amount },
        breakdown: if found { Vec::new() } else { submission.lines.clone() },
        remittance_information: match position.filter(|_| found) {
            Some(position) => position.description.as_str().to_owned(),
            None => submission.remittance_information.clone(),
        },
        entered: Some(Entered {
            values: submission.values.clone(),
            notify_email: input.notify_email.clone(),
            debtor: submission.debtor.clone(),
            payer: submission.payer.clone(),
            beneficiary: submission.beneficiary.clone(),
        }),
        unique_key: submission.unique_key.clone().filter(|_| !found),
        superseded_by: None,
        places: if found { Vec::new() } else { submission.claims.iter().map(hold).collect() },
        debt_position_id: position.map(|position| position.id),
        found,
        created_by: client,
        created_at: now,
        cancelled_at: None,
        lapses_at: position.filter(|_| manner.channel != Channel::Api).map(|position| lapses_at(position, found, now)),
    };
    let line = AuditLine::of(given, SUBMISSION_CREATED, kept.audit_subject());
    let batch = Batch::new()
        .with(Write::InsertSubmission { kept: Box::new(kept.clone()), handed })
        .with(Write::InsertAudit(line));
    (kept, batch)
}

/// What is due of a debt position that was there: of the first of its alternatives of which anything is open.
fn payable(position: &DebtPosition, now: Instant) -> Cents {
    let open = |option: &PaymentOption, one: &Installment| {
        installment_status(position, option, one, now) == InstallmentStatus::Open
    };
    let first = position.options.iter().find(|option| option.installments.iter().any(|one| open(option, one)));
    let due = first.into_iter().flat_map(|option| option.installments.iter().filter(move |one| open(option, one)));
    // A sum that is no amount cannot be paid at once either.
    Cents::sum(due.map(|one| amount_due(position, one, now).amount)).unwrap_or(Cents::ZERO)
}

/// Until when a place is held for somebody who has not paid (rules.md 49).
fn held_until(claim: &Claim, position: &DebtPosition, pay_by: PayBy, now: Instant) -> Instant {
    match pay_by {
        PayBy::Checkout => now.plus_seconds(i64::from(claim.hold_minutes) * SIXTY),
        PayBy::Notice => held_for_notice(position, now),
    }
}
