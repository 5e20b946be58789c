// SPDX-License-Identifier: AGPL-3.0-or-later
//! `tramite serve`: the API, health and metrics, and on SQLite the worker.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use futures_util::future::OptionFuture;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tramite_storage::{Backend, Store};
use tramite_worker::{Worker, WorkerSettings};

use crate::clock::SystemWorld;
use crate::config::{Reader, ServeOptions, ServeSettings, WrongConfiguration, guard, guard_store};
use crate::failure::Failure;
use crate::server::{
    Door, bind, gateway_settings, open_gateway, open_store, platform_server, private_server, rest_server,
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
    let (listener, bound) = bind("TRAMITE_LISTEN", settings.listen)?;
    let (private_listener, private_bound) = bind("TRAMITE_PRIVATE_LISTEN", settings.private_listen)?;
    let platform_listener = match settings.platform_listen {
        Some(address) => Some(bind("TRAMITE_PLATFORM_LISTEN", address)?),
        None => None,
    };
    let platform_bound = platform_listener.as_ref().map(|(_, bound)| *bound);
    let gateway = open_gateway(store.clone(), gateway_settings(&settings)?).await?;
    let door = Door::open(&store);
    let rest = rest_server(gateway.clone(), door.as_ref().map(Door::soap), listener)?;
    let private = private_server(gateway.clone(), private_listener)?;
    let platform = match platform_listener {
        Some((listener, _)) => Some(platform_server(gateway.clone(), listener)?),
        None => None,
    };
    let handles =
        Handles { rest: rest.handle(), platform: platform.as_ref().map(Server::handle), private: private.handle() };
    let mut rest = tokio::spawn(rest);
    let mut platform = OptionFuture::from(platform.map(tokio::spawn));
    let mut private = tokio::spawn(private);
    let worker = (settings.with_worker || store.backend() == Backend::Sqlite).then(|| RunningWorker::start(&store));
    tracing::info!(
        environment = store.environment().name(),
        listen = %bound,
        private_listen = %private_bound,
        platform_listen = platform_bound.map(tracing::field::display),
        worker = worker.is_some(),
        "Tramite serves"
    );
    let ended = tokio::select! {
        () = stop.asked() => None,
        outcome = &mut rest => Some(outcome),
        outcome = &mut private => Some(outcome),
        Some(outcome) = &mut platform => Some(outcome),
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
    finish(handles, worker, door).await;
    store.close();
    match ended {
        None => Ok(ExitCode::SUCCESS),
        Some(outcome) => Err(Failure::Part(format!("a listener has ended by itself: {outcome:?}"))),
    }
}

/// What the listeners are stopped by.
struct Handles {
    rest: ServerHandle,
    platform: Option<ServerHandle>,
    private: ServerHandle,
}

/// What was begun is finished, here and in the worker, and then what the journal still holds is written.
async fn finish(handles: Handles, worker: Option<RunningWorker>, door: Option<Door>) {
    let Handles { rest, platform, private } = handles;
    let platform_ends = async {
        if let Some(platform) = platform {
            platform.stop(true).await;
        }
    };
    let worker_ends = async {
        if let Some(worker) = worker {
            worker.stop().await;
        }
    };
    tokio::join!(rest.stop(true), platform_ends, worker_ends);
    if let Some(door) = door {
        door.close().await;
    }
    private.stop(true).await;
    tracing::info!("Tramite has stopped");
}

/// A worker inside this process.
pub(crate) struct RunningWorker {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl RunningWorker {
    /// Starts it over a store.
    pub(crate) fn start(store: &Store) -> Self {
        let worker = Worker::new(store.clone(), Arc::new(SystemWorld), WorkerSettings::default());
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(async move {
            // A sender that is gone can say no more: that is a stop as well.
            worker.run(async { drop(stopped.await) }).await;
        });
        Self { stop, task }
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
