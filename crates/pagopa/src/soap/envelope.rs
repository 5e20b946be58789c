// SPDX-License-Identifier: AGPL-3.0-or-later
//! The envelope of SOAP 1.1: an optional header, which means nothing here, and one body with one payload.
//!
//! A header block with `mustUnderstand="1"` is passed over like any other, although SOAP 1.1 (section 4.2.3) would have
//! it answered with a fault. The interface defines no header block and the Node sends none; should something on the way
//! add one, the payment it came with is worth more than the formality, and a fault would be `ERRORE_RESPONSE` to the payer.

use crate::xml::{Namespace, Node, Tree, Unreadable, trimmed};

/// How every message of ours begins. The prefix of the payload is declared by the payload itself.
pub(crate) const ENVELOPE_HEAD: &str = concat!(
    r#"<?xml version="1.0" encoding="UTF-8"?>"#,
    r#"<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Header/><soapenv:Body>"#
);

/// How every message of ours ends.
pub(crate) const ENVELOPE_TAIL: &str = "</soapenv:Body></soapenv:Envelope>";

/// The one element in the body.
pub(crate) fn only_payload<'t, 'i>(tree: &'t Tree<'i>) -> Result<&'t Node<'i>, Unreadable> {
    let envelope = tree.root.as_ref().ok_or(Unreadable::NotSoap11)?;
    if !envelope.is(Namespace::Soap11, "Envelope") || envelope.has_text() {
        return Err(Unreadable::NotSoap11);
    }
    let body = match envelope.children.as_slice() {
        [body] => body,
        [header, body] if header.is(Namespace::Soap11, "Header") => body,
        _ => return Err(Unreadable::NotSoap11),
    };
    if !body.is(Namespace::Soap11, "Body") {
        return Err(Unreadable::NotSoap11);
    }
    match body.children.as_slice() {
        [payload] if !body.has_text() => Ok(payload),
        _ => Err(Unreadable::NotOnePayload),
    }
}

/// `stText35`: the longest `idPA` that is given back, in characters.
const ID_PA_CHARS_MAX: usize = 35;

/// The body's first element, if the reading came that far; in whatever namespace, for it only serves to choose the
/// wrapper and the emitter of a refusal.
pub(crate) fn reached<'t, 'i>(tree: &'t Tree<'i>) -> Option<&'t Node<'i>> {
    let envelope = tree.root.as_ref()?;
    let body = envelope.children.iter().find(|child| *child.name == *"Body")?;
    body.children.first()
}

/// `idPA` of a payload, if it is one that can be given back.
pub(crate) fn id_pa(payload: &Node<'_>) -> Option<String> {
    let text = trimmed(&payload.child("idPA")?.text);
    let fits = !text.is_empty() && text.chars().take(ID_PA_CHARS_MAX + 1).count() <= ID_PA_CHARS_MAX;
    fits.then(|| text.to_owned())
}
