// SPDX-License-Identifier: AGPL-3.0-or-later
//! A receipt. Its message is loaded only where one receipt is asked for.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use tramite_domain::anomaly::Anomaly;
use tramite_domain::debt_position::{AccountingEntry, Metadata};
use tramite_domain::ids::{DebtPositionId, InstallmentId, InstitutionId, ReceiptRowId};
use tramite_domain::personal::Personal;
use tramite_domain::receipt::{
    Party, Receipt, ReceiptContent, ReceiptMessage, ReceiptRole, ReceiptSubject, ReceiptTransfer,
};
use tramite_domain::resolution::Resolution;

use super::{cents, digest, fit, known, place, read_some};
use crate::column::{At, Doc, Id};
use crate::error::StoreError;
use crate::schema::{receipt_transfers, receipts};

/// A receipt without the bytes of its message. The content is kept without transfers and persons: they have rows and
/// columns of their own.
#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = receipts, treat_none_as_default_value = false)]
pub(crate) struct ReceiptRow {
    institution_id: Id<InstitutionId>,
    pub(crate) id: Id<ReceiptRowId>,
    receipt_id: String,
    outcome: String,
    creditor_tax_code: String,
    notice_number: Option<String>,
    iuv: String,
    amount: i64,
    content: Doc<ReceiptContent>,
    debtor: Option<Doc<Personal<Party>>>,
    payer: Option<Doc<Personal<Party>>>,
    addressee_tax_code: String,
    debt_position_id: Option<Id<DebtPositionId>>,
    installment_id: Option<Id<InstallmentId>>,
    service_code: Option<String>,
    external_id: Option<String>,
    role: String,
    paid_at: At,
    received_at: At,
    station_id: String,
    primitive: String,
    peer_fingerprint: Option<String>,
    anomalies: Doc<BTreeSet<Anomaly>>,
    version: i64,
    pub(crate) updated_at: At,
    message_sha256: Vec<u8>,
}

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = receipt_transfers, treat_none_as_default_value = false)]
pub(crate) struct ReceiptTransferRow {
    institution_id: Id<InstitutionId>,
    pub(crate) receipt_row_id: Id<ReceiptRowId>,
    place: i16,
    transfer_index: i16,
    amount: i64,
    beneficiary_tax_code: String,
    company_name: Option<String>,
    iban: Option<String>,
    remittance_information: String,
    taxonomy_code: String,
    stamp: bool,
    payment_metadata: Doc<Metadata>,
    accounting: Doc<Vec<AccountingEntry>>,
}

impl ReceiptRow {
    pub(crate) fn of(institution: InstitutionId, receipt: &Receipt) -> Self {
        let content = &receipt.content;
        let subject = receipt.position.as_ref();
        Self {
            institution_id: Id(institution),
            id: Id(receipt.id),
            receipt_id: content.receipt_id.clone(),
            outcome: content.outcome.name().to_owned(),
            creditor_tax_code: content.creditor_tax_code.clone(),
            notice_number: Some(content.notice_number.clone()),
            iuv: content.iuv.clone(),
            amount: content.amount.cents(),
            content: Doc(ReceiptContent { transfers: Vec::new(), debtor: None, payer: None, ..content.clone() }),
            debtor: content.debtor.clone().map(Doc),
            payer: content.payer.clone().map(Doc),
            addressee_tax_code: receipt.addressee_tax_code.clone(),
            debt_position_id: subject.map(|subject| Id(subject.position_id)),
            installment_id: subject.map(|subject| Id(subject.installment_id)),
            service_code: subject.and_then(|subject| subject.service_code.as_ref()).map(ToString::to_string),
            external_id: subject.and_then(|subject| subject.external_id.as_ref()).map(ToString::to_string),
            role: receipt.role.name().to_owned(),
            paid_at: At(receipt.paid_at),
            received_at: At(receipt.received_at),
            station_id: receipt.station_id.clone(),
            primitive: receipt.primitive.clone(),
            peer_fingerprint: receipt.peer_fingerprint.clone(),
            anomalies: Doc(receipt.anomalies.clone()),
            version: receipt.version,
            updated_at: At(receipt.received_at),
            message_sha256: receipt.message.sha256.to_vec(),
        }
    }

    pub(crate) fn into_receipt(
        self,
        transfers: Vec<ReceiptTransfer>,
        resolutions: BTreeMap<Anomaly, Resolution>,
        bytes: Vec<u8>,
    ) -> Result<Receipt, StoreError> {
        let position = match (self.debt_position_id, self.installment_id) {
            (Some(position), Some(installment)) => Some(ReceiptSubject {
                position_id: position.0,
                installment_id: installment.0,
                service_code: read_some("receipts.service_code", self.service_code.as_deref())?,
                external_id: read_some("receipts.external_id", self.external_id.as_deref())?,
            }),
            _ => None,
        };
        Ok(Receipt {
            id: self.id.0,
            content: ReceiptContent {
                transfers,
                debtor: self.debtor.map(|party| party.0),
                payer: self.payer.map(|party| party.0),
                ..self.content.0
            },
            addressee_tax_code: self.addressee_tax_code,
            position,
            role: known("receipts.role", ReceiptRole::named(&self.role))?,
            paid_at: self.paid_at.0,
            received_at: self.received_at.0,
            station_id: self.station_id,
            primitive: self.primitive,
            peer_fingerprint: self.peer_fingerprint,
            anomalies: self.anomalies.0,
            resolutions,
            version: self.version,
            message: ReceiptMessage { bytes, sha256: digest("receipts.message_sha256", &self.message_sha256)? },
        })
    }
}

impl ReceiptTransferRow {
    /// The shares of a receipt in the order of the message; its own indexes may be anything.
    pub(crate) fn of(institution: InstitutionId, receipt: &Receipt) -> Result<Vec<Self>, StoreError> {
        let shares = receipt.content.transfers.iter().enumerate();
        shares.map(|(index, share)| Self::of_share(institution, receipt.id, index, share)).collect()
    }

    fn of_share(
        institution: InstitutionId,
        receipt: ReceiptRowId,
        index: usize,
        share: &ReceiptTransfer,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            institution_id: Id(institution),
            receipt_row_id: Id(receipt),
            place: place(index)?,
            transfer_index: i16::from(share.index),
            amount: share.amount.cents(),
            beneficiary_tax_code: share.beneficiary_tax_code.clone(),
            company_name: share.company_name.clone(),
            iban: share.iban.clone(),
            remittance_information: share.remittance_information.clone(),
            taxonomy_code: share.taxonomy_code.clone(),
            stamp: share.stamp,
            payment_metadata: Doc(share.payment_metadata.clone()),
            accounting: Doc(share.accounting.clone()),
        })
    }

    pub(crate) fn into_share(self) -> Result<ReceiptTransfer, StoreError> {
        Ok(ReceiptTransfer {
            index: fit("receipt_transfers.transfer_index", self.transfer_index)?,
            amount: cents("receipt_transfers.amount", self.amount)?,
            beneficiary_tax_code: self.beneficiary_tax_code,
            company_name: self.company_name,
            iban: self.iban,
            remittance_information: self.remittance_information,
            taxonomy_code: self.taxonomy_code,
            stamp: self.stamp,
            payment_metadata: self.payment_metadata.0,
            accounting: self.accounting.0,
        })
    }
}
