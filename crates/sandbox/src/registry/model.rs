// SPDX-License-Identifier: AGPL-3.0-or-later
//! The registry as it is written and read in JSON.

use serde::{Deserialize, Serialize};
use tramite_domain::notice::{ApplicationCode, AuxDigit, SegregationCode};
use tramite_domain::tax_code::InstitutionTaxCode;
use tramite_pagopa::current::Version;
use tramite_pagopa::strict::Register;

/// Everything the Backoffice knows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registry {
    /// At most 1,000.
    pub institutions: Vec<Institution>,
}

/// A creditor institution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Institution {
    /// Eleven digits.
    pub tax_code: InstitutionTaxCode,
    /// 1 to 140 characters.
    pub company_name: String,
    /// A disabled institution is paid by nobody, not even as the beneficiary of a transfer.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// At most 20.
    #[serde(default)]
    pub stations: Vec<Station>,
    /// The accounts that may stand in its transfers, bank and postal; at most 500.
    #[serde(default)]
    pub ibans: Vec<String>,
}

/// The association of an institution with a station.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Station {
    /// 1 to 35 characters.
    pub station_id: String,
    /// The broker of the station; the sandbox's own where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broker_tax_code: Option<InstitutionTaxCode>,
    /// First digit of the notices that are routed here.
    #[serde(default = "three")]
    pub aux_digit: AuxDigit,
    /// Second and third digit, with aux digit 3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segregation_code: Option<SegregationCode>,
    /// Second and third digit, with aux digit 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application_code: Option<ApplicationCode>,
    /// 1: paGetPayment and paSendRT; 2: paGetPaymentV2 and paSendRTV2.
    #[serde(default = "two")]
    pub primitive_version: u8,
    /// Whether it gets the receipts in which its institution is only a beneficiary.
    #[serde(default)]
    pub broadcast: bool,
}

const fn yes() -> bool {
    true
}

const fn two() -> u8 {
    2
}

const fn three() -> AuxDigit {
    AuxDigit::Three
}

impl Station {
    /// Which operations it speaks.
    pub(crate) const fn version(&self) -> Version {
        if self.primitive_version == 1 { Version::V1 } else { Version::V2 }
    }
}

impl Registry {
    /// The institution of that tax code, enabled or not.
    pub(crate) fn institution(&self, tax_code: &str) -> Option<&Institution> {
        self.institutions.iter().find(|institution| institution.tax_code.as_str() == tax_code)
    }
}

impl Register for Registry {
    fn is_enabled(&self, fiscal_code: &str) -> bool {
        self.institution(fiscal_code).is_some_and(|institution| institution.enabled)
    }

    fn has_iban(&self, fiscal_code: &str, iban: &str) -> bool {
        self.institution(fiscal_code).is_some_and(|institution| institution.ibans.iter().any(|known| known == iban))
    }
}
