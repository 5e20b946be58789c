// SPDX-License-Identifier: AGPL-3.0-or-later
//! A database with two institutions, and the Node's door open before it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use actix_web::body::to_bytes;
use actix_web::http::Method;
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, http::header};
use tokio::task::JoinHandle;
use tramite_domain::batch::{Batch, Write};
use tramite_domain::debt_position::{DebtPosition, Decided, PositionInput};
use tramite_domain::environment::Environment;
use tramite_domain::given::World;
use tramite_domain::institution::Institution;
use tramite_domain::station::Station;
use tramite_domain::time::Instant;
use tramite_gateway::callback::Callbacks;
use tramite_gateway::soap::{self, Soap};
use tramite_outbound::Towards;
use tramite_pagopa::current::{Answer, PaaFault, Request};
use tramite_pagopa::strict::{NoRegister, check_answer};
use tramite_pagopa::{Primitive, soap as wire};
use tramite_storage::{Change, DatabaseUrl, MasterKey, Scope, Store, StoreSettings};
use tramite_testkit::{Database, Judge};
use uuid::Uuid;

use crate::town::{Counter, STATION, Town};

pub(crate) const BROKER: &str = "99999000039";
pub(crate) const OTHER_BROKER: &str = "99999000047";
/// A station that is switched off.
pub(crate) const OFF: &str = "99999000039_02";
/// A station of the other broker, with institution A not reached through it.
pub(crate) const FOREIGN: &str = "99999000047_01";
pub(crate) const A: &str = "99999000013";
pub(crate) const B: &str = "99999000021";

/// A clock that is set by hand.
///
/// It can be told to break: the n-th identifier that is asked for from then on is a panic.
pub(crate) struct TestWorld {
    base: Mutex<Instant>,
    looks: AtomicI64,
    breaks_in: AtomicI64,
}

impl TestWorld {
    fn new(base: Instant) -> Self {
        Self { base: Mutex::new(base), looks: AtomicI64::new(0), breaks_in: AtomicI64::new(0) }
    }

    pub(crate) fn breaks_in(&self, ids: i64) {
        self.breaks_in.store(ids, Ordering::Relaxed);
    }
}

impl World for TestWorld {
    fn now(&self) -> Instant {
        // Every look is a microsecond later, so that the order of things is told.
        let microseconds = self.looks.fetch_add(1, Ordering::Relaxed);
        let base = self.base.lock().unwrap().datetime();
        Instant::new(base + chrono::TimeDelta::microseconds(microseconds))
    }

    fn id(&self) -> Uuid {
        assert_ne!(self.breaks_in.fetch_sub(1, Ordering::Relaxed), 1, "the world breaks, as it was told");
        Uuid::now_v7()
    }
}

pub(crate) struct Place {
    pub(crate) store: Store,
    pub(crate) door: Soap,
    pub(crate) world: Arc<TestWorld>,
    pub(crate) a: Town,
    pub(crate) b: Town,
    judge: Judge,
    flushing: JoinHandle<()>,
}

/// What came back over HTTP.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) allow: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    /// The answer, which the Node itself must accept.
    pub(crate) fn judged(&self, primitive: Primitive) -> Answer {
        assert_eq!(self.status, 200, "{}", self.text());
        assert_eq!(self.content_type, "text/xml; charset=utf-8");
        check_answer(primitive, &self.body, &NoRegister).unwrap_or_else(|wrong| panic!("{wrong:?}\n{}", self.text()))
    }
}

/// Who asks institutions' systems; in these tests there are none.
fn callbacks(world: &Arc<TestWorld>) -> Callbacks {
    let world: Arc<dyn World> = world.clone();
    Callbacks::new(Towards::World, world, Arc::default()).unwrap()
}

pub(crate) fn settings(url: &str) -> StoreSettings {
    StoreSettings {
        url: url.parse::<DatabaseUrl>().unwrap(),
        master_key: MasterKey::from_bytes([7; 32]),
        connections_max: 6,
        system_connections_max: 2,
        wait_ms_max: 1_000,
    }
}

/// What sentences begin with.
pub(crate) async fn migrated(database: Database) {
    migrate(database.url()).await;
}

async fn migrate(url: &str) {
    Store::migrate(&url.parse::<DatabaseUrl>().unwrap(), Environment::Sandbox).await.unwrap();
}

impl Place {
    pub(crate) async fn open(url: &str) -> Self {
        migrate(url).await;
        let store = Store::open(settings(url)).await.unwrap();
        let a = Town::new();
        let mut b = Town { ids: Counter(9_000_000), ..Town::new() };
        b.institution.id = Uuid::from_u128(5_001).into();
        b.institution.code = "provincia-esempio".parse().unwrap();
        b.institution.tax_code = B.parse().unwrap();
        b.institution.stations.first_mut().unwrap().id = Uuid::from_u128(5_002).into();
        for (id, broker, enabled) in [(STATION, BROKER, true), (OFF, BROKER, false), (FOREIGN, OTHER_BROKER, true)] {
            put_station(&store, station(id, broker, enabled, a.now)).await;
        }
        for town in [&a, &b] {
            put_institution(&store, &town.institution, None).await;
            let service = Write::PutService { service: Box::new(town.service.clone()), expected: None };
            store.commit(&scope(town), Batch::new().with(service)).await.unwrap();
        }
        let world = Arc::new(TestWorld::new(a.now));
        let (door, flusher) = Soap::open(store.clone(), world.clone(), callbacks(&world));
        let flushing = tokio::spawn(flusher.run());
        Self { store, door, world, a, b, judge: Judge::of_answers(), flushing }
    }

