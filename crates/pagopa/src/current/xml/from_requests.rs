// SPDX-License-Identifier: AGPL-3.0-or-later
//! Requests read: from the written form to ours. What the schema check has passed converts without loss.

use tramite_domain::personal::Personal;

use super::common::QrCodeXml;
use super::requests::{DemandRequestXml, GetRequestXml, VerifyRequestXml};
use crate::current::{Addressee, DemandRequest, GetRequest, Notice, TransferType, VerifyRequest, Version};
use crate::schema::lexical;

pub(super) fn notice(xml: QrCodeXml) -> Notice {
    Notice { fiscal_code: xml.fiscal_code, notice_number: xml.notice_number }
}

impl VerifyRequestXml {
    pub(crate) fn into_request(self) -> VerifyRequest {
        VerifyRequest {
            addressee: Addressee { id_pa: self.id_pa, id_broker_pa: self.id_broker_pa, id_station: self.id_station },
            notice: notice(self.qr_code),
        }
    }
}

impl GetRequestXml {
    pub(crate) fn into_request(self, version: Version) -> GetRequest {
        GetRequest {
            version,
            addressee: Addressee { id_pa: self.id_pa, id_broker_pa: self.id_broker_pa, id_station: self.id_station },
            notice: notice(self.qr_code),
            amount: self.amount.and_then(|text| text.parse().ok()),
            payment_note: self.payment_note.filter(|text| !text.is_empty()),
            transfer_type: self.transfer_type.as_deref().and_then(transfer_type),
            due_date: self.due_date.as_deref().and_then(lexical::date),
        }
    }
}

fn transfer_type(text: &str) -> Option<TransferType> {
    [TransferType::Postal, TransferType::PagoPa].into_iter().find(|kind| kind.text() == text)
}

impl DemandRequestXml {
    pub(crate) fn into_request(self) -> Option<DemandRequest> {
        Some(DemandRequest {
            addressee: Addressee { id_pa: self.id_pa, id_broker_pa: self.id_broker_pa, id_station: self.id_station },
            service_id: self.service_id,
            subject_id: self.subject_id,
            data: Personal::new(lexical::base64(&self.data)?),
        })
    }
}
