// SPDX-License-Identifier: AGPL-3.0-or-later
//! The same key again: one effect, and the first answer.

use tramite_domain::batch::{Batch, Write};
use tramite_domain::debt_position::DebtPosition;
use tramite_storage::{
    Change, IdempotencyKey, IdempotencyRecord, OperatorRecord, PageRequest, PositionFilter, REPLAY_SECONDS, Rule,
    Scope, StoreError,
};
use tramite_testkit::Database;

use crate::support::*;

/// Nobody who reads the database may find this.
const CANARY: &str = "CANARY-of-the-stored-answer";

fn key(digest: u8) -> IdempotencyKey {
    IdempotencyKey { sha256: [digest; 32], method: "POST".to_owned(), path: "/v1/debt-positions".to_owned() }
}

fn record(digest: u8) -> IdempotencyRecord {
    IdempotencyRecord {
        key: key(digest),
        fingerprint: [9; 32],
        status: 201,
        location: Some(format!("/v1/debt-positions/{CANARY}")),
        etag: Some("\"1\"".to_owned()),
        body: Some(format!("{{\"name\": \"{CANARY}\"}}").into_bytes()),
        about: None,
        created_at: now(),
    }
}

pub(crate) async fn of_fifty_twins_one_has_an_effect_and_all_get_its_answer(database: Database) {
    let town = town(&database).await;
    let scope = town.token(town.a.id);
    let twins: Vec<_> = (0..50)
        .map(|number| {
            let (store, scope) = (town.store.clone(), scope.clone());
            tokio::spawn(async move {
                let position = simple(&format!("TARI-{number}"));
                let mut record = record(1);
                record.body.as_mut().unwrap().extend_from_slice(position.id.to_string().as_bytes());
                (record.clone(), store.commit_answer(&scope, inserting(&position), record).await)
            })
        })
        .collect();
    let mut first = None;
    for twin in twins {
        match twin.await.unwrap() {
            (record, Ok(())) => assert!(first.replace(record).is_none(), "two effects"),
            (_, Err(StoreError::Duplicate(Rule::Idempotency))) => {}
            (_, Err(error)) => panic!("{error:?}"),
        }
    }
    // A program that starts later opens it too.
    let later = open(&database).await;
    assert_eq!(later.idempotent_answer(&scope, &key(1), now()).await.unwrap(), first);
    let page = PageRequest::first(10);
    let kept = town.store.positions(&scope, &PositionFilter::default(), &page, now()).await.unwrap();
    assert_eq!(kept.items.len(), 1);
}

pub(crate) async fn a_key_belongs_to_its_client_institution_method_and_path(database: Database) {
    let town = town(&database).await;
    let scope = town.token(town.a.id);
    let keep = async |scope: &Scope, record: IdempotencyRecord| {
        town.store.commit_answer(scope, Batch::new(), record).await.unwrap();
    };
    keep(&scope, record(1)).await;
    keep(&town.token(town.b.id), record(1)).await;
    keep(&Scope::of_token(town.a.id, None, town.other), record(1)).await;
    let mut elsewhere = record(1);
    elsewhere.key.path = "/v1/checkout-sessions".to_owned();
    elsewhere.location = None;
    elsewhere.body = Some(Vec::new());
    keep(&scope, elsewhere.clone()).await;
    let store = &town.store;
    assert_eq!(store.idempotent_answer(&scope, &key(1), now()).await.unwrap(), Some(record(1)));
    assert_eq!(store.idempotent_answer(&scope, &elsewhere.key, now()).await.unwrap(), Some(elsewhere));
    assert_eq!(store.idempotent_answer(&scope, &key(2), now()).await.unwrap(), None);
}

