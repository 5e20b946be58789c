// SPDX-License-Identifier: AGPL-3.0-or-later
//! What an institution says of a service.

use serde::Deserialize;
use tramite_domain::service::{AmountInput, ServiceInput, ServiceKind, ServiceStatus};
use utoipa::ToSchema;

use crate::words;

/// A service as it shall be from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ServiceInput, example = json!({
    "title": {"it": "Tassa sui rifiuti", "en": "Waste collection fee"}, "taxonomy_code": "0101101IM",
    "collection_kind": 9, "account_id": "main", "kind": "both", "amount": {"rule": "free", "least": 100, "most": 500000},
    "due_date_required": true, "expires_after_due_date": false, "anonymous_debtor_allowed": false, "status": "active",
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
    /// Whether `ANONIMO` is accepted as debtor.
    #[serde(default)]
    anonymous_debtor_allowed: bool,
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
            anonymous_debtor_allowed: body.anonymous_debtor_allowed,
            status: body.status,
        }
    }
}
