// SPDX-License-Identifier: AGPL-3.0-or-later
//! Receipts at the door (rules.md 26 to 33): committed first, then acknowledged; money wins.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use tramite_domain::anomaly::Anomaly;
use tramite_domain::debt_position::{Activity, DebtPosition, PositionStatus, cancel, position_status};
use tramite_domain::institution::InstitutionStatus;
use tramite_domain::receipt::{Receipt, ReceiptOutcome, ReceiptRole};
use tramite_pagopa::current::{Answer, Outcome, PaaFault, ReceiptMessage, Version};
use tramite_pagopa::{Primitive, soap as wire};
use tramite_testkit::{Database, postgres};

use crate::messages::{get, notice_of, receipt, receipt_message};
use crate::place::{A, B, FOREIGN, OTHER_BROKER, Place, fault, scope};
use crate::town::{TAX_CODE, Town, named, one_payment, single_or_plan};

fn accepted(answer: &Answer) {
    assert!(matches!(answer, Answer::ReceiptAccepted(_)), "{answer:?}");
}

async fn kept(place: &Place, town: &Town, id: &str, outcome: ReceiptOutcome) -> Option<Receipt> {
    place.store.receipt_by_key(&scope(town), id, outcome).await.unwrap()
}

/// The receipt of institution A under that id, with outcome OK.
async fn taken(place: &Place, id: &str) -> Receipt {
    kept(place, &place.a, id, ReceiptOutcome::Ok).await.unwrap()
}

async fn status(place: &Place, position: &DebtPosition) -> PositionStatus {
    position_status(&place.stored(position).await, place.a.now)
}

pub(crate) async fn a_receipt_right_after_its_get_pays_and_nothing_is_strange(database: Database) {
    let mut place = Place::open(database.url()).await;
    let position = place.position(&one_payment("S-1", 12_050)).await;
    let number = notice_of(&position, "single");
    assert!(matches!(place.ask(&get(Version::V2, &number)).await, Answer::Get(..)));
    let bytes = wire::request(&receipt(receipt_message("rt-1", &number, 12_050, place.a.now)));
    let reply = place.post(bytes.clone(), Some("\"paSendRTV2\"")).await;
    accepted(&reply.judged(Primitive::SendRtV2));
    assert_eq!(status(&place, &position).await, PositionStatus::Paid);
    let receipt = taken(&place, "rt-1").await;
    assert_eq!(receipt.anomalies, BTreeSet::new());
    assert_eq!(receipt.message.bytes, bytes, "kept exactly as received");
    assert_eq!(receipt.position.unwrap().position_id, position.id);
    assert_eq!(fault(&place.ask(&get(Version::V2, &number)).await), PaaFault::AlreadyPaid);
}

/// As rule 26 says: committed once, whatever comes at once.
pub(crate) async fn fifty_at_once_are_one_accepted_and_forty_nine_duplicates(database: Database) {
    let mut place = Place::open(database.url()).await;
    let position = place.position(&one_payment("S-1", 12_050)).await;
    let message = receipt_message("rt-1", &notice_of(&position, "single"), 12_050, place.a.now);
    let requests: Vec<_> = (0..50).map(|_| receipt(message.clone())).collect();
    let answers = join_all(requests.iter().map(|request| place.ask(request))).await;
    let first = answers.iter().filter(|answer| matches!(answer, Answer::ReceiptAccepted(_))).count();
    let again = answers.iter().filter(|answer| matches!(answer, Answer::Refused(..)));
    assert_eq!(first, 1);
    assert_eq!(again.map(|answer| fault(answer) == PaaFault::DuplicateReceipt).filter(|yes| *yes).count(), 49);
    let stored = place.stored(&position).await;
    assert_eq!(stored.version, position.version + 1, "one effect");
    let (store, town, _) = place.close().await;
    // The position's own event, the payment's, and that nobody had asked: nothing else was told.
    store.system().publish_feed(100).await.unwrap();
    assert_eq!(store.feed(&scope(&town), 0, 100).await.unwrap().len(), 3);
}

