// SPDX-License-Identifier: AGPL-3.0-or-later
//! Every service of `examples/services` is published, with its own test cases (rules.md 46–48).
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests state what they expect")]

#[path = "support/forms.rs"]
mod forms;

use forms::{Office, definitions, published};

#[test]
fn every_service_of_the_catalogue_is_published_and_answers_its_own_cases() {
    let office = Office::new();
    let (mut cases, mut refused) = (0, Vec::new());
    for (name, bytes) in definitions() {
        match published(&office, &bytes) {
            Ok(form) => cases += form.definition().tests.len(),
            Err(faults) => refused.push((name, faults)),
        }
    }
    assert!(refused.is_empty(), "{refused:#?}");
    assert!(cases > 50, "{cases}");
}
