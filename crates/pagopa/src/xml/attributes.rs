// SPDX-License-Identifier: AGPL-3.0-or-later
//! The attributes of one element: counted, checked, and only the question kept whether one of them is out of place.

use quick_xml::escape::EscapeError;
use quick_xml::events::BytesStart;
use quick_xml::events::attributes::Attribute;
use quick_xml::name::{NamespaceResolver, ResolveResult};

use super::chars::{is_legal, is_qualified_name};
use super::limits::ATTRIBUTES_PER_ELEMENT_MAX;
use super::unreadable::Unreadable;

/// Namespace of the hints a writer may leave for a schema processor (`xsi:type`, `xsi:schemaLocation`).
const SCHEMA_INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// What was found on one element.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) count: usize,
    pub(crate) stray: bool,
}

/// Reads the attributes of an element, stopping at the limit.
pub(crate) fn read(start: &BytesStart<'_>, resolver: &NamespaceResolver) -> Result<Found, Unreadable> {
    let mut found = Found::default();
    for attribute in start.attributes() {
        found.count = found.count.saturating_add(1);
        if found.count > ATTRIBUTES_PER_ELEMENT_MAX {
            return Err(Unreadable::TooManyAttributes);
        }
        let attribute = attribute.map_err(|_| Unreadable::Malformed)?;
        check(&attribute)?;
        found.stray |= is_stray(&attribute, resolver)?;
    }
    Ok(found)
}

fn check(attribute: &Attribute<'_>) -> Result<(), Unreadable> {
    if !is_qualified_name(attribute.key.0) || attribute.value.contains('<') {
        return Err(Unreadable::Malformed);
    }
    if !attribute.value.contains('&') {
        return Ok(());
    }
    let value = quick_xml::escape::unescape(&attribute.value).map_err(|error| reference_problem(&error))?;
    if value.chars().all(is_legal) { Ok(()) } else { Err(Unreadable::ForbiddenCharacter) }
}

/// What is wrong with a reference to a character or an entity.
pub(crate) fn reference_problem(error: &EscapeError) -> Unreadable {
    match error {
        EscapeError::UnrecognizedEntity(..) => Unreadable::Entity,
        EscapeError::InvalidCharRef(_) => Unreadable::ForbiddenCharacter,
        _ => Unreadable::Malformed,
    }
}

fn is_stray(attribute: &Attribute<'_>, resolver: &NamespaceResolver) -> Result<bool, Unreadable> {
    if attribute.key.as_namespace_binding().is_some() {
        return Ok(false);
    }
    match resolver.resolve_attribute(attribute.key) {
        (ResolveResult::Unknown(_), _) => Err(Unreadable::Namespace),
        (ResolveResult::Bound(namespace), local) if namespace.0 == SCHEMA_INSTANCE => Ok(local.as_ref() == "nil"),
        _ => Ok(true),
    }
}
