// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the process has counted, and beside it what is so at the moment when it is asked.

use std::collections::BTreeMap;
use std::time::Duration;

use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use tokio::time::timeout;
use tramite_domain::given::World as _;
use tramite_domain::time::Instant;
use tramite_gateway::soap::month_of;
use tramite_storage::{Backlog, NodeAnswers, Queue, Store, StoreError};
use tramite_telemetry::catalogue::{
    BUILD, DATABASE_CONNECTIONS, DATABASE_CONNECTIONS_MAX, DATABASE_UP, DATABASE_WAITING, ENDPOINTS_FAILING,
    ENDPOINTS_OLDEST, EVENTS_OLDEST, EVENTS_UNPUBLISHED, JOB_AGE, JOURNAL_BYTES, JOURNAL_LINES, LANES_DUE,
    LANES_OLDEST, MEMORY, NODE_MONTH_ANSWERS, NODE_MONTH_RATIO, NODE_MONTH_WITHIN, OPEN_FILES, STARTED, TASKS_OLDEST,
    TASKS_PENDING, TASKS_RETRYING, TRANSITIONS_DUE, TRANSITIONS_OLDEST,
};
use tramite_telemetry::{Family, Label, Metrics, Number};

use super::{Private, machine};
use crate::clock::SystemWorld;

/// The text format of the counters.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";
/// How long the database may take to say what waits, in milliseconds: whoever asks waits ten seconds at most.
const DATABASE_ANSWER_MS_MAX: u64 = 2_000;
/// What is known of the database alone, and forgotten while it does not answer: an old number would lie.
const OF_DATABASE: [&Family; 14] = [
    &TASKS_PENDING,
    &TASKS_RETRYING,
    &TASKS_OLDEST,
    &EVENTS_UNPUBLISHED,
    &EVENTS_OLDEST,
    &TRANSITIONS_DUE,
    &TRANSITIONS_OLDEST,
    &LANES_DUE,
    &LANES_OLDEST,
    &ENDPOINTS_FAILING,
    &ENDPOINTS_OLDEST,
    &NODE_MONTH_ANSWERS,
    &NODE_MONTH_WITHIN,
    &NODE_MONTH_RATIO,
];

/// The counters of this process.
#[get("/metrics")]
pub(super) async fn counters(private: Data<Private>) -> HttpResponse {
    let metrics = private.metrics.as_ref();
    of_process(metrics, private.started_at);
    of_pulse(&private);
    of_connections(&private);
    of_database(metrics, &private.store, SystemWorld.now()).await;
    HttpResponse::Ok().content_type(TEXT).insert_header((CACHE_CONTROL, "no-store")).body(metrics.text())
}

fn of_process(metrics: &Metrics, started_at: Instant) {
    metrics.set(&BUILD, &[env!("CARGO_PKG_VERSION").into()], Number::Whole(1));
    metrics.set(&STARTED, &[], Number::seconds(started_at.datetime().timestamp()));
    if let Some(bytes) = machine::resident_bytes() {
        metrics.set(&MEMORY, &[], Number::Whole(bytes));
    }
    if let Some(open) = machine::open_files() {
        metrics.set(&OPEN_FILES, &[], Number::Whole(open));
    }
}

fn of_pulse(private: &Private) {
    private.metrics.forget(&JOB_AGE);
    for (job, age) in private.pulse.ages() {
        private.metrics.set(&JOB_AGE, &[job.into()], Number::Millionths(micros(age)));
    }
}

fn of_connections(private: &Private) {
    pools(&private.metrics, &private.store, |name| name);
    let Some(door) = &private.door else { return };
    if private.node_apart {
        pools(&private.metrics, door.database(), |name| if name == "app" { "node" } else { "node_system" });
    }
    let (lines, bytes) = door.waiting();
    private.metrics.set(&JOURNAL_LINES, &[], whole(lines));
    private.metrics.set(&JOURNAL_BYTES, &[], whole(bytes));
}

