// SPDX-License-Identifier: AGPL-3.0-or-later
//! The keys of others whose tokens are taken. They are asked for here, at addresses that an operator has written down, and kept
//! for every process; what cannot be fetched or read leaves those of before as they are.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Response;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tramite_domain::client_key::{KeyAlgorithm, Members, published};
use tramite_domain::ids::TrustedIssuerId;
use tramite_domain::time::Instant;
use tramite_domain::trusted_issuer::{ISSUER_KEYS_MAX, IssuerTerms, PublishedKey};
use tramite_outbound::{LOOKUPS_MAX, Names, Outbound, Towards, Unreached, check};
use tramite_storage::StoreError;

use crate::job::Job;
use crate::pace::{KEY_SET_BYTES_MAX, KEY_SET_SECONDS_MAX};
use crate::pass::Pass;
use crate::worker::Worker;

/// Longest name of a key, in bytes.
const KID_BYTES_MAX: usize = 64;

/// What asks.
pub(crate) struct Issuers {
    outbound: Outbound,
    /// Look-ups of names by whose they are: one that hangs is in no other issuer's way.
    lookups: Mutex<HashMap<TrustedIssuerId, Arc<Semaphore>>>,
}

impl Issuers {
    pub(crate) fn new(towards: Towards, names: Arc<dyn Names>) -> Result<Self, reqwest::Error> {
        let outbound = Outbound::new(towards, names, Duration::from_secs(KEY_SET_SECONDS_MAX))?;
        Ok(Self { outbound, lookups: Mutex::default() })
    }

    fn lookups(&self, issuer: TrustedIssuerId) -> Arc<Semaphore> {
        let mut all = self.lookups.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(issuer).or_insert_with(|| Arc::new(Semaphore::new(LOOKUPS_MAX))))
    }
}

/// Asks for the keys that are due, all at once: they are few, and one that does not answer keeps no other waiting.
pub(crate) async fn refresh(worker: &Worker, issuers: &Issuers, now: Instant) -> Result<Pass, StoreError> {
    let due = worker.store.system().claim_due_keys(now).await?;
    let mut pass = Pass { found: due.len(), ..Pass::default() };
    let asked = due.into_iter().map(|(id, terms)| async move {
        let keys = fetched(issuers, id, &terms).await;
        (id, terms, keys)
    });
    for (id, terms, keys) in join_all(asked).await {
        match keys {
            Ok(keys) => {
                if keys.is_empty() {
                    tracing::warn!(issuer = %id, "a trusted issuer publishes no key that may sign: its tokens are refused");
                }
                let kept = worker.store.system().keep_issuer_keys(id, terms, keys, now).await;
                // Whatever became of them, those of the others were fetched and are kept too.
                pass.count(Job::Issuers, kept.map(|()| true));
            }
            Err(code) => not_fetched(id, code),
        }
    }
    Ok(pass)
}

fn not_fetched(id: TrustedIssuerId, code: &str) {
    tracing::warn!(issuer = %id, code, "the keys of a trusted issuer were not fetched; those of before serve for a day");
}

/// The keys that an issuer publishes, as far as its tokens may be signed by them.
async fn fetched(
    issuers: &Issuers,
    id: TrustedIssuerId,
    terms: &IssuerTerms,
) -> Result<Vec<PublishedKey>, &'static str> {
    // The rules may have become stricter since the address was written.
    let url = check(&terms.jwks_url, issuers.outbound.towards()).map_err(|_| Unreached::NotAllowed.code())?;
    let lookups = issuers.lookups(id);
    let exchange = async {
        let response = issuers.outbound.get(url, &lookups).await.map_err(Unreached::code)?;
        if response.status() != 200 {
            return Err("http_status");
        }
        body(response).await
    };
    let whole = timeout(Duration::from_secs(KEY_SET_SECONDS_MAX), exchange).await;
    let bytes = whole.unwrap_or(Err(Unreached::Timeout.code()))?;
    keys_of(&bytes, terms).ok_or("malformed")
}

