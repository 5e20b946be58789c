// SPDX-License-Identifier: AGPL-3.0-or-later
//! A problem on its way to the client.

use std::fmt;

use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::{HttpResponse, ResponseError};
use tramite_domain::form::Fault;
use tramite_domain::time::Instant;
use tramite_domain::violation::Violation;

use super::Code;

/// How soon a client should come back when we are not available, in seconds.
const RETRY_AFTER_SECONDS: u64 = 2;
/// How soon a client should ask for the answer of its twin, in seconds.
const TWIN_RETRY_AFTER_SECONDS: u64 = 1;
/// How soon a client should ask whether a file of its institution is done, in seconds.
const IMPORT_RETRY_AFTER_SECONDS: u64 = 30;

/// A refusal to answer otherwise. Boxed, so that the good path stays small.
pub struct Problem(Box<Inner>);

struct Inner {
    code: Code,
    detail: Option<String>,
    violations: Vec<Violation>,
    faults: Vec<Fault>,
    more: More,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// What some problems tell beside their code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct More {
    /// The thing that is there already.
    pub existing_id: Option<String>,
    /// The debt position that stands for it.
    pub debt_position_id: Option<String>,
    /// Where the request differs from the thing that is there, as pointers into the request.
    pub differences: Vec<String>,
    /// What the caller may choose between.
    pub choices: Vec<String>,
    /// When a busy thing will be free at the latest.
    pub locked_until: Option<Instant>,
    /// What is due now, in cents.
    pub amount_due: Option<i64>,
}

impl Problem {
    /// A problem of that code, with the headers that its status demands.
    #[must_use]
    pub fn new(code: Code) -> Self {
        let problem = Self(Box::new(Inner {
            code,
            detail: None,
            violations: Vec::new(),
            faults: Vec::new(),
            more: More::default(),
            headers: Vec::new(),
        }));
        match code {
            Code::Unauthenticated => problem.with_header(header::WWW_AUTHENTICATE, "Bearer"),
            Code::InvalidToken => problem.with_header(header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\""),
            Code::Unavailable | Code::AmountUnknown => problem.retry_after(RETRY_AFTER_SECONDS),
            Code::IdempotencyInProgress => problem.retry_after(TWIN_RETRY_AFTER_SECONDS),
            Code::TooManyImports | Code::TooManyDocumentBatches => problem.retry_after(IMPORT_RETRY_AFTER_SECONDS),
            _ => problem,
        }
    }

    /// An address that no route has: the token has no part in it.
    #[must_use]
    pub fn no_such_path() -> Self {
        Self::new(Code::NotFound)
            .with_detail("There is no such path here; the documentation lists the paths of the API.")
    }

    /// The request breaks rules: all of them at once.
    #[must_use]
    pub fn invalid(violations: Vec<Violation>) -> Self {
        Self::new(Code::ValidationFailed).with_violations(violations)
    }

    /// What was entered into a form is not taken: all that is wrong at once.
    #[must_use]
    pub fn entered(faults: Vec<Fault>) -> Self {
        let mut problem = Self::new(Code::ValidationFailed);
        problem.0.faults = faults;
        problem
    }

    /// The token lacks these scopes; any one of them would do.
    #[must_use]
    pub fn insufficient_scope(wanted: &str) -> Self {
        let challenge = format!("Bearer error=\"insufficient_scope\", scope=\"{wanted}\"");
        Self::new(Code::InsufficientScope).with_header(header::WWW_AUTHENTICATE, &challenge).with_detail(format!(
            "The token lacks the scope that the operation needs: {}.",
            wanted.replace(' ', " or ")
        ))
    }

    /// A sentence about this occurrence. It repeats no value of the request.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// The faults of the request.
    #[must_use]
    pub fn with_violations(mut self, violations: Vec<Violation>) -> Self {
        self.0.violations = violations;
        self
    }

    /// The same, without naming the thing that is there already.
    #[must_use]
    pub fn without_existing_id(mut self) -> Self {
        self.0.more.existing_id = None;
        self
    }

    /// What this problem tells beside its code.
    #[must_use]
    pub fn with_more(mut self, more: More) -> Self {
        self.0.more = more;
        self
    }

    /// A header of the answer; a text that no header can carry is left out.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.0.headers.push((name, value));
        }
        self
    }

    /// When to come back, in seconds.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        self.with_header(header::RETRY_AFTER, &seconds.to_string())
    }

    /// The same problem of a part of the request: every place stands below that one.
    #[must_use]
    pub fn below(mut self, place: &str) -> Self {
        for violation in &mut self.0.violations {
            violation.pointer.insert_str(0, place);
        }
        for pointer in &mut self.0.more.differences {
            pointer.insert_str(0, place);
        }
        self
    }

    /// Its code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// Whether another writer was faster, so that reading and deciding again may help.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.0.code == Code::Conflict
    }

    /// The sentence about this occurrence.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// The faults of the request.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        &self.0.violations
    }

    /// What is wrong with what was entered into a form.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.0.faults
    }

    /// What it tells beside its code.
    #[must_use]
    pub fn more(&self) -> &More {
        &self.0.more
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Problem({})", self.code().name())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code().name())
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.code().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Status and headers only: the frame writes the body, for it knows the request id and our public address.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(self.status_code());
        for (name, value) in &self.0.headers {
            response.headers_mut().insert(name.clone(), value.clone());
        }
        if self.code() == Code::BodyTooSlow {
            // The rest of the body is not waited for.
            response.head_mut().set_connection_type(ConnectionType::Close);
        }
        response
    }
}
