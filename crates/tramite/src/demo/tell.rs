// SPDX-License-Identifier: AGPL-3.0-or-later
//! Tells what happens, step by step, and keeps how each step ended.

use std::time::Instant;

use serde::Serialize;

use super::failure::DemoFailure;
use crate::terminal::Terminal;

/// How a step ended.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Step {
    /// What it was about.
    pub(crate) name: &'static str,
    /// Whether it went as it should.
    pub(crate) ok: bool,
    /// What came of it, or why it failed.
    pub(crate) detail: String,
    /// How long it took, in milliseconds.
    pub(crate) duration_ms: u128,
}

/// Tells and keeps.
#[derive(Debug)]
pub(crate) struct Teller {
    to: Terminal,
    steps: Vec<Step>,
}

impl Teller {
    /// Tells to that place.
    pub(crate) const fn new(to: Terminal) -> Self {
        Self { to, steps: Vec::new() }
    }

    /// Runs one step: its title, what it tells by itself, and how it ended.
    pub(crate) async fn step<T>(
        &mut self,
        name: &'static str,
        title: &str,
        work: impl Future<Output = Result<(T, String), DemoFailure>>,
    ) -> Result<T, DemoFailure> {
        self.to.line(&format!("\n{}. {title}", self.steps.len() + 1));
        let begin = Instant::now();
        let outcome = work.await;
        let duration_ms = begin.elapsed().as_millis();
        let (ok, detail) = match &outcome {
            Ok((_, detail)) => (true, detail.clone()),
            Err(failure) => (false, failure.to_string()),
        };
        self.to.line(&format!("   {} {detail} ({duration_ms} ms)", if ok { "=" } else { "FAILED:" }));
        self.steps.push(Step { name, ok, detail, duration_ms });
        outcome.map(|(value, _)| value)
    }

    /// The steps so far.
    pub(crate) fn steps(&self) -> &[Step] {
        &self.steps
    }
}

/// Tells of one exchange within a step.
pub(crate) fn exchange(to: Terminal, sent: &str, received: &str) {
    to.line(&format!("   > {sent}"));
    to.line(&format!("   < {received}"));
}