pub(crate) async fn the_same_receipt_with_other_bytes_is_a_duplicate_and_told_once(database: Database) {
    let mut place = Place::open(database.url()).await;
    let position = place.position(&one_payment("S-1", 12_050)).await;
    let second_version = receipt_message("rt-1", &notice_of(&position, "single"), 12_050, place.a.now);
    accepted(&place.ask(&receipt(ReceiptMessage { version: Version::V1, ..second_version.clone() })).await);
    let other_amount =
        ReceiptMessage { payment_amount: tramite_domain::money::Cents::new(100).unwrap(), ..second_version.clone() };
    for message in [second_version.clone(), second_version, other_amount] {
        assert_eq!(fault(&place.ask(&receipt(message)).await), PaaFault::DuplicateReceipt);
    }
    let kept = taken(&place, "rt-1").await;
    assert!(kept.anomalies.contains(&Anomaly::ReceiptDiffers));
    assert_eq!((kept.primitive.as_str(), kept.content.amount.cents()), ("paSendRT", 12_050), "the first stays");
}

/// As rule 30 says: whatever the state, the money is taken and what is strange is told.
pub(crate) async fn money_wins_over_every_state_and_what_is_strange_is_told(database: Database) {
    let mut place = Place::open(database.url()).await;
    let withdrawn = {
        let position = place.position(&one_payment("cancelled", 100)).await;
        let decided = cancel(&mut place.a.given(), &position, Activity::default(), false).unwrap();
        place.write(decided).await
    };
    let expiring = {
        let mut input = one_payment("expired", 100);
        input.due_date = Some(place.a.now.rome_date());
        input.expires_after_due_date = Some(true);
        place.position(&input).await
    };
    let draft = {
        let mut input = one_payment("draft", 100);
        input.publish = false;
        place.position(&input).await
    };
    let open = place.position(&one_payment("amount", 100)).await;
    let twice = place.position(&one_payment("twice", 100)).await;
    let plan = place.position(&single_or_plan("plan")).await;
    place.later(15 * 3_600);
    let now = place.a.now;
    let unknown = "305999999999999942".to_owned();
    for (id, number, cents, expected) in [
        ("rt-cancelled", notice_of(&withdrawn, "single"), 100, vec![Anomaly::CancelledPosition]),
        ("rt-expired", notice_of(&expiring, "single"), 100, vec![Anomaly::ExpiredPosition]),
        ("rt-draft", notice_of(&draft, "single"), 100, vec![Anomaly::DraftPosition]),
        ("rt-amount", notice_of(&open, "single"), 99, vec![Anomaly::AmountMismatch]),
        ("rt-first", notice_of(&twice, "single"), 100, vec![]),
        ("rt-second", notice_of(&twice, "single"), 100, vec![Anomaly::DuplicatePayment]),
        ("rt-part", notice_of(&plan, "first"), 5_000, vec![]),
        (
            "rt-superseded",
            notice_of(&plan, "whole"),
            10_000,
            vec![Anomaly::SupersededPosition, Anomaly::DuplicatePayment],
        ),
        ("rt-unknown", unknown.clone(), 777, vec![Anomaly::UnknownPosition]),
    ] {
        let message = ReceiptMessage { stand_in: Some(true), ..receipt_message(id, &number, cents, now) };
        accepted(&place.ask(&receipt(message)).await);
        let mut expected: BTreeSet<Anomaly> = expected.into_iter().collect();
        expected.insert(Anomaly::StandIn);
        assert_eq!(taken(&place, id).await.anomalies, expected, "{id}");
    }
    for position in [&withdrawn, &expiring, &draft, &open, &twice] {
        assert_eq!(status(&place, position).await, PositionStatus::Paid);
    }
    let orphan = taken(&place, "rt-unknown").await.position.unwrap();
    let made = place.store.position(&scope(&place.a), orphan.position_id).await.unwrap().unwrap();
    assert_eq!((position_status(&made, now), made.service_code), (PositionStatus::Paid, None));
    assert_eq!(fault(&place.ask(&get(Version::V1, &unknown)).await), PaaFault::AlreadyPaid);
}