pub(crate) async fn an_answer_is_replayed_for_thirty_days_and_then_forgotten(database: Database) {
    let town = town(&database).await;
    let scope = town.token(town.a.id);
    town.store.commit_answer(&scope, Batch::new(), record(1)).await.unwrap();
    let last = now().plus_seconds(REPLAY_SECONDS);
    let after = last.plus_seconds(1);
    let store = &town.store;
    assert!(store.idempotent_answer(&scope, &key(1), last).await.unwrap().is_some());
    assert_eq!(store.idempotent_answer(&scope, &key(1), after).await.unwrap(), None);
    let at = |created_at| IdempotencyRecord { created_at, status: 200, ..record(1) };
    let twin = store.commit_answer(&scope, Batch::new(), at(last)).await;
    assert!(matches!(twin, Err(StoreError::Duplicate(Rule::Idempotency))), "{twin:?}");
    store.commit_answer(&scope, Batch::new(), at(after)).await.unwrap();
    assert_eq!(store.idempotent_answer(&scope, &key(1), after).await.unwrap(), Some(at(after)));

    // What is over goes, whosever it is, and nothing else.
    store.commit_answer(&town.token(town.b.id), Batch::new(), record(1)).await.unwrap();
    let system = store.system();
    let forget = |limit| system.forget_idempotency(after, limit);
    assert_eq!(forget(10).await.unwrap(), 1);
    assert_eq!(forget(10).await.unwrap(), 0);
    assert_eq!(crate::raw::count(&database, "idempotency_records").await, 1);
}

pub(crate) async fn a_refused_batch_keeps_no_answer(database: Database) {
    let town = town(&database).await;
    let scope = town.token(town.a.id);
    town.add(&simple("TARI-1")).await;
    let refused = town.store.commit_answer(&scope, inserting(&simple("TARI-1")), record(1)).await;
    assert!(matches!(refused, Err(StoreError::Duplicate(Rule::ExternalId))), "{refused:?}");
    assert_eq!(town.store.idempotent_answer(&scope, &key(1), now()).await.unwrap(), None);
    town.store.commit_answer(&scope, inserting(&simple("TARI-2")), record(1)).await.unwrap();
}

pub(crate) async fn with_a_draft_go_the_answers_that_show_it_and_no_others(database: Database) {
    let town = town(&database).await;
    let (mut draft, mut other) = (simple("TARI-1"), simple("TARI-2"));
    (draft.published_at, other.published_at) = (None, None);
    let scope = town.token(town.a.id);
    let elsewhere = Scope::of_token(town.a.id, None, town.other);
    let about = |digest, position: &DebtPosition| IdempotencyRecord { about: Some(position.id), ..record(digest) };
    town.store.commit_answer(&scope, inserting(&draft), about(1, &draft)).await.unwrap();
    town.store.commit_answer(&elsewhere, Batch::new(), about(1, &draft)).await.unwrap();
    town.store.commit_answer(&scope, inserting(&other), about(2, &other)).await.unwrap();
    town.store.commit_answer(&scope, Batch::new(), record(3)).await.unwrap();
    let erase = Batch::new().with(Write::ErasePosition { id: draft.id, expected: 1, at: now() });
    town.store.commit(&scope, erase).await.unwrap();
    let kept = async |scope: &Scope, digest| town.store.idempotent_answer(scope, &key(digest), now()).await.unwrap();
    let (location, etag, fingerprint) = (None, None, [0; 32]);
    let empty = IdempotencyRecord { body: None, location, etag, fingerprint, ..about(1, &draft) };
    assert_eq!([kept(&scope, 1).await, kept(&elsewhere, 1).await], [Some(empty.clone()), Some(empty)]);
    assert_eq!([kept(&scope, 2).await, kept(&scope, 3).await], [Some(about(2, &other)), Some(record(3))]);
    // The key stays used: what was removed does not come back by a request that was late.
    let late = town.store.commit_answer(&scope, inserting(&simple("TARI-1")), about(1, &draft)).await;
    assert!(matches!(late, Err(StoreError::Duplicate(Rule::Idempotency))), "{late:?}");
}

