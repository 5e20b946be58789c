// SPDX-License-Identifier: AGPL-3.0-or-later
//! The sandbox's clock, put forward.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use serde::{Deserialize, Serialize};
use tramite_domain::time::Instant;

use super::{Answer, Problem, TheNode, json, shown};
use crate::flaw::Flaw;
use crate::limits::ADVANCE_SECONDS_MAX;
use crate::node::{Node, Passed, advance};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    seconds: i64,
}

#[derive(Serialize)]
struct Time {
    now: Instant,
    ahead_seconds: i64,
}

impl Time {
    fn of(node: &Node) -> Time {
        Time { now: node.world.now(), ahead_seconds: node.world.ahead_seconds() }
    }
}

#[derive(Serialize)]
struct Advanced {
    #[serde(flatten)]
    time: Time,
    attempted: usize,
    notified: usize,
    pending: usize,
}

pub(super) async fn show(node: TheNode) -> Answer {
    shown(StatusCode::OK, &Time::of(&node))
}

pub(super) async fn put_forward(node: TheNode, request: HttpRequest, body: Bytes) -> Answer {
    let order: Advance = json(&request, &body)?;
    if !(1..=ADVANCE_SECONDS_MAX).contains(&order.seconds) {
        return Err(Problem::flawed(vec![Flaw::new("/seconds", "1 to 2678400")]));
    }
    let work = advance(node.clone().into_inner(), order.seconds);
    let Passed { attempted, notified } = node.see_through(work).await.ok_or_else(Problem::internal)?;
    let pending = node.receipts_with(|recipient| recipient.is_pending()).len();
    shown(StatusCode::OK, &Advanced { time: Time::of(&node), attempted, notified, pending })
}
