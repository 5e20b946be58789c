// SPDX-License-Identifier: AGPL-3.0-or-later
//! Notices with a past: of every aux digit, and issued before station, code or account changed (rules.md 2, 4 and 17).

use tramite_domain::anomaly::Anomaly;
use tramite_domain::debt_position::{PositionInput, PositionStatus, position_status};
use tramite_domain::institution::{Account, Institution, StationLink};
use tramite_domain::notice::{ApplicationCode, AuxDigit, SegregationCode};
use tramite_domain::receipt::ReceiptOutcome;
use tramite_pagopa::current::{Addressee, Answer, Destination, GetAnswer, PaaFault, ReceiptMessage, Request, Version};
use tramite_testkit::Database;
use uuid::Uuid;

use crate::messages::{addressee, get, get_request, notice_of, receipt, receipt_message, verify};
use crate::place::{Place, fault, scope};
use crate::town::{named, one_payment, single_or_plan};

const NEW: &str = "99999000039_09";
const NEW_IBAN: &str = "IT96R0123454321000000012345";

fn link(institution: &mut Institution, at: u128, aux_digit: AuxDigit, code: Option<u8>) {
    let first = institution.stations.first().unwrap().clone();
    institution.stations.push(StationLink {
        id: Uuid::from_u128(7_000 + at).into(),
        aux_digit,
        segregation_code: None,
        application_code: code.map(|code| ApplicationCode::new(code).unwrap()),
        issuing: false,
        ..first
    });
}

/// One payment of 100.00 with a number of the institution's own.
fn bringing(external_id: &str, number: &str) -> PositionInput {
    let mut input = single_or_plan(external_id);
    input.payment_options.truncate(1);
    input.payment_options[0].installments[0].notice_number = Some(number.to_owned());
    input
}

fn told(answer: Answer) -> GetAnswer {
    match answer {
        Answer::Get(_, answer) => *answer,
        other => panic!("not an answer to a get: {other:?}"),
    }
}

async fn taken(place: &Place, id: &str) -> tramite_domain::receipt::Receipt {
    place.store.receipt_by_key(&scope(&place.a), id, ReceiptOutcome::Ok).await.unwrap().unwrap()
}

/// Rule 2: notices of aux digits 0, 1 and 2 are verified, fetched and paid like those of aux digit 3, under the creditor
/// reference that their own layout says.
pub(crate) async fn notices_of_every_aux_digit_are_verified_fetched_and_paid(database: Database) {
    let mut place = Place::open(database.url()).await;
    place
        .change_a(|institution| {
            link(institution, 0, AuxDigit::Zero, Some(2));
            link(institution, 1, AuxDigit::One, None);
            link(institution, 2, AuxDigit::Two, None);
        })
        .await;
    for (number, iuv) in [
        ("002152784547130177", "152784547130177"),
        ("112345678901234567", "12345678901234567"),
        ("200000000000000103", "00000000000000103"),
        ("305000000001234586", "05000000001234586"),
    ] {
        let position = place.position(&bringing(number, number)).await;
        let Answer::Verify(verified) = place.ask(&verify(number)).await else { panic!("refused: {number}") };
        assert_eq!(verified.amount.cents(), 10_000);
        for version in [Version::V1, Version::V2] {
            let got = told(place.ask(&get(version, number)).await);
            assert_eq!((got.creditor_reference_id.as_str(), got.amount.cents()), (iuv, 10_000), "{number}");
            let text = &got.transfers[0].remittance_information;
            assert!(text.starts_with(&format!("/RFB/{iuv}/100.00")), "{text}");
        }
        let message = ReceiptMessage {
            creditor_reference_id: Some(iuv.to_owned()),
            stand_in: Some(true),
            ..receipt_message(&format!("rt-{number}"), number, 10_000, place.a.now)
        };
        assert!(matches!(place.ask(&receipt(message)).await, Answer::ReceiptAccepted(_)));
        let kept = taken(&place, &format!("rt-{number}")).await;
        assert_eq!((kept.content.iuv.as_str(), kept.content.notice_number.as_str()), (iuv, number));
        assert_eq!(kept.position.as_ref().map(|subject| subject.position_id), Some(position.id));
        let stored = place.stored(&position).await;
        assert_eq!(position_status(&stored, place.a.now), PositionStatus::Paid, "{number}");
        assert_eq!(fault(&place.ask(&verify(number)).await), PaaFault::AlreadyPaid);
    }
}

