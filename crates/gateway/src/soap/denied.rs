// SPDX-License-Identifier: AGPL-3.0-or-later
//! Why a message is not answered with OK.

use tramite_domain::node::NodeRefusal;
use tramite_pagopa::current::PaaFault;
use tramite_storage::StoreError;

/// Why a message is not answered with OK.
#[derive(Debug)]
pub(crate) enum Denied {
    /// A refusal of the interface. The sentence may be shown to a citizen: no personal data, no numbers.
    Fault(PaaFault, &'static str),
    /// An account of the position is not declared: our own fault.
    AccountMissing,
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
            Denied::AccountMissing | Denied::Store(_) | Denied::Broken | Denied::Late => PaaFault::SystemError,
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

    /// What is said beside it.
    pub(crate) const fn description(&self) -> &'static str {
        match self {
            Denied::Fault(_, description) => description,
            Denied::AccountMissing => "un conto di accredito della posizione non e' configurato",
            Denied::Store(_) | Denied::Broken | Denied::Late => "servizio momentaneamente non disponibile: riprovare",
        }
    }
}

impl From<StoreError> for Denied {
    fn from(error: StoreError) -> Self {
        Denied::Store(error)
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
