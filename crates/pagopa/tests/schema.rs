// SPDX-License-Identifier: AGPL-3.0-or-later
//! Our tables and our writers against the official schema, by an independent validator. The answers that we write are held
//! against it wherever a test writes one.
#![expect(clippy::unwrap_used, reason = "a test target without the usual harness is not seen as a test")]

mod support;

use std::path::{Path, PathBuf};

use support::refusal;
use support::samples::Samples;
use tramite_pagopa::current::{Request, Version};
use tramite_pagopa::strict::{NoRegister, check_answer};
use tramite_pagopa::{Primitive, Reason, Unreadable, soap};
use tramite_testkit::{Judge, Random, damage_element, sentences, xmllint};

sentences! {
    schemas:
        every_refusal_of_form_validates,
        every_request_we_write_validates,
        our_tables_and_the_official_schema_agree_on_damaged_messages;
}

const REQUESTS: u64 = 200;
const DAMAGED: u64 = 1_000;

fn validates(reference: &Path, message: &[u8]) -> Result<(), String> {
    xmllint(&reference.join("examples/xsd/cur/paForNode-soap.xsd"), message)
}

fn every_refusal_of_form_validates(_: PathBuf) {
    let judge = Judge::of_answers();
    let reasons = [Unreadable::TooLarge, Unreadable::Doctype, Unreadable::Encoding, Unreadable::UnknownPayload];
    for primitive in Primitive::ALL {
        for reason in reasons {
            let refused = soap::Refused::Unreadable { primitive: Some(primitive), id_pa: None, reason };
            let answer = refusal(&judge, &refused, "99999000039");
            assert_eq!(answer.status, 200);
            check_answer(primitive, &answer.body, &NoRegister).unwrap();
        }
    }
}

fn every_request_we_write_validates(reference: PathBuf) {
    for seed in 0..REQUESTS {
        let mut request = Samples::new(seed).request();
        if let Request::Receipt(receipt) = &mut request {
            // The schema knows no share of nothing and no more than five.
            receipt.transfers.truncate(5);
        }
        let message = soap::request(&request);
        let verdict = validates(&reference, &message);
        assert!(verdict.is_ok(), "seed {seed}: {}\n{}", verdict.unwrap_err(), String::from_utf8_lossy(&message));
    }
}

/// Whole elements dropped, doubled, moved, renamed, refilled: where the message is still well-formed, the
/// validator and the tables say the same, the Node's further demands on answers left aside.
fn our_tables_and_the_official_schema_agree_on_damaged_messages(reference: PathBuf) {
    let mut valid = 0;
    for seed in 0..DAMAGED {
        let mut samples = Samples::new(seed);
        let random = &mut Random::new(seed);
        let (message, verdict) = match seed % 3 {
            0 => {
                let message = damaged(&soap::request(&strict_request(&mut samples)), random);
                let ours = soap::receive(message.as_bytes(), None).map(drop).map_err(|refused| refused.to_string());
                (message, ours)
            }
            1 => {
                let message = damaged(&soap::request(&receipt_of_version_2(&mut samples)), random);
                let Some(ours) = regular(&message) else { continue };
                (message, ours)
            }
            _ => {
                let answer = samples.answer();
                let message = damaged(&soap::answer(&answer), random);
                let ours = of_schema(answer.primitive(), &message);
                (message, ours)
            }
        };
        let official = validates(&reference, message.as_bytes());
        assert_eq!(
            verdict.is_ok(),
            official.is_ok(),
            "seed {seed}\nours: {verdict:?}\nofficial: {official:?}\n{message}"
        );
        valid += usize::from(official.is_ok());
    }
    assert!(valid > 50, "only {valid} damaged messages were still valid: the test compares nothing");
}

fn receipt_of_version_2(samples: &mut Samples) -> Request {
    loop {
        let receipt = samples.receipt();
        if receipt.version == Version::V2 {
            return Request::Receipt(Box::new(receipt));
        }
    }
}

/// Valid for the schema, and yet no receipt: nothing but white space where we need something.
const BLANK: [&str; 2] = ["paSendRTV2: idPA is not readable", "paSendRTV2: receipt/receiptId is not readable"];

/// A receipt is valid where it is taken without a word; `None` where it is refused for a blank.
fn regular(message: &str) -> Option<Result<(), String>> {
    match soap::receive(message.as_bytes(), None) {
        Ok(received) if received.irregular.is_empty() => Some(Ok(())),
        Ok(received) => Some(Err(received.irregular.join("; "))),
        Err(refused) if BLANK.contains(&refused.to_string().as_str()) => None,
        Err(refused) => Some(Err(refused.to_string())),
    }
}

/// Judged by the schema alone: the Node's further demands are no matter of the validator.
fn of_schema(primitive: Primitive, message: &str) -> Result<(), String> {
    let Err(violations) = check_answer(primitive, message.as_bytes(), &NoRegister) else { return Ok(()) };
    let further = |reason: &Reason| {
        matches!(reason, Reason::Demand("is not the sum of the transfers" | "occurs twice with the same value"))
    };
    let of_schema: Vec<String> =
        violations.iter().filter(|violation| !further(&violation.reason)).map(ToString::to_string).collect();
    if of_schema.is_empty() || is_only_the_nodes(&of_schema) { Ok(()) } else { Err(of_schema.join("; ")) }
}

/// What the Node misses and the schema does not.
fn is_only_the_nodes(violations: &[String]) -> bool {
    const OF_VERIFY: [&str; 7] =
        ["paymentList", "paymentDescription", "fiscalCodePA", "companyName", "qrCode", "data", "fault"];
    violations.iter().all(|violation| {
        let missing = OF_VERIFY.iter().any(|name| violation == &format!("{name} is missing"));
        // The schema lets the free strings of a fault be empty.
        let empty = violation.starts_with("fault/") && violation.ends_with("is empty");
        let province = violation == "data/debtor/stateProvinceRegion is not two capital letters";
        missing || empty || province
    })
}

fn strict_request(samples: &mut Samples) -> Request {
    loop {
        let request = samples.request();
        if !matches!(request, Request::Receipt(_)) {
            return request;
        }
    }
}

/// Leaves that the validator passes over where they are not base64, instead of refusing them; the schema's language does
/// not.
const NOT_JUDGED: [&str; 3] = ["datiSpecificiServizioRequest", "hashDocumento", "MBDAttachment"];

fn damaged(message: &[u8], random: &mut Random) -> String {
    damage_element(std::str::from_utf8(message).unwrap(), &NOT_JUDGED, random)
}
