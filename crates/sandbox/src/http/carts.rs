// SPDX-License-Identifier: AGPL-3.0-or-later
//! Carts for programs: how one stands, and what becomes of it, without a browser.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Path};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Answer, Problem, TheNode, json, shown};
use crate::checkout::{CartView, Choice, Obstacle, Wish, settle};
use crate::flaw::Flaw;
use crate::limits::LIST_DEFAULT;
use crate::psp::{PayerInput, Script};

#[derive(Serialize)]
struct Items {
    items: Vec<CartView>,
}

pub(super) async fn list(node: TheNode) -> Answer {
    let now = node.world.now();
    let items = node.carts().newest().take(LIST_DEFAULT).map(|cart| cart.view(now)).collect();
    shown(StatusCode::OK, &Items { items })
}

pub(super) async fn show(node: TheNode, id: Path<String>) -> Answer {
    let now = node.world.now();
    let view = id.parse().ok().and_then(|id: Uuid| node.carts().get(&id).map(|cart| cart.view(now)));
    shown(StatusCode::OK, &view.ok_or_else(|| Problem::not_found(Obstacle::Unknown.text()))?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Outcome {
    outcome: Choice,
    #[serde(default)]
    script: Option<Script>,
    #[serde(default)]
    payer: Option<PayerInput>,
    #[serde(default)]
    skip_verify: bool,
}

impl Outcome {
    fn wish(self) -> Result<Wish, Problem> {
        let mut flaws = Vec::new();
        let script = self.script.or_else(|| self.outcome.usual_script());
        if let Some((pointer, detail)) = script.as_ref().and_then(Script::flaw) {
            flaws.push(Flaw::new(pointer, detail));
        }
        if script.as_ref().is_some_and(|script| !script.collects() || matches!(script, Script::WithoutGet(_))) {
            flaws.push(Flaw::new("/script", "not in a cart: say it with outcome"));
        }
        if let Some(payer) = &self.payer {
            payer.flaws("/payer", &mut flaws);
        }
        if !flaws.is_empty() {
            return Err(Problem::flawed(flaws));
        }
        Ok(Wish {
            choice: self.outcome,
            script,
            payer: self.payer.as_ref().map(PayerInput::party),
            skip_verify: self.skip_verify,
        })
    }
}

pub(super) async fn outcome(node: TheNode, id: Path<String>, request: HttpRequest, body: Bytes) -> Answer {
    let order: Outcome = json(&request, &body)?;
    let wish = order.wish()?;
    let id: Uuid = id.parse().map_err(|_| Problem::not_found(Obstacle::Unknown.text()))?;
    let settled = node.see_through(settle(node.clone().into_inner(), id, wish)).await.ok_or_else(Problem::internal)?;
    shown(StatusCode::OK, &settled.map_err(|obstacle| problem(&obstacle))?)
}

fn problem(obstacle: &Obstacle) -> Problem {
    match obstacle {
        Obstacle::Unknown => Problem::not_found(obstacle.text()),
        Obstacle::Expired => Problem::gone(obstacle.text()),
        Obstacle::Paying | Obstacle::Finished { .. } => Problem::conflict(obstacle.text()),
    }
}
