// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the Node calls each failure.

use reqwest::StatusCode;
use serde_json::json;
use tramite_pagopa::current::{Answer, PaaFault, Request};
use tramite_pagopa::{Primitive, soap};
use tramite_testkit::free_port;

use crate::creditor::{IBAN, Instead, OWNER, PROVINCE, STATION, payment, verify_answer, written};
use crate::stage::{Stage, registry};

fn xml(answer: &Answer) -> String {
    String::from_utf8(written(answer)).unwrap()
}

pub(crate) async fn every_failure_of_the_creditor_has_its_own_name() {
    let stage = Stage::set().await;
    let verify = xml(&Answer::Verify(verify_answer()));
    let say = |status: u16, text: &str| Instead::Say(status, text.as_bytes().to_vec());
    let wrong = "PPT_STAZIONE_INT_PA_ERRORE_RESPONSE";
    let inactive = "PPT_STAZIONE_INT_PA_SERVIZIO_NONATTIVO";
    let cases = [
        ("too late", Instead::Sleep(600), "PPT_STAZIONE_INT_PA_TIMEOUT"),
        ("unavailable", say(503, "<html/>"), inactive),
        ("redirect", say(302, ""), inactive),
        ("SOAP fault", Instead::Say(500, soap::client_fault("no")), inactive),
        ("SOAP fault with 200", Instead::Say(200, soap::client_fault("no")), wrong),
        ("nothing", say(200, ""), wrong),
        ("a page", say(200, "<!DOCTYPE html><html></html>"), wrong),
        ("one decimal", say(200, &verify.replace("120.50", "120.5")), wrong),
        ("KO without fault", say(200, &verify.replace(">OK<", ">KO<")), wrong),
        ("no name", say(200, &verify.replace("<companyName>Comune di Esempio</companyName>", "")), wrong),
        ("too much", Instead::Say(200, vec![b' '; 2 * 1024 * 1024]), wrong),
        ("refused", Instead::Refuse(PaaFault::Expired), "PPT_ERRORE_EMESSO_DA_PAA"),
    ];
    for (name, instead, expected) in cases {
        stage.creditor.does(Primitive::VerifyPaymentNotice, instead);
        let report = stage.pay(json!("pay")).await;
        let fault = &report["fault"];
        assert_eq!(fault["fault_code"], expected, "{name}: {report}");
        assert_eq!(report["transcript"].as_array().unwrap().len(), 1, "{name}");
        if expected == "PPT_ERRORE_EMESSO_DA_PAA" {
            assert_eq!(fault["id"], OWNER);
            assert_eq!(fault["original_fault_code"], "PAA_PAGAMENTO_SCADUTO");
            assert_eq!(fault["original_description"], "Una prova");
        } else {
            assert_eq!(fault["id"], "NodoDeiPagamentiSPC", "{name}");
        }
        if expected == wrong && name != "too much" {
            assert_ne!(report["transcript"][0]["violations"], json!([]), "{name}");
        }
    }
    let nobody = format!("http://127.0.0.1:{}/", free_port()).parse().unwrap();
    let stage = Stage::bare(|settings| settings.soap_url = nobody).await;
    stage.register(registry(2)).await;
    assert_eq!(stage.pay(json!("pay")).await["fault"]["fault_code"], "PPT_STAZIONE_INT_PA_IRRAGGIUNGIBILE");
}

pub(crate) async fn a_station_is_found_by_the_notice_alone() {
    let stage = Stage::set().await;
    for (creditor, notice, expected) in [
        (OWNER, "311456789012345678", "PPT_STAZIONE_INT_PA_SCONOSCIUTA"),
        (OWNER, "005456789012345678", "PPT_STAZIONE_INT_PA_SCONOSCIUTA"),
        ("99999000047", "305456789012345678", "PPT_DOMINIO_SCONOSCIUTO"),
    ] {
        let report = stage.order(json!({"creditor_tax_code": creditor, "notice_number": notice})).await;
        assert_eq!(report["fault"]["fault_code"], expected);
    }
    let mut disabled = registry(2);
    disabled["institutions"][0]["enabled"] = json!(false);
    stage.register(disabled).await;
    assert_eq!(stage.pay(json!("pay")).await["fault"]["fault_code"], "PPT_DOMINIO_DISABILITATO");
    assert_eq!(stage.creditor.names(), Vec::<&str>::new());
}

pub(crate) async fn accounts_and_institutions_must_be_registered() {
    let stage = Stage::set().await;
    let mut other_account = registry(2);
    other_account["institutions"][0]["ibans"] = json!(["IT00"]);
    // An account of one institution is none of another.
    other_account["institutions"][1]["ibans"].as_array_mut().unwrap().push(json!(IBAN));
    let mut no_province = registry(2);
    no_province["institutions"].as_array_mut().unwrap().pop();
    let mut province_disabled = registry(2);
    province_disabled["institutions"][1]["enabled"] = json!(false);
    for (registry, path) in [
        (other_account, "data/transferList/transfer[1]/IBAN"),
        (no_province, "data/transferList/transfer[2]/fiscalCodePA"),
        (province_disabled, "data/transferList/transfer[2]/fiscalCodePA"),
    ] {
        stage.register(registry).await;
        let report = stage.pay(json!("pay")).await;
        assert_eq!(report["fault"]["fault_code"], "PPT_STAZIONE_INT_PA_ERRORE_RESPONSE");
        assert_eq!(report["transcript"][1]["violations"][0]["path"], path);
    }
    stage.register(registry(2)).await;
    let wrong_sum = |_: &Request| {
        let mut payment = payment(false);
        payment.amount = crate::creditor::cents(12_051);
        Answer::Get(tramite_pagopa::current::Version::V2, Box::new(payment))
    };
    stage.creditor.does(Primitive::GetPaymentV2, Instead::Answer(wrong_sum));
    let report = stage.pay(json!("pay")).await;
    assert_eq!(report["transcript"][1]["violations"][0]["path"], "data/paymentAmount");
    assert!(stage.creditor.receipts().is_empty());
}

pub(crate) async fn the_probe_wants_one_answer_and_no_other() {
    let stage = Stage::set().await;
    let probe = json!({"station_id": STATION, "tax_code": PROVINCE});
    let (status, report) = stage.post("/sandbox/v1/probe", &probe).await;
    assert_eq!((status, &report["healthy"]), (StatusCode::OK, &json!(true)), "{report}");
    let heard = stage.creditor.heard();
    let Request::Verify(verify) = &heard[0] else { panic!("{heard:?}") };
    assert_eq!((verify.notice.is_probe(), &*verify.addressee.id_pa), (true, PROVINCE));
    for instead in [
        Instead::Refuse(PaaFault::SystemError),
        Instead::Refuse(PaaFault::WrongInstitution),
        Instead::Answer(|_| Answer::Verify(verify_answer())),
        Instead::Sleep(600),
    ] {
        stage.creditor.does(Primitive::VerifyPaymentNotice, instead);
        let (_, report) = stage.post("/sandbox/v1/probe", &json!({"station_id": STATION})).await;
        assert_eq!(report["healthy"], false, "{report}");
    }
    assert_eq!(stage.post("/sandbox/v1/probe", &json!({"station_id": "none"})).await.0, StatusCode::NOT_FOUND);
}
