// SPDX-License-Identifier: AGPL-3.0-or-later
//! Rules 1 to 5: numbers and codes.

use std::collections::BTreeSet;

use serde_json::json;
use tramite_domain::personal::Personal;
use tramite_pagopa::current::PaaFault;
use tramite_testkit::Database;

use crate::kit::{Kit, POSITIONS, number, with_options, with_transfers};
use crate::support::Ask;
use crate::support::debt_position;
use crate::support::node::addressee;
use crate::support::portal::{holds, text};
use crate::support::receipt::receipt_of;
use crate::support::seed::{OTHER_IBAN, TAX_CODES};

/// The thirteen digits between segregation code and check digits.
fn base(number: &str) -> i64 {
    number.chars().skip(3).take(13).collect::<String>().parse().unwrap()
}

pub(crate) async fn rule_01_numbers_cannot_be_guessed_and_are_never_given_twice(database: Database) {
    let kit = Kit::new(&database).await;
    let (a, b) = (kit.portal(), kit.gateway.portal(&kit.seeded.for_b));
    let mut given = [Vec::new(), Vec::new()];
    for at in 0..24 {
        for (portal, numbers) in [&a, &b].into_iter().zip(&mut given) {
            numbers.push(number(&portal.make(POSITIONS, &debt_position(&format!("T-{at}"))).await));
        }
    }
    let bases = given.each_ref().map(|numbers| numbers.iter().map(|one| base(one)).collect::<Vec<_>>());
    assert!(bases.iter().flatten().all(|base| (5_000_000_000_000..=9_999_999_999_999).contains(base)), "{bases:?}");
    for bases in &bases {
        let steps: BTreeSet<i64> = bases.windows(2).map(|two| two[1] - two[0]).collect();
        assert_eq!(steps.len(), 23, "no step tells the next: {bases:?}");
        assert!(steps.iter().any(|step| *step < 0) && steps.iter().all(|step| step.abs() > 1_000), "{bases:?}");
    }
    assert!(bases[0].iter().zip(&bases[1]).all(|(a, b)| a != b), "each institution has a key of its own");
    // A draft that is deleted takes its number with it.
    let mut draft = debt_position("draft");
    draft["publish"] = json!(false);
    let gone = a.make(POSITIONS, &draft).await;
    given[0].push(number(&gone));
    a.ask(Ask::delete(format!("{POSITIONS}/{}", text(&gone, "/id")))).await.is(204);
    for at in 24..40 {
        given[0].push(number(&a.make(POSITIONS, &debt_position(&format!("T-{at}"))).await));
    }
    assert_eq!(given[0].iter().collect::<BTreeSet<_>>().len(), 41);
}

pub(crate) async fn rule_02_a_notice_number_is_built_as_printed_and_unique_per_creditor(database: Database) {
    let kit = Kit::new(&database).await;
    let made = kit.portal().make(POSITIONS, &debt_position("T-1")).await;
    let printed = number(&made);
    let (body, check) = printed.split_at(16);
    assert_eq!((printed.len(), &printed[..3]), (18, "305"));
    assert_eq!(format!("{:02}", body.parse::<u64>().unwrap() % 93), check);
    assert_eq!(text(&made, "/payment_options/0/installments/0/iuv"), printed[1..]);
    // One number is all that both have left, and it is the same one: each has its own debt under it.
    for id in [kit.seeded.a.id, kit.seeded.b.id] {
        kit.gateway
            .change_institution(id, |institution| {
                let only = 7_000_000_000_123;
                institution.stations[0].local_range = tramite_domain::notice::LocalRange::new(only, only).unwrap();
                institution.stations[0].segregation_code = tramite_domain::notice::SegregationCode::new(7).ok();
            })
            .await;
    }
    let ours = kit.portal().make(POSITIONS, &debt_position("T-2")).await;
    let theirs = kit.gateway.portal(&kit.seeded.for_b).make(POSITIONS, &debt_position("T-2")).await;
    assert_eq!(number(&ours), number(&theirs));
    assert_ne!(ours["id"], theirs["id"]);
    // A number with another aux digit is read and served, though none is given out.
    let older = format!("0{}", &number(&ours)[1..]);
    assert_eq!(kit.fault(&older).await, PaaFault::UnknownPayment);
    let number = "001000000000012345".to_owned();
    kit.sends(kit.node.receipt("rt-older", &number, 500)).await.unwrap();
    holds(
        &kit.receipt("rt-older").await,
        &json!({"notice_number": number, "anomalies": ["unknown_position", "not_activated"]}),
    );
    assert_eq!(kit.fault(&number).await, PaaFault::AlreadyPaid);
}

