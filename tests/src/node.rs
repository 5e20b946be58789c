// SPDX-License-Identifier: AGPL-3.0-or-later
//! The Node by hand: messages written out, for what the simulated Node would never send.

use std::fmt::Write as _;

/// Who is asked, and through which station.
#[derive(Debug, Clone)]
pub struct Addressee {
    /// `idPA`.
    pub tax_code: String,
    /// `idBrokerPA`.
    pub broker: String,
    /// `idStation`.
    pub station: String,
}

/// The address of the Node's endpoint.
#[must_use]
pub fn endpoint(gateway: &str) -> String {
    format!("{gateway}/soap/pa-for-node")
}

/// Sends a message and reads the answer.
///
/// # Errors
/// Where there is no answer.
pub async fn send(gateway: &str, operation: &str, message: String) -> Result<String, reqwest::Error> {
    send_by(&reqwest::Client::new(), gateway, operation, message).await
}

/// The same over connections that are kept, or that prove who sends.
///
/// # Errors
/// Where there is no answer.
pub async fn send_by(
    http: &reqwest::Client,
    gateway: &str,
    operation: &str,
    message: String,
) -> Result<String, reqwest::Error> {
    let request = http.post(endpoint(gateway)).header("Content-Type", "text/xml; charset=utf-8");
    request.header("SOAPAction", operation).body(message).send().await?.text().await
}

/// The fault code of an answer, or `OK`.
#[must_use]
pub fn outcome(answer: &str) -> String {
    let between = |open: &str, close: &str| {
        let (_, rest) = answer.split_once(open)?;
        rest.split_once(close).map(|(text, _)| text.to_owned())
    };
    between("<faultCode>", "</faultCode>")
        .or_else(|| between("<outcome>", "</outcome>"))
        .unwrap_or_else(|| answer.to_owned())
}

/// paVerifyPaymentNotice.
#[must_use]
pub fn verify(to: &Addressee, notice: &str) -> String {
    envelope("paVerifyPaymentNoticeReq", &format!("{}{}", head(to), qr_code(to, notice)))
}

/// paGetPaymentV2.
#[must_use]
pub fn get(to: &Addressee, notice: &str) -> String {
    envelope("paGetPaymentV2Request", &format!("{}{}", head(to), qr_code(to, notice)))
}

/// paSendRTV2 for one transfer of the whole amount.
#[must_use]
pub fn receipt(to: &Addressee, notice: &str, receipt_id: &str, euros: &str) -> String {
    let mut body = head(to);
    let iuv: String = notice.chars().skip(1).collect();
    let party = "<uniqueIdentifier><entityUniqueIdentifierType>F</entityUniqueIdentifierType>\
        <entityUniqueIdentifierValue>RSSMRA85T10A562S</entityUniqueIdentifierValue></uniqueIdentifier><fullName>Mario Rossi</fullName>";
    write!(
        body,
        "<receipt><receiptId>{receipt_id}</receiptId><noticeNumber>{notice}</noticeNumber><fiscalCode>{creditor}</fiscalCode>\
         <outcome>OK</outcome><creditorReferenceId>{iuv}</creditorReferenceId><paymentAmount>{euros}</paymentAmount>\
         <description>Prova</description><companyName>Ente di prova</companyName><debtor>{party}</debtor>\
         <transferList><transfer><idTransfer>1</idTransfer><transferAmount>{euros}</transferAmount>\
         <fiscalCodePA>{creditor}</fiscalCodePA><IBAN>IT60X0542811101000000123456</IBAN>\
         <remittanceInformation>Prova</remittanceInformation><transferCategory>0101101IM</transferCategory></transfer></transferList>\
         <idPSP>ABCDITM1</idPSP><PSPCompanyName>Istituto di Prova S.p.A.</PSPCompanyName><idChannel>12345678903_07</idChannel>\
         <channelDescription>app</channelDescription><paymentDateTime>2026-09-15T10:22:33</paymentDateTime></receipt>",
        creditor = to.tax_code,
    )
    .expect("writing into a text does not fail");
    envelope("paSendRTV2Request", &body)
}

fn head(to: &Addressee) -> String {
    format!("<idPA>{}</idPA><idBrokerPA>{}</idBrokerPA><idStation>{}</idStation>", to.tax_code, to.broker, to.station)
}

fn qr_code(to: &Addressee, notice: &str) -> String {
    format!("<qrCode><fiscalCode>{}</fiscalCode><noticeNumber>{notice}</noticeNumber></qrCode>", to.tax_code)
}

fn envelope(wrapper: &str, body: &str) -> String {
    format!(
        "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:pafn=\"http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd\"><soapenv:Header/><soapenv:Body>\
         <pafn:{wrapper}>{body}</pafn:{wrapper}></soapenv:Body></soapenv:Envelope>"
    )
}
