// SPDX-License-Identifier: AGPL-3.0-or-later
//! Demands for a notice of a spontaneous service.

use reqwest::StatusCode;
use serde_json::{Value, json};
use tramite_pagopa::Primitive;
use tramite_pagopa::current::{Answer, Fault, PaaFault, Request};

use crate::creditor::{BROKER, Instead, NOTICE, OWNER, PROVINCE, STATION, demand_answer, written};
use crate::stage::Stage;

const DATA: &str = "<ta:tassaAuto xmlns:ta=\"http://example.org/a\"><ta:targa>AB345CD</ta:targa></ta:tassaAuto>";

fn order() -> Value {
    json!({"creditor_tax_code": OWNER, "service_id": "00009", "subject_id": "00035", "data": DATA})
}

async fn demand(stage: &Stage) -> Value {
    let (status, report) = stage.post("/sandbox/v1/demands", &order()).await;
    assert_eq!(status, StatusCode::OK, "{report}");
    report
}

/// The right answer, written and then spoilt.
fn spoilt(from: &str, to: &str) -> Instead {
    let right = String::from_utf8(written(&Answer::Demand(demand_answer(NOTICE)))).unwrap();
    assert!(right.contains(from), "{right}");
    Instead::Say(200, right.replace(from, to).into_bytes())
}

pub(crate) async fn a_notice_is_demanded_and_the_answer_judged_as_strictly_as_any_other() {
    let stage = Stage::set().await;
    let report = demand(&stage).await;
    assert_eq!((&report["outcome"], &report["notice_number"]), (&json!("OK"), &json!(NOTICE)), "{report}");
    assert_eq!(report["notice"]["amount"], 12_050);
    let heard = stage.creditor.heard();
    let [Request::Demand(asked)] = heard.as_slice() else { panic!("{heard:?}") };
    let addressee = &asked.addressee;
    assert_eq!((&*addressee.id_pa, &*addressee.id_broker_pa, &*addressee.id_station), (OWNER, BROKER, STATION));
    assert_eq!((&*asked.service_id, &*asked.subject_id), ("00009", "00035"));
    assert_eq!(asked.data.expose(), DATA.as_bytes());
    let kept = stage.get(&format!("/sandbox/v1/transcripts/{}", report["id"].as_str().unwrap())).await.1;
    assert_eq!((&kept["kind"], &kept["transcript"]), (&json!("demand"), &report["transcript"]));
    // The notice that was made is paid like any other.
    assert_eq!(stage.pay(json!("pay")).await["outcome"], "OK");

    let primitive = Primitive::DemandPaymentNotice;
    let element = |name: &str| {
        let right = String::from_utf8(written(&Answer::Demand(demand_answer(NOTICE)))).unwrap();
        let (from, rest) = right.split_once(&format!("<{name}>")).unwrap();
        let (_, to) = rest.split_once(&format!("</{name}>")).unwrap();
        Instead::Say(200, format!("{from}{to}").into_bytes())
    };
    let mut wrong: Vec<(&str, Instead)> =
        ["qrCode", "paymentList", "paymentDescription", "fiscalCodePA", "companyName"]
            .map(|name| (name, element(name)))
            .into();
    wrong.push(("amount", spoilt("<amount>120.50</amount>", "<amount>0.00</amount>")));
    wrong.push(("another's notice", spoilt(OWNER, PROVINCE)));
    wrong.push(("no station for it", spoilt(NOTICE, "399000000001234586")));
    wrong.push(("a KO without fault", spoilt("<outcome>OK</outcome>", "<outcome>KO</outcome>")));
    for (name, instead) in wrong {
        stage.creditor.does(primitive, instead);
        let report = demand(&stage).await;
        assert_eq!(report["fault"]["fault_code"], "PPT_STAZIONE_INT_PA_ERRORE_RESPONSE", "{name}: {report}");
        assert_eq!((&report["outcome"], report.get("notice_number")), (&json!("KO"), None), "{name}");
    }
    stage.creditor.does(
        primitive,
        Instead::Answer(|request| {
            let fault =
                Fault::new(PaaFault::Semantic, request.addressee().id_pa.clone()).because("manca il dato targa");
            Answer::Refused(Primitive::DemandPaymentNotice, fault)
        }),
    );
    let refused = demand(&stage).await;
    assert_eq!(refused["fault"]["original_fault_code"], "PAA_SEMANTICA", "{refused}");
    assert_eq!(refused["fault"]["original_description"], "manca il dato targa");
}

pub(crate) async fn a_wrong_demand_is_refused_before_anybody_is_asked() {
    let stage = Stage::set().await;
    for (pointer, wrong) in [("/service_id", json!("9")), ("/subject_id", json!("000035")), ("/data", json!(""))] {
        let mut order = order();
        *order.pointer_mut(pointer).unwrap() = wrong;
        let (status, problem) = stage.post("/sandbox/v1/demands", &order).await;
        assert_eq!((status, &problem["errors"][0]["pointer"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!(pointer)));
    }
    for (creditor, station, fault) in [
        ("99999000039", None, "PPT_DOMINIO_SCONOSCIUTO"),
        (OWNER, Some("99999000039_99"), "PPT_STAZIONE_INT_PA_SCONOSCIUTA"),
    ] {
        let mut order = order();
        order["creditor_tax_code"] = json!(creditor);
        if let Some(station) = station {
            order["station_id"] = json!(station);
        }
        let (_, report) = stage.post("/sandbox/v1/demands", &order).await;
        assert_eq!(report["fault"]["fault_code"], fault, "{report}");
    }
    assert!(stage.creditor.heard().is_empty());
}
