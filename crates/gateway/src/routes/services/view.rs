// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is shown of a service.

use chrono::NaiveDate;
use serde::Serialize;
use tramite_domain::service::{AmountRule, LateCharges, LateRate, Service};
use tramite_domain::time::Instant;
use utoipa::ToSchema;

use super::callback::CallbackView;
use super::demand::DemandView;
use crate::words;

/// A payment service.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Service, example = json!({
    "code": "TARI", "title": {"it": "Tassa sui rifiuti", "en": "Waste collection fee"}, "taxonomy_code": "0101101IM",
    "collection_kind": 9, "account_id": "main", "kind": "both", "amount": {"rule": "free", "least": 100, "most": 500000},
    "due_date_required": true, "expires_after_due_date": false, "late_charges": {"interest": [{"from": "2026-01-01", "annual_rate_basis_points": 160}], "surcharge": 500},
    "anonymous_debtor_allowed": false, "status": "active",
    "version": 1, "created_at": "2026-09-01T08:30:00Z", "updated_at": "2026-09-01T08:30:00Z",
}))]
pub(super) struct ServiceView {
    /// Its code, unique in the institution.
    #[schema(value_type = words::ServiceCode)]
    code: String,
    /// What citizens read.
    title: TitleView,
    /// Bare code of the national taxonomy.
    #[schema(value_type = words::TaxonomyCode)]
    taxonomy_code: String,
    /// Kind of collection of the legacy messages.
    #[schema(value_type = words::CollectionKind)]
    collection_kind: u8,
    /// The account of the institution that the money goes to.
    #[schema(value_type = words::AccountCode)]
    account_id: String,
    /// Who may start a payment.
    #[schema(value_type = words::ServiceKind)]
    kind: &'static str,
    /// What may be asked.
    amount: AmountRuleView,
    /// Whether every debt position must say when it is due.
    due_date_required: bool,
    /// Whether a debt position stops being payable at the end of its due date.
    expires_after_due_date: bool,
    /// What is added to an installment that is paid after its due date.
    #[serde(skip_serializing_if = "Option::is_none")]
    late_charges: Option<LateChargesView>,
    /// Who is asked what is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    amount_callback: Option<CallbackView>,
    /// Whether `ANONIMO` is accepted as debtor.
    anonymous_debtor_allowed: bool,
    /// How a payment of it is asked for at a payment service provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    demand: Option<DemandView>,
    /// Where it stands in its life.
    #[schema(value_type = words::ServiceStatus)]
    status: &'static str,
    /// How many times it was written.
    #[schema(value_type = words::RowVersion)]
    version: i64,
    /// When it was defined.
    #[schema(value_type = words::Timestamp)]
    created_at: Instant,
    /// When it last changed.
    #[schema(value_type = words::Timestamp)]
    updated_at: Instant,
}

/// A title in several languages.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Title)]
struct TitleView {
    /// Italian.
    #[schema(value_type = words::Line140)]
    it: String,
    /// English.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Line140>)]
    en: Option<String>,
    /// German.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Line140>)]
    de: Option<String>,
}

/// What amount a debt position of the service may have.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AmountRule)]
struct AmountRuleView {
    /// One amount, or any between two bounds.
    #[schema(value_type = words::AmountRuleKind)]
    rule: &'static str,
    /// The amount, with `fixed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::AmountCents>)]
    amount: Option<i64>,
    /// The least, with `free`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::AmountCents>)]
    least: Option<i64>,
    /// The most, with `free`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::AmountCents>)]
    most: Option<i64>,
}

/// What is added after the due date.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LateCharges)]
struct LateChargesView {
    /// Rates of interest by their first days.
    #[schema(min_items = 0, max_items = 100)]
    interest: Vec<LateRateView>,
    /// A fixed sum, added once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::AmountCents>)]
    surcharge: Option<i64>,
    /// The most that is added in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::AmountCents>)]
    most: Option<i64>,
    /// The account whose transfer grows by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::AccountCode>)]
    account_id: Option<String>,
}

/// A rate of interest.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LateRate)]
struct LateRateView {
    /// Its first day.
    #[schema(value_type = words::Day)]
    from: NaiveDate,
    /// Hundredths of a percent for a year.
    #[schema(value_type = words::BasisPoints)]
    annual_rate_basis_points: u32,
}

/// A page of services.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServicePage)]
pub(super) struct ServicePage {
    /// The services.
    #[schema(min_items = 0, max_items = 500)]
    pub(super) items: Vec<ServiceView>,
    /// How to ask for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::CursorText>)]
    pub(super) next_cursor: Option<String>,
}

impl ServiceView {
    /// What is shown of a service.
    pub(super) fn of(service: &Service) -> Self {
        let title = &service.title;
        Self {
            code: service.code.to_string(),
            title: TitleView {
                it: title.it.to_string(),
                en: title.en.as_ref().map(ToString::to_string),
                de: title.de.as_ref().map(ToString::to_string),
            },
            taxonomy_code: service.taxonomy_code.to_string(),
            collection_kind: service.collection_kind.digit(),
            account_id: service.account_id.to_string(),
            kind: service.kind.name(),
            amount: AmountRuleView::of(service.amount),
            due_date_required: service.due_date_required,
            expires_after_due_date: service.expires_after_due_date,
            late_charges: service.late_charges.as_ref().map(LateChargesView::of),
            amount_callback: service.amount_callback.as_ref().map(CallbackView::of),
            anonymous_debtor_allowed: service.anonymous_debtor_allowed,
            demand: service.demand.as_ref().map(DemandView::of),
            status: service.status.name(),
            version: service.version,
            created_at: service.created_at,
            updated_at: service.updated_at,
        }
    }
}

impl LateChargesView {
    fn of(late: &LateCharges) -> Self {
        let rate =
            |one: &LateRate| LateRateView { from: one.from, annual_rate_basis_points: one.annual_rate_basis_points };
        Self {
            interest: late.rates.iter().map(rate).collect(),
            surcharge: Some(late.surcharge.cents()).filter(|cents| *cents > 0),
            most: late.most.map(|most| most.cents()),
            account_id: late.account_id.as_ref().map(ToString::to_string),
        }
    }
}

impl AmountRuleView {
    fn of(rule: AmountRule) -> Self {
        match rule {
            AmountRule::Fixed { amount } => {
                Self { rule: "fixed", amount: Some(amount.cents()), least: None, most: None }
            }
            AmountRule::Free { least, most } => {
                Self { rule: "free", amount: None, least: Some(least.cents()), most: Some(most.cents()) }
            }
        }
    }
}