async fn body(mut response: Response) -> Result<Vec<u8>, &'static str> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| Unreached::Unreachable.code())? {
        if bytes.len().saturating_add(chunk.len()) > KEY_SET_BYTES_MAX {
            return Err("too_large");
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// The usable keys of a set (RFC 7517, 5); none where it is no set, or names two keys alike: nobody could tell them apart. A set
/// without any is taken as it is: whoever withdraws the last key means it.
fn keys_of(bytes: &[u8], terms: &IssuerTerms) -> Option<Vec<PublishedKey>> {
    let set: Value = serde_json::from_slice(bytes).ok()?;
    let all = set.get("keys")?.as_array()?;
    let usable = all.iter().filter_map(|key| usable(key, terms)).take(ISSUER_KEYS_MAX);
    let keys: Vec<PublishedKey> = usable.collect();
    let names: BTreeSet<&str> = keys.iter().map(|key| key.kid.as_str()).collect();
    (names.len() == keys.len()).then_some(keys)
}

fn usable(key: &Value, terms: &IssuerTerms) -> Option<PublishedKey> {
    // Other members, as certificates and what a key may be used for, are of no interest here.
    let texts = key.as_object()?.iter().filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
    let mut members: Members = texts.collect();
    let is_rsa = members.get("kty").is_some_and(|kind| kind == "RSA");
    if is_rsa && !terms.algorithms.contains(&KeyAlgorithm::Rs256) {
        members.entry("alg".to_owned()).or_insert_with(|| KeyAlgorithm::Ps256.name().to_owned());
    }
    let (kid, public) = published(&members)?;
    let accepted = terms.algorithms.contains(&public.algorithm()) && (1..=KID_BYTES_MAX).contains(&kid.len());
    accepted.then_some(PublishedKey { kid, public })
}

#[cfg(test)]
mod tests {
    use tramite_domain::trusted_issuer::IssuerKind;

    use super::*;

    fn terms(algorithms: &[KeyAlgorithm]) -> IssuerTerms {
        IssuerTerms {
            kind: IssuerKind::Oidc,
            enabled: true,
            jwks_url: String::new(),
            audience: String::new(),
            algorithms: algorithms.iter().copied().collect(),
            types: BTreeSet::new(),
            eservice: None,
            callers: Vec::new(),
        }
    }

    #[test]
    fn of_a_key_set_what_may_sign_is_kept_even_where_that_is_nothing() {
        let (x, y) = ("MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM");
        let point = format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}","y":"{y}","kid":"a","key_ops":["verify"]}}"#);
        let n = format!("w{}", "A".repeat(341));
        let rsa = format!(r#"{{"kty":"RSA","n":"{n}","e":"AQAB","kid":"b","x5c":["AA"]}}"#);
        let other = r#"{"kty":"oct","k":"AA","kid":"c"},{"kty":"EC","crv":"P-521","kid":"d"},{"kid":"e"},7"#;
        let set = |keys: &str| format!(r#"{{"keys":[{keys}]}}"#);
        let kept = |text: &str, algorithms: &[KeyAlgorithm]| {
            let keys = keys_of(text.as_bytes(), &terms(algorithms))?;
            Some(keys.into_iter().map(|key| (key.kid, key.public.algorithm())).collect::<Vec<_>>())
        };
        let all = set(&format!("{point},{rsa},{other}"));
        let (es, rs, ps) = (KeyAlgorithm::Es256, KeyAlgorithm::Rs256, KeyAlgorithm::Ps256);
        assert_eq!(kept(&all, &[es, rs]).unwrap(), [("a".to_owned(), es), ("b".to_owned(), rs)]);
        assert_eq!(kept(&all, &[ps]).unwrap(), [("b".to_owned(), ps)]);
        for empty in [set(&point), set("")] {
            assert_eq!(kept(&empty, &[rs]), Some(Vec::new()), "{empty}");
        }
        assert_eq!(kept(&set(&format!("{point},{point}")), &[es]), None, "two keys of one name");
        for wrong in ["", "[]", "{}", r#"{"keys":{}}"#] {
            assert_eq!(kept(wrong, &[es, rs, ps]), None, "{wrong}");
        }
    }
}
