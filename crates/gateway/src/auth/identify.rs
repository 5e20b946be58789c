// SPDX-License-Identifier: AGPL-3.0-or-later
//! From a request to its caller: the token, and then what the client, its delegation and its institution are today.

use std::collections::BTreeSet;
use std::sync::Arc;

use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use tramite_domain::access::{ApiScope, Client, ClientKind, ClientStatus};
use tramite_domain::ident::ServiceCode;
use tramite_domain::ids::InstitutionId;
use tramite_domain::institution::InstitutionStatus;
use tramite_domain::tax_code::InstitutionTaxCode;
use tramite_storage::Scope;

use super::caller::{ForAll, Identity, Mandate, Operator, Tenant};
use super::dpop::{self, Once};
use super::foreign::foreign;
use super::support::supporting;
use super::{Claims, Expected, Token, verified};
use crate::gateway::Gateway;
use crate::keys::VerifyingKey;
use crate::problem::{Code, Problem};

/// The scopes that a token for all delegations of a client may hold.
pub(crate) const FOR_ALL_SCOPES: [ApiScope; 2] = [ApiScope::EventsRead, ApiScope::WebhooksWrite];

/// What of a request says who calls.
pub(crate) struct Asked<'a> {
    /// Its headers.
    pub(crate) headers: &'a HeaderMap,
    /// Its method.
    pub(crate) method: &'a str,
    /// Its path.
    pub(crate) path: &'a str,
}

/// How a token is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    /// By whoever has it (RFC 6750).
    Bearer,
    /// With a proof that it is the caller's (RFC 9449).
    Dpop,
}

/// The caller of a request, and the proof that is still to be remembered, where the token needs one.
///
/// # Errors
/// [`Code::Unauthenticated`] without a token, [`Code::InvalidToken`] for every token that does not hold, in one shape;
/// [`Code::Unavailable`] where the store cannot tell, or could not tell a moment ago which keys there are.
pub(crate) async fn identify(gateway: &Gateway, asked: &Asked<'_>) -> Result<(Identity, Option<Once>), Problem> {
    let (scheme, text) = shown(asked.headers)?;
    let token = Token::read(text).map_err(|_| refused(scheme))?;
    gateway.keys().refresh(gateway.now(), token.key_id()).await;
    let ours = token.key_id().and_then(|kid| gateway.keys().verifying(kid));
    let is_unknown = ours.is_none() && token.key_id().is_some();
    let found = match ours {
        Some(key) => own(gateway, scheme, &token, key).await?.map(|identity| (identity, None)),
        None => foreign(gateway, asked, (scheme, text), &token).await?,
    };
    found.ok_or_else(|| match is_unknown && gateway.keys().has_failed(gateway.now()) {
        // Of another process's new key, maybe: whoever is told that the token does not hold throws a good one away.
        true => Problem::new(Code::Unavailable),
        false => refused(scheme),
    })
}

/// The refusal of a token that does not hold, by how it was shown.
pub(super) fn refused(scheme: Scheme) -> Problem {
    match scheme {
        Scheme::Bearer => Problem::new(Code::InvalidToken),
        Scheme::Dpop => dpop::challenge(),
    }
}

/// The caller of one of our own tokens, which are bound to no key.
async fn own(
    gateway: &Gateway,
    scheme: Scheme,
    token: &Token<'_>,
    key: VerifyingKey,
) -> Result<Option<Identity>, Problem> {
    let settings = gateway.settings();
    let audience = settings.audience();
    let expected = Expected { issuer: settings.issuer(), audience: &audience, now: gateway.now() };
    match verified(token, &expected, &key) {
        Ok(claims) if scheme == Scheme::Bearer => alive(gateway, &claims).await,
        _ => Ok(None),
    }
}

/// The token of the Authorization header, and how it is shown.
fn shown(headers: &HeaderMap) -> Result<(Scheme, &str), Problem> {
    let mut all = headers.get_all(AUTHORIZATION);
    let (Some(value), None) = (all.next(), all.next()) else {
        let code = if headers.contains_key(AUTHORIZATION) { Code::InvalidToken } else { Code::Unauthenticated };
        return Err(Problem::new(code));
    };
    let text = value.to_str().map_err(|_| Problem::new(Code::InvalidToken))?;
    let (scheme, token) = text.trim().split_once(' ').unwrap_or((text, ""));
    let token = token.trim();
    let known = [("bearer", Scheme::Bearer), ("dpop", Scheme::Dpop)];
    let scheme = known.into_iter().find(|(name, _)| scheme.eq_ignore_ascii_case(name)).map(|(_, scheme)| scheme);
    // Another scheme, as the client's own secret, is no token (RFC 6750, 3).
    let scheme = scheme.filter(|_| !token.is_empty()).ok_or_else(|| Problem::new(Code::Unauthenticated))?;
    Ok((scheme, token))
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
            let claimed = |codes: &Vec<String>| codes.iter().filter_map(|code| code.parse().ok()).collect();
            let services: Option<BTreeSet<ServiceCode>> = claims.services.as_ref().map(claimed);
            Ok(acting(gateway, client, institution, asked, services).await?.map(Identity::Tenant))
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

/// A client that acts for an institution: what was asked for, as far as the delegation gives it today. None where there is none,
/// or the institution does not collect.
pub(super) async fn acting(
    gateway: &Gateway,
    client: Arc<Client>,
    institution: InstitutionId,
    asked: BTreeSet<ApiScope>,
    services: Option<BTreeSet<ServiceCode>>,
) -> Result<Option<Tenant>, Problem> {
    let live = client.acts_for(institution, gateway.now());
    let Some(delegation) = live.cloned().map(Arc::new) else { return Ok(None) };
    let Some(creditor) = collecting(gateway, institution).await? else { return Ok(None) };
    let services = delegation.services_of(services);
    let scopes = asked.into_iter().filter(|scope| delegation.scopes.contains(scope)).collect();
    let scope = Scope::of_token(institution, services, client.id);
    let mandate = Mandate::Delegation(delegation);
    Ok(Some(Tenant { scope, creditor, client, mandate, scopes }))
}

/// A client that acts for an institution, as it is by now: a request with a large body may last longer than what is known of its
/// caller stays fresh. Who acts no more by its end is refused as by its token.
///
/// # Errors
/// [`Code::InvalidToken`] where it acts no more, by how the token was shown; whatever keeps the store from telling.
pub(crate) async fn reauthorize(gateway: &Gateway, headers: &HeaderMap, tenant: &Tenant) -> Result<Tenant, Problem> {
    let (scheme, _) = shown(headers)?;
    let gone = || refused(scheme);
    let client = gateway.fresh().client(gateway, tenant.client_id()).await?.ok_or_else(gone)?;
    let services = tenant.scope.services().cloned();
    let found = acting(gateway, client, tenant.institution_id(), tenant.scopes.clone(), services).await?;
    found.ok_or_else(gone)
}

/// The tax code of an institution that collects; none where it does not, or does not exist.
async fn collecting(gateway: &Gateway, institution: InstitutionId) -> Result<Option<InstitutionTaxCode>, Problem> {
    let standing = gateway.fresh().institution(gateway, institution).await?;
    Ok(standing.filter(|one| one.status == InstitutionStatus::Active).map(|one| one.tax_code))
}
