// SPDX-License-Identifier: AGPL-3.0-or-later
//! Demands of a provider's customer (rule 25): a notice of an active spontaneous service, made once for each key.

use futures_util::future::join_all;
use tramite_domain::batch::{Batch, Write};
use tramite_domain::debt_position::{Activity, DebtPosition, Origin, PositionStatus, cancel, position_status};
use tramite_domain::service::{Demand, DemandDebtor, FieldPath, Service, ServiceKind, ServiceStatus};
use tramite_pagopa::current::{Answer, DemandAnswer, DemandRequest, PaaFault, Request};
use tramite_pagopa::{Primitive, soap as wire};
use tramite_storage::{PageRequest, PositionFilter};
use tramite_testkit::{Database, postgres};

use crate::messages::{addressee, receipt, receipt_message, verify};
use crate::place::{Place, fault, scope};

const NAMESPACE: &str = "http://PuntoAccessoPSP.spcoop.gov.it/TassaAuto";

fn path(text: &str) -> FieldPath {
    text.parse().unwrap()
}

/// The car tax of the catalogue, with an amount and a debtor.
fn car_tax() -> Demand {
    Demand {
        service_id: "00009".parse().unwrap(),
        subject_id: "00035".parse().unwrap(),
        namespace: Some(NAMESPACE.parse().unwrap()),
        root: "tassaAuto".parse().unwrap(),
        key: vec![path("veicolo/targa"), path("anno")],
        debtor: Some(DemandDebtor { tax_code: path("codice"), full_name: path("nome") }),
        description: Some(path("causale")),
        amount: Some(path("importo")),
    }
}

const WHOLE: &str = "<ta:tassaAuto xmlns:ta=\"http://PuntoAccessoPSP.spcoop.gov.it/TassaAuto\"><ta:veicolo>\
    <ta:tipo>1</ta:tipo><ta:targa>AB345CD</ta:targa></ta:veicolo><ta:anno>2026</ta:anno>\
    <ta:codice>RSSMRA85T10A562S</ta:codice><ta:nome>Mario Rossi</ta:nome><ta:causale>Bollo auto 2026</ta:causale>\
    <ta:importo>120.50</ta:importo></ta:tassaAuto>";

fn asking(data: &str) -> Request {
    Request::Demand(DemandRequest {
        addressee: addressee(),
        service_id: "00009".to_owned(),
        subject_id: "00035".to_owned(),
        data: data.as_bytes().to_vec().into(),
    })
}

#[track_caller]
fn told(answer: Answer) -> DemandAnswer {
    match answer {
        Answer::Demand(answer) => answer,
        other => panic!("not a notice: {other:?}"),
    }
}

impl Place {
    /// The service of institution A, changed.
    async fn change_service(&mut self, change: impl FnOnce(&mut Service)) {
        let expected = self.a.service.version;
        change(&mut self.a.service);
        self.a.service.version = expected + 1;
        let put = Write::PutService { service: Box::new(self.a.service.clone()), expected: Some(expected) };
        self.store.commit(&scope(&self.a), Batch::new().with(put)).await.unwrap();
    }

    async fn offer_car_tax(&mut self) {
        let offering = |service: &mut Service| {
            service.kind = ServiceKind::Spontaneous;
            service.demand = Some(car_tax());
        };
        self.change_service(offering).await;
    }

    async fn positions(&self) -> Vec<DebtPosition> {
        let (own, filter) = (scope(&self.a), PositionFilter::default());
        self.store.positions(&own, &filter, &PageRequest::first(50), self.a.now).await.unwrap().items
    }
}

