// SPDX-License-Identifier: AGPL-3.0-or-later
//! What an access token says (RFC 9068).

use serde::{Deserialize, Serialize};
use tramite_domain::ids::{ClientId, InstitutionId, SupportAccessId};
use uuid::Uuid;

/// The claims of an access token. Times are seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who made it: our public address.
    pub iss: String,
    /// The client again: it acts for itself.
    pub sub: ClientId,
    /// For whom: our API.
    pub aud: String,
    /// The client.
    pub client_id: ClientId,
    /// When it was made.
    pub iat: i64,
    /// When it ends.
    pub exp: i64,
    /// Not before, where somebody says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
    /// Its own id.
    pub jti: Uuid,
    /// What it may do, parted by blanks.
    pub scope: String,
    /// For which institution; absent from tokens of operators and of clients for all their delegations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub institution: Option<InstitutionId>,
    /// For which services only; absent means all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub services: Option<Vec<String>>,
    /// Who reads, where it is an operator in support and not a client of the institution (RFC 8693, 4.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Actor>,
}

/// An operator in support.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The operator: the client again.
    pub sub: ClientId,
    /// The access that lets it in.
    pub support_access: SupportAccessId,
}
