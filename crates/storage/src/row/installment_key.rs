// SPDX-License-Identifier: AGPL-3.0-or-later
//! By what forms find installments: what their client wrote of them in `metadata`, entry by entry.

use diesel::prelude::*;
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::ids::{DebtPositionId, InstallmentId, InstitutionId};

use crate::column::Id;
use crate::schema::installment_keys;

/// The longest value that something is found by, in characters.
const VALUE_CHARS_MAX: usize = 100;

// No `Debug`: a value may be a plate.
#[derive(Insertable)]
#[diesel(table_name = installment_keys, treat_none_as_default_value = false)]
pub(crate) struct InstallmentKeyRow {
    pub(crate) institution_id: Id<InstitutionId>,
    pub(crate) service_code: String,
    pub(crate) key: String,
    pub(crate) value: String,
    pub(crate) installment_id: Id<InstallmentId>,
    pub(crate) debt_position_id: Id<DebtPositionId>,
}

impl InstallmentKeyRow {
    /// The entries of a position's installments.
    pub(crate) fn of(institution: InstitutionId, position: &DebtPosition) -> Vec<Self> {
        let Some(service) = &position.service_code else { return Vec::new() };
        let entries =
            position.installments().flat_map(|(_, one)| one.metadata.iter().map(move |entry| (one.id, entry)));
        entries
            .filter(|(_, (_, value))| (1..=VALUE_CHARS_MAX).contains(&value.chars().count()))
            .map(|(id, (key, value))| Self {
                institution_id: Id(institution),
                service_code: service.to_string(),
                key: key.clone(),
                value: value.clone(),
                installment_id: Id(id),
                debt_position_id: Id(position.id),
            })
            .collect()
    }
}
