// SPDX-License-Identifier: AGPL-3.0-or-later
//! The examples of the reference, answered by the creditor: what the Node must refuse, and what it must take.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use tramite_pagopa::Primitive;

use crate::creditor::Instead;
use crate::stage::{Stage, notice, registry};

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// The operation an answer belongs to, by the beginning of its wrapper: one file has the rest of it wrong.
fn operation(xml: &str) -> Primitive {
    let wrappers = [
        ("paVerifyPaymentNoticeRes", Primitive::VerifyPaymentNotice),
        ("paGetPaymentV2Res", Primitive::GetPaymentV2),
        ("paGetPaymentRes", Primitive::GetPayment),
        ("paSendRTV2Res", Primitive::SendRtV2),
        ("paSendRTRes", Primitive::SendRt),
    ];
    wrappers.into_iter().find(|(wrapper, _)| xml.contains(wrapper)).unwrap().1
}

/// What the provider learns of an answer of the creditor: OK, or the fault.
async fn verdict(stage: &Stage, number: u32, xml: &str) -> String {
    let primitive = operation(xml);
    let version = if matches!(primitive, Primitive::GetPayment | Primitive::SendRt) { 1 } else { 2 };
    stage.register(registry(version)).await;
    stage.creditor.behaves();
    stage.creditor.does(primitive, Instead::Say(200, xml.as_bytes().to_vec()));
    let number = notice(number);
    if xml.contains("richiestaMarcaDaBollo") {
        let id = crate::carts::open(stage, &crate::carts::cart(&[&number])).await;
        let (_, settled) = stage.post(&format!("/sandbox/v1/carts/{id}/outcome"), &json!({"outcome": "pay"})).await;
        return settled["payments"][0]["fault"]["fault_code"].as_str().unwrap_or("OK").to_owned();
    }
    let report = stage.order(json!({"notice_number": number})).await;
    if primitive.is_receipt() {
        return report["receipt"]["recipients"][0]["last_answer"].as_str().unwrap().to_owned();
    }
    let fault = &report["fault"];
    fault["original_fault_code"].as_str().or(fault["fault_code"].as_str()).unwrap_or("OK").to_owned()
}

pub(crate) fn the_node_refuses_what_must_be_refused_and_takes_the_rest(reference: PathBuf) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let stage = Stage::set().await;
        let mut count = 0;
        for file in files(&reference.join("examples/negative")) {
            count += 1;
            let xml = fs::read_to_string(&file).unwrap();
            let verdict = verdict(&stage, count, &xml).await;
            assert_eq!(verdict, "PPT_STAZIONE_INT_PA_ERRORE_RESPONSE", "{}", file.display());
        }
        let negative = count;
        for file in files(&reference.join("examples/current")) {
            let name = file.file_name().unwrap().to_str().unwrap().to_owned();
            if !name.contains(".res.") || name.starts_with("paDemand") {
                continue;
            }
            count += 1;
            let xml = fs::read_to_string(&file).unwrap();
            let expected = match xml.split_once("<faultCode>") {
                Some((_, rest)) => rest.split_once('<').unwrap().0,
                None => "OK",
            };
            assert_eq!(verdict(&stage, count, &xml).await, expected, "{name}");
        }
        assert_eq!((negative, count - negative), (14, 14), "the reference has other examples than it had");
    });
}
