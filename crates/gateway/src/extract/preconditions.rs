// SPDX-License-Identifier: AGPL-3.0-or-later
//! If-Match and If-None-Match: act only on the version that the caller knows (RFC 9110, 13).

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::HeaderMap;
use actix_web::{FromRequest, HttpRequest};

use crate::convention::Etag;
use crate::problem::{Code, Problem};

/// What the caller knows of the resource.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preconditions {
    matches: Option<Tags>,
    none_matches: Option<Tags>,
}

/// The value of a header of entity tags. The gate has checked its form against the contract.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Tags {
    /// `*`: whatever there is.
    Any,
    /// These and no others; weak ones never match.
    These(Vec<String>),
}

impl Tags {
    fn read(headers: &HeaderMap, name: &str) -> Option<Self> {
        let mut texts = headers.get_all(name).map(|value| value.to_str().unwrap_or_default()).peekable();
        texts.peek()?;
        let all: Vec<String> = texts.flat_map(|text| text.split(',')).map(|tag| tag.trim().to_owned()).collect();
        Some(if all.iter().any(|tag| tag == "*") { Self::Any } else { Self::These(all) })
    }

    fn hold(&self, current: Option<&Etag>) -> bool {
        match (self, current) {
            (_, None) => false,
            (Self::Any, Some(_)) => true,
            (Self::These(tags), Some(current)) => tags.iter().any(|tag| tag == current.as_str()),
        }
    }
}

impl Preconditions {
    /// Checks them against the resource as it is now, or its absence.
    ///
    /// # Errors
    /// [`Code::PreconditionFailed`].
    pub fn check(&self, current: Option<&Etag>) -> Result<(), Problem> {
        let matches = self.matches.as_ref().is_none_or(|tags| tags.hold(current));
        let none_matches = self.none_matches.as_ref().is_none_or(|tags| !tags.hold(current));
        if matches && none_matches { Ok(()) } else { Err(Problem::new(Code::PreconditionFailed)) }
    }

    /// Whether the caller named a version: a change in between is then 412, not 409.
    #[must_use]
    pub fn is_conditional(&self) -> bool {
        self.matches.is_some() || self.none_matches.is_some()
    }

    /// Whether the caller named a version by its tag, and not only that there is one.
    #[must_use]
    pub fn names_version(&self) -> bool {
        let named = |tags: &Option<Tags>| matches!(tags, Some(Tags::These(_)));
        named(&self.matches) || named(&self.none_matches)
    }
}

impl FromRequest for Preconditions {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = |name| Tags::read(request.headers(), name);
        ready(Ok(Self { matches: read("if-match"), none_matches: read("if-none-match") }))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn preconditions(given: &[(&'static str, &'static str)]) -> Preconditions {
        let mut headers = HeaderMap::new();
        for (name, value) in given {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let read = |name| Tags::read(&headers, name);
        Preconditions { matches: read("if-match"), none_matches: read("if-none-match") }
    }

    #[test]
    fn a_version_matches_exactly_or_not_at_all() {
        let current = Etag::of(3, "active");
        let holds = |given: &[(&'static str, &'static str)], current: Option<&Etag>| {
            preconditions(given).check(current).is_ok()
        };
        assert!(holds(&[], Some(&current)) && holds(&[], None));
        assert!(holds(&[("if-match", "\"3-active\"")], Some(&current)));
        assert!(holds(&[("if-match", "\"2-active\", \"3-active\"")], Some(&current)));
        assert!(holds(&[("if-match", "*")], Some(&current)));
        assert!(holds(&[("if-none-match", "*")], None));
        assert!(holds(&[("if-none-match", "\"2-active\"")], Some(&current)));
        for wrong in [
            ("if-match", "\"3-draft\""),
            ("if-match", "W/\"3-active\""),
            ("if-match", "3-active"),
            ("if-match", ""),
            ("if-none-match", "*"),
            ("if-none-match", "\"3-active\""),
        ] {
            assert!(!holds(&[wrong], Some(&current)), "{wrong:?}");
        }
        assert!(!holds(&[("if-match", "*")], None) && !holds(&[("if-match", "\"3-active\"")], None));
    }
}