    /// Both towns and the door at a later time.
    pub(crate) fn later(&mut self, seconds: i64) {
        self.a.later(seconds);
        self.b.later(seconds);
        *self.world.base.lock().unwrap() = self.a.now;
    }

    /// A new position of institution A.
    pub(crate) async fn position(&mut self, input: &PositionInput) -> DebtPosition {
        let decided = self.a.open(input).unwrap();
        self.write(decided).await
    }

    pub(crate) async fn write(&self, decided: Decided) -> DebtPosition {
        self.store.commit(&scope(&self.a), decided.batch).await.unwrap();
        decided.position
    }

    /// The position as it is stored now.
    pub(crate) async fn stored(&self, position: &DebtPosition) -> DebtPosition {
        self.store.position(&scope(&self.a), position.id).await.unwrap().unwrap()
    }

    /// Institution A as it is now, changed.
    pub(crate) async fn change_a(&mut self, change: impl FnOnce(&mut Institution)) {
        let expected = self.a.institution.version;
        change(&mut self.a.institution);
        self.a.institution.version = expected + 1;
        put_institution(&self.store, &self.a.institution, Some(expected)).await;
    }

    /// Another station of our broker, switched on.
    pub(crate) async fn add_station(&self, id: &str, broker: &str) {
        put_station(&self.store, station(id, broker, true, self.a.now)).await;
    }

    /// The door as another process has it, which knows nothing yet.
    pub(crate) async fn other_process(&mut self) {
        let (door, flusher) = Soap::open(self.store.clone(), self.world.clone(), callbacks(&self.world));
        std::mem::replace(&mut self.door, door).close().await;
        std::mem::replace(&mut self.flushing, tokio::spawn(flusher.run())).await.unwrap();
    }

    pub(crate) async fn ask(&self, request: &Request) -> Answer {
        let primitive = request.primitive();
        self.post(wire::request(request), Some(primitive.operation())).await.judged(primitive)
    }

    pub(crate) async fn post(&self, body: Vec<u8>, soap_action: Option<&str>) -> Reply {
        let mut request = TestRequest::post().uri(soap::PATH).insert_header((header::CONTENT_TYPE, "text/xml"));
        if let Some(action) = soap_action {
            request = request.insert_header(("SOAPAction", action));
        }
        self.send(request.set_payload(body)).await
    }

    pub(crate) async fn call(&self, method: Method, uri: &str) -> Reply {
        self.send(TestRequest::default().method(method).uri(uri)).await
    }

    async fn send(&self, request: TestRequest) -> Reply {
        let service = init_service(App::new().configure(soap::configure(self.door.clone()))).await;
        let response = call_service(&service, request.to_request()).await;
        let header =
            |name: header::HeaderName| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let (content_type, allow) = (header(header::CONTENT_TYPE).unwrap_or_default(), header(header::ALLOW));
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body()).await.ok().unwrap().to_vec();
        // Whatever a test looks for: the official schema has its say on every answer when the test is over.
        if status == 200 && content_type.starts_with("text/xml") {
            self.judge.keep(&body);
        }
        Reply { status, content_type, allow, body }
    }

    /// Everything that is remembered is written, and the door is closed.
    pub(crate) async fn close(self) -> (Store, Town, Town) {
        self.door.close().await;
        self.flushing.await.unwrap();
        (self.store, self.a, self.b)
    }
}

pub(crate) fn scope(town: &Town) -> Scope {
    Scope::of_worker(town.institution.id)
}

/// The fault of a refusal.
#[track_caller]
pub(crate) fn fault(answer: &Answer) -> PaaFault {
    match answer {
        Answer::Refused(_, fault) => fault.known().unwrap(),
        other => panic!("not a refusal: {other:?}"),
    }
}

fn station(id: &str, broker: &str, enabled: bool, now: Instant) -> Station {
    Station {
        id: id.parse().unwrap(),
        broker_tax_code: broker.parse().unwrap(),
        version: 2,
        primitive_version: 2,
        enabled,
        row_version: 1,
        created_at: now,
        updated_at: now,
    }
}

async fn put_station(store: &Store, station: Station) {
    store.system().put_station(station, None, Change::default()).await.unwrap();
}

async fn put_institution(store: &Store, institution: &Institution, expected: Option<i64>) {
    let write = Write::PutInstitution { institution: Box::new(institution.clone()), expected };
    store.system().commit_institution(Batch::new().with(write), None).await.unwrap();
}
