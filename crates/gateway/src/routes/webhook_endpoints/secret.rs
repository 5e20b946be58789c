// SPDX-License-Identifier: AGPL-3.0-or-later
//! `POST /v1/webhook-endpoints/{id}/secrets`

use actix_web::post;
use actix_web::web::Data;
use tramite_domain::ids::WebhookEndpointId;
use tramite_outbound::secret_text;
use tramite_storage::WebhookChange;

use super::holder::{audited, door, load};
use crate::auth::Holder;
use crate::convention::{Answer, EmptyInput, Reply, SigningSecretView, once_by_holder};
use crate::extract::{Body, IdempotencyKey, Segment};
use crate::gateway::Gateway;
use crate::words;

/// Renews the secret that signs events
///
/// Events are signed with the new secret from now on, and with the one before it as well: change yours whenever it suits. One
/// that was older ends now. The secret stands in this answer and nowhere else.
#[utoipa::path(
    tag = "webhook-endpoints",
    operation_id = "add_webhook_secret",
    params(("id" = words::Id, Path, description = "The id of the endpoint.")),
    request_body = EmptyInput,
    responses((status = 201, description = "The secret was made.", body = SigningSecretView))
)]
#[post("/v1/webhook-endpoints/{id}/secrets")]
pub(super) async fn add_webhook_secret(
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
        let secret = door.new_secret()?;
        let shown = SigningSecretView::shown(&secret_text(&secret));
        let reply = Reply::created(&shown, format!("/v1/webhook-endpoints/{}", present.id))?
            .kept_as(&SigningSecretView::kept())?;
        let change = audited(&gateway, &holder, "webhook_endpoint.secret_added", present.id, None);
        let change = WebhookChange { record: Some(record.of(&reply)), ..change };
        door.renew_secret(&present, secret, gateway.now(), change).await?;
        Ok(reply)
    })
    .await
}
