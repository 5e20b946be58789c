// SPDX-License-Identifier: AGPL-3.0-or-later
//! Rules 18 to 21: whom the Node may ask, in which order it is told what is wrong, and in what form.

use serde_json::json;
use tramite_domain::institution::InstitutionStatus;
use tramite_pagopa::current::{Addressee, Answer, GetRequest, PROBE_NOTICE, PaaFault, Request};
use tramite_pagopa::strict::{NoRegister, check_answer};
use tramite_pagopa::{Primitive, soap as wire};
use tramite_testkit::Database;

use crate::kit::{Kit, POSITIONS, get, number, number_of, single_or_plan, verify};
use crate::support::debt_position;
use crate::support::seed::{STATION, TAX_CODES};

pub(crate) async fn rule_18_the_first_failure_of_the_order_wins(database: Database) {
    let mut kit = Kit::new(&database).await;
    let made = kit.portal().make(POSITIONS, &debt_position("T-1")).await;
    kit.act(&made, "cancel", &json!({})).await.is(200);
    let (broker, stranger) = ("99999000039", "99999000099");
    // From all wrong to nothing wrong but the state, one step after the other.
    for (form, id_broker_pa, id_station, id_pa, notice, expected) in [
        (false, "99999000055", "none", stranger, PROBE_NOTICE, PaaFault::SyntaxXsd),
        (true, "99999000055", "none", stranger, PROBE_NOTICE, PaaFault::WrongBroker),
        (true, broker, "none", stranger, PROBE_NOTICE, PaaFault::WrongStation),
        (true, broker, STATION, stranger, PROBE_NOTICE, PaaFault::WrongInstitution),
        (true, broker, STATION, TAX_CODES[0], PROBE_NOTICE, PaaFault::UnknownPayment),
        (true, broker, STATION, TAX_CODES[0], "305999999999999942", PaaFault::UnknownPayment),
        (true, broker, STATION, TAX_CODES[0], &number(&made), PaaFault::Cancelled),
    ] {
        let [id_pa, id_broker_pa, id_station] = [id_pa, id_broker_pa, id_station].map(str::to_owned);
        let request = Request::Get(GetRequest {
            addressee: Addressee { id_pa: id_pa.clone(), id_broker_pa, id_station },
            ..get(notice)
        });
        let mut message = String::from_utf8(wire::request(&request)).unwrap();
        if !form {
            message = message.replacen("<noticeNumber>0", "<noticeNumber>x", 1);
        }
        let outbound = kit.node.posts(message.into_bytes(), Some("paGetPaymentV2")).await;
        let answer = check_answer(Primitive::GetPaymentV2, &outbound.body, &NoRegister).unwrap();
        let Answer::Refused(_, fault) = answer else { panic!("not refused") };
        assert_eq!((fault.known(), fault.id), (Some(expected), id_pa), "{request:?}");
    }
    kit.gateway.change_institution(kit.seeded.a.id, |a| a.status = InstitutionStatus::Suspended).await;
    kit.other_process();
    assert_eq!(kit.fault(&number(&made)).await, PaaFault::WrongInstitution, "before its position is looked at");
}

pub(crate) async fn rule_19_every_state_has_its_answer(database: Database) {
    let kit = Kit::new(&database).await;
    let portal = kit.portal();
    let mut made = Vec::new();
    for (name, more) in [
        ("draft", json!({"publish": false})),
        ("scheduled", json!({"valid_from": "2026-12-01T00:00:00Z"})),
        ("expired", json!({"due_date": "2026-09-01", "expires_after_due_date": true})),
        ("cancelled", json!({})),
        ("paid", json!({})),
        ("open", json!({})),
    ] {
        let mut body = debt_position(name);
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        made.push((name, portal.make(POSITIONS, &body).await));
    }
    let plan = portal.make(POSITIONS, &single_or_plan("superseded")).await;
    kit.act(&made[3].1, "cancel", &json!({})).await.is(200);
    kit.pays("rt-1", &number(&made[4].1), 12_050).await;
    kit.pays("rt-2", &number_of(&plan, "first"), 5_000).await;
    kit.later(86_400).await;
    for ((name, position), expected) in made.iter().zip([
        Some(PaaFault::UnknownPayment),
        Some(PaaFault::UnknownPayment),
        Some(PaaFault::Expired),
        Some(PaaFault::Cancelled),
        Some(PaaFault::AlreadyPaid),
        None,
    ]) {
        assert_eq!(kit.shown(position).await["status"], *name);
        assert_eq!(kit.verify(&number(position)).await.err(), expected, "{name}");
        if let Some(expected) = expected {
            assert_eq!(kit.fault(&number(position)).await, expected, "{name}");
        }
    }
    assert_eq!(kit.fault(&number_of(&plan, "whole")).await, PaaFault::Cancelled);
    // What another institution holds is not there.
    let theirs = kit.gateway.portal(&kit.seeded.for_b).make(POSITIONS, &debt_position("T-1")).await;
    assert_eq!(kit.fault(&number(&theirs)).await, PaaFault::UnknownPayment);
}

