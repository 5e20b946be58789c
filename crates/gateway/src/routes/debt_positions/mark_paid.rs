// SPDX-License-Identifier: AGPL-3.0-or-later
//! A payment outside of pagoPA (rules.md 15).

use actix_web::post;
use actix_web::web::Data;
use serde::Deserialize;
use tramite_domain::debt_position::{OutsidePayment, mark_paid};
use tramite_domain::given::Given;
use tramite_domain::ids::{DebtPositionId, InstallmentId};
use tramite_domain::refusal::Refusal;
use tramite_domain::time::Instant;
use utoipa::ToSchema;

use super::act::{act, audit_installment};
use super::load::Loaded;
use super::replace::ForceParameters;
use super::view::DebtPositionView;
use crate::auth::Tenant;
use crate::convention::Answer;
use crate::extract::{Body, IdempotencyKey, Preconditions, Query, Segment};
use crate::gateway::Gateway;
use crate::words;

/// How an installment was paid outside of pagoPA.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "installment_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e03",
    "paid_at": "2026-09-10T09:30:00Z",
    "amount": 12050,
    "reference": "Bank transfer 2026-0815"
}))]
pub(crate) struct MarkPaidInput {
    #[schema(value_type = words::Id)]
    installment_id: String,
    /// When it was paid; now at the latest.
    #[schema(value_type = words::Timestamp)]
    paid_at: Instant,
    /// What was paid, in cents. Another amount than what was due then is taken, and flagged `amount_mismatch`.
    #[schema(value_type = words::AmountCents)]
    amount: i64,
    /// By what you find the payment again; no personal data.
    #[schema(value_type = words::Line140)]
    reference: String,
}

/// Marks an installment as paid
///
/// For a payment that reached you outside of pagoPA: the installment is paid through the channel `external`, without a receipt.
/// Nobody can pay its notice any more, open checkout sessions that hold it are completed, and `reopen` takes it back as long as
/// no receipt arrives. The same facts again are answered with 200 and change nothing; with another amount, instant or
/// reference it is 409. While somebody may be paying it, or an alternative to it, it is 409 unless forced.
#[utoipa::path(
    tag = "debt-positions", operation_id = "mark_debt_position_paid",
    params(("id" = words::Id, Path, description = "The id of the debt position."), ForceParameters),
    request_body = MarkPaidInput,
    responses((status = 200, description = "The debt position as it is now.", body = DebtPositionView))
)]
#[post("/v1/debt-positions/{id}/mark-paid")]
pub(crate) async fn mark_debt_position_paid(
    gateway: Data<Gateway>,
    tenant: Tenant,
    id: Segment<DebtPositionId>,
    key: IdempotencyKey,
    condition: Preconditions,
    parameters: Query<ForceParameters>,
    body: Body<MarkPaidInput>,
) -> Answer {
    let (creditor, force) = (tenant.creditor, parameters.0.force);
    let decide = |given: &mut Given<'_>, loaded: &Loaded, input: MarkPaidInput| -> Result<_, Refusal> {
        let installment = installment_id(&input.installment_id);
        let MarkPaidInput { paid_at, amount, reference, .. } = input;
        let paid = OutsidePayment { installment, paid_at, amount, reference };
        let mut decided = mark_paid(given, creditor, &loaded.position, &paid, loaded.payers.activity(), force)?;
        if !decided.batch.is_empty() {
            let line = audit_installment(given, installment, "installment.marked_paid", paid.reference);
            decided.batch.push(line);
        }
        Ok(decided)
    };
    let fingerprint = body.fingerprint_with(if force { "force" } else { "" });
    act(&gateway, &tenant, *id, (&key, fingerprint), &condition, &body, decide).await
}

/// The installment that is named. An id that cannot be read is that of no installment.
pub(super) fn installment_id(text: &str) -> InstallmentId {
    text.parse().unwrap_or(InstallmentId::from(uuid::Uuid::nil()))
}
