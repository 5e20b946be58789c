// SPDX-License-Identifier: AGPL-3.0-or-later
//! The official examples, in and out.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test target without the usual harness is not seen as a test")]

mod support;

use std::path::{Path, PathBuf};

use support::written;
use tramite_pagopa::current::{Answer, Request, TransferType, Version};
use tramite_pagopa::embedded::{decode, guard_embedded};
use tramite_pagopa::strict::{NoRegister, check_answer};
use tramite_pagopa::{Primitive, Reason, Violation, soap};
use tramite_testkit::{Judge, sentences};

sentences! {
    reference:
        every_request_of_the_examples_is_received,
        every_answer_of_the_examples_is_taken,
        every_wrong_example_is_refused_with_its_reason,
        what_the_examples_say_is_what_is_understood,
        documents_within_the_examples_pass_the_guard;
}

/// The files of a folder with that in their name, sorted.
fn files(folder: &Path, part: &str) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries.collect();
    files.sort();
    let named = files.into_iter().map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), path));
    let chosen = named.filter(|(name, _)| name.contains(part) && name.ends_with(".xml"));
    chosen.map(|(name, path)| (name, std::fs::read(path).unwrap())).collect()
}

/// The operation a file is about, by what is in its body.
fn primitive_of(bytes: &[u8]) -> Primitive {
    let text = String::from_utf8_lossy(bytes);
    let wrapper = text.split("Body>").nth(1).unwrap().split('<').nth(1).unwrap();
    let name = wrapper.split([' ', '>', '/']).next().unwrap().rsplit(':').next().unwrap();
    let known = |primitive: &Primitive| {
        // One of the wrong examples has the wrong ending.
        let stem = name.trim_end_matches("Response").trim_end_matches("Res");
        primitive.operation() == stem || primitive.request_wrapper() == name
    };
    Primitive::ALL.into_iter().find(known).unwrap_or_else(|| panic!("no operation in {name}"))
}

fn every_request_of_the_examples_is_received(reference: PathBuf) {
    let requests = files(&reference.join("examples/current"), ".req");
    assert!(requests.len() >= 8, "{}", requests.len());
    for (name, bytes) in requests {
        let received = soap::receive(&bytes, None).unwrap_or_else(|refused| panic!("{name}: {refused}"));
        assert!(received.irregular.is_empty(), "{name}: {:?}", received.irregular);
        assert_eq!(received.request.primitive(), primitive_of(&bytes), "{name}");
        // And written again it is the same.
        let again = soap::receive(&soap::request(&received.request), None).unwrap();
        assert_eq!(again.request, received.request, "{name}");
    }
}

fn every_answer_of_the_examples_is_taken(reference: PathBuf) {
    let answers = files(&reference.join("examples/current"), ".res");
    assert!(answers.len() >= 15, "{}", answers.len());
    for (name, bytes) in answers {
        let answer = check_answer(primitive_of(&bytes), &bytes, &NoRegister);
        let answer = answer.unwrap_or_else(|violations| panic!("{name}: {violations:?}"));
        assert_eq!(matches!(answer, Answer::Refused(..)), name.contains(".ko"), "{name}");
        if let Answer::Refused(_, fault) = &answer {
            let known = fault.known().unwrap_or_else(|| panic!("{name}: {}", fault.code));
            assert_eq!(fault.text, known.text(), "{name}");
        }
        let again = check_answer(answer.primitive(), &written(Judge::of_process(), &answer), &NoRegister);
        assert_eq!(again.unwrap(), answer, "{name}");
    }
}

fn every_wrong_example_is_refused_with_its_reason(reference: PathBuf) {
    let negatives = files(&reference.join("examples/negative"), "");
    assert!(negatives.len() >= 14, "{}", negatives.len());
    for (name, bytes) in negatives {
        let Err(violations) = check_answer(primitive_of(&bytes), &bytes, &NoRegister) else {
            panic!("{name} was taken");
        };
        let (path, reason) = expected(&name);
        let found = violations.iter().any(|Violation { path: at, reason: why }| at.ends_with(path) && reason(why));
        assert!(found, "{name}: {violations:?}");
    }
}

