// SPDX-License-Identifier: AGPL-3.0-or-later
//! A payment at a provider, and the Node's probe.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web::Bytes};
use serde::{Deserialize, Serialize};
use tramite_domain::tax_code::InstitutionTaxCode;

use super::{Answer, Problem, TheNode, json, shown};
use crate::flaw::Flaw;
use crate::node::{FaultView, Node, NodeFault, Run, Step};
use crate::psp::{self, Order, Script};

pub(super) async fn pay(node: TheNode, request: HttpRequest, body: Bytes) -> Answer {
    let order: Order = json(&request, &body)?;
    check(&node, &order)?;
    let report = node.see_through(psp::run(node.clone().into_inner(), order)).await.ok_or_else(Problem::internal)?;
    shown(StatusCode::OK, &report)
}

/// What must be right before anything is done.
pub(crate) fn check(node: &Node, order: &Order) -> Result<(), Problem> {
    let mut flaws = order.flaws();
    if let Some(Script::WithoutGet(unasked)) = &order.script
        && node.archived(&order.key(), unasked).is_none()
    {
        flaws.push(Flaw::new("/script/without_get/amount", "needed: no get of this notice was answered yet"));
    }
    if flaws.is_empty() { Ok(()) } else { Err(Problem::flawed(flaws)) }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProbeOrder {
    #[serde(alias = "station")]
    station_id: String,
    #[serde(default)]
    tax_code: Option<InstitutionTaxCode>,
}

#[derive(Serialize)]
struct ProbeReport {
    healthy: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<FaultView>,
    transcript: Vec<Step>,
}

pub(super) async fn probe(node: TheNode, request: HttpRequest, body: Bytes) -> Answer {
    let order: ProbeOrder = json(&request, &body)?;
    let probed = node.probe(&order.station_id, order.tax_code.as_ref()).await;
    let probed = probed.ok_or_else(|| Problem::not_found("The registry has no such station."))?;
    let fault = probed.fault.as_ref().map(NodeFault::view);
    let transcript = vec![probed.step];
    node.keep(Run {
        id: node.world.id(),
        at: node.world.now().to_string(),
        kind: "probe",
        creditor_tax_code: probed.creditor.to_string(),
        notice_number: tramite_domain::notice::NoticeNumber::PROBE.to_string(),
        outcome: if probed.healthy {
            String::from("OK")
        } else {
            fault.as_ref().map(|fault| fault.fault_code.clone()).unwrap_or_default()
        },
        transcript: transcript.clone(),
    });
    shown(StatusCode::OK, &ProbeReport { healthy: probed.healthy, fault, transcript })
}
