// SPDX-License-Identifier: AGPL-3.0-or-later
//! A session and a payment of the same installment at once: whoever comes second finds the other (I5).

use std::time::Duration;

use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use tokio::task::JoinHandle;
use tramite_domain::batch::{Batch, Write};
use tramite_domain::debt_position::{DebtPosition, Payment};
use tramite_domain::session::{CheckoutSession, ItemPayment, SessionStatus};
use tramite_storage::{Scope, StoreError};
use tramite_testkit::Database;

use crate::support::*;

fn adding(session: &CheckoutSession) -> Batch {
    Batch::new().with(Write::InsertSession(Box::new(session.clone())))
}

fn settling(position: &DebtPosition) -> Batch {
    let after = paid(position, &receipt("r-1", Some(position)));
    Batch::new().with(Write::SettleInstallment {
        installment: first(&after),
        position: Box::new(after),
        expected: position.version,
    })
}

fn completing(position: &DebtPosition, session: &CheckoutSession) -> Batch {
    let mut after = session.clone();
    after.version += 1;
    after.items[0].paid = Some(ItemPayment { paid_at: now(), amount: cents(12_050), receipt_id: None });
    let update = Write::UpdateSession { session: Box::new(after), expected: session.version };
    settling(position).with(update)
}

pub(crate) async fn a_payment_completes_every_live_session_of_its_installment(database: Database) {
    let town = town(&database).await;
    let scope = town.token(town.a.id);
    let owed = simple("P-1");
    town.add(&owed).await;
    let (live, mut over) = (session(town.portal, &[&owed]), session(town.portal, &[&owed]));
    over.told_status = SessionStatus::Expired;
    for one in [&live, &over] {
        town.store.commit(&scope, adding(one)).await.unwrap();
    }
    let without = town.store.commit(&town.node(), settling(&owed)).await;
    assert!(matches!(without, Err(StoreError::Conflict)), "the live session would wait for ever: {without:?}");
    town.store.commit(&town.node(), completing(&owed, &live)).await.unwrap();
    let late = town.store.commit(&scope, adding(&session(town.portal, &[&owed]))).await;
    assert!(matches!(late, Err(StoreError::Conflict)), "it was decided on a position that was not paid: {late:?}");
}

/// A payment that the institution marked, by whoever holds the installment, and its undoing.
pub(crate) async fn a_mark_and_its_undoing_reach_the_sessions_of_other_clients_and_services(database: Database) {
    let town = town(&database).await;
    let maker = town.token(town.a.id);
    let (tari, mut mensa) = (simple("P-1"), simple("P-1"));
    mensa.service_code = Some("MENSA".parse().unwrap());
    town.add(&tari).await;
    town.add(&mensa).await;
    let made = session(town.portal, &[&tari, &mensa]);
    town.store.commit(&maker, adding(&made)).await.unwrap();
    let mut marked = tari.clone();
    marked.version = 2;
    let reference = Some(text("Bonifico 1"));
    marked.options[0].installments[0].payment =
        Some(Payment { paid_at: now(), amount: cents(12_050), receipt_id: None, reference });
    let mut holding = made.clone();
    holding.version = 2;
    holding.items[0].paid = Some(ItemPayment { paid_at: now(), amount: cents(12_050), receipt_id: None });
    let update = Write::UpdateSession { session: Box::new(holding.clone()), expected: 1 };
    let settle = |position: &DebtPosition| Write::SettleInstallment {
        position: Box::new(position.clone()),
        expected: 1,
        installment: first(position),
    };
    // Another client's session, with an item of another service: it follows the payment of one that the scope may write.
    let others = [Scope::of_token(town.a.id, None, town.other), town.restricted(&["TARI"])];
    for scope in &others {
        let alone = town.store.commit(scope, Batch::new().with(update.clone())).await;
        assert!(matches!(alone, Err(StoreError::Failed(_))), "{alone:?}");
    }
    let elsewhere = Batch::new().with(settle(&simple("P-9"))).with(update.clone());
    let refused = town.store.commit(&others[0], elsewhere).await;
    assert!(matches!(refused, Err(StoreError::Failed(_))), "a payment of something else: {refused:?}");
    let hidden = town.store.commit(&others[1], Batch::new().with(settle(&mensa)).with(update.clone())).await;
    assert!(matches!(hidden, Err(StoreError::Failed(_))), "a service that does not exist for the scope: {hidden:?}");
    town.store.commit(&others[1], Batch::new().with(settle(&marked)).with(update)).await.unwrap();
    assert_eq!(town.store.position(&maker, tari.id).await.unwrap().as_ref(), Some(&marked));
    assert_eq!(town.store.session(&maker, made.id).await.unwrap().as_ref(), Some(&holding));
    let in_use = town.store.position_in_use(&others[1], tari.id, now()).await.unwrap().unwrap();
    assert_eq!((in_use.payers.sessions, in_use.payers.marked), (Vec::new(), vec![holding.clone()]));

    let mut back = tari.clone();
    back.version = 3;
    let released = CheckoutSession { version: 3, ..made.clone() };
    let undo = |place| {
        Batch::new()
            .with(Write::UpdatePosition { position: Box::new(back.clone()), expected: 2 })
            .with(Write::UpdateSession { session: Box::new(released.clone()), expected: 2 })
            .with(Write::ReleaseItem { session: made.id, place })
    };
    let only = Batch::new().with(Write::ReleaseItem { session: made.id, place: 0 });
    assert!(matches!(town.store.commit(&maker, only).await, Err(StoreError::Failed(_))));
    let unpaid = town.store.commit(&others[1], undo(1)).await;
    assert!(matches!(unpaid, Err(StoreError::Conflict)), "{unpaid:?}");
    town.store.commit(&others[1], undo(0)).await.unwrap();
    assert_eq!(town.store.position(&maker, tari.id).await.unwrap(), Some(back));
    assert_eq!(town.store.session(&maker, made.id).await.unwrap(), Some(released.clone()));

    // What a receipt paid is not released.
    let mut by_receipt = released.clone();
    by_receipt.version = 4;
    by_receipt.items[1].paid = Some(ItemPayment { paid_at: now(), amount: cents(1), receipt_id: Some(id()) });
    let pay = Write::UpdateSession { session: Box::new(by_receipt), expected: 3 };
    town.store.commit(&maker, Batch::new().with(pay)).await.unwrap();
    let again = CheckoutSession { version: 5, ..released };
    let release = Batch::new()
        .with(Write::UpdateSession { session: Box::new(again), expected: 4 })
        .with(Write::ReleaseItem { session: made.id, place: 1 });
    assert!(matches!(town.store.commit(&maker, release).await, Err(StoreError::Conflict)));
}