pub(crate) async fn rule_20_a_message_of_the_wrong_form_is_answered_as_what_it_names(database: Database) {
    let kit = Kit::new(&database).await;
    let made = kit.portal().make(POSITIONS, &debt_position("T-1")).await;
    let whole = String::from_utf8(wire::request(&verify(&number(&made)))).unwrap();
    let utf_16: Vec<u8> = whole.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let doctype = whole.replacen("?>", "?><!DOCTYPE a [<!ENTITY b \"c\">]>", 1);
    let (schema, unreadable) = (PaaFault::SyntaxXsd, PaaFault::SyntaxExtraXsd);
    for (name, bytes, action, expected) in [
        ("against the schema", whole.replace("<idStation>", "<surprise/><idStation>").into_bytes(), None, Some(schema)),
        ("cut off, its Body tells", whole.as_bytes()[..whole.len() - 40].to_vec(), None, Some(unreadable)),
        ("unreadable, its SOAPAction tells", b"<broken".to_vec(), Some("paVerifyPaymentNotice"), Some(unreadable)),
        ("a document type", doctype.into_bytes(), Some("paVerifyPaymentNotice"), Some(unreadable)),
        ("UTF-16", utf_16, Some("paVerifyPaymentNotice"), Some(unreadable)),
        ("beyond a limit", format!("{whole}{}", " ".repeat(600_000)).into_bytes(), None, Some(unreadable)),
        ("another SOAPAction", whole.clone().into_bytes(), Some("paSendRT"), None),
        ("a byte order mark", [b"\xef\xbb\xbf".as_slice(), whole.as_bytes()].concat(), None, None),
    ] {
        let outbound = kit.node.posts(bytes, action).await;
        assert_eq!(outbound.status, 200, "{name}");
        let answer = check_answer(Primitive::VerifyPaymentNotice, &outbound.body, &NoRegister).unwrap();
        let told = match &answer {
            Answer::Refused(_, fault) => {
                assert!([TAX_CODES[0], "99999000039"].contains(&fault.id.as_str()), "{name}: {}", fault.id);
                fault.known()
            }
            _ => None,
        };
        assert_eq!(told, expected, "{name}");
    }
    for nobodys in [b"".as_slice(), b"hello", b"<html><body>x</body></html>"] {
        let outbound = kit.node.posts(nobodys.to_vec(), None).await;
        let told = String::from_utf8(outbound.body).unwrap();
        assert_eq!(outbound.status, 500);
        assert!(told.contains("<faultcode>soapenv:Client</faultcode>"), "{told}");
    }
    let large = format!("{whole}{}", " ".repeat(1024 * 1024)).into_bytes();
    assert_eq!(kit.node.posts(large, None).await.status, 413);
}

pub(crate) async fn rule_21_the_probe_is_unknown_while_the_database_answers(database: Database) {
    let kit = Kit::new(&database).await;
    for _ in 0..3 {
        assert_eq!(kit.verify(PROBE_NOTICE).await.unwrap_err(), PaaFault::UnknownPayment);
        kit.gateway.world.pass(60);
    }
    // Not even a receipt makes a position of that number, so that the probe never meets one.
    kit.sends(kit.node.receipt("rt-probe", PROBE_NOTICE, 100)).await.unwrap();
    assert_eq!(kit.fault(PROBE_NOTICE).await, PaaFault::UnknownPayment);
}