pub(crate) async fn a_receipt_nobody_asked_for_is_not_activated_and_the_operators_are_alarmed(database: Database) {
    let mut place = Place::open(database.url()).await;
    let position = place.position(&one_payment("S-1", 100)).await;
    accepted(&place.ask(&receipt(receipt_message("rt-1", &notice_of(&position, "single"), 100, place.a.now))).await);
    assert_eq!(taken(&place, "rt-1").await.anomalies, BTreeSet::from([Anomaly::NotActivated]));
    let claimed = place.store.system().claim_tasks(place.a.now.plus_seconds(60), 10, 60).await.unwrap();
    let mut kinds: Vec<&str> = claimed.iter().map(|one| one.task.work.name()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["check_activation", "settle_foreign_items"]);
}

pub(crate) async fn an_unknown_notice_whose_reference_is_taken_leaves_a_receipt_by_itself(database: Database) {
    let mut place = Place::open(database.url()).await;
    let position = place.position(&one_payment("S-1", 100)).await;
    // The same seventeen digits under another aux digit: another notice, the same creditor reference.
    let number = notice_of(&position, "single").replacen('3', "1", 1);
    accepted(&place.ask(&receipt(receipt_message("rt-1", &number, 100, place.a.now))).await);
    let receipt = taken(&place, "rt-1").await;
    assert_eq!(
        (receipt.anomalies, receipt.position),
        (BTreeSet::from([Anomaly::UnknownPosition, Anomaly::NotActivated]), None)
    );
    assert_eq!(status(&place, &position).await, PositionStatus::Open);
}

/// As rule 27 says: the position is that of (fiscalCode, noticeNumber), never of idPA.
pub(crate) async fn a_copy_for_a_beneficiary_touches_nothing_although_the_number_is_the_same(database: Database) {
    let mut place = Place::open(database.url()).await;
    let ours = place.position(&one_payment("S-1", 100)).await;
    let theirs = place.b.open(&one_payment("S-1", 100)).unwrap();
    place.store.commit(&scope(&place.b), theirs.batch).await.unwrap();
    let number = notice_of(&ours, "single");
    assert_eq!(number, notice_of(&theirs.position, "single"), "two institutions, one number");
    let mut message = receipt_message("rt-1", &number, 100, place.a.now);
    message.addressee.id_pa = B.to_owned();
    accepted(&place.ask(&receipt(message.clone())).await);
    let copy = kept(&place, &place.b, "rt-1", ReceiptOutcome::Ok).await.unwrap();
    assert_eq!((copy.role, copy.position), (ReceiptRole::Beneficiary, None));
    assert_eq!(status(&place, &ours).await, PositionStatus::Open);
    // The same receipt for the owner of the notice is another key.
    message.addressee.id_pa = A.to_owned();
    accepted(&place.ask(&receipt(message)).await);
    assert_eq!(status(&place, &ours).await, PositionStatus::Paid);
    let neighbour = place.store.position(&scope(&place.b), theirs.position.id).await.unwrap().unwrap();
    assert_eq!(position_status(&neighbour, place.a.now), PositionStatus::Open);
    assert_eq!(TAX_CODE, A);
}

/// As rule 29 says: a KO is kept and pays nothing.
pub(crate) async fn a_ko_pays_nothing_and_the_ok_after_it_is_another_receipt(database: Database) {
    let mut place = Place::open(database.url()).await;
    let position = place.position(&one_payment("S-1", 100)).await;
    let ok = receipt_message("rt-1", &notice_of(&position, "single"), 100, place.a.now);
    let ko = ReceiptMessage { outcome: Outcome::Ko, ..ok.clone() };
    accepted(&place.ask(&receipt(ko.clone())).await);
    assert_eq!(status(&place, &position).await, PositionStatus::Open);
    accepted(&place.ask(&receipt(ok)).await);
    assert_eq!(status(&place, &position).await, PositionStatus::Paid);
    assert_eq!(fault(&place.ask(&receipt(ko)).await), PaaFault::DuplicateReceipt);
    assert!(kept(&place, &place.a, "rt-1", ReceiptOutcome::Ko).await.is_some());
}

