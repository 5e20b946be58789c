// SPDX-License-Identifier: AGPL-3.0-or-later
//! Trace context as W3C has it (<https://www.w3.org/TR/trace-context/>, level 1): taken in from callers, given on to whoever
//! is asked. Of the two headers only `traceparent` is known: `tracestate` is text of the caller's own, and goes nowhere.
//!
//! Who traces is set once by the program. Without one a caller's trace id still stands in the log, and nothing is given on.

use std::fmt;
use std::sync::OnceLock;

use tracing::Span;

/// The header.
pub const TRACEPARENT: &str = "traceparent";

/// Digits of a trace id.
const TRACE_DIGITS: usize = 32;
/// Digits of the id of a span.
const SPAN_DIGITS: usize = 16;

/// Where a piece of work belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceParent {
    /// The trace; never 0.
    pub trace_id: u128,
    /// The span above; never 0.
    pub span_id: u64,
    /// Whether whoever is above keeps the trace.
    pub sampled: bool,
}

impl TraceParent {
    /// Reads the header; none where it is not one. Later versions may say more behind, which is left out.
    #[must_use]
    pub fn parse(header: &str) -> Option<Self> {
        let mut parts = header.split('-');
        let version = digits(parts.next()?, 2)?;
        let trace_id = u128::from_str_radix(digits(parts.next()?, TRACE_DIGITS)?, 16).ok()?;
        let span_id = u64::from_str_radix(digits(parts.next()?, SPAN_DIGITS)?, 16).ok()?;
        let flags = u8::from_str_radix(digits(parts.next()?, 2)?, 16).ok()?;
        let whole = version != "ff" && (version != "00" || parts.next().is_none());
        (whole && trace_id != 0 && span_id != 0).then_some(Self { trace_id, span_id, sampled: flags & 1 == 1 })
    }
}

impl fmt::Display for TraceParent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "00-{:032x}-{:016x}-{:02x}", self.trace_id, self.span_id, u8::from(self.sampled))
    }
}

fn digits(text: &str, length: usize) -> Option<&str> {
    let lower = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    (lower && text.len() == length).then_some(text)
}

/// Who traces.
pub trait Tracer: Send + Sync {
    /// Puts a new span, which nobody has entered yet, below a caller's, and says in which trace it is.
    fn adopt(&self, span: &Span, parent: Option<TraceParent>) -> Option<u128>;
    /// Where what is asked for now belongs.
    fn outgoing(&self) -> Option<TraceParent>;
}

static TRACER: OnceLock<Box<dyn Tracer>> = OnceLock::new();

/// Says who traces, once for the process; a second saying is not heard.
pub fn set_tracer(tracer: Box<dyn Tracer>) {
    let _ = TRACER.set(tracer);
}

/// Whether anybody traces.
#[must_use]
pub fn is_traced() -> bool {
    TRACER.get().is_some()
}

/// Puts a new span below a caller's, whose header it is given, and says in which trace it is: 32 digits.
#[must_use]
pub fn adopt(span: &Span, header: Option<&str>) -> Option<String> {
    let parent = header.and_then(TraceParent::parse);
    let trace_id = match TRACER.get() {
        Some(tracer) => tracer.adopt(span, parent),
        None => parent.map(|parent| parent.trace_id),
    };
    trace_id.map(|id| format!("{id:032x}"))
}

/// The header for whoever is asked now; none where nobody traces.
#[must_use]
pub fn outgoing() -> Option<String> {
    TRACER.get().and_then(|tracer| tracer.outgoing()).map(|parent| parent.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_read_strictly_and_written_as_it_was() {
        let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let parent = TraceParent::parse(header).unwrap();
        assert_eq!(parent.to_string(), header);
        let later = TraceParent::parse("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00-what").unwrap();
        assert!(!later.sampled && later.trace_id == parent.trace_id);
        for wrong in [
            "",
            "00",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-RSSMRA85T10A562SRSSMRA85T10A562S-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
        ] {
            assert_eq!(TraceParent::parse(wrong), None, "{wrong}");
        }
    }
}
