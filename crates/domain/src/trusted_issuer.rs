// SPDX-License-Identifier: AGPL-3.0-or-later
//! Others whose tokens are taken: an identity provider, or PDND with its vouchers. What a token of theirs says is worth what an
//! operator wrote down beforehand: which caller is which client of ours, for which institution, with which scopes.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::access::ApiScope;
use crate::client_key::{KeyAlgorithm, PublicKey};
use crate::ids::{ClientId, InstitutionId, TrustedIssuerId};
use crate::named::named;
use crate::time::Instant;

/// Issuers in all.
pub const TRUSTED_ISSUERS_MAX: usize = 50;
/// Keys of one issuer.
pub const ISSUER_KEYS_MAX: usize = 50;
/// How often the keys of an issuer are asked for, in seconds: a key that was withdrawn is refused within half an hour.
pub const KEYS_EVERY_SECONDS: i64 = 900;
/// How soon they are asked for again, where a token names another one or nobody answered, in seconds.
pub const KEYS_AGAIN_SECONDS: i64 = 60;
/// How long keys serve while nobody answers, in seconds: a day.
pub const KEYS_KEPT_SECONDS: i64 = 86_400;

/// What kind of issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IssuerKind {
    /// An identity provider.
    Oidc,
    /// The national platform for data (PDND): its tokens are vouchers for one e-service.
    Pdnd,
}

/// The claim that says who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum CallerClaim {
    /// The subject.
    #[serde(rename = "sub")]
    Subject,
    /// The client.
    #[serde(rename = "client_id")]
    ClientId,
    /// The client, as some providers say.
    #[serde(rename = "azp")]
    AuthorizedParty,
    /// The purpose of a voucher.
    #[serde(rename = "purposeId")]
    Purpose,
}

named!(IssuerKind { Oidc = "oidc", Pdnd = "pdnd" });
named!(CallerClaim {
    Subject = "sub",
    ClientId = "client_id",
    AuthorizedParty = "azp",
    Purpose = "purposeId",
});

/// Somebody whose tokens are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedIssuer {
    /// Our id.
    pub id: TrustedIssuerId,
    /// What its tokens call it; once.
    pub issuer: String,
    /// What an operator says of it.
    pub terms: IssuerTerms,
    /// How many times it was written.
    pub version: i64,
    /// When it was registered.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
}

/// What an operator says of an issuer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuerTerms {
    /// What it is.
    pub kind: IssuerKind,
    /// Whether its tokens are taken at all.
    pub enabled: bool,
    /// Where its keys are published.
    pub jwks_url: String,
    /// What its tokens for us are for.
    pub audience: String,
    /// What its keys may sign by.
    pub algorithms: BTreeSet<KeyAlgorithm>,
    /// What its tokens call themselves.
    pub types: BTreeSet<String>,
    /// What its vouchers are for, where it is PDND.
    pub eservice: Option<Eservice>,
    /// Who is who.
    pub callers: Vec<MappedCaller>,
}

/// The e-service that vouchers must be for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Eservice {
    /// Its id.
    pub eservice_id: String,
    /// Who offers it.
    pub producer_id: String,
    /// Its versions; empty means any.
    #[serde(default)]
    pub descriptor_ids: BTreeSet<String>,
}

/// One caller of theirs, which is one client of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappedCaller {
    /// The claim that says who calls.
    pub claim: CallerClaim,
    /// Its value.
    pub value: String,
    /// The client that the caller is.
    pub client_id: ClientId,
    /// For which institution.
    pub institution_id: InstitutionId,
    /// What it may do, as far as the institution delegates it.
    pub scopes: BTreeSet<ApiScope>,
}

/// A key that an issuer publishes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedKey {
    /// What its tokens call it.
    pub kid: String,
    /// The key.
    pub public: PublicKey,
}

