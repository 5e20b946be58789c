// SPDX-License-Identifier: AGPL-3.0-or-later
//! `POST /v1/clients/{id}/secrets` and `DELETE /v1/clients/{id}/secrets/{entry_id}`

use actix_web::web::Data;
use actix_web::{delete, post};
use tramite_domain::access::{Client, ClientKind, ClientSecret, LIVE_SECRETS_MAX, OPERATOR_SECRET_DAYS};
use tramite_domain::ids::{ClientId, ClientSecretId};
use tramite_domain::secret::Secret;
use tramite_domain::time::Instant;
use tramite_storage::Change;

use super::input::SecretAdditionBody;
use super::replace::write;
use super::view::IssuedSecretView;
use crate::auth::Operator;
use crate::convention::{Answer, Reply, audited, once_by_operator, settle};
use crate::extract::{Body, IdempotencyKey, Preconditions, Segment, Segments};
use crate::gateway::Gateway;
use crate::problem::{Code, OrNotFound, Problem};
use crate::secret::{generate, is_live};
use crate::words;

/// Hours of a day.
const DAY_HOURS: i64 = 24;

/// Adds a secret
///
/// A client may have two live secrets, so that it can change them without a pause. The secret stands in this answer and
/// nowhere else.
#[utoipa::path(
    tag = "clients",
    operation_id = "add_client_secret",
    params(("id" = words::Id, Path, description = "The id of the client.")),
    request_body = SecretAdditionBody,
    responses((status = 201, description = "The secret was made.", body = IssuedSecretView))
)]
#[post("/v1/clients/{id}/secrets")]
pub(super) async fn add_client_secret(
    gateway: Data<Gateway>,
    operator: Operator,
    id: Segment<ClientId>,
    key: IdempotencyKey,
    body: Body<SecretAdditionBody>,
) -> Answer {
    once_by_operator(&gateway, &operator, &key, body.fingerprint(), async |record| {
        let present = gateway.store().system().client(*id).await?.or_not_found()?;
        let now = gateway.now();
        if present.secrets.iter().filter(|secret| is_live(secret, now)).count() >= LIVE_SECRETS_MAX {
            return Err(Problem::new(Code::SecretsFull));
        }
        let (secret, text) = new_secret(&gateway, present.kind, body.valid()?.expires_at)?;
        let shown = IssuedSecretView::of(&secret, text);
        let location = format!("/v1/clients/{}/secrets/{}", present.id, secret.id);
        let reply = Reply::created(&shown, location)?.kept_as(&shown.shown())?;
        let changed = Client {
            secrets: [present.secrets.as_slice(), &[secret]].concat(),
            version: present.version.saturating_add(1),
            updated_at: now,
            ..present.clone()
        };
        let change = Change {
            record: Some(record.by_operator(&reply)),
            ..audited(&gateway, &operator, "client.secret_added", format!("client/{}", present.id))
        };
        gateway.store().system().update_client(changed, present.version, change).await?;
        gateway.fresh().forget_client(present.id);
        Ok(reply)
    })
    .await
}

/// A new secret and its text; an operator's ends after 90 days at the latest.
pub(super) fn new_secret(
    gateway: &Gateway,
    kind: ClientKind,
    expires_at: Option<Instant>,
) -> Result<(ClientSecret, Secret<String>), Problem> {
    let now = gateway.now();
    let expires_at = end_of(kind, expires_at, now);
    let (text, sha256) = generate(gateway.environment())?;
    let id = ClientSecretId::new(gateway.world().id());
    Ok((ClientSecret { id, sha256, created_at: now, expires_at }, text))
}

/// When what a client proves itself with ends: what an operator has, after 90 days at the latest.
pub(super) fn end_of(kind: ClientKind, asked: Option<Instant>, now: Instant) -> Option<Instant> {
    let latest = now.plus_hours(OPERATOR_SECRET_DAYS.saturating_mul(DAY_HOURS));
    match kind {
        ClientKind::Operator => Some(asked.map_or(latest, |end| end.min(latest))),
        ClientKind::Application => asked,
    }
}

/// Ends a secret
///
/// It is not accepted from now on; the tokens taken with it end by themselves. Ending it again changes nothing.
#[utoipa::path(
    tag = "clients",
    operation_id = "end_client_secret",
    params(
        ("id" = words::Id, Path, description = "The id of the client."),
        ("entry_id" = words::Id, Path, description = "The id of the secret."),
    ),
    responses((status = 204, description = "The secret has ended."))
)]
#[delete("/v1/clients/{id}/secrets/{entry_id}")]
pub(super) async fn end_client_secret(
    gateway: Data<Gateway>,
    operator: Operator,
    place: Segments<ClientId, ClientSecretId>,
) -> Answer {
    let Segments(id, secret_id) = place;
    settle(&Preconditions::default(), async || {
        let present = gateway.store().system().client(id).await?.or_not_found()?;
        let now = gateway.now();
        let mut wanted = present.clone();
        let secret = wanted.secrets.iter_mut().find(|secret| secret.id == secret_id).or_not_found()?;
        if is_live(secret, now) {
            secret.expires_at = Some(now);
        }
        write(&gateway, &operator, &present, wanted, "client.secret_ended").await
    })
    .await?;
    Ok(Reply::none().into_response())
}
