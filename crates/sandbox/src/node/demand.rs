// SPDX-License-Identifier: AGPL-3.0-or-later
//! A notice for a spontaneous payment: the Node asks the institution for one, and pays it like any other (current.md 7).

use tramite_domain::notice::NoticeNumber;
use tramite_domain::tax_code::InstitutionTaxCode;
use tramite_pagopa::current::{Answer, DemandAnswer, DemandRequest, Request};

use super::Node;
use super::fault::{NodeFault, Ppt};
use super::transcript::Step;
use crate::registry::RouteFault;

/// What a customer asks for at a provider.
pub(crate) struct Demand {
    pub(crate) creditor: InstitutionTaxCode,
    /// The station that is asked; the institution's first where none is named.
    pub(crate) station_id: Option<String>,
    /// `idServizio`.
    pub(crate) service_id: String,
    /// `idSoggettoServizio`.
    pub(crate) subject_id: String,
    /// The service's own document.
    pub(crate) data: Vec<u8>,
}

/// What came of it.
pub(crate) struct Demanded {
    pub(crate) result: Result<DemandAnswer, NodeFault>,
    pub(crate) step: Step,
}

impl Node {
    /// Asks an institution for a notice.
    pub(crate) async fn demand(&self, demand: Demand) -> Demanded {
        let creditor = demand.creditor;
        let request = match self.demand_request(demand) {
            Ok(request) => request,
            Err(fault) => return Demanded { step: Step::within(fault.view()), result: Err(fault) },
        };
        let exchange = self.call("demand", &request).await;
        let result = exchange.result.and_then(|answer| match answer {
            Answer::Demand(answer) => self.own_notice(&creditor, answer),
            _ => Err(NodeFault::new(Ppt::WrongAnswer)),
        });
        let mut step = exchange.step;
        if let Err(fault) = &result {
            step.outcome = "KO";
            step.fault = Some(fault.view());
        }
        Demanded { result, step }
    }

    fn demand_request(&self, demand: Demand) -> Result<Request, NodeFault> {
        let registry = self.registry();
        let institution =
            registry.institution(demand.creditor.as_str()).ok_or(NodeFault::new(Ppt::UnknownInstitution))?;
        if !institution.enabled {
            return Err(NodeFault::new(Ppt::DisabledInstitution));
        }
        let named = |id: &str| demand.station_id.as_deref().is_none_or(|wanted| wanted == id);
        let station = institution.stations.iter().find(|station| named(&station.station_id));
        let station = station.ok_or_else(|| {
            NodeFault::because(Ppt::UnknownStation, "L'ente non ha una stazione a cui chiedere l'avviso")
        })?;
        Ok(Request::Demand(DemandRequest {
            addressee: self.addressee(institution, station),
            service_id: demand.service_id,
            subject_id: demand.subject_id,
            data: demand.data.into(),
        }))
    }

    /// The notice must be one that the Node can route to the institution that was asked, or nobody could pay it.
    fn own_notice(&self, creditor: &InstitutionTaxCode, answer: DemandAnswer) -> Result<DemandAnswer, NodeFault> {
        let wrong = |why: &str| Err(NodeFault::because(Ppt::WrongAnswer, why));
        if answer.notice.fiscal_code != creditor.as_str() || answer.payment.fiscal_code != creditor.as_str() {
            return wrong("qrCode: l'avviso non è dell'ente a cui è stato chiesto");
        }
        let Ok(number) = answer.notice.notice_number.parse::<NoticeNumber>() else {
            return wrong("qrCode/noticeNumber: non è un numero avviso");
        };
        match self.registry().route(creditor, &number) {
            Ok(_) => Ok(answer),
            Err(RouteFault::UnknownInstitution | RouteFault::DisabledInstitution | RouteFault::UnknownStation) => {
                wrong("qrCode/noticeNumber: nessuna stazione dell'ente per questo avviso")
            }
        }
    }
}