/// The keys of an issuer, as far as they are known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IssuerKeys {
    /// The keys.
    pub keys: Vec<PublishedKey>,
    /// When they were fetched; none before they ever were.
    pub fetched_at: Option<Instant>,
}

impl IssuerKeys {
    /// The key of that name, as long as what was fetched serves.
    #[must_use]
    pub fn of(&self, kid: &str, now: Instant) -> Option<&PublicKey> {
        let age = now.seconds_since(self.fetched_at?);
        let serves = age < KEYS_KEPT_SECONDS;
        self.keys.iter().find(|key| key.kid == kid).filter(|_| serves).map(|key| &key.public)
    }
}

impl IssuerTerms {
    /// Who calls, by what a token says of each claim. A token that is two callers at once is none, also where they are one client
    /// that may do different things: which of them would depend on the order in which somebody wrote them down.
    pub fn caller<'a>(&self, told: impl Fn(CallerClaim) -> Option<&'a str>) -> Option<&MappedCaller> {
        let mut all = self.callers.iter().filter(|one| told(one.claim) == Some(one.value.as_str()));
        let found = all.next()?;
        let is = |one: &MappedCaller| (one.client_id, one.institution_id) == (found.client_id, found.institution_id);
        all.all(|other| is(other) && other.scopes == found.scopes).then_some(found)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn caller(claim: CallerClaim, value: &str, client: u128) -> MappedCaller {
        MappedCaller {
            claim,
            value: value.to_owned(),
            client_id: ClientId::new(Uuid::from_u128(client)),
            institution_id: InstitutionId::new(Uuid::from_u128(9)),
            scopes: BTreeSet::new(),
        }
    }

    #[test]
    fn a_token_is_one_caller_or_none() {
        let terms = IssuerTerms {
            kind: IssuerKind::Pdnd,
            enabled: true,
            jwks_url: String::new(),
            audience: String::new(),
            algorithms: BTreeSet::new(),
            types: BTreeSet::new(),
            eservice: None,
            callers: vec![
                caller(CallerClaim::Purpose, "p", 1),
                caller(CallerClaim::ClientId, "c", 2),
                caller(CallerClaim::Subject, "s", 1),
                MappedCaller {
                    scopes: [ApiScope::ServicesRead].into(),
                    ..caller(CallerClaim::AuthorizedParty, "c", 1)
                },
            ],
        };
        let of = |purpose: &'static str, client: &'static str, subject: &'static str| {
            let told = move |claim| match claim {
                CallerClaim::Purpose => Some(purpose),
                CallerClaim::ClientId => Some(client),
                CallerClaim::Subject => Some(subject),
                CallerClaim::AuthorizedParty => (subject == "wide").then_some("c"),
            };
            terms.caller(told).map(|one| one.value.clone())
        };
        assert_eq!(of("p", "x", "x").as_deref(), Some("p"));
        assert_eq!(of("p", "x", "s").as_deref(), Some("p"), "the same client twice is one");
        assert_eq!(of("p", "c", "x"), None, "two clients at once");
        assert_eq!(of("x", "x", "wide").as_deref(), Some("c"));
        assert_eq!(of("p", "x", "wide"), None, "the same client with other scopes");
        assert_eq!(of("x", "x", "x"), None);
    }

    #[test]
    fn keys_serve_for_a_day_after_they_were_fetched() {
        let now: Instant = "2026-09-01T12:00:00Z".parse().unwrap();
        let public = PublicKey::P256 { x: "x".to_owned(), y: "y".to_owned() };
        let keys = IssuerKeys { keys: vec![PublishedKey { kid: "a".to_owned(), public }], fetched_at: Some(now) };
        assert!(keys.of("a", now.plus_seconds(86_399)).is_some());
        assert!(keys.of("a", now.plus_seconds(86_400)).is_none());
        assert!(keys.of("b", now).is_none());
        assert!(IssuerKeys { fetched_at: None, ..keys }.of("a", now).is_none());
    }
}