pub(crate) async fn a_receipt_by_a_wrong_way_or_for_a_closed_institution_is_kept_and_flagged(database: Database) {
    let mut place = Place::open(database.url()).await;
    let number = {
        let position = place.position(&one_payment("S-1", 100)).await;
        notice_of(&position, "single")
    };
    let now = place.a.now;
    let by = |id: &str, broker: &str, station: &str| {
        let mut message = receipt_message(id, &number, 100, now);
        message.stand_in = Some(true);
        broker.clone_into(&mut message.addressee.id_broker_pa);
        station.clone_into(&mut message.addressee.id_station);
        receipt(message)
    };
    let ours = crate::messages::addressee();
    for (id, broker, station) in [
        ("rt-broker", OTHER_BROKER, ours.id_station.as_str()),
        ("rt-station", ours.id_broker_pa.as_str(), "99999000039_77"),
        ("rt-foreign", OTHER_BROKER, FOREIGN),
    ] {
        accepted(&place.ask(&by(id, broker, station)).await);
        assert!(taken(&place, id).await.anomalies.contains(&Anomaly::StationMismatch), "{id}");
    }
    for status in [InstitutionStatus::Suspended, InstitutionStatus::Closed] {
        place.change_a(|institution| institution.status = status).await;
        place.other_process().await;
        let id = format!("rt-{}", status.name());
        accepted(&place.ask(&by(&id, &ours.id_broker_pa, &ours.id_station)).await);
        assert!(taken(&place, &id).await.anomalies.contains(&Anomaly::InstitutionInactive), "{id}");
    }
}

/// As rule 28 says: nothing else is refused.
pub(crate) async fn only_a_stranger_and_an_unreadable_receipt_are_refused(database: Database) {
    let mut place = Place::open(database.url()).await;
    let position = place.position(&one_payment("S-1", 100)).await;
    let message = receipt_message("rt-1", &notice_of(&position, "single"), 100, place.a.now);
    let mut stranger = message.clone();
    stranger.addressee.id_pa = "99999000099".to_owned();
    assert_eq!(fault(&place.ask(&receipt(stranger)).await), PaaFault::WrongInstitution);
    let whole = String::from_utf8(wire::request(&receipt(message))).unwrap();
    for field in ["receiptId", "noticeNumber", "fiscalCode", "outcome", "paymentAmount"] {
        let broken = whole.replace(&format!("<{field}>"), &format!("<{field}>???"));
        let broken = match field {
            // Any text of that length is a receipt id: only its absence makes it unreadable.
            "receiptId" => without(&whole, field),
            _ => broken,
        };
        let answer = place.post(broken.into_bytes(), Some("paSendRTV2")).await.judged(Primitive::SendRtV2);
        assert_eq!(fault(&answer), PaaFault::SyntaxXsd, "{field}");
    }
    assert_eq!(status(&place, &position).await, PositionStatus::Open);
}

