// SPDX-License-Identifier: AGPL-3.0-or-later
//! The responses.

use yaserde_derive::{YaDeserialize, YaSerialize};

use super::common::{FaultXml, MetadataXml, QrCodeXml, SubjectXml};

/// paSendRTRes, paSendRTV2Response, and every refusal.
#[derive(Default, YaDeserialize, YaSerialize)]
#[yaserde(prefix = "pafn", namespaces = { "pafn" = "http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd" })]
pub(crate) struct PlainResponseXml {
    #[yaserde(rename = "outcome")]
    pub(crate) outcome: String,
    #[yaserde(rename = "fault")]
    pub(crate) fault: Option<FaultXml>,
}

#[derive(Default, YaDeserialize, YaSerialize)]
#[yaserde(prefix = "pafn", namespaces = { "pafn" = "http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd" })]
pub(crate) struct VerifyResponseXml {
    #[yaserde(rename = "outcome")]
    pub(crate) outcome: String,
    #[yaserde(rename = "paymentList")]
    pub(crate) payment_list: Option<PaymentListXml>,
    #[yaserde(rename = "paymentDescription")]
    pub(crate) payment_description: Option<String>,
    #[yaserde(rename = "fiscalCodePA")]
    pub(crate) fiscal_code: Option<String>,
    #[yaserde(rename = "companyName")]
    pub(crate) company_name: Option<String>,
    #[yaserde(rename = "officeName")]
    pub(crate) office_name: Option<String>,
}

#[derive(Default, YaDeserialize, YaSerialize)]
#[yaserde(prefix = "pafn", namespaces = { "pafn" = "http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd" })]
pub(crate) struct DemandResponseXml {
    #[yaserde(rename = "outcome")]
    pub(crate) outcome: String,
    #[yaserde(rename = "qrCode")]
    pub(crate) qr_code: Option<QrCodeXml>,
    #[yaserde(rename = "paymentList")]
    pub(crate) payment_list: Option<PaymentListXml>,
    #[yaserde(rename = "paymentDescription")]
    pub(crate) payment_description: Option<String>,
    #[yaserde(rename = "fiscalCodePA")]
    pub(crate) fiscal_code: Option<String>,
    #[yaserde(rename = "companyName")]
    pub(crate) company_name: Option<String>,
    #[yaserde(rename = "officeName")]
    pub(crate) office_name: Option<String>,
}

#[derive(Default, YaDeserialize, YaSerialize)]
pub(crate) struct PaymentListXml {
    #[yaserde(rename = "paymentOptionDescription")]
    pub(crate) option: PaymentOptionXml,
}

#[derive(Default, YaDeserialize, YaSerialize)]
pub(crate) struct PaymentOptionXml {
    #[yaserde(rename = "amount")]
    pub(crate) amount: String,
    #[yaserde(rename = "options")]
    pub(crate) options: String,
    #[yaserde(rename = "dueDate")]
    pub(crate) due_date: Option<String>,
    #[yaserde(rename = "detailDescription")]
    pub(crate) detail: Option<String>,
    #[yaserde(rename = "allCCP")]
    pub(crate) all_ccp: String,
}

#[derive(Default, YaDeserialize, YaSerialize)]
#[yaserde(prefix = "pafn", namespaces = { "pafn" = "http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd" })]
pub(crate) struct GetResponseXml {
    #[yaserde(rename = "outcome")]
    pub(crate) outcome: String,
    #[yaserde(rename = "data")]
    pub(crate) data: Option<PaymentXml>,
}

#[derive(Default, YaDeserialize, YaSerialize)]
pub(crate) struct PaymentXml {
    #[yaserde(rename = "creditorReferenceId")]
    pub(crate) creditor_reference_id: String,
    #[yaserde(rename = "paymentAmount")]
    pub(crate) amount: String,
    #[yaserde(rename = "dueDate")]
    pub(crate) due_date: String,
    #[yaserde(rename = "retentionDate")]
    pub(crate) retention_date: Option<String>,
    #[yaserde(rename = "lastPayment")]
    pub(crate) last_payment: Option<String>,
    #[yaserde(rename = "description")]
    pub(crate) description: String,
    #[yaserde(rename = "companyName")]
    pub(crate) company_name: Option<String>,
    #[yaserde(rename = "officeName")]
    pub(crate) office_name: Option<String>,
    #[yaserde(rename = "debtor")]
    pub(crate) debtor: SubjectXml,
    #[yaserde(rename = "transferList")]
    pub(crate) transfer_list: TransferListXml,
    #[yaserde(rename = "metadata")]
    pub(crate) metadata: Option<MetadataXml>,
}

#[derive(Default, YaDeserialize, YaSerialize)]
pub(crate) struct TransferListXml {
    #[yaserde(rename = "transfer")]
    pub(crate) transfers: Vec<TransferXml>,
}

#[derive(Default, YaDeserialize, YaSerialize)]
pub(crate) struct TransferXml {
    #[yaserde(rename = "idTransfer")]
    pub(crate) id: String,
    #[yaserde(rename = "transferAmount")]
    pub(crate) amount: String,
    #[yaserde(rename = "fiscalCodePA")]
    pub(crate) fiscal_code: String,
    #[yaserde(rename = "companyName")]
    pub(crate) company_name: Option<String>,
    #[yaserde(rename = "IBAN")]
    pub(crate) iban: Option<String>,
    #[yaserde(rename = "richiestaMarcaDaBollo")]
    pub(crate) stamp: Option<StampXml>,
    #[yaserde(rename = "remittanceInformation")]
    pub(crate) remittance_information: String,
    #[yaserde(rename = "transferCategory")]
    pub(crate) category: String,
    #[yaserde(rename = "metadata")]
    pub(crate) metadata: Option<MetadataXml>,
}

#[derive(Default, YaDeserialize, YaSerialize)]
pub(crate) struct StampXml {
    #[yaserde(rename = "hashDocumento")]
    pub(crate) document_hash: String,
    #[yaserde(rename = "tipoBollo")]
    pub(crate) kind: String,
    #[yaserde(rename = "provinciaResidenza")]
    pub(crate) province: String,
}
