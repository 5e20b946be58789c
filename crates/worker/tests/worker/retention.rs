// SPDX-License-Identifier: AGPL-3.0-or-later
//! What names somebody goes when its time is over, without being asked (reliability.md 38).

use tramite_domain::batch::{Batch, Write};
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::event::EventKind;
use tramite_domain::money::Cents;
use tramite_domain::personal::Personal;
use tramite_domain::receipt::{Party, Receipt};
use tramite_domain::session::{CheckoutSession, OnAbandon, Payer};
use tramite_domain::time::Instant;
use tramite_storage::{OutcomeFilter, PageRequest, ReceiptFilter};
use tramite_testkit::{Database, postgres};
use tramite_worker::{Worker, WorkerSettings};

use crate::place::{Place, opened, own_item, scope};
use crate::receipts::receive_of;
use crate::town::one_payment;

/// The debtor of the town's positions.
const CODE: &str = "RSSMRA85T10A562S";
/// So long that nothing else ends meanwhile.
const JOURNAL_MONTHS: u32 = 600;

fn party() -> Personal<Party> {
    Personal::new(Party {
        kind: "F".to_owned(),
        tax_code: CODE.to_owned(),
        full_name: "Mario Rossi".to_owned(),
        email: Some("mario.rossi@example.it".to_owned()),
    })
}

/// A session with a payer, withdrawn by nobody.
pub(crate) async fn session(place: &mut Place, position: &DebtPosition) -> CheckoutSession {
    let (session, batch) = opened(&mut place.a, OnAbandon::Keep, own_item(position));
    let payer = Payer { tax_code: Some(CODE.parse().unwrap()), full_name: None, email: None };
    let with_payer = CheckoutSession { payer: Some(Personal::new(payer)), ..session };
    let mut all = Batch::new();
    for write in batch.into_writes() {
        all.push(match write {
            Write::InsertSession(_) => Write::InsertSession(Box::new(with_payer.clone())),
            other => other,
        });
    }
    place.write(&place.a, all).await;
    with_payer
}

/// A session of nobody who is named, with what its client wrote freely.
async fn session_with_state(place: &mut Place, position: &DebtPosition) -> CheckoutSession {
    let (session, batch) = opened(&mut place.a, OnAbandon::Keep, own_item(position));
    let with_state = CheckoutSession { state: Some("Mario Rossi".parse().unwrap()), ..session };
    let mut all = Batch::new();
    for write in batch.into_writes() {
        all.push(match write {
            Write::InsertSession(_) => Write::InsertSession(Box::new(with_state.clone())),
            other => other,
        });
    }
    place.write(&place.a, all).await;
    with_state
}

async fn forgotten(place: &Place, journal_months: u32, at: &str) -> usize {
    let settings = WorkerSettings { journal_months, ..WorkerSettings::default() };
    let now: Instant = at.parse().unwrap();
    let report = Worker::new(place.store.clone(), place.world.clone(), settings).run_once(now).await;
    assert!(report.failures.is_empty(), "{:?}", report.failures);
    report.forgotten
}

async fn totals(place: &Place) -> Vec<(String, Option<Cents>)> {
    let filter = OutcomeFilter::default();
    let lines = place.store.outcomes(&scope(&place.a), &filter, 100, None, place.a.now).await.unwrap().lines;
    lines.iter().map(|line| (line.event.id.to_string(), line.receipt.as_ref().map(|one| one.content.amount))).collect()
}

async fn receipts(place: &Place, filter: &ReceiptFilter) -> Vec<Receipt> {
    place.store.receipts(&scope(&place.a), filter, &PageRequest::first(50), place.a.now).await.unwrap().items
}

pub(crate) async fn what_was_written_freely_in_a_session_of_nobody_goes_with_its_time(database: Database) {
    let mut place = Place::open(database.url()).await;
    let open = place.position(&one_payment("S-1", 100)).await;
    let written = session_with_state(&mut place, &open).await;
    let (plain, batch) = opened(&mut place.a, OnAbandon::Keep, own_item(&open));
    place.write(&place.a, batch).await;
    assert_eq!(forgotten(&place, JOURNAL_MONTHS, "2076-08-31T00:00:00Z").await, 0);
    assert_eq!(forgotten(&place, JOURNAL_MONTHS, "2076-11-01T00:00:00Z").await, 1);
    assert_eq!(forgotten(&place, JOURNAL_MONTHS, "2076-11-01T00:00:00Z").await, 0, "once");
    assert_eq!(place.stored_session(&place.a, &written).await.state, None);
    let after = place.stored_session(&place.a, &plain).await;
    assert_ne!(after.items[0].description.to_string(), "-", "it named nobody");
}

