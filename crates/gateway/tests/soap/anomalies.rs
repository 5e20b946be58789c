// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is strange about a payment is said three times: by the receipt, by the installment that it pays, and by an event
//! of its own (rules 26, 28, 29 and 30).

use std::collections::{BTreeMap, BTreeSet};

use tramite_domain::anomaly::Anomaly;
use tramite_domain::debt_position::{Activity, DebtPosition, OptionKind, PositionInput, cancel};
use tramite_domain::event::EventKind;
use tramite_domain::ids::ReceiptRowId;
use tramite_domain::institution::InstitutionStatus;
use tramite_domain::money::Cents;
use tramite_domain::receipt::{Receipt, ReceiptOutcome};
use tramite_pagopa::current::{Answer, PaaFault, ReceiptMessage, Version};
use tramite_testkit::Database;

use crate::messages::{get, notice_of, receipt, receipt_message};
use crate::place::{Place, fault, scope};
use crate::town::{one_payment, single_or_plan};

/// The longest feed that is read.
const FEED_MAX: u16 = 500;

impl Place {
    async fn receipt_of(&self, id: &str) -> Receipt {
        self.store.receipt_by_key(&scope(&self.a), id, ReceiptOutcome::Ok).await.unwrap().unwrap()
    }

    /// Sends a receipt; the platform says that it answered in our stead unless the message says otherwise.
    async fn paid(&self, id: &str, number: &str, cents: i64, change: impl FnOnce(&mut ReceiptMessage)) {
        let mut message = ReceiptMessage { stand_in: Some(true), ..receipt_message(id, number, cents, self.a.now) };
        change(&mut message);
        let answer = self.ask(&receipt(message)).await;
        assert!(matches!(answer, Answer::ReceiptAccepted(_)), "{id}: {answer:?}");
    }

    /// What the events of each receipt tell of strange things.
    async fn told(&self) -> BTreeMap<ReceiptRowId, Vec<Anomaly>> {
        self.store.system().publish_feed(usize::from(FEED_MAX)).await.unwrap();
        let feed = self.store.feed(&scope(&self.a), 0, FEED_MAX).await.unwrap();
        let mut told: BTreeMap<ReceiptRowId, Vec<Anomaly>> = BTreeMap::new();
        for one in feed.into_iter().filter(|one| one.event.kind == EventKind::AnomalyDetected) {
            let data = one.event.data;
            assert_eq!(data.anomalies.len(), 1, "each has an event of its own: {data:?}");
            told.entry(data.receipt_id.unwrap()).or_default().extend(data.anomalies);
        }
        told
    }

    /// The positions of the cases, by what is strange about paying them.
    async fn strange_positions(&mut self) -> BTreeMap<&'static str, DebtPosition> {
        let mut made = BTreeMap::new();
        for plain in ["amount", "twice", "alone", "station", "irregular", "differs", "standin", "closed"] {
            made.insert(plain, self.position(&one_payment(plain, 100)).await);
        }
        let open = self.position(&one_payment("cancelled", 100)).await;
        let decided = cancel(&mut self.a.given(), &open, Activity::default(), false).unwrap();
        made.insert("cancelled", self.write(decided).await);
        let draft = PositionInput { publish: false, ..one_payment("draft", 100) };
        made.insert("draft", self.position(&draft).await);
        let expiring = PositionInput {
            due_date: Some(self.a.now.rome_date()),
            expires_after_due_date: Some(true),
            ..one_payment("expired", 100)
        };
        made.insert("expired", self.position(&expiring).await);
        made.insert("plan", self.position(&single_or_plan("plan")).await);
        let mut reduced = single_or_plan("reduced");
        reduced.payment_options.truncate(1);
        reduced.payment_options[0].kind = OptionKind::Reduced;
        reduced.payment_options[0].available_until = Some(self.a.now.plus_seconds(3_600));
        made.insert("reduced", self.position(&reduced).await);
        made
    }
}

