// SPDX-License-Identifier: AGPL-3.0-or-later
//! How a call of the API fails.

use reqwest::Response;
use serde::Deserialize;
use thiserror::Error;

use super::retry_after;
use crate::failure::{Failure, causes};

/// Faults of a request that are told at most.
const FAULTS_TOLD_MAX: usize = 20;
/// Statuses of a server that asks for patience.
const LATER: [u16; 4] = [429, 502, 503, 504];
/// The status of a request whose twin is still worked on, with after how many seconds its answer will be there.
const TWIN: u16 = 409;
/// The status of a request without a token that holds.
const UNAUTHORIZED: u16 = 401;

/// How a call of the API fails.
#[derive(Debug, Error)]
pub(crate) enum ApiFailure {
    /// Nobody answered, or the answer broke off.
    #[error("{what}: no answer: {}", causes(.source))]
    NoAnswer {
        /// What was sent.
        what: String,
        /// Why.
        source: reqwest::Error,
    },
    /// Tramite said no.
    #[error("{what}: {status} {said}")]
    Refused {
        /// What was sent.
        what: String,
        /// The status.
        status: u16,
        /// The problem's code, title and detail.
        said: String,
        /// After how many seconds it wants to be asked again.
        retry_after: Option<u64>,
    },
    /// The answer is not what it should be.
    #[error("{what}: the answer has no {member}")]
    Missing {
        /// What was sent.
        what: String,
        /// What is missing.
        member: &'static str,
    },
    /// The answer is not in the form that it should have.
    #[error("{what}: the answer cannot be read: {source}")]
    Unreadable {
        /// What was sent.
        what: String,
        /// Why.
        source: serde_json::Error,
    },
    /// Something of this machine failed.
    #[error("{what}: {source}")]
    Machine {
        /// What was tried.
        what: String,
        /// Why it failed.
        source: std::io::Error,
    },
}

/// A problem of the API, or a refusal of a token.
#[derive(Debug, Default, Deserialize)]
struct Said {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    detail: String,
    #[serde(default)]
    errors: Vec<Fault>,
    #[serde(default)]
    error: String,
    #[serde(default)]
    error_description: String,
}

#[derive(Debug, Deserialize)]
struct Fault {
    #[serde(default)]
    pointer: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    detail: String,
}

impl ApiFailure {
    /// Nobody answered. The address is known to who called, and a query is nobody's business.
    pub(crate) fn no_answer(what: &str, source: reqwest::Error) -> Self {
        Self::NoAnswer { what: what.to_owned(), source: source.without_url() }
    }

    /// Tramite said no, and why.
    pub(crate) async fn refused(what: &str, response: Response) -> Self {
        let (status, retry_after) = (response.status().as_u16(), retry_after(&response));
        let said: Said = response.json().await.unwrap_or_default();
        Self::Refused { what: what.to_owned(), status, said: said.text(), retry_after }
    }

    /// Whether the same request may succeed later.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            Self::NoAnswer { .. } => true,
            Self::Refused { status, retry_after, .. } => {
                LATER.contains(status) || (*status == TWIN && retry_after.is_some())
            }
            // An answer that ends too early broke off, even where its length did not say so.
            Self::Unreadable { source, .. } => source.is_eof(),
            Self::Missing { .. } | Self::Machine { .. } => false,
        }
    }

    /// Whether the token was refused, or none was given.
    pub(crate) const fn is_unauthorized(&self) -> bool {
        matches!(self, Self::Refused { status: UNAUTHORIZED, .. })
    }

    /// After how many seconds Tramite wants to be asked again.
    pub(crate) const fn retry_after(&self) -> Option<u64> {
        match self {
            Self::Refused { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

impl Said {
    fn text(&self) -> String {
        let code = self.kind.rsplit('/').next().unwrap_or_default();
        let words = [code, &self.title, &self.detail, &self.error, &self.error_description];
        let mut text = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(": ");
        for fault in self.errors.iter().take(FAULTS_TOLD_MAX) {
            text.push_str(&format!("\n  {}: {}: {}", fault.pointer, fault.code, fault.detail));
        }
        text
    }
}

impl From<ApiFailure> for Failure {
    fn from(failure: ApiFailure) -> Self {
        Self::Part(failure.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_pass_is_asked_again() {
        let refused = |status, retry_after| {
            let (what, said) = ("POST /v1/imports".to_owned(), String::new());
            ApiFailure::Refused { what, status, said, retry_after }.may_pass()
        };
        assert!(refused(503, None) && refused(429, Some(2)) && refused(409, Some(1)));
        assert!(!refused(409, None) && !refused(401, None) && !refused(422, Some(1)) && !refused(500, None));
        let unreadable = |text: &str| {
            let source = serde_json::from_str::<Said>(text).unwrap_err();
            ApiFailure::Unreadable { what: "GET /v1/imports/{id}".to_owned(), source }.may_pass()
        };
        assert!(unreadable("") && unreadable("{\"type\": \"x") && !unreadable("<html></html>"));
    }

    #[test]
    fn a_problem_is_told_with_its_code_and_every_fault() {
        let problem = r#"{"type": "https://t.example.it/errors/validation_failed", "title": "Not valid", "status": 422,
            "detail": "Two faults.", "errors": [{"pointer": "/service_code", "code": "wrong_pattern", "detail": "No."}]}"#;
        let said: Said = serde_json::from_str(problem).unwrap();
        assert_eq!(said.text(), "validation_failed: Not valid: Two faults.\n  /service_code: wrong_pattern: No.");
        let refusal = r#"{"error": "invalid_client", "error_description": "No such client."}"#;
        let said: Said = serde_json::from_str(refusal).unwrap();
        assert_eq!(said.text(), "invalid_client: No such client.");
    }
}
