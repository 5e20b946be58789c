// SPDX-License-Identifier: AGPL-3.0-or-later
//! The requests of verify, get and demand.

use yaserde_derive::{YaDeserialize, YaSerialize};

use super::common::QrCodeXml;

#[derive(YaDeserialize, YaSerialize)]
#[yaserde(prefix = "pafn", namespaces = { "pafn" = "http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd" })]
pub(crate) struct VerifyRequestXml {
    #[yaserde(rename = "idPA")]
    pub(crate) id_pa: String,
    #[yaserde(rename = "idBrokerPA")]
    pub(crate) id_broker_pa: String,
    #[yaserde(rename = "idStation")]
    pub(crate) id_station: String,
    #[yaserde(rename = "qrCode")]
    pub(crate) qr_code: QrCodeXml,
}

#[derive(YaDeserialize, YaSerialize)]
#[yaserde(prefix = "pafn", namespaces = { "pafn" = "http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd" })]
pub(crate) struct GetRequestXml {
    #[yaserde(rename = "idPA")]
    pub(crate) id_pa: String,
    #[yaserde(rename = "idBrokerPA")]
    pub(crate) id_broker_pa: String,
    #[yaserde(rename = "idStation")]
    pub(crate) id_station: String,
    #[yaserde(rename = "qrCode")]
    pub(crate) qr_code: QrCodeXml,
    #[yaserde(rename = "amount")]
    pub(crate) amount: Option<String>,
    #[yaserde(rename = "paymentNote")]
    pub(crate) payment_note: Option<String>,
    #[yaserde(rename = "transferType")]
    pub(crate) transfer_type: Option<String>,
    #[yaserde(rename = "dueDate")]
    pub(crate) due_date: Option<String>,
}

#[derive(YaDeserialize, YaSerialize)]
#[yaserde(prefix = "pafn", namespaces = { "pafn" = "http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd" })]
pub(crate) struct DemandRequestXml {
    #[yaserde(rename = "idPA")]
    pub(crate) id_pa: String,
    #[yaserde(rename = "idBrokerPA")]
    pub(crate) id_broker_pa: String,
    #[yaserde(rename = "idStation")]
    pub(crate) id_station: String,
    #[yaserde(rename = "idServizio")]
    pub(crate) service_id: String,
    #[yaserde(rename = "idSoggettoServizio")]
    pub(crate) subject_id: String,
    #[yaserde(rename = "datiSpecificiServizioRequest")]
    pub(crate) data: String,
}
