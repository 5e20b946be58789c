// SPDX-License-Identifier: AGPL-3.0-or-later
//! An institution found a settlement line, and no receipt.

use actix_web::post;
use actix_web::web::Data;
use serde::Deserialize;
use tramite_domain::notice::{Iuv, NoticeNumber};
use tramite_domain::receipt::ReceiptOutcome;
use tramite_domain::recovery::ask;
use tramite_domain::violation::Violation;
use utoipa::ToSchema;

use super::view::{ReceiptRecoveryView, etag_of};
use crate::auth::Tenant;
use crate::convention::{Answer, Reply, once};
use crate::extract::{Body, IdempotencyKey};
use crate::gateway::Gateway;
use crate::problem::{Code, Problem};
use crate::words;

/// The two references of a settlement line. Of the second, either form.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"iur": "c110729d258c4ab1b765fe902aae41d6", "iuv": "05000000001234586"}))]
pub(crate) struct ReceiptRecoveryInput {
    /// The IUR: the Node's token of the payment.
    #[schema(value_type = words::PaymentToken)]
    iur: String,
    #[schema(value_type = Option<words::IuvText>)]
    iuv: Option<Iuv>,
    #[schema(value_type = Option<words::NoticeNumber>)]
    notice_number: Option<NoticeNumber>,
}

/// Asks for a receipt that never came
///
/// By the IUR and the IUV (or the notice) of its settlement line. Where the receipt is here already, the answer names it and nothing
/// is asked. The platform takes ten questions an hour from the whole Tramite, so that it may take its time: read it again, with
/// `wait`. A line that was asked for before is answered as it stands; one that could not be found or failed is asked anew. A recovered
/// receipt pays like one that the Node sends, once, and when the Node sends it after all it is the same.
#[utoipa::path(
    tag = "receipt-recoveries", operation_id = "add_receipt_recovery",
    request_body = ReceiptRecoveryInput,
    responses(
        (status = 201, description = "The question waits for its turn, or is answered already.", body = ReceiptRecoveryView),
        (status = 200, description = "The same line was asked for before.", body = ReceiptRecoveryView)
    )
)]
#[post("/v1/receipt-recoveries")]
pub(crate) async fn add_receipt_recovery(
    gateway: Data<Gateway>,
    tenant: Tenant,
    key: IdempotencyKey,
    body: Body<ReceiptRecoveryInput>,
) -> Answer {
    once(&gateway, &tenant, &key, body.fingerprint(), async || {
        let asked = body.valid()?;
        let iuv = reference(&asked)?;
        if !gateway.settings().recovers_receipts {
            return Err(Problem::new(Code::ReceiptRecoveryOff));
        }
        let (store, scope) = (gateway.store(), &tenant.scope);
        let service = store.service_of_iuv(scope, &iuv).await?;
        // A reference of another service does not exist for who is confined to some, and no more does one of none.
        if scope.services().is_some_and(|own| service.as_ref().is_none_or(|code| !own.contains(code))) {
            return Err(Problem::new(Code::NotFound));
        }
        // One that was asked for before its reference had a service is found as well.
        let present = store.recovery_of(scope, &asked.iur, &iuv).await?;
        let kept = match store.receipt_by_key(scope, &asked.iur, ReceiptOutcome::Ok).await? {
            Some(kept) => Some(kept),
            None => store.receipt_by_key(scope, &asked.iur, ReceiptOutcome::Ko).await?,
        };
        let kept = kept.filter(|kept| kept.content.iuv == iuv);
        let mut ids = gateway.ids();
        let mut given = gateway.given(&mut ids, Some(tenant.client_id()));
        let decided = ask(&mut given, present.as_ref(), kept.as_ref(), (&asked.iur, &iuv), service);
        let shown = ReceiptRecoveryView::of(&decided.recovery);
        let reply = match present {
            Some(_) => Reply::ok(&shown)?,
            None => Reply::created(&shown, format!("/v1/receipt-recoveries/{}", decided.recovery.id))?,
        };
        Ok((decided.batch, reply.etag(&etag_of(&decided.recovery))))
    })
    .await
}

/// The creditor reference, as told or as the notice implies it.
fn reference(asked: &ReceiptRecoveryInput) -> Result<String, Problem> {
    let (pointer, code, detail) = match (&asked.iuv, &asked.notice_number) {
        (Some(iuv), None) => return Ok(iuv.to_string()),
        (None, Some(number)) => return Ok(number.iuv().to_string()),
        (Some(iuv), Some(number)) if number.iuv().as_str() == iuv.as_str() => return Ok(iuv.to_string()),
        (Some(_), Some(_)) => ("/notice_number", "not_of_this_iuv", "The notice implies another reference."),
        (None, None) => ("", "required", "Name the iuv or the notice_number."),
    };
    Err(Problem::invalid(vec![Violation { pointer: pointer.to_owned(), code, detail: detail.to_owned() }]))
}