/// As rule 25 says: made or found, and committed before it is answered.
pub(crate) async fn a_demand_makes_a_position_and_the_same_again_is_the_same_notice(database: Database) {
    let mut place = Place::open(database.url()).await;
    place.offer_car_tax().await;
    let first = told(place.ask(&asking(WHOLE)).await);
    assert_eq!(first.payment.amount.cents(), 12_050);
    assert_eq!(first.payment.description, "Bollo auto 2026");
    assert_eq!(first.notice.fiscal_code, crate::place::A);
    let Answer::Verify(verified) = place.ask(&verify(&first.notice.notice_number)).await else { panic!("refused") };
    assert_eq!(verified, first.payment, "verify says the same of it");
    let made = place.positions().await;
    let [position] = made.as_slice() else { panic!("{made:?}") };
    assert_eq!((position.origin, position.created_by), (Origin::Demand, None));
    assert_eq!(position.external_id.as_ref().unwrap().as_str(), "AB345CD/2026");
    assert_eq!(position.debtor.tax_code.expose().to_string(), "RSSMRA85T10A562S");

    // Again, and twenty at once for another key: one position for each.
    assert_eq!(told(place.ask(&asking(WHOLE)).await), first);
    let other = asking(&WHOLE.replace("AB345CD", "ZZ999ZZ"));
    let answers = join_all((0..20).map(|_| place.ask(&other))).await;
    let notices: Vec<DemandAnswer> = answers.into_iter().map(told).collect();
    assert!(notices.iter().all(|one| *one == notices[0] && one.notice != first.notice));
    assert_eq!(place.positions().await.len(), 2);
    // A retired service makes nothing more, and what it made stays payable (rule 16).
    place.change_service(|service| service.status = ServiceStatus::Retired).await;
    assert_eq!(fault(&place.ask(&asking(WHOLE)).await), PaaFault::Semantic);
    assert!(matches!(place.ask(&verify(&first.notice.notice_number)).await, Answer::Verify(_)));
}

pub(crate) async fn a_demand_is_refused_by_the_state_of_its_position(database: Database) {
    let mut place = Place::open(database.url()).await;
    place.offer_car_tax().await;
    let paid = told(place.ask(&asking(WHOLE)).await).notice.notice_number;
    place.ask(&receipt(receipt_message("rt-1", &paid, 12_050, place.a.now))).await;
    assert_eq!(fault(&place.ask(&asking(WHOLE)).await), PaaFault::AlreadyPaid);
    let other = WHOLE.replace("AB345CD", "ZZ999ZZ");
    told(place.ask(&asking(&other)).await);
    let mut made = place.positions().await.into_iter();
    let open = made.find(|one| position_status(one, place.a.now) == PositionStatus::Open).unwrap();
    // Another debtor, or another amount, is not given the notice that is there.
    for (from, to) in [("RSSMRA85T10A562S", "VNTMHL76M09H501D"), ("120.50", "120.51")] {
        assert_eq!(fault(&place.ask(&asking(&other.replace(from, to))).await), PaaFault::Semantic, "{to}");
    }
    let decided = cancel(&mut place.a.given(), &open, Activity::default(), true).unwrap();
    place.write(decided).await;
    assert_eq!(fault(&place.ask(&asking(&other)).await), PaaFault::Cancelled);
}

