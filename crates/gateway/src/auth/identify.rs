// SPDX-License-Identifier: AGPL-3.0-or-later
//! From a request to its caller: the token, and then what the client, its delegation and its institution are today.

use std::collections::BTreeSet;
use std::sync::Arc;

use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use tramite_domain::access::{ApiScope, ClientKind, ClientStatus, Delegation};
use tramite_domain::ident::ServiceCode;
use tramite_domain::ids::InstitutionId;
use tramite_domain::institution::InstitutionStatus;
use tramite_domain::tax_code::InstitutionTaxCode;
use tramite_storage::Scope;

use super::caller::{ForAll, Identity, Mandate, Operator, Tenant};
use super::support::supporting;
use super::{Claims, Expected, Token, verified};
use crate::gateway::Gateway;
use crate::problem::{Code, Problem};

/// The scopes that a token for all delegations of a client may hold.
pub(crate) const FOR_ALL_SCOPES: [ApiScope; 2] = [ApiScope::EventsRead, ApiScope::WebhooksWrite];

/// The caller of a request.
///
/// # Errors
/// [`Code::Unauthenticated`] without a bearer token, [`Code::InvalidToken`] for every token that does not hold, in one shape;
/// [`Code::Unavailable`] where the store cannot tell.
pub(crate) async fn identify(gateway: &Gateway, headers: &HeaderMap) -> Result<Identity, Problem> {
    let token = bearer(headers)?;
    let settings = gateway.settings();
    let audience = settings.audience();
    let expected = Expected { issuer: settings.issuer(), audience: &audience, now: gateway.now() };
    let refused = || Problem::new(Code::InvalidToken);
    let token = Token::read(token).map_err(|_| refused())?;
    gateway.keys().refresh(gateway.now(), token.key_id()).await;
    let claims = verified(&token, &expected, |kid| gateway.keys().verifying(kid)).map_err(|_| refused())?;
    alive(gateway, &claims).await?.ok_or_else(refused)
}

/// The token of the Authorization header.
fn bearer(headers: &HeaderMap) -> Result<&str, Problem> {
    let mut all = headers.get_all(AUTHORIZATION);
    let (Some(value), None) = (all.next(), all.next()) else {
        let code = if headers.contains_key(AUTHORIZATION) { Code::InvalidToken } else { Code::Unauthenticated };
        return Err(Problem::new(code));
    };
    let text = value.to_str().map_err(|_| Problem::new(Code::InvalidToken))?;
    let (scheme, token) = text.trim().split_once(' ').unwrap_or((text, ""));
    let token = token.trim();
    // Another scheme, as the client's own secret, is no token (RFC 6750, 3).
    if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() {
        return Err(Problem::new(Code::Unauthenticated));
    }
    Ok(token)
}

/// What the claims stand for today; none where they no longer stand for anything.
async fn alive(gateway: &Gateway, claims: &Claims) -> Result<Option<Identity>, Problem> {
    let Some(client) = gateway.fresh().client(gateway, claims.client_id).await? else { return Ok(None) };
    if client.status != ClientStatus::Active {
        return Ok(None);
    }
    let asked: BTreeSet<ApiScope> = claims.scope.split(' ').filter_map(ApiScope::named).collect();
    match (client.kind, claims.institution, &claims.act) {
        (ClientKind::Operator, None, None) => {
            let scopes = asked.into_iter().filter(|scope| scope.is_platform()).collect();
            Ok(Some(Identity::Operator(Operator { client, scopes })))
        }
        (ClientKind::Application, Some(institution), None) => {
            let now = gateway.now();
            let live = client.delegations.iter().find(|one| one.institution_id == institution && one.live_at(now));
            let Some(delegation) = live.cloned().map(Arc::new) else { return Ok(None) };
            let Some(creditor) = collecting(gateway, institution).await? else { return Ok(None) };
            let services = common_services(&delegation, claims.services.as_deref());
            let scopes = asked.into_iter().filter(|scope| delegation.scopes.contains(scope)).collect();
            let scope = Scope::of_token(institution, services, client.id);
            let mandate = Mandate::Delegation(delegation);
            Ok(Some(Identity::Tenant(Tenant { scope, creditor, client, mandate, scopes })))
        }
        (ClientKind::Application, None, None) => {
            let scopes = asked.into_iter().filter(|scope| FOR_ALL_SCOPES.contains(scope)).collect();
            Ok(Some(Identity::ForAll(ForAll { client, scopes })))
        }
        (ClientKind::Operator, Some(institution), Some(actor)) => {
            supporting(gateway, client, institution, actor, &asked).await
        }
        (ClientKind::Operator, _, _) | (ClientKind::Application, _, Some(_)) => Ok(None),
    }
}

/// The tax code of an institution that collects; none where it does not, or does not exist.
async fn collecting(gateway: &Gateway, institution: InstitutionId) -> Result<Option<InstitutionTaxCode>, Problem> {
    let standing = gateway.fresh().institution(gateway, institution).await?;
    Ok(standing.filter(|one| one.status == InstitutionStatus::Active).map(|one| one.tax_code))
}

/// The services that the delegation gives and the token was made for.
fn common_services(delegation: &Delegation, claimed: Option<&[String]>) -> Option<BTreeSet<ServiceCode>> {
    let claimed: Option<BTreeSet<ServiceCode>> =
        claimed.map(|codes| codes.iter().filter_map(|code| code.parse().ok()).collect());
    match (&delegation.service_codes, claimed) {
        (Some(given), Some(claimed)) => Some(given.intersection(&claimed).cloned().collect()),
        (Some(given), None) => Some(given.clone()),
        (None, claimed) => claimed,
    }
}
