// SPDX-License-Identifier: AGPL-3.0-or-later
//! Every request of the reference gets an answer that is valid against the official schema.

use std::path::{Path, PathBuf};

use tramite_domain::debt_position::{
    DebtPosition, Installment, OptionInput, OptionKind, PositionInput, StampInput, TransferInput,
};
use tramite_pagopa::current::PaaFault;
use tramite_pagopa::soap as wire;
use tramite_pagopa::{Primitive, current};
use tramite_testkit::xmllint;

use crate::messages::{get, notice_of, receipt, receipt_message, verify};
use crate::place::{Place, Reply};
use crate::town::{installment, metadata, one_payment};

/// The notice of the examples.
const NOTICE: &str = "305000000001234586";

fn schema(reference: &Path) -> PathBuf {
    reference.join("examples/xsd/cur/paForNode-soap.xsd")
}

fn valid(reference: &Path, reply: &Reply, name: &str) {
    assert_eq!(reply.status, 200, "{name}");
    xmllint(&schema(reference), &reply.body).unwrap_or_else(|wrong| panic!("{name}: {wrong}\n{}", reply.text()));
}

/// Drives a sentence that needs the reference: on an embedded database of its own.
pub(crate) fn with_place<F: Future<Output = ()>>(body: impl FnOnce(Place) -> F) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("tramite.db").display());
    actix_web::rt::System::new().block_on(async {
        let place = Place::open(&url).await;
        body(place).await;
    });
}

/// The position behind the notice of the examples.
fn of_the_examples(position: &mut DebtPosition) {
    let only: &mut Installment = &mut position.options[0].installments[0];
    only.notice_number = Some(NOTICE.parse().unwrap());
    only.iuv = only.notice_number.unwrap().iuv();
}

pub(crate) fn every_request_of_the_reference_is_answered_as_the_schema_says(reference: PathBuf) {
    with_place(async |mut place| {
        let mut decided = place.a.open(&one_payment("TARI-2026", 12_050)).unwrap();
        let mut position = decided.position.clone();
        of_the_examples(&mut position);
        decided.batch = tramite_domain::batch::Batch::new()
            .with(tramite_domain::batch::Write::InsertPosition(Box::new(position.clone())));
        place.store.commit(&crate::place::scope(&place.a), decided.batch).await.unwrap();
        let mut files: Vec<PathBuf> = std::fs::read_dir(reference.join("examples/current"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.file_name().unwrap().to_str().unwrap().contains(".req"))
            .collect();
        // Questions before receipts, or the notice would be paid when it is asked for.
        files.sort_by_key(|path| (path.to_str().unwrap().contains("paSendRT"), path.clone()));
        assert!(files.len() >= 8, "{files:?}");
        for file in &files {
            let name = file.file_name().unwrap().to_str().unwrap();
            let reply = place.post(std::fs::read(file).unwrap(), None).await;
            valid(&reference, &reply, name);
            let told = reply.text();
            let fault = PaaFault::ALL.into_iter().find(|fault| told.contains(fault.code()));
            let expected = match name {
                "probe.paVerifyPaymentNotice.req.xml" => Some(PaaFault::UnknownPayment),
                "paDemandPaymentNotice.req.xml" => Some(PaaFault::Semantic),
                // Both receipts of the reference have one id.
                "paSendRTV2.req.mbd.standin.xml" => Some(PaaFault::DuplicateReceipt),
                _ => None,
            };
            assert_eq!(fault, expected, "{name}: {told}");
        }
    });
}

pub(crate) fn every_fault_and_every_answer_is_valid_against_the_official_schema(reference: PathBuf) {
    with_place(async |mut place| {
        let rich = place.position(&rich()).await;
        let number = notice_of(&rich, "whole");
        let mut requests = vec![verify(NOTICE), get(current::Version::V1, NOTICE), get(current::Version::V2, NOTICE)];
        for version in [current::Version::V1, current::Version::V2] {
            requests.push(get(version, &number));
        }
        requests.push(verify(&number));
        let mut astray = receipt_message("rt-0", &number, 10_000, place.a.now);
        astray.addressee.id_pa = "99999000099".to_owned();
        requests.push(receipt(astray));
        for _ in 0..2 {
            requests.push(receipt(receipt_message("rt-1", &number, 10_000, place.a.now)));
        }
        requests.push(verify(&number));
        let mut seen = std::collections::BTreeSet::new();
        for request in &requests {
            let bytes = wire::request(request);
            xmllint(&schema(&reference), &bytes).unwrap();
            let reply = place.post(bytes, None).await;
            valid(&reference, &reply, request.primitive().operation());
            seen.extend(PaaFault::ALL.into_iter().filter(|fault| reply.text().contains(fault.code())));
        }
        for primitive in Primitive::ALL {
            let reply = place.post(b"<broken".to_vec(), Some(primitive.operation())).await;
            valid(&reference, &reply, primitive.operation());
            let wrapper = primitive.request_wrapper();
            let empty = format!(
                "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body><p:{wrapper} \
                 xmlns:p=\"http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd\"/></e:Body></e:Envelope>"
            );
            valid(&reference, &place.post(empty.into_bytes(), None).await, wrapper);
        }
        for fault in [PaaFault::UnknownPayment, PaaFault::Semantic, PaaFault::WrongInstitution, PaaFault::AlreadyPaid] {
            assert!(seen.contains(&fault), "{fault} was not seen: {seen:?}");
        }
    });
}

/// A position with all that may be in an answer: stamp, beneficiary, postal account, metadata, address, accents.
fn rich() -> PositionInput {
    let share = |amount, account: &str| TransferInput {
        amount,
        account_id: Some(account.to_owned()),
        payment_metadata: metadata(&[("CODICE", "TEFA & altro <26>")]),
        ..TransferInput::default()
    };
    let mut one = installment("whole", 10_000);
    one.description = Some("Tassa sui rifiuti, più \"addizionale\" & TEFA".to_owned());
    one.payment_metadata = metadata(&[("RIF_PRATICA", "2026/000123")]);
    one.transfers = vec![
        share(6_000, "posta"),
        TransferInput { amount: 2_400, beneficiary_id: Some("provincia".to_owned()), ..TransferInput::default() },
        TransferInput {
            amount: 1_600,
            stamp: Some(StampInput {
                document_hash: "wHpFSLCGZjIvNSXxqtGbxg7275t446DRTk5ZrsdUQ6E=".to_owned(),
                province: "PG".to_owned(),
            }),
            ..TransferInput::default()
        },
    ];
    let mut input = one_payment("rich", 0);
    input.amount = None;
    input.debtor.email = Some("mario.rossi@example.it".to_owned().into());
    input.payment_options = vec![OptionInput {
        kind: OptionKind::Single,
        available_until: None,
        available_days: None,
        installments: vec![one],
    }];
    input
}
