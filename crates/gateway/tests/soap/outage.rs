// SPDX-License-Identifier: AGPL-3.0-or-later
//! A database that is away (rules.md 33, reliability.md 11): a correct fault in time, and afterwards everything once.

use std::time::{Duration, Instant};

use tramite_domain::debt_position::{PositionStatus, position_status};
use tramite_domain::receipt::ReceiptOutcome;
use tramite_pagopa::current::{Answer, PROBE_NOTICE, PaaFault, Request, Version};
use tramite_testkit::postgres::{Cluster, Options};
use tramite_testkit::{Database, postgres};

use crate::messages::{get, notice_of, receipt, receipt_message, verify};
use crate::place::{Place, fault, scope};
use crate::town::one_payment;

/// Every message must be answered within two seconds, whatever the database does.
const LIMIT: Duration = Duration::from_secs(2);
/// Within so long after the database is back the door must work again.
const RECOVERY: Duration = Duration::from_secs(5);

async fn timed(place: &Place, request: &Request) -> Answer {
    let begun = Instant::now();
    let answer = place.ask(request).await;
    assert!(begun.elapsed() < LIMIT, "{} took {:?}", request.primitive(), begun.elapsed());
    answer
}

async fn all_fail(place: &Place, number: &str, arrival: &Request) {
    for request in [verify(number), get(Version::V1, number), get(Version::V2, number), arrival.clone()] {
        assert_eq!(fault(&timed(place, &request).await), PaaFault::SystemError, "{}", request.primitive());
    }
}

pub(crate) async fn a_killed_database_is_a_system_error_in_time_and_afterwards_all_is_accepted_once(_: Database) {
    let cluster = Cluster::start_new(Options { fsync: false, connections_max: 50, ..Options::default() }).unwrap();
    let url = cluster.create_database("outage");
    let mut place = Place::open(&url).await;
    let position = place.position(&one_payment("S-1", 100)).await;
    let number = notice_of(&position, "single");
    assert!(matches!(timed(&place, &get(Version::V2, &number)).await, Answer::Get(..)));
    place.door.settled().await;
    let arrival = receipt(receipt_message("rt-1", &number, 100, place.a.now));

    cluster.kill();
    all_fail(&place, &number, &arrival).await;
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert_eq!(fault(&timed(&place, &verify(PROBE_NOTICE)).await), PaaFault::SystemError, "a probe does not lie");

    cluster.start();
    let back = Instant::now();
    loop {
        match timed(&place, &arrival).await {
            Answer::ReceiptAccepted(_) => break,
            answer => assert_eq!(fault(&answer), PaaFault::SystemError),
        }
        assert!(back.elapsed() < RECOVERY, "the door recovers by itself");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(fault(&timed(&place, &arrival).await), PaaFault::DuplicateReceipt);
    assert_eq!(fault(&timed(&place, &verify(PROBE_NOTICE)).await), PaaFault::UnknownPayment);
    assert_eq!(position_status(&place.stored(&position).await, place.a.now), PositionStatus::Paid);
    let (store, town, _) = place.close().await;
    let kept = store.receipt_by_key(&scope(&town), "rt-1", ReceiptOutcome::Ok).await.unwrap().unwrap();
    assert!(kept.anomalies.is_empty(), "{:?}", kept.anomalies);
    // What was answered while the database was away stands in the journal as well.
    let sql = "SELECT count(*) FROM journal WHERE direction = 'rsp' AND outcome = 'PAA_SYSTEM_ERROR'";
    let failures: usize = cluster.psql(url.rsplit('/').next().unwrap(), sql).trim().parse().unwrap();
    assert!(failures >= 5, "{failures}");
}

pub(crate) async fn a_locked_position_holds_up_its_receipt_in_time_and_no_question(database: Database) {
    let mut place = Place::open(database.url()).await;
    let position = place.position(&one_payment("S-1", 100)).await;
    let number = notice_of(&position, "single");
    let arrival = receipt(receipt_message("rt-1", &number, 100, place.a.now));
    let name = database.url().rsplit('/').next().unwrap().to_owned();
    let locked = std::thread::spawn(move || {
        let sql = "BEGIN; SELECT id FROM debt_positions FOR UPDATE; SELECT pg_sleep(4); COMMIT";
        postgres::cluster().unwrap().psql(&name, sql);
    });
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert_eq!(fault(&timed(&place, &arrival).await), PaaFault::SystemError);
    assert!(matches!(timed(&place, &verify(&number)).await, Answer::Verify(_)));
    tokio::task::spawn_blocking(move || locked.join().unwrap()).await.unwrap();
    let (database_name, id) = (database.url().rsplit('/').next().unwrap().to_owned(), place.a.institution.id);
    tokio::time::sleep(Duration::from_millis(300)).await;
    // The first delivery went on by itself or gave up: in any case there is one receipt now.
    let again = timed(&place, &arrival).await;
    assert!(matches!(again, Answer::ReceiptAccepted(_)) || fault(&again) == PaaFault::DuplicateReceipt);
    let stored = place.stored(&position).await;
    assert_eq!((position_status(&stored, place.a.now), stored.version), (PositionStatus::Paid, position.version + 1));
    // The answer that came too early and the one that was committed are two exchanges.
    place.close().await;
    let sql = format!(
        "SELECT coalesce(max(lines), 0) FROM (SELECT count(*) AS lines FROM journal WHERE institution_id = '{id}' GROUP BY exchange) AS exchanges"
    );
    assert_eq!(postgres::cluster().unwrap().psql(&database_name, &sql).trim(), "2");
}

pub(crate) async fn a_frozen_database_is_a_system_error_in_time(_: Database) {
    let cluster = Cluster::start_new(Options { fsync: false, connections_max: 50, ..Options::default() }).unwrap();
    let mut place = Place::open(&cluster.create_database("frozen")).await;
    let position = place.position(&one_payment("S-1", 100)).await;
    let number = notice_of(&position, "single");
    assert!(matches!(timed(&place, &verify(&number)).await, Answer::Verify(_)));
    let arrival = receipt(receipt_message("rt-1", &number, 100, place.a.now));
    cluster.pause();
    all_fail(&place, &number, &arrival).await;
    cluster.resume();
    tokio::time::sleep(Duration::from_millis(500)).await;
    // What was under way when the time was over may have been committed: then the Node learns that it is there.
    let again = timed(&place, &arrival).await;
    let done = matches!(again, Answer::ReceiptAccepted(_)) || fault(&again) == PaaFault::DuplicateReceipt;
    assert!(done, "{again:?}");
    assert_eq!(fault(&timed(&place, &arrival).await), PaaFault::DuplicateReceipt);
    let stored = place.stored(&position).await;
    assert_eq!((position_status(&stored, place.a.now), stored.version), (PositionStatus::Paid, position.version + 1));
}
