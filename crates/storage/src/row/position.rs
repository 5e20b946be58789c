// SPDX-License-Identifier: AGPL-3.0-or-later
//! The head of a debt position. The columns of its state are computed here, by the domain's own functions.

use std::collections::BTreeMap;

use diesel::prelude::*;
use tramite_domain::debt_position::{
    Address, DebtPosition, Debtor, Origin, PaymentOption, PositionStatus, StatusFacts, SubjectKind,
};
use tramite_domain::ids::{ClientId, DebtPositionId, InstitutionId};
use tramite_domain::personal::Personal;
use tramite_domain::service::{AmountCallback, LateCharges};

use super::{known, next_change, read, read_some};
use crate::column::{At, Doc, Id};
use crate::error::StoreError;
use crate::schema::{debt_positions, services};

#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = debt_positions, primary_key(institution_id, id))]
#[diesel(treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct PositionRow {
    pub(crate) institution_id: Id<InstitutionId>,
    pub(crate) id: Id<DebtPositionId>,
    pub(crate) service_code: Option<String>,
    pub(crate) external_id: Option<String>,
    pub(crate) description: String,
    pub(crate) debtor_kind: String,
    pub(crate) debtor_tax_code: Option<String>,
    pub(crate) debtor_full_name: Option<String>,
    pub(crate) debtor_email: Option<String>,
    pub(crate) debtor_address: Option<Doc<Address>>,
    pub(crate) origin: String,
    pub(crate) created_by: Option<Id<ClientId>>,
    pub(crate) published_at: Option<At>,
    pub(crate) valid_from: Option<At>,
    pub(crate) cancelled_at: Option<At>,
    pub(crate) expires_after_due_date: bool,
    #[diesel(embed)]
    pub(crate) state: PositionState,
    pub(crate) created_at: At,
}

/// What a payment or the clock changes of a head, and no more: a column that is written is written in its indexes too,
/// also where it stays as it was (SQLite).
#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = debt_positions, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct PositionState {
    pub(crate) settled: Option<String>,
    pub(crate) cancelled: bool,
    pub(crate) published: bool,
    pub(crate) ends_at: Option<At>,
    pub(crate) told_status: String,
    pub(crate) next_transition_at: Option<At>,
    pub(crate) version: i64,
    pub(crate) updated_at: At,
}

/// A head as it is read: with what its service adds after the due date or whom it asks what is due, as the service says now.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = debt_positions)]
pub(crate) struct PositionHead {
    #[diesel(embed)]
    pub(crate) row: PositionRow,
    #[diesel(select_expression = late_charges_now())]
    late_charges: Option<Doc<LateCharges>>,
    #[diesel(select_expression = amount_callback_now())]
    amount_callback: Option<Doc<AmountCallback>>,
}

/// A column of the service, by its key: one more look-up, and no statement of its own.
macro_rules! of_service {
    ($($name:ident = $column:ident;)+) => {
        $(
            #[diesel::dsl::auto_type]
            fn $name() -> _ {
                services::table
                    .filter(services::institution_id.eq(debt_positions::institution_id))
                    .filter(services::code.nullable().eq(debt_positions::service_code))
                    .select(services::$column)
                    .single_value()
            }
        )+
    };
}

of_service! {
    late_charges_now = late_charges;
    amount_callback_now = amount_callback;
}

impl PositionHead {
    /// The position with the options that were read beside it.
    pub(crate) fn into_position(self, options: Vec<PaymentOption>) -> Result<DebtPosition, StoreError> {
        let position = self.row.into_position(options)?;
        Ok(DebtPosition {
            late_charges: self.late_charges.map(|late| late.0),
            amount_callback: self.amount_callback.map(|callback| callback.0),
            ..position
        })
    }
}

