// SPDX-License-Identifier: AGPL-3.0-or-later
//! A request that cannot be served for its form, and what the Node is answered (rules.md 20, 28).

use thiserror::Error;

use super::italian;
use super::write::{answer, client_fault};
use crate::current::{Answer, Fault, PaaFault};
use crate::primitive::Primitive;
use crate::schema::Violation;
use crate::xml::Unreadable;

/// The status of a SOAP fault (SOAP 1.1, section 6.2).
const FAULT_STATUS: u16 = 500;

/// The status of every other answer, refusals included.
const ANSWER_STATUS: u16 = 200;

/// Why a request is refused before anybody looks at what it asks.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refused {
    /// It can be read, and is not what the schema says; of a receipt, an indispensable field cannot be read.
    #[error("{primitive}: {violation}")]
    Schema {
        /// The operation.
        primitive: Primitive,
        /// `idPA` as received, where it could be read: the emitter of the refusal.
        id_pa: Option<String>,
        /// The first deviation.
        violation: Violation,
    },
    /// It cannot be read.
    #[error("{reason}")]
    Unreadable {
        /// The operation, from the body where the reading came that far, else from the SOAPAction.
        primitive: Option<Primitive>,
        /// `idPA` as received, where the reading came that far.
        id_pa: Option<String>,
        /// Why.
        reason: Unreadable,
    },
}

/// What a refusal looks like on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedAnswer {
    /// HTTP status: 200, or 500 with a SOAP fault.
    pub status: u16,
    /// The whole message.
    pub body: Vec<u8>,
    /// The fault within, for the journal; `None` for a SOAP fault.
    pub fault: Option<PaaFault>,
}

impl Refused {
    /// The operation, as far as it is known.
    #[must_use]
    pub const fn primitive(&self) -> Option<Primitive> {
        match self {
            Refused::Schema { primitive, .. } => Some(*primitive),
            Refused::Unreadable { primitive, .. } => *primitive,
        }
    }

    /// `idPA` as received, where it could be read.
    #[must_use]
    pub fn id_pa(&self) -> Option<&str> {
        let (Refused::Schema { id_pa, .. } | Refused::Unreadable { id_pa, .. }) = self;
        id_pa.as_deref()
    }

    /// Whether it is a receipt beyond a limit: its bytes are to be kept and the operators alarmed (rules.md 28).
    #[must_use]
    pub fn is_receipt_beyond_limits(&self) -> bool {
        match self {
            Refused::Schema { .. } => false,
            Refused::Unreadable { primitive, reason, .. } => {
                reason.is_limit() && primitive.is_some_and(Primitive::is_receipt)
            }
        }
    }

    /// The fault that answers it; `None` where only a SOAP fault can, for the operation is not known.
    #[must_use]
    pub fn fault(&self) -> Option<PaaFault> {
        match self {
            Refused::Schema { .. } => Some(PaaFault::SyntaxXsd),
            Refused::Unreadable { primitive: None, .. } => None,
            // A system error brings the receipt back, a syntax error would not.
            Refused::Unreadable { .. } if self.is_receipt_beyond_limits() => Some(PaaFault::SystemError),
            Refused::Unreadable { .. } => Some(PaaFault::SyntaxExtraXsd),
        }
    }

    /// The answer, emitted by the institution as received, or else by the broker.
    #[must_use]
    pub fn answer(&self, broker_code: &str) -> RefusedAnswer {
        let (Some(primitive), Some(fault)) = (self.primitive(), self.fault()) else {
            return RefusedAnswer {
                status: FAULT_STATUS,
                body: client_fault("unknown operation or unreadable envelope"),
                fault: None,
            };
        };
        let description = match self {
            Refused::Schema { violation, .. } => italian::violation(violation),
            Refused::Unreadable { reason, .. } => italian::unreadable(*reason).to_owned(),
        };
        let refusal = Fault::new(fault, self.id_pa().unwrap_or(broker_code)).because(description);
        RefusedAnswer { status: ANSWER_STATUS, body: answer(&Answer::Refused(primitive, refusal)), fault: Some(fault) }
    }
}
