// SPDX-License-Identifier: AGPL-3.0-or-later
//! Messages written: the envelope is fixed text, the payload is yaserde's, the texts in it were made fit before.

use quick_xml::escape::escape;

use super::envelope::{ENVELOPE_HEAD, ENVELOPE_TAIL};
use crate::current::xml::{
    self, DemandRequestXml, DemandResponseXml, GetRequestXml, GetResponseXml, PlainResponseXml, ReceiptRequestXml,
    VerifyRequestXml, VerifyResponseXml,
};
use crate::current::{Answer, Fault, GetAnswer, PaaFault, Request, Version};
use crate::xml::fit;

/// The content type of every SOAP message.
pub const CONTENT_TYPE: &str = "text/xml; charset=utf-8";

/// The longest text of a SOAP fault, in characters.
const FAULT_CHARS: usize = 255;

/// Writes an answer, valid against the official schema whatever texts are in it: they are cut to their length,
/// what cannot be said is left out.
#[must_use]
pub fn answer(answer: &Answer) -> Vec<u8> {
    let wrapper = answer.primitive().response_wrapper();
    let payload = match answer {
        Answer::Verify(answer) => xml::write(wrapper, &VerifyResponseXml::from(answer)),
        Answer::Get(Version::V1, answer) if answer.has_stamp() => {
            xml::write(wrapper, &PlainResponseXml::refused(&stamp_needs_version_2(answer)))
        }
        Answer::Get(version, answer) => xml::write(wrapper, &GetResponseXml::new(answer, *version)),
        Answer::ReceiptAccepted(_) => xml::write(wrapper, &PlainResponseXml::accepted()),
        Answer::Demand(answer) => xml::write(wrapper, &DemandResponseXml::from(answer)),
        Answer::Refused(_, fault) => xml::write(wrapper, &PlainResponseXml::refused(fault)),
    };
    enveloped(payload)
}

/// Version 1 has no place for a stamp (rules.md 23). The decision belongs to the domain; here it only makes sure
/// that no stamp is lost on the way.
fn stamp_needs_version_2(answer: &GetAnswer) -> Fault {
    let emitter = answer.transfers.first().map(|share| share.fiscal_code.clone());
    Fault::new(PaaFault::Semantic, emitter.unwrap_or_default()).because("marca da bollo: paGetPaymentV2")
}

/// Writes a request, as the Node would send it.
#[must_use]
pub fn request(request: &Request) -> Vec<u8> {
    let wrapper = request.primitive().request_wrapper();
    let payload = match request {
        Request::Verify(request) => xml::write(wrapper, &VerifyRequestXml::from(request)),
        Request::Get(request) => xml::write(wrapper, &GetRequestXml::from(request)),
        Request::Receipt(message) => xml::write(wrapper, &ReceiptRequestXml::from(&**message)),
        Request::Demand(request) => xml::write(wrapper, &DemandRequestXml::from(request)),
    };
    enveloped(payload)
}

/// A SOAP 1.1 fault for a caller that asks for something nobody here knows; goes with HTTP status 500.
#[must_use]
pub fn client_fault(text: &str) -> Vec<u8> {
    let text = fit(text, FAULT_CHARS);
    let fault = format!(
        "<soapenv:Fault><faultcode>soapenv:Client</faultcode><faultstring>{}</faultstring></soapenv:Fault>",
        escape(text.as_str())
    );
    enveloped(Some(fault.into_bytes()))
}

/// A payload in its envelope. Writing into memory does not fail; if it ever did, the empty body is a message the
/// other side refuses by itself.
fn enveloped(payload: Option<Vec<u8>>) -> Vec<u8> {
    let payload = payload.unwrap_or_default();
    let mut message = Vec::with_capacity(payload.len().saturating_add(ENVELOPE_HEAD.len() + ENVELOPE_TAIL.len()));
    message.extend_from_slice(ENVELOPE_HEAD.as_bytes());
    message.extend_from_slice(&payload);
    message.extend_from_slice(ENVELOPE_TAIL.as_bytes());
    message
}
