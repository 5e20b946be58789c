// SPDX-License-Identifier: AGPL-3.0-or-later
//! The outbox (rules.md 28, 30, 37).

use tramite_domain::batch::{Batch, Write};
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::ids::TaskId;
use tramite_domain::money::Cents;
use tramite_domain::session::{CheckoutSession, ForeignItem, ItemInput, OnAbandon, SessionStatus, session_status};
use tramite_domain::task::{Task, Work};
use tramite_testkit::{Database, postgres};
use uuid::Uuid;

use crate::place::{Place, opened};
use crate::town::{named, one_payment};

/// A session of institution B that holds a notice of institution A.
async fn foreign_session(place: &mut Place, position: &DebtPosition) -> CheckoutSession {
    let item = ItemInput::Foreign(ForeignItem {
        notice_number: named(position, "single").notice_number.unwrap(),
        creditor_tax_code: place.a.institution.tax_code,
        company_name: place.a.institution.display_name.clone(),
        description: position.description.clone(),
        amount: named(position, "single").amount,
    });
    let (session, batch) = opened(&mut place.b, OnAbandon::Keep, item);
    place.write(&place.b, batch).await;
    session
}

fn task(place: &Place, work: Work) -> Task {
    Task { id: TaskId::new(Uuid::now_v7()), work, due_at: place.a.now }
}

fn settle(place: &Place, position: &DebtPosition) -> Task {
    let work = Work::SettleForeignItems {
        creditor_tax_code: place.a.institution.tax_code.to_string(),
        notice_number: named(position, "single").notice_number.unwrap().to_string(),
        amount: Cents::new(100).unwrap(),
        paid_at: place.a.now,
    };
    task(place, work)
}

async fn status(place: &Place, session: &CheckoutSession) -> SessionStatus {
    session_status(&place.stored_session(&place.b, session).await, place.b.now)
}

pub(crate) async fn a_receipt_of_one_institution_completes_the_session_of_another(database: Database) {
    let mut place = Place::open(database.url()).await;
    let position = place.position(&one_payment("S-1", 100)).await;
    let session = foreign_session(&mut place, &position).await;
    place.write(&place.a, Batch::new().with(Write::InsertTask(settle(&place, &position)))).await;
    assert_eq!(place.round().await.tasks, 1);
    let after = place.stored_session(&place.b, &session).await;
    assert_eq!(session_status(&after, place.b.now), SessionStatus::Completed);
    assert_eq!(after.amount_paid().cents(), 100);
    assert_eq!(after.items.first().unwrap().paid.as_ref().unwrap().receipt_id, None, "no key into the other tenant");
    // The same again changes nothing.
    place.write(&place.a, Batch::new().with(Write::InsertTask(settle(&place, &position)))).await;
    assert_eq!(place.round().await.tasks, 1);
    assert_eq!(place.stored_session(&place.b, &session).await.version, after.version);
    assert_eq!(place.round().await.tasks, 0, "both are done");
}

pub(crate) async fn a_task_left_by_a_dead_worker_is_done_when_its_lease_ends(database: Database) {
    let mut place = Place::open(database.url()).await;
    let position = place.position(&one_payment("S-1", 100)).await;
    let session = foreign_session(&mut place, &position).await;
    place.write(&place.a, Batch::new().with(Write::InsertTask(settle(&place, &position)))).await;
    let claimed = place.store.system().claim_tasks(place.a.now, 10, 120).await.unwrap();
    assert_eq!(claimed.len(), 1, "and then the worker dies");
    place.later(119);
    assert_eq!(place.round().await.tasks, 0);
    assert_eq!(status(&place, &session).await, SessionStatus::Open);
    place.later(1);
    assert_eq!(place.round().await.tasks, 1);
    assert_eq!(status(&place, &session).await, SessionStatus::Completed);
}

pub(crate) async fn an_alarm_is_raised_once_although_its_task_is_done_twice(database: Database) {
    let place = Place::open(database.url()).await;
    let work = Work::CheckActivation { receipt_id: Uuid::from_u128(1).into() };
    let alarm = task(&place, work);
    for _ in 0..2 {
        place.write(&place.a, Batch::new().with(Write::InsertTask(alarm.clone()))).await;
        assert_eq!(place.round().await.tasks, 1);
    }
    if database.is_postgres() {
        let name = database.url().rsplit('/').next().unwrap();
        let sql = "SELECT count(*) FROM audit WHERE action = 'operators.alerted' AND reason = 'not_activated' \
                   AND institution_id = '00000000-0000-0000-0000-000000000000'";
        assert_eq!(postgres::cluster().unwrap().psql(name, sql).trim(), "1");
    }
}
