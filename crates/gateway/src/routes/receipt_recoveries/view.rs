// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a caller reads of a recovery.

use serde::Serialize;
use tramite_domain::recovery::ReceiptRecovery;
use tramite_domain::time::Instant;
use utoipa::ToSchema;

use crate::convention::Etag;
use crate::words;

/// A receipt that is asked for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReceiptRecovery, example = json!({
    "id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e40", "iur": "c110729d258c4ab1b765fe902aae41d6", "iuv": "05000000001234586",
    "status": "recovered", "is_over": true, "receipt_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e09", "attempts": 1,
    "created_at": "2026-09-20T10:00:00Z", "updated_at": "2026-09-20T10:00:02Z",
}))]
pub(crate) struct ReceiptRecoveryView {
    #[schema(value_type = words::Id)]
    id: String,
    /// The IUR of the settlement line.
    #[schema(value_type = words::PaymentToken)]
    iur: String,
    #[schema(value_type = words::IuvText)]
    iuv: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ServiceCode>)]
    service_code: Option<String>,
    #[schema(value_type = words::RecoveryStatus)]
    status: &'static str,
    /// Whether nothing more comes of it by itself.
    is_over: bool,
    /// The `id` of the receipt, once it is here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    receipt_id: Option<String>,
    /// Why there is none, or was none the last time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::StableCode>)]
    failure: Option<String>,
    /// How often the platform was asked.
    #[schema(value_type = words::DeliveryAttempts)]
    attempts: u32,
    /// Not before this instant it is asked (again).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Timestamp>)]
    next_attempt_after: Option<Instant>,
    #[schema(value_type = words::Timestamp)]
    created_at: Instant,
    #[schema(value_type = words::Timestamp)]
    updated_at: Instant,
}

impl ReceiptRecoveryView {
    pub(super) fn of(recovery: &ReceiptRecovery) -> Self {
        Self {
            id: recovery.id.to_string(),
            iur: recovery.iur.clone(),
            iuv: recovery.iuv.clone(),
            service_code: recovery.service_code.as_ref().map(ToString::to_string),
            status: recovery.status.name(),
            is_over: recovery.status.is_over(),
            receipt_id: recovery.receipt_id.map(|id| id.to_string()),
            failure: recovery.failure.clone(),
            attempts: recovery.attempts,
            next_attempt_after: recovery.due_at,
            created_at: recovery.created_at,
            updated_at: recovery.updated_at,
        }
    }
}

pub(super) fn etag_of(recovery: &ReceiptRecovery) -> Etag {
    Etag::of(recovery.version, recovery.status.name())
}
