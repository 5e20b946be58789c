// SPDX-License-Identifier: AGPL-3.0-or-later
//! Why a message is not answered with OK.

use std::borrow::Cow;

use tramite_domain::node::NodeRefusal;
use tramite_domain::service::DemandFault;
use tramite_pagopa::current::PaaFault;
use tramite_storage::StoreError;

/// Why a message is not answered with OK.
#[derive(Debug)]
pub(crate) enum Denied {
    /// A refusal of the interface. The sentence may be shown to a citizen: no personal data, no numbers.
    Fault(PaaFault, &'static str),
    /// What was demanded makes no position.
    Demand(DemandFault),
    /// An account of the position is not declared: our own fault.
    AccountMissing,
    /// The institution's own system did not say what is due.
    AmountUnknown,
    /// The store failed: our own fault.
    Store(StoreError),
    /// The work on it broke: a defect of ours.
    Broken,
    /// The time was over: our own fault.
    Late,
}

impl Denied {
    /// The fault that is answered.
    pub(crate) const fn fault(&self) -> PaaFault {
        match self {
            Denied::Fault(fault, _) => *fault,
            Denied::Demand(DemandFault::Unusable) => PaaFault::SystemError,
            Denied::Demand(DemandFault::OtherDocument) => PaaFault::SyntaxXsd,
            Denied::Demand(_) => PaaFault::Semantic,
            Denied::AccountMissing | Denied::AmountUnknown | Denied::Store(_) | Denied::Broken | Denied::Late => {
                PaaFault::SystemError
            }
        }
    }

    /// Whether it rests on what is known of stations and institutions, so that it may be wrong where that is old.
    pub(crate) const fn rests_on_registry(&self) -> bool {
        matches!(
            self,
            Denied::AccountMissing
                | Denied::Fault(PaaFault::WrongBroker | PaaFault::WrongStation | PaaFault::WrongInstitution, _)
        )
    }

    /// What is said beside it: no word of the message, for the provider may show it.
    pub(crate) fn description(&self) -> Cow<'static, str> {
        match self {
            Denied::Fault(_, description) => Cow::Borrowed(description),
            Denied::Demand(fault) => demand(fault),
            Denied::AccountMissing => Cow::Borrowed("un conto di accredito della posizione non e' configurato"),
            Denied::AmountUnknown => {
                Cow::Borrowed("l'importo dovuto non e' al momento disponibile presso l'ente: riprovare")
            }
            Denied::Store(_) | Denied::Broken | Denied::Late => {
                Cow::Borrowed("servizio momentaneamente non disponibile: riprovare")
            }
        }
    }
}

/// The path of a field is the institution's own word; its value is not told.
fn demand(fault: &DemandFault) -> Cow<'static, str> {
    match fault {
        DemandFault::NotOffered => Cow::Borrowed("servizio non disponibile per il pagamento spontaneo"),
        DemandFault::OtherDocument => Cow::Borrowed("i dati specifici non sono quelli di questo servizio"),
        DemandFault::Missing(field) => format!("manca il dato {field}").into(),
        DemandFault::Repeated(field) => format!("il dato {field} compare piu' volte").into(),
        DemandFault::Wrong(field) => format!("il dato {field} non e' valido").into(),
        DemandFault::OtherTerms(field) => {
            format!("il dato {field} non corrisponde alla posizione gia' presente con la stessa chiave").into()
        }
        DemandFault::Unusable => Cow::Borrowed("il servizio non e' configurato correttamente"),
    }
}

impl From<StoreError> for Denied {
    fn from(error: StoreError) -> Self {
        Denied::Store(error)
    }
}

impl From<DemandFault> for Denied {
    fn from(fault: DemandFault) -> Self {
        Denied::Demand(fault)
    }
}

/// Rule 19: each state has its code.
impl From<NodeRefusal> for Denied {
    fn from(refusal: NodeRefusal) -> Self {
        match refusal {
            NodeRefusal::Unknown => UNKNOWN,
            NodeRefusal::Expired => Denied::Fault(PaaFault::Expired, "il termine per il pagamento e' passato"),
            NodeRefusal::Cancelled => {
                Denied::Fault(PaaFault::Cancelled, "la posizione e' stata annullata o sostituita")
            }
            NodeRefusal::Paid => Denied::Fault(PaaFault::AlreadyPaid, "la posizione risulta gia' pagata"),
            NodeRefusal::StampNeedsV2 => Denied::Fault(
                PaaFault::Semantic,
                "la posizione contiene una marca da bollo digitale: serve paGetPaymentV2",
            ),
            NodeRefusal::AccountMissing => Denied::AccountMissing,
        }
    }
}

/// Nothing payable under that notice.
pub(crate) const UNKNOWN: Denied =
    Denied::Fault(PaaFault::UnknownPayment, "nessuna posizione pagabile con questo numero avviso");
