// SPDX-License-Identifier: AGPL-3.0-or-later
//! What tests of the gateway share: a gateway in this process, a clock that is told what time it is, two institutions
//! with their clients, and a short way to ask.
#![allow(dead_code, unreachable_pub, reason = "each test target uses its own part")]

pub mod ask;
pub mod checkout;
mod clock;
mod declared;
pub mod forms;
pub mod ids;
pub mod institution;
pub mod made;
pub mod node;
pub mod portal;
pub mod receipt;
mod registry;
pub mod seed;

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use actix_web::test;
use actix_web::web::Data;
use tramite_domain::environment::Environment;
use tramite_domain::given::World;
use tramite_gateway::{Contract, Gateway, GatewaySettings, platform_app, rest_app};
use tramite_storage::{DatabaseUrl, MasterKey, Store, StoreSettings};
use tramite_testkit::Database;

pub use ask::{Ask, Seen};
pub use clock::TestWorld;
pub use made::debt_position;

/// Where the tests' gateway says it is.
pub const PUBLIC_URL: &str = "http://localhost:8080";

type Caller = Rc<dyn Fn(test::TestRequest) -> Pin<Box<dyn Future<Output = Seen>>>>;

/// A caller of an application; its type cannot be written out.
macro_rules! served {
    ($app:expr) => {{
        let app = $app;
        let call: Caller = Rc::new(move |request| {
            let app = Rc::clone(&app);
            Box::pin(async move { Seen::of(test::call_service(&*app, request.to_request()).await).await })
        });
        call
    }};
}

/// A gateway on a database of its own.
pub struct TestGateway {
    pub gateway: Data<Gateway>,
    pub world: Arc<TestWorld>,
    call: Caller,
}

impl TestGateway {
    /// With limits so wide that no test meets them by chance.
    pub async fn new(database: &Database) -> Self {
        Self::with(database, |_| {}).await
    }

    /// With settings of the test's own.
    pub async fn with(database: &Database, change: impl FnOnce(&mut GatewaySettings)) -> Self {
        let store = store(database).await;
        let world = Arc::new(TestWorld::new());
        let mut settings = GatewaySettings::new(PUBLIC_URL).unwrap();
        settings.limits = wide();
        settings.recovers_receipts = true;
        change(&mut settings);
        Self::on(store, world, settings).await
    }

    /// Another process on the same database.
    pub async fn twin(&self) -> Self {
        let settings = self.gateway.settings().clone();
        Self::on(self.gateway.store().clone(), Arc::clone(&self.world), settings).await
    }

    /// A process on a store, with a clock of its own.
    pub async fn over(store: Store) -> Self {
        let settings = GatewaySettings::new(PUBLIC_URL).unwrap();
        Self::on(store, Arc::new(TestWorld::new()), settings).await
    }

    /// The listener of operators of the same process.
    pub async fn at_platform(&self) -> Self {
        let app = Rc::new(test::init_service(platform_app(self.gateway.clone())).await);
        Self { gateway: self.gateway.clone(), world: Arc::clone(&self.world), call: served!(app) }
    }

    async fn on(store: Store, world: Arc<TestWorld>, settings: GatewaySettings) -> Self {
        let given: Arc<dyn World> = world.clone();
        let contract = contract_at(settings.public_url());
        let gateway = Data::new(Gateway::open_with(contract, store, given, settings).await.unwrap());
        let app = Rc::new(test::init_service(rest_app(gateway.clone())).await);
        Self { gateway, world, call: served!(app) }
    }

    /// Asks, reads the whole answer, and holds it against the contract.
    pub async fn ask(&self, ask: Ask) -> Seen {
        let (method, uri) = ask.place();
        let seen = (self.call)(ask.into_request()).await;
        // Of two listeners neither serves the whole contract.
        if !self.gateway.settings().platform_apart {
            declared::hold(&method, &uri, &seen);
        }
        seen
    }
}

/// The contract at an address: made once for the one that most gateways of these tests have, because making it is most of a start.
fn contract_at(url: &str) -> Arc<Contract> {
    static USUAL: LazyLock<Arc<Contract>> = LazyLock::new(|| make(PUBLIC_URL));
    fn make(url: &str) -> Arc<Contract> {
        Arc::new(Contract::build(url, Environment::Sandbox).unwrap())
    }
    if url == PUBLIC_URL { Arc::clone(&USUAL) } else { make(url) }
}

/// What sentences begin with.
pub async fn migrated(database: Database) {
    Store::migrate(&DatabaseUrl::parse(database.url()).unwrap(), Environment::Sandbox).await.unwrap();
}

/// A migrated store on a database.
pub async fn store(database: &Database) -> Store {
    let url = DatabaseUrl::parse(database.url()).unwrap();
    migrated(database.clone()).await;
    let settings = StoreSettings {
        url,
        master_key: MasterKey::from_bytes([7; 32]),
        connections_max: 6,
        system_connections_max: 2,
        wait_ms_max: 5_000,
    };
    Store::open(settings).await.unwrap()
}

fn wide() -> tramite_gateway::RateLimits {
    let many = std::num::NonZeroU32::new(1_000_000).unwrap();
    tramite_gateway::RateLimits {
        client_per_second: many,
        client_burst: many,
        token_client_per_minute: many,
        token_source_per_minute: many,
        source_per_second: many,
        source_burst: many,
        ..tramite_gateway::RateLimits::default()
    }
}
