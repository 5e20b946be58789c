// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the Node holds against an answer, schema and beyond: a good answer, spoilt once for each demand.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of a test target are not seen as tests")]

mod support;

use support::written;
use tramite_domain::money::Cents;
use tramite_domain::personal::Personal;
use tramite_pagopa::Primitive;
use tramite_pagopa::current::{
    Answer, Destination, Fault, GetAnswer, MetadataEntry, PaaFault, Party, PartyKind, Transfer, VerifyAnswer, Version,
};
use tramite_pagopa::strict::{NoRegister, Register, check_answer};
use tramite_testkit::Judge;

const CREDITOR: &str = "99999000013";
const IBAN: &str = "IT60X0542811101000000123456";

fn text_of(judge: &Judge, answer: &Answer) -> String {
    String::from_utf8(written(judge, answer)).unwrap()
}

fn verified() -> Answer {
    Answer::Verify(VerifyAnswer {
        amount: Cents::new(12_050).unwrap(),
        due_date: None,
        detail: Some("TARI 2026".to_owned()),
        all_ccp: false,
        description: "TARI 2026".to_owned(),
        fiscal_code: CREDITOR.to_owned(),
        company_name: "Comune di Esempio".to_owned(),
        office_name: Some("Tributi".to_owned()),
    })
}

fn share(id: u8, cents: i64) -> Transfer {
    Transfer {
        id,
        amount: Cents::new(cents).unwrap(),
        fiscal_code: CREDITOR.to_owned(),
        company_name: Some("Comune di Esempio".to_owned()),
        destination: Destination::Iban(IBAN.to_owned()),
        remittance_information: "TARI 2026".to_owned(),
        category: "0101101IM".to_owned(),
        metadata: vec![MetadataEntry { key: "IBANAPPOGGIO".to_owned(), value: IBAN.to_owned() }],
    }
}

fn got() -> Answer {
    let text = |text: &str| Some(Personal::new(text.to_owned()));
    let debtor = Party {
        kind: PartyKind::Person,
        code: Personal::new("RSSMRA85T10A562S".to_owned()),
        full_name: Personal::new("Mario Rossi".to_owned()),
        street: text("Via Roma"),
        civic_number: None,
        postal_code: None,
        city: text("Perugia"),
        province: text("PG"),
        country: text("IT"),
        email: text("mario.rossi@example.it"),
    };
    let answer = GetAnswer {
        creditor_reference_id: "05000000001234586".to_owned(),
        amount: Cents::new(12_050).unwrap(),
        due_date: "2026-10-31".parse().unwrap(),
        retention_date: None,
        last_payment: Some(false),
        description: "TARI 2026".to_owned(),
        company_name: "Comune di Esempio".to_owned(),
        office_name: None,
        debtor,
        transfers: vec![share(1, 11_500), share(2, 550)],
        metadata: Vec::new(),
    };
    Answer::Get(Version::V2, Box::new(answer))
}

fn refused() -> Answer {
    Answer::Refused(Primitive::VerifyPaymentNotice, Fault::new(PaaFault::Expired, CREDITOR).because("scaduto"))
}

/// An answer, a text in it, what is written there instead, and the place that is held against it.
type Case<'a> = (&'a Answer, &'a str, &'a str, &'a str);

/// The paths of everything that is held against the answer once a text in it is replaced by another.
#[track_caller]
fn faults(judge: &Judge, answer: &Answer, from: &str, to: &str) -> Vec<String> {
    let good = text_of(judge, answer);
    check_answer(answer.primitive(), good.as_bytes(), &NoRegister).expect("the answer is good before it is spoilt");
    assert!(good.contains(from), "{from} is not in {good}");
    let spoilt = good.replacen(from, to, 1);
    let found = check_answer(answer.primitive(), spoilt.as_bytes(), &NoRegister);
    found.expect_err("it must be refused").into_iter().map(|violation| violation.path).collect()
}