pub(crate) async fn every_anomaly_is_said_by_the_receipt_its_installment_and_an_event_of_its_own(database: Database) {
    let mut place = Place::open(database.url()).await;
    let made = place.strange_positions().await;
    place.later(15 * 3_600);
    let number = |name: &str, reference: &str| notice_of(&made[name], reference);
    let as_is = |_: &mut ReceiptMessage| {};
    place.paid("rt-amount", &number("amount", "single"), 99, as_is).await;
    place.paid("rt-first", &number("twice", "single"), 100, as_is).await;
    place.paid("rt-second", &number("twice", "single"), 100, as_is).await;
    place.paid("rt-alone", &number("alone", "single"), 100, |message| message.stand_in = None).await;
    let wrong_way = |message: &mut ReceiptMessage| "99999000039_77".clone_into(&mut message.addressee.id_station);
    place.paid("rt-station", &number("station", "single"), 100, wrong_way).await;
    place.paid("rt-irregular", &number("irregular", "single"), 100, |message| message.payment_date_time = None).await;
    place.paid("rt-standin", &number("standin", "single"), 100, as_is).await;
    place.paid("rt-cancelled", &number("cancelled", "single"), 100, as_is).await;
    place.paid("rt-draft", &number("draft", "single"), 100, as_is).await;
    place.paid("rt-expired", &number("expired", "single"), 100, as_is).await;
    place.paid("rt-part", &number("plan", "first"), 5_000, as_is).await;
    place.paid("rt-whole", &number("plan", "whole"), 10_000, as_is).await;
    place.paid("rt-late", &number("reduced", "whole"), 10_000, as_is).await;
    place.paid("rt-unknown", "305999999999999942", 777, as_is).await;
    place.paid("rt-differs", &number("differs", "single"), 100, as_is).await;
    let other = receipt_message("rt-differs", &number("amount", "single"), 1, place.a.now);
    for _ in 0..2 {
        let answer = place.ask(&receipt(other.clone())).await;
        assert_eq!(fault(&answer), PaaFault::DuplicateReceipt);
    }
    place.change_a(|institution| institution.status = InstitutionStatus::Suspended).await;
    place.other_process().await;
    place.paid("rt-closed", &number("closed", "single"), 100, as_is).await;

    let told = place.told().await;
    for (id, own) in [
        ("rt-amount", vec![Anomaly::AmountMismatch]),
        ("rt-first", vec![]),
        ("rt-second", vec![Anomaly::DuplicatePayment]),
        ("rt-station", vec![Anomaly::StationMismatch]),
        ("rt-irregular", vec![Anomaly::IrregularMessage]),
        ("rt-standin", vec![]),
        ("rt-cancelled", vec![Anomaly::CancelledPosition]),
        ("rt-draft", vec![Anomaly::DraftPosition]),
        ("rt-expired", vec![Anomaly::ExpiredPosition]),
        ("rt-part", vec![]),
        ("rt-whole", vec![Anomaly::SupersededPosition, Anomaly::DuplicatePayment]),
        ("rt-late", vec![Anomaly::LateReduced]),
        ("rt-unknown", vec![Anomaly::UnknownPosition]),
        ("rt-differs", vec![Anomaly::ReceiptDiffers]),
        ("rt-closed", vec![Anomaly::InstitutionInactive]),
        ("rt-alone", vec![Anomaly::NotActivated]),
    ] {
        let mut expected: BTreeSet<Anomaly> = own.into_iter().collect();
        if id != "rt-alone" {
            expected.insert(Anomaly::StandIn);
        }
        let kept = place.receipt_of(id).await;
        assert_eq!(kept.anomalies, expected, "{id}: the receipt");
        let subject = kept.position.unwrap();
        let position = place.store.position(&scope(&place.a), subject.position_id).await.unwrap().unwrap();
        let (_, installment) = position.installment(subject.installment_id).unwrap();
        assert!(installment.anomalies.is_superset(&expected), "{id}: the installment {:?}", installment.anomalies);
        assert!(installment.payment.is_some(), "{id}: money wins");
        let events = &told[&kept.id];
        assert_eq!(events.iter().copied().collect::<BTreeSet<_>>(), expected, "{id}: the events");
        assert_eq!(events.len(), expected.len(), "{id}: each is told once");
    }
}

pub(crate) async fn a_receipt_is_booked_as_the_shares_that_it_pays(database: Database) {
    let mut place = Place::open(database.url()).await;
    let mut input = single_or_plan("booked");
    input.payment_options.truncate(1);
    let entry = |chapter: &str, amount: i64| tramite_domain::debt_position::AccountingEntryInput {
        chapter: chapter.to_owned(),
        year: Some(2026),
        amount,
        ..Default::default()
    };
    let share =
        |amount, accounting| tramite_domain::debt_position::TransferInput { amount, accounting, ..Default::default() };
    input.payment_options[0].installments[0].transfers =
        vec![share(7_000, vec![entry("3.100", 6_000), entry("3.200", 1_000)]), share(3_000, vec![entry("9.9", 3_000)])];
    let position = place.position(&input).await;
    assert_eq!(place.stored(&position).await, position, "the split comes back as it was kept");
    let number = notice_of(&position, "whole");
    // Nothing of it is told to the Node.
    let got = place.post(tramite_pagopa::soap::request(&get(Version::V2, &number)), None).await.text();
    assert!(!got.contains("3.100") && got.contains("70.00"), "{got}");
    let mut message = receipt_message("rt-1", &number, 10_000, place.a.now);
    message.transfers = vec![
        crate::receipt_of::share(2, crate::place::A, 3_000),
        crate::receipt_of::share(1, crate::place::A, 7_000),
        // A share that the position does not have.
        crate::receipt_of::share(3, crate::place::A, 1),
    ];
    assert!(matches!(place.ask(&receipt(message)).await, Answer::ReceiptAccepted(_)));
    let kept = place.receipt_of("rt-1").await;
    let booked: Vec<(u8, Vec<(String, Cents)>)> = kept
        .content
        .transfers
        .iter()
        .map(|one| (one.index, one.accounting.iter().map(|entry| (entry.chapter.to_string(), entry.amount)).collect()))
        .collect();
    let cents = |amount| Cents::new(amount).unwrap();
    assert_eq!(
        booked,
        [
            (2, vec![("9.9".to_owned(), cents(3_000))]),
            (1, vec![("3.100".to_owned(), cents(6_000)), ("3.200".to_owned(), cents(1_000))]),
            (3, vec![]),
        ]
    );
}