pub(crate) async fn a_receipt_that_breaks_the_schema_in_the_rest_is_kept_and_flagged(database: Database) {
    let mut place = Place::open(database.url()).await;
    let now = place.a.now;
    let mut changed = Vec::new();
    let changes: [(&str, Change); 5] = [
        ("rt-misspelt", |whole| whole.replace("</receipt>", "<standin>true</standin></receipt>")),
        ("rt-instant", |whole| without(&whole, "paymentDateTime")),
        ("rt-bare", |whole| without(&without(&whole, "transferList"), "creditorReferenceId")),
        ("rt-words", |whole| whole.replace("<description>", &format!("<description>{}", "x".repeat(200)))),
        ("rt-unexpected", |whole| whole.replace("<idPSP>", "<surprise>x</surprise><idPSP>")),
    ];
    for (id, change) in changes {
        let position = place.position(&one_payment(id, 100)).await;
        let message = receipt_message(id, &notice_of(&position, "single"), 100, now);
        let whole = String::from_utf8(wire::request(&receipt(message))).unwrap();
        let answer = place.post(change(whole).into_bytes(), None).await.judged(Primitive::SendRtV2);
        accepted(&answer);
        assert_eq!(status(&place, &position).await, PositionStatus::Paid, "{id}");
        changed.push((id, taken(&place, id).await));
    }
    let anomalies = |id: &str| changed.iter().find(|(name, _)| *name == id).unwrap().1.anomalies.clone();
    assert!(anomalies("rt-misspelt").contains(&Anomaly::StandIn));
    for id in ["rt-instant", "rt-bare", "rt-words", "rt-unexpected"] {
        assert!(anomalies(id).contains(&Anomaly::IrregularMessage), "{id}");
    }
}

pub(crate) async fn a_receipt_that_cannot_be_committed_for_good_is_kept_raw_and_the_operators_are_alarmed(
    database: Database,
) {
    let mut place = Place::open(database.url()).await;
    let name = database.url().rsplit('/').next().unwrap().to_owned();
    let psql = |sql: &str| postgres::cluster().unwrap().psql(&name, sql).trim().to_owned();
    let raw = "SELECT count(*) FROM raw_messages WHERE reason = 'receipt_not_committed'";
    let alarms = "SELECT count(*) FROM audit WHERE action = 'operators.alerted' AND reason = 'receipt_not_committed'";
    psql("ALTER TABLE receipts ADD CONSTRAINT disorder CHECK (receipt_id <> 'rt-disorder')");
    for (id, breaks) in [("rt-disorder", false), ("rt-broken", true)] {
        let position = place.position(&one_payment(id, 100)).await;
        let arrival = receipt(receipt_message(id, &notice_of(&position, "single"), 100, place.a.now));
        if breaks {
            // The first identifier is the exchange's, the second the receipt's.
            place.world.breaks_in(2);
        }
        assert_eq!(fault(&place.ask(&arrival).await), PaaFault::SystemError, "{id}: the Node comes back");
        assert_eq!(status(&place, &position).await, PositionStatus::Open);
        let mine = format!("{raw} AND position('{id}' IN convert_from(message, 'UTF8')) > 0");
        assert_eq!(psql(&mine), "1", "{id}");
    }
    assert_eq!((psql(raw), psql(alarms)), ("2".to_owned(), "2".to_owned()));
}

type Change = fn(String) -> String;

/// A message without one of its elements.
fn without(whole: &str, element: &str) -> String {
    let (before, rest) = whole.split_once(&format!("<{element}>")).unwrap();
    let (_, after) = rest.split_once(&format!("</{element}>")).unwrap();
    format!("{before}{after}")
}

/// As rule 31 says: all receipts are kept, and the double payment is recorded.
pub(crate) async fn two_alternatives_paid_at_the_same_moment_are_both_kept(database: Database) {
    let mut place = Place::open(database.url()).await;
    let plan = place.position(&single_or_plan("plan")).await;
    let now = place.a.now;
    let requests: Vec<_> = [("whole", 10_000), ("first", 5_000), ("second", 5_000)]
        .map(|(reference, cents)| receipt(receipt_message(reference, &notice_of(&plan, reference), cents, now)))
        .into();
    for answer in join_all(requests.iter().map(|request| place.ask(request))).await {
        accepted(&answer);
    }
    let stored = place.stored(&plan).await;
    assert_eq!(position_status(&stored, now), PositionStatus::Paid);
    let mut double = 0;
    for reference in ["whole", "first", "second"] {
        assert!(named(&stored, reference).payment.is_some(), "{reference}");
        double += usize::from(taken(&place, reference).await.anomalies.contains(&Anomaly::DuplicatePayment));
    }
    assert!((1..=2).contains(&double), "the later ones are double payments: {double}");
}
