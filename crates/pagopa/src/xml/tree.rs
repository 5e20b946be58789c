// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the guard makes of a message: elements and texts, nothing else.

use std::borrow::Cow;

use quick_xml::name::ResolveResult;

use super::chars::is_blank;

/// The namespace of the envelope, SOAP 1.1.
pub(crate) const SOAP_11: &str = "http://schemas.xmlsoap.org/soap/envelope/";

/// The namespace of the wrappers of the creditor institution's interface; their descendants are in none.
pub(crate) const PA_FOR_NODE: &str = "http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd";

/// The namespaces that mean something here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Namespace {
    /// No namespace at all.
    Absent,
    /// [`SOAP_11`].
    Soap11,
    /// [`PA_FOR_NODE`].
    PaForNode,
    /// Any other.
    Other,
}

impl Namespace {
    /// `None` where the prefix is bound to nothing.
    pub(crate) fn of(resolved: &ResolveResult<'_>) -> Option<Namespace> {
        match resolved {
            ResolveResult::Unbound => Some(Namespace::Absent),
            ResolveResult::Bound(namespace) if namespace.0 == SOAP_11 => Some(Namespace::Soap11),
            ResolveResult::Bound(namespace) if namespace.0 == PA_FOR_NODE => Some(Namespace::PaForNode),
            ResolveResult::Bound(_) => Some(Namespace::Other),
            ResolveResult::Unknown(_) => None,
        }
    }
}

/// An element: its local name, its own text, its children.
pub(crate) struct Node<'i> {
    pub(crate) name: Box<str>,
    pub(crate) namespace: Namespace,
    /// The element's own text, references resolved, comments gone, pieces joined.
    pub(crate) text: Cow<'i, str>,
    /// It has an attribute that is neither a namespace declaration nor a hint for a schema processor.
    pub(crate) stray_attribute: bool,
    pub(crate) children: Vec<Node<'i>>,
}

impl<'i> Node<'i> {
    pub(crate) fn new(name: &str, namespace: Namespace, stray_attribute: bool) -> Node<'i> {
        Node { name: name.into(), namespace, text: Cow::Borrowed(""), stray_attribute, children: Vec::new() }
    }

    /// Adds a piece of text; the first piece is not copied.
    pub(crate) fn append(&mut self, piece: Cow<'i, str>) {
        if self.text.is_empty() {
            self.text = piece;
        } else {
            self.text.to_mut().push_str(&piece);
        }
    }

    /// Whether it is the element of this name and namespace.
    pub(crate) fn is(&self, namespace: Namespace, name: &str) -> bool {
        self.namespace == namespace && *self.name == *name
    }

    /// Whether it has text of its own that is more than indentation.
    pub(crate) fn has_text(&self) -> bool {
        !is_blank(&self.text)
    }

    /// The first child of that local name, in whatever namespace.
    pub(crate) fn child(&self, name: &str) -> Option<&Node<'i>> {
        self.children.iter().find(|child| *child.name == *name)
    }

    /// Bytes of text in this element and below; the depth is limited by the guard.
    pub(crate) fn text_bytes(&self) -> usize {
        let below: usize = self.children.iter().map(Node::text_bytes).sum();
        below.saturating_add(self.text.len())
    }
}

/// A message as far as it could be read.
#[derive(Default)]
pub(crate) struct Tree<'i> {
    pub(crate) root: Option<Node<'i>>,
    /// The namespace of the root as it is written, empty for none.
    pub(crate) root_namespace: String,
}
