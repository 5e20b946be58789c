// SPDX-License-Identifier: AGPL-3.0-or-later
//! The Node by hand: messages written out, for what the simulated Node would never send.

use std::fmt::Write as _;
use std::time::Instant;

use reqwest::Client;
use tramite_testkit::Judge;

/// The fault by which we say that we have failed ourselves: the Node sends such a receipt again (rules.md 33).
pub const OWN_FAILURE: &str = "PAA_SYSTEM_ERROR";
/// The fault of a receipt that is known.
pub const DUPLICATE: &str = "PAA_RECEIPT_DUPLICATA";

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

/// What came of a message in the end.
#[derive(Debug, Clone)]
pub struct Delivered {
    /// The last answer.
    pub answer: String,
    /// How many answers before it said that we had failed ourselves.
    pub failures: usize,
}

impl Delivered {
    /// The fault code of the last answer, or `OK`.
    #[must_use]
    pub fn outcome(&self) -> String {
        outcome(&self.answer)
    }

    /// Whether a receipt that came for the first time was taken. What we failed to answer in time may have been done all
    /// the same: then it is known when it comes again.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        let outcome = self.outcome();
        outcome == "OK" || (outcome == DUPLICATE && self.failures > 0)
    }
}

/// Sends a message as the Node does: again while we fail ourselves, which a busy machine makes us do in the end.
///
/// # Panics
/// Where there is no answer.
pub async fn delivered(gateway: &str, operation: &str, message: String) -> Delivered {
    delivered_by(&crate::http::client(), gateway, operation, message).await
}

/// The same over connections that are kept, or that prove who sends.
///
/// # Panics
/// Where there is no answer.
pub async fn delivered_by(http: &Client, gateway: &str, operation: &str, message: String) -> Delivered {
    let mut failures = 0;
    loop {
        let begun = Instant::now();
        let answer = send_by(http, gateway, operation, message.clone()).await.expect("an answer");
        if !comes_again(&answer, begun, &mut failures).await {
            return Delivered { answer, failures };
        }
    }
}

/// Whether a message that was answered so is sent again (the testkit's `comes_again` says when).
pub async fn comes_again(answer: &str, begun: Instant, failures: &mut usize) -> bool {
    tramite_testkit::comes_again(outcome(answer) == OWN_FAILURE, begun, failures).await
}

/// Sends a receipt until it is taken.
///
/// # Panics
/// Where it is not.
pub async fn pay(gateway: &str, receipt: String) {
    let sent = delivered(gateway, "paSendRTV2", receipt).await;
    assert!(sent.is_taken(), "{sent:?}");
}

/// Sends a message once and reads the answer.
///
/// # Errors
/// Where there is no answer.
pub async fn send(gateway: &str, operation: &str, message: String) -> Result<String, reqwest::Error> {
    send_by(&crate::http::client(), gateway, operation, message).await
}

/// The same over connections that are kept, or that prove who sends.
///
/// # Errors
/// Where there is no answer.
pub async fn send_by(http: &Client, gateway: &str, operation: &str, message: String) -> Result<String, reqwest::Error> {
    let request = http.post(endpoint(gateway)).header("Content-Type", "text/xml; charset=utf-8");
    let answer = request.header("SOAPAction", operation).body(message).send().await?;
    let (status, answer) = (answer.status().as_u16(), answer.text().await?);
    keep(status, &answer);
    Ok(answer)
}

/// Keeps an answer of the real binary, whatever a journey looks for in it: the official schema has its say on every
/// different one when all journeys are over. Where the door is shut, or nobody's operation was asked for, the status says
/// so, and the answer is a fault of SOAP's own.
pub fn keep(status: u16, answer: &str) {
    if status == 200 {
        Judge::of_process().keep(answer.as_bytes());
    }
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
