// SPDX-License-Identifier: AGPL-3.0-or-later
//! Cases that an integration meets, each from its notice to its receipts, and the guide that tells of them.

use std::process::Command;

use serde_json::{Value, json};
use tramite_pagopa::Primitive;
use tramite_pagopa::current::PaaFault;
use tramite_testkit::{all_required, workspace_root};

use crate::carts::{cart, open};
use crate::creditor::{Instead, NOTICE, POSTAL_IBAN, PROVINCE};
use crate::stage::{Stage, notice};

pub(crate) async fn installments_are_notices_of_their_own() {
    let stage = Stage::set().await;
    let (single, installments) = (notice(1), [notice(2), notice(3), notice(4)]);
    for number in &installments {
        stage.creditor.owes(4_000, None);
        let report = stage.order(json!({"notice_number": number})).await;
        assert_eq!((&report["outcome"], &report["notice"]["amount"]), (&json!("OK"), &json!(4_000)), "{report}");
        // The creditor withdraws the single payment once an installment is paid; the others stay payable.
        stage.creditor.does(Primitive::VerifyPaymentNotice, Instead::Refuse(PaaFault::Cancelled));
        let other = stage.order(json!({"notice_number": single})).await;
        assert_eq!(other["fault"]["original_fault_code"], "PAA_PAGAMENTO_ANNULLATO");
    }
    let receipts = stage.creditor.receipts();
    let mut paid: Vec<&str> = receipts.iter().map(|receipt| receipt.notice_number.as_str()).collect();
    paid.dedup();
    assert_eq!(paid, installments);
    let ids: std::collections::BTreeSet<&str> = receipts.iter().map(|receipt| receipt.receipt_id.as_str()).collect();
    assert_eq!(ids.len(), 3, "each has its own receipt");
}

pub(crate) async fn every_word_of_a_creditor_is_told_at_verify_and_at_get() {
    let stage = Stage::set().await;
    for (number, fault) in (1..).zip(PaaFault::ALL) {
        for primitive in [Primitive::VerifyPaymentNotice, Primitive::GetPaymentV2] {
            stage.creditor.behaves();
            stage.creditor.does(primitive, Instead::Refuse(fault));
            let report = stage.order(json!({"notice_number": notice(number)})).await;
            assert_eq!(report["fault"]["fault_code"], "PPT_ERRORE_EMESSO_DA_PAA", "{}", fault.code());
            assert_eq!(report["fault"]["original_fault_code"], fault.code());
            assert_eq!((&report["outcome"], &report["receipt"]), (&json!("KO"), &Value::Null));
        }
        // Nothing of it stays: the notice can be paid.
        stage.creditor.behaves();
        assert_eq!(stage.order(json!({"notice_number": notice(number)})).await["outcome"], "OK");
    }
}

pub(crate) async fn a_postal_payment_goes_to_the_postal_account() {
    let stage = Stage::set().await;
    stage.order(json!({"transfer_type": "POSTAL"})).await;
    stage.order(json!({"notice_number": notice(2), "transfer_type": "PAGOPA"})).await;
    let ibans: Vec<Option<String>> =
        stage.creditor.receipts().iter().map(|receipt| receipt.transfers[0].iban.clone()).collect();
    assert_eq!(ibans[0].as_deref(), Some(POSTAL_IBAN));
    assert_ne!(ibans[2].as_deref(), Some(POSTAL_IBAN));
}

pub(crate) async fn a_lost_receipt_comes_again_within_the_hour() {
    let stage = Stage::set().await;
    let report = stage.pay(json!("receipt_lost")).await;
    let recipients = report["receipt"]["recipients"].as_array().unwrap();
    assert!(recipients.iter().any(|one| one["id_pa"] == PROVINCE));
    for recipient in recipients {
        assert_eq!((&recipient["status"], &recipient["attempts"]), (&json!("NOTICE_PENDING"), &json!(1)));
    }
    assert_eq!(stage.creditor.receipts().len(), 0);
    let (_, passed) = stage.post("/sandbox/v1/clock/advance", &json!({"seconds": 3_600})).await;
    assert_eq!((&passed["notified"], &passed["pending"]), (&json!(2), &json!(0)));
}

/// The `sh` blocks of the guide in their order, as one script; the cart that it looks for is posted before.
pub(crate) async fn the_commands_of_the_guide_run_as_they_stand() {
    if Command::new("curl").arg("--version").output().is_err() {
        assert!(!all_required(), "curl is required here");
        return;
    }
    let stage = Stage::bare(|_| {}).await;
    stage.creditor.owes(12_050, None);
    open(&stage, &cart(&[&notice(9)])).await;
    let guide = std::fs::read_to_string(workspace_root().join("docs/sandbox.md")).unwrap();
    let blocks: Vec<&str> = guide.split("```sh\n").skip(1).map(|part| part.split_once("```").unwrap().0).collect();
    assert!(blocks.len() >= 7, "{blocks:?}");
    let script = blocks.concat().replace("curl ", "curl --silent --show-error --fail-with-body ");
    let base = stage.base.clone();
    let run = tokio::task::spawn_blocking(move || {
        Command::new("sh").args(["-e", "-x", "-c", &script]).env("SANDBOX", base).output().unwrap()
    });
    let output = run.await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    for part in ["\"outcome\":\"OK\"", "\"outcome\":\"ok\"", "\"healthy\":true", "\"ahead_seconds\":3600", NOTICE] {
        assert!(said.contains(part), "{part} is not in what the commands said");
    }
}
