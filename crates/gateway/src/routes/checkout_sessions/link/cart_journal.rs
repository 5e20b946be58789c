// SPDX-License-Identifier: AGPL-3.0-or-later
//! The journal of a cart: what was asked of Checkout and what it said, once for each notice in the cart, so that each is
//! found by its own number (sla.md 5).

use tramite_domain::journal::{Direction, JournalEntry, NODE};
use tramite_domain::session::{CheckoutSession, Due, SessionItem};
use tramite_domain::time::Instant;
use tramite_pagopa::checkout::{self, CheckoutFailure, CheckoutUrl};
use uuid::Uuid;

use crate::gateway::Gateway;

/// Checkout's operation, as the journal names it.
const OPERATION: &str = "PostCarts";
/// Who calls: a cart is bound to no station.
const CALLER: &str = "Tramite";
/// What stands where an address holds the citizen's key to the session.
const MASKED: &str = "***";

/// A cart that was posted, and what came back.
pub(super) struct Posted<'a> {
    pub(super) session: &'a CheckoutSession,
    pub(super) due: &'a [Due],
    pub(super) cart: &'a checkout::Cart,
    pub(super) answer: &'a Result<CheckoutUrl, CheckoutFailure>,
    pub(super) asked_at: Instant,
}

/// The lines of the exchange. The subscription key stands in a header and is never among them.
pub(super) fn journal(gateway: &Gateway, posted: &Posted<'_>) -> Vec<JournalEntry> {
    let (exchange, now) = (gateway.world().id(), gateway.now());
    let (asked, said) = (request(posted.cart), response(posted.answer));
    let items = posted.due.iter().filter_map(|due| posted.session.items.get(due.place));
    let lines = items.flat_map(|item| {
        let line = |at, direction| line(gateway, posted.session.id.uuid(), item, exchange, at, direction);
        let request = JournalEntry { payload: asked.clone(), ..line(posted.asked_at, Direction::Request) };
        let response = JournalEntry {
            outcome: Some(said.outcome.to_owned()),
            http_status: said.http_status,
            duration_us: now.datetime().signed_duration_since(posted.asked_at.datetime()).num_microseconds(),
            payload: said.payload.clone(),
            ..line(now, Direction::Response)
        };
        [request, response]
    });
    lines.collect()
}

/// The bytes that were sent. The return addresses hold the citizen's key to the session: they are masked before anything is
/// kept.
fn request(cart: &checkout::Cart) -> Vec<u8> {
    let mut sent = cart.within_lengths();
    sent.return_urls = checkout::ReturnUrls {
        ok: MASKED.to_owned(),
        cancel: MASKED.to_owned(),
        error: MASKED.to_owned(),
        waiting: MASKED.to_owned(),
    };
    serde_json::to_vec(&sent).unwrap_or_default()
}

struct Said {
    outcome: &'static str,
    http_status: Option<u16>,
    payload: Vec<u8>,
}

fn response(answer: &Result<CheckoutUrl, CheckoutFailure>) -> Said {
    match answer {
        // The address leads to the citizen's cart, so it is not kept here; the redirect has no body.
        Ok(_) => Said { outcome: "OK", http_status: Some(302), payload: Vec::new() },
        Err(CheckoutFailure::Refused { status, title, detail }) => {
            let body = serde_json::json!({"title": title, "detail": detail});
            Said { outcome: "KO", http_status: Some(*status), payload: body.to_string().into_bytes() }
        }
        Err(CheckoutFailure::Unavailable(cause)) => {
            Said { outcome: "UNAVAILABLE", http_status: None, payload: cause.to_string().into_bytes() }
        }
    }
}

fn line(
    gateway: &Gateway,
    session: Uuid,
    item: &SessionItem,
    exchange: Uuid,
    at: Instant,
    direction: Direction,
) -> JournalEntry {
    JournalEntry {
        id: gateway.world().id().into(),
        exchange,
        at,
        direction,
        operation: OPERATION.to_owned(),
        caller: CALLER.to_owned(),
        callee: NODE.to_owned(),
        creditor_tax_code: Some(item.creditor_tax_code.to_string()),
        station_id: None,
        notice_number: Some(item.notice_number.to_string()),
        iuv: Some(item.notice_number.iuv().to_string()),
        payment_token: None,
        psp_id: None,
        session_id: Some(session),
        outcome: None,
        http_status: None,
        duration_us: None,
        payload: Vec::new(),
    }
}
