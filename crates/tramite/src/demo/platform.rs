// SPDX-License-Identifier: AGPL-3.0-or-later
//! Gateway, worker and simulated Node in one process.

use std::sync::Arc;

use actix_web::dev::ServerHandle;
use actix_web::web::Data;
use tramite_domain::environment::Environment;
use tramite_gateway::{Gateway, GatewaySettings};
use tramite_storage::{Store, StoreSettings};
use tramite_worker::WorkerSettings;
use url::Url;

use super::failure::DemoFailure;
use super::folder::Folder;
use super::http::Caller;
use super::marks;
use super::options::DemoSettings;
use super::setup::Place;
use super::token::Credentials;
use crate::clock::SystemWorld;
use crate::command::{RunningWorker, explain, open_sandbox, sandbox_server};
use crate::config::{ReceiptsSettings, sandbox_checkout, sandbox_receipts};
use crate::failure::Failure;
use crate::server::{Door, bind, local_url, open_gateway, open_store, rest_server, sandbox_settings};
use crate::terminal::Terminal;

/// Connections for requests.
const CONNECTIONS: usize = 8;
/// Connections for what crosses institutions.
const SYSTEM_CONNECTIONS: usize = 4;
/// How long a request waits for a connection, in milliseconds.
const WAIT_MS: u64 = 1_000;

/// Gateway, worker and simulated Node.
pub(crate) struct Platform {
    store: Store,
    gateway: Caller,
    sandbox: Caller,
    gateway_url: String,
    sandbox_url: String,
    parts: Data<Gateway>,
    listeners: [ServerHandle; 2],
    worker: RunningWorker,
    door: Door,
    // Removed when everything else has stopped.
    _folder: Folder,
}

impl Platform {
    /// Prepares the database and starts everything.
    pub(crate) async fn start(settings: DemoSettings, to: Terminal) -> Result<Self, Failure> {
        let (gateway_listener, gateway_bound) = bind("TRAMITE_LISTEN", settings.listen)?;
        let (sandbox_listener, sandbox_bound) = bind("TRAMITE_SANDBOX_LISTEN", settings.sandbox_listen)?;
        let folder = Folder::open(settings.data_folder.as_deref())?;
        let store = open(&folder, &settings).await?;
        let (gateway_url, sandbox_url) = (local_url(gateway_bound)?, local_url(sandbox_bound)?);
        let parts = open_gateway(store.clone(), told(&gateway_url, &sandbox_url)?).await?;
        let door = Door::open(&store, parts.callbacks())?;
        let rest = rest_server(parts.clone(), Some(door.soap()), gateway_listener)?;
        let rest_handle = rest.handle();
        tokio::spawn(rest);
        let broker = super::world::BROKER_TAX_CODE.parse().map_err(|error| Failure::Part(format!("{error}")))?;
        // It asks the gateway for its environment, so the gateway comes first.
        let node = sandbox_server(open_sandbox(&gateway_url, sandbox_url.clone(), broker).await?, sandbox_listener)?;
        let listeners = [rest_handle, node.handle()];
        tokio::spawn(node);
        let receipts = ReceiptsSettings {
            url: sandbox_receipts(&sandbox_url),
            key: sandbox_checkout(&sandbox_url)?.1,
            has_key: false,
        };
        let watch = (Arc::clone(parts.metrics()), Arc::default());
        let caller = |url: &Url| Caller::new(url, to).map_err(|failure| Failure::Part(failure.to_string()));
        Ok(Self {
            gateway: caller(&gateway_url)?,
            sandbox: caller(&sandbox_url)?,
            gateway_url: plain(&gateway_url),
            sandbox_url: plain(&sandbox_url),
            worker: RunningWorker::start(
                &store,
                parts.settings().public_url(),
                WorkerSettings::default(),
                Some(&receipts),
                watch,
            )?,
            door,
            store,
            parts,
            listeners,
            _folder: folder,
        })
    }

    /// Calls the gateway.
    pub(crate) const fn gateway(&self) -> &Caller {
        &self.gateway
    }

    /// Calls the simulated Node.
    pub(crate) const fn sandbox(&self) -> &Caller {
        &self.sandbox
    }

    /// Where the gateway is, without a final slash.
    pub(crate) fn gateway_url(&self) -> &str {
        &self.gateway_url
    }

    /// Where the simulated Node is, without a final slash.
    pub(crate) fn sandbox_url(&self) -> &str {
        &self.sandbox_url
    }

    /// The operator, with a new secret.
    pub(crate) async fn operator(&self) -> Result<(Credentials, String), DemoFailure> {
        marks::operator(&self.store, &SystemWorld).await
    }

    /// Marks everything as invented.
    pub(crate) async fn mark(&self, places: &[Place], other: &Credentials) -> Result<((), String), DemoFailure> {
        for place in places {
            marks::institution(&self.store, &SystemWorld, place.body.code).await?;
            marks::client(&self.store, &SystemWorld, &place.portal.client_id).await?;
        }
        marks::client(&self.store, &SystemWorld, &other.client_id).await?;
        Ok(((), format!("{} institutions and {} clients", places.len(), places.len() + 1)))
    }

    /// Ends everything in good order.
    pub(crate) async fn stop(self) {
        let Self { gateway, sandbox, parts, listeners: [rest, node], worker, door, .. } = self;
        parts.stop();
        // Connections that are kept open would be waited for.
        drop((gateway, sandbox));
        node.stop(true).await;
        rest.stop(true).await;
        worker.stop().await;
        door.close().await;
    }
}

/// The store, prepared as a sandbox. A production database is refused.
async fn open(folder: &Folder, settings: &DemoSettings) -> Result<Store, Failure> {
    let url = match &settings.database_url {
        Some(url) => url.clone(),
        None => folder.database_url()?,
    };
    Store::migrate(&url, Environment::Sandbox).await.map_err(|error| explain(error, Environment::Sandbox))?;
    let master_key = match &settings.master_key {
        Some(key) => key.clone(),
        None => folder.master_key()?,
    };
    open_store(StoreSettings {
        url,
        master_key,
        connections_max: CONNECTIONS,
        system_connections_max: SYSTEM_CONNECTIONS,
        wait_ms_max: WAIT_MS,
    })
    .await
}

/// What the gateway is told: the simulated Node is its Checkout, and asks for no key.
fn told(gateway_url: &Url, sandbox_url: &Url) -> Result<GatewaySettings, Failure> {
    let (checkout_url, key) = sandbox_checkout(sandbox_url)?;
    sandbox_settings(gateway_url, &checkout_url, key)
}

fn plain(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}