/// Rule 4: what the Node asks is never refused for its digits; where nobody knows the notice, it is unknown.
pub(crate) async fn no_eighteen_digits_are_refused_for_their_form(database: Database) {
    let place = Place::open(database.url()).await;
    for number in ["305000000001234587", "002152784547130178", "912345678901234567", "399000012345678900"] {
        for request in [verify(number), get(Version::V1, number), get(Version::V2, number)] {
            assert_eq!(fault(&place.ask(&request).await), PaaFault::UnknownPayment, "{number}");
        }
        let paid = ReceiptMessage {
            stand_in: Some(true),
            ..receipt_message(&format!("rt-{number}"), number, 100, place.a.now)
        };
        assert!(matches!(place.ask(&receipt(paid)).await, Answer::ReceiptAccepted(_)), "{number}");
        assert!(taken(&place, &format!("rt-{number}")).await.anomalies.contains(&Anomaly::UnknownPosition));
    }
}

/// Rule 17: after another station, another segregation code and another account an issued notice is payable by the new way
/// and, until the Node's own registry has followed, by the old one; the money goes to the account of now.
pub(crate) async fn an_issued_notice_outlives_its_station_its_code_and_its_account(database: Database) {
    let mut place = Place::open(database.url()).await;
    let position = place.position(&one_payment("S-1", 12_050)).await;
    let number = notice_of(&position, "single");
    let before = told(place.ask(&get(Version::V2, &number)).await);
    place.add_station(NEW, &addressee().id_broker_pa).await;
    place.later(60);
    let now = place.a.now;
    place
        .change_a(|institution| {
            let old = institution.stations.first_mut().unwrap();
            old.valid_to = Some(now);
            let next = StationLink {
                id: Uuid::from_u128(7_100).into(),
                station_id: NEW.parse().unwrap(),
                segregation_code: SegregationCode::new(6).ok(),
                valid_from: now,
                valid_to: None,
                ..old.clone()
            };
            institution.stations.push(next);
            let old = institution.accounts.iter_mut().find(|account| account.id.as_str() == "main").unwrap();
            old.valid_to = Some(now);
            let next = Account { iban: NEW_IBAN.parse().unwrap(), valid_from: now, valid_to: None, ..old.clone() };
            institution.accounts.push(next);
        })
        .await;
    place.later(1);
    place.other_process().await;
    let by = |station: &str| Addressee { id_station: station.to_owned(), ..addressee() };
    for addressee in [by(NEW), addressee()] {
        let mut request = get_request(Version::V2, &number);
        request.addressee = addressee.clone();
        let got = told(place.ask(&Request::Get(request)).await);
        assert_eq!(got.transfers[0].destination, Destination::Iban(NEW_IBAN.to_owned()), "{addressee:?}");
        // Everything else is what it was.
        let mut back = got.clone();
        back.transfers[0].destination = before.transfers[0].destination.clone();
        assert_eq!(back, before);
    }
    assert!(matches!(place.ask(&verify(&number)).await, Answer::Verify(_)));
    assert_eq!(place.stored(&position).await.options, position.options, "nothing of it was written");
    // The receipt by the old way is taken and flagged (rules.md 28).
    let message = receipt_message("rt-1", &number, 12_050, place.a.now);
    assert!(matches!(place.ask(&receipt(message)).await, Answer::ReceiptAccepted(_)));
    assert_eq!(taken(&place, "rt-1").await.anomalies, [Anomaly::StationMismatch].into());
    assert!(named(&place.stored(&position).await, "single").payment.is_some());
}
