// SPDX-License-Identifier: AGPL-3.0-or-later
//! What several processes must know of tokens and quotas alike.

use tramite_domain::access::ClientKind;
use tramite_domain::client_key::{ClientKey, KeyAlgorithm, PublicKey};
use tramite_domain::client_limits::{ClientLimits, ClientRate};
use tramite_domain::trusted_issuer::{
    IssuerKeys, IssuerKind, IssuerTerms, PublishedKey, TRUSTED_ISSUERS_MAX, TrustedIssuer,
};
use tramite_storage::{Change, Rule, StoreError};
use tramite_testkit::Database;

use crate::support::*;

/// Callers at once.
const CALLERS: usize = 20;

fn key(name: &str) -> ClientKey {
    let public = PublicKey::Rsa { n: "wQ".to_owned(), alg: KeyAlgorithm::Ps256 };
    ClientKey { id: name.parse().unwrap(), public, created_at: now(), expires_at: None }
}

pub(crate) async fn a_client_comes_back_with_its_keys_and_limits(database: Database) {
    let town = town(&database).await;
    let system = town.store.system();
    let mut one = client(ClientKind::Application);
    one.keys = vec![key("uno")];
    let rate = ClientRate { requests_per_second: 5, burst: 10 };
    one.limits = Some(ClientLimits { rate: Some(rate), requests_per_day: Some(1_000) });
    system.insert_client(one.clone(), Change::default()).await.unwrap();
    assert_eq!(system.client(one.id).await.unwrap().as_ref(), Some(&one));
    let mut after = one.clone();
    (after.version, after.limits) = (2, None);
    after.keys[0].expires_at = Some(now());
    after.keys.push(ClientKey { created_at: now().plus_seconds(1), ..key("due") });
    system.update_client(after.clone(), 1, Change::default()).await.unwrap();
    assert_eq!(system.client(one.id).await.unwrap(), Some(after));
}

pub(crate) async fn an_operator_with_a_live_key_can_take_a_token(database: Database) {
    let town = town(&database).await;
    let system = town.store.system();
    let (mut one, other) = (client(ClientKind::Operator), client(ClientKind::Operator));
    one.keys = vec![key("uno")];
    one.secrets.clear();
    for operator in [&one, &other] {
        system.insert_client(operator.clone(), Change::default()).await.unwrap();
    }
    let mut ended = other.clone();
    (ended.version, ended.secrets[0].expires_at) = (2, Some(now()));
    system.update_client(ended, 1, Change::default()).await.unwrap();
    let mut last = one.clone();
    (last.version, last.keys[0].expires_at) = (2, Some(now()));
    let refused = system.update_client(last, 1, Change::default()).await;
    assert!(matches!(refused, Err(StoreError::LastOperator)), "{refused:?}");
}

pub(crate) async fn a_token_of_one_use_is_used_once_in_whatever_process(database: Database) {
    let town = town(&database).await;
    let (one, other) = (town.store.clone(), open(&database).await);
    let uses: Vec<_> = (0..CALLERS)
        .map(|at| {
            let store = if at % 2 == 0 { one.clone() } else { other.clone() };
            tokio::spawn(async move { store.system().use_once([7; 32], now().plus_seconds(60)).await.unwrap() })
        })
        .collect();
    let mut first = 0;
    for used in uses {
        first += usize::from(used.await.unwrap());
    }
    assert_eq!(first, 1);
    let system = town.store.system();
    assert!(other.system().is_used([7; 32]).await.unwrap() && !system.is_used([8; 32]).await.unwrap());
    assert!(system.use_once([8; 32], now().plus_seconds(90)).await.unwrap());
    assert_eq!(system.forget_used_tokens(now().plus_seconds(60), 10).await.unwrap(), 0);
    assert!(!system.use_once([7; 32], now().plus_seconds(60)).await.unwrap());
    assert_eq!(system.forget_used_tokens(now().plus_seconds(61), 10).await.unwrap(), 1);
    assert!(!system.use_once([8; 32], now()).await.unwrap(), "the other has not ended");
}

