// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a session pays. An item of another institution has no key of that institution.

use diesel::prelude::*;
use tramite_domain::ids::{DebtPositionId, InstallmentId, InstitutionId, ReceiptRowId, SessionId};
use tramite_domain::session::{CheckoutSession, ItemPayment, ItemSubject, SessionItem};

use super::{cents, known, place, read, read_some};
use crate::column::{At, Id};
use crate::error::StoreError;
use crate::schema::session_items;

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = session_items, treat_none_as_default_value = false)]
pub(crate) struct SessionItemRow {
    institution_id: Id<InstitutionId>,
    pub(crate) session_id: Id<SessionId>,
    place: i16,
    debt_position_id: Option<Id<DebtPositionId>>,
    installment_id: Option<Id<InstallmentId>>,
    service_code: Option<String>,
    external_id: Option<String>,
    installment_reference: Option<String>,
    made_inline: bool,
    notice_number: Option<String>,
    creditor_tax_code: String,
    company_name: String,
    description: String,
    amount: i64,
    paid_at: Option<At>,
    paid_amount: Option<i64>,
    paid_receipt_id: Option<Id<ReceiptRowId>>,
}

impl SessionItemRow {
    /// The items of a session as it is now.
    pub(crate) fn of(institution: InstitutionId, session: &CheckoutSession) -> Result<Vec<Self>, StoreError> {
        session
            .items
            .iter()
            .enumerate()
            .map(|(index, item)| Self::of_item(institution, session.id, index, item))
            .collect()
    }

    fn of_item(
        institution: InstitutionId,
        session: SessionId,
        index: usize,
        item: &SessionItem,
    ) -> Result<Self, StoreError> {
        let paid = item.paid.as_ref();
        let mut row = Self {
            institution_id: Id(institution),
            session_id: Id(session),
            place: place(index)?,
            debt_position_id: None,
            installment_id: None,
            service_code: None,
            external_id: None,
            installment_reference: None,
            made_inline: false,
            notice_number: Some(item.notice_number.to_string()),
            creditor_tax_code: item.creditor_tax_code.to_string(),
            company_name: item.company_name.to_string(),
            description: item.description.to_string(),
            amount: item.amount.cents(),
            paid_at: paid.map(|paid| At(paid.paid_at)),
            paid_amount: paid.map(|paid| paid.amount.cents()),
            paid_receipt_id: paid.and_then(|paid| paid.receipt_id).map(Id),
        };
        if let ItemSubject::Own { position_id, installment_id, service_code, external_id, reference, inline } =
            &item.subject
        {
            row.debt_position_id = Some(Id(*position_id));
            row.installment_id = Some(Id(*installment_id));
            row.service_code = Some(service_code.to_string());
            row.external_id = Some(external_id.to_string());
            row.installment_reference = Some(reference.to_string());
            row.made_inline = *inline;
        }
        Ok(row)
    }

    pub(crate) fn into_item(self) -> Result<SessionItem, StoreError> {
        let paid = match (self.paid_at, self.paid_amount) {
            (Some(paid_at), Some(amount)) => Some(ItemPayment {
                paid_at: paid_at.0,
                amount: cents("session_items.paid_amount", amount)?,
                receipt_id: self.paid_receipt_id.map(|id| id.0),
            }),
            _ => None,
        };
        // Only the legacy interface pays without a notice, and it has no sessions of ours yet.
        let notice_number = read_some("session_items.notice_number", self.notice_number.as_deref())?;
        Ok(SessionItem {
            subject: self.subject()?,
            notice_number: known("session_items.notice_number", notice_number)?,
            creditor_tax_code: read("session_items.creditor_tax_code", &self.creditor_tax_code)?,
            company_name: read("session_items.company_name", &self.company_name)?,
            description: read("session_items.description", &self.description)?,
            amount: cents("session_items.amount", self.amount)?,
            paid,
        })
    }

    fn subject(&self) -> Result<ItemSubject, StoreError> {
        let (Some(position), Some(installment)) = (self.debt_position_id, self.installment_id) else {
            return Ok(ItemSubject::Foreign);
        };
        let service_code = read_some("session_items.service_code", self.service_code.as_deref())?;
        let external_id = read_some("session_items.external_id", self.external_id.as_deref())?;
        let reference = read_some("session_items.installment_reference", self.installment_reference.as_deref())?;
        Ok(ItemSubject::Own {
            position_id: position.0,
            installment_id: installment.0,
            service_code: known("session_items.service_code", service_code)?,
            external_id: known("session_items.external_id", external_id)?,
            reference: known("session_items.installment_reference", reference)?,
            inline: self.made_inline,
        })
    }
}
