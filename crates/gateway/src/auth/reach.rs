// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a client reaches that reads for all its delegations at once: one scope for each that is live, holds what is asked for,
//! and is of an institution that is active. It is made anew for each request.

use std::collections::BTreeMap;

use tramite_domain::access::{ApiScope, Delegation};
use tramite_domain::ids::InstitutionId;
use tramite_domain::tax_code::InstitutionTaxCode;
use tramite_storage::Scope;

use super::caller::ForAll;
use crate::gateway::Gateway;
use crate::problem::Problem;

/// The scopes, and whose they are.
pub(crate) struct Reach {
    /// One for each institution.
    pub(crate) scopes: Vec<Scope>,
    /// Their tax codes.
    pub(crate) creditors: BTreeMap<InstitutionId, InstitutionTaxCode>,
}

/// What the client reaches with that right today.
///
/// # Errors
/// Whatever keeps the store from answering.
pub(crate) async fn reach(gateway: &Gateway, caller: &ForAll, right: ApiScope) -> Result<Reach, Problem> {
    let now = gateway.now();
    let holds = |one: &&Delegation| one.live_at(now) && one.scopes.contains(&right);
    let live: Vec<&Delegation> = caller.client.delegations.iter().filter(holds).collect();
    let asked = live.iter().map(|one| one.institution_id).collect();
    let creditors: BTreeMap<_, _> = gateway.store().system().active_among(asked).await?.into_iter().collect();
    let active = live.into_iter().filter(|one| creditors.contains_key(&one.institution_id));
    let scopes =
        active.map(|one| Scope::of_token(one.institution_id, one.service_codes.clone(), caller.client.id)).collect();
    Ok(Reach { scopes, creditors })
}
