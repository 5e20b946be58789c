// SPDX-License-Identifier: AGPL-3.0-or-later
//! paVerifyPaymentNotice: what is due for a notice, now. It changes nothing (rules.md 22).

use tramite_domain::debt_position::DebtPosition;
use tramite_domain::institution::Institution;
use tramite_domain::node::{payable, verified};
use tramite_domain::notice::NoticeNumber;
use tramite_domain::time::Instant;
use tramite_pagopa::current::{Answer, Notice, PaaFault, VerifyRequest};
use tramite_storage::{Scope, Store};

use super::amount::as_of;
use super::denied::{Denied, UNKNOWN};
use super::door::Soap;
use super::mapping_payment::verify_answer;

/// Answers a verify, or the Node's probe.
pub(crate) async fn verify(
    soap: &Soap,
    institution: &Institution,
    request: &VerifyRequest,
    now: Instant,
) -> Result<Answer, Denied> {
    let (mut position, notice) = find(soap, institution, &request.notice).await?;
    let wanted = payable(&position, &notice, now)?.id;
    let as_of = as_of(soap, institution, &mut position, wanted, None, now).await?;
    let (_, installment) = position.installment(wanted).ok_or(UNKNOWN)?;
    let told = verified(institution, &position, installment, as_of, now)?;
    Ok(Answer::Verify(verify_answer(institution, told)))
}

/// The position of a notice, after the probe. A notice of another institution is unknown here.
pub(crate) async fn find(
    soap: &Soap,
    institution: &Institution,
    notice: &Notice,
) -> Result<(DebtPosition, NoticeNumber), Denied> {
    if notice.is_probe() {
        soap.pulse().feel().await?;
        return Err(Denied::Fault(PaaFault::UnknownPayment, "sonda"));
    }
    if notice.fiscal_code != institution.tax_code.as_str() {
        return Err(UNKNOWN);
    }
    let Ok(number) = notice.notice_number.parse::<NoticeNumber>() else { return Err(UNKNOWN) };
    let position = look_up(soap.store(), institution, &number).await?.ok_or(UNKNOWN)?;
    Ok((position, number))
}

/// The one read that a verify costs.
async fn look_up(
    store: &Store,
    institution: &Institution,
    notice: &NoticeNumber,
) -> Result<Option<DebtPosition>, Denied> {
    Ok(store.position_by_notice(&Scope::of_node(institution.id), notice).await?)
}
