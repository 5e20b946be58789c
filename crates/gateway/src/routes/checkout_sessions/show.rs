// SPDX-License-Identifier: AGPL-3.0-or-later
//! One checkout session, now or as soon as it moves.

use std::collections::BTreeSet;
use std::time::Duration;

use actix_web::get;
use actix_web::web::Data;
use serde::Deserialize;
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
use crate::convention::{Answer, Etag, Reply};
use crate::extract::{Query, Segment};
use crate::gateway::Gateway;
use crate::problem::{OrNotFound, Problem};
use crate::words;

/// How often a waiting request looks, in milliseconds.
const LOOK_EVERY_MS: u64 = 250;

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

/// Looks again until the state is another one, the session is over, the time is up, or this process stops: whoever waits
/// is answered at once then, and asks another process.
async fn wait(
    gateway: &Gateway,
    tenant: &Tenant,
    mut session: CheckoutSession,
    seconds: u64,
) -> Result<CheckoutSession, Problem> {
    let _place = gateway.waits().enter(tenant.client_id())?;
    let first = session_status(&session, gateway.now());
    let looks = seconds.saturating_mul(1_000) / LOOK_EVERY_MS;
    for _ in 0..looks {
        let status = session_status(&session, gateway.now());
        if status != first || status.is_closed() || gateway.is_stopping() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(LOOK_EVERY_MS)).await;
        session = gateway.store().session(&tenant.scope, session.id).await?.or_not_found()?;
    }
    Ok(session)
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
