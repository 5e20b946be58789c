// SPDX-License-Identifier: AGPL-3.0-or-later
//! From the token in an address to the session, under a scope of its own.

use tramite_domain::debt_position::DebtPosition;
use tramite_domain::institution::InstitutionStatus;
use tramite_domain::session::CheckoutSession;
use tramite_storage::Scope;

use crate::gateway::Gateway;
use crate::problem::{Code, OrNotFound, Problem};
use crate::routes::checkout_sessions::show::positions_of;

/// A session that a citizen opened.
#[derive(Debug)]
pub(crate) struct Home {
    /// Whether the institution takes payments now: the address of one that is suspended or closed mints nothing.
    pub(crate) collects: bool,
    pub(crate) scope: Scope,
    pub(crate) session: CheckoutSession,
    pub(crate) positions: Vec<DebtPosition>,
}

/// The session of a token; a token that is not ours is not found, as is one whose session is gone.
pub(crate) async fn find(gateway: &Gateway, token: &str) -> Result<Home, Problem> {
    let id =
        gateway.keys().session_of_address(token, gateway.now()).await.ok_or_else(|| Problem::new(Code::NotFound))?;
    let institution = gateway.store().system().session_home(id).await?.or_not_found()?;
    let standing = gateway.fresh().institution(gateway, institution).await?;
    let collects = standing.is_some_and(|one| one.status == InstitutionStatus::Active);
    let scope = Scope::of_checkout_link(institution);
    let session = gateway.store().session(&scope, id).await?.or_not_found()?;
    let positions = positions_of(gateway, &scope, &session).await?;
    Ok(Home { collects, scope, session, positions })
}
