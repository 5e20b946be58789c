// SPDX-License-Identifier: AGPL-3.0-or-later
//! The body of a problem.

use serde::Serialize;
use tramite_domain::form::{Fault, Labels};
use tramite_domain::ids::RequestId;
use tramite_domain::time::Instant;
use tramite_domain::violation::{Violation, shown_pointer};
use utoipa::ToSchema;

use super::Problem;
use crate::words;

/// The media type of problems (RFC 9457).
pub const PROBLEM_JSON: &str = "application/problem+json";
/// Most faults told in one answer.
pub(crate) const VIOLATIONS_MAX: usize = 100;
/// Characters of a sentence, one left for the full stop.
const SENTENCE_CHARS_MAX: usize = 499;

/// What a problem looks like (RFC 9457). `type` is the address of a page that explains it, and what a program should
/// branch on; members beside the standard ones are there only where they help.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemView {
    /// Absolute address of the page of this kind of problem; its last part is the stable code.
    #[serde(rename = "type")]
    #[schema(value_type = words::ProblemType)]
    pub kind: String,
    /// Short title, the same for every problem of this kind.
    #[schema(value_type = words::Sentence)]
    pub title: String,
    /// HTTP status.
    #[schema(value_type = words::HttpStatus)]
    pub status: u16,
    /// What has happened this time.
    #[schema(value_type = words::Sentence)]
    pub detail: String,
    /// The request, as in the Request-Id header.
    #[schema(value_type = words::RequestUrn)]
    pub instance: String,
    /// Every fault of the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, min_items = 1, max_items = 100)]
    pub errors: Vec<ViolationView>,
    /// The thing that is there already.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Reference>)]
    pub existing_id: Option<String>,
    /// The debt position that stands for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    pub debt_position_id: Option<String>,
    /// Where the request differs from the thing that is there, as pointers into the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, value_type = Vec<words::Pointer>, min_items = 1, max_items = 100)]
    pub differences: Vec<String>,
    /// What the caller may choose between.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, value_type = Vec<words::Reference>, min_items = 1, max_items = 100)]
    pub choices: Vec<String>,
    /// When a busy thing will be free at the latest.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Timestamp>)]
    pub locked_until: Option<Instant>,
    /// What is due now, in cents.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::AmountCents>)]
    pub amount_due: Option<i64>,
}

impl ProblemView {
    /// What is told where nothing is wrong.
    pub(crate) fn good(kind: &str, title: &str, detail: &str, request: RequestId) -> Self {
        Self {
            kind: kind.to_owned(),
            title: title.to_owned(),
            status: 200,
            detail: detail.to_owned(),
            instance: format!("urn:uuid:{request}"),
            errors: Vec::new(),
            existing_id: None,
            debt_position_id: None,
            differences: Vec::new(),
            choices: Vec::new(),
            locked_until: None,
            amount_due: None,
        }
    }
}

/// One fault of a request, or one remark on it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Violation)]
pub struct ViolationView {
    /// Where: a JSON pointer into the body, or the name of a query parameter after a slash.
    #[schema(value_type = words::Pointer)]
    pub pointer: String,
    /// What: a stable code.
    #[schema(value_type = words::FaultCode)]
    pub code: String,
    /// One sentence; it never repeats the value.
    #[schema(value_type = words::Sentence)]
    pub detail: String,
    /// What the institution says of it in its form, by language.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::LabelTexts>)]
    pub message: Option<Labels>,
}

impl From<&Fault> for ViolationView {
    fn from(fault: &Fault) -> Self {
        Self {
            pointer: shown_pointer(&fault.pointer),
            code: fault.code.clone().into_owned(),
            detail: sentence(&fault.detail),
            message: fault.message.clone(),
        }
    }
}

impl From<&Violation> for ViolationView {
    fn from(violation: &Violation) -> Self {
        Self {
            pointer: shown_pointer(&violation.pointer),
            code: violation.code.to_owned(),
            detail: sentence(&violation.detail),
            message: None,
        }
    }
}

/// What the domain says in passing, told as a sentence.
fn sentence(text: &str) -> String {
    let text: String =
        text.chars().take(SENTENCE_CHARS_MAX).map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let mut letters = text.chars();
    let Some(first) = letters.next() else { return String::new() };
    let end = if text.ends_with(['.', '!', '?', ':']) { "" } else { "." };
    // A name from the contract keeps the letter that it begins with.
    let is_name = text.split(' ').next().is_some_and(|word| word.contains(['_', '`', '/']));
    let begin = if is_name { first.to_string() } else { first.to_uppercase().to_string() };
    format!("{begin}{}{end}", letters.as_str())
}

/// The address of the page of a code.
pub(crate) fn problem_type(public_url: &str, name: &str) -> String {
    format!("{public_url}/errors/{name}")
}

/// The body of a problem for one request.
pub(crate) fn render(problem: &Problem, request: RequestId, public_url: &str) -> ProblemView {
    let entry = problem.code().entry();
    let more = problem.more();
    ProblemView {
        kind: problem_type(public_url, entry.name),
        title: entry.title.to_owned(),
        status: entry.status,
        detail: sentence(problem.detail().unwrap_or(entry.meaning)),
        instance: format!("urn:uuid:{request}"),
        errors: (problem.violations().iter().map(ViolationView::from))
            .chain(problem.faults().iter().map(ViolationView::from))
            .take(VIOLATIONS_MAX)
            .collect(),
        existing_id: more.existing_id.clone(),
        debt_position_id: more.debt_position_id.clone(),
        differences: more.differences.iter().take(VIOLATIONS_MAX).cloned().collect(),
        choices: more.choices.iter().take(VIOLATIONS_MAX).cloned().collect(),
        locked_until: more.locked_until,
        amount_due: more.amount_due,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_a_sentence() {
        for (text, told) in [
            ("nothing can be paid now", "Nothing can be paid now."),
            ("At least 3 items.", "At least 3 items."),
            ("due_date is past", "due_date is past."),
            ("è scaduto", "È scaduto."),
            ("", ""),
        ] {
            assert_eq!(sentence(text), told);
        }
    }
}
