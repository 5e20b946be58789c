// SPDX-License-Identifier: AGPL-3.0-or-later
//! The receipt, one struct for both versions: version 1 leaves out what belongs to version 2.

use yaserde_derive::{YaDeserialize, YaSerialize};

use super::common::{MetadataXml, SubjectXml};

#[derive(Default, YaDeserialize, YaSerialize)]
#[yaserde(prefix = "pafn", namespaces = { "pafn" = "http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd" })]
pub(crate) struct ReceiptRequestXml {
    #[yaserde(rename = "idPA")]
    pub(crate) id_pa: Option<String>,
    #[yaserde(rename = "idBrokerPA")]
    pub(crate) id_broker_pa: Option<String>,
    #[yaserde(rename = "idStation")]
    pub(crate) id_station: Option<String>,
    #[yaserde(rename = "receipt")]
    pub(crate) receipt: Option<ReceiptXml>,
}

#[derive(Default, YaDeserialize, YaSerialize)]
pub(crate) struct ReceiptXml {
    #[yaserde(rename = "receiptId")]
    pub(crate) receipt_id: Option<String>,
    #[yaserde(rename = "noticeNumber")]
    pub(crate) notice_number: Option<String>,
    #[yaserde(rename = "fiscalCode")]
    pub(crate) fiscal_code: Option<String>,
    #[yaserde(rename = "outcome")]
    pub(crate) outcome: Option<String>,
    #[yaserde(rename = "creditorReferenceId")]
    pub(crate) creditor_reference_id: Option<String>,
    #[yaserde(rename = "paymentAmount")]
    pub(crate) payment_amount: Option<String>,
    #[yaserde(rename = "description")]
    pub(crate) description: Option<String>,
    #[yaserde(rename = "companyName")]
    pub(crate) company_name: Option<String>,
    #[yaserde(rename = "officeName")]
    pub(crate) office_name: Option<String>,
    #[yaserde(rename = "debtor")]
    pub(crate) debtor: Option<SubjectXml>,
    #[yaserde(rename = "transferList")]
    pub(crate) transfer_list: Option<ReceiptTransferListXml>,
    #[yaserde(rename = "idPSP")]
    pub(crate) id_psp: Option<String>,
    #[yaserde(rename = "pspFiscalCode")]
    pub(crate) psp_fiscal_code: Option<String>,
    #[yaserde(rename = "pspPartitaIVA")]
    pub(crate) psp_vat_number: Option<String>,
    #[yaserde(rename = "PSPCompanyName")]
    pub(crate) psp_company_name: Option<String>,
    #[yaserde(rename = "idChannel")]
    pub(crate) id_channel: Option<String>,
    #[yaserde(rename = "channelDescription")]
    pub(crate) channel_description: Option<String>,
    #[yaserde(rename = "payer")]
    pub(crate) payer: Option<SubjectXml>,
    #[yaserde(rename = "paymentMethod")]
    pub(crate) payment_method: Option<String>,
    #[yaserde(rename = "paymentNote")]
    pub(crate) payment_note: Option<String>,
    #[yaserde(rename = "fee")]
    pub(crate) fee: Option<String>,
    #[yaserde(rename = "primaryCiIncurredFee")]
    pub(crate) primary_ci_incurred_fee: Option<String>,
    #[yaserde(rename = "idBundle")]
    pub(crate) id_bundle: Option<String>,
    #[yaserde(rename = "idCiBundle")]
    pub(crate) id_ci_bundle: Option<String>,
    #[yaserde(rename = "paymentDateTime")]
    pub(crate) payment_date_time: Option<String>,
    #[yaserde(rename = "applicationDate")]
    pub(crate) application_date: Option<String>,
    #[yaserde(rename = "transferDate")]
    pub(crate) transfer_date: Option<String>,
    #[yaserde(rename = "metadata")]
    pub(crate) metadata: Option<MetadataXml>,
    #[yaserde(rename = "standIn")]
    pub(crate) stand_in: Option<String>,
}

#[derive(Default, YaDeserialize, YaSerialize)]
pub(crate) struct ReceiptTransferListXml {
    #[yaserde(rename = "transfer")]
    pub(crate) transfers: Vec<ReceiptTransferXml>,
}

#[derive(Default, YaDeserialize, YaSerialize)]
pub(crate) struct ReceiptTransferXml {
    #[yaserde(rename = "idTransfer")]
    pub(crate) id: Option<String>,
    #[yaserde(rename = "transferAmount")]
    pub(crate) amount: Option<String>,
    #[yaserde(rename = "fiscalCodePA")]
    pub(crate) fiscal_code: Option<String>,
    #[yaserde(rename = "companyName")]
    pub(crate) company_name: Option<String>,
    #[yaserde(rename = "IBAN")]
    pub(crate) iban: Option<String>,
    #[yaserde(rename = "MBDAttachment")]
    pub(crate) stamp: Option<String>,
    #[yaserde(rename = "remittanceInformation")]
    pub(crate) remittance_information: Option<String>,
    #[yaserde(rename = "transferCategory")]
    pub(crate) category: Option<String>,
    #[yaserde(rename = "metadata")]
    pub(crate) metadata: Option<MetadataXml>,
}
