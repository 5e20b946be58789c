// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is wrong with a request, all of it at once: each fault with the place where it stands.

use std::fmt::Display;

use crate::personal::HIDDEN;
use crate::personal_data::find_personal_data;

/// Longest pointer that is told, in characters; a longer one is cut to its parent.
const POINTER_CHARS_MAX: usize = 1_024;
/// Longest name of a member or parameter that is told again, in bytes: secrets and tokens are longer.
const NAME_BYTES_MAX: usize = 40;

/// One fault of a request body: where (RFC 6901 pointer), what (stable code), and a sentence for the reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// JSON pointer into the request body, for example `/payment_options/0/installments/1/amount`.
    pub pointer: String,
    /// Stable snake_case code that a program can branch on.
    pub code: &'static str,
    /// One sentence for a person; it never repeats the value, which may be personal.
    pub detail: String,
}

/// A pointer as it may be told: the nearest parent that is short enough, with [`HIDDEN`] where something stands that is no name.
#[must_use]
pub fn shown_pointer(pointer: &str) -> String {
    let mut shown = pointer;
    while shown.chars().take(POINTER_CHARS_MAX + 1).count() > POINTER_CHARS_MAX {
        shown = shown.rsplit_once('/').map_or("", |(parent, _)| parent);
    }
    let names: Vec<&str> = shown.split('/').map(|name| if is_name(name) { name } else { HIDDEN }).collect();
    names.join("/")
}

/// Whether something may be told again as the name of a member or parameter. Callers mistake names for values: whoever
/// asks for `?RSSMRA85T10A562S` reads of an unknown parameter, not of a person.
#[must_use]
pub fn is_name(name: &str) -> bool {
    name.len() <= NAME_BYTES_MAX
        && name.bytes().all(|byte| byte.is_ascii_graphic())
        && find_personal_data(name).is_none()
}

/// A place in a request body, extended as one walks into it.
#[derive(Debug, Clone, Default)]
pub struct Place(String);

impl Place {
    /// The body itself.
    #[must_use]
    pub const fn root() -> Self {
        Self(String::new())
    }

    /// The member or element below this place (RFC 6901).
    #[must_use]
    pub fn at(&self, step: impl Display) -> Self {
        // A name that a caller chose may hold what stands for something in a pointer.
        let step = step.to_string().replace('~', "~0").replace('/', "~1");
        Self(format!("{}/{step}", self.0))
    }

    /// The RFC 6901 pointer.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.0
    }
}

/// Collects violations while a command is read, so that the caller learns all of them in one answer.
#[derive(Debug, Default)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// Nothing wrong so far.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Records one fault.
    pub fn add(&mut self, place: &Place, code: &'static str, detail: impl Into<String>) {
        self.0.push(Violation { pointer: place.pointer().to_owned(), code, detail: detail.into() });
    }

    /// Records a fault that somebody else found.
    pub fn push(&mut self, violation: Violation) {
        self.0.push(violation);
    }

    /// Takes the value, or records why there is none.
    pub fn take<T, E: Display>(&mut self, place: &Place, code: &'static str, result: Result<T, E>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.add(place, code, error.to_string());
                None
            }
        }
    }

    /// How many were recorded.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True while nothing was recorded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The recorded faults, in the order they were found.
    #[must_use]
    pub fn into_vec(self) -> Vec<Violation> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_tells_names_and_never_what_stands_in_their_place() {
        for (pointer, told) in [
            ("", ""),
            ("/payment_options/0/installments/1/amount", "/payment_options/0/installments/1/amount"),
            ("/a~1b/RIF_PRATICA", "/a~1b/RIF_PRATICA"),
            ("/RSSMRA85T10A562S", "/***"),
            ("/metadata/mario.rossi@example.org/0", "/metadata/***/0"),
            ("/Mario Rossi", "/***"),
            ("/tr_live_0123456789012345678901234567890123456789012", "/***"),
        ] {
            assert_eq!(shown_pointer(pointer), told);
        }
        assert_eq!(shown_pointer(&"/a".repeat(600)), "/a".repeat(512));
    }
}
