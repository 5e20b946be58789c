// SPDX-License-Identifier: AGPL-3.0-or-later
//! `tramite serve`: the API, health and metrics, and on SQLite the worker.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use actix_server::{Server, ServerHandle};
use actix_web::web::Data;
use futures_util::future::{join_all, select_all};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tramite_gateway::Gateway;
use tramite_storage::{Backend, Store, StoreSettings};
use tramite_telemetry::{Metrics, Pulse};
use tramite_worker::{Worker, WorkerSettings};

use crate::clock::SystemWorld;
use crate::config::{Reader, ReceiptsSettings, ServeOptions, ServeSettings, WrongConfiguration, guard, guard_store};
use crate::failure::Failure;
use crate::private::Private;
use crate::server::{
    Door, bind, gateway_settings, importing, node_server, open_gateway, open_store, platform_server, private_server,
    recovering, rest_server, telling,
};
use crate::stop::Stop;

/// Serves until the process is asked to stop.
pub(crate) async fn run(options: ServeOptions) -> Result<ExitCode, Failure> {
    let mut reader = Reader::default();
    let settings = options.read(&mut reader);
    let settings = reader.finish(settings)?;
    let mut stop = Stop::listen()?;
    let store = open_store(settings.service.store.clone()).await?;
    let mut problems = guard(&settings.service, store.environment());
    problems.extend(guard_store(&store).await?);
    if !problems.is_empty() {
        return Err(WrongConfiguration(problems).into());
    }
    serve(settings, store, &mut stop).await
}

async fn serve(settings: ServeSettings, store: Store, stop: &mut Stop) -> Result<ExitCode, Failure> {
    // Every address is opened before anything else: one that is taken is told at once.
    let (listener, bound) = bind("TRAMITE_LISTEN", settings.listen)?;
    let (private_listener, private_bound) = bind("TRAMITE_PRIVATE_LISTEN", settings.private_listen)?;
    let platform = settings.platform_listen.map(|address| bind("TRAMITE_PLATFORM_LISTEN", address)).transpose()?;
    let node = settings.node.as_ref().map(|node| bind("TRAMITE_NODE_LISTEN", node.listen)).transpose()?;
    tracing::info!(
        environment = store.environment().name(),
        listen = %bound,
        private_listen = %private_bound,
        platform_listen = platform.as_ref().map(|(_, bound)| tracing::field::display(bound)),
        node_listen = node.as_ref().map(|(_, bound)| tracing::field::display(bound)),
        "Tramite starts"
    );
    let gateway = open_gateway(store.clone(), gateway_settings(&settings)?).await?;
    let node_apart = settings.node.is_some() && store.backend() == Backend::Postgres;
    let node_store = node_store(&settings, &store).await?;
    let door = Door::open(&node_store, gateway.callbacks())?;
    // With a listener of its own the Node is heard there alone; without one, in a sandbox, beside the API.
    let beside = settings.node.is_none().then(|| door.soap());
    let mut servers = vec![rest_server(gateway.clone(), beside, listener)?];
    if let Some((listener, _)) = platform {
        servers.push(platform_server(gateway.clone(), listener)?);
    }
    if let Some((own, (listener, _))) = settings.node.zip(node) {
        servers.push(node_server(gateway.clone(), door.soap(), own, listener)?);
    }
    let pulse = Arc::new(Pulse::default());
    let private = private_server(told(&gateway, &door, &pulse, node_apart), private_listener)?;
    let (public, private_handle) = (servers.iter().map(Server::handle).collect(), private.handle());
    let running = servers.into_iter().chain([private]).map(tokio::spawn);
    let receipts = settings.service.receipts.as_ref();
    let kept = WorkerSettings {
        journal_months: settings.service.journal_months,
        retention_years: settings.service.retention_years,
        ..WorkerSettings::default()
    };
    let with_worker = settings.with_worker || store.backend() == Backend::Sqlite;
    let watch = (Arc::clone(gateway.metrics()), pulse);
    let public_url = gateway.settings().public_url();
    let worker = with_worker.then(|| RunningWorker::start(&store, public_url, kept, receipts, watch)).transpose()?;
    tracing::info!(worker = worker.is_some(), "Tramite serves");
    let ended = tokio::select! {
        () = stop.asked() => None,
        (outcome, _, _) = select_all(running) => Some(outcome),
    };
    // A listener that ends by itself is a failure, but what is left is ended in the same good order: not ready first.
    tracing::info!("Tramite stops");
    let drain = if ended.is_none() { settings.drain } else { Duration::ZERO };
    gateway.stop();
    // Who asks a second time is in a hurry.
    tokio::select! {
        () = tokio::time::sleep(drain) => {}
        () = stop.asked() => {}
    }
    finish(public, private_handle, worker, door).await;
    node_store.close();
    store.close();
    match ended {
        None => Ok(ExitCode::SUCCESS),
        Some(outcome) => Err(Failure::Part(format!("a listener has ended by itself: {outcome:?}"))),
    }
}

/// What the process tells of itself.
fn told(gateway: &Data<Gateway>, door: &Door, pulse: &Arc<Pulse>, node_apart: bool) -> Data<Private> {
    let asked = gateway.clone();
    Data::new(Private {
        store: gateway.store().clone(),
        door: Some(door.soap()),
        node_apart,
        metrics: Arc::clone(gateway.metrics()),
        pulse: Arc::clone(pulse),
        stopping: Box::new(move || asked.is_stopping()),
        started_at: gateway.now(),
    })
}

/// Connections that are the Node's alone, so that no load of the API makes it wait. An embedded database has one writer
/// whoever asks.
async fn node_store(settings: &ServeSettings, store: &Store) -> Result<Store, Failure> {
    match &settings.node {
        Some(node) if store.backend() == Backend::Postgres => {
            let own = StoreSettings { connections_max: node.database_connections, ..settings.service.store.clone() };
            open_store(own).await
        }
        _ => Ok(store.clone()),
    }
}

/// What was begun is finished, here and in the worker, and then what the journal still holds is written.
async fn finish(public: Vec<ServerHandle>, private: ServerHandle, worker: Option<RunningWorker>, door: Door) {
    let listeners = join_all(public.into_iter().map(|handle| handle.stop(true)));
    let worker_ends = async {
        if let Some(worker) = worker {
            worker.stop().await;
        }
    };
    tokio::join!(listeners, worker_ends);
    door.close().await;
    private.stop(true).await;
    tracing::info!("Tramite has stopped");
}

/// A worker inside this process.
pub(crate) struct RunningWorker {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl RunningWorker {
    /// Starts it over a store; it tells of itself in the counters of the process.
    pub(crate) fn start(
        store: &Store,
        public_url: &str,
        settings: WorkerSettings,
        receipts: Option<&ReceiptsSettings>,
        (metrics, pulse): (Arc<Metrics>, Arc<Pulse>),
    ) -> Result<Self, Failure> {
        let worker = Worker::new(store.clone(), Arc::new(SystemWorld), settings).watched(metrics, pulse);
        let worker = importing(recovering(telling(worker, store, public_url)?, receipts)?)?;
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(async move {
            // A sender that is gone can say no more: that is a stop as well.
            worker.run(async { drop(stopped.await) }).await;
        });
        Ok(Self { stop, task })
    }

    /// Stops it, and waits until it has.
    pub(crate) async fn stop(self) {
        // Where the worker has ended already there is nobody to tell.
        let _ = self.stop.send(());
        if let Err(error) = self.task.await {
            tracing::error!(cause = %error, "the worker has ended badly");
        }
    }
}
