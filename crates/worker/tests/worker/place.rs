// SPDX-License-Identifier: AGPL-3.0-or-later
//! A database with two institutions, and a worker before it.

use std::sync::{Arc, Mutex};

use tramite_domain::access::{ApiScope, Client, ClientKind, ClientStatus, Delegation, DelegationStatus};
use tramite_domain::batch::{Batch, Write};
use tramite_domain::debt_position::{DebtPosition, PositionInput};
use tramite_domain::environment::Environment;
use tramite_domain::given::World;
use tramite_domain::ids::{ClientId, InstitutionId};
use tramite_domain::session::{
    CheckoutSession, Choice, IfBusy, ItemInput, Language, OnAbandon, Opened, OwnItem, ReturnMode, SessionInput, open,
};
use tramite_domain::station::Station;
use tramite_domain::time::Instant;
use tramite_storage::{Backend, Change, DatabaseUrl, MasterKey, Scope, Store, StoreSettings};
use tramite_testkit::Database;
use tramite_worker::{Report, Worker, WorkerSettings};
use uuid::Uuid;

use crate::town::{Counter, STATION, Town, client};

/// A clock that is set by hand.
pub(crate) struct TestWorld(pub(crate) Mutex<Instant>);

impl World for TestWorld {
    fn now(&self) -> Instant {
        *self.0.lock().unwrap()
    }

    fn id(&self) -> Uuid {
        Uuid::now_v7()
    }
}

pub(crate) struct Place {
    pub(crate) store: Store,
    pub(crate) world: Arc<TestWorld>,
    pub(crate) a: Town,
    pub(crate) b: Town,
}

/// What sentences begin with.
pub(crate) async fn migrated(database: Database) {
    migrate(&database.url().parse().unwrap()).await;
}

async fn migrate(url: &DatabaseUrl) {
    Store::migrate(url, Environment::Sandbox).await.unwrap();
}

impl Place {
    pub(crate) async fn open(url: &str) -> Self {
        let url: DatabaseUrl = url.parse().unwrap();
        migrate(&url).await;
        let settings = StoreSettings {
            url,
            master_key: MasterKey::from_bytes([7; 32]),
            connections_max: 4,
            system_connections_max: 4,
            wait_ms_max: 5_000,
        };
        let store = Store::open(settings).await.unwrap();
        let a = Town::new();
        let mut b = Town { ids: Counter(9_000_000), ..Town::new() };
        b.institution.id = Uuid::from_u128(5_001).into();
        b.institution.code = "provincia-esempio".parse().unwrap();
        b.institution.tax_code = "99999000021".parse().unwrap();
        b.institution.stations.first_mut().unwrap().id = Uuid::from_u128(5_002).into();
        store.system().put_station(station(a.now), None, Change::default()).await.unwrap();
        for town in [&a, &b] {
            let write = Write::PutInstitution { institution: Box::new(town.institution.clone()), expected: None };
            store.system().commit_institution(Batch::new().with(write), None).await.unwrap();
            let service = Write::PutService { service: Box::new(town.service.clone()), expected: None };
            store.commit(&scope(town), Batch::new().with(service)).await.unwrap();
        }
        let world = Arc::new(TestWorld(Mutex::new(a.now)));
        Self { store, world, a, b }
    }

    pub(crate) fn later(&mut self, seconds: i64) {
        self.a.later(seconds);
        self.b.later(seconds);
        *self.world.0.lock().unwrap() = self.a.now;
    }

    pub(crate) fn worker(&self) -> Worker {
        Worker::new(self.store.clone(), self.world.clone(), WorkerSettings::default())
    }

    /// One round of a worker, without failures.
    pub(crate) async fn round(&self) -> Report {
        let report = self.worker().run_once(self.a.now).await;
        assert!(report.failures.is_empty(), "{:?}", report.failures);
        report
    }

    /// Of so many events those that the publisher gives a place: none where there is one writer alone, which does it.
    pub(crate) fn placed(&self, events: usize) -> usize {
        if self.store.backend() == Backend::Postgres { events } else { 0 }
    }

