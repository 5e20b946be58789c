// SPDX-License-Identifier: AGPL-3.0-or-later
//! The registry: institutions, stations, clients, keys; journal, audit and raw messages.

use std::sync::Arc;

use tramite_domain::access::{Client, ClientKind, ClientStatus, DelegationStatus};
use tramite_domain::batch::{Batch, Write};
use tramite_domain::institution::Institution;
use tramite_domain::resolution::Resolution;
use tramite_domain::time::Instant;
use tramite_storage::{
    Change, DatabaseUrl, KeptMessage, KeyPurpose, MasterKey, PageRequest, RAW_BYTES_MAX, RawMessage, Rule, SigningKey,
    Store, StoreError, StoreSettings,
};
use tramite_testkit::Database;

use crate::support::*;

fn putting(institution: &Institution, expected: Option<i64>) -> Batch {
    Batch::new()
        .with(Write::PutInstitution { institution: Box::new(institution.clone()), expected })
        .with(Write::InsertAudit(audit_line()))
}

pub(crate) async fn an_institution_comes_back_with_its_histories(database: Database) {
    let town = town(&database).await;
    let system = town.store.system();
    assert_eq!(system.served("99999000013").await.unwrap().as_ref(), Some(&town.a));
    assert_eq!(system.served("00000000000").await.unwrap(), None);
    assert_eq!(*town.store.institution(&town.node()).await.unwrap(), town.a);
    for key in [town.a.id.to_string().as_str(), "comune-a", "99999000013"] {
        assert_eq!(system.institution_by(key).await.unwrap().as_ref(), Some(&town.a), "{key}");
    }
    assert_eq!(system.institution_by("comune-z").await.unwrap(), None);

    let mut after = town.a.clone();
    after.version = 2;
    after.stations[1].valid_to = Some(now());
    after.stations.push(tramite_domain::institution::StationLink { id: id(), ..town.a.stations[1].clone() });
    after.accounts.remove(0);
    after.beneficiaries.clear();
    after.office_name = Some(text("Ufficio tributi"));
    after.ipa_code = None;
    after.successor_id = Some(town.b.id);
    assert!(matches!(system.commit_institution(putting(&after, Some(9)), None).await, Err(StoreError::Conflict)));
    // Another process writes it, and this one, which knows it as it was, sees it at once.
    open(&database).await.system().commit_institution(putting(&after, Some(1)), None).await.unwrap();
    assert_eq!(*town.store.institution(&town.node()).await.unwrap(), after);
    assert_eq!(system.institution(town.a.id).await.unwrap(), Some(after));

    let page = system.institutions(&PageRequest::first(1)).await.unwrap();
    assert_eq!(page.items, vec![town.b.clone()]);
    let next = system.institutions(&PageRequest { limit: 1, cursor: page.next }).await.unwrap();
    assert_eq!((next.items[0].id, next.next), (town.a.id, None));
}

pub(crate) async fn an_institutions_keys_are_its_own(database: Database) {
    let town = town(&database).await;
    let system = town.store.system();
    let refused =
        async |one: &Institution, expected| match system.commit_institution(putting(one, expected), None).await {
            Err(StoreError::Duplicate(rule)) => rule,
            other => panic!("{other:?}"),
        };
    assert_eq!(refused(&institution("comune-a", "11111111111"), None).await, Rule::InstitutionCode);
    assert_eq!(refused(&institution("comune-c", "99999000013"), None).await, Rule::InstitutionTaxCode);
    let again = system.commit_institution(putting(&town.a, None), None).await;
    assert!(matches!(again, Err(StoreError::Conflict)), "{again:?}");
    let mut doubled = town.a.clone();
    doubled.version = 2;
    doubled.stations.push(tramite_domain::institution::StationLink { id: id(), ..town.a.stations[1].clone() });
    assert_eq!(refused(&doubled, Some(1)).await, Rule::StationLink);
    // A tenant's commit does not write the registry, and the registry's writes no tenant's data.
    let tenant = town.store.commit(&town.node(), putting(&town.a, Some(1))).await;
    assert!(matches!(tenant, Err(StoreError::Failed(_))), "{tenant:?}");
    let mut mixed = putting(&town.a, Some(1));
    mixed.append(inserting(&simple("P-1")));
    assert!(matches!(system.commit_institution(mixed, None).await, Err(StoreError::Failed(_))));
    assert_eq!(system.institution(town.a.id).await.unwrap(), Some(town.a));
}

