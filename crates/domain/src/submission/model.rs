// SPDX-License-Identifier: AGPL-3.0-or-later
//! A submission as it is kept.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::form::{Line, Subject};
use crate::ident::ServiceCode;
use crate::ids::{ClientId, DebtPositionId, SubmissionId};
use crate::money::Cents;
use crate::named::named;
use crate::personal::Personal;
use crate::time::Instant;

/// For how many minutes a place is held for who goes on to pay, where the quota says nothing (rules.md 49).
pub const HOLD_MINUTES_DEFAULT: u16 = 30;
/// The fewest that a quota may say: nobody pays faster.
pub const HOLD_MINUTES_MIN: u16 = 5;
/// The most that a quota may say, a day.
pub const HOLD_MINUTES_MAX: u16 = 1_440;
/// For how many hours a place is held at most for who takes a notice away, whatever its due date (rules.md 49).
pub const NOTICE_HOLD_HOURS_MAX: i64 = 72;

/// The line of the audit trail.
pub const SUBMISSION_CREATED: &str = "submission.created";

/// What was submitted, and what it came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptSubmission {
    /// Our id; the debt position that it makes has it as its external id.
    pub id: SubmissionId,
    /// The service.
    pub service_code: ServiceCode,
    /// The version of the form that it was worked out by.
    pub form_version: u32,
    /// What it comes to; zero where there is nothing to pay.
    pub amount: Cents,
    /// What that is made of.
    pub breakdown: Vec<Line>,
    /// What the payment says; `-` once it is forgotten.
    pub remittance_information: String,
    /// What was entered; none once it is forgotten.
    pub entered: Option<Entered>,
    /// What makes another submission the same one, SHA-256, hexadecimal; none where every one stands for itself, and once this one
    /// stands in the way of none.
    pub unique_key: Option<String>,
    /// The one that took its key over once its debt position could not be paid any more.
    pub superseded_by: Option<SubmissionId>,
    /// The places that it took when it was made.
    pub places: Vec<HeldPlace>,
    /// The debt position that is to be paid.
    pub debt_position_id: Option<DebtPositionId>,
    /// Whether that was there before: the form looks for one first.
    pub found: bool,
    /// Who made it.
    pub created_by: ClientId,
    /// When.
    pub created_at: Instant,
    /// When it was taken back, where there was nothing to pay.
    pub cancelled_at: Option<Instant>,
    /// When it is looked at whether it goes because nobody has paid; none where it stays.
    pub lapses_at: Option<Instant>,
}

/// What was entered, and who was named beside the debtor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entered {
    /// Values by field, as they came.
    pub values: Personal<Entries>,
    /// Where the outcome is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notify_email: Option<Personal<String>>,
    /// Who owes; the debt position has it too, where there is one.
    pub debtor: Subject,
    /// Who pays, where that is somebody else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payer: Option<Subject>,
    /// For whom it is paid, where that is somebody else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beneficiary: Option<Subject>,
}

/// Values by field. All of them may say something of a person.
pub type Entries = Map<String, Value>;

/// A place of a quota that a submission has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldPlace {
    /// The quota.
    pub quota: String,
    /// What is counted apart, SHA-256, hexadecimal.
    pub key: String,
    /// How many there were when it was taken.
    pub limit: u64,
    /// From when on somebody else may have it; none where it is kept for good.
    pub held_until: Option<Instant>,
}

/// How whoever submits goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayBy {
    /// At once, in a checkout session.
    #[default]
    Checkout,
    /// Later, with a notice.
    Notice,
}

named!(PayBy { Checkout = "checkout", Notice = "notice" });

/// Through what a submission came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// The API: its client answers for it.
    Api,
    /// A hosted page: nobody does.
    Page {
        /// Whether what its service makes ends with its due date.
        ends_with_due_date: bool,
    },
}

/// How a submission came, and how it is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manner {
    /// Through what it came.
    pub channel: Channel,
    /// How it is paid.
    pub pay_by: PayBy,
}

impl KeptSubmission {
    /// How the audit trail calls it.
    #[must_use]
    pub fn audit_subject(&self) -> String {
        format!("submission/{}", self.id)
    }
}

impl Entered {
    /// Everybody who is named by a tax code.
    pub fn persons(&self) -> impl Iterator<Item = &Subject> {
        let all = std::iter::once(&self.debtor).chain(&self.payer).chain(&self.beneficiary);
        all.filter(|one| !one.tax_code.expose().is_anonymous())
    }
}
