// SPDX-License-Identifier: AGPL-3.0-or-later
//! What an institution says of a service.

use chrono::NaiveDate;
use serde::Deserialize;
use tramite_domain::service::{AmountInput, LateChargesInput, LateRateInput, ServiceInput, ServiceKind, ServiceStatus};
use tramite_domain::violation::Violation;
use tramite_outbound::Towards;
use utoipa::ToSchema;

use super::callback::CallbackBody;
use super::demand::DemandBody;
use crate::words;

/// A service as it shall be from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ServiceInput, example = json!({
    "title": {"it": "Tassa sui rifiuti", "en": "Waste collection fee"}, "taxonomy_code": "0101101IM",
    "collection_kind": 9, "account_id": "main", "kind": "both", "amount": {"rule": "free", "least": 100, "most": 500000},
    "due_date_required": true, "expires_after_due_date": false, "late_charges": {"interest": [{"from": "2026-01-01", "annual_rate_basis_points": 160}], "surcharge": 500},
    "anonymous_debtor_allowed": false, "status": "active",
}))]
pub(super) struct ServiceBody {
    /// What citizens read.
    title: TitleBody,
    /// Bare code of the national taxonomy.
    #[schema(value_type = words::TaxonomyCode)]
    taxonomy_code: String,
    /// Kind of collection of the legacy messages; 9 where it is left out.
    #[serde(default = "collection_kind")]
    #[schema(value_type = words::CollectionKind)]
    collection_kind: u8,
    /// The account of the institution that the money goes to.
    #[schema(value_type = words::AccountCode)]
    account_id: String,
    /// Who may start a payment.
    #[schema(value_type = words::ServiceKind)]
    kind: ServiceKind,
    /// What may be asked.
    amount: AmountRuleBody,
    /// Whether every debt position must say when it is due.
    #[serde(default)]
    due_date_required: bool,
    /// Whether a debt position stops being payable at the end of its due date.
    #[serde(default)]
    expires_after_due_date: bool,
    /// What is added to an installment that is paid after its due date; nothing where it is left out.
    late_charges: Option<LateChargesBody>,
    /// Who is asked what is due; left out, the debt position says it. Not with a fixed amount, nor beside `late_charges`.
    amount_callback: Option<CallbackBody>,
    /// Whether `ANONIMO` is accepted as debtor.
    #[serde(default)]
    anonymous_debtor_allowed: bool,
    /// How a payment of it is asked for at a payment service provider; left out, it cannot be.
    demand: Option<DemandBody>,
    /// Where it stands in its life; a retired service takes no new debt positions.
    #[schema(value_type = words::ServiceStatus)]
    status: ServiceStatus,
}

const fn collection_kind() -> u8 {
    9
}

/// A title in several languages; Italian is always there.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TitleInput)]
struct TitleBody {
    /// Italian.
    #[schema(value_type = words::Line140)]
    it: String,
    /// English.
    #[schema(value_type = Option<words::Line140>)]
    en: Option<String>,
    /// German.
    #[schema(value_type = Option<words::Line140>)]
    de: Option<String>,
}

/// What amount a debt position of the service may have.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AmountRuleInput)]
struct AmountRuleBody {
    /// One amount, or any between two bounds.
    #[schema(value_type = words::AmountRuleKind)]
    rule: String,
    /// The amount; with `fixed` and only then.
    #[schema(value_type = Option<words::AmountCents>)]
    amount: Option<i64>,
    /// The least; with `free` only, one cent where it is left out.
    #[schema(value_type = Option<words::AmountCents>)]
    least: Option<i64>,
    /// The most; with `free` only, what a notice can carry where it is left out.
    #[schema(value_type = Option<words::AmountCents>)]
    most: Option<i64>,
}

/// What is added after the due date, while an installment can still be paid. Interest, a surcharge, or both.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LateChargesInput)]
struct LateChargesBody {
    /// Rates of interest by their first days, in order; each holds until the next begins. Interest is due for each day after the
    /// due date, over a year of 365 days, and is rounded half up to the cent once for each installment.
    #[serde(default)]
    #[schema(min_items = 0, max_items = 100)]
    interest: Vec<LateRateBody>,
    /// A fixed sum, added once on the day after the due date.
    #[schema(value_type = Option<words::AmountCents>)]
    surcharge: Option<i64>,
    /// The most that is added in all.
    #[schema(value_type = Option<words::AmountCents>)]
    most: Option<i64>,
    /// The account whose transfer grows by it; without one, or where an installment has no transfer to it, the first transfer that
    /// is no stamp.
    #[schema(value_type = Option<words::AccountCode>)]
    account_id: Option<String>,
}

/// A rate of interest.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LateRateInput)]
struct LateRateBody {
    /// Its first day.
    #[schema(value_type = words::Day)]
    from: NaiveDate,
    /// Hundredths of a percent for a year: 160 are 1.60 %. The law limits it by what is collected.
    #[schema(value_type = words::BasisPoints)]
    annual_rate_basis_points: u32,
}

impl From<LateChargesBody> for LateChargesInput {
    fn from(body: LateChargesBody) -> Self {
        let rate = |one: LateRateBody| LateRateInput {
            from: one.from,
            annual_rate_basis_points: one.annual_rate_basis_points,
        };
        Self {
            interest: body.interest.into_iter().map(rate).collect(),
            surcharge: body.surcharge,
            most: body.most,
            account_id: body.account_id,
        }
    }
}

impl ServiceBody {
    /// What this process cannot be asked to do: to reach addresses that nobody may name.
    pub(super) fn address_fault(&self, towards: Towards) -> Option<Violation> {
        self.amount_callback.as_ref().and_then(|callback| callback.fault(towards))
    }
}

impl From<ServiceBody> for ServiceInput {
    fn from(body: ServiceBody) -> Self {
        Self {
            title_it: body.title.it,
            title_en: body.title.en,
            title_de: body.title.de,
            taxonomy_code: body.taxonomy_code,
            collection_kind: body.collection_kind,
            account_id: body.account_id,
            kind: body.kind,
            amount: AmountInput {
                fixed: body.amount.rule == "fixed",
                amount: body.amount.amount,
                least: body.amount.least,
                most: body.amount.most,
            },
            due_date_required: body.due_date_required,
            expires_after_due_date: body.expires_after_due_date,
            late_charges: body.late_charges.map(LateChargesInput::from),
            amount_callback: body.amount_callback.map(Into::into),
            anonymous_debtor_allowed: body.anonymous_debtor_allowed,
            demand: body.demand.map(Into::into),
            status: body.status,
        }
    }
}