fn pools(metrics: &Metrics, store: &Store, named: fn(&'static str) -> &'static str) {
    for pool in store.pools() {
        let name = Label::from(named(pool.name));
        metrics.set(&DATABASE_CONNECTIONS, &[name, "in_use".into()], whole(pool.in_use));
        metrics.set(&DATABASE_CONNECTIONS, &[name, "idle".into()], whole(pool.idle));
        metrics.set(&DATABASE_CONNECTIONS_MAX, &[name], whole(pool.max));
        metrics.set(&DATABASE_WAITING, &[name], whole(pool.waiting));
    }
}

async fn of_database(metrics: &Metrics, store: &Store, now: Instant) {
    let asking = async {
        let system = store.system();
        Ok::<_, StoreError>((system.backlog(now).await?, system.node_answers(month_of(now)).await?))
    };
    let asked = timeout(Duration::from_millis(DATABASE_ANSWER_MS_MAX), asking).await.unwrap_or(Err(StoreError::Busy));
    OF_DATABASE.into_iter().for_each(|family| metrics.forget(family));
    metrics.set(&DATABASE_UP, &[], Number::Whole(u64::from(asked.is_ok())));
    match asked {
        Ok((backlog, answers)) => {
            of_backlog(metrics, &backlog, now);
            of_month(metrics, &answers);
        }
        Err(error) => tracing::warn!(cause = %error, "the counters are told without the database"),
    }
}

fn of_backlog(metrics: &Metrics, backlog: &Backlog, now: Instant) {
    for tasks in &backlog.tasks {
        let work = [Label::registered(&tasks.work)];
        metrics.set(&TASKS_PENDING, &work, Number::Whole(tasks.queue.waiting));
        metrics.set(&TASKS_RETRYING, &work, Number::Whole(tasks.again));
        metrics.set(&TASKS_OLDEST, &work, age(tasks.queue, now));
    }
    metrics.set(&EVENTS_UNPUBLISHED, &[], Number::Whole(backlog.events.waiting));
    metrics.set(&EVENTS_OLDEST, &[], age(backlog.events, now));
    for (kind, queue) in [("position", backlog.positions), ("session", backlog.sessions)] {
        metrics.set(&TRANSITIONS_DUE, &[kind.into()], Number::Whole(queue.waiting));
        metrics.set(&TRANSITIONS_OLDEST, &[kind.into()], age(queue, now));
    }
    metrics.set(&LANES_DUE, &[], Number::Whole(backlog.lanes.waiting));
    metrics.set(&LANES_OLDEST, &[], age(backlog.lanes, now));
    metrics.set(&ENDPOINTS_FAILING, &[], Number::Whole(backlog.failing.waiting));
    metrics.set(&ENDPOINTS_OLDEST, &[], age(backlog.failing, now));
}

fn of_month(metrics: &Metrics, answers: &[NodeAnswers]) {
    let mut stations: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for one in answers {
        let labels = [Label::registered(&one.station_id), Label::registered(&one.primitive)];
        metrics.set(&NODE_MONTH_ANSWERS, &labels, Number::Whole(one.answered));
        metrics.set(&NODE_MONTH_WITHIN, &labels, Number::Whole(one.within));
        let sum = stations.entry(&one.station_id).or_default();
        *sum = (sum.0.saturating_add(one.answered), sum.1.saturating_add(one.within));
    }
    for (station, (answered, within)) in stations {
        metrics.set(&NODE_MONTH_RATIO, &[Label::registered(station)], Number::share(within, answered));
    }
}

/// For how long the first of a queue has waited, or been due.
fn age(queue: Queue, now: Instant) -> Number {
    Number::seconds(queue.oldest.map_or(0, |oldest| now.seconds_since(oldest)))
}

fn whole(count: usize) -> Number {
    Number::Whole(u64::try_from(count).unwrap_or(u64::MAX))
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