pub(crate) async fn a_session_and_a_payment_at_once_find_each_other(database: Database) {
    let town = town(&database).await;
    for session_first in [true, false] {
        let owed = simple(if session_first { "P-1" } else { "P-2" });
        town.add(&owed).await;
        let mut holder = Holder::of_installments(&database).await;
        let commits = [adding(&session(town.portal, &[&owed])), settling(&owed)];
        let mut running: Vec<JoinHandle<_>> = Vec::new();
        let order = if session_first { [0, 1] } else { [1, 0] };
        for (waiting, at) in (1..).zip(order) {
            let (store, scope, batch) = (town.store.clone(), town.node(), commits[at].clone());
            running.push(tokio::spawn(async move { store.commit(&scope, batch).await }));
            // The first waits for the holder with its lock on the head, the second for the first.
            holder.wait_for(waiting).await;
        }
        holder.let_go().await;
        let second = running.pop().unwrap().await.unwrap();
        running.pop().unwrap().await.unwrap().unwrap();
        assert!(matches!(second, Err(StoreError::Conflict)), "session first {session_first}: {second:?}");
    }
}

/// Keeps the rows of all installments, so that whoever writes one or refers to one waits in the middle of its
/// transaction.
struct Holder {
    transaction: AsyncPgConnection,
    // What a transaction sees of others' waits does not move, so another connection looks.
    looking: AsyncPgConnection,
}

impl Holder {
    async fn of_installments(database: &Database) -> Self {
        let mut transaction = AsyncPgConnection::establish(database.url()).await.unwrap();
        transaction.batch_execute("BEGIN; SELECT * FROM installments FOR UPDATE").await.unwrap();
        Self { transaction, looking: AsyncPgConnection::establish(database.url()).await.unwrap() }
    }

    /// Until so many transactions of this database wait for a lock.
    async fn wait_for(&mut self, transactions: i64) {
        const WAITING: &str = "SELECT count(*) AS waiting FROM pg_stat_activity \
            WHERE datname = current_database() AND wait_event_type = 'Lock'";
        for _ in 0..500 {
            let found: Waiting = diesel::sql_query(WAITING).get_result(&mut self.looking).await.unwrap();
            if found.waiting == transactions {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{transactions} transactions were expected to wait");
    }

    async fn let_go(mut self) {
        self.transaction.batch_execute("ROLLBACK").await.unwrap();
    }
}

#[derive(diesel::QueryableByName)]
struct Waiting {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    waiting: i64,
}
