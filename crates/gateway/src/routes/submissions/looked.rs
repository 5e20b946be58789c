// SPDX-License-Identifier: AGPL-3.0-or-later
//! The debt position that stands for a submission: looked for before one is made, and found again to be paid.

use tramite_domain::debt_position::{
    DebtPosition, InstallmentStatus, PositionStatus, installment_status, position_status,
};
use tramite_domain::form::{Fault, OnHit, OnMiss, Submission};
use tramite_domain::ids::{DebtPositionId, SubmissionId};
use tramite_domain::refusal::Refusal;
use tramite_domain::session::PayerInput;
use tramite_domain::submission::Entered;
use tramite_domain::time::Instant;

use crate::auth::Tenant;
use crate::gateway::Gateway;
use crate::problem::{OrNotFound, Problem};

/// The debt position that the form looks for first; none where it looks for none, or may make one.
///
/// # Errors
/// `position_found` or `nothing_found`, as the form says; `position_found` for what was paid already, whatever it says.
pub(crate) async fn look_up(
    gateway: &Gateway,
    tenant: &Tenant,
    worked_out: &Submission,
) -> Result<Option<DebtPosition>, Problem> {
    let Some(looked) = &worked_out.lookup else { return Ok(None) };
    let now = gateway.now();
    // What a token does not open does not exist for it.
    let found = gateway.store().positions_by_metadata(&tenant.scope, &looked.service, &looked.by).await?;
    let owed = found.iter().find(|position| is_payable(position, now));
    let dealt_with = || found.iter().find(|position| is_dealt_with(position, now));
    match (owed, looked.on_hit, looked.on_miss) {
        (Some(position), OnHit::PayExisting, _) => Ok(Some(position.clone())),
        (Some(position), OnHit::Refuse, _) => Err(Refusal::PositionFound { position: position.id }.into()),
        // What was paid is not owed a second time, whatever the form would make of it.
        (None, _, on_miss) => match (dealt_with(), on_miss) {
            (Some(position), _) => Err(Refusal::PositionFound { position: position.id }.into()),
            (None, OnMiss::Allow) => Ok(None),
            (None, OnMiss::Refuse) => Err(Problem::entered(vec![Fault {
                pointer: "/values".to_owned(),
                code: "nothing_found".into(),
                detail: "There is nothing to pay for these values.".to_owned(),
                message: None,
            }])),
        },
    }
}

/// Whether anything of it can be paid now.
fn is_payable(position: &DebtPosition, now: Instant) -> bool {
    position
        .installments()
        .any(|(option, one)| installment_status(position, option, one, now) == InstallmentStatus::Open)
}

/// Whether it was paid, or will be payable.
fn is_dealt_with(position: &DebtPosition, now: Instant) -> bool {
    use PositionStatus::{Paid, PartiallyPaid, Reported, Scheduled};
    matches!(position_status(position, now), Paid | PartiallyPaid | Reported | Scheduled)
}

/// The debt position of a submission of the caller, and who pays it as far as the form says so.
///
/// # Errors
/// 404 where the submission does not exist for the caller; `nothing_to_pay` where none stands for it.
pub(crate) async fn owed(
    gateway: &Gateway,
    tenant: &Tenant,
    id: SubmissionId,
) -> Result<(DebtPositionId, Option<PayerInput>), Problem> {
    let kept = gateway.store().submission(&tenant.scope, id).await?.or_not_found()?;
    let position = kept.debt_position_id.ok_or(Refusal::SubmissionWithoutPosition)?;
    Ok((position, kept.entered.as_ref().and_then(payer)))
}

/// Who pays: whom the form names as such, and the address that was given for the outcome.
fn payer(entered: &Entered) -> Option<PayerInput> {
    let named = entered.payer.as_ref();
    let code = named.map(|one| one.tax_code.clone()).filter(|code| !code.expose().is_anonymous());
    let known =
        named.unwrap_or(&entered.debtor).email.clone().map(|email| email.map(|email| email.as_str().to_owned()));
    let payer = PayerInput {
        tax_code: code.map(|code| code.map(|code| code.as_str().to_owned())),
        full_name: named.map(|one| one.full_name.clone()),
        email: entered.notify_email.clone().or(known),
    };
    (payer != PayerInput::default()).then_some(payer)
}
