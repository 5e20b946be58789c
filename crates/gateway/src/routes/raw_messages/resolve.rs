// SPDX-License-Identifier: AGPL-3.0-or-later
//! `POST /v1/raw-messages/{id}/resolve`

use actix_web::post;
use actix_web::web::Data;
use serde::Deserialize;
use tramite_domain::ids::RawMessageId;
use tramite_domain::resolution::resolution;
use tramite_storage::{Change, KeptMessage};
use utoipa::ToSchema;

use super::etag;
use super::view::RawMessageView;
use crate::auth::Operator;
use crate::convention::{Answer, Reply, audited, once_by_operator};
use crate::extract::{Body, IdempotencyKey, Preconditions, Segment};
use crate::gateway::Gateway;
use crate::problem::OrNotFound;
use crate::words;

/// What was done about it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"note": "Ticket 4711 at pagoPA: sent again within the limits"}))]
pub(super) struct ResolveRawMessageInput {
    /// Kept with the message and in the audit trail; no personal data.
    #[schema(value_type = words::Note)]
    note: String,
}

/// Resolves a message that could not be taken
///
/// It stays, with who resolved it, when, and the note. That is final: the same note again is answered as it is, another
/// one is refused.
#[utoipa::path(
    tag = "raw-messages", operation_id = "resolve_raw_message",
    params(("id" = words::Id, Path, description = "The id of the message.")),
    request_body = ResolveRawMessageInput,
    responses((status = 200, description = "The message as it is now.", body = RawMessageView))
)]
#[post("/v1/raw-messages/{id}/resolve")]
pub(super) async fn resolve_raw_message(
    gateway: Data<Gateway>,
    operator: Operator,
    id: Segment<RawMessageId>,
    key: IdempotencyKey,
    condition: Preconditions,
    body: Body<ResolveRawMessageInput>,
) -> Answer {
    once_by_operator(&gateway, &operator, &key, body.fingerprint(), async |record| {
        let system = gateway.store().system();
        let message = system.kept_message(*id).await?.or_not_found()?;
        let ResolveRawMessageInput { note } = body.valid()?;
        condition.check(Some(&etag(&message)))?;
        let mut ids = gateway.ids();
        let given = gateway.given(&mut ids, Some(operator.client.id));
        let Some(resolution) = resolution(&given, message.resolution.as_ref(), &note)? else {
            let reply = Reply::ok(&RawMessageView::of(&message))?.etag(&etag(&message));
            let change = Change { record: Some(record.by_operator(&reply)), ..Change::default() };
            system.resolve_message(message.id, None, change).await?;
            return Ok(reply);
        };
        let resolved = KeptMessage { resolution: Some(resolution.clone()), ..message };
        let reply = Reply::ok(&RawMessageView::of(&resolved))?.etag(&etag(&resolved));
        let mut change = Change {
            record: Some(record.by_operator(&reply)),
            ..audited(&gateway, &operator, "raw_message.resolved", format!("raw_message {}", resolved.id))
        };
        for (_, line) in &mut change.audit {
            line.reason = Some(resolution.note.to_string());
        }
        system.resolve_message(resolved.id, Some(resolution), change).await?;
        Ok(reply)
    })
    .await
}
