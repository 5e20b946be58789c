// SPDX-License-Identifier: AGPL-3.0-or-later
//! Making access tokens.

use std::collections::BTreeSet;

use tramite_domain::access::ApiScope;
use tramite_domain::ident::ServiceCode;
use tramite_domain::ids::{ClientId, InstitutionId};
use tramite_domain::support::SupportAccess;
use tramite_domain::time::Instant;

use super::{Actor, Claims};
use crate::gateway::Gateway;
use crate::keys::KeyError;

/// How long an access token holds, in seconds.
pub const ACCESS_TOKEN_SECONDS: i64 = 900;
/// What our access tokens call themselves.
pub(crate) const ACCESS_TOKEN_TYPE: &str = "at+jwt";

/// What a token shall stand for, already decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The client.
    pub client_id: ClientId,
    /// The institution, where there is one.
    pub institution: Option<InstitutionId>,
    /// The services it is confined to.
    pub services: Option<BTreeSet<ServiceCode>>,
    /// What it may do.
    pub scopes: BTreeSet<ApiScope>,
    /// The access that lets an operator in, where it is one.
    pub support: Option<SupportAccess>,
}

impl Grant {
    /// How long its token holds from now on, in seconds: never longer than what it rests on.
    #[must_use]
    pub fn seconds(&self, now: Instant) -> i64 {
        let left = self.support.as_ref().map(|access| access.expires_at.seconds_since(now));
        left.map_or(ACCESS_TOKEN_SECONDS, |left| left.clamp(0, ACCESS_TOKEN_SECONDS))
    }

    /// The scopes as OAuth writes them.
    #[must_use]
    pub fn scope_text(&self) -> String {
        self.scopes.iter().map(|scope| scope.name()).collect::<Vec<_>>().join(" ")
    }
}

/// An access token for a grant, from now on.
pub(crate) fn access_token(gateway: &Gateway, grant: &Grant) -> Result<String, KeyError> {
    let now = gateway.now();
    let issued = now.datetime().timestamp();
    let claims = Claims {
        iss: gateway.settings().issuer().to_owned(),
        sub: grant.client_id,
        aud: gateway.settings().audience(),
        client_id: grant.client_id,
        iat: issued,
        exp: issued.saturating_add(grant.seconds(now)),
        nbf: None,
        jti: gateway.world().id(),
        scope: grant.scope_text(),
        institution: grant.institution,
        services: grant.services.as_ref().map(|codes| codes.iter().map(|code| code.to_string()).collect()),
        act: grant.support.as_ref().map(|access| Actor { sub: grant.client_id, support_access: access.id }),
    };
    gateway.keys().sign_access_token(&claims, now)
}
