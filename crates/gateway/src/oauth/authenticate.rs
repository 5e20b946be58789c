// SPDX-License-Identifier: AGPL-3.0-or-later
//! Whether a client is who it says. No reason is told.

use tramite_domain::access::{Client, ClientStatus};

use super::answer::NoToken;
use super::assertion;
use super::request::{Proof, TokenRequest};
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
    match &request.proof {
        // A client that does not exist takes as long as one that does.
        Proof::Secret(text) => {
            let secrets = client.as_ref().map_or(&[][..], |client| &client.secrets);
            let proved = secret::is_one_of(text.expose(), secrets, now);
            client.filter(|client| proved && client.status == ClientStatus::Active)
        }
        Proof::Assertion(text) => match client.filter(|client| client.status == ClientStatus::Active) {
            Some(client) => assertion::proves(gateway, &client, text.expose()).await?.then_some(client),
            None => None,
        },
    }
    .ok_or(NoToken::InvalidClient)
}
