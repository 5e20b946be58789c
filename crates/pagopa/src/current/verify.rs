// SPDX-License-Identifier: AGPL-3.0-or-later
//! paVerifyPaymentNotice: what is due for a notice, now. Changes nothing, may be repeated without end.

use chrono::NaiveDate;
use tramite_domain::money::Cents;

use super::common::{Addressee, Notice};

/// `paVerifyPaymentNoticeReq`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyRequest {
    /// Whom it is addressed to.
    pub addressee: Addressee,
    /// The notice.
    pub notice: Notice,
}

/// `paVerifyPaymentNoticeRes` with outcome OK.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyAnswer {
    /// What is due now, above zero.
    pub amount: Cents,
    /// Shown to the payer; left out where there is none.
    pub due_date: Option<NaiveDate>,
    /// At most 140 characters.
    pub detail: Option<String>,
    /// Whether every transfer can go to a postal account.
    pub all_ccp: bool,
    /// What is paid, 1 to 140 characters.
    pub description: String,
    /// Tax code of the institution, 11 digits.
    pub fiscal_code: String,
    /// Name of the institution, 1 to 140 characters.
    pub company_name: String,
    /// The office within it, at most 140 characters.
    pub office_name: Option<String>,
}
