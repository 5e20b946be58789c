// SPDX-License-Identifier: AGPL-3.0-or-later
//! Today's interface (SANP 3.x): what the Node asks and what a creditor institution answers.
//!
//! The types here are what the rest of Tramite sees. The messages as they are written stand in `xml`.

pub mod common;
pub mod demand;
pub mod fault;
pub mod get;
pub mod receipt;
pub mod verify;

pub(crate) mod shapes;
pub(crate) mod xml;

pub use common::{
    Addressee, IBAN_APPOGGIO, MetadataEntry, Notice, Outcome, PROBE_NOTICE, Party, PartyKind, TransferType, Version,
};
pub use demand::{DemandAnswer, DemandRequest};
pub use fault::{Fault, PaaFault};
pub use get::{Destination, GetAnswer, GetRequest, Transfer};
pub use receipt::{Psp, ReceiptMessage, ReceiptTransfer};
pub use verify::{VerifyAnswer, VerifyRequest};

use crate::primitive::Primitive;

/// What the Node asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// What is due?
    Verify(VerifyRequest),
    /// The payment in full.
    Get(GetRequest),
    /// A receipt.
    Receipt(Box<ReceiptMessage>),
    /// A notice for a spontaneous payment.
    Demand(DemandRequest),
}

impl Request {
    /// The operation.
    #[must_use]
    pub fn primitive(&self) -> Primitive {
        match self {
            Request::Verify(_) => Primitive::VerifyPaymentNotice,
            Request::Get(request) => request.version.get(),
            Request::Receipt(message) => message.version.receipt(),
            Request::Demand(_) => Primitive::DemandPaymentNotice,
        }
    }

    /// Whom it is addressed to.
    #[must_use]
    pub fn addressee(&self) -> &Addressee {
        match self {
            Request::Verify(request) => &request.addressee,
            Request::Get(request) => &request.addressee,
            Request::Receipt(message) => &message.addressee,
            Request::Demand(request) => &request.addressee,
        }
    }
}

/// What a creditor institution answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// What is due.
    Verify(VerifyAnswer),
    /// The payment in full, in the version that was asked for.
    Get(Version, Box<GetAnswer>),
    /// The receipt is kept.
    ReceiptAccepted(Version),
    /// The notice that was made.
    Demand(DemandAnswer),
    /// The refusal of one operation.
    Refused(Primitive, Fault),
}

impl Answer {
    /// The operation it answers.
    #[must_use]
    pub fn primitive(&self) -> Primitive {
        match self {
            Answer::Verify(_) => Primitive::VerifyPaymentNotice,
            Answer::Get(version, _) => version.get(),
            Answer::ReceiptAccepted(version) => version.receipt(),
            Answer::Demand(_) => Primitive::DemandPaymentNotice,
            Answer::Refused(primitive, _) => *primitive,
        }
    }
}