impl PositionState {
    /// The state of a position as it is now.
    pub(crate) fn of(position: &DebtPosition) -> Self {
        let facts = StatusFacts::of(position);
        Self {
            settled: facts.settled.map(|status| status.name().to_owned()),
            cancelled: facts.cancelled,
            published: facts.published,
            ends_at: facts.ends_at.map(At),
            told_status: position.told_status.name().to_owned(),
            next_transition_at: next_change(
                position.updated_at,
                &position.told_status,
                |at| facts.at(at),
                |at| facts.next_transition(at),
            )
            .map(At),
            version: position.version,
            updated_at: At(position.updated_at),
        }
    }
}

impl PositionRow {
    /// The row of a position as it is now.
    pub(crate) fn of(institution: InstitutionId, position: &DebtPosition) -> Self {
        let debtor = &position.debtor;
        Self {
            institution_id: Id(institution),
            id: Id(position.id),
            service_code: position.service_code.as_ref().map(ToString::to_string),
            external_id: position.external_id.as_ref().map(ToString::to_string),
            description: position.description.to_string(),
            debtor_kind: debtor.kind.name().to_owned(),
            debtor_tax_code: Some(debtor.tax_code.expose().as_str().to_owned()),
            debtor_full_name: Some(debtor.full_name.expose().to_string()),
            debtor_email: debtor.email.as_ref().map(|email| email.expose().as_str().to_owned()),
            debtor_address: debtor.address.as_ref().map(|address| Doc(address.expose().clone())),
            origin: position.origin.name().to_owned(),
            created_by: position.created_by.map(Id),
            published_at: position.published_at.map(At),
            valid_from: position.valid_from.map(At),
            cancelled_at: position.cancelled_at.map(At),
            expires_after_due_date: position.expires_after_due_date,
            state: PositionState::of(position),
            created_at: At(position.created_at),
        }
    }

    /// The position without what stands with its service.
    fn into_position(self, options: Vec<PaymentOption>) -> Result<DebtPosition, StoreError> {
        let debtor = self.debtor()?;
        Ok(DebtPosition {
            id: self.id.0,
            service_code: read_some("debt_positions.service_code", self.service_code.as_deref())?,
            external_id: read_some("debt_positions.external_id", self.external_id.as_deref())?,
            description: read("debt_positions.description", &self.description)?,
            debtor,
            origin: known("debt_positions.origin", Origin::named(&self.origin))?,
            created_by: self.created_by.map(|id| id.0),
            published_at: self.published_at.map(|at| at.0),
            valid_from: self.valid_from.map(|at| at.0),
            cancelled_at: self.cancelled_at.map(|at| at.0),
            expires_after_due_date: self.expires_after_due_date,
            late_charges: None,
            amount_callback: None,
            amounts_told: BTreeMap::new(),
            options,
            told_status: known("debt_positions.told_status", PositionStatus::named(&self.state.told_status))?,
            version: self.state.version,
            created_at: self.created_at.0,
            updated_at: self.state.updated_at.0,
        })
    }

    fn debtor(&self) -> Result<Debtor, StoreError> {
        let tax_code = self.debtor_tax_code.as_deref();
        let full_name = self.debtor_full_name.as_deref();
        Ok(Debtor {
            kind: known("debt_positions.debtor_kind", SubjectKind::named(&self.debtor_kind))?,
            tax_code: Personal::new(hidden("debt_positions.debtor_tax_code", tax_code)?),
            full_name: Personal::new(hidden("debt_positions.debtor_full_name", full_name)?),
            email: match self.debtor_email.as_deref() {
                Some(email) => Some(Personal::new(hidden("debt_positions.debtor_email", Some(email))?)),
                None => None,
            },
            address: self.debtor_address.as_ref().map(|address| Personal::new(address.0.clone())),
        })
    }
}

/// Reads a personal text; an error names the column and never what stands in it.
fn hidden<T: std::str::FromStr>(column: &'static str, text: Option<&str>) -> Result<T, StoreError> {
    known(column, text.and_then(|text| text.parse().ok()))
}