#[test]
fn an_answer_that_breaks_a_demand_of_the_node_is_refused_at_its_place() {
    let judge = Judge::of_answers();
    let (verify, get, no) = (verified(), got(), refused());
    let option = "paymentList/paymentOptionDescription";
    let whole_list = {
        let text = text_of(&judge, &verify);
        let (_, rest) = text.split_once("<paymentList>").unwrap();
        format!("<paymentList>{}</paymentList>", rest.split_once("</paymentList>").unwrap().0)
    };
    let one_option = whole_list.replace("<paymentList>", "").replace("</paymentList>", "");
    let two_options = format!("<paymentList>{one_option}{one_option}</paymentList>");
    let data = {
        let text = text_of(&judge, &get);
        let (_, rest) = text.split_once("<data>").unwrap();
        format!("<data>{}</data>", rest.split_once("</data>").unwrap().0)
    };
    let fault = {
        let text = text_of(&judge, &no);
        let (_, rest) = text.split_once("<fault>").unwrap();
        format!("<fault>{}</fault>", rest.split_once("</fault>").unwrap().0)
    };
    let (with_fault, with_all_pairs) = (
        format!("<outcome>OK</outcome>{fault}"),
        format!("<metadata>{}", "<mapEntry><key>k</key><value>v</value></mapEntry>".repeat(15)),
    );
    let cases: &[Case<'_>] = &[
        // The outcome, and what goes with it.
        (&verify, "<outcome>OK</outcome>", "", "outcome"),
        (&verify, "<outcome>OK<", "<outcome><", "outcome"),
        (&verify, "<outcome>OK<", "<outcome>FORSE<", "outcome"),
        (&verify, "<outcome>OK</outcome>", &with_fault, "fault"),
        (&get, "<outcome>OK</outcome>", &with_fault, "fault"),
        (&no, &fault, "", "fault"),
        // What the Node alone writes into a fault.
        (&no, "</fault>", "<originalFaultCode>X</originalFaultCode></fault>", "fault/originalFaultCode"),
        (&no, "</fault>", "<originalFaultString>X</originalFaultString></fault>", "fault/originalFaultString"),
        (&no, "</fault>", "<originalDescription>X</originalDescription></fault>", "fault/originalDescription"),
        (&no, "<description>scaduto</description>", "<description></description>", "fault/description"),
        (&no, "<id>99999000013</id>", "", "fault/id"),
        // Verify: what the schema leaves out and the Node does not.
        (&verify, &whole_list, "", "paymentList"),
        (&verify, "<paymentDescription>TARI 2026</paymentDescription>", "", "paymentDescription"),
        (&verify, "<fiscalCodePA>99999000013</fiscalCodePA>", "", "fiscalCodePA"),
        (&verify, "<companyName>Comune di Esempio</companyName>", "", "companyName"),
        (&verify, "<officeName>Tributi<", "<officeName><", "officeName"),
        (&verify, "<detailDescription>TARI 2026<", "<detailDescription><", &format!("{option}/detailDescription")),
        (&verify, &whole_list, &two_options, &format!("{option}[2]")),
        (&verify, "<allCCP>false</allCCP>", "", &format!("{option}/allCCP")),
        (&verify, "<amount>120.50<", "<amount>120.5<", &format!("{option}/amount")),
        (&verify, "<amount>120.50<", "<amount>0.00<", &format!("{option}/amount")),
        (&verify, "<amount>120.50<", "<amount>1000000000.00<", &format!("{option}/amount")),
        // Get: the payment, its shares, its debtor.
        (&get, &data, "", "data"),
        (&get, "<paymentAmount>120.50<", "<paymentAmount>120.51<", "data/paymentAmount"),
        (&get, "<dueDate>2026-10-31<", "<dueDate>31/10/2026<", "data/dueDate"),
        (&get, "<idTransfer>2<", "<idTransfer>1<", "data/transferList/transfer/idTransfer"),
        (&get, "<idTransfer>2<", "<idTransfer>6<", "data/transferList/transfer[2]/idTransfer"),
        (&get, "<stateProvinceRegion>PG<", "<stateProvinceRegion>Perugia<", "data/debtor/stateProvinceRegion"),
        (&get, "<stateProvinceRegion>PG<", "<stateProvinceRegion>pg<", "data/debtor/stateProvinceRegion"),
        (&get, "<country>IT<", "<country>ITA<", "data/debtor/country"),
        (&get, "<city>Perugia<", "<city><", "data/debtor/city"),
        (&get, "<metadata>", "<metadata/><metadata>", "data/transferList/transfer/metadata"),
        (&get, "<metadata>", &with_all_pairs, "data/transferList/transfer/metadata/mapEntry[16]"),
        (&get, "<value>IT60X0542811101000000123456</value>", "", "data/transferList/transfer/metadata/mapEntry/value"),
    ];
    for (answer, good, bad, path) in cases {
        let found = faults(&judge, answer, good, bad);
        assert!(found.iter().any(|found| found == path), "{good} as {bad} is held against {found:?}, not {path}");
    }
}

#[test]
fn an_institution_or_an_account_that_the_node_does_not_know_is_refused() {
    struct Knows(bool, bool);
    impl Register for Knows {
        fn is_enabled(&self, _: &str) -> bool {
            self.0
        }

        fn has_iban(&self, _: &str, _: &str) -> bool {
            self.1
        }
    }
    let bytes = written(&Judge::of_answers(), &got());
    let against = |register: &Knows| check_answer(Primitive::GetPaymentV2, &bytes, register).err().unwrap_or_default();
    assert_eq!(against(&Knows(true, true)), []);
    for (register, name) in [(Knows(false, true), "fiscalCodePA"), (Knows(true, false), "IBAN")] {
        let paths: Vec<String> = against(&register).into_iter().map(|violation| violation.path).collect();
        assert_eq!(paths, [1, 2].map(|share| format!("data/transferList/transfer[{share}]/{name}")));
    }
}
