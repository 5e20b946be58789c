// SPDX-License-Identifier: AGPL-3.0-or-later
//! The form of TARI, and what is submitted in it.

use serde_json::{Value, json};

use super::made::{form, registry};
use super::portal::{Portal, text};
use super::{Seen, TestGateway};

pub const DEFINITION: &str = "/v1/services/TARI/form/definition";
pub const SUBMISSIONS: &str = "/v1/services/TARI/submissions";

/// Publishes the form with these members in the place of its own.
pub async fn publish(portal: &Portal<'_>, members: Value) {
    let written = portal.put("/v1/registries/streets", &registry()).await;
    assert!([200, 201].contains(&written.status), "{}", written.text());
    let mut definition = form("TARI");
    definition.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    let published = portal.put(DEFINITION, &definition).await;
    assert!([200, 201].contains(&published.status), "{}", published.text());
}

pub async fn submit(portal: &Portal<'_>, values: Value) -> Seen {
    portal.post(SUBMISSIONS, &json!({"values": values})).await
}

/// The notice number of what a submission has made.
pub fn notice(submission: &Value) -> String {
    text(submission, "/notice_number")
}

/// A receipt over a notice, paid now.
pub async fn pay(gateway: &TestGateway, id: &str, notice: &str, cents: i64) {
    let node = gateway.node();
    node.pays(node.receipt(id, notice, cents)).await;
}