/// A receipt that cannot be read stands for receipts that take too long to be looked through.
pub(crate) async fn receipts_that_cannot_be_read_keep_no_session_from_its_turn(database: Database) {
    let mut place = Place::open(database.url()).await;
    let (paid, open) = (place.position(&one_payment("S-1", 100)).await, place.position(&one_payment("S-2", 200)).await);
    receive_of(&mut place, &paid, "rt-1", 20, Some(party())).await;
    let written = session_with_state(&mut place, &open).await;
    let name = database.url().rsplit('/').next().unwrap();
    postgres::cluster().unwrap().psql(name, "UPDATE receipts SET role = 'nonsense'");
    let settings = WorkerSettings { journal_months: JOURNAL_MONTHS, ..WorkerSettings::default() };
    let worker = Worker::new(place.store.clone(), place.world.clone(), settings);
    let report = worker.run_once("2076-11-01T00:00:00Z".parse().unwrap()).await;
    assert!(report.failures.contains(&("retention", "failed")), "{:?}", report.failures);
    assert_eq!(place.stored_session(&place.a, &written).await.state, None);
}

pub(crate) async fn each_institution_has_its_turn_wherever_the_last_pass_ended(database: Database) {
    let mut place = Place::open(database.url()).await;
    for of_a in [true, false] {
        let town = if of_a { &mut place.a } else { &mut place.b };
        let made = town.open(&one_payment("S-1", 100)).unwrap();
        let (session, opening) = opened(town, OnAbandon::Keep, own_item(&made.position));
        let with_state = CheckoutSession { state: Some("Mario Rossi".parse().unwrap()), ..session };
        let mut all = made.batch;
        for write in opening.into_writes() {
            all.push(match write {
                Write::InsertSession(_) => Write::InsertSession(Box::new(with_state.clone())),
                other => other,
            });
        }
        place.write(if of_a { &place.a } else { &place.b }, all).await;
    }
    let settings = WorkerSettings { journal_months: JOURNAL_MONTHS, ..WorkerSettings::default() };
    let worker = Worker::new(place.store.clone(), place.world.clone(), settings);
    let forgotten = async |at: &str| worker.run_once(at.parse().unwrap()).await.forgotten;
    assert_eq!(forgotten("2076-08-31T00:00:00Z").await, 0);
    assert_eq!(forgotten("2076-11-01T00:00:00Z").await, 2);
}

pub(crate) async fn persons_go_when_accounting_is_over_and_the_totals_stay(database: Database) {
    let mut place = Place::open(database.url()).await;
    let (paid, open) = (place.position(&one_payment("S-1", 100)).await, place.position(&one_payment("S-2", 200)).await);
    let begun = session(&mut place, &paid).await;
    receive_of(&mut place, &paid, "rt-1", 20, Some(party())).await;
    place.store.system().publish_feed(1_000).await.unwrap();
    let (before, whole) = (totals(&place).await, place.stored(&paid).await);
    assert_eq!(before.len(), 1);
    // The last second of the tenth year, and the first one after it.
    assert_eq!(forgotten(&place, JOURNAL_MONTHS, "2036-12-31T22:59:59Z").await, 0);
    assert_eq!(forgotten(&place, JOURNAL_MONTHS, "2036-12-31T23:00:00Z").await, 2, "the position and its receipt");
    assert_eq!(forgotten(&place, JOURNAL_MONTHS, "2037-12-31T23:00:00Z").await, 0, "once");
    let after = place.stored(&paid).await;
    assert!(after.debtor.tax_code.expose().is_anonymous() && after.debtor.email.is_none());
    let (was, is) = (whole.installments().next().unwrap().1, after.installments().next().unwrap().1);
    assert_eq!((was.amount, was.payment.clone(), &was.iuv), (is.amount, is.payment.clone(), &is.iuv));
    assert_eq!(totals(&place).await, before);
    let proof = receipts(&place, &ReceiptFilter::default()).await.pop().unwrap();
    assert!(proof.message.is_forgotten() && proof.content.debtor.is_none());
    let of_person =
        ReceiptFilter { person_tax_code: Some(Personal::new(CODE.parse().unwrap())), ..ReceiptFilter::default() };
    assert_eq!(receipts(&place, &of_person).await, [], "nor is it found by whom it was about");
    // What may still be paid names its debtor, however old it is.
    assert!(!place.stored(&open).await.debtor.tax_code.expose().is_anonymous());
    assert!(place.stored_session(&place.a, &begun).await.payer.is_some());
    let feed = async || {
        place.store.system().publish_feed(1_000).await.unwrap();
        let feed = place.store.feed(&scope(&place.a), 0, 500).await.unwrap();
        feed.into_iter().filter(|one| one.event.kind == EventKind::PersonalDataErased).count()
    };
    assert_eq!(feed().await, 2, "told for the receipt and for the position, which are two transactions");
    // Who paid in a session is needed as long as the journal.
    assert_eq!(forgotten(&place, JOURNAL_MONTHS, "2076-08-31T00:00:00Z").await, 0);
    assert_eq!(forgotten(&place, JOURNAL_MONTHS, "2076-11-01T00:00:00Z").await, 1);
    assert!(place.stored_session(&place.a, &begun).await.payer.is_none());
}
