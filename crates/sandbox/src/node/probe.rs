// SPDX-License-Identifier: AGPL-3.0-or-later
//! The Node's question whether a station answers at all, before it leaves stand-in (current.md 8).

use tramite_domain::notice::NoticeNumber;
use tramite_domain::tax_code::InstitutionTaxCode;
use tramite_pagopa::current::{Answer, PaaFault, Request, VerifyRequest};

use super::Node;
use super::fault::{NodeFault, Ppt};
use super::standing::NoticeKey;
use super::transcript::Step;

/// What came of a probe.
pub(crate) struct Probed {
    pub(crate) creditor: InstitutionTaxCode,
    /// Only a valid PAA_PAGAMENTO_SCONOSCIUTO is health.
    pub(crate) healthy: bool,
    pub(crate) fault: Option<NodeFault>,
    pub(crate) step: Step,
}

impl Node {
    /// Sends the probe to a station; `None` where the registry has no such station.
    pub(crate) async fn probe(&self, station_id: &str, tax_code: Option<&InstitutionTaxCode>) -> Option<Probed> {
        let (creditor, addressee) = {
            let registry = self.registry();
            let owner = registry.owner_of_station(station_id, tax_code)?;
            (owner.institution.tax_code, self.addressee(owner.institution, owner.station))
        };
        let notice = NoticeKey { creditor, number: NoticeNumber::PROBE }.notice();
        let exchange = self.call("probe", &Request::Verify(VerifyRequest { addressee, notice })).await;
        let fault = match exchange.result {
            Err(fault) => Some(fault),
            Ok(Answer::Verify(_)) => Some(NodeFault::because(Ppt::WrongAnswer, "La sonda non è un avviso pagabile")),
            Ok(_) => Some(NodeFault::new(Ppt::WrongAnswer)),
        };
        let known =
            fault.as_ref().and_then(|fault| fault.original.as_deref()).and_then(tramite_pagopa::current::Fault::known);
        Some(Probed { creditor, healthy: known == Some(PaaFault::UnknownPayment), fault, step: exchange.step })
    }
}
