// SPDX-License-Identifier: AGPL-3.0-or-later
//! Workers at work: started, stopped, several at once.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::oneshot;
use tramite_domain::debt_position::{DebtPosition, PositionStatus};
use tramite_testkit::Database;
use tramite_worker::{Worker, WorkerSettings};

use crate::place::Place;
use crate::town::one_payment;

/// Positions for several workers to fight over.
const POSITIONS: usize = 60;

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
    let settings =
        WorkerSettings { transitions_every: quick, tasks_every: quick, feed_every: quick, upkeep_every: quick };
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
    assert_eq!(place.round().await.events, 3);
    assert_eq!(place.round().await.events, 0);
}

pub(crate) async fn several_workers_do_nothing_twice(database: Database) {
    let mut place = Place::open(database.url()).await;
    let positions = scheduled(&mut place, POSITIONS).await;
    let workers: Vec<Worker> = (0..4).map(|_| place.worker()).collect();
    let now = place.a.now;
    let mut told = 0;
    let mut events = 0;
    // Who loses a race leaves the thing to the next round.
    for _ in 0..3 {
        let reports = join_all(workers.iter().map(|worker| worker.run_once(now))).await;
        told += reports.iter().map(|report| report.positions).sum::<usize>();
        events += reports.iter().map(|report| report.events).sum::<usize>();
        assert!(reports.iter().all(|report| report.failures.is_empty()), "{reports:?}");
    }
    assert_eq!((told, events), (POSITIONS, POSITIONS));
    for position in &positions {
        let stored = place.stored(position).await;
        assert_eq!((stored.told_status, stored.version), (PositionStatus::Open, position.version + 1));
    }
}
