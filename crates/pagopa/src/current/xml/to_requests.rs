// SPDX-License-Identifier: AGPL-3.0-or-later
//! Requests written, as the Node (the sandbox) sends them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::common::QrCodeXml;
use super::requests::{DemandRequestXml, GetRequestXml, VerifyRequestXml};
use crate::current::{DemandRequest, GetRequest, Notice, VerifyRequest};
use crate::xml::{fit, fit_optional};

/// Identifiers, in characters.
pub(super) const ID_CHARS: usize = 35;

pub(super) const FISCAL_CODE_CHARS: usize = 11;

const NOTICE_NUMBER_CHARS: usize = 18;

/// `stText210`.
pub(super) const NOTE_CHARS: usize = 210;

pub(super) fn qr_code(notice: &Notice) -> QrCodeXml {
    QrCodeXml {
        fiscal_code: fit(&notice.fiscal_code, FISCAL_CODE_CHARS),
        notice_number: fit(&notice.notice_number, NOTICE_NUMBER_CHARS),
    }
}

impl From<&VerifyRequest> for VerifyRequestXml {
    fn from(request: &VerifyRequest) -> VerifyRequestXml {
        VerifyRequestXml {
            id_pa: fit(&request.addressee.id_pa, ID_CHARS),
            id_broker_pa: fit(&request.addressee.id_broker_pa, ID_CHARS),
            id_station: fit(&request.addressee.id_station, ID_CHARS),
            qr_code: qr_code(&request.notice),
        }
    }
}

impl From<&GetRequest> for GetRequestXml {
    fn from(request: &GetRequest) -> GetRequestXml {
        GetRequestXml {
            id_pa: fit(&request.addressee.id_pa, ID_CHARS),
            id_broker_pa: fit(&request.addressee.id_broker_pa, ID_CHARS),
            id_station: fit(&request.addressee.id_station, ID_CHARS),
            qr_code: qr_code(&request.notice),
            amount: request.amount.map(|amount| amount.to_string()),
            payment_note: fit_optional(request.payment_note.as_deref(), NOTE_CHARS),
            transfer_type: request.transfer_type.map(|kind| kind.text().to_owned()),
            due_date: request.due_date.map(|day| day.to_string()),
        }
    }
}

impl From<&DemandRequest> for DemandRequestXml {
    fn from(request: &DemandRequest) -> DemandRequestXml {
        DemandRequestXml {
            id_pa: fit(&request.addressee.id_pa, ID_CHARS),
            id_broker_pa: fit(&request.addressee.id_broker_pa, ID_CHARS),
            id_station: fit(&request.addressee.id_station, ID_CHARS),
            service_id: fit(&request.service_id, ID_CHARS),
            subject_id: fit(&request.subject_id, ID_CHARS),
            data: STANDARD.encode(request.data.expose()),
        }
    }
}
