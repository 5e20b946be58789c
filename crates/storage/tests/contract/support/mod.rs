// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the sentences need: a migrated store with two tenants, and things to keep in it.

mod build;
mod chance;

pub(crate) use build::*;
pub(crate) use chance::Chance;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

use tramite_domain::access::{Client, ClientKind};
use tramite_domain::batch::{Batch, Write};
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::environment::Environment;
use tramite_domain::ids::{ClientId, InstitutionId};
use tramite_domain::institution::Institution;
use tramite_domain::time::Instant;
use tramite_storage::{Change, DatabaseUrl, MasterKey, Scope, Store, StoreSettings};
use tramite_testkit::Database;
use uuid::Uuid;

/// When everything happens.
pub(crate) fn now() -> Instant {
    "2026-03-01T10:00:00.123456Z".parse().unwrap()
}

/// The next id and the next notice number.
pub(crate) static NEXT: AtomicU64 = AtomicU64::new(1);

/// Another process begins elsewhere, so that its ids are its own.
pub(crate) fn start_ids(from: u64) {
    NEXT.store(from, Ordering::Relaxed);
}

/// Ids grow, as those of a running program do.
pub(crate) fn id<T: From<Uuid>>() -> T {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    T::from(Uuid::from_u64_pair(0x0190_0000_0000_7000, 0x8000_0000_0000_0000 | number))
}

/// A store with two institutions, each with services `TARI` and `MENSA`, and two clients that act for both.
#[derive(Clone)]
pub(crate) struct Town {
    pub(crate) store: Store,
    pub(crate) a: Institution,
    pub(crate) b: Institution,
    pub(crate) portal: ClientId,
    pub(crate) other: ClientId,
}

pub(crate) async fn open(database: &Database) -> Store {
    open_with(database, 4, 5_000).await
}

pub(crate) async fn open_with(database: &Database, connections_max: usize, wait_ms_max: u64) -> Store {
    let url: DatabaseUrl = database.url().parse().unwrap();
    let master_key = MasterKey::from_bytes([7; 32]);
    let settings = StoreSettings { url, master_key, connections_max, system_connections_max: 2, wait_ms_max };
    Store::open(settings).await.unwrap()
}

pub(crate) async fn migrate(database: &Database) {
    let url: DatabaseUrl = database.url().parse().unwrap();
    Store::migrate(&url, Environment::Sandbox).await.unwrap();
}

/// What sentences begin with.
pub(crate) async fn migrated(database: Database) {
    migrate(&database).await;
}

pub(crate) async fn town(database: &Database) -> Town {
    migrate(database).await;
    settle_town(open(database).await).await
}

pub(crate) async fn settle_town(store: Store) -> Town {
    let system = store.system();
    system.put_station(station(), None, Change::default()).await.unwrap();
    let (a, b) = (institution("comune-a", "99999000013"), institution("comune-b", "77777777777"));
    for one in [&a, &b] {
        let put = Write::PutInstitution { institution: Box::new(one.clone()), expected: None };
        system.commit_institution(Batch::new().with(put), None).await.unwrap();
        for code in ["TARI", "MENSA"] {
            let put = Write::PutService { service: Box::new(service(code)), expected: None };
            store.commit(&Scope::of_worker(one.id), Batch::new().with(put)).await.unwrap();
        }
    }
    let mut clients = Vec::new();
    for _ in 0..2 {
        let mut client: Client = client(ClientKind::Application);
        client.delegations = vec![delegation(&client, a.id), delegation(&client, b.id)];
        clients.push(client.id);
        system.insert_client(client, Change::default()).await.unwrap();
    }
    Town { store, a, b, portal: clients[0], other: clients[1] }
}

impl Town {
    /// The scope of the portal's token for an institution.
    pub(crate) fn token(&self, institution: InstitutionId) -> Scope {
        Scope::of_token(institution, None, self.portal)
    }

    /// The scope of a token restricted to some services of the first institution.
    pub(crate) fn restricted(&self, codes: &[&str]) -> Scope {
        let codes: BTreeSet<_> = codes.iter().map(|code| code.parse().unwrap()).collect();
        Scope::of_token(self.a.id, Some(codes), self.portal)
    }

    /// The Node's scope for the first institution.
    pub(crate) fn node(&self) -> Scope {
        Scope::of_node(self.a.id)
    }

    /// How many events of the first institution there are.
    pub(crate) async fn told(&self) -> usize {
        self.store.system().publish_feed(1_000).await.unwrap();
        self.store.feed(&self.node(), 0, 500).await.unwrap().len()
    }

    /// Inserts a position of the first institution.
    pub(crate) async fn add(&self, position: &DebtPosition) {
        self.store.commit(&self.node(), inserting(position)).await.unwrap();
    }
}

/// A batch that inserts a position.
pub(crate) fn inserting(position: &DebtPosition) -> Batch {
    Batch::new().with(Write::InsertPosition(Box::new(position.clone())))
}

/// A batch that updates a position.
pub(crate) fn updating(position: &DebtPosition, expected: i64) -> Batch {
    Batch::new().with(Write::UpdatePosition { position: Box::new(position.clone()), expected })
}
