// SPDX-License-Identifier: AGPL-3.0-or-later
//! The operations the Node calls on a creditor institution (paForNode).

use std::fmt;

/// One operation of the current interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Primitive {
    /// What is due for a notice, now.
    VerifyPaymentNotice,
    /// The payment in full, for a station of version 1.
    GetPayment,
    /// The payment in full, for a station of version 2: stamps, names of beneficiaries.
    GetPaymentV2,
    /// A receipt, version 1.
    SendRt,
    /// A receipt, version 2.
    SendRtV2,
    /// A notice for a spontaneous payment begun at the payment service provider.
    DemandPaymentNotice,
}

impl Primitive {
    /// All of them.
    pub const ALL: [Primitive; 6] = [
        Primitive::VerifyPaymentNotice,
        Primitive::GetPayment,
        Primitive::GetPaymentV2,
        Primitive::SendRt,
        Primitive::SendRtV2,
        Primitive::DemandPaymentNotice,
    ];

    /// The operation's name: the SOAPAction, and `tipoEvento` of the journal.
    #[must_use]
    pub const fn operation(self) -> &'static str {
        match self {
            Primitive::VerifyPaymentNotice => "paVerifyPaymentNotice",
            Primitive::GetPayment => "paGetPayment",
            Primitive::GetPaymentV2 => "paGetPaymentV2",
            Primitive::SendRt => "paSendRT",
            Primitive::SendRtV2 => "paSendRTV2",
            Primitive::DemandPaymentNotice => "paDemandPaymentNotice",
        }
    }

    /// The local name of the request's wrapper. The endings are the interface's own, and not uniform.
    #[must_use]
    pub const fn request_wrapper(self) -> &'static str {
        match self {
            Primitive::VerifyPaymentNotice => "paVerifyPaymentNoticeReq",
            Primitive::GetPayment => "paGetPaymentReq",
            Primitive::GetPaymentV2 => "paGetPaymentV2Request",
            Primitive::SendRt => "paSendRTReq",
            Primitive::SendRtV2 => "paSendRTV2Request",
            Primitive::DemandPaymentNotice => "paDemandPaymentNoticeRequest",
        }
    }

    /// The local name of the response's wrapper.
    #[must_use]
    pub const fn response_wrapper(self) -> &'static str {
        match self {
            Primitive::VerifyPaymentNotice => "paVerifyPaymentNoticeRes",
            Primitive::GetPayment => "paGetPaymentRes",
            Primitive::GetPaymentV2 => "paGetPaymentV2Response",
            Primitive::SendRt => "paSendRTRes",
            Primitive::SendRtV2 => "paSendRTV2Response",
            Primitive::DemandPaymentNotice => "paDemandPaymentNoticeResponse",
        }
    }

    /// Whether it brings a receipt, which is never refused for its form (rules.md 28).
    #[must_use]
    pub const fn is_receipt(self) -> bool {
        matches!(self, Primitive::SendRt | Primitive::SendRtV2)
    }

    /// The operation a request's wrapper belongs to.
    #[must_use]
    pub fn from_request_wrapper(local_name: &str) -> Option<Primitive> {
        Primitive::ALL.into_iter().find(|primitive| primitive.request_wrapper() == local_name)
    }

    /// The operation a SOAPAction header names: bare, quoted, or as the last step of a URI.
    #[must_use]
    pub fn from_soap_action(header: &str) -> Option<Primitive> {
        let action = header.trim().trim_matches('"').trim();
        let name = action.rsplit(['/', '#', ':']).next().unwrap_or(action);
        Primitive::ALL.into_iter().find(|primitive| primitive.operation() == name)
    }
}

impl fmt::Display for Primitive {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.operation())
    }
}
