// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the sandbox writes, held against the official schemas by another program.

use std::path::PathBuf;

use serde_json::json;
use tramite_pagopa::Primitive;
use tramite_testkit::xmllint;

use crate::carts::{cart, open};
use crate::creditor::{Instead, STATION, with_stamp};
use crate::stage::{Stage, notice, registry};

pub(crate) fn everything_the_sandbox_writes_is_valid(reference: PathBuf) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (messages, stamps) = runtime.block_on(written());
    assert_eq!(stamps.len(), 2);
    assert!(messages.len() > 40, "{}", messages.len());
    let schema = reference.join("examples/xsd/cur/paForNode-soap.xsd");
    for message in messages {
        xmllint(&schema, &message).unwrap_or_else(|error| panic!("{error}\n{}", String::from_utf8_lossy(&message)));
    }
    for stamp in stamps {
        xmllint(&reference.join("examples/xsd/doc/MarcaDaBollo.xsd"), &stamp).unwrap();
    }
}

async fn written() -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let stage = Stage::set().await;
    let mut number = 0;
    let scripts = [
        json!("pay"),
        json!("ko"),
        json!("receipt_twice"),
        json!({"other_amount": {"amount": 100}}),
        json!({"other_amount": {"amount": 99_999_999_999_i64}}),
        json!({"without_get": {"amount": 1, "stand_in": true}}),
    ];
    for version in [1, 2] {
        stage.register(registry(version)).await;
        for script in &scripts {
            number += 1;
            let payer = json!({"tax_code": "99999000021", "full_name": "Ditta & figli", "email": "ditta@example.it"});
            let order = json!({"notice_number": notice(number), "script": script, "payer": payer, "channel": "atm",
                "transfer_type": "POSTAL", "payment_note": "è una <nota>"});
            assert_eq!(stage.order(order).await["outcome"], "OK");
        }
    }
    stage.post("/sandbox/v1/probe", &json!({"station_id": STATION})).await;
    stage.creditor.does(Primitive::GetPaymentV2, Instead::Answer(with_stamp));
    for script in ["pay", "receipt_before_return"] {
        number += 1;
        let id = open(&stage, &cart(&[&notice(number)])).await;
        stage.post(&format!("/sandbox/v1/carts/{id}/outcome"), &json!({"outcome": "pay", "script": script})).await;
    }
    let receipts = stage.creditor.receipts();
    let stamps = receipts.iter().flat_map(|receipt| &receipt.transfers).filter_map(|transfer| transfer.stamp.as_ref());
    let stamps = stamps.map(|stamp| tramite_pagopa::embedded::decode(stamp).unwrap()).collect();
    (stage.creditor.messages(), stamps)
}
