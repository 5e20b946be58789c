// SPDX-License-Identifier: AGPL-3.0-or-later
//! Whether the caller accepts what an operation answers with (RFC 9110, 12.5.1).

use std::collections::BTreeSet;

use actix_web::http::header::{ACCEPT, HeaderMap};

use crate::problem::{Code, Problem};

/// Checks the Accept header; without one everything is accepted, and errors are told whatever it says.
///
/// # Errors
/// [`Code::NotAcceptable`].
pub(super) fn check(headers: &HeaderMap, produces: &BTreeSet<String>) -> Result<(), Problem> {
    let mut given = headers.get_all(ACCEPT).filter_map(|value| value.to_str().ok()).peekable();
    if produces.is_empty() || given.peek().is_none() {
        return Ok(());
    }
    let ranges: Vec<&str> = given.flat_map(|text| text.split(',')).filter(|range| !is_refused(range)).collect();
    if produces.iter().any(|media| ranges.iter().any(|range| covers(range, media))) {
        Ok(())
    } else {
        Err(Problem::new(Code::NotAcceptable))
    }
}

/// Whether a range says no (`q=0`).
fn is_refused(range: &str) -> bool {
    range.split(';').skip(1).any(|parameter| {
        let parameter = parameter.trim().to_ascii_lowercase();
        parameter.strip_prefix("q=").is_some_and(|quality| quality.bytes().all(|byte| matches!(byte, b'0' | b'.')))
    })
}

fn covers(range: &str, media: &str) -> bool {
    let range = range.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if range == "*/*" || range == media {
        return true;
    }
    let kind = media.split('/').next().unwrap_or_default();
    range.strip_suffix("/*").is_some_and(|wide| wide == kind)
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn accepted(accept: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_str(accept).unwrap());
        check(&headers, &BTreeSet::from(["application/json".to_owned()])).is_ok()
    }

    #[test]
    fn json_is_refused_only_to_who_excludes_it() {
        for right in ["*/*", "application/json", "application/*;q=0.1", "text/html, */*;q=0.8", "Application/JSON; q=1"]
        {
            assert!(accepted(right), "{right}");
        }
        for wrong in ["text/html", "application/xml", "application/json;q=0", "image/*", "application/json;q=0.0"] {
            assert!(!accepted(wrong), "{wrong}");
        }
        assert!(check(&HeaderMap::new(), &BTreeSet::from(["application/json".to_owned()])).is_ok());
    }
}
