// SPDX-License-Identifier: AGPL-3.0-or-later
//! Sessions that only the clock moves (rules.md, table S; api.md `on_abandon`).

use tramite_domain::attempt::{Attempt, AttemptKind};
use tramite_domain::batch::{Batch, Write};
use tramite_domain::debt_position::{DebtPosition, PositionStatus, position_status};
use tramite_domain::ids::AttemptId;
use tramite_domain::session::{SessionStatus, asked};
use tramite_testkit::Database;
use uuid::Uuid;

use crate::place::Place;
use crate::town::{named, one_payment};

async fn status(place: &Place, position: &DebtPosition) -> PositionStatus {
    position_status(&place.stored(position).await, place.a.now)
}

pub(crate) async fn an_expired_session_withdraws_the_position_it_made(database: Database) {
    let mut place = Place::open(database.url()).await;
    let position = place.position(&one_payment("S-1", 100)).await;
    let session = place.session(&position, true).await;
    place.later(1_799);
    assert_eq!(place.round().await.sessions, 0);
    place.later(1);
    assert_eq!(place.round().await.sessions, 1);
    let stored = place.stored_session(&place.a, &session).await;
    assert_eq!((stored.told_status, stored.closed_at), (SessionStatus::Expired, Some(place.a.now)));
    assert_eq!(status(&place, &position).await, PositionStatus::Cancelled);
    assert_eq!(place.round().await.sessions, 0, "once");
}

pub(crate) async fn what_somebody_is_paying_or_another_session_offers_stays(database: Database) {
    let mut place = Place::open(database.url()).await;
    let asked_for = place.position(&one_payment("asked", 100)).await;
    let offered = place.position(&one_payment("offered", 100)).await;
    let kept = place.position(&one_payment("kept", 100)).await;
    place.session(&asked_for, true).await;
    place.session(&offered, true).await;
    place.session(&kept, false).await;
    place.later(1_500);
    let get = Attempt {
        id: AttemptId::new(Uuid::now_v7()),
        installment_id: named(&asked_for, "single").id,
        kind: AttemptKind::Get,
        reference: String::new(),
        session_id: None,
        amount: named(&asked_for, "single").amount,
        at: place.a.now,
    };
    place.write(&place.a, Batch::new().with(Write::RecordAttempt(get))).await;
    place.session(&offered, false).await;
    place.later(300);
    assert_eq!(place.round().await.sessions, 3);
    for position in [&asked_for, &offered, &kept] {
        assert_eq!(status(&place, position).await, PositionStatus::Open);
    }
}

pub(crate) async fn a_payment_without_receipt_is_told_unresolved_and_then_failed(database: Database) {
    let mut place = Place::open(database.url()).await;
    let position = place.position(&one_payment("S-1", 100)).await;
    let session = place.session(&position, false).await;
    let now = place.a.now;
    let batch = asked(&mut place.a.given(), &session, now, true);
    place.write(&place.a, batch).await;
    for (seconds, expected) in [(1_800, SessionStatus::Unresolved), (48 * 3_600 - 1_800, SessionStatus::Failed)] {
        place.later(seconds - 1);
        assert_eq!(place.round().await.sessions, 0);
        place.later(1);
        assert_eq!(place.round().await.sessions, 1);
        assert_eq!(place.stored_session(&place.a, &session).await.told_status, expected);
    }
    assert_eq!(status(&place, &position).await, PositionStatus::Open);
}
