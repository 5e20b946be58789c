// SPDX-License-Identifier: AGPL-3.0-or-later
//! One checkout session, now or as soon as it moves.

use actix_web::get;
use actix_web::web::Data;
use serde::Deserialize;
use std::collections::BTreeSet;
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::ids::{DebtPositionId, SessionId};
use tramite_domain::session::{CheckoutSession, ItemSubject, session_status};
use tramite_domain::time::Instant;
use tramite_storage::Scope;
use utoipa::IntoParams;

use super::compose::view;
use super::link::url_for;
use super::view::CheckoutSessionView;
use crate::auth::Tenant;
use crate::convention::{Answer, Etag, Reply, wait_until};
use crate::extract::{Query, Segment};
use crate::gateway::Gateway;
use crate::problem::{OrNotFound, Problem};
use crate::words;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ShowParameters {
    /// Answer only when the session has moved, or after so many seconds.
    #[param(value_type = Option<words::WaitSeconds>)]
    wait: Option<u64>,
}

/// Shows a checkout session
///
/// This is the truth about the payment; the citizen's return is only a hint. With `wait` the answer comes as soon as
/// the session changes its state.
#[utoipa::path(
    tag = "checkout-sessions", operation_id = "show_checkout_session",
    params(("id" = words::Id, Path, description = "The id of the checkout session."), ShowParameters),
    responses((status = 200, description = "The checkout session.", body = CheckoutSessionView))
)]
#[get("/v1/checkout-sessions/{id}")]
pub(crate) async fn show_checkout_session(
    gateway: Data<Gateway>,
    tenant: Tenant,
    id: Segment<SessionId>,
    parameters: Query<ShowParameters>,
) -> Answer {
    let mut session = gateway.store().session(&tenant.scope, *id).await?.or_not_found()?;
    if let Some(seconds) = parameters.0.wait {
        session = wait(&gateway, &tenant, session, seconds).await?;
    }
    let now = gateway.now();
    let positions = positions_of(&gateway, &tenant.scope, &session).await?;
    let shown = view(&session, &positions, url_for(&gateway, &tenant, session.id)?, now);
    Ok(Reply::ok(&shown)?.etag(&etag_of(&session, now)).into_response())
}

/// The session as soon as its state is another one, or it is over.
async fn wait(
    gateway: &Gateway,
    tenant: &Tenant,
    session: CheckoutSession,
    seconds: u64,
) -> Result<CheckoutSession, Problem> {
    let (id, first) = (session.id, session_status(&session, gateway.now()));
    let has_moved = |session: &CheckoutSession| {
        let status = session_status(session, gateway.now());
        status != first || status.is_closed()
    };
    let look = async || gateway.store().session(&tenant.scope, id).await?.or_not_found();
    wait_until(gateway, tenant.client_id(), seconds, session, has_moved, look).await
}

/// The entity tag of a session: its version, and the state that the clock gives it.
pub(super) fn etag_of(session: &CheckoutSession, now: Instant) -> Etag {
    Etag::of(session.version, session_status(session, now).name())
}

/// The positions of a session's own items.
pub(crate) async fn positions_of(
    gateway: &Gateway,
    scope: &Scope,
    session: &CheckoutSession,
) -> Result<Vec<DebtPosition>, Problem> {
    Ok(gateway.store().positions_by_ids(scope, &position_ids(std::slice::from_ref(session))).await?)
}

/// The ids of the positions of the sessions' own items, each once.
pub(super) fn position_ids(sessions: &[CheckoutSession]) -> Vec<DebtPositionId> {
    let items = sessions.iter().flat_map(|session| &session.items);
    let own = items.filter_map(|item| match &item.subject {
        ItemSubject::Own { position_id, .. } => Some(*position_id),
        ItemSubject::Foreign => None,
    });
    let distinct: BTreeSet<DebtPositionId> = own.collect();
    distinct.into_iter().collect()
}
