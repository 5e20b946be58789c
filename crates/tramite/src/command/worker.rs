// SPDX-License-Identifier: AGPL-3.0-or-later
//! `tramite worker`: what no request asks for, in a process of its own. On SQLite it runs inside `serve`.

use std::process::ExitCode;
use std::sync::Arc;

use tramite_storage::Backend;
use tramite_worker::{Worker, WorkerSettings};

use crate::clock::SystemWorld;
use crate::config::{Reader, ServiceOptions, WrongConfiguration, guard, guard_store};
use crate::failure::Failure;
use crate::server::{open_store, telling};
use crate::stop::Stop;

/// Works until the process is asked to stop.
pub(crate) async fn run(options: ServiceOptions) -> Result<ExitCode, Failure> {
    let mut reader = Reader::default();
    let settings = options.read(&mut reader);
    let settings = reader.finish(settings)?;
    let mut stop = Stop::listen()?;
    let store = open_store(settings.store.clone()).await?;
    if store.backend() == Backend::Sqlite {
        let text =
            "an embedded database has one process, and there `tramite serve` is the worker; expected postgres://…";
        return Err(WrongConfiguration::one("TRAMITE_DATABASE_URL", text).into());
    }
    let mut problems = guard(&settings, store.environment());
    problems.extend(guard_store(&store).await?);
    if !problems.is_empty() {
        return Err(WrongConfiguration(problems).into());
    }
    let pace = WorkerSettings { journal_months: settings.journal_months, ..WorkerSettings::default() };
    let worker = Worker::new(store.clone(), Arc::new(SystemWorld), pace);
    // A process without a listener of its own has nobody to tell its counters.
    let worker = telling(worker, &store, settings.public_url.as_str(), Arc::new(|_| {}))?;
    tracing::info!(environment = store.environment().name(), "the worker works");
    worker.run(stop.asked()).await;
    tracing::info!("the worker has stopped");
    Ok(ExitCode::SUCCESS)
}
