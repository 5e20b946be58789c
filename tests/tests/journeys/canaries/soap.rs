// SPDX-License-Identifier: AGPL-3.0-or-later
//! The Node's messages, good and bad, with people in them.

use std::sync::OnceLock;

use serde_json::Value;
use tramite_tests::api::notice;
use tramite_tests::certificates::{Certificates, Identity};
use tramite_tests::node::{self, Addressee};

use super::people::{
    DEBTOR_EMAIL, DEBTOR_NAME, DEBTOR_STREET, DEBTOR_TAX_CODE, IBAN, PAYER_EMAIL, PAYER_NAME, PAYER_TAX_CODE,
};
use super::registry::WRONG_SECRET;
use super::{PROXY_SECRET, Search};

/// Where the Node is heard, and where it is not.
pub(crate) struct Door {
    pub(crate) url: String,
    pub(crate) rest: String,
    pub(crate) to: Addressee,
}

/// The Node, as a proxy sees it.
pub(super) fn peer() -> &'static Identity {
    static CERTIFICATES: OnceLock<Certificates> = OnceLock::new();
    &CERTIFICATES.get_or_init(Certificates::new).node
}

/// A receipt that names debtor and payer with everything that the Node may tell of them.
pub(crate) fn receipt(to: &Addressee, notice: &str, id: &str, euros: &str) -> String {
    let about = |street: &str, email: &str| format!("<streetName>{street}</streetName><e-mail>{email}</e-mail>");
    let payer = format!(
        "<payer><uniqueIdentifier><entityUniqueIdentifierType>F</entityUniqueIdentifierType><entityUniqueIdentifierValue>\
         {PAYER_TAX_CODE}</entityUniqueIdentifierValue></uniqueIdentifier><fullName>{PAYER_NAME}</fullName>{}</payer>",
        about("Via di Prova", PAYER_EMAIL)
    );
    node::receipt(to, notice, id, euros)
        .replace("RSSMRA85T10A562S", DEBTOR_TAX_CODE)
        .replace(
            "<fullName>Mario Rossi</fullName>",
            &format!("<fullName>{DEBTOR_NAME}</fullName>{}", about(DEBTOR_STREET, DEBTOR_EMAIL)),
        )
        .replace("IT60X0542811101000000123456", IBAN)
        .replace("</channelDescription>", &format!("</channelDescription>{payer}"))
}

async fn send(search: &Search, door: &Door, operation: &str, secret: &str, message: String) -> String {
    let asked = search
        .http
        .post(node::endpoint(&door.url))
        .header("Content-Type", "text/xml; charset=utf-8")
        .header("SOAPAction", operation)
        .header("Client-Cert", peer().header())
        .header("Tramite-Proxy-Secret", secret)
        .body(message);
    let shown = search.ask(asked).await;
    node::keep(shown.status, &shown.text);
    shown.text
}

pub(super) async fn used(search: &Search, door: &Door, position: &Value) {
    let (to, number) = (&door.to, notice(position));
    let good = receipt(to, number, "canary-receipt", "10.00");
    // Nobody's station and nobody's broker: what is counted names neither.
    let person = || DEBTOR_TAX_CODE.to_owned();
    let (no_station, no_broker) =
        (Addressee { station: person(), ..to.clone() }, Addressee { broker: person(), ..to.clone() });
    for (operation, message) in [
        ("paVerifyPaymentNotice", node::verify(to, number)),
        ("paVerifyPaymentNotice", node::verify(&no_station, number)),
        ("paVerifyPaymentNotice", node::verify(&no_broker, number)),
        ("paGetPaymentV2", node::get(to, number)),
        ("paSendRTV2", good.clone()),
        ("paSendRTV2", good.clone()),
        // The same receipt with another amount, one of a notice that nobody knows, one that is cut off.
        ("paSendRTV2", receipt(to, number, "canary-receipt", "11.00")),
        ("paSendRTV2", receipt(to, "301000000001234586", "canary-stranger", "10.00")),
        ("paSendRTV2", good[..good.len() * 2 / 3].to_owned()),
        // Deeper than anything is read: it is kept as it came.
        ("paSendRTV2", good.replace("</receipt>", &format!("{}{}</receipt>", "<x>".repeat(20), "</x>".repeat(20)))),
        ("paSendRTV2", good.replace("<outcome>OK</outcome>", &format!("<outcome>{DEBTOR_NAME}</outcome>"))),
        ("paSendRTV2", good.replace("<receiptId>canary-receipt</receiptId>", "")),
        ("paGetPaymentV2", node::get(to, number).replace("</qrCode>", &format!("<x>{DEBTOR_TAX_CODE}</x></qrCode>"))),
        (DEBTOR_TAX_CODE, good.clone()),
        ("paVerifyPaymentNotice", format!("{DEBTOR_NAME} {DEBTOR_EMAIL}")),
    ] {
        let answer = send(search, door, operation, PROXY_SECRET, message).await;
        search.secrets.none_within("an answer to the Node", answer.as_bytes());
        // Whom a message names is told by an answer only where the Node asks who owes.
        if operation != "paGetPaymentV2" {
            search.people.none_within(&format!("an answer to the Node: {answer}"), answer.as_bytes());
        }
    }
    let answer = send(search, door, "paSendRTV2", WRONG_SECRET, good.clone()).await;
    search.secrets.none_within("an answer to a stranger", answer.as_bytes());
    search.people.none_within("an answer to a stranger", answer.as_bytes());
    let elsewhere = search.http.post(node::endpoint(&door.rest)).header("SOAPAction", "paSendRTV2").body(good);
    assert_eq!(search.refused("the wrong door", elsewhere).await.status, 404);
}
