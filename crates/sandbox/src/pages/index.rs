// SPDX-License-Identifier: AGPL-3.0-or-later
//! The first page: what can be done here, a form to pay a notice, the last runs.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::language::Language;
use super::render::see_other;
use crate::http::payments::check;
use crate::http::transcripts::Line;
use crate::http::{Answer, Problem, TheNode, form};
use crate::psp::{self, Order};
use crate::registry::Institution;

/// The scripts of the form.
const SCRIPTS: [&str; 11] = [
    "pay",
    "verify_only",
    "activate_only",
    "no_receipt",
    "receipt_twice",
    "receipt_late",
    "receipt_before_return",
    "other_amount",
    "ko",
    "without_get",
    "decline",
];

#[derive(Serialize)]
struct Index {
    scripts: [&'static str; 11],
    institutions: Vec<Institution>,
    runs: Vec<Line>,
}

pub(super) async fn show(node: TheNode, request: HttpRequest) -> Answer {
    let page = Index {
        scripts: SCRIPTS,
        institutions: node.registry().institutions.clone(),
        runs: node.runs().newest().map(Line::from).collect(),
    };
    node.pages.show(&request, StatusCode::OK, "index.html", page)
}

#[derive(Deserialize)]
struct Fields {
    creditor_tax_code: String,
    notice_number: String,
    #[serde(default)]
    script: String,
    #[serde(default)]
    transfer_type: String,
    #[serde(default)]
    amount: String,
    #[serde(default)]
    seconds: String,
}

impl Fields {
    /// The order of the JSON interface, so that the form can do no more and no less.
    fn order(&self) -> Option<Order> {
        let amount: Option<i64> = self.amount.trim().parse().ok();
        let seconds: u64 = self.seconds.trim().parse().unwrap_or(0);
        let script = match self.script.as_str() {
            "receipt_late" => json!({"receipt_late": {"seconds": seconds}}),
            "other_amount" => json!({"other_amount": {"amount": amount?}}),
            "without_get" => match amount {
                Some(amount) => json!({"without_get": {"amount": amount, "stand_in": true}}),
                None => json!({"without_get": {"stand_in": true}}),
            },
            script => json!(script),
        };
        let mut order = json!({
            "creditor_tax_code": self.creditor_tax_code.trim(),
            "notice_number": self.notice_number.replace(' ', ""),
            "script": script,
        });
        if let (false, Some(members)) = (self.transfer_type.is_empty(), order.as_object_mut()) {
            members.insert(String::from("transfer_type"), Value::from(self.transfer_type.as_str()));
        }
        serde_json::from_value(order).ok()
    }
}

pub(super) async fn pay(node: TheNode, request: HttpRequest, body: String) -> Result<HttpResponse, Problem> {
    let fields: Fields = form(&body)?;
    let order = fields.order().filter(|order| check(&node, order).is_ok());
    let Some(order) = order else {
        let text = Language::of(&request).words().wrong_form;
        let page = super::checkout::Message { text, link: Some(String::from("/")), is_home: true };
        return node.pages.show(&request, StatusCode::UNPROCESSABLE_ENTITY, "message.html", page);
    };
    let report = node.see_through(psp::run(node.clone().into_inner(), order)).await.ok_or_else(Problem::internal)?;
    Ok(see_other(&format!("/transcripts/{}?lang={}", report.id, Language::of(&request).code())))
}
