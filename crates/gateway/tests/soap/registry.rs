// SPDX-License-Identifier: AGPL-3.0-or-later
//! What was declared a moment ago, by another process, holds at this door at once: nobody tells it.

use tramite_domain::anomaly::Anomaly;
use tramite_domain::institution::{Institution, StationLink};
use tramite_domain::notice::SegregationCode;
use tramite_domain::receipt::ReceiptOutcome;
use tramite_pagopa::current::{Addressee, Answer, PaaFault, Request, Version};
use tramite_testkit::Database;
use uuid::Uuid;

use crate::messages::{addressee, get, get_request, notice_of, receipt, receipt_message, verify};
use crate::place::{OTHER_BROKER, Place, fault, scope};
use crate::town::one_payment;

/// A station that nobody has declared yet, of our broker and of one that we are not yet.
const NEW: &str = "99999000039_09";
const NEW_BROKER: &str = "99999000112";
const NEW_BROKERS: &str = "99999000112_01";

/// The institution reached through another station too, by which notices of other digits come.
fn link(institution: &mut Institution, station: &str, digits: u8) {
    let first = institution.stations.first().unwrap().clone();
    let id = Uuid::from_u128(7_000 + u128::from(digits)).into();
    let segregation_code = SegregationCode::new(digits).ok();
    let link = StationLink { id, station_id: station.parse().unwrap(), segregation_code, issuing: false, ..first };
    institution.stations.push(link);
}

fn by(station: &str, broker: &str) -> Addressee {
    Addressee { id_broker_pa: broker.to_owned(), id_station: station.to_owned(), ..addressee() }
}

async fn get_by(place: &Place, number: &str, to: Addressee) -> Answer {
    let request = get_request(Version::V2, number);
    place.ask(&Request::Get(tramite_pagopa::current::GetRequest { addressee: to, ..request })).await
}

pub(crate) async fn a_station_a_link_and_an_account_are_served_the_moment_after_they_are_declared(database: Database) {
    let mut place = Place::open(database.url()).await;
    let position = place.position(&one_payment("S-1", 100)).await;
    let number = notice_of(&position, "single");
    let ours = addressee().id_broker_pa;
    // Each time the door knows everything before it changes.
    for (station, broker, digits) in [(NEW, ours.as_str(), 17), (NEW_BROKERS, NEW_BROKER, 18)] {
        place.other_process().await;
        assert!(matches!(place.ask(&verify(&number)).await, Answer::Verify(_)));
        place.add_station(station, broker).await;
        place.change_a(|institution| link(institution, station, digits)).await;
        let answer = get_by(&place, &number, by(station, broker)).await;
        assert!(matches!(answer, Answer::Get(..)), "{station}: {answer:?}");
    }
    // What is still wrong is refused, and asked of the database once: the next change is seen a second later.
    assert_eq!(fault(&get_by(&place, &number, by("99999000039_55", &ours)).await), PaaFault::WrongStation);
    assert_eq!(fault(&get_by(&place, &number, by(NEW, OTHER_BROKER)).await), PaaFault::WrongStation);

    let accounts = place.a.institution.accounts.clone();
    place.change_a(|institution| institution.accounts.clear()).await;
    place.other_process().await;
    assert_eq!(fault(&place.ask(&get(Version::V2, &number)).await), PaaFault::SystemError);
    place.change_a(|institution| institution.accounts = accounts).await;
    assert!(matches!(place.ask(&get(Version::V2, &number)).await, Answer::Get(..)));
}

pub(crate) async fn a_receipt_by_a_station_declared_a_moment_ago_is_not_strange(database: Database) {
    let mut place = Place::open(database.url()).await;
    let position = place.position(&one_payment("S-1", 100)).await;
    let number = notice_of(&position, "single");
    assert!(matches!(place.ask(&get(Version::V2, &number)).await, Answer::Get(..)));
    place.add_station(NEW, &addressee().id_broker_pa).await;
    place.change_a(|institution| link(institution, NEW, 17)).await;
    let mut message = receipt_message("rt-1", &number, 100, place.a.now);
    NEW.clone_into(&mut message.addressee.id_station);
    assert!(matches!(place.ask(&receipt(message)).await, Answer::ReceiptAccepted(_)));
    let kept = place.store.receipt_by_key(&scope(&place.a), "rt-1", ReceiptOutcome::Ok).await.unwrap().unwrap();
    assert!(!kept.anomalies.contains(&Anomaly::StationMismatch), "{:?}", kept.anomalies);
}
