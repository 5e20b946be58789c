// SPDX-License-Identifier: AGPL-3.0-or-later
//! `POST /v1/webhook-endpoints/{id}/secrets`

use actix_web::post;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use tramite_domain::ids::WebhookEndpointId;
use tramite_outbound::secret_text;
use tramite_storage::WebhookChange;
use utoipa::ToSchema;

use super::holder::{audited, door, load};
use crate::auth::Holder;
use crate::convention::{Answer, Reply, once_by_holder};
use crate::extract::{Body, IdempotencyKey, Segment};
use crate::gateway::Gateway;
use crate::words;

/// Nothing needs to be said.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WebhookSecretAddition, example = json!({}))]
pub(super) struct SecretBody {}

/// A secret that signs events.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AddedWebhookSecret, example = json!({
    "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=", "secret_shown": false,
}))]
pub(super) struct SecretView {
    /// The secret, as libraries of Standard Webhooks take it; absent from replays.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::CallbackSecret>)]
    secret: Option<String>,
    /// Whether an earlier answer has shown it already.
    secret_shown: bool,
}

/// Renews the secret that signs events
///
/// Events are signed with the new secret from now on, and with the one before it as well: change yours whenever it suits. One
/// that was older ends now. The secret stands in this answer and nowhere else.
#[utoipa::path(
    tag = "webhook-endpoints",
    operation_id = "add_webhook_secret",
    params(("id" = words::Id, Path, description = "The id of the endpoint.")),
    request_body = SecretBody,
    responses((status = 201, description = "The secret was made.", body = SecretView))
)]
#[post("/v1/webhook-endpoints/{id}/secrets")]
pub(super) async fn add_webhook_secret(
    gateway: Data<Gateway>,
    holder: Holder,
    id: Segment<WebhookEndpointId>,
    key: IdempotencyKey,
    body: Body<SecretBody>,
) -> Answer {
    once_by_holder(&gateway, &holder, &key, body.fingerprint(), async |record| {
        let door = door(&gateway, &holder)?;
        let present = load(&door, *id).await?;
        body.valid()?;
        let secret = door.new_secret()?;
        let shown = SecretView { secret: Some(secret_text(&secret).expose().clone()), secret_shown: false };
        let reply = Reply::created(&shown, format!("/v1/webhook-endpoints/{}", present.id))?
            .kept_as(&SecretView { secret: None, secret_shown: true })?;
        let change = audited(&gateway, &holder, "webhook_endpoint.secret_added", present.id, None);
        let change = WebhookChange { record: Some(record.of(&reply)), ..change };
        door.renew_secret(&present, secret, gateway.now(), change).await?;
        Ok(reply)
    })
    .await
}