pub(crate) async fn a_station_is_put_and_changed(database: Database) {
    let town = town(&database).await;
    let system = town.store.system();
    let mut changed = station();
    changed.row_version = 2;
    changed.enabled = false;
    let again = system.put_station(changed.clone(), None, Change::default()).await;
    assert!(matches!(again, Err(StoreError::Conflict)), "{again:?}");
    assert!(matches!(system.put_station(changed.clone(), Some(7), Change::default()).await, Err(StoreError::Conflict)));
    system.put_station(changed.clone(), Some(1), Change::default()).await.unwrap();
    assert_eq!(system.station(STATION).await.unwrap().as_ref(), Some(&changed));
    assert_eq!(system.stations(&PageRequest::first(5)).await.unwrap().items, vec![changed]);
}

pub(crate) async fn a_client_comes_back_with_secrets_and_delegations(database: Database) {
    let town = town(&database).await;
    let system = town.store.system();
    let mut one = client(ClientKind::Application);
    one.delegations = vec![delegation(&one, town.a.id)];
    let grant = event(&simple("P-1"));
    let change = Change {
        audit: vec![(None, audit_line()), (Some(town.a.id), audit_line())],
        events: vec![(town.a.id, grant.clone())],
        record: None,
    };
    system.insert_client(one.clone(), change).await.unwrap();
    assert_eq!(system.client(one.id).await.unwrap().as_ref(), Some(&one));
    system.publish_feed(10).await.unwrap();
    assert_eq!(town.store.feed(&town.node(), 0, 10).await.unwrap()[0].event, grant);

    let mut after = one.clone();
    after.version = 2;
    after.status = ClientStatus::Revoked;
    after.secrets[0].expires_at = Some(now());
    after.secrets.push(tramite_domain::access::ClientSecret {
        id: id(),
        sha256: [4; 32],
        created_at: now().plus_seconds(1),
        expires_at: None,
    });
    after.delegations[0].status = DelegationStatus::Ended;
    after.delegations[0].service_codes = None;
    after
        .delegations
        .push(tramite_domain::access::Delegation { created_at: now().plus_seconds(1), ..delegation(&one, town.b.id) });
    let stale = system.update_client(after.clone(), 9, Change::default()).await;
    assert!(matches!(stale, Err(StoreError::Conflict)), "{stale:?}");
    system.update_client(after.clone(), 1, Change::default()).await.unwrap();
    assert_eq!(system.client_for_token(one.id).await.unwrap().as_ref(), Some(&after));
    assert_eq!(system.clients(&PageRequest::first(1)).await.unwrap().items, vec![after]);
    let names = town.store.delegations(&town.node(), &PageRequest::first(10)).await.unwrap().items;
    assert_eq!(names.len(), 3);
    assert!(names.iter().all(|(grant, name)| grant.institution_id == town.a.id && name == "Portale"));
}

/// How many operators can take a token at that instant.
async fn operators(store: &Store, at: Instant) -> usize {
    let all = store.system().clients(&PageRequest::first(500)).await.unwrap().items;
    let can = |one: &&Client| {
        one.kind == ClientKind::Operator
            && one.status == ClientStatus::Active
            && one.secrets.iter().any(|secret| secret.expires_at.is_none_or(|end| at < end))
    };
    all.iter().filter(can).count()
}

