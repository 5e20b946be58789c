// SPDX-License-Identifier: AGPL-3.0-or-later
//! The last runs.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use serde::Serialize;
use uuid::Uuid;

use super::{Answer, Problem, TheNode, shown};
use crate::node::Run;

/// A run without its steps.
#[derive(Serialize)]
pub(crate) struct Line {
    pub(crate) id: Uuid,
    pub(crate) at: String,
    pub(crate) kind: &'static str,
    pub(crate) creditor_tax_code: String,
    pub(crate) notice_number: String,
    pub(crate) outcome: String,
    pub(crate) steps: usize,
}

impl From<&Run> for Line {
    fn from(run: &Run) -> Line {
        Line {
            id: run.id,
            at: run.at.clone(),
            kind: run.kind,
            creditor_tax_code: run.creditor_tax_code.clone(),
            notice_number: run.notice_number.clone(),
            outcome: run.outcome.clone(),
            steps: run.transcript.len(),
        }
    }
}

#[derive(Serialize)]
struct Items {
    items: Vec<Line>,
}

pub(super) async fn list(node: TheNode) -> Answer {
    let items = node.runs().newest().map(Line::from).collect();
    shown(StatusCode::OK, &Items { items })
}

pub(super) async fn show(node: TheNode, id: Path<String>) -> Answer {
    let run = id.parse().ok().and_then(|id: Uuid| node.runs().get(&id).cloned());
    shown(StatusCode::OK, &run.ok_or_else(|| Problem::not_found("There is no such transcript, or no longer."))?)
}
