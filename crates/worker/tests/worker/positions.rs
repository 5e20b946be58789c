// SPDX-License-Identifier: AGPL-3.0-or-later
//! Positions that only the clock moves (rules.md 9 and 10).

use tramite_domain::debt_position::PositionStatus;
use tramite_testkit::Database;

use crate::place::Place;
use crate::town::one_payment;

pub(crate) async fn a_scheduled_position_is_told_open_at_its_instant(database: Database) {
    let mut place = Place::open(database.url()).await;
    let mut input = one_payment("S-1", 100);
    input.valid_from = Some(place.a.now.plus_hours(1));
    let position = place.position(&input).await;
    assert_eq!(position.told_status, PositionStatus::Scheduled);
    place.later(3_599);
    assert_eq!(place.round().await.positions, 0);
    place.later(1);
    let report = place.round().await;
    assert_eq!((report.positions, report.events), (1, place.placed(1)), "the creation was told before");
    assert_eq!(place.told().await, 2);
    let stored = place.stored(&position).await;
    assert_eq!((stored.told_status, stored.version), (PositionStatus::Open, position.version + 1));
    assert_eq!(stored.updated_at, place.a.now);
    assert_eq!(place.round().await.positions, 0, "once");
}

pub(crate) async fn a_position_past_its_date_is_told_expired_once(database: Database) {
    let mut place = Place::open(database.url()).await;
    let mut input = one_payment("S-1", 100);
    input.valid_from = Some(place.a.now.plus_hours(1));
    input.due_date = Some(place.a.now.rome_date());
    input.expires_after_due_date = Some(true);
    let position = place.position(&input).await;
    // The worker was away over both transitions: the state now is told, and only that.
    place.later(48 * 3_600);
    let report = place.round().await;
    assert_eq!((report.positions, report.events, place.told().await), (1, place.placed(2), 2));
    assert_eq!(place.stored(&position).await.told_status, PositionStatus::Expired);
    place.later(3_600);
    assert_eq!(place.round().await.positions, 0);
}
