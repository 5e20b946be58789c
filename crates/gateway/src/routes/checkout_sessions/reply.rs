// SPDX-License-Identifier: AGPL-3.0-or-later
//! Answers that show a session are kept without its link: whoever has the link may pay, so it stands nowhere (api.md,
//! Checkout sessions). It is derived from the id of the session, and a replay derives it again.

use serde_json::Value;
use tramite_domain::batch::Batch;
use tramite_domain::ids::SessionId;
use tramite_domain::session::CheckoutSession;

use super::link::session_url;
use super::view::CheckoutSessionView;
use crate::convention::Reply;
use crate::gateway::Gateway;
use crate::problem::{Code, Problem};

/// What stands in the place of the link: no address begins or ends like this.
const NO_LINK: &str = "\"url\":\"/s/\"";

/// The same reply, kept under the first position of the session's items: it goes when that goes, and when the payer does. An
/// answer to what changed nothing locks nothing, and that position may be gone.
pub(super) fn kept_with(reply: Reply, session: &CheckoutSession, batch: &Batch) -> Reply {
    match session.own_positions().next().filter(|_| !batch.is_empty()) {
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
