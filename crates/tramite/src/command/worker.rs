// SPDX-License-Identifier: AGPL-3.0-or-later
//! `tramite worker`: what no request asks for, in a process of its own. On SQLite it runs inside `serve`.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::web::Data;
use tramite_domain::given::World as _;
use tramite_storage::{Backend, Store};
use tramite_telemetry::{Metrics, Pulse};
use tramite_worker::{Worker, WorkerSettings};

use crate::clock::SystemWorld;
use crate::config::{Reader, WorkerConfig, WorkerOptions, WrongConfiguration, guard, guard_store};
use crate::failure::Failure;
use crate::private::Private;
use crate::server::{bind, importing, open_store, private_server, recovering, telling};
use crate::stop::Stop;

/// Works until the process is asked to stop.
pub(crate) async fn run(options: WorkerOptions) -> Result<ExitCode, Failure> {
    let mut reader = Reader::default();
    let settings = options.read(&mut reader);
    let settings = reader.finish(settings)?;
    let mut stop = Stop::listen()?;
    let store = open_store(settings.service.store.clone()).await?;
    if store.backend() == Backend::Sqlite {
        let text =
            "an embedded database has one process, and there `tramite serve` is the worker; expected postgres://…";
        return Err(WrongConfiguration::one("TRAMITE_DATABASE_URL", text).into());
    }
    let mut problems = guard(&settings.service, store.environment());
    problems.extend(guard_store(&store).await?);
    if !problems.is_empty() {
        return Err(WrongConfiguration(problems).into());
    }
    work(&settings, store, &mut stop).await
}

async fn work(settings: &WorkerConfig, store: Store, stop: &mut Stop) -> Result<ExitCode, Failure> {
    let (listener, bound) = bind("TRAMITE_PRIVATE_LISTEN", settings.private_listen)?;
    let (metrics, pulse, stopping) = <(Arc<Metrics>, Arc<Pulse>, Arc<AtomicBool>)>::default();
    let asked = Arc::clone(&stopping);
    let private = Private {
        store: store.clone(),
        door: None,
        node_apart: false,
        metrics: Arc::clone(&metrics),
        pulse: Arc::clone(&pulse),
        stopping: Box::new(move || asked.load(Ordering::Relaxed)),
        started_at: SystemWorld.now(),
    };
    let listening = private_server(Data::new(private), listener)?;
    let handle = listening.handle();
    let mut listening = tokio::spawn(listening);
    let pace = WorkerSettings {
        journal_months: settings.service.journal_months,
        retention_years: settings.service.retention_years,
        ..WorkerSettings::default()
    };
    let worker = Worker::new(store.clone(), Arc::new(SystemWorld), pace).watched(metrics, pulse);
    let worker = telling(worker, &store, settings.service.public_url.as_str())?;
    let worker = importing(recovering(worker, settings.service.receipts.as_ref())?)?;
    tracing::info!(environment = store.environment().name(), private_listen = %bound, "the worker works");
    let mut ended = None;
    worker
        .run(async {
            tokio::select! {
                () = stop.asked() => {}
                outcome = &mut listening => ended = Some(outcome),
            }
            stopping.store(true, Ordering::Relaxed);
        })
        .await;
    handle.stop(true).await;
    store.close();
    tracing::info!("the worker has stopped");
    match ended {
        None => Ok(ExitCode::SUCCESS),
        Some(outcome) => Err(Failure::Part(format!("a listener has ended by itself: {outcome:?}"))),
    }
}
