// SPDX-License-Identifier: AGPL-3.0-or-later
//! What stands below the head of a position: options, installments and transfers.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use diesel::prelude::*;
use tramite_domain::anomaly::Anomaly;
use tramite_domain::debt_position::{
    AccountingEntry, DebtPosition, Installment, Metadata, OptionKind, PastAmount, Payment, PaymentOption, Transfer,
    TransferTarget,
};
use tramite_domain::ids::{DebtPositionId, InstallmentId, InstitutionId, PaymentOptionId, ReceiptRowId};

use super::{cents, fit, known, place, read, read_some};
use crate::column::{At, Doc, Id};
use crate::error::StoreError;
use crate::schema::{installments, payment_options, transfers};

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = payment_options, treat_none_as_default_value = false)]
pub(crate) struct OptionRow {
    pub(crate) institution_id: Id<InstitutionId>,
    pub(crate) id: Id<PaymentOptionId>,
    pub(crate) debt_position_id: Id<DebtPositionId>,
    pub(crate) place: i16,
    pub(crate) kind: String,
    pub(crate) available_until: Option<At>,
    pub(crate) available_days: Option<i32>,
    pub(crate) notified_on: Option<NaiveDate>,
}

#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = installments, primary_key(institution_id, id))]
#[diesel(treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct InstallmentRow {
    pub(crate) institution_id: Id<InstitutionId>,
    pub(crate) id: Id<InstallmentId>,
    pub(crate) debt_position_id: Id<DebtPositionId>,
    pub(crate) payment_option_id: Id<PaymentOptionId>,
    pub(crate) place: i16,
    pub(crate) reference: String,
    pub(crate) amount: i64,
    pub(crate) previous_amount: Option<i64>,
    pub(crate) amount_changed_at: Option<At>,
    pub(crate) due_date: Option<NaiveDate>,
    pub(crate) expires_at: Option<At>,
    pub(crate) description: Option<String>,
    pub(crate) iuv: String,
    pub(crate) notice_number: Option<String>,
    pub(crate) cancelled_at: Option<At>,
    pub(crate) paid_at: Option<At>,
    pub(crate) paid_amount: Option<i64>,
    pub(crate) paid_receipt_id: Option<Id<ReceiptRowId>>,
    pub(crate) reported_at: Option<At>,
    pub(crate) anomalies: Doc<BTreeSet<Anomaly>>,
    pub(crate) payment_metadata: Doc<Metadata>,
    pub(crate) metadata: Doc<Metadata>,
    pub(crate) paid_reference: Option<String>,
    pub(crate) earlier_amounts: Option<Doc<Vec<PastAmount>>>,
}

/// What a receipt changes of an installment, and no more.
#[derive(Debug, AsChangeset)]
#[diesel(table_name = installments, treat_none_as_null = true)]
pub(crate) struct InstallmentPayment {
    paid_at: Option<At>,
    paid_amount: Option<i64>,
    paid_receipt_id: Option<Id<ReceiptRowId>>,
    anomalies: Doc<BTreeSet<Anomaly>>,
    paid_reference: Option<String>,
}

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = transfers, treat_none_as_default_value = false)]
pub(crate) struct TransferRow {
    pub(crate) institution_id: Id<InstitutionId>,
    pub(crate) installment_id: Id<InstallmentId>,
    pub(crate) transfer_index: i16,
    pub(crate) debt_position_id: Id<DebtPositionId>,
    pub(crate) amount: i64,
    pub(crate) target: Doc<TransferTarget>,
    pub(crate) taxonomy_code: String,
    pub(crate) remittance_information: String,
    pub(crate) payment_metadata: Doc<Metadata>,
    pub(crate) accounting: Doc<Vec<AccountingEntry>>,
}

/// All rows below the head of a position.
#[derive(Debug, Default)]
pub(crate) struct Children {
    pub(crate) options: Vec<OptionRow>,
    pub(crate) installments: Vec<InstallmentRow>,
    pub(crate) transfers: Vec<TransferRow>,
}

impl Children {
    /// The rows of a position as it is now.
    pub(crate) fn of(institution: InstitutionId, position: &DebtPosition) -> Result<Self, StoreError> {
        let mut rows = Self::default();
        for (index, option) in position.options.iter().enumerate() {
            rows.options.push(OptionRow {
                institution_id: Id(institution),
                id: Id(option.id),
                debt_position_id: Id(position.id),
                place: place(index)?,
                kind: option.kind.name().to_owned(),
                available_until: option.available_until.map(At),
                available_days: option.available_days.map(i32::from),
                notified_on: option.notified_on,
            });
            for (index, one) in option.installments.iter().enumerate() {
                rows.installments.push(InstallmentRow::of(institution, position.id, option.id, index, one)?);
                let transfers = one.transfers.iter();
                rows.transfers.extend(transfers.map(|share| TransferRow::of(institution, position.id, one.id, share)));
            }
        }
        Ok(rows)
    }

    /// The options of each position; rows come in the order of their places.
    pub(crate) fn into_options(self) -> Result<HashMap<DebtPositionId, Vec<PaymentOption>>, StoreError> {
        let mut shares: HashMap<InstallmentId, Vec<Transfer>> = HashMap::new();
        for row in self.transfers {
            shares.entry(row.installment_id.0).or_default().push(row.into_transfer()?);
        }
        let mut payments: HashMap<PaymentOptionId, Vec<Installment>> = HashMap::new();
        for row in self.installments {
            let transfers = shares.remove(&row.id.0).unwrap_or_default();
            payments.entry(row.payment_option_id.0).or_default().push(row.into_installment(transfers)?);
        }
        let mut options: HashMap<DebtPositionId, Vec<PaymentOption>> = HashMap::new();
        for row in self.options {
            let installments = payments.remove(&row.id.0).unwrap_or_default();
            options.entry(row.debt_position_id.0).or_default().push(row.into_option(installments)?);
        }
        Ok(options)
    }
}