pub(crate) async fn wrong_data_are_refused_with_the_field_and_without_its_value(database: Database) {
    let mut place = Place::open(database.url()).await;
    // Before the service offers it, and while it is a draft or for preloaded positions.
    assert_eq!(fault(&place.ask(&asking(WHOLE)).await), PaaFault::Semantic);
    place.offer_car_tax().await;
    let long = "A".repeat(1_000);
    let deep = format!("<{long}>{}</{long}><ta:codice>", "<a/>".repeat(3_000));
    for (name, from, to, expected, reason) in [
        ("no plate", "<ta:targa>AB345CD</ta:targa>", "", PaaFault::Semantic, "veicolo/targa"),
        ("an empty plate", "AB345CD", " ", PaaFault::Semantic, "veicolo/targa"),
        ("two years", "<ta:codice>", "<ta:anno>2027</ta:anno><ta:codice>", PaaFault::Semantic, "anno"),
        ("a plate with a bar", "AB345CD", "AB/345", PaaFault::Semantic, "veicolo/targa"),
        ("a person as key", "AB345CD", "RSSMRA85T10A562S", PaaFault::Semantic, "veicolo/targa"),
        ("no amount", "120.50", "12,5", PaaFault::Semantic, "importo"),
        ("nothing", "120.50", "0.00", PaaFault::Semantic, "importo"),
        ("too much", "120.50", "100000000.00", PaaFault::Semantic, "importo"),
        ("a wrong tax code", "RSSMRA85T10A562S", "RSSMRA85T10A562T", PaaFault::Semantic, "codice"),
        ("nobody", "RSSMRA85T10A562S", "ANONIMO", PaaFault::Semantic, "codice"),
        ("a long name", "Mario Rossi", &"Mario Rossi ".repeat(9), PaaFault::Semantic, "nome"),
        ("a person in the text", "Bollo auto", "RSSMRA85T10A562S", PaaFault::Semantic, "causale"),
        ("another document", "tassaAuto", "tassaBarche", PaaFault::SyntaxXsd, "servizio"),
        ("another namespace", "/TassaAuto\"", "/TassaBarche\"", PaaFault::SyntaxXsd, "servizio"),
        ("a name that thousands of fields lie below", "<ta:codice>", &deep, PaaFault::SyntaxExtraXsd, "XML"),
        ("not closed", "</ta:tassaAuto>", "", PaaFault::SyntaxExtraXsd, "XML"),
        ("a document type", "<ta:tassaAuto", "<!DOCTYPE a><ta:tassaAuto", PaaFault::SyntaxExtraXsd, "XML"),
        ("an entity", "Mario", "&m;", PaaFault::SyntaxExtraXsd, "XML"),
    ] {
        let Answer::Refused(_, refusal) = place.ask(&asking(&WHOLE.replace(from, to))).await else {
            panic!("{name} is not refused")
        };
        let said = refusal.description.clone().unwrap();
        assert_eq!(refusal.known(), Some(expected), "{name}: {said}");
        assert!(said.contains(reason), "{name}: {said}");
        for value in ["AB345CD", "RSSMRA", "Rossi", "120", "Bollo"] {
            assert!(!said.contains(value), "{name}: {said}");
        }
    }
    let whole = String::from_utf8(wire::request(&asking(WHOLE))).unwrap();
    let (before, after) = whole.split_once("<datiSpecificiServizioRequest>").unwrap();
    let broken = format!("{before}<datiSpecificiServizioRequest>?{after}");
    let answer = place.post(broken.into_bytes(), None).await.judged(Primitive::DemandPaymentNotice);
    assert_eq!(fault(&answer), PaaFault::SyntaxXsd, "no base64");
    place.change_service(|service| service.kind = ServiceKind::Preloaded).await;
    assert_eq!(fault(&place.ask(&asking(WHOLE)).await), PaaFault::Semantic);
    assert!(place.positions().await.is_empty(), "nothing was made");
}

pub(crate) async fn a_demand_and_its_position_come_into_the_journal_together(database: Database) {
    let mut place = Place::open(database.url()).await;
    place.offer_car_tax().await;
    let name = database.url().rsplit('/').next().unwrap().to_owned();
    let cluster = postgres::cluster().unwrap();
    let lines = |condition: &str| {
        let sql = format!("SELECT count(*) FROM journal WHERE operation = 'paDemandPaymentNotice' AND {condition}");
        cluster.psql(&name, &sql).trim().parse::<usize>().unwrap()
    };
    told(place.ask(&asking(WHOLE)).await);
    assert_eq!(lines("notice_number IS NOT NULL"), 2, "before anything was flushed, with the notice that was made");
    told(place.ask(&asking(WHOLE)).await);
    place.ask(&asking("<a/>")).await;
    place.close().await;
    assert_eq!((lines("true"), lines("outcome = 'OK'"), lines("outcome = 'PAA_SINTASSI_XSD'")), (6, 2, 1));
}
