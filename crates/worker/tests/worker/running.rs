// SPDX-License-Identifier: AGPL-3.0-or-later
//! Workers at work: started, stopped, several at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::oneshot;
use tramite_domain::debt_position::{DebtPosition, PositionStatus};
use tramite_domain::given::World;
use tramite_domain::session::SessionStatus;
use tramite_domain::time::Instant;
use tramite_testkit::{Database, postgres};
use tramite_worker::{Worker, WorkerSettings};
use uuid::Uuid;

use crate::place::{Place, TestWorld};
use crate::town::one_payment;

/// Positions for several workers to fight over.
const POSITIONS: usize = 60;
/// Sessions for them to fight over.
const SESSIONS: usize = 40;

async fn scheduled(place: &mut Place, count: usize) -> Vec<DebtPosition> {
    let mut positions = Vec::with_capacity(count);
    for index in 0..count {
        let mut input = one_payment(&format!("S-{index}"), 100);
        input.valid_from = Some(place.a.now.plus_hours(1));
        positions.push(place.position(&input).await);
    }
    place.round().await;
    place.later(3_600);
    positions
}

pub(crate) async fn the_worker_works_until_it_is_told_to_stop(database: Database) {
    let mut place = Place::open(database.url()).await;
    let positions = scheduled(&mut place, 2).await;
    let quick = Duration::from_millis(5);
    let settings = WorkerSettings {
        transitions_every: quick,
        tasks_every: quick,
        feed_every: quick,
        upkeep_every: quick,
        ..WorkerSettings::default()
    };
    let worker = Worker::new(place.store.clone(), place.world.clone(), settings);
    let (stop, stopped) = oneshot::channel::<()>();
    let working = tokio::spawn(async move {
        worker
            .run(async {
                let _ = stopped.await;
            })
            .await;
    });
    for position in &positions {
        while place.stored(position).await.told_status != PositionStatus::Open {
            tokio::time::sleep(quick).await;
        }
    }
    stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(6), working).await.unwrap().unwrap();
}

pub(crate) async fn committed_events_get_their_place_in_the_feed(database: Database) {
    let mut place = Place::open(database.url()).await;
    for index in 0..3 {
        place.position(&one_payment(&format!("S-{index}"), 100)).await;
    }
    assert_eq!(place.round().await.events, place.placed(3));
    assert_eq!(place.round().await.events, 0);
    assert_eq!(place.told().await, 3);
}

pub(crate) async fn several_workers_do_nothing_twice(database: Database) {
    let mut place = Place::open(database.url()).await;
    let positions = scheduled(&mut place, POSITIONS).await;
    let workers: Vec<Worker> = (0..4).map(|_| place.worker()).collect();
    let now = place.a.now;
    let mut told = 0;
    let before = place.told().await;
    // Who loses a race leaves the thing to the next round.
    for _ in 0..3 {
        let reports = join_all(workers.iter().map(|worker| worker.run_once(now))).await;
        told += reports.iter().map(|report| report.positions).sum::<usize>();
        assert!(reports.iter().all(|report| report.failures.is_empty()), "{reports:?}");
    }
    assert_eq!((told, place.told().await - before), (POSITIONS, POSITIONS));
    for position in &positions {
        let stored = place.stored(position).await;
        assert_eq!((stored.told_status, stored.version), (PositionStatus::Open, position.version + 1));
    }
}

/// A session without anything to withdraw makes no conflict by itself: who comes second must see that it was told.
pub(crate) async fn several_workers_tell_no_session_twice(database: Database) {
    let mut place = Place::open(database.url()).await;
    let mut sessions = Vec::with_capacity(SESSIONS);
    for index in 0..SESSIONS {
        let position = place.position(&one_payment(&format!("S-{index}"), 100)).await;
        sessions.push(place.session(&position, false).await);
    }
    place.round().await;
    place.later(1_800);
    let workers: Vec<Worker> = (0..4).map(|_| place.worker()).collect();
    let now = place.a.now;
    let (mut told, before) = (0, place.told().await);
    for _ in 0..3 {
        let reports = join_all(workers.iter().map(|worker| worker.run_once(now))).await;
        told += reports.iter().map(|report| report.sessions).sum::<usize>();
        assert!(reports.iter().all(|report| report.failures.is_empty()), "{reports:?}");
    }
    assert_eq!((told, place.told().await - before), (SESSIONS, SESSIONS));
    for session in &sessions {
        let stored = place.stored_session(&place.a, session).await;
        assert_eq!((stored.told_status, stored.version), (SessionStatus::Expired, session.version + 1));
    }
}

/// So many rows that cannot be read that they fill a page by themselves, and are the longest overdue.
pub(crate) async fn rows_that_cannot_be_read_do_not_keep_the_rest_from_its_turn(database: Database) {
    let mut place = Place::open(database.url()).await;
    let mut positions = scheduled(&mut place, 1).await;
    let well = positions.remove(0);
    let name = database.url().rsplit('/').next().unwrap();
    let sql = format!(
        "INSERT INTO debt_positions SELECT (jsonb_populate_record(one, jsonb_build_object('id', gen_random_uuid(), \
             'external_id', 'bad-' || number, 'told_status', 'nonsense', \
             'next_transition_at', one.next_transition_at - interval '1 second'))).* \
         FROM debt_positions one, generate_series(1, 250) number WHERE one.id = '{}'",
        well.id
    );
    postgres::cluster().unwrap().psql(name, &sql);
    let report = place.worker().run_once(place.a.now).await;
    assert_eq!((report.positions, report.failures.as_slice()), (1, [("positions", "failed")].as_slice()));
    assert_eq!(place.stored(&well).await.told_status, PositionStatus::Open);
}

/// A world that breaks off for a while whatever needs an id.
struct Broken {
    world: Arc<TestWorld>,
    left: AtomicUsize,
}

impl World for Broken {
    fn now(&self) -> Instant {
        self.world.now()
    }

    fn id(&self) -> Uuid {
        let left = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        assert!(left.is_err(), "this defect is meant");
        self.world.id()
    }
}

pub(crate) async fn a_job_that_breaks_off_ends_no_other_and_is_begun_again(database: Database) {
    let mut place = Place::open(database.url()).await;
    let positions = scheduled(&mut place, 2).await;
    place.position(&one_payment("new", 100)).await;
    let world = Arc::new(Broken { world: Arc::clone(&place.world), left: AtomicUsize::new(2) });
    let worker = Worker::new(place.store.clone(), world, WorkerSettings::default());
    let report = worker.run_once(place.a.now).await;
    assert_eq!((report.positions, report.events), (0, place.placed(1)), "what was committed is placed all the same");
    assert_eq!(place.told().await, positions.len() + 1);
    assert_eq!(report.failures, [("positions", "failed")]);
    let report = worker.run_once(place.a.now).await;
    assert_eq!((report.positions, report.failures.len()), (positions.len(), 0));
}
