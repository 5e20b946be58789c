// SPDX-License-Identifier: AGPL-3.0-or-later
//! The outbox (rules.md 28, 30, 37).

use tramite_domain::batch::{Batch, Write};
use tramite_domain::debt_position::{Activity, DebtPosition, OutsidePayment, mark_paid, unmark};
use tramite_domain::ids::TaskId;
use tramite_domain::money::Cents;
use tramite_domain::session::{CheckoutSession, ForeignItem, ItemInput, OnAbandon, SessionStatus, session_status};
use tramite_domain::task::{Task, Work};
use tramite_testkit::{Database, postgres};
use uuid::Uuid;

use crate::place::{Place, opened_over};
use crate::town::{named, one_payment};

/// A session of institution B that holds a notice of institution A.
async fn foreign_session(place: &mut Place, position: &DebtPosition) -> CheckoutSession {
    foreign_session_over(place, &[position]).await
}

/// As above, of several.
async fn foreign_session_over(place: &mut Place, positions: &[&DebtPosition]) -> CheckoutSession {
    let creditor = place.a.institution.clone();
    let item = |position: &&DebtPosition| {
        ItemInput::Foreign(ForeignItem {
            notice_number: named(position, "single").notice_number.unwrap(),
            creditor_tax_code: creditor.tax_code,
            company_name: creditor.display_name.clone(),
            description: position.description.clone(),
            amount: named(position, "single").amount,
        })
    };
    let items: Vec<ItemInput> = positions.iter().map(item).collect();
    let (session, batch) = opened_over(&mut place.b, OnAbandon::Keep, &items);
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
        marked: false,
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

async fn mark(place: &mut Place, position: &DebtPosition) -> DebtPosition {
    let paid = OutsidePayment {
        installment: named(position, "single").id,
        paid_at: place.a.now,
        amount: 100,
        reference: "Bonifico 1".to_owned(),
    };
    let creditor = place.a.institution.tax_code;
    let decided = mark_paid(&mut place.a.given(), creditor, position, &paid, Activity::default(), false).unwrap();
    place.write(&place.a, decided.batch).await;
    decided.position
}

async fn unmark_it(place: &mut Place, position: &DebtPosition) -> DebtPosition {
    let (creditor, id) = (place.a.institution.tax_code, named(position, "single").id);
    let decided = unmark(&mut place.a.given(), creditor, position, id, &[]).unwrap();
    place.write(&place.a, decided.batch).await;
    decided.position
}

pub(crate) async fn a_mark_settles_items_of_other_institutions_only_while_it_stands(database: Database) {
    let mut place = Place::open(database.url()).await;
    let (one, two) = (place.position(&one_payment("S-1", 100)).await, place.position(&one_payment("S-2", 100)).await);
    let alone = foreign_session(&mut place, &one).await;
    let both = foreign_session_over(&mut place, &[&one, &two]).await;
    // Taken back before anybody looked: nothing is settled.
    let marked = mark(&mut place, &one).await;
    let back = unmark_it(&mut place, &marked).await;
    assert_eq!(place.round().await.tasks, 2);
    for session in [&alone, &both] {
        assert_eq!(place.stored_session(&place.b, session).await.version, 1);
    }
    // While it stands, it pays there as here.
    let marked = mark(&mut place, &back).await;
    place.round().await;
    assert_eq!(status(&place, &alone).await, SessionStatus::Completed);
    let part = place.stored_session(&place.b, &both).await;
    assert_eq!((status(&place, &both).await, part.amount_paid().cents()), (SessionStatus::Open, 100));
    // Taken back then, it is to be paid again where the session lives; one that is completed stays so.
    unmark_it(&mut place, &marked).await;
    place.round().await;
    assert_eq!(place.stored_session(&place.b, &both).await.amount_paid(), Cents::ZERO);
    assert_eq!(status(&place, &alone).await, SessionStatus::Completed);
    // Each task looks once more, and finds what it left.
    place.later(61);
    assert_eq!(place.round().await.tasks, 4);
    assert_eq!(place.stored_session(&place.b, &both).await.amount_paid(), Cents::ZERO);
}
