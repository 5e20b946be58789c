// SPDX-License-Identifier: AGPL-3.0-or-later
//! Somebody has dealt with what was strange about a receipt.

use actix_web::post;
use actix_web::web::Data;
use serde::Deserialize;
use tramite_domain::anomaly::Anomaly;
use tramite_domain::ids::ReceiptRowId;
use tramite_domain::receipt::resolve;
use utoipa::ToSchema;

use super::compose::view;
use super::show::etag_of;
use super::view::ReceiptView;
use crate::auth::Tenant;
use crate::convention::{Answer, Reply, once};
use crate::extract::{Body, IdempotencyKey, Preconditions, Segment};
use crate::gateway::Gateway;
use crate::problem::OrNotFound;
use crate::words;

/// What was strange, and what was done about it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"anomaly": "duplicate_payment", "note": "Refunded on 2026-09-20, mandate 311"}))]
pub(crate) struct ResolveReceiptInput {
    /// One of the receipt's anomalies.
    #[schema(value_type = words::Anomaly)]
    anomaly: Anomaly,
    /// Kept with the receipt and in the audit trail; no personal data.
    #[schema(value_type = words::Note)]
    note: String,
}

/// Resolves an anomaly of a receipt
///
/// The anomaly stays on the receipt, with who resolved it, when, and the note; it is no longer found among those that
/// wait. That is final: the same note again is answered as it is, another one is refused.
#[utoipa::path(
    tag = "receipts", operation_id = "resolve_receipt",
    params(("id" = words::Id, Path, description = "The id of the receipt.")),
    request_body = ResolveReceiptInput,
    responses((status = 200, description = "The receipt as it is now.", body = ReceiptView))
)]
#[post("/v1/receipts/{id}/resolve")]
pub(crate) async fn resolve_receipt(
    gateway: Data<Gateway>,
    tenant: Tenant,
    id: Segment<ReceiptRowId>,
    key: IdempotencyKey,
    condition: Preconditions,
    body: Body<ResolveReceiptInput>,
) -> Answer {
    once(&gateway, &tenant, &key, body.fingerprint(), async || {
        let receipt = gateway.store().receipt(&tenant.scope, *id).await?.or_not_found()?;
        let ResolveReceiptInput { anomaly, note } = body.valid()?;
        condition.check(Some(&etag_of(&receipt)))?;
        let mut ids = gateway.ids();
        let mut given = gateway.given(&mut ids, Some(tenant.client_id()));
        let resolved = resolve(&mut given, &receipt, anomaly, &note)?;
        let mut reply = Reply::ok(&view(&resolved.receipt))?.etag(&etag_of(&resolved.receipt));
        // What changes nothing locks nothing, and what it is about may be gone.
        if let Some(subject) = receipt.position.as_ref().filter(|_| !resolved.batch.is_empty()) {
            reply = reply.about(subject.position_id);
        }
        Ok((resolved.batch, reply))
    })
    .await
}
