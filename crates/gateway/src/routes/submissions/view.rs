// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a caller reads of a submission.

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::{Map, Value};
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::form::Warning;
use tramite_domain::form::limits::WARNINGS_MAX;
use tramite_domain::submission::KeptSubmission;
use tramite_domain::time::Instant;
use utoipa::ToSchema;

use crate::routes::services::{FormWarningView, LineView};
use crate::words;

/// Values that a form took, and what they came to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Submission, example = json!({
    "id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e60", "service_code": "ZTL", "form_version": 3, "amount": 5000,
    "breakdown": [{"label": {"it": "Permesso"}, "amount": 5000}], "remittance_information": "Permesso ZTL zona A",
    "debt_position_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e02", "found": false, "notice_number": "305000000001234586", "places": [],
    "created_at": "2026-09-01T08:30:00Z",
}))]
pub(crate) struct SubmissionView {
    #[schema(value_type = words::Id)]
    id: String,
    #[schema(value_type = words::ServiceCode)]
    service_code: String,
    /// The version of the form that it was worked out by.
    #[schema(value_type = words::FormVersionNumber)]
    form_version: u32,
    /// What is due; zero where there is nothing to pay.
    #[schema(value_type = words::PricedCents)]
    amount: i64,
    /// What it is made of; of a debt position that was there before, nothing is told.
    #[schema(min_items = 0, max_items = 30)]
    breakdown: Vec<LineView>,
    /// What the payment says.
    #[schema(value_type = words::Line140)]
    remittance_information: String,
    /// What was entered, where one submission is shown and nobody had it erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::FormValues>)]
    values: Option<Map<String, Value>>,
    /// What is to be paid; absent where there is nothing to pay.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    debt_position_id: Option<String>,
    /// Whether that was there before: the form looks for one first.
    found: bool,
    /// The number of its notice, where the submission made it, in the answer to that.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::NoticeNumber>)]
    notice_number: Option<String>,
    /// Until when it is to be paid, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Day>)]
    due_date: Option<NaiveDate>,
    /// The places that it took.
    #[schema(min_items = 0, max_items = 10)]
    places: Vec<PlaceView>,
    /// What is odd, and taken all the same.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, min_items = 1, max_items = 400)]
    warnings: Vec<FormWarningView>,
    #[schema(value_type = words::Timestamp)]
    created_at: Instant,
    /// When it was taken back, where there was nothing to pay.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Timestamp>)]
    cancelled_at: Option<Instant>,
}

/// A place of a quota.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SubmissionPlace)]
struct PlaceView {
    /// The quota of the form.
    #[schema(value_type = words::QuotaCode)]
    quota: String,
    /// Until when it was held at first: once that has passed, whoever needs a place may have it unless it was paid for. Absent where it is
    /// kept for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Timestamp>)]
    held_until: Option<Instant>,
}

impl SubmissionView {
    /// What is shown of it everywhere.
    pub(crate) fn of(kept: &KeptSubmission) -> Self {
        Self {
            id: kept.id.to_string(),
            service_code: kept.service_code.to_string(),
            form_version: kept.form_version,
            amount: kept.amount.cents(),
            breakdown: kept.breakdown.iter().cloned().map(LineView::of).collect(),
            remittance_information: kept.remittance_information.clone(),
            values: None,
            debt_position_id: kept.debt_position_id.map(|id| id.to_string()),
            found: kept.found,
            notice_number: None,
            due_date: None,
            places: (kept.places.iter())
                .map(|place| PlaceView { quota: place.quota.clone(), held_until: place.held_until })
                .collect(),
            warnings: Vec::new(),
            created_at: kept.created_at,
            cancelled_at: kept.cancelled_at,
        }
    }

    /// With what was entered.
    pub(crate) fn with_values(mut self, kept: &KeptSubmission) -> Self {
        self.values = kept.entered.as_ref().map(|entered| entered.values.expose().clone());
        self
    }

    /// With what is odd.
    pub(super) fn with_warnings(mut self, warnings: Vec<Warning>) -> Self {
        self.warnings = warnings.into_iter().take(WARNINGS_MAX).map(FormWarningView::of).collect();
        self
    }

    /// With by what the debt position is paid that was made.
    pub(super) fn with_notice(mut self, position: Option<&DebtPosition>) -> Self {
        let made = position.filter(|_| !self.found).and_then(|position| position.installments().next());
        self.notice_number = made.and_then(|(_, one)| Some(one.notice_number?.to_string()));
        self.due_date = made.and_then(|(_, one)| one.due_date);
        self
    }
}
