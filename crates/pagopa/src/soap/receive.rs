// SPDX-License-Identifier: AGPL-3.0-or-later
//! A request from the Node, read.

use super::envelope::{id_pa, only_payload, reached};
use super::refused::Refused;
use crate::current::shapes;
use crate::current::xml::{self, DemandRequestXml, GetRequestXml, ReceiptRequestXml, VerifyRequestXml};
use crate::current::{Request, Version};
use crate::primitive::Primitive;
use crate::schema::{Reason, Violation, canonical, check};
use crate::xml::{Namespace, Node, RECEIPT_TEXT_BYTES_MAX, Tree, Unreadable, guard, trimmed};

/// The fields a receipt may hold only once, or always with the same value.
const INDISPENSABLE: [&str; 5] = ["receiptId", "noticeNumber", "fiscalCode", "outcome", "paymentAmount"];

/// A request that can be served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// What the Node asks.
    pub request: Request,
    /// The deviations from the schema with which a receipt was taken all the same; empty for everything else.
    /// Paths and reasons, never values.
    pub irregular: Vec<String>,
    /// What the SOAPAction header said; the body decides.
    pub soap_action: SoapAction,
}

/// The SOAPAction header beside the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SoapAction {
    /// It names the operation of the body.
    Same,
    /// There was none.
    Missing,
    /// It names another operation, or none we know.
    Other,
}

/// Reads a request: guard, shape, message. Strict for verify, get and demand; for a receipt only the limits and
/// the indispensable fields count (rules.md 28).
///
/// # Errors
/// [`Refused`], with the operation where it is known, so that the refusal can be answered in its wrapper.
pub fn receive(bytes: &[u8], soap_action: Option<&str>) -> Result<Received, Refused> {
    let announced = soap_action.and_then(Primitive::from_soap_action);
    let tree = guard(bytes).map_err(|stopped| unreadable(&stopped.reached, announced, stopped.reason))?;
    let payload = only_payload(&tree).map_err(|reason| unreadable(&tree, announced, reason))?;
    let primitive = Primitive::from_request_wrapper(&payload.name)
        .filter(|_| payload.namespace == Namespace::PaForNode)
        .ok_or_else(|| unreadable(&tree, announced, Unreadable::UnknownPayload))?;
    let (request, irregular) =
        if primitive.is_receipt() { receipt(payload, primitive)? } else { (strict(payload, primitive)?, Vec::new()) };
    let soap_action = match soap_action.map(str::trim) {
        None | Some("" | "\"\"") => SoapAction::Missing,
        Some(_) if announced == Some(primitive) => SoapAction::Same,
        Some(_) => SoapAction::Other,
    };
    Ok(Received { request, irregular, soap_action })
}

/// What cannot be read, with what had been reached by then.
fn unreadable(tree: &Tree<'_>, announced: Option<Primitive>, reason: Unreadable) -> Refused {
    let payload = reached(tree);
    let named = payload.and_then(|payload| Primitive::from_request_wrapper(&payload.name));
    Refused::Unreadable { primitive: named.or(announced), id_pa: payload.and_then(id_pa), reason }
}

/// Everything as the schema says, or nothing.
fn strict(payload: &Node<'_>, primitive: Primitive) -> Result<Request, Refused> {
    let shape = shapes::request(primitive);
    if let Some(violation) = check(payload, shape).into_iter().next() {
        return Err(against_schema(payload, primitive, violation));
    }
    let text = canonical(payload, primitive.request_wrapper(), shape);
    let request = match primitive {
        Primitive::VerifyPaymentNotice => {
            xml::read(&text).map(|xml: VerifyRequestXml| Request::Verify(xml.into_request()))
        }
        Primitive::GetPayment => xml::read(&text).map(|xml: GetRequestXml| Request::Get(xml.into_request(Version::V1))),
        Primitive::GetPaymentV2 => {
            xml::read(&text).map(|xml: GetRequestXml| Request::Get(xml.into_request(Version::V2)))
        }
        Primitive::DemandPaymentNotice => {
            xml::read(&text).and_then(|xml: DemandRequestXml| xml.into_request().map(Request::Demand))
        }
        Primitive::SendRt | Primitive::SendRtV2 => None,
    };
    request.ok_or_else(|| against_schema(payload, primitive, Violation::new("", Reason::Not("readable"))))
}

/// Whatever can be read, and a list of what could not.
fn receipt(payload: &Node<'_>, primitive: Primitive) -> Result<(Request, Vec<String>), Refused> {
    if payload.text_bytes() > RECEIPT_TEXT_BYTES_MAX {
        let reason = Unreadable::TooMuchText;
        return Err(Refused::Unreadable { primitive: Some(primitive), id_pa: id_pa(payload), reason });
    }
    if let Some(violation) = ambiguous(payload) {
        return Err(against_schema(payload, primitive, violation));
    }
    let shape = shapes::request(primitive);
    let irregular = check(payload, shape).iter().map(Violation::to_string).collect();
    let version = if primitive == Primitive::SendRt { Version::V1 } else { Version::V2 };
    let text = canonical(payload, primitive.request_wrapper(), shape);
    let message = xml::read::<ReceiptRequestXml>(&text)
        .ok_or_else(|| Violation::new("", Reason::Not("readable")))
        .and_then(|xml| xml.into_message(version))
        .map_err(|violation| against_schema(payload, primitive, violation))?;
    Ok((Request::Receipt(Box::new(message)), irregular))
}

/// Two receipts in one message, or two values of an indispensable field: nobody can say which is meant.
fn ambiguous(payload: &Node<'_>) -> Option<Violation> {
    let twice = |path: String| Some(Violation::new(path, Reason::TooMany { most: 1 }));
    if differs(payload, "idPA") {
        return twice("idPA".to_owned());
    }
    if payload.children.iter().filter(|child| *child.name == *"receipt").count() > 1 {
        return twice("receipt".to_owned());
    }
    let receipt = payload.child("receipt")?;
    let field = INDISPENSABLE.into_iter().find(|name| differs(receipt, name))?;
    twice(format!("receipt/{field}"))
}

/// Whether children of one name hold different texts.
fn differs(node: &Node<'_>, name: &str) -> bool {
    let mut texts = node.children.iter().filter(|child| *child.name == *name).map(|child| trimmed(&child.text));
    let first = texts.next();
    texts.any(|text| Some(text) != first)
}

fn against_schema(payload: &Node<'_>, primitive: Primitive, violation: Violation) -> Refused {
    Refused::Schema { primitive, id_pa: id_pa(payload), violation }
}
