// SPDX-License-Identifier: AGPL-3.0-or-later
//! The payment service provider of the sandbox. It does not exist.

use serde::{Deserialize, Serialize};
use tramite_pagopa::current::Psp;

/// BIC of the provider.
const PSP_ID: &str = "ABCDITM1";
/// Tax code and VAT number of the provider.
const PSP_TAX_CODE: &str = "12345678903";
/// Name of the provider.
const PSP_NAME: &str = "Istituto di Prova S.p.A.";
/// Name of the provider where a text without dots is wanted: in a stamp.
pub(crate) const STAMP_ISSUER: (&str, &str) = (PSP_TAX_CODE, PSP_NAME);
/// What the provider takes for itself where nobody says otherwise, in cents.
pub(crate) const FEE_CENTS: i64 = 150;

/// Where the citizen pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Channel {
    /// On a telephone.
    #[default]
    App,
    /// In a browser; Checkout is one.
    Web,
    /// At a cash machine.
    Atm,
    /// At a counter.
    Onsite,
}

impl Channel {
    const fn channel(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Channel::App => ("12345678903_07", "app", "creditCard"),
            Channel::Web => ("12345678903_08", "web", "creditCard"),
            Channel::Atm => ("12345678903_02", "atm", "bancomat"),
            Channel::Onsite => ("12345678903_01", "onsite", "cash"),
        }
    }

    /// `paymentMethod`.
    pub(crate) const fn method(self) -> &'static str {
        self.channel().2
    }

    /// The provider as a receipt names it.
    pub(crate) fn psp(self) -> Psp {
        let (channel, description, _) = self.channel();
        Psp {
            id: Some(PSP_ID.to_owned()),
            fiscal_code: Some(PSP_TAX_CODE.to_owned()),
            vat_number: Some(PSP_TAX_CODE.to_owned()),
            company_name: Some(PSP_NAME.to_owned()),
            channel: Some(channel.to_owned()),
            channel_description: Some(description.to_owned()),
        }
    }
}
