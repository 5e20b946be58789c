// SPDX-License-Identifier: AGPL-3.0-or-later
//! Whether a client is who it says. No reason is told, and every reason takes as long.

use tramite_domain::access::{Client, ClientStatus};

use super::answer::NoToken;
use super::request::TokenRequest;
use crate::gateway::Gateway;
use crate::problem::Problem;
use crate::secret;

/// The client of a request that proves itself.
pub(super) async fn authenticate(gateway: &Gateway, request: &TokenRequest) -> Result<Client, NoToken> {
    let now = gateway.now();
    // Read from the store, not from what we remember: a token is never made for a client that was just revoked.
    let client = match request.client_id {
        Some(id) => gateway.store().system().client_for_token(id).await.map_err(Problem::from)?,
        None => None,
    };
    let secrets = client.as_ref().map_or(&[][..], |client| &client.secrets);
    let proved = secret::is_one_of(request.client_secret.expose(), secrets, now);
    client.filter(|client| proved && client.status == ClientStatus::Active).ok_or(NoToken::InvalidClient)
}
