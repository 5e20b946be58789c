// SPDX-License-Identifier: AGPL-3.0-or-later
//! `POST /v1/clients/{id}/keys` and `DELETE /v1/clients/{id}/keys/{key_id}`

use actix_web::web::Data;
use actix_web::{delete, post};
use tramite_domain::access::Client;
use tramite_domain::client_key::{ClientKey, KeyId, LIVE_KEYS_MAX, read};
use tramite_domain::ids::ClientId;
use tramite_domain::violation::{Place, Violations};
use tramite_storage::Change;

use super::input::KeyAdditionBody;
use super::replace::write;
use super::secrets::end_of;
use super::view::KeyView;
use crate::auth::Operator;
use crate::convention::{Answer, Reply, audited, once_by_operator, settle};
use crate::extract::{Body, IdempotencyKey, Preconditions, Segment, Segments};
use crate::gateway::Gateway;
use crate::keys::is_usable;
use crate::problem::{Code, OrNotFound, Problem};
use crate::words;

/// Registers a public key
///
/// The client proves itself with what the key's private part has signed (`private_key_jwt`, RFC 7523): nothing secret is
/// shown to anybody. A client may have two live keys, so that it can change them without a pause.
#[utoipa::path(
    tag = "clients",
    operation_id = "add_client_key",
    params(("id" = words::Id, Path, description = "The id of the client.")),
    request_body = KeyAdditionBody,
    responses((status = 201, description = "The key was registered.", body = KeyView))
)]
#[post("/v1/clients/{id}/keys")]
pub(super) async fn add_client_key(
    gateway: Data<Gateway>,
    operator: Operator,
    id: Segment<ClientId>,
    key: IdempotencyKey,
    body: Body<KeyAdditionBody>,
) -> Answer {
    once_by_operator(&gateway, &operator, &key, body.fingerprint(), async |record| {
        let present = gateway.store().system().client(*id).await?.or_not_found()?;
        let added = decide(&gateway, &present, &body.valid()?)?;
        let now = gateway.now();
        let location = format!("/v1/clients/{}/keys/{}", present.id, added.id);
        let reply = Reply::created(&KeyView::of(&added, now), location)?;
        let changed = Client {
            keys: [present.keys.as_slice(), &[added]].concat(),
            version: present.version.saturating_add(1),
            updated_at: now,
            ..present.clone()
        };
        let change = Change {
            record: Some(record.by_operator(&reply)),
            ..audited(&gateway, &operator, "client.key_added", format!("client/{}", present.id))
        };
        gateway.store().system().update_client(changed, present.version, change).await?;
        gateway.fresh().forget_client(present.id);
        Ok(reply)
    })
    .await
}

fn decide(gateway: &Gateway, present: &Client, wanted: &KeyAdditionBody) -> Result<ClientKey, Problem> {
    let (now, place) = (gateway.now(), Place::root().at("public_key"));
    let mut faults = Violations::new();
    let read = read(&wanted.public_key, &place, &mut faults);
    if read.as_ref().is_some_and(|(_, public)| !is_usable(public)) {
        faults.add(&place, "invalid_key", "The numbers are no key: those of P-256 must name a point of the curve.");
    }
    let Some((id, public)) = read.filter(|_| faults.is_empty()) else {
        return Err(Problem::invalid(faults.into_vec()));
    };
    if present.keys.iter().any(|key| key.id == id) {
        return Err(Problem::new(Code::KeyIdTaken));
    }
    if present.keys.iter().filter(|key| key.live_at(now)).count() >= LIVE_KEYS_MAX {
        return Err(Problem::new(Code::ClientKeysFull));
    }
    let expires_at = end_of(present.kind, wanted.expires_at, now);
    Ok(ClientKey { id, public, created_at: now, expires_at })
}

/// Ends a key
///
/// What it signs is not accepted from now on; the tokens taken with it end by themselves. Ending it again changes nothing.
#[utoipa::path(
    tag = "clients",
    operation_id = "end_client_key",
    params(
        ("id" = words::Id, Path, description = "The id of the client."),
        ("key_id" = words::KeyId, Path, description = "The name of the key."),
    ),
    responses((status = 204, description = "The key has ended."))
)]
#[delete("/v1/clients/{id}/keys/{key_id}")]
pub(super) async fn end_client_key(
    gateway: Data<Gateway>,
    operator: Operator,
    place: Segments<ClientId, KeyId>,
) -> Answer {
    let Segments(id, key_id) = place;
    settle(&Preconditions::default(), async || {
        let present = gateway.store().system().client(id).await?.or_not_found()?;
        let now = gateway.now();
        let mut wanted = present.clone();
        let key = wanted.keys.iter_mut().find(|key| key.id == key_id).or_not_found()?;
        if key.live_at(now) {
            key.expires_at = Some(now);
        }
        write(&gateway, &operator, &present, wanted, "client.key_ended").await
    })
    .await?;
    Ok(Reply::none().into_response())
}
