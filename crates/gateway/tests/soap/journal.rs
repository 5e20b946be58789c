// SPDX-License-Identifier: AGPL-3.0-or-later
//! The journal: two lines for each message, as the bytes were (sla.md 5).

use tramite_gateway::soap::month_of;
use tramite_pagopa::current::{PROBE_NOTICE, Request, Version};
use tramite_testkit::{Database, postgres};

use crate::messages::{get, notice_of, receipt, receipt_message, verify};
use crate::place::Place;
use crate::town::one_payment;

pub(crate) async fn every_message_has_two_lines_and_those_of_a_receipt_come_with_it(database: Database) {
    let mut place = Place::open(database.url()).await;
    let name = database.url().rsplit('/').next().unwrap().to_owned();
    let cluster = postgres::cluster().unwrap();
    let lines = |condition: &str| {
        let sql = format!("SELECT count(*) FROM journal WHERE {condition}");
        cluster.psql(&name, &sql).trim().parse::<usize>().unwrap()
    };
    let position = place.position(&one_payment("S-1", 100)).await;
    let number = notice_of(&position, "single");
    place.ask(&receipt(receipt_message("rt-1", &number, 100, place.a.now))).await;
    // Before anything was flushed: they were committed with the receipt.
    assert_eq!(lines("operation = 'paSendRTV2' AND payment_token = 'rt-1' AND psp_id = 'ABCDITM1'"), 2);
    place.ask(&verify(&number)).await;
    place.ask(&get(Version::V1, &number)).await;
    place.post(b"nonsense".to_vec(), None).await;
    let institution = place.a.institution.id;
    place.close().await;
    assert_eq!(lines("true"), 8);
    assert_eq!(lines(&format!("institution_id = '{institution}'")), 6);
    assert_eq!(lines("institution_id = '00000000-0000-0000-0000-000000000000'"), 2);
    assert_eq!(lines("direction = 'req' AND outcome IS NULL AND caller = 'NodoDeiPagamentiSPC'"), 4);
    assert_eq!(lines("direction = 'rsp' AND outcome = 'PAA_PAGAMENTO_DUPLICATO' AND duration_us > 0"), 2);
    assert_eq!(lines("direction = 'rsp' AND http_status = 500 AND outcome = 'KO'"), 1);
    assert_eq!(lines("iuv = substr(notice_number, 2)"), 6, "found by the reference too");
    assert_eq!(lines("notice_number IS NOT NULL AND station_id = '99999000039_01'"), 6);
    let pairs =
        "(SELECT count(*) FROM (SELECT exchange FROM journal GROUP BY exchange HAVING count(*) = 2) AS pairs) = 4";
    assert_eq!(lines(pairs), 8);
}

pub(crate) async fn what_is_answered_is_counted_by_primitive_and_outcome_and_in_the_month_of_its_station(
    database: Database,
) {
    let mut place = Place::open(database.url()).await;
    let position = place.position(&one_payment("S-1", 100)).await;
    let number = notice_of(&position, "single");
    place.ask(&verify(&number)).await;
    place.ask(&get(Version::V2, &number)).await;
    place.ask(&get(Version::V2, &number)).await;
    place.ask(&receipt(receipt_message("rt-1", &number, 100, place.a.now))).await;
    place.ask(&verify(&number)).await;
    let Request::Verify(mut probe) = verify(&number) else { panic!("a verification") };
    PROBE_NOTICE.clone_into(&mut probe.notice.notice_number);
    place.ask(&Request::Verify(probe.clone())).await;
    // What only a message says is no label.
    "RSSMRA85T10A562S".clone_into(&mut probe.addressee.id_station);
    place.ask(&Request::Verify(probe)).await;
    place.post(b"nonsense".to_vec(), None).await;
    let text = place.door.metrics().text();
    for line in [
        "tramite_node_requests_total{primitive=\"paVerifyPaymentNotice\",version=\"1\",outcome=\"ok\"} 1",
        "tramite_node_requests_total{primitive=\"paVerifyPaymentNotice\",version=\"1\",outcome=\"PAA_PAGAMENTO_DUPLICATO\"} 1",
        "tramite_node_requests_total{primitive=\"paVerifyPaymentNotice\",version=\"1\",outcome=\"PAA_STAZIONE_INT_ERRATA\"} 1",
        "tramite_node_requests_total{primitive=\"paGetPayment\",version=\"2\",outcome=\"ok\"} 2",
        "tramite_node_requests_total{primitive=\"unknown\",version=\"1\",outcome=\"KO\"} 1",
        "tramite_node_request_duration_seconds_count{primitive=\"paSendRT\",version=\"2\"} 1",
        "tramite_node_probes_total{outcome=\"ok\"} 1",
        "tramite_node_probes_total{outcome=\"failed\"} 1",
        "tramite_node_station_answers_total{station=\"99999000039_01\",result=\"ok\"} 4",
        "tramite_node_station_answers_total{station=\"unknown\",result=\"refused\"} 2",
    ] {
        assert!(text.lines().any(|said| said == line), "{line} in {text}");
    }
    assert!(!text.contains("RSSMRA85T10A562S"), "{text}");
    let month = month_of(place.a.now);
    let (store, ..) = place.close().await;
    let counted = store.system().node_answers(month).await.unwrap();
    let counted: Vec<_> = counted.iter().map(|one| (one.primitive.as_str(), one.answered, one.within)).collect();
    assert_eq!(counted, [("paGetPayment", 2, 2), ("paSendRT", 1, 1), ("paVerifyPaymentNotice", 3, 3)]);
}
