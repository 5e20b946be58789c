// SPDX-License-Identifier: AGPL-3.0-or-later
//! A SOAP client that somebody else generates from the official WSDL gets along with us.

use std::path::PathBuf;
use std::process::Command;

use tramite_testkit::{Database, all_required, workspace_root};
use tramite_tests::api::notice;
use tramite_tests::town::Town;

use super::many::addressee;

fn python() -> String {
    std::env::var("TRAMITE_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

/// Whether Python can generate the client.
pub(crate) fn zeep_present() -> bool {
    let present =
        Command::new(python()).args(["-c", "import zeep"]).output().is_ok_and(|output| output.status.success());
    assert!(present || !all_required(), "the Python package zeep is required here");
    present
}

/// Verifies, gets and pays a position through a client made by zeep out of the WSDL.
pub(crate) fn generated(reference: PathBuf) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let database = Database::Sqlite(format!("sqlite:{}/tramite.db", folder.path().display()));
    let (town, made) = runtime.block_on(async {
        let town = Town::start(&database).await;
        let made = town.api("comune-perugia").await.position("MULTE", 12_050).await;
        (town, made)
    });
    let to = addressee(&town, "comune-perugia");
    let output = Command::new(python())
        .arg(workspace_root().join("tests/soap_client.py"))
        .arg(reference.join("wsdl/wsdl/paForNode.wsdl"))
        .args([
            &tramite_tests::node::endpoint(&town.gateway()),
            &to.tax_code,
            &to.broker,
            &to.station,
            notice(&made),
            "120.50",
        ])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(said.trim(), "verify OK 120.50\nget OK 120.50\nreceipt OK\nreceipt PAA_RECEIPT_DUPLICATA");
    let path = format!("/v1/debt-positions/{}", made["id"].as_str().unwrap());
    let paid = runtime.block_on(async { town.api("comune-perugia").await.get(&path).await.body });
    assert_eq!(paid["status"], "paid");
}