    /// How many events of institution A stand in the feed, all that was committed included.
    pub(crate) async fn told(&self) -> usize {
        self.store.system().publish_feed(1_000).await.unwrap();
        self.store.feed(&Scope::of_worker(self.a.institution.id), 0, 500).await.unwrap().len()
    }

    /// A new position of institution A.
    pub(crate) async fn position(&mut self, input: &PositionInput) -> DebtPosition {
        let decided = self.a.open(input).unwrap();
        self.store.commit(&scope(&self.a), decided.batch).await.unwrap();
        decided.position
    }

    pub(crate) async fn stored(&self, position: &DebtPosition) -> DebtPosition {
        self.store.position(&scope(&self.a), position.id).await.unwrap().unwrap()
    }

    /// A session of institution A over a position, which it made or not.
    pub(crate) async fn session(&mut self, position: &DebtPosition, inline: bool) -> CheckoutSession {
        let on_abandon = if inline { OnAbandon::Cancel } else { OnAbandon::Keep };
        let (session, batch) = opened(&mut self.a, on_abandon, item(position, inline));
        self.store.commit(&scope(&self.a), batch).await.unwrap();
        session
    }

    pub(crate) async fn stored_session(&self, town: &Town, session: &CheckoutSession) -> CheckoutSession {
        self.store.session(&scope(town), session.id).await.unwrap().unwrap()
    }

    pub(crate) async fn write(&self, town: &Town, batch: Batch) {
        self.store.commit(&scope(town), batch).await.unwrap();
    }
}

/// A position that was there before.
pub(crate) fn own_item(position: &DebtPosition) -> ItemInput {
    item(position, false)
}

fn item(position: &DebtPosition, inline: bool) -> ItemInput {
    ItemInput::Own(Box::new(OwnItem {
        position: position.clone(),
        choice: Choice::Only,
        inline,
        expected_amount: None,
        attempts: Vec::new(),
        sessions: Vec::new(),
    }))
}

pub(crate) fn opened(town: &mut Town, on_abandon: OnAbandon, item: ItemInput) -> (CheckoutSession, Batch) {
    opened_over(town, on_abandon, &[item])
}

pub(crate) fn opened_over(town: &mut Town, on_abandon: OnAbandon, items: &[ItemInput]) -> (CheckoutSession, Batch) {
    let input = SessionInput {
        client_reference: None,
        payer: None,
        return_url: "https://portal.example.it/back".to_owned(),
        cancel_url: None,
        state: None,
        return_mode: ReturnMode::Token,
        expires_in: 1_800,
        on_abandon,
        if_busy: IfBusy::Reject,
        allow_notice: false,
        language: Language::It,
        metadata: serde_json::Map::new(),
    };
    let institution = town.institution.clone();
    match open(&institution, &mut town.given(), client(), &input, items).unwrap() {
        Opened::New { session, batch } => (*session, batch),
        Opened::Joined(_) => panic!("nothing to join"),
    }
}

pub(crate) fn scope(town: &Town) -> Scope {
    Scope::of_worker(town.institution.id)
}

/// A client that acts for an institution with every scope.
pub(crate) fn acting_client(id: ClientId, institution: InstitutionId, now: Instant) -> Client {
    let delegation = Delegation {
        id: Uuid::now_v7().into(),
        institution_id: institution,
        client_id: id,
        scopes: ApiScope::ALL.iter().copied().filter(|scope| !scope.is_platform()).collect(),
        service_codes: None,
        return_origins: Vec::new(),
        status: DelegationStatus::Active,
        expires_at: None,
        created_at: now,
    };
    Client {
        id,
        kind: ClientKind::Application,
        display_name: "Gestionale".parse().unwrap(),
        status: ClientStatus::Active,
        demo: false,
        secrets: Vec::new(),
        keys: Vec::new(),
        limits: None,
        delegations: vec![delegation],
        version: 1,
        created_at: now,
        updated_at: now,
    }
}

fn station(now: Instant) -> Station {
    Station {
        id: STATION.parse().unwrap(),
        broker_tax_code: "99999000039".parse().unwrap(),
        version: 2,
        primitive_version: 2,
        enabled: true,
        row_version: 1,
        created_at: now,
        updated_at: now,
    }
}
