// SPDX-License-Identifier: AGPL-3.0-or-later
//! How a provider's customer asks for a payment of a service, as an institution writes and reads it.

use serde::{Deserialize, Serialize};
use tramite_domain::service::{Demand, DemandInput};
use utoipa::ToSchema;

use crate::words;

/// The document that a payment service provider sends for a payment of the service, and what its fields mean.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ServiceDemandInput)]
pub(super) struct DemandBody {
    /// `idServizio` of the Node's catalogue.
    #[schema(value_type = words::CatalogueCode)]
    service_id: String,
    /// `idSoggettoServizio` of the Node's catalogue.
    #[schema(value_type = words::CatalogueCode)]
    subject_id: String,
    /// Namespace of the root; left out where it has none.
    #[schema(value_type = Option<words::XmlNamespace>)]
    namespace: Option<String>,
    /// Local name of the root.
    #[schema(value_type = words::XmlName)]
    root: String,
    /// The fields that together make the `external_id` of the debt position, joined by `/`: the same key again is the same
    /// debt position. Nothing personal.
    #[schema(value_type = Vec<words::DocumentPath>, min_items = 1, max_items = 5)]
    key: Vec<String>,
    /// The fields that say who owes; left out, the debtor is anonymous.
    debtor: Option<DemandDebtorBody>,
    /// The field that says what is paid; the title of the service where left out.
    #[schema(value_type = Option<words::DocumentPath>)]
    description: Option<String>,
    /// The field that says how much, such as `120.50`; needed where the amount of the service is free.
    #[schema(value_type = Option<words::DocumentPath>)]
    amount: Option<String>,
}

/// The fields that say who owes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DemandDebtorInput)]
struct DemandDebtorBody {
    #[schema(value_type = words::DocumentPath)]
    tax_code: String,
    #[schema(value_type = words::DocumentPath)]
    full_name: String,
}

impl From<DemandBody> for DemandInput {
    fn from(body: DemandBody) -> Self {
        Self {
            service_id: body.service_id,
            subject_id: body.subject_id,
            namespace: body.namespace,
            root: body.root,
            key: body.key,
            debtor: body.debtor.map(|paths| (paths.tax_code, paths.full_name)),
            description: body.description,
            amount: body.amount,
        }
    }
}

/// The document that a payment service provider sends for a payment of the service, and what its fields mean.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceDemand)]
pub(super) struct DemandView {
    /// `idServizio` of the Node's catalogue.
    #[schema(value_type = words::CatalogueCode)]
    service_id: String,
    /// `idSoggettoServizio` of the Node's catalogue.
    #[schema(value_type = words::CatalogueCode)]
    subject_id: String,
    /// Namespace of the root.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::XmlNamespace>)]
    namespace: Option<String>,
    /// Local name of the root.
    #[schema(value_type = words::XmlName)]
    root: String,
    /// The fields that make the key of the debt position.
    #[schema(value_type = Vec<words::DocumentPath>, min_items = 1, max_items = 5)]
    key: Vec<String>,
    /// The fields that say who owes.
    #[serde(skip_serializing_if = "Option::is_none")]
    debtor: Option<DemandDebtorView>,
    /// The field that says what is paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::DocumentPath>)]
    description: Option<String>,
    /// The field that says how much.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::DocumentPath>)]
    amount: Option<String>,
}

/// The fields that say who owes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DemandDebtor)]
struct DemandDebtorView {
    #[schema(value_type = words::DocumentPath)]
    tax_code: String,
    #[schema(value_type = words::DocumentPath)]
    full_name: String,
}

impl DemandView {
    pub(super) fn of(demand: &Demand) -> Self {
        Self {
            service_id: demand.service_id.to_string(),
            subject_id: demand.subject_id.to_string(),
            namespace: demand.namespace.as_ref().map(ToString::to_string),
            root: demand.root.to_string(),
            key: demand.key.iter().map(ToString::to_string).collect(),
            debtor: demand.debtor.as_ref().map(|fields| DemandDebtorView {
                tax_code: fields.tax_code.to_string(),
                full_name: fields.full_name.to_string(),
            }),
            description: demand.description.as_ref().map(ToString::to_string),
            amount: demand.amount.as_ref().map(ToString::to_string),
        }
    }
}
