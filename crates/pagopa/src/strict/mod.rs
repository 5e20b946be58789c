// SPDX-License-Identifier: AGPL-3.0-or-later
//! A creditor institution's answer as the Node judges it: the schema, and all that the Node demands beyond it.
//!
//! Whatever is found wrong here is, to the payer, `PPT_STAZIONE_INT_PA_ERRORE_RESPONSE` (current.md section 1).

mod demands;
mod payment;
mod register;

use crate::current::shapes;
use crate::current::xml::{self, DemandResponseXml, GetResponseXml, PlainResponseXml, VerifyResponseXml};
use crate::current::{Answer, Version};
use crate::primitive::Primitive;
use crate::schema::{Reason, Violation, canonical, check};
use crate::soap::only_payload;
use crate::xml::{Namespace, Node, guard};

pub use register::{NoRegister, Register};

/// Judges an answer to one operation. `register` is what the Node knows of institutions and accounts.
///
/// # Errors
/// Every deviation that was found, at least one: paths below the wrapper, an empty path for the message.
pub fn check_answer(primitive: Primitive, bytes: &[u8], register: &dyn Register) -> Result<Answer, Vec<Violation>> {
    let whole = |reason: &'static str| vec![Violation::new("", Reason::Demand(reason))];
    let unreadable = |reason| vec![Violation::new("", Reason::Unreadable(reason))];
    let tree = guard(bytes).map_err(|stopped| unreadable(stopped.reason))?;
    let payload = only_payload(&tree).map_err(unreadable)?;
    if payload.is(Namespace::Soap11, "Fault") {
        return Err(whole("a SOAP fault is never an answer"));
    }
    if !payload.is(Namespace::PaForNode, primitive.response_wrapper()) {
        return Err(whole("the wrapper is not the one of the operation"));
    }
    let shape = shapes::response(primitive);
    let mut violations = check(payload, shape);
    violations.extend(demands::check(primitive, payload, register));
    if violations.is_empty() {
        let text = canonical(payload, primitive.response_wrapper(), shape);
        return read(primitive, payload, &text).ok_or_else(|| whole("the answer could not be understood"));
    }
    Err(violations)
}

fn read(primitive: Primitive, payload: &Node<'_>, text: &str) -> Option<Answer> {
    if demands::outcome(payload) == Some("KO") {
        let fault = xml::read::<PlainResponseXml>(text)?.into_fault()?;
        return Some(Answer::Refused(primitive, fault));
    }
    match primitive {
        Primitive::VerifyPaymentNotice => xml::read::<VerifyResponseXml>(text)?.into_answer().map(Answer::Verify),
        Primitive::DemandPaymentNotice => xml::read::<DemandResponseXml>(text)?.into_answer().map(Answer::Demand),
        Primitive::GetPayment => get(text, Version::V1),
        Primitive::GetPaymentV2 => get(text, Version::V2),
        Primitive::SendRt => Some(Answer::ReceiptAccepted(Version::V1)),
        Primitive::SendRtV2 => Some(Answer::ReceiptAccepted(Version::V2)),
    }
}

fn get(text: &str, version: Version) -> Option<Answer> {
    let answer = xml::read::<GetResponseXml>(text)?.into_answer()?;
    Some(Answer::Get(version, Box::new(answer)))
}
