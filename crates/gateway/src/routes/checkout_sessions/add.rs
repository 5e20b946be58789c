// SPDX-License-Identifier: AGPL-3.0-or-later
//! A new checkout session: its positions and itself in one transaction (rules.md 34).

use actix_web::post;
use actix_web::web::Data;
use tramite_domain::access::Delegation;
use tramite_domain::batch::Batch;
use tramite_domain::refusal::Refusal;
use tramite_domain::session::{Opened, open};

use super::compose::view;
use super::items::look_up;
use super::link::session_url;
use super::origin;
use super::reply::{kept_with, with_link, without_link};
use super::show::etag_of;
use super::view::CheckoutSessionView;
use super::wire::CheckoutSessionInput;
use crate::auth::Tenant;
use crate::convention::{Answer, Reply, once_completed};
use crate::extract::{Body, IdempotencyKey};
use crate::gateway::Gateway;
use crate::problem::Problem;

/// Adds a checkout session
///
/// Makes or finds the debt positions of its items and answers the address to which you send the citizen. All or
/// nothing: where it fails, no debt position stays behind.
#[utoipa::path(
    tag = "checkout-sessions", operation_id = "add_checkout_session",
    request_body = CheckoutSessionInput,
    responses(
        (status = 201, description = "The new checkout session.", body = CheckoutSessionView),
        (status = 200, description = "The running session that was joined.", body = CheckoutSessionView)
    )
)]
#[post("/v1/checkout-sessions")]
pub(crate) async fn add_checkout_session(
    gateway: Data<Gateway>,
    tenant: Tenant,
    key: IdempotencyKey,
    body: Body<CheckoutSessionInput>,
) -> Answer {
    let decide = async || {
        let wire = body.valid()?;
        check_addresses(&gateway, tenant.delegation()?, &wire)?;
        let (institution, items) = look_up(&gateway, &tenant, &wire.line_items).await?;
        let mut ids = gateway.ids();
        let mut given = gateway.given(&mut ids, Some(tenant.client_id()));
        let now = given.now;
        let mut input = wire.session();
        input.payer = input.payer.or(items.payer);
        match open(&institution, &mut given, tenant.client_id(), &input, &items.inputs)? {
            Opened::New { session, batch } => {
                let mut all = items.batch;
                all.append(batch);
                let shown = view(&session, &items.positions, Some(session_url(&gateway, session.id)?), now);
                let reply = Reply::created(&shown, format!("/v1/checkout-sessions/{}", session.id))?;
                let reply = kept_with(reply.etag(&etag_of(&session, now)), &session, &items.positions, &all);
                Ok((all, without_link(reply, shown)?))
            }
            // Who joins pays what is being paid: new terms would be told and never written.
            Opened::Joined(session) if !items.batch.is_empty() => {
                let locked_until = session.busy_until(now).unwrap_or(session.expires_at);
                Err(Refusal::PaymentInProgress { locked_until }.into())
            }
            Opened::Joined(session) => {
                let shown = view(&session, &items.positions, Some(session_url(&gateway, session.id)?), now);
                let (nothing, reply) = (Batch::new(), Reply::ok(&shown)?.etag(&etag_of(&session, now)));
                let reply = kept_with(reply, &session, &items.positions, &nothing);
                Ok((nothing, without_link(reply, shown)?))
            }
        }
    };
    once_completed(&gateway, &tenant, &key, body.fingerprint(), decide, async |kept| with_link(&gateway, kept)).await
}

fn check_addresses(gateway: &Gateway, delegation: &Delegation, wire: &CheckoutSessionInput) -> Result<(), Problem> {
    let addresses = [("/return_url", Some(&wire.return_url)), ("/cancel_url", wire.cancel_url.as_ref())];
    for (pointer, address) in addresses {
        let Some(address) = address else { continue };
        origin::check(address, &delegation.return_origins, gateway.returns())
            .map_err(|reason| Refusal::ReturnUrlNotAllowed { pointer, reason })?;
    }
    Ok(())
}
