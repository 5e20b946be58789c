// SPDX-License-Identifier: AGPL-3.0-or-later
//! What values come to.

use chrono::NaiveDate;
use serde::Serialize;
use tramite_domain::form::limits::WARNINGS_MAX;
use tramite_domain::form::{Labels, Line, Share, ShareTarget, Submission, Warning};
use tramite_domain::time::Instant;
use utoipa::ToSchema;

use crate::words;

/// What values come to, worked out by the form alone.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FormPrice, example = json!({
    "form_version": 3, "amount": 12050, "breakdown": [{"label": {"it": "Permesso"}, "amount": 12050}],
    "remittance_information": "Permesso ZTL zona A", "payment_metadata": {"RIF_PRATICA": "2026-000123"},
    "transfers": [{"amount": 12050, "taxonomy_code": "0101101IM", "account_id": "main"}], "due_date": "2026-10-31", "warnings": [],
}))]
pub(super) struct FormPriceView {
    /// The version of the form.
    #[schema(value_type = words::FormVersionNumber)]
    form_version: u32,
    /// What is due in all; zero where there is nothing to pay.
    #[schema(value_type = words::PricedCents)]
    amount: i64,
    /// What it is made of; the lines add up to the amount.
    #[schema(min_items = 0, max_items = 30)]
    breakdown: Vec<LineView>,
    /// What the payment says.
    #[schema(value_type = words::Line140)]
    remittance_information: String,
    /// What goes to the Node with it.
    #[schema(value_type = words::PaymentMetadata)]
    payment_metadata: std::collections::BTreeMap<String, String>,
    /// Where the money goes; the shares add up to the amount.
    #[schema(min_items = 0, max_items = 6)]
    transfers: Vec<ShareView>,
    /// Until when it is to be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Day>)]
    due_date: Option<NaiveDate>,
    /// From when on it cannot be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Timestamp>)]
    expires_at: Option<Instant>,
    /// What is odd, and taken all the same.
    #[schema(min_items = 0, max_items = 400)]
    warnings: Vec<FormWarningView>,
}

/// A line of the breakdown.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FormLine)]
pub(crate) struct LineView {
    /// What it is called, by language.
    #[schema(value_type = words::LabelTexts)]
    label: Labels,
    /// Cents; below zero for a discount.
    #[schema(value_type = words::SignedCents)]
    amount: i64,
}

/// A share of the amount.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FormShare)]
struct ShareView {
    /// How much.
    #[schema(value_type = words::PricedCents)]
    amount: i64,
    /// National taxonomy code.
    #[schema(value_type = words::TaxonomyCode)]
    taxonomy_code: String,
    /// The account that it goes to; absent for a digital stamp.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::AccountCode>)]
    account_id: Option<String>,
}

/// Something odd.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FormWarning)]
pub(crate) struct FormWarningView {
    /// Where.
    #[schema(value_type = words::Pointer)]
    pointer: String,
    /// What.
    #[schema(value_type = words::FaultCode)]
    code: &'static str,
}

impl FormPriceView {
    /// What is shown of a submission that was worked out.
    pub(super) fn of(submission: Submission) -> Self {
        Self {
            form_version: submission.version,
            amount: submission.amount.cents(),
            breakdown: submission.lines.into_iter().map(LineView::of).collect(),
            remittance_information: submission.remittance_information,
            payment_metadata: submission.payment_metadata,
            transfers: submission.transfers.iter().map(ShareView::of).collect(),
            due_date: submission.due_date,
            expires_at: submission.expires_at,
            warnings: submission.warnings.into_iter().take(WARNINGS_MAX).map(FormWarningView::of).collect(),
        }
    }
}

impl LineView {
    /// What is shown of a line.
    pub(crate) fn of(line: Line) -> Self {
        Self { label: line.label, amount: line.cents }
    }
}

impl ShareView {
    fn of(share: &Share) -> Self {
        let account_id = match &share.target {
            ShareTarget::Account(account) => Some(account.to_string()),
            ShareTarget::Stamp { .. } => None,
        };
        Self { amount: share.amount.cents(), taxonomy_code: share.taxonomy_code.to_string(), account_id }
    }
}

impl FormWarningView {
    /// What is shown of it.
    pub(crate) fn of(warning: Warning) -> Self {
        Self { pointer: warning.pointer, code: warning.code }
    }
}
