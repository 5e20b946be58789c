// SPDX-License-Identifier: AGPL-3.0-or-later
//! The one pass every XML document from outside goes through, before anything else looks at it.
//!
//! Well-formed, in UTF-8, within the limits; no document type, so no entity can be declared; no processing
//! instruction. Memory is bounded by the size of the message, time is linear in it.

use std::borrow::Cow;

use quick_xml::Error as XmlError;
use quick_xml::errors::SyntaxError;
use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};
use quick_xml::name::{NamespaceError, NamespaceResolver, ResolveResult};
use quick_xml::reader::NsReader;

use super::attributes;
use super::chars::{is_blank, is_legal, is_qualified_name};
use super::limits::{ATTRIBUTES_MAX, DEPTH_MAX, ELEMENTS_MAX, MESSAGE_BYTES_MAX, PEEK_BYTES};
use super::tree::{Namespace, Node, Tree};
use super::unreadable::Unreadable;

/// Why the pass stopped, and the part of the message it had reached.
pub(crate) struct Stopped<'i> {
    pub(crate) reason: Unreadable,
    pub(crate) reached: Tree<'i>,
}

/// Reads a document, or says why not.
pub(crate) fn guard(bytes: &[u8]) -> Result<Tree<'_>, Box<Stopped<'_>>> {
    let (legible, problem) = legible(bytes);
    let mut pass = Pass::default();
    let outcome = pass.read(legible);
    let reached = pass.finish();
    match problem.map_or(outcome, Err) {
        Ok(()) => Ok(reached),
        Err(reason) => Err(Box::new(Stopped { reason, reached })),
    }
}

/// The part of a message that is text we can read, and what is wrong after it.
fn legible(bytes: &[u8]) -> (&str, Option<Unreadable>) {
    if bytes.len() > MESSAGE_BYTES_MAX {
        let head = bytes.get(..PEEK_BYTES).unwrap_or_default();
        return (legible(head).0, Some(Unreadable::TooLarge));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let (text, encoding) = match std::str::from_utf8(bytes) {
        Ok(text) => (text, None),
        Err(error) => {
            let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
            (std::str::from_utf8(valid).unwrap_or_default(), Some(Unreadable::Encoding))
        }
    };
    match text.find(|character| !is_legal(character)) {
        Some(position) => (text.get(..position).unwrap_or_default(), Some(Unreadable::ForbiddenCharacter)),
        None => (text, encoding),
    }
}

/// The state of the pass: the elements that are open, outermost first, and what was counted.
#[derive(Default)]
struct Pass<'i> {
    tree: Tree<'i>,
    open: Vec<Node<'i>>,
    elements: usize,
    attributes: usize,
}

impl<'i> Pass<'i> {
    fn read(&mut self, text: &'i str) -> Result<(), Unreadable> {
        let mut reader = NsReader::from_str(text);
        reader.config_mut().check_comments = true;
        let mut at_start = true;
        loop {
            let event = reader.read_event().map_err(|error| problem(&error))?;
            match event {
                Event::Start(start) => {
                    let node = self.element(&start, reader.resolver())?;
                    self.open.push(node);
                }
                Event::Empty(start) => {
                    let node = self.element(&start, reader.resolver())?;
                    self.close(node)?;
                }
                Event::End(_) => {
                    let node = self.open.pop().ok_or(Unreadable::Malformed)?;
                    self.close(node)?;
                }
                Event::Text(piece) => self.text(piece.xml10_content())?,
                Event::CData(piece) => self.cdata(piece.xml10_content())?,
                Event::GeneralRef(reference) => self.reference(&reference)?,
                Event::Decl(declaration) if at_start => check_declaration(&declaration)?,
                Event::Decl(_) => return Err(Unreadable::Malformed),
                Event::DocType(_) => return Err(Unreadable::Doctype),
                Event::PI(_) => return Err(Unreadable::ProcessingInstruction),
                Event::Comment(_) => {}
                Event::Eof => break,
            }
            at_start = false;
        }
        if self.open.is_empty() && self.tree.root.is_some() { Ok(()) } else { Err(Unreadable::Malformed) }
    }

