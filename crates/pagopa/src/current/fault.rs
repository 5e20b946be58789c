// SPDX-License-Identifier: AGPL-3.0-or-later
//! The refusals of a creditor institution and their fixed texts (SANP; current.md section 3).

use std::borrow::Cow;
use std::fmt;

/// A refusal of the current interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PaaFault {
    /// `PAA_SINTASSI_EXTRAXSD`: not readable, or an unknown operation.
    SyntaxExtraXsd,
    /// `PAA_SINTASSI_XSD`: against the schema.
    SyntaxXsd,
    /// `PAA_ID_INTERMEDIARIO_ERRATO`: another broker.
    WrongBroker,
    /// `PAA_STAZIONE_INT_ERRATA`: unknown or disabled station, or not of that broker.
    WrongStation,
    /// `PAA_ID_DOMINIO_ERRATO`: an institution that this station does not serve.
    WrongInstitution,
    /// `PAA_PAGAMENTO_SCONOSCIUTO`: nothing payable under that notice; also the answer to the probe.
    UnknownPayment,
    /// `PAA_PAGAMENTO_DUPLICATO`: already paid.
    AlreadyPaid,
    /// `PAA_PAGAMENTO_IN_CORSO`: another attempt is running.
    InProgress,
    /// `PAA_PAGAMENTO_SCADUTO`: past its last payable day.
    Expired,
    /// `PAA_PAGAMENTO_ANNULLATO`: cancelled, or replaced by another option.
    Cancelled,
    /// `PAA_SEMANTICA`: any other impossibility, explained in the description.
    Semantic,
    /// `PAA_RECEIPT_DUPLICATA`: the receipt is already kept; the Node stops sending it.
    DuplicateReceipt,
    /// `PAA_SYSTEM_ERROR`: our own failure; of a receipt the Node tries again.
    SystemError,
}

impl PaaFault {
    /// All of them.
    pub const ALL: [PaaFault; 13] = [
        PaaFault::SyntaxExtraXsd,
        PaaFault::SyntaxXsd,
        PaaFault::WrongBroker,
        PaaFault::WrongStation,
        PaaFault::WrongInstitution,
        PaaFault::UnknownPayment,
        PaaFault::AlreadyPaid,
        PaaFault::InProgress,
        PaaFault::Expired,
        PaaFault::Cancelled,
        PaaFault::Semantic,
        PaaFault::DuplicateReceipt,
        PaaFault::SystemError,
    ];

    /// `faultCode`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.row().0
    }

    /// `faultString`, fixed for each code.
    #[must_use]
    pub const fn text(self) -> &'static str {
        self.row().1
    }

    const fn row(self) -> (&'static str, &'static str) {
        match self {
            PaaFault::SyntaxExtraXsd => ("PAA_SINTASSI_EXTRAXSD", "Errore di sintassi extra XSD"),
            PaaFault::SyntaxXsd => ("PAA_SINTASSI_XSD", "Errore di sintassi XSD"),
            PaaFault::WrongBroker => ("PAA_ID_INTERMEDIARIO_ERRATO", "Identificativo intermediario non corrispondente"),
            PaaFault::WrongStation => ("PAA_STAZIONE_INT_ERRATA", "Stazione intermediario non corrispondente"),
            PaaFault::WrongInstitution => ("PAA_ID_DOMINIO_ERRATO", "La PAA non corrisponde al Dominio indicato"),
            PaaFault::UnknownPayment => {
                ("PAA_PAGAMENTO_SCONOSCIUTO", "Pagamento in attesa risulta sconosciuto all'Ente Creditore")
            }
            PaaFault::AlreadyPaid => {
                ("PAA_PAGAMENTO_DUPLICATO", "Pagamento in attesa risulta concluso all'Ente Creditore")
            }
            PaaFault::InProgress => {
                ("PAA_PAGAMENTO_IN_CORSO", "Pagamento in attesa risulta in corso all'Ente Creditore")
            }
            PaaFault::Expired => ("PAA_PAGAMENTO_SCADUTO", "Pagamento in attesa risulta scaduto all'Ente Creditore"),
            PaaFault::Cancelled => {
                ("PAA_PAGAMENTO_ANNULLATO", "Pagamento in attesa risulta annullato all'Ente Creditore")
            }
            PaaFault::Semantic => ("PAA_SEMANTICA", "Errore semantico"),
            PaaFault::DuplicateReceipt => ("PAA_RECEIPT_DUPLICATA", "Ricevuta gia' presente"),
            PaaFault::SystemError => ("PAA_SYSTEM_ERROR", "Errore generico"),
        }
    }

    /// The fault of a code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<PaaFault> {
        PaaFault::ALL.into_iter().find(|fault| fault.code() == code)
    }
}

impl fmt::Display for PaaFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.code())
    }
}

/// A refusal as it is answered: the fault, who emits it, and what else there is to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// `faultCode`; one of [`PaaFault`] in what we write, anything in what a creditor answers us.
    pub code: Cow<'static, str>,
    /// `faultString`.
    pub text: Cow<'static, str>,
    /// `id`: `idPA` as received, or else the broker's code (rules.md 20).
    pub id: String,
    /// `description`: no personal data, for the payment service provider may show it.
    pub description: Option<String>,
}

impl Fault {
    /// A refusal of ours without further words.
    pub fn new(fault: PaaFault, id: impl Into<String>) -> Fault {
        Fault { code: Cow::Borrowed(fault.code()), text: Cow::Borrowed(fault.text()), id: id.into(), description: None }
    }

    /// The same refusal with an explanation; no personal data in it.
    #[must_use]
    pub fn because(mut self, description: impl Into<String>) -> Fault {
        self.description = Some(description.into());
        self
    }

    /// Which of the known faults it is.
    #[must_use]
    pub fn known(&self) -> Option<PaaFault> {
        PaaFault::from_code(&self.code)
    }
}
