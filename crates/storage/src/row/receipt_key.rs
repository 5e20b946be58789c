// SPDX-License-Identifier: AGPL-3.0-or-later
//! By what a receipt is found beside its own ids: the tax codes of debtor and payer, and the creditor reference.

use std::collections::BTreeSet;

use diesel::prelude::*;
use tramite_domain::ids::{InstitutionId, ReceiptRowId};
use tramite_domain::receipt::Receipt;

use crate::column::Id;
use crate::schema::receipt_keys;

/// The longest value that is kept, in characters: no right one is longer, and a message that is wrong is kept all the same.
const VALUE_CHARS_MAX: usize = 35;

/// What a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ReceiptKeyKind {
    /// The tax code of the debtor or of the payer, in capitals.
    Person,
    /// The creditor reference.
    Iuv,
}

impl ReceiptKeyKind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Iuv => "iuv",
        }
    }
}

// No `Debug`: a value may be a person's tax code.
#[derive(Insertable)]
#[diesel(table_name = receipt_keys, treat_none_as_default_value = false)]
pub(crate) struct ReceiptKeyRow {
    institution_id: Id<InstitutionId>,
    kind: &'static str,
    value: String,
    receipt_row_id: Id<ReceiptRowId>,
}

impl ReceiptKeyRow {
    /// The keys of a receipt, each once.
    pub(crate) fn of(institution: InstitutionId, receipt: &Receipt) -> Vec<Self> {
        let content = &receipt.content;
        let persons = content.debtor.iter().chain(&content.payer);
        let persons = persons.map(|one| (ReceiptKeyKind::Person, one.expose().tax_code.to_uppercase()));
        let all: BTreeSet<_> = persons.chain([(ReceiptKeyKind::Iuv, content.iuv.clone())]).collect();
        all.into_iter()
            .filter(|(_, value)| (1..=VALUE_CHARS_MAX).contains(&value.chars().count()))
            .map(|(kind, value)| Self {
                institution_id: Id(institution),
                kind: kind.name(),
                value,
                receipt_row_id: Id(receipt.id),
            })
            .collect()
    }
}
