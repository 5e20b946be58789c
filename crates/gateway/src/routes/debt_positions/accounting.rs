// SPDX-License-Identifier: AGPL-3.0-or-later
//! How a share is booked, as a caller writes and reads it.

use serde::{Deserialize, Serialize};
use tramite_domain::debt_position as domain;
use utoipa::ToSchema;

use crate::words;

/// A part of a transfer with the place in your budget that it is booked at.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountingEntryInput {
    /// Chapter of the budget (capitolo).
    #[schema(value_type = words::Line35)]
    chapter: String,
    /// Article below the chapter (articolo).
    #[schema(value_type = Option<words::Line35>)]
    article: Option<String>,
    /// The assessment that the income was entered by (accertamento).
    #[schema(value_type = Option<words::Line35>)]
    assessment: Option<String>,
    /// Year of competence.
    #[schema(value_type = Option<words::AccountingYear>)]
    year: Option<u16>,
    /// How much of the transfer, in cents.
    #[schema(value_type = words::AmountCents)]
    amount: i64,
}

impl From<AccountingEntryInput> for domain::AccountingEntryInput {
    fn from(wire: AccountingEntryInput) -> Self {
        Self {
            chapter: wire.chapter,
            article: wire.article,
            assessment: wire.assessment,
            year: wire.year,
            amount: wire.amount,
        }
    }
}

/// A part of a transfer with the place in the budget that it is booked at.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AccountingEntry)]
pub(crate) struct AccountingEntryView {
    /// Chapter of the budget (capitolo).
    #[schema(value_type = words::Line35)]
    chapter: String,
    /// Article below the chapter (articolo).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Line35>)]
    article: Option<String>,
    /// The assessment that the income was entered by (accertamento).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Line35>)]
    assessment: Option<String>,
    /// Year of competence.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::AccountingYear>)]
    year: Option<u16>,
    /// How much of the transfer, in cents.
    #[schema(value_type = words::AmountCents)]
    amount: i64,
}

impl From<&domain::AccountingEntry> for AccountingEntryView {
    fn from(entry: &domain::AccountingEntry) -> Self {
        Self {
            chapter: entry.chapter.to_string(),
            article: entry.article.as_ref().map(ToString::to_string),
            assessment: entry.assessment.as_ref().map(ToString::to_string),
            year: entry.year,
            amount: entry.amount.cents(),
        }
    }
}
