// SPDX-License-Identifier: AGPL-3.0-or-later
//! Tax codes of institutions, of persons and of whoever owes (codes.md 8, rules.md 4 and 5).

mod institution;
mod person;
mod subject;

pub use institution::{InstitutionTaxCode, InstitutionTaxCodeError};
pub use person::PersonTaxCode;
pub use subject::{
    ANONYMOUS, SUBJECT_CODE_CHARS_MAX, SUBJECT_CODE_CHARS_MIN, SubjectTaxCode, TaxCodeError, TaxCodeWarning,
};
