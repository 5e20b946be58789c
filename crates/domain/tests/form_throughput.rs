// SPDX-License-Identifier: AGPL-3.0-or-later
//! Submissions validated and priced per second on one core:
//! `cargo test --release -p tramite-domain --test form_throughput -- --ignored --nocapture`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a measurement says what it finds")]

#[path = "support/forms.rs"]
mod forms;

use std::time::Instant;

use forms::{Office, definitions, published};
use tramite_domain::form::submit;

/// Slices that each form is measured in: the fastest counts, so that a machine with other work measures the form and not the work.
const SLICES: usize = 100;
/// Rounds through the cases of a form in one slice.
const ROUNDS: u32 = 20;
const PER_SECOND_MIN: u128 = 5_000;

#[test]
#[ignore = "a measurement, for a release build"]
fn submissions_are_priced_fast_enough() {
    let office = Office::new();
    let (mut all, mut spent) = (0_u128, 0_u128);
    for (name, bytes) in definitions() {
        let form = published(&office, &bytes).unwrap();
        let cases = &form.definition().tests;
        let slice = || {
            let begun = Instant::now();
            for _ in 0..ROUNDS {
                for case in cases {
                    let _ = std::hint::black_box(submit(&form, &office.registries, &case.values, case.at));
                }
            }
            begun.elapsed().as_nanos().max(1)
        };
        let nanos = (0..SLICES).map(|_| slice()).min().unwrap();
        let count = u128::from(ROUNDS) * u128::try_from(cases.len()).unwrap();
        println!("{name}: {} submissions per second", count * 1_000_000_000 / nanos);
        all += count;
        spent += nanos;
    }
    let per_second = all * 1_000_000_000 / spent;
    println!("all: {per_second} submissions per second");
    assert!(per_second >= PER_SECOND_MIN, "{per_second}");
}