pub(crate) async fn rule_03_a_number_that_you_bring_is_taken_when_it_is_right_unused_and_not_ours(database: Database) {
    let kit = Kit::new(&database).await;
    let portal = kit.portal();
    let bringing = |external_id: &str, notice: &str| {
        with_options(
            external_id,
            json!([{"kind": "single", "installments": [{"amount": 5_000, "notice_number": notice}]}]),
        )
    };
    let right = |first: u64| format!("{first}{:02}", first % 93);
    let own = right(3_050_000_000_000_001);
    let made = portal.make(POSITIONS, &bringing("own", &own)).await;
    assert_eq!((number(&made), kit.verify(&own).await.unwrap().amount.cents()), (own.clone(), 5_000));
    let batch = portal.make("/v1/iuv-batches", &json!({"size": 2})).await;
    let [reserved, ours] = [text(&batch, "/items/0/notice_number"), right(3_055_000_000_000_777)];
    let wrong_digits = format!("{}{:02}", &own[..16], (own[16..].parse::<u64>().unwrap() + 1) % 93);
    for (external_id, notice, code) in [
        ("taken", &own, "notice_number_taken"),
        ("digits", &wrong_digits, "wrong_check_digits"),
        ("code", &right(3_990_000_000_000_001), "not_routed"),
        ("local", &ours, "in_local_range"),
    ] {
        let refused = portal.post(POSITIONS, &bringing(external_id, notice)).await;
        let place = "/payment_options/0/installments/0/notice_number".to_owned();
        refused.is_problem(422, "validation_failed");
        assert_eq!(refused.faults(), [(place, code.to_owned())], "{notice}");
    }
    // Out of our own range, and yet taken, once: a batch has reserved it.
    assert_eq!(number(&portal.make(POSITIONS, &bringing("reserved", &reserved)).await), reserved);
    let again = portal.post(POSITIONS, &bringing("again", &reserved)).await;
    again.is_problem(422, "validation_failed");
    assert_eq!(again.faults()[0].1, "notice_number_taken");
}

pub(crate) async fn rule_04_the_node_is_never_refused_for_the_look_of_a_number_or_a_code(database: Database) {
    let kit = Kit::new(&database).await;
    let made = kit.portal().make(POSITIONS, &debt_position("T-1")).await;
    let right = number(&made);
    let wrong_check = format!("{}{:02}", &right[..16], (right[16..].parse::<u8>().unwrap() + 1) % 93);
    for unknown in [wrong_check.as_str(), "305000000000000000", "999999999999999999"] {
        assert_eq!(kit.fault(unknown).await, PaaFault::UnknownPayment, "{unknown}");
    }
    // A receipt with a tax code, an account and a country that cannot be right pays all the same.
    let mut receipt =
        receipt_of(addressee(TAX_CODES[0]), "rt-1", &right, 12_050, "2026-09-01T08:00:00Z".parse().unwrap());
    let debtor = receipt.debtor.as_mut().unwrap();
    debtor.code = Personal::new("QQQQQQ00Q00Q000Q".to_owned());
    receipt.transfers[0].iban = Some("IT00X0000000000000000000000".to_owned());
    kit.sends(receipt).await.unwrap();
    holds(&kit.shown(&made).await, &json!({"status": "paid"}));
    let kept = kit.receipt("rt-1").await;
    assert_eq!(kept.pointer("/transfers/0/iban"), Some(&json!("IT00X0000000000000000000000")));
}

pub(crate) async fn rule_05_what_our_own_users_enter_is_checked(database: Database) {
    let kit = Kit::new(&database).await;
    let portal = kit.portal();
    let debtor = |kind: &str, code: &str| json!({"type": kind, "tax_code": code, "full_name": "Mario Rossi"});
    let mut count = 0;
    for (kind, code, country, wrong) in [
        ("natural_person", "RSSMRA85T10A562S", None, None),
        // The same person with letters for digits, as omocodia writes them.
        ("natural_person", "RSSMRA85T10A56NH", None, None),
        ("natural_person", "RSSMRA85T10A562A", None, Some("invalid_tax_code")),
        // Eleven digits may be a person, and may fail their check digit.
        ("natural_person", "12345678901", None, None),
        ("legal_person", "12345678901", None, None),
        ("natural_person", "AB12", Some("DE"), None),
        ("natural_person", "AB12", None, Some("invalid_tax_code")),
        ("natural_person", "ANONIMO", None, Some("anonymous_not_allowed")),
    ] {
        count += 1;
        let mut body = debt_position(&format!("T-{count}"));
        body["debtor"] = debtor(kind, code);
        if let Some(country) = country {
            body["debtor"]["address"] = json!({"country": country});
        }
        let seen = portal.post(POSITIONS, &body).await;
        match wrong {
            Some(wrong) => {
                seen.is_problem(422, "validation_failed");
                assert!(
                    seen.faults().contains(&("/debtor/tax_code".to_owned(), wrong.to_owned())),
                    "{code}: {}",
                    seen.text()
                );
            }
            None => {
                let warned = seen.is(201).json()["warnings"].as_array().unwrap().len();
                assert_eq!(warned, usize::from(code == "12345678901"), "{code}");
            }
        }
    }
    let free = json!({"title": {"it": "Offerte"}, "taxonomy_code": "0101101IM", "account_id": "main", "kind": "both",
        "amount": {"rule": "free"}, "anonymous_debtor_allowed": true, "status": "active"});
    portal.put("/v1/services/OFFERTE", &free).await.is(201);
    let mut body = debt_position("T-anonymous");
    body["service_code"] = json!("OFFERTE");
    body["debtor"] = debtor("legal_person", "ANONIMO");
    portal.post(POSITIONS, &body).await.is_problem(422, "validation_failed");
    body["debtor"] = debtor("natural_person", "ANONIMO");
    portal.make(POSITIONS, &body).await;
    // An IBAN by its check digits (mod 97) and by its own check letter (CIN).
    let share = |iban: &str| {
        let beneficiary = json!({"tax_code": "99999000021", "company_name": "Altro ente", "iban": iban});
        with_transfers("T-iban", 100, json!([{"amount": 100, "beneficiary": beneficiary}]))
    };
    for wrong in ["IT61X0542811101000000123456", "IT33Y0542811101000000123456"] {
        let seen = portal.post(POSITIONS, &share(wrong)).await;
        seen.is_problem(422, "validation_failed");
        assert!(seen.faults()[0].0.ends_with("/beneficiary/iban"), "{}", seen.text());
    }
    portal.make(POSITIONS, &share(OTHER_IBAN)).await;
}