/// Where each wrong example is wrong, and how.
fn expected(name: &str) -> (&'static str, fn(&Reason) -> bool) {
    match name.get(..2).unwrap() {
        "01" | "02" => ("outcome", |reason| *reason == Reason::Qualified),
        "03" | "04" => ("amount", |reason| matches!(reason, Reason::Not(_))),
        "05" => ("allCCP", |reason| *reason == Reason::Missing),
        "06" => ("paymentOptionDescription[2]", |reason| matches!(reason, Reason::TooMany { most: 1 })),
        "07" => ("country", |reason| matches!(reason, Reason::Not(_))),
        "08" => ("mapEntry[16]", |reason| matches!(reason, Reason::TooMany { most: 15 })),
        "09" => ("transfer[6]", |reason| matches!(reason, Reason::TooMany { most: 5 })),
        "10" => ("e-mail", |reason| matches!(reason, Reason::Not(_))),
        "11" => ("", |reason| *reason == Reason::Empty),
        "12" => ("outcome", |reason| *reason == Reason::OutOfOrder),
        "13" => ("", |reason| *reason == Reason::OutOfOrder),
        "14" => ("", |reason| matches!(reason, Reason::Demand(_))),
        other => panic!("a wrong example without an expectation: {other}"),
    }
}

fn what_the_examples_say_is_what_is_understood(reference: PathBuf) {
    let read = |name: &str| std::fs::read(reference.join("examples/current").join(name)).unwrap();
    let request = |name: &str| soap::receive(&read(name), None).unwrap().request;

    let Request::Verify(probe) = request("probe.paVerifyPaymentNotice.req.xml") else { panic!("verify") };
    assert!(probe.notice.is_probe());

    let Request::Get(get) = request("paGetPaymentV2.req.xml") else { panic!("get") };
    assert_eq!((get.version, get.transfer_type), (Version::V2, Some(TransferType::PagoPa)));
    assert_eq!(get.amount.map(|amount| amount.cents()), Some(12_050));
    assert_eq!(get.payment_note.as_deref(), Some("cart-0001"));

    let Request::Receipt(receipt) = request("paSendRTV2.req.mbd.standin.xml") else { panic!("receipt") };
    assert_eq!(receipt.version, Version::V2);
    assert_eq!(receipt.stand_in, Some(false));
    assert_eq!(receipt.payment_amount.cents(), 4_600);
    assert_eq!(receipt.primary_ci_incurred_fee.map(|fee| fee.cents()), Some(50));
    // 10:22:33 in Rome, in summer.
    assert_eq!(receipt.payment_date_time.unwrap().to_string(), "2026-09-15T08:22:33Z");
    let ids: Vec<_> =
        receipt.transfers.iter().map(|share| (share.id, share.iban.is_some(), share.stamp.is_some())).collect();
    assert_eq!(ids, [(Some(1), true, false), (Some(2), false, true)]);

    let Ok(Answer::Get(_, answer)) =
        check_answer(Primitive::GetPaymentV2, &read("paGetPaymentV2.res.ok.mbd.xml"), &NoRegister)
    else {
        panic!("answer")
    };
    assert!(answer.has_stamp());
}

fn documents_within_the_examples_pass_the_guard(reference: PathBuf) {
    let folder = reference.join("examples/current");
    let read = |name: &str| soap::receive(&std::fs::read(folder.join(name)).unwrap(), None).unwrap().request;

    let Request::Demand(demand) = read("paDemandPaymentNotice.req.xml") else { panic!("demand") };
    let data = guard_embedded(demand.data.expose()).unwrap();
    assert_eq!(
        (data.root.as_str(), data.namespace.as_str()),
        ("tassaAuto", "http://PuntoAccessoPSP.spcoop.gov.it/TassaAuto")
    );
    assert_eq!(data.text("veicoloConTarga/veicoloTarga"), Some("AB345CD"));

    let Request::Receipt(receipt) = read("paSendRTV2.req.mbd.standin.xml") else { panic!("receipt") };
    let stamp = receipt.transfers.iter().find_map(|share| share.stamp.as_deref()).unwrap();
    let stamp = guard_embedded(&decode(stamp).unwrap()).unwrap();
    assert_eq!(stamp.root, "marcaDaBollo");
    assert_eq!(stamp.text("Importo"), Some("16.00"));
}
