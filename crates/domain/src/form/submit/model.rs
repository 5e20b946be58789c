// SPDX-License-Identifier: AGPL-3.0-or-later
//! A submission, as given and as it was worked out.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::debt_position::{AccountingEntryInput, SubjectKind};
use crate::email::Email;
use crate::form::definition::{OnHit, OnMiss};
use crate::form::labels::Labels;
use crate::form::limits::SUBMISSION_BYTES_MAX;
use crate::ident::{AccountCode, ServiceCode};
use crate::money::Cents;
use crate::personal::Personal;
use crate::tax_code::SubjectTaxCode;
use crate::taxonomy::TaxonomyCode;
use crate::time::Instant;

/// The body of a submission: what was entered, and where to write to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubmissionInput {
    /// Values by field.
    pub values: Map<String, Json>,
    /// Where the outcome is told.
    pub notify_email: Option<Personal<String>>,
}

/// Reads the body of a submission.
///
/// # Errors
/// `too_large`, `invalid_json`, `unknown_field` for anything beside `values` and `notify_email` (a total above all), `invalid_email`.
pub fn read_submission(bytes: &[u8]) -> Result<SubmissionInput, Vec<Fault>> {
    let mut faults = Faults::default();
    if bytes.len() > SUBMISSION_BYTES_MAX {
        faults.add("", "too_large", format!("A submission has at most {SUBMISSION_BYTES_MAX} bytes."));
        return Err(faults.into_vec());
    }
    let Ok(mut whole) = serde_json::from_slice::<Map<String, Json>>(bytes) else {
        faults.add("", "invalid_json", "A submission is one JSON object.");
        return Err(faults.into_vec());
    };
    let values = match whole.remove("values") {
        Some(Json::Object(values)) => values,
        Some(_) => {
            faults.add("/values", "wrong_type", "Values are an object.");
            Map::new()
        }
        None => {
            faults.add("/values", "required", "Values are what a submission is.");
            Map::new()
        }
    };
    let notify_email = match whole.remove("notify_email") {
        Some(Json::String(text)) if text.parse::<Email>().is_ok() => Some(Personal::new(text)),
        Some(_) => {
            faults.add("/notify_email", "invalid_email", "This is no e-mail address that is taken.");
            None
        }
        None => None,
    };
    for name in whole.keys() {
        faults.add(
            pointer("", name),
            "unknown_field",
            "There is nothing of this name here; amounts are worked out here alone.",
        );
    }
    if faults.is_empty() { Ok(SubmissionInput { values, notify_email }) } else { Err(faults.into_vec()) }
}

/// The place of a member whose name a client chose (RFC 6901).
pub(super) fn pointer(before: &str, name: &str) -> String {
    format!("{before}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// A fault of a submission. Its code is ours, or the one of a rule of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// JSON pointer into the body.
    pub pointer: String,
    /// Stable snake_case code.
    pub code: Cow<'static, str>,
    /// One sentence; it never repeats the value.
    pub detail: String,
    /// What the form itself says of it, by language.
    pub message: Option<Labels>,
}

/// Gathers faults.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    pub(super) fn add(
        &mut self,
        pointer: impl Into<String>,
        code: impl Into<Cow<'static, str>>,
        detail: impl Into<String>,
    ) {
        self.0.push(Fault { pointer: pointer.into(), code: code.into(), detail: detail.into(), message: None });
    }

    pub(super) fn push(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn into_vec(self) -> Vec<Fault> {
        self.0
    }
}

/// Something odd that is taken all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// JSON pointer into the body.
    pub pointer: String,
    /// Stable snake_case code: `unusual_value`, `tax_code_check_digit`.
    pub code: &'static str,
}

/// A submission that was validated and priced. Where the amount is zero there is nothing to pay, and no position.
#[derive(Debug, Clone, PartialEq)]
pub struct Submission {
    /// The version of the form that it was worked out by.
    pub version: u32,
    /// What is due, the stamp included.
    pub amount: Cents,
    /// What it is made of; the cents of all lines add up to the amount.
    pub lines: Vec<Line>,
    /// What the payment says.
    pub remittance_information: String,
    /// What goes to the Node with it.
    pub payment_metadata: BTreeMap<String, String>,
    /// Where the money goes; the shares add up to the amount, the stamp is the last.
    pub transfers: Vec<Share>,
    /// Until when it is to be paid.
    pub due_date: Option<NaiveDate>,
    /// From when on it cannot be paid.
    pub expires_at: Option<Instant>,
    /// SHA-256 of what makes two submissions the same one, hexadecimal; none where every one stands for itself.
    pub unique_key: Option<String>,
    /// Places that it takes.
    pub claims: Vec<Claim>,
    /// The position that is looked for first.
    pub lookup: Option<Looked>,
    /// Who owes.
    pub debtor: Subject,
    /// Who pays, where that is somebody else.
    pub payer: Option<Subject>,
    /// For whom it is paid, where that is somebody else.
    pub beneficiary: Option<Subject>,
    /// What is odd.
    pub warnings: Vec<Warning>,
    /// What was entered, as it came, in the fields that have a value.
    pub values: Personal<Map<String, Json>>,
}

/// A line of the breakdown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What it is called.
    pub label: Labels,
    /// Cents; below zero for a discount.
    pub cents: i64,
}

/// A share of the amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// How much.
    pub amount: Cents,
    /// Where it goes.
    pub target: ShareTarget,
    /// National taxonomy code.
    pub taxonomy_code: TaxonomyCode,
    /// How it is booked.
    pub accounting: Vec<AccountingEntryInput>,
}

/// Where a share goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShareTarget {
    /// An account of the institution.
    Account(AccountCode),
    /// A digital stamp.
    Stamp {
        /// SHA-256 of the document, base64.
        document_hash: String,
        /// Province of residence.
        province: String,
    },
}

/// A place that a submission takes in a quota.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The quota.
    pub quota: String,
    /// What is counted apart, SHA-256, hexadecimal.
    pub key: String,
    /// How many there are.
    pub limit: u64,
    /// For how many minutes it is held for who goes on to pay.
    pub hold_minutes: u16,
}

/// A position that is looked for first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// Among the positions of this service.
    pub service: ServiceCode,
    /// By these values of its own metadata.
    pub by: BTreeMap<String, Personal<String>>,
    /// What happens when there is one.
    pub on_hit: OnHit,
    /// What happens when there is none.
    pub on_miss: OnMiss,
}

/// A person or a body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Which of the two.
    pub kind: SubjectKind,
    /// Tax code.
    pub tax_code: Personal<SubjectTaxCode>,
    /// Name.
    pub full_name: Personal<String>,
    /// E-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<Personal<Email>>,
}
