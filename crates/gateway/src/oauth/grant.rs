// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a token shall stand for: asked for ∩ delegated (api.md, Delegation). Pure.

use std::collections::BTreeSet;

use tramite_domain::access::{ApiScope, Client, ClientKind, Delegation};
use tramite_domain::ids::InstitutionId;
use tramite_domain::support::{SUPPORT_SCOPES, SupportAccess};
use tramite_domain::time::Instant;

use super::answer::NoToken;
use crate::auth::{FOR_ALL_SCOPES, Grant};

/// For whom the token shall be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// This institution.
    Institution(InstitutionId),
    /// Nobody said.
    Unsaid,
}

/// The scopes that a request names; none means all there are.
pub(super) fn asked(scope: Option<&str>) -> Result<Option<BTreeSet<ApiScope>>, NoToken> {
    let Some(text) = scope else { return Ok(None) };
    let named: Option<BTreeSet<ApiScope>> = text.split(' ').map(ApiScope::named).collect();
    named.map(Some).ok_or(NoToken::InvalidScope)
}

/// What the client gets.
pub(super) fn grant(
    client: &Client,
    target: Target,
    asked: Option<&BTreeSet<ApiScope>>,
    now: Instant,
) -> Result<Grant, NoToken> {
    let live: Vec<&Delegation> = client.delegations.iter().filter(|one| one.live_at(now)).collect();
    match (client.kind, target) {
        (ClientKind::Operator, Target::Institution(_)) => {
            Err(NoToken::InvalidTarget("The operator has no open support access to this institution."))
        }
        (ClientKind::Operator, Target::Unsaid) => {
            let all = ApiScope::ALL.iter().copied().filter(|scope| scope.is_platform()).collect();
            granted(client, None, &all, asked)
        }
        (ClientKind::Application, Target::Institution(id)) => of_delegation(client, client.acts_for(id, now), asked),
        (ClientKind::Application, Target::Unsaid) => match live.as_slice() {
            [] => Err(NoToken::InvalidTarget("No institution lets this client act.")),
            _ if acted_for_several(client) && asked.is_some_and(is_for_all) => {
                let delegated = live.iter().flat_map(|one| one.scopes.iter().copied()).collect();
                granted(client, None, &delegated, asked)
            }
            [only] => of_delegation(client, Some(only), asked),
            _ => Err(NoToken::InvalidRequest("The client acts for several institutions: say which one.")),
        },
    }
}

/// Whether the client acts or acted for several institutions; delegations are kept when they end. What reads for all goes on to
/// read its one feed when only one institution is left.
fn acted_for_several(client: &Client) -> bool {
    let mut all = client.delegations.iter().map(|one| one.institution_id);
    all.next().is_some_and(|first| all.any(|other| other != first))
}

fn is_for_all(asked: &BTreeSet<ApiScope>) -> bool {
    asked.iter().all(|scope| FOR_ALL_SCOPES.contains(scope))
}

/// What an operator gets with an open access: to read, in one institution.
pub(super) fn support_grant(
    client: &Client,
    access: SupportAccess,
    asked: Option<&BTreeSet<ApiScope>>,
) -> Result<Grant, NoToken> {
    let all = SUPPORT_SCOPES.iter().copied().collect();
    let grant = granted(client, None, &all, asked)?;
    Ok(Grant { institution: Some(access.institution_id), support: Some(access), ..grant })
}

fn of_delegation(
    client: &Client,
    delegation: Option<&Delegation>,
    asked: Option<&BTreeSet<ApiScope>>,
) -> Result<Grant, NoToken> {
    let none = NoToken::InvalidTarget("The client does not act for this institution.");
    let delegation = delegation.ok_or(none)?;
    granted(client, Some(delegation), &delegation.scopes, asked)
}

fn granted(
    client: &Client,
    delegation: Option<&Delegation>,
    all: &BTreeSet<ApiScope>,
    asked: Option<&BTreeSet<ApiScope>>,
) -> Result<Grant, NoToken> {
    let scopes: BTreeSet<ApiScope> = match asked {
        Some(asked) => asked.intersection(all).copied().collect(),
        None => all.clone(),
    };
    if scopes.is_empty() {
        return Err(NoToken::InvalidScope);
    }
    Ok(Grant {
        client_id: client.id,
        institution: delegation.map(|one| one.institution_id),
        services: delegation.and_then(|one| one.service_codes.clone()),
        scopes,
        support: None,
    })
}
