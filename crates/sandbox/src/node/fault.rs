// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the Node answers a payment service provider when a payment cannot go on.

use serde::Serialize;
use tramite_domain::notice::NoticeNumber;
use tramite_pagopa::current::Fault;

use crate::registry::RouteFault;

/// The Node's name as the emitter of a fault.
const NODE: &str = "NodoDeiPagamentiSPC";

/// A refusal of the Node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ppt {
    UnknownInstitution,
    DisabledInstitution,
    UnknownStation,
    InProgress,
    AlreadyPaid,
    NotActivatable,
    Unreachable,
    TimedOut,
    ServiceNotActive,
    WrongAnswer,
    Creditor,
    SystemError,
}

impl Ppt {
    /// `faultCode` and `faultString`.
    const fn row(self) -> (&'static str, &'static str) {
        match self {
            Ppt::UnknownInstitution => ("PPT_DOMINIO_SCONOSCIUTO", "Ente creditore sconosciuto"),
            Ppt::DisabledInstitution => ("PPT_DOMINIO_DISABILITATO", "Ente creditore disabilitato"),
            Ppt::UnknownStation => ("PPT_STAZIONE_INT_PA_SCONOSCIUTA", "Stazione sconosciuta per questo avviso"),
            Ppt::InProgress => ("PPT_PAGAMENTO_IN_CORSO", "Un altro tentativo di pagamento è in corso"),
            Ppt::AlreadyPaid => ("PPT_PAGAMENTO_DUPLICATO", "L'avviso è già stato pagato"),
            Ppt::NotActivatable => ("PPT_SEMANTICA", "Pagamento non attivabile"),
            Ppt::Unreachable => ("PPT_STAZIONE_INT_PA_IRRAGGIUNGIBILE", "La stazione non si lascia raggiungere"),
            Ppt::TimedOut => ("PPT_STAZIONE_INT_PA_TIMEOUT", "La stazione non ha risposto in tempo"),
            Ppt::ServiceNotActive => {
                ("PPT_STAZIONE_INT_PA_SERVIZIO_NONATTIVO", "Il servizio della stazione non è attivo")
            }
            Ppt::WrongAnswer => ("PPT_STAZIONE_INT_PA_ERRORE_RESPONSE", "La risposta della stazione non è valida"),
            Ppt::Creditor => ("PPT_ERRORE_EMESSO_DA_PAA", "Errore restituito dall'ente creditore"),
            Ppt::SystemError => ("PPT_SYSTEM_ERROR", "Errore del Nodo simulato"),
        }
    }
}

/// A refusal with what there is to say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NodeFault {
    pub(crate) ppt: Ppt,
    pub(crate) description: Option<String>,
    /// The creditor's own refusal.
    pub(crate) original: Option<Box<Fault>>,
}

impl NodeFault {
    pub(crate) const fn new(ppt: Ppt) -> NodeFault {
        NodeFault { ppt, description: None, original: None }
    }

    pub(crate) fn because(ppt: Ppt, description: impl Into<String>) -> NodeFault {
        NodeFault { ppt, description: Some(description.into()), original: None }
    }

    pub(crate) fn of_creditor(fault: Fault) -> NodeFault {
        NodeFault { ppt: Ppt::Creditor, description: None, original: Some(Box::new(fault)) }
    }

    pub(crate) fn of_route(fault: RouteFault, notice: &NoticeNumber) -> NodeFault {
        match fault {
            RouteFault::UnknownInstitution => NodeFault::new(Ppt::UnknownInstitution),
            RouteFault::DisabledInstitution => NodeFault::new(Ppt::DisabledInstitution),
            RouteFault::UnknownStation => {
                let prefix: String = notice.as_str().chars().take(3).collect();
                NodeFault::because(
                    Ppt::UnknownStation,
                    format!("Nessuna stazione per gli avvisi che iniziano con {prefix}"),
                )
            }
        }
    }

    /// As a payment service provider with the extended fault bean sees it.
    pub(crate) fn view(&self) -> FaultView {
        let (code, text) = self.ppt.row();
        let original = self.original.as_ref();
        FaultView {
            fault_code: code.to_owned(),
            fault_string: text.to_owned(),
            id: original.map_or_else(|| NODE.to_owned(), |fault| fault.id.clone()),
            description: self.description.clone(),
            original_fault_code: original.map(|fault| fault.code.to_string()),
            original_fault_string: original.map(|fault| fault.text.to_string()),
            original_description: original.and_then(|fault| fault.description.clone()),
        }
    }
}

/// A fault as JSON shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct FaultView {
    pub(crate) fault_code: String,
    pub(crate) fault_string: String,
    pub(crate) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) original_fault_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) original_fault_string: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) original_description: Option<String>,
}

impl From<&Fault> for FaultView {
    /// A creditor's refusal where no payment is refused with it: of a receipt.
    fn from(fault: &Fault) -> FaultView {
        FaultView {
            fault_code: fault.code.to_string(),
            fault_string: fault.text.to_string(),
            id: fault.id.clone(),
            description: fault.description.clone(),
            original_fault_code: None,
            original_fault_string: None,
            original_description: None,
        }
    }
}
