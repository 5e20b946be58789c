// SPDX-License-Identifier: AGPL-3.0-or-later
//! An answer that waits: whoever says `wait` is answered when there is something new.

use std::time::Duration;

use tramite_domain::ids::ClientId;

use crate::gateway::Gateway;
use crate::problem::Problem;

/// How often a waiting request looks, in milliseconds.
const LOOK_EVERY_MS: u64 = 250;

/// Looks again until it is enough, the time is up, or this process stops: whoever waits is answered at once then, and asks
/// another process. A client has some places to wait, not without end.
///
/// # Errors
/// [`crate::problem::Code::RateLimited`] where all places of the client are taken; whatever keeps `look` from looking.
pub(crate) async fn wait_until<T>(
    gateway: &Gateway,
    client: ClientId,
    seconds: u64,
    mut present: T,
    is_enough: impl Fn(&T) -> bool,
    look: impl AsyncFn() -> Result<T, Problem>,
) -> Result<T, Problem> {
    let _place = gateway.waits().enter(client)?;
    for _ in 0..seconds.saturating_mul(1_000) / LOOK_EVERY_MS {
        if is_enough(&present) || gateway.is_stopping() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(LOOK_EVERY_MS)).await;
        present = look().await?;
    }
    Ok(present)
}
