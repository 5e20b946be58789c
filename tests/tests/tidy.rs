// SPDX-License-Identifier: AGPL-3.0-or-later
//! Rules of the tree, checked instead of debated. Each rule is a function that is also shown a bad
//! sample: a check that cannot fail is none.
#![expect(
    clippy::expect_used,
    reason = "outside of a test function, but in a test target: a tree that cannot be read stops it"
)]

#[path = "tidy/clock.rs"]
mod clock;
#[path = "tidy/dependencies.rs"]
mod dependencies;
#[path = "tidy/headers.rs"]
mod headers;
#[path = "tidy/length.rs"]
mod length;
#[path = "tidy/links.rs"]
mod links;
#[path = "tidy/metrics.rs"]
mod metrics;
#[path = "tidy/migrations.rs"]
mod migrations;
#[path = "tidy/rules.rs"]
mod rules;
#[path = "tidy/tree.rs"]
mod tree;
#[path = "tidy/words.rs"]
mod words;

/// Fails with all findings at once.
fn none(rule: &str, findings: &[String]) {
    assert!(findings.is_empty(), "{rule}: {} finding(s)\n  {}", findings.len(), findings.join("\n  "));
}
