// SPDX-License-Identifier: AGPL-3.0-or-later
//! A notice for a spontaneous payment, asked for at a provider.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web::Bytes};
use serde::{Deserialize, Serialize};
use tramite_domain::tax_code::InstitutionTaxCode;
use uuid::Uuid;

use super::{Answer, Problem, TheNode, json, shown};
use crate::flaw::Flaw;
use crate::limits::DEMAND_BYTES_MAX;
use crate::node::{Demand, FaultView, NodeFault, NoticeView, Run, Step};

/// Characters of each code of the catalogue.
const CATALOGUE_CHARS: usize = 5;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DemandOrder {
    creditor_tax_code: InstitutionTaxCode,
    #[serde(default)]
    station_id: Option<String>,
    service_id: String,
    subject_id: String,
    /// The service's own XML, as text.
    data: String,
}

#[derive(Serialize)]
struct DemandReport {
    id: Uuid,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    notice_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<NoticeView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<FaultView>,
    transcript: Vec<Step>,
}

pub(super) async fn demand(node: TheNode, request: HttpRequest, body: Bytes) -> Answer {
    let order: DemandOrder = json(&request, &body)?;
    check(&order)?;
    let creditor = order.creditor_tax_code;
    let demand = Demand {
        creditor,
        station_id: order.station_id,
        service_id: order.service_id,
        subject_id: order.subject_id,
        data: order.data.into_bytes(),
    };
    let (own, id) = (node.clone().into_inner(), node.world.id());
    let demanded = node.see_through(async move { own.demand(demand).await }).await.ok_or_else(Problem::internal)?;
    let fault = demanded.result.as_ref().err().map(NodeFault::view);
    let answer = demanded.result.ok();
    let notice_number = answer.as_ref().map(|answer| answer.notice.notice_number.clone());
    let transcript = vec![demanded.step];
    node.keep(Run {
        id,
        at: node.world.now().to_string(),
        kind: "demand",
        creditor_tax_code: creditor.to_string(),
        notice_number: notice_number.clone().unwrap_or_default(),
        outcome: fault.as_ref().map_or_else(|| String::from("OK"), |fault| fault.fault_code.clone()),
        transcript: transcript.clone(),
    });
    let report = DemandReport {
        id,
        outcome: if fault.is_none() { "OK" } else { "KO" },
        notice_number,
        notice: answer.as_ref().map(|answer| NoticeView::from(&answer.payment)),
        fault,
        transcript,
    };
    shown(StatusCode::OK, &report)
}

/// What must be right before anything is sent.
fn check(order: &DemandOrder) -> Result<(), Problem> {
    let mut flaws = Vec::new();
    for (pointer, code) in [("/service_id", &order.service_id), ("/subject_id", &order.subject_id)] {
        if code.chars().count() != CATALOGUE_CHARS {
            flaws.push(Flaw::new(pointer, format!("a code of {CATALOGUE_CHARS} characters")));
        }
    }
    if order.data.is_empty() || order.data.len() > DEMAND_BYTES_MAX {
        flaws.push(Flaw::new("/data", format!("the XML of the service, at most {DEMAND_BYTES_MAX} bytes")));
    }
    if flaws.is_empty() { Ok(()) } else { Err(Problem::flawed(flaws)) }
}