pub(crate) async fn of_a_quota_no_more_is_taken_than_it_says_by_however_many(database: Database) {
    let town = town(&database).await;
    let one = client(ClientKind::Application);
    town.store.system().insert_client(one.clone(), Change::default()).await.unwrap();
    let day = chrono::NaiveDate::from_ymd_opt(2026, 9, 1).unwrap();
    let stores = [town.store.clone(), open(&database).await];
    let takers: Vec<_> = (0..CALLERS)
        .map(|at| {
            let (store, client) = (stores[at % 2].clone(), one.id);
            tokio::spawn(async move { store.system().take_requests(client, day, 100, 7).await.unwrap().granted })
        })
        .collect();
    let mut granted = Vec::new();
    for taker in takers {
        granted.push(taker.await.unwrap());
    }
    assert_eq!(granted.iter().sum::<u32>(), 100);
    let system = town.store.system();
    let nothing = system.take_requests(one.id, day, 100, 7).await.unwrap();
    assert_eq!((nothing.granted, nothing.taken), (0, 100));
    assert_eq!(system.take_requests(one.id, day, 120, 7).await.unwrap().granted, 7, "the quota was raised");
    let next = day.succ_opt().unwrap();
    assert_eq!(system.take_requests(one.id, next, 100, 7).await.unwrap().taken, 7, "another day");
    assert_eq!(system.forget_usage(next).await.unwrap(), 1);
    assert_eq!(system.take_requests(one.id, day, 100, 7).await.unwrap().taken, 7);
}

fn issuer(name: &str) -> TrustedIssuer {
    let terms = IssuerTerms {
        kind: IssuerKind::Oidc,
        enabled: true,
        jwks_url: "https://idp.example.it/keys".to_owned(),
        audience: "https://tramite.example.it/v1".to_owned(),
        algorithms: [KeyAlgorithm::Rs256].into(),
        types: ["at+jwt".to_owned()].into(),
        eservice: None,
        callers: Vec::new(),
    };
    TrustedIssuer { id: id(), issuer: name.to_owned(), terms, version: 1, created_at: now(), updated_at: now() }
}

pub(crate) async fn keys_of_an_issuer_are_asked_for_by_one_and_kept_for_all(database: Database) {
    let town = town(&database).await;
    let system = town.store.system();
    let one = issuer("https://idp.example.it");
    system.insert_trusted_issuer(one.clone(), Change::default()).await.unwrap();
    let twice = system.insert_trusted_issuer(issuer("https://idp.example.it"), Change::default()).await;
    assert!(matches!(twice, Err(StoreError::Duplicate(Rule::TrustedIssuer))), "{twice:?}");
    let askers: Vec<_> = (0..CALLERS)
        .map(|_| {
            let store = town.store.clone();
            tokio::spawn(async move { store.system().claim_due_keys(now()).await })
        })
        .collect();
    let mut claimed = Vec::new();
    for asker in askers {
        // Two who ask for it at once may cross; who did not get it looks again later.
        claimed.extend(asker.await.unwrap().unwrap_or_default());
    }
    assert_eq!(claimed, [(one.id, one.terms.clone())]);
    let key = PublishedKey { kid: "uno".to_owned(), public: key("x").public };
    system.keep_issuer_keys(one.id, one.terms.clone(), vec![key.clone()], now()).await.unwrap();
    let known = open(&database).await.system().trusted_issuers().await.unwrap();
    let keys = IssuerKeys { keys: vec![key], fetched_at: Some(now()) };
    assert_eq!(known, [(one.clone(), keys.clone())]);

    // A key that nobody knows is asked for a minute later at the earliest.
    let at = |seconds| now().plus_seconds(seconds);
    system.want_issuer_keys(one.id, at(1)).await.unwrap();
    assert_eq!(system.claim_due_keys(at(59)).await.unwrap(), []);
    assert_eq!(system.claim_due_keys(at(60)).await.unwrap().len(), 1);
    // What is published elsewhere from now on is not what was fetched before, nor what is on its way.
    let mut moved = one.clone();
    (moved.version, moved.terms.jwks_url) = (2, "https://idp.example.it/altre".to_owned());
    system.update_trusted_issuer(moved.clone(), &one, Change::default()).await.unwrap();
    let stale = system.update_trusted_issuer(moved.clone(), &one, Change::default()).await;
    assert!(matches!(stale, Err(StoreError::Conflict)), "{stale:?}");
    system.keep_issuer_keys(one.id, one.terms, keys.keys, at(61)).await.unwrap();
    assert_eq!(system.trusted_issuers().await.unwrap(), [(moved.clone(), IssuerKeys::default())]);
    let mut off = moved.clone();
    (off.version, off.terms.enabled) = (3, false);
    system.update_trusted_issuer(off, &moved, Change::default()).await.unwrap();
    assert_eq!(system.claim_due_keys(at(10_000)).await.unwrap(), [], "of one that is switched off nothing is asked");
    // One more than there may be, which two who came at once made of it, is found as well.
    for at in 0..TRUSTED_ISSUERS_MAX {
        let other = issuer(&format!("https://idp-{at}.example.it"));
        system.insert_trusted_issuer(other, Change::default()).await.unwrap();
    }
    assert_eq!(system.trusted_issuers().await.unwrap().len(), TRUSTED_ISSUERS_MAX + 1);
}
