// SPDX-License-Identifier: AGPL-3.0-or-later
//! Checkout in a browser: what is due, and what the citizen does.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::language::Language;
use super::render::see_other;
use crate::checkout::{Cart, Choice, Ending, Obstacle, Wish, settle};
use crate::http::{Answer, Problem, TheNode, form};
use crate::limits::LATE_SECONDS_MAX;
use crate::node::{Node, NodeFault, Run, Steps};
use crate::psp::Script;

/// Seconds a late receipt takes where nobody says how many.
const LATE_SECONDS: u64 = 20;

/// A page that only says something.
#[derive(Serialize)]
pub(super) struct Message {
    pub(super) text: &'static str,
    pub(super) link: Option<String>,
    /// Whether the link leads to the sandbox and not to a portal.
    pub(super) is_home: bool,
}

#[derive(Serialize)]
struct Page {
    notices: Vec<Notice>,
    payable: bool,
    late_seconds: u64,
    late_seconds_max: u64,
}

/// A notice as the citizen sees it: what verify said, or why it cannot be paid.
#[derive(Serialize)]
struct Notice {
    creditor: String,
    creditor_tax_code: String,
    office: Option<String>,
    description: String,
    number: String,
    amount: Option<String>,
    due_date: Option<String>,
    fault: Option<String>,
}

pub(super) async fn show(node: TheNode, request: HttpRequest, id: Path<String>) -> Answer {
    let found = id.parse().map_err(|_| Obstacle::Unknown).and_then(|id: Uuid| {
        let cart = node.carts().get(&id).cloned().ok_or(Obstacle::Unknown)?;
        cart.open(node.world.now()).map(|()| cart)
    });
    match found {
        Ok(cart) => {
            let notices = notices(&node, Language::of(&request), &cart).await;
            let payable = notices.iter().all(|notice| notice.fault.is_none());
            let page = Page { notices, payable, late_seconds: LATE_SECONDS, late_seconds_max: LATE_SECONDS_MAX };
            node.pages.show(&request, StatusCode::OK, "checkout.html", page)
        }
        Err(obstacle) => show_obstacle(&node, &request, obstacle),
    }
}

async fn notices(node: &Node, language: Language, cart: &Cart) -> Vec<Notice> {
    let mut notices = Vec::new();
    for (key, posted) in cart.keys.iter().zip(&cart.request.notices) {
        let mut steps = Steps::default();
        let verified = node.verify(key, false, &mut steps).await;
        let fault = verified.as_ref().err().map(NodeFault::view);
        node.keep(Run {
            id: node.world.id(),
            at: node.world.now().to_string(),
            kind: "cart",
            creditor_tax_code: key.creditor.to_string(),
            notice_number: key.number.to_string(),
            outcome: fault.as_ref().map_or_else(|| String::from("OK"), |fault| fault.fault_code.clone()),
            transcript: steps.into_vec(),
        });
        let verified = verified.ok();
        let said = |fact: fn(&tramite_pagopa::current::VerifyAnswer) -> &String, posted: &String| {
            verified.as_ref().map_or(posted, fact).clone()
        };
        notices.push(Notice {
            creditor: said(|answer| &answer.company_name, &posted.company_name),
            creditor_tax_code: key.creditor.to_string(),
            office: verified.as_ref().and_then(|answer| answer.office_name.clone()),
            description: said(|answer| &answer.description, &posted.description),
            number: key.number.grouped(),
            amount: verified.as_ref().map(|answer| language.money(answer.amount)),
            due_date: verified.as_ref().and_then(|answer| answer.due_date).map(|day| day.to_string()),
            fault: fault.map(|fault| fault.original_fault_code.unwrap_or(fault.fault_code)),
        });
    }
    notices
}

fn show_obstacle(node: &Node, request: &HttpRequest, obstacle: Obstacle) -> Answer {
    let words = Language::of(request).words();
    let (status, text, link) = match obstacle {
        Obstacle::Unknown => (StatusCode::NOT_FOUND, words.unknown_cart, None),
        Obstacle::Expired => (StatusCode::GONE, words.expired_cart, None),
        Obstacle::Paying => (StatusCode::CONFLICT, words.paying_cart, None),
        Obstacle::Finished { return_url } => (StatusCode::OK, words.finished_cart, Some(return_url)),
    };
    node.pages.show(request, status, "message.html", Message { text, link, is_home: false })
}

#[derive(Deserialize)]
struct Fields {
    action: String,
    #[serde(default)]
    seconds: String,
}

impl Fields {
    fn wish(&self) -> Option<Wish> {
        let seconds = self.seconds.trim().parse().unwrap_or(LATE_SECONDS).min(LATE_SECONDS_MAX);
        let late = |choice| Wish { script: Some(Script::ReceiptLate { seconds }), ..Wish::plain(choice) };
        Some(match self.action.as_str() {
            "pay" => Wish::plain(Choice::Pay),
            "pay_slowly" => late(Choice::Pay),
            "wait" => late(Choice::Wait),
            "decline" => Wish::plain(Choice::Decline),
            "cancel" => Wish::plain(Choice::Cancel),
            "close" => Wish::plain(Choice::Close),
            _ => return None,
        })
    }
}

pub(super) async fn act(
    node: TheNode,
    request: HttpRequest,
    id: Path<String>,
    body: String,
) -> Result<HttpResponse, Problem> {
    let fields: Fields = form(&body)?;
    let wish = fields.wish().ok_or_else(|| Problem::not_found("There is no such button."))?;
    let Ok(id) = id.parse::<Uuid>() else {
        return show_obstacle(&node, &request, Obstacle::Unknown);
    };
    let settled = node.see_through(settle(node.clone().into_inner(), id, wish)).await.ok_or_else(Problem::internal)?;
    match settled {
        // A second click leads where the first one did.
        Ok(crate::checkout::Settled { return_url: Some(address), .. })
        | Err(Obstacle::Finished { return_url: address }) => Ok(see_other(&address)),
        Ok(settled) => {
            debug_assert_eq!(settled.outcome, Ending::Closed, "only a closed window leads nowhere");
            let text = Language::of(&request).words().closed;
            node.pages.show(&request, StatusCode::OK, "message.html", Message { text, link: None, is_home: false })
        }
        Err(obstacle) => show_obstacle(&node, &request, obstacle),
    }
}