    /// Checks a start tag against the limits and the namespaces.
    fn element(&mut self, start: &BytesStart<'_>, resolver: &NamespaceResolver) -> Result<Node<'i>, Unreadable> {
        if self.tree.root.is_some() {
            return Err(Unreadable::Malformed);
        }
        if self.open.len() >= DEPTH_MAX {
            return Err(Unreadable::TooDeep);
        }
        self.elements = self.elements.saturating_add(1);
        if self.elements > ELEMENTS_MAX {
            return Err(Unreadable::TooManyElements);
        }
        if !is_qualified_name(start.name().0) {
            return Err(Unreadable::Malformed);
        }
        let found = attributes::read(start, resolver)?;
        self.attributes = self.attributes.saturating_add(found.count);
        if self.attributes > ATTRIBUTES_MAX {
            return Err(Unreadable::TooManyAttributes);
        }
        let (resolved, local_name) = resolver.resolve_element(start.name());
        let namespace = Namespace::of(&resolved).ok_or(Unreadable::Namespace)?;
        if let (true, ResolveResult::Bound(namespace)) = (self.open.is_empty(), &resolved) {
            namespace.0.clone_into(&mut self.tree.root_namespace);
        }
        Ok(Node::new(local_name.as_ref(), namespace, found.stray))
    }

    /// Puts a finished element into its parent, or makes it the root.
    fn close(&mut self, node: Node<'i>) -> Result<(), Unreadable> {
        match self.open.last_mut() {
            Some(parent) => parent.children.push(node),
            None if self.tree.root.is_none() => self.tree.root = Some(node),
            None => return Err(Unreadable::Malformed),
        }
        Ok(())
    }

    fn text(&mut self, piece: Cow<'i, str>) -> Result<(), Unreadable> {
        if piece.contains("]]>") {
            return Err(Unreadable::Malformed);
        }
        match self.open.last_mut() {
            Some(node) => node.append(piece),
            None if is_blank(&piece) => {}
            None => return Err(Unreadable::Malformed),
        }
        Ok(())
    }

    fn cdata(&mut self, piece: Cow<'i, str>) -> Result<(), Unreadable> {
        let node = self.open.last_mut().ok_or(Unreadable::Malformed)?;
        node.append(piece);
        Ok(())
    }

    fn reference(&mut self, reference: &BytesRef<'_>) -> Result<(), Unreadable> {
        let node = self.open.last_mut().ok_or(Unreadable::Malformed)?;
        let piece = match reference.resolve_char_ref() {
            Ok(Some(character)) if is_legal(character) => Cow::Owned(String::from(character)),
            Ok(Some(_)) | Err(_) => return Err(Unreadable::ForbiddenCharacter),
            Ok(None) => {
                let text = quick_xml::escape::resolve_predefined_entity(reference);
                Cow::Borrowed(text.ok_or(Unreadable::Entity)?)
            }
        };
        node.append(piece);
        Ok(())
    }

    /// The tree as far as it was read: what is still open is closed where it stands, without its text, which may
    /// be only the beginning of what was sent.
    fn finish(mut self) -> Tree<'i> {
        while let Some(mut node) = self.open.pop() {
            node.text = Cow::Borrowed("");
            if self.close(node).is_err() {
                break;
            }
        }
        self.tree
    }
}

/// Version 1.0 and UTF-8, in whatever case.
fn check_declaration(declaration: &BytesDecl<'_>) -> Result<(), Unreadable> {
    let version = declaration.version().map_err(|_| Unreadable::Malformed)?;
    if version != "1.0" {
        return Err(Unreadable::Malformed);
    }
    match declaration.encoding() {
        None => Ok(()),
        Some(Ok(name)) if name.eq_ignore_ascii_case("utf-8") => Ok(()),
        Some(Ok(_)) => Err(Unreadable::Encoding),
        Some(Err(_)) => Err(Unreadable::Malformed),
    }
}

/// What the reader found, in our words; its own may quote the message.
fn problem(error: &XmlError) -> Unreadable {
    match error {
        XmlError::Syntax(SyntaxError::UnclosedDoctype) => Unreadable::Doctype,
        XmlError::Syntax(SyntaxError::UnclosedPI) => Unreadable::ProcessingInstruction,
        XmlError::Namespace(NamespaceError::TooManyBindings(_)) => Unreadable::TooManyAttributes,
        XmlError::Namespace(NamespaceError::TooDeeplyNested(_)) => Unreadable::TooDeep,
        XmlError::Namespace(_) => Unreadable::Namespace,
        XmlError::Escape(error) => attributes::reference_problem(error),
        _ => Unreadable::Malformed,
    }
}
