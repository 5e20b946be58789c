// SPDX-License-Identifier: AGPL-3.0-or-later
//! Answers that show a session are kept without its link: whoever has the link may pay, so it stands nowhere (api.md,
//! Checkout sessions). It is derived from the id of the session, and a replay derives it again.

use serde_json::Value;
use tramite_domain::batch::Batch;
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::ids::{DebtPositionId, SessionId};
use tramite_domain::session::CheckoutSession;

use super::link::session_url;
use super::view::CheckoutSessionView;
use crate::convention::Reply;
use crate::gateway::Gateway;
use crate::problem::{Code, Problem};

/// What stands in the place of the link: no address begins or ends like this.
const NO_LINK: &str = "\"url\":\"/s/\"";

/// The same reply, kept under the first position of the session's items: it goes when any of these goes, and when the payer does.
/// Where nothing changes it is one of `positions`, those that are there still: an answer to that is kept under none that is gone.
pub(super) fn kept_with(reply: Reply, session: &CheckoutSession, positions: &[DebtPosition], batch: &Batch) -> Reply {
    let is_there = |id: &DebtPositionId| positions.iter().any(|one| one.id == *id);
    match session.own_positions().find(|id| !batch.is_empty() || is_there(id)) {
        Some(position) => reply.about(position),
        None => reply,
    }
}

/// The same reply, kept without the link.
pub(super) fn without_link(reply: Reply, shown: CheckoutSessionView) -> Result<Reply, Problem> {
    reply.kept_as(&CheckoutSessionView { url: Some("/s/".to_owned()), ..shown })
}

/// A kept answer with the link of its session.
pub(super) fn with_link(gateway: &Gateway, kept: Vec<u8>) -> Result<Vec<u8>, Problem> {
    let broken = || {
        tracing::error!("a kept answer shows no session");
        Problem::new(Code::InternalError)
    };
    let text = String::from_utf8(kept).map_err(|_| broken())?;
    let shown: Value = serde_json::from_str(&text).map_err(|_| broken())?;
    let id: Option<SessionId> = shown.get("id").and_then(Value::as_str).and_then(|id| id.parse().ok());
    let url = session_url(gateway, id.ok_or_else(broken)?)?;
    let link = format!("\"url\":{}", Value::String(url));
    Ok(text.replacen(NO_LINK, &link, 1).into_bytes())
}
