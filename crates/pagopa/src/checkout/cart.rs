// SPDX-License-Identifier: AGPL-3.0-or-later
//! A cart, with the names of the platform's contract (`CartRequestV2`).

use std::fmt;

use serde::{Deserialize, Serialize};
use tramite_domain::money::Cents;
use tramite_domain::personal::Personal;

use crate::xml::fit;

/// `companyName` and `description`, in characters.
const TEXT_CHARS: usize = 140;

/// What is posted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cart {
    /// Where the citizen's message about the outcome goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_notice: Option<Personal<String>>,
    /// One to five.
    pub payment_notices: Vec<CartNotice>,
    /// Where the citizen comes back to.
    pub return_urls: ReturnUrls,
    /// Comes back as `paymentNote` in get and in a receipt of version 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_cart: Option<String>,
    /// True asks for postal accounts.
    #[serde(default, rename = "allCCP", skip_serializing_if = "Option::is_none")]
    pub all_ccp: Option<bool>,
}

/// One notice of a cart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CartNotice {
    /// 18 digits.
    pub notice_number: String,
    /// Tax code of the institution, 11 digits.
    pub fiscal_code: String,
    /// In cents, above zero; shown, not binding.
    pub amount: Cents,
    /// Name of the institution; cut to 140 characters when posted.
    pub company_name: String,
    /// What is paid; cut to 140 characters when posted.
    pub description: String,
}

/// Where the citizen comes back to. They carry our own session, so they do not print.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnUrls {
    /// The payment went through, says Checkout.
    #[serde(rename = "returnOkUrl")]
    pub ok: String,
    /// The citizen gave up.
    #[serde(rename = "returnCancelUrl")]
    pub cancel: String,
    /// Something failed.
    #[serde(rename = "returnErrorUrl")]
    pub error: String,
    /// The outcome was not known in time.
    #[serde(rename = "returnWaitingUrl")]
    pub waiting: String,
}

impl fmt::Debug for ReturnUrls {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ReturnUrls(***)")
    }
}

impl Cart {
    /// The cart with its texts within the contract's lengths: as it is sent.
    #[must_use]
    pub fn within_lengths(&self) -> Cart {
        let mut cart = self.clone();
        for notice in &mut cart.payment_notices {
            notice.company_name = fit(&notice.company_name, TEXT_CHARS);
            notice.description = fit(&notice.description, TEXT_CHARS);
        }
        cart
    }
}
