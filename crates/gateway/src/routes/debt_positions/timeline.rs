// SPDX-License-Identifier: AGPL-3.0-or-later
//! Everything that happened to a debt position, and what it waits for.

use actix_web::get;
use actix_web::web::Data;
use serde::Serialize;
use tramite_domain::debt_position::{Circumstances, Explanation, KnownReceipt, KnownSession, explain, position_status};
use tramite_domain::ids::DebtPositionId;
use tramite_domain::receipt::Receipt;
use tramite_domain::time::Instant;
use tramite_storage::History;
use utoipa::ToSchema;

use super::timeline_view::HappeningView;
use crate::auth::Tenant;
use crate::convention::{Answer, Paging, Reply, cursor_text};
use crate::extract::{Query, Segment};
use crate::gateway::Gateway;
use crate::problem::OrNotFound;
use crate::words;

/// What happened to a debt position, and what it waits for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DebtPositionTimeline, example = json!({
    "debt_position_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e01", "status": "open",
    "explanation": {
        "waits_for": "receipt", "until": "2026-09-03T08:22:00Z",
        "sentence": "A payment was begun on 2026-09-01 at 10:22 and no receipt came; the Node may deliver one until 2026-09-03 at 10:22.",
    },
    "items": [
        {"at": "2026-09-01T08:00:00Z", "kind": "debt_position.created", "status": "open", "amount": 12050,
         "event_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e30", "client_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e31"},
        {"at": "2026-09-01T08:22:00Z", "kind": "attempt.get", "amount": 12050, "installment_reference": "single",
         "installment_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e03", "notice_number": "305000000001234586"},
    ],
}))]
pub(crate) struct TimelineView {
    #[schema(value_type = words::Id)]
    debt_position_id: String,
    #[schema(value_type = words::PositionStatus)]
    status: &'static str,
    explanation: ExplanationView,
    /// In the order of time.
    #[schema(min_items = 0, max_items = 500)]
    items: Vec<HappeningView>,
    /// Where the list goes on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::CursorText>)]
    next_cursor: Option<String>,
}

/// What a debt position waits for at this instant.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Explanation)]
pub(crate) struct ExplanationView {
    /// For programs.
    #[schema(value_type = words::WaitsFor)]
    waits_for: &'static str,
    /// For people: one sentence, in English; days and hours are those of Italy.
    #[schema(value_type = words::Sentence)]
    sentence: String,
    /// The instant that ends the waiting, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Timestamp>)]
    until: Option<Instant>,
    /// The checkout session it is about, where it is your own.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    session_id: Option<String>,
    /// The receipt it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    receipt_id: Option<String>,
}

/// Shows what happened to a debt position
///
/// In the order of time: its creation and changes, with who made them; what the Node asked; who tried to pay; receipts, checkout
/// sessions, anomalies. Ids lead to the rest. `explanation` says what it waits for now: why a payment is stuck.
#[utoipa::path(
    tag = "debt-positions", operation_id = "show_debt_position_timeline",
    params(("id" = words::Id, Path, description = "The id of the debt position."), Paging),
    responses((status = 200, description = "What happened.", body = TimelineView))
)]
#[get("/v1/debt-positions/{id}/timeline")]
pub(crate) async fn show_debt_position_timeline(
    gateway: Data<Gateway>,
    tenant: Tenant,
    id: Segment<DebtPositionId>,
    paging: Query<Paging>,
) -> Answer {
    let (page, now) = (paging.0.request()?, gateway.now());
    let found = gateway.store().history(&tenant.scope, tenant.creditor, *id, &page, now).await?.or_not_found()?;
    let explanation = ExplanationView::of(explained(&found, now));
    let position = &found.position;
    let view = TimelineView {
        debt_position_id: position.id.to_string(),
        status: position_status(position, now).name(),
        explanation,
        next_cursor: cursor_text(found.items.next.as_ref()),
        items: found.items.items.into_iter().map(|item| HappeningView::of(item, position)).collect(),
    };
    Ok(Reply::ok(&view)?.into_response())
}

fn explained(found: &History, now: Instant) -> Explanation {
    let sessions: Vec<KnownSession<'_>> =
        found.sessions.iter().map(|(session, named)| KnownSession { session, named: *named }).collect();
    let receipts: Vec<KnownReceipt> = found.receipts.iter().map(known_receipt).collect();
    let known = Circumstances {
        attempts: &found.attempts,
        sessions: &sessions,
        receipts: &receipts,
        looked_up_at: found.looked_up_at,
        cancelled_by: found.cancelled_by,
    };
    explain(&found.position, known, now)
}

fn known_receipt(receipt: &Receipt) -> KnownReceipt {
    KnownReceipt {
        id: receipt.id,
        receipt_id: receipt.content.receipt_id.clone(),
        outcome: receipt.content.outcome,
        received_at: receipt.received_at,
        resolved: receipt.resolutions.keys().copied().collect(),
    }
}

impl ExplanationView {
    fn of(explanation: Explanation) -> Self {
        Self {
            waits_for: explanation.waits_for.name(),
            sentence: explanation.sentence,
            until: explanation.until,
            session_id: explanation.session_id.map(|id| id.to_string()),
            receipt_id: explanation.receipt_id.map(|id| id.to_string()),
        }
    }
}
