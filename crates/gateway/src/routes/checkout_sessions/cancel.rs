// SPDX-License-Identifier: AGPL-3.0-or-later
//! Its client withdraws a checkout session.

use actix_web::post;
use actix_web::web::Data;
use tramite_domain::batch::{Batch, Write};
use tramite_domain::ids::SessionId;
use tramite_domain::session::{CheckoutSession, cancel};

use super::compose::view;
use super::link::session_url;
use super::reply::{kept_with, with_link, without_link};
use super::show::{etag_of, positions_of};
use super::view::CheckoutSessionView;
use crate::auth::Tenant;
use crate::convention::{Answer, EmptyInput, Reply, once_completed};
use crate::extract::{Body, IdempotencyKey, Preconditions, Segment};
use crate::gateway::Gateway;
use crate::problem::OrNotFound;
use crate::words;

/// Cancels a checkout session
///
/// Its address mints no cart any more; its debt positions stay as they are. A session that is cancelled already is
/// answered as it is; while somebody is paying it cannot be cancelled.
#[utoipa::path(
    tag = "checkout-sessions", operation_id = "cancel_checkout_session",
    params(("id" = words::Id, Path, description = "The id of the checkout session.")),
    request_body = EmptyInput,
    responses((status = 200, description = "The checkout session as it is now.", body = CheckoutSessionView))
)]
#[post("/v1/checkout-sessions/{id}/cancel")]
pub(crate) async fn cancel_checkout_session(
    gateway: Data<Gateway>,
    tenant: Tenant,
    id: Segment<SessionId>,
    key: IdempotencyKey,
    preconditions: Preconditions,
    body: Body<EmptyInput>,
) -> Answer {
    let decide = async || {
        let session = gateway.store().session(&tenant.scope, *id).await?.or_not_found()?;
        let now = gateway.now();
        body.valid()?;
        preconditions.check(Some(&etag_of(&session, now)))?;
        let mut ids = gateway.ids();
        let mut given = gateway.given(&mut ids, Some(tenant.client_id()));
        let batch = cancel(&mut given, &session)?;
        let after = written(&batch).unwrap_or(session);
        let positions = positions_of(&gateway, &tenant.scope, &after).await?;
        let shown = view(&after, &positions, Some(session_url(&gateway, after.id)?), now);
        let reply = kept_with(Reply::ok(&shown)?.etag(&etag_of(&after, now)), &after, &positions, &batch);
        Ok((batch, without_link(reply, shown)?))
    };
    once_completed(&gateway, &tenant, &key, body.fingerprint(), decide, async |kept| with_link(&gateway, kept)).await
}

/// The session as a batch will leave it.
pub(super) fn written(batch: &Batch) -> Option<CheckoutSession> {
    batch.writes().iter().find_map(|write| match write {
        Write::UpdateSession { session, .. } => Some((**session).clone()),
        _ => None,
    })
}
