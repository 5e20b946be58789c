// SPDX-License-Identifier: AGPL-3.0-or-later
//! Somebody must be left to run the platform.

use tramite_domain::access::{Client, ClientKind, ClientStatus};
use tramite_domain::time::Instant;

use crate::gateway::Gateway;
use crate::problem::{Code, Problem};
use crate::secret::is_live;

/// Whether a client is an operator who can take a token.
fn operates(client: &Client, now: Instant) -> bool {
    client.kind == ClientKind::Operator
        && client.status == ClientStatus::Active
        && client.secrets.iter().any(|secret| is_live(secret, now))
}

/// Refuses a change after which no operator could take a token.
///
/// # Errors
/// [`Code::LastOperator`].
pub(super) async fn refuse_last(gateway: &Gateway, before: &Client, after: &Client) -> Result<(), Problem> {
    let now = gateway.now();
    if operates(before, now) && !operates(after, now) && gateway.store().system().operators_live(now).await? <= 1 {
        return Err(Problem::new(Code::LastOperator));
    }
    Ok(())
}
