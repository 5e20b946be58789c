// SPDX-License-Identifier: AGPL-3.0-or-later
//! XML as a stream, with bounds on what one piece of it may take. Entities of its own are none: a document that defines some is
//! refused.

use std::borrow::Cow;
use std::io::{self, BufRead, Read};

use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;

use super::limits::{XML_DEPTH_MAX, XML_PIECE_BYTES_MAX};
use super::model::{FileFault, SheetError};

/// Reads a document piece by piece. An element without content has a start and an end like any other.
pub(super) struct Xml<R> {
    reader: Reader<Gauge<R>>,
    buffer: Vec<u8>,
    depth: usize,
    begun: bool,
}

impl<R: BufRead> Xml<R> {
    /// A document from its beginning.
    pub(super) fn new(reader: R) -> Self {
        let mut reader = Reader::from_reader(Gauge { inner: reader, taken: 0 });
        reader.config_mut().expand_empty_elements = true;
        Self { reader, buffer: Vec::new(), depth: 0, begun: false }
    }

    /// The next piece, or the end of the document.
    pub(super) fn next(&mut self) -> Result<Event<'_>, SheetError> {
        self.buffer.clear();
        self.reader.get_mut().taken = 0;
        let event = self.reader.read_event_into(&mut self.buffer).map_err(told)?;
        match &event {
            Event::Start(_) => {
                self.begun = true;
                self.depth = self.depth.saturating_add(1);
                if self.depth > XML_DEPTH_MAX {
                    return Err(FileFault::new("xml_too_deep", "a document in the file has too many levels").into());
                }
            }
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            Event::Decl(declaration) => {
                let other = declaration.encoding().is_some_and(|encoding| match encoding {
                    Ok(encoding) => !encoding.eq_ignore_ascii_case("utf-8"),
                    Err(_) => true,
                });
                if other {
                    return Err(FileFault::new("xml_encoding", "a document in the file is not UTF-8").into());
                }
            }
            Event::DocType(_) => {
                return Err(FileFault::new("xml_doctype", "a document in the file has a definition of its own").into());
            }
            Event::Eof if self.depth > 0 || !self.begun => return Err(broken_xml().into()),
            _ => {}
        }
        Ok(event)
    }

    /// Reads on to the end of the element whose start was read last.
    pub(super) fn skip(&mut self) -> Result<(), SheetError> {
        let outer = self.depth.saturating_sub(1);
        while self.depth > outer {
            self.next()?;
        }
        Ok(())
    }
}

/// The attribute of that name, with its prefix.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Result<Option<String>, SheetError> {
    let [found] = attributes(element, [name])?;
    Ok(found.map(Cow::into_owned))
}

/// The attributes of these names, with their prefixes.
pub(super) fn attributes<'a, const N: usize>(
    element: &'a BytesStart<'_>,
    names: [&str; N],
) -> Result<[Option<Cow<'a, str>>; N], SheetError> {
    let mut found = [const { None }; N];
    let mut attributes = element.attributes();
    // Comparing each with each takes long where there are many.
    attributes.with_checks(false);
    for attribute in attributes {
        let attribute = attribute.map_err(|_| broken_xml())?;
        let place = names.iter().position(|name| attribute.key.as_ref() == *name);
        if let Some(found) = place.and_then(|place| found.get_mut(place)) {
            *found = Some(attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| broken_xml())?);
        }
    }
    Ok(found)
}

/// The character that a reference stands for: one of XML's own, or one by its number.
pub(super) fn character(reference: &BytesRef<'_>) -> Result<char, SheetError> {
    let named = match reference.as_ref() {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => reference.resolve_char_ref().map_err(|_| broken_xml())?,
    };
    named.ok_or_else(|| broken_xml().into())
}

/// The fault of a document that is damaged.
pub(super) fn broken_xml() -> FileFault {
    FileFault::new("broken_xml", "a document in the file is damaged")
}

fn told(error: quick_xml::Error) -> SheetError {
    match error {
        quick_xml::Error::Io(error) => match error.get_ref().and_then(|cause| cause.downcast_ref::<FileFault>()) {
            Some(fault) => fault.clone().into(),
            None => SheetError::Io(io::Error::new(error.kind(), error)),
        },
        _ => broken_xml().into(),
    }
}

/// Counts what one piece takes of the document.
struct Gauge<R> {
    inner: R,
    taken: usize,
}

impl<R: BufRead> Read for Gauge<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer)
    }
}

impl<R: BufRead> BufRead for Gauge<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let left = XML_PIECE_BYTES_MAX.saturating_sub(self.taken);
        let bytes = self.inner.fill_buf()?;
        if left == 0 && !bytes.is_empty() {
            return Err(FileFault::new("xml_too_long", "a tag or a text in the file is too long").into());
        }
        Ok(bytes.get(..left).unwrap_or(bytes))
    }

    fn consume(&mut self, bytes: usize) {
        self.taken = self.taken.saturating_add(bytes);
        self.inner.consume(bytes);
    }
}