impl OptionRow {
    fn into_option(self, installments: Vec<Installment>) -> Result<PaymentOption, StoreError> {
        Ok(PaymentOption {
            id: self.id.0,
            kind: known("payment_options.kind", OptionKind::named(&self.kind))?,
            available_until: self.available_until.map(|at| at.0),
            available_days: self.available_days.map(|days| fit("payment_options.available_days", days)).transpose()?,
            notified_on: self.notified_on,
            installments,
        })
    }
}

impl InstallmentPayment {
    /// The payment of an installment, and what is strange about it.
    pub(crate) fn of(one: &Installment) -> Self {
        let payment = one.payment.as_ref();
        Self {
            paid_at: payment.map(|payment| At(payment.paid_at)),
            paid_amount: payment.map(|payment| payment.amount.cents()),
            paid_receipt_id: payment.and_then(|payment| payment.receipt_id).map(Id),
            anomalies: Doc(one.anomalies.clone()),
            paid_reference: payment.and_then(|payment| payment.reference.as_ref()).map(ToString::to_string),
        }
    }
}

impl InstallmentRow {
    fn of(
        institution: InstitutionId,
        position: DebtPositionId,
        option: PaymentOptionId,
        index: usize,
        one: &Installment,
    ) -> Result<Self, StoreError> {
        let InstallmentPayment { paid_at, paid_amount, paid_receipt_id, anomalies, paid_reference } =
            InstallmentPayment::of(one);
        // Most amounts were never changed, or once: nothing stands there then.
        let (last, earlier) = one.past_amounts.split_first().unzip();
        let earlier = earlier.filter(|earlier| !earlier.is_empty());
        Ok(Self {
            institution_id: Id(institution),
            id: Id(one.id),
            debt_position_id: Id(position),
            payment_option_id: Id(option),
            place: place(index)?,
            reference: one.reference.to_string(),
            amount: one.amount.cents(),
            previous_amount: last.map(|past| past.amount.cents()),
            amount_changed_at: last.map(|past| At(past.until)),
            due_date: one.due_date,
            expires_at: one.expires_at.map(At),
            description: one.description.as_ref().map(ToString::to_string),
            iuv: one.iuv.to_string(),
            notice_number: one.notice_number.map(|number| number.to_string()),
            cancelled_at: one.cancelled_at.map(At),
            paid_at,
            paid_amount,
            paid_receipt_id,
            reported_at: one.reported_at.map(At),
            anomalies,
            payment_metadata: Doc(one.payment_metadata.clone()),
            metadata: Doc(one.metadata.clone()),
            paid_reference,
            earlier_amounts: earlier.map(|earlier| Doc(earlier.to_vec())),
        })
    }

    fn into_installment(self, transfers: Vec<Transfer>) -> Result<Installment, StoreError> {
        let payment = match (self.paid_at, self.paid_amount) {
            (Some(paid_at), Some(amount)) => Some(Payment {
                paid_at: paid_at.0,
                amount: cents("installments.paid_amount", amount)?,
                receipt_id: self.paid_receipt_id.map(|id| id.0),
                reference: read_some("installments.paid_reference", self.paid_reference.as_deref())?,
            }),
            _ => None,
        };
        let mut past_amounts = Vec::new();
        if let (Some(amount), Some(until)) = (self.previous_amount, self.amount_changed_at) {
            let amount = cents("installments.previous_amount", amount)?;
            past_amounts.push(PastAmount { amount, until: until.0 });
        }
        past_amounts.extend(self.earlier_amounts.into_iter().flat_map(|earlier| earlier.0));
        Ok(Installment {
            id: self.id.0,
            reference: read("installments.reference", &self.reference)?,
            amount: cents("installments.amount", self.amount)?,
            past_amounts,
            due_date: self.due_date,
            expires_at: self.expires_at.map(|at| at.0),
            description: read_some("installments.description", self.description.as_deref())?,
            iuv: read("installments.iuv", &self.iuv)?,
            notice_number: read_some("installments.notice_number", self.notice_number.as_deref())?,
            cancelled_at: self.cancelled_at.map(|at| at.0),
            payment,
            reported_at: self.reported_at.map(|at| at.0),
            anomalies: self.anomalies.0,
            transfers,
            payment_metadata: self.payment_metadata.0,
            metadata: self.metadata.0,
        })
    }
}

impl TransferRow {
    fn of(institution: InstitutionId, position: DebtPositionId, one: InstallmentId, share: &Transfer) -> Self {
        Self {
            institution_id: Id(institution),
            installment_id: Id(one),
            transfer_index: i16::from(share.index),
            debt_position_id: Id(position),
            amount: share.amount.cents(),
            target: Doc(share.target.clone()),
            taxonomy_code: share.taxonomy_code.to_string(),
            remittance_information: share.remittance_information.to_string(),
            payment_metadata: Doc(share.payment_metadata.clone()),
            accounting: Doc(share.accounting.clone()),
        }
    }

    fn into_transfer(self) -> Result<Transfer, StoreError> {
        Ok(Transfer {
            index: fit("transfers.transfer_index", self.transfer_index)?,
            amount: cents("transfers.amount", self.amount)?,
            target: self.target.0,
            taxonomy_code: read("transfers.taxonomy_code", &self.taxonomy_code)?,
            remittance_information: read("transfers.remittance_information", &self.remittance_information)?,
            payment_metadata: self.payment_metadata.0,
            accounting: self.accounting.0,
        })
    }
}