pub(crate) async fn operators_count_while_a_secret_of_theirs_lives(database: Database) {
    let town = town(&database).await;
    let system = town.store.system();
    assert_eq!(operators(&town.store, now()).await, 0);
    let mut operator = client(ClientKind::Operator);
    operator.secrets[0].expires_at = Some(now().plus_seconds(10));
    operator.secrets.push(tramite_domain::access::ClientSecret { id: id(), ..operator.secrets[0].clone() });
    system.insert_client(operator.clone(), Change::default()).await.unwrap();
    assert_eq!(operators(&town.store, now()).await, 1);
    assert_eq!(operators(&town.store, now().plus_seconds(10)).await, 0);
    operator.status = ClientStatus::Revoked;
    operator.version = 2;
    let last = system.update_client(operator.clone(), 1, Change::default()).await;
    assert!(matches!(last, Err(StoreError::LastOperator)), "{last:?}");
    assert_eq!(operators(&town.store, now()).await, 1);
    system.insert_client(client(ClientKind::Operator), Change::default()).await.unwrap();
    system.update_client(operator, 1, Change::default()).await.unwrap();
    assert_eq!(operators(&town.store, now()).await, 1);
}

pub(crate) async fn of_two_operators_who_revoke_each_other_at_once_one_stays(database: Database) {
    let town = town(&database).await;
    let system = town.store.system();
    for round in 1..=10 {
        let pair = [client(ClientKind::Operator), client(ClientKind::Operator)];
        for one in &pair {
            system.insert_client(one.clone(), Change::default()).await.unwrap();
        }
        let revoke = |one: &tramite_domain::access::Client| {
            let revoked = tramite_domain::access::Client { status: ClientStatus::Revoked, version: 2, ..one.clone() };
            let system = town.store.system();
            tokio::spawn(async move { system.update_client(revoked, 1, Change::default()).await })
        };
        let (a, b) = (revoke(&pair[0]), revoke(&pair[1]));
        let done = [a.await.unwrap(), b.await.unwrap()];
        assert_eq!(operators(&town.store, now()).await, 1, "round {round}: {done:?}");
        let refused = done.iter().find_map(|one| one.as_ref().err()).unwrap();
        assert!(matches!(refused, StoreError::LastOperator), "{refused:?}");
        // The one who stayed goes through the back door, so that the next pair is alone again.
        retire_operators(&database).await;
    }
}

async fn retire_operators(database: &Database) {
    use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};

    let mut owner = AsyncPgConnection::establish(database.url()).await.unwrap();
    owner.batch_execute("UPDATE clients SET status = 'revoked' WHERE kind = 'operator'").await.unwrap();
}

pub(crate) async fn a_signing_key_is_sealed_under_the_master_key(database: Database) {
    let town = town(&database).await;
    let key = SigningKey {
        id: id(),
        purpose: KeyPurpose::AccessToken,
        private: tramite_domain::secret::Secret::new(b"CANARY-private-part".to_vec()),
        created_at: now(),
        retired_at: None,
    };
    town.store.system().insert_signing_key(&key).await.unwrap();
    town.store.system().retire_signing_key(key.id, now()).await.unwrap();
    let later = open(&database).await;
    let kept = SigningKey { retired_at: Some(now()), ..key.clone() };
    assert_eq!(later.system().signing_keys().await.unwrap(), vec![kept]);
    assert!(!format!("{key:?}").contains("67, 65"), "the private part is not printed");
    let everything = crate::raw::everything(&database).await;
    assert!(!everything.windows(6).any(|part| part == b"CANARY"));

    let url: DatabaseUrl = database.url().parse().unwrap();
    let master_key = MasterKey::from_bytes([8; 32]);
    let settings = StoreSettings { url, master_key, connections_max: 1, system_connections_max: 1, wait_ms_max: 5_000 };
    assert!(matches!(Store::open(settings).await, Err(StoreError::Sealed)));
}

