// SPDX-License-Identifier: AGPL-3.0-or-later
//! What must be unique, in the words of the domain.

use std::fmt;

use diesel::result::DatabaseErrorInformation;

use crate::error::StoreError;

/// What is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// External id within institution and service (rules.md 8).
    ExternalId,
    /// Creditor reference within the institution, and so the notice number above it (rules.md 2).
    Iuv,
    /// Receipt id and outcome within the institution (rules.md 26).
    Receipt,
    /// Idempotency key within client, institution, method and path.
    Idempotency,
    /// Code of an institution.
    InstitutionCode,
    /// Tax code of an institution.
    InstitutionTaxCode,
    /// Segregation code of an institution: it belongs to one live station.
    StationLink,
    /// The two codes by which the Node's catalogue knows a service of an institution.
    Demand,
    /// Name of an issuer that is trusted.
    TrustedIssuer,
    /// Something else; the name of the constraint.
    Other(&'static str),
}

/// Name of the constraint on PostgreSQL, its columns as SQLite tells them, and the rule.
const RULES: [(&str, &str, Rule); 9] = [
    (
        "debt_positions_external_key",
        "debt_positions.institution_id, debt_positions.external_id, debt_positions.service_code",
        Rule::ExternalId,
    ),
    ("installments_iuv", "installments.institution_id, installments.iuv", Rule::Iuv),
    ("receipts_receipt_id", "receipts.institution_id, receipts.receipt_id, receipts.outcome", Rule::Receipt),
    (
        "idempotency_records_pkey",
        "idempotency_records.institution_id, idempotency_records.client_id, idempotency_records.method, \
         idempotency_records.path, idempotency_records.key_sha256",
        Rule::Idempotency,
    ),
    ("institutions_code", "institutions.code", Rule::InstitutionCode),
    ("institutions_tax_code", "institutions.tax_code", Rule::InstitutionTaxCode),
    (
        "institution_stations_live",
        "institution_stations.institution_id, institution_stations.segregation_code",
        Rule::StationLink,
    ),
    (
        "services_demand",
        "services.institution_id, services.demand_service_id, services.demand_subject_id",
        Rule::Demand,
    ),
    ("trusted_issuers_issuer", "trusted_issuers.issuer", Rule::TrustedIssuer),
];

/// Where a conflict is meant, and the decision is taken again: things put with "it must not exist yet" whose key is chosen by
/// people, lanes that two took for free at the same moment, and two submissions that are the same one.
const CONFLICTS: [(&str, &str); 6] = [
    ("services_pkey", "services.institution_id, services.code"),
    ("institutions_pkey", "institutions.institution_id"),
    ("stations_pkey", "stations.id"),
    (
        "form_submissions_unique_key",
        "form_submissions.institution_id, form_submissions.service_code, form_submissions.unique_key",
    ),
    ("imports_lane", "imports.institution_id, imports.lane"),
    ("document_batches_lane", "document_batches.institution_id, document_batches.lane"),
];

const SQLITE_PREFIX: &str = "UNIQUE constraint failed: ";

impl Rule {
    /// The error for a broken uniqueness.
    pub(crate) fn broken(information: &dyn DatabaseErrorInformation) -> StoreError {
        let constraint = information.constraint_name();
        let columns = information.message().strip_prefix(SQLITE_PREFIX);
        let is = |name: &str, listed: &str| constraint == Some(name) || columns == Some(listed);
        if CONFLICTS.iter().any(|(name, listed)| is(name, listed)) {
            return StoreError::Conflict;
        }
        let rule = RULES.iter().find(|(name, listed, _)| is(name, listed)).map(|(_, _, rule)| *rule);
        StoreError::Duplicate(rule.unwrap_or(Self::Other("a primary key or another unique rule")))
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::ExternalId => "external_id",
            Self::Iuv => "iuv",
            Self::Receipt => "receipt",
            Self::Idempotency => "idempotency_key",
            Self::InstitutionCode => "institution_code",
            Self::InstitutionTaxCode => "institution_tax_code",
            Self::StationLink => "station_link",
            Self::Demand => "demand",
            Self::TrustedIssuer => "trusted_issuer",
            Self::Other(name) => name,
        })
    }
}
