// SPDX-License-Identifier: AGPL-3.0-or-later
//! paDemandPaymentNotice: a spontaneous payment begun at the payment service provider.

use tramite_domain::personal::Personal;

use super::common::{Addressee, Notice};
use super::verify::VerifyAnswer;

/// `paDemandPaymentNoticeRequest`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemandRequest {
    /// Whom it is addressed to.
    pub addressee: Addressee,
    /// `idServizio`, five characters.
    pub service_id: String,
    /// `idSoggettoServizio`, five characters.
    pub subject_id: String,
    /// `datiSpecificiServizioRequest`, base64 taken away: XML from outside, to be read with
    /// [`crate::embedded::guard_embedded`] and nothing else.
    pub data: Personal<Vec<u8>>,
}

/// `paDemandPaymentNoticeResponse` with outcome OK.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemandAnswer {
    /// The notice that was made.
    pub notice: Notice,
    /// What verify says of it.
    pub payment: VerifyAnswer,
}
