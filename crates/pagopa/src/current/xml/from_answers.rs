// SPDX-License-Identifier: AGPL-3.0-or-later
//! Answers read, as the Node (the sandbox) receives them, once they have passed every check.

use std::borrow::Cow;

use super::answers::{
    DemandResponseXml, GetResponseXml, PaymentListXml, PlainResponseXml, TransferXml, VerifyResponseXml,
};
use super::from_receipt::{metadata, party};
use super::from_requests::notice;
use crate::current::{DemandAnswer, Destination, Fault, GetAnswer, Transfer, VerifyAnswer};
use crate::schema::lexical;

impl PlainResponseXml {
    pub(crate) fn into_fault(self) -> Option<Fault> {
        let fault = self.fault?;
        Some(Fault {
            code: Cow::Owned(fault.code),
            text: Cow::Owned(fault.text),
            id: fault.id,
            description: fault.description,
        })
    }
}

impl VerifyResponseXml {
    pub(crate) fn into_answer(self) -> Option<VerifyAnswer> {
        let PaymentListXml { option } = self.payment_list?;
        Some(VerifyAnswer {
            amount: option.amount.parse().ok()?,
            due_date: option.due_date.as_deref().and_then(lexical::date),
            detail: option.detail,
            all_ccp: lexical::boolean(&option.all_ccp)?,
            description: self.payment_description?,
            fiscal_code: self.fiscal_code?,
            company_name: self.company_name?,
            office_name: self.office_name,
        })
    }
}

impl DemandResponseXml {
    pub(crate) fn into_answer(self) -> Option<DemandAnswer> {
        let payment = VerifyResponseXml {
            outcome: self.outcome,
            payment_list: self.payment_list,
            payment_description: self.payment_description,
            fiscal_code: self.fiscal_code,
            company_name: self.company_name,
            office_name: self.office_name,
        };
        Some(DemandAnswer { notice: notice(self.qr_code?), payment: payment.into_answer()? })
    }
}

impl GetResponseXml {
    pub(crate) fn into_answer(self) -> Option<GetAnswer> {
        let data = self.data?;
        let transfers: Option<Vec<Transfer>> = data.transfer_list.transfers.into_iter().map(transfer).collect();
        Some(GetAnswer {
            creditor_reference_id: data.creditor_reference_id,
            amount: data.amount.parse().ok()?,
            due_date: lexical::date(&data.due_date)?,
            retention_date: data.retention_date.as_deref().and_then(lexical::date_time),
            last_payment: data.last_payment.as_deref().and_then(lexical::boolean),
            description: data.description,
            company_name: data.company_name.unwrap_or_default(),
            office_name: data.office_name,
            debtor: party(data.debtor),
            transfers: transfers?,
            metadata: metadata(data.metadata),
        })
    }
}

fn transfer(xml: TransferXml) -> Option<Transfer> {
    let destination = match (xml.iban, xml.stamp) {
        (Some(iban), _) => Destination::Iban(iban),
        (None, Some(stamp)) => Destination::Stamp { document_hash: stamp.document_hash, province: stamp.province },
        (None, None) => return None,
    };
    Some(Transfer {
        id: lexical::transfer_id(&xml.id)?,
        amount: xml.amount.parse().ok()?,
        fiscal_code: xml.fiscal_code,
        company_name: xml.company_name,
        destination,
        remittance_information: xml.remittance_information,
        category: xml.category,
        metadata: metadata(xml.metadata),
    })
}