pub(crate) async fn with_one_debt_of_a_cart_go_the_answers_to_the_cart_under_whichever_they_are_kept(
    database: Database,
) {
    let town = town(&database).await;
    let scope = town.token(town.a.id);
    let (one, two, apart) = (simple("TARI-1"), simple("TARI-2"), simple("TARI-3"));
    let cart = session(town.portal, &[&one, &two]);
    let mut batch = inserting(&one);
    batch.append(inserting(&two));
    batch.push(Write::InsertSession(Box::new(cart.clone())));
    let about = |digest, position: &DebtPosition| IdempotencyRecord { about: Some(position.id), ..record(digest) };
    let of_cart = IdempotencyKey { path: "/v1/checkout-sessions".to_owned(), ..key(1) };
    let shows_cart = IdempotencyRecord { key: of_cart.clone(), ..about(1, &one) };
    town.store.commit_answer(&scope, batch, shows_cart).await.unwrap();
    town.store.commit_answer(&scope, inserting(&apart), about(2, &apart)).await.unwrap();
    town.store.commit_answer(&scope, Batch::new(), about(3, &one)).await.unwrap();
    let at = now().plus_seconds(60);
    let erase = Batch::new().with(Write::ErasePosition { id: two.id, expected: 1, at });
    town.store.commit(&scope, erase).await.unwrap();
    let kept = async |key: IdempotencyKey| town.store.idempotent_answer(&scope, &key, now()).await.unwrap().unwrap();
    assert_eq!(kept(of_cart).await.body, None, "it shows the cart, and so the debt that went");
    assert_eq!(kept(key(2)).await, about(2, &apart));
    assert_eq!(kept(key(3)).await, about(3, &one), "it shows the other debt alone, which somebody else owes");
    let shown = async || town.store.session(&scope, cart.id).await.unwrap().unwrap();
    let after = shown().await;
    assert_eq!((after.version, after.updated_at), (2, at), "who keeps a copy finds it among the changes");
    assert_eq!((&after.items[0], after.items[1].description.to_string().as_str()), (&cart.items[0], "-"));
    // Where the payer of the cart goes at the same time, the cart moves once.
    let (session, positions) = (cart.id, vec![one.id, two.id]);
    let both = Batch::new()
        .with(Write::ForgetDebtor { id: one.id, expected: 1, whole: true, at })
        .with(Write::ForgetPayer { session, positions, expected: 2, at });
    town.store.commit(&scope, both).await.unwrap();
    let after = shown().await;
    assert_eq!((after.version, after.payer, after.items[0].description.to_string().as_str()), (3, None, "-"));
}

pub(crate) async fn an_operators_answer_belongs_to_the_platform(database: Database) {
    let town = town(&database).await;
    let system = town.store.system();
    let operator = OperatorRecord { client_id: town.portal, record: record(1) };
    let change = || Change { record: Some(operator.clone()), audit: vec![(None, audit_line())], ..Change::default() };
    let mut second = station();
    second.id = "99999000039_02".parse().unwrap();
    system.put_station(second.clone(), None, change()).await.unwrap();
    second.id = "99999000039_03".parse().unwrap();
    let twin = system.put_station(second, None, change()).await;
    assert!(matches!(twin, Err(StoreError::Duplicate(Rule::Idempotency))), "{twin:?}");
    assert_eq!(system.idempotent_answer(town.portal, &key(1), now()).await.unwrap(), Some(record(1)));
    assert_eq!(system.idempotent_answer(town.other, &key(1), now()).await.unwrap(), None);
    assert_eq!(system.station("99999000039_03").await.unwrap(), None);
}

pub(crate) async fn what_is_sealed_stands_nowhere_in_the_database(database: Database) {
    let town = town(&database).await;
    town.store.commit_answer(&town.token(town.a.id), inserting(&simple("VISIBLE")), record(1)).await.unwrap();
    let everything = crate::raw::everything(&database).await;
    let holds = |text: &str| everything.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(holds("VISIBLE"), "the search sees what is not sealed");
    assert!(!holds(CANARY));
}
