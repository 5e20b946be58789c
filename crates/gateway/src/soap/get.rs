// SPDX-License-Identifier: AGPL-3.0-or-later
//! paGetPayment and paGetPaymentV2: the payment in full. It changes nothing; that it was asked is remembered by way of
//! the buffer (rules.md 22).

use tramite_domain::institution::Institution;
use tramite_domain::node::{TransferKind, Wanted, detail, payable};
use tramite_domain::time::Instant;
use tramite_pagopa::current::{Answer, GetRequest, TransferType, Version};

use super::amount::as_of;
use super::buffer::Asked;
use super::denied::{Denied, UNKNOWN};
use super::door::Soap;
use super::mapping_payment::get_answer;
use super::verify::find;

/// Answers a get of either version.
pub(crate) async fn get(
    soap: &Soap,
    institution: &Institution,
    request: &GetRequest,
    now: Instant,
) -> Result<Answer, Denied> {
    let (mut position, notice) = find(soap, institution, &request.notice).await?;
    let wanted = payable(&position, &notice, now)?.id;
    let kind = match request.transfer_type {
        Some(TransferType::Postal) => TransferKind::Postal,
        Some(TransferType::PagoPa) | None => TransferKind::Bank,
    };
    let stamps = request.version == Version::V2;
    let as_of = as_of(soap, institution, &mut position, wanted, request.payment_note.as_deref(), now).await?;
    let (_, installment) = position.installment(wanted).ok_or(UNKNOWN)?;
    let told = detail(institution, &position, installment, Wanted { kind, stamps, as_of }, now)?;
    soap.buffer().remember(Asked {
        institution: institution.id,
        installment: installment.id,
        reference: request.payment_note.clone().unwrap_or_default(),
        amount: told.amount,
        at: now,
    });
    Ok(Answer::Get(request.version, Box::new(get_answer(institution, told))))
}
