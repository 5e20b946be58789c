// SPDX-License-Identifier: AGPL-3.0-or-later
//! `POST /v1/webhook-endpoints/{id}/test`

use actix_web::post;
use actix_web::web::Data;
use serde::Serialize;
use tramite_domain::ids::WebhookEndpointId;
use tramite_storage::WebhookChange;
use utoipa::ToSchema;

use super::holder::{audited, door, load, test_event};
use crate::auth::Holder;
use crate::convention::{Answer, EmptyInput, Reply, once_by_holder};
use crate::extract::{Body, IdempotencyKey, Segment};
use crate::gateway::Gateway;
use crate::words;

/// A test event on its way.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookTest, example = json!({"event_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e09"}))]
pub(super) struct TestView {
    /// The event, by which its delivery is found.
    #[schema(value_type = words::Id)]
    event_id: String,
}

/// Tests a webhook endpoint
///
/// An event of type `webhook_endpoint.test` is sent, signed like every other. An endpoint that is pending or was disabled is told
/// of events again when it answers with 2xx.
#[utoipa::path(
    tag = "webhook-endpoints",
    operation_id = "test_webhook_endpoint",
    params(("id" = words::Id, Path, description = "The id of the endpoint.")),
    request_body = EmptyInput,
    responses((status = 201, description = "The event is on its way.", body = TestView))
)]
#[post("/v1/webhook-endpoints/{id}/test")]
pub(super) async fn test_webhook_endpoint(
    gateway: Data<Gateway>,
    holder: Holder,
    id: Segment<WebhookEndpointId>,
    key: IdempotencyKey,
    body: Body<EmptyInput>,
) -> Answer {
    once_by_holder(&gateway, &holder, &key, body.fingerprint(), async |record| {
        let door = door(&gateway, &holder)?;
        let present = load(&door, *id).await?;
        body.valid()?;
        let test = test_event(&gateway);
        let view = TestView { event_id: test.id.to_string() };
        let reply = Reply::created(&view, format!("/v1/webhook-endpoints/{}/deliveries", present.id))?;
        let change = audited(&gateway, &holder, "webhook_endpoint.tested", present.id, None);
        let change = WebhookChange { record: Some(record.of(&reply)), ..change };
        door.test(present.id, test, change).await?;
        Ok(reply)
    })
    .await
}