pub(crate) async fn journal_and_raw_messages_of_nobody_belong_to_the_platform(database: Database) {
    let town = town(&database).await;
    let system = town.store.system();
    let mut old = journal_entry();
    // A line older than every partition is kept all the same.
    old.at = "2001-01-01T00:00:00Z".parse().unwrap();
    let entries: Arc<[_]> =
        Arc::new([(None, journal_entry()), (Some(town.a.id), journal_entry()), (Some(town.a.id), old)]);
    system.append_journal(Arc::clone(&entries)).await.unwrap();
    system.append_journal(Arc::new([])).await.unwrap();
    // A flush whose outcome was lost is repeated.
    system.append_journal(entries).await.unwrap();
    system.append_journal((0..20).map(|_| (None, journal_entry())).collect()).await.unwrap();
    assert_eq!(crate::raw::count(&database, "journal").await, 23);
    system.audit(None, audit_line()).await.unwrap();
    system.audit(Some(town.a.id), audit_line()).await.unwrap();
    assert_eq!(crate::raw::count(&database, "audit").await, 2);
    // The Node comes back for hours with the same bytes: they are kept once, and nobody is alarmed again.
    for new in [true, false, false] {
        let raw = raw_message(vec![0xfe; RAW_BYTES_MAX + 10]);
        assert_eq!(system.keep_raw(raw, audit_line()).await.unwrap(), new);
    }
    let for_a = RawMessage { institution: Some(town.a.id), ..raw_message(vec![0xfe; RAW_BYTES_MAX]) };
    assert!(system.keep_raw(for_a, audit_line()).await.unwrap());
    assert_eq!(crate::raw::count(&database, "raw_messages").await, 2);
    assert_eq!(crate::raw::count(&database, "audit").await, 4);
    assert!(!format!("{:?}", raw_message(b"CANARY".to_vec())).contains("67, 65"), "the bytes are not printed");
    system.make_partitions(6).await.unwrap();
}

pub(crate) async fn a_message_that_was_kept_is_listed_without_its_bytes_and_resolved_once(database: Database) {
    let town = town(&database).await;
    let system = town.store.system();
    let first = raw_message(vec![1; 10]);
    let second = RawMessage { institution: Some(town.a.id), ..raw_message(vec![2; 20]) };
    for one in [&first, &second] {
        assert!(system.keep_raw(one.clone(), audit_line()).await.unwrap());
    }
    let list = async |resolved, page: PageRequest| system.kept_messages(resolved, &page).await.unwrap();
    let page = list(None, PageRequest::first(1)).await;
    let ids = |items: &[KeptMessage]| items.iter().map(|one| one.id).collect::<Vec<_>>();
    assert_eq!(ids(&page.items), [second.id], "the newest first");
    assert_eq!((page.items[0].institution, page.items[0].bytes), (Some(town.a.id), 20));
    let rest = list(None, PageRequest { limit: 1, cursor: page.next }).await;
    let wanted = KeptMessage {
        id: first.id,
        institution: None,
        received_at: first.received_at,
        reason: first.reason.clone(),
        peer_fingerprint: first.peer_fingerprint.clone(),
        bytes: 10,
        resolution: None,
    };
    assert_eq!((rest.items, rest.next), (vec![wanted.clone()], None));

    let resolution = Resolution { at: now(), client_id: Some(town.portal), note: "Recuperata".parse().unwrap() };
    let change = || Change { audit: vec![(None, audit_line())], ..Change::default() };
    system.resolve_message(first.id, Some(resolution.clone()), change()).await.unwrap();
    let again = system.resolve_message(first.id, Some(resolution.clone()), change()).await;
    assert!(matches!(again, Err(StoreError::Conflict)), "{again:?}");
    assert_eq!(crate::raw::count(&database, "audit").await, 3, "what is refused leaves no line");
    let resolved = KeptMessage { resolution: Some(resolution), ..wanted };
    assert_eq!(system.kept_message(first.id).await.unwrap(), Some(resolved));
    assert_eq!(ids(&list(Some(true), PageRequest::first(9)).await.items), [first.id]);
    assert_eq!(ids(&list(Some(false), PageRequest::first(9)).await.items), [second.id]);
    assert_eq!(system.kept_message(id()).await.unwrap(), None);
}
