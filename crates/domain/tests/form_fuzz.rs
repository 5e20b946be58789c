// SPDX-License-Identifier: AGPL-3.0-or-later
//! Changed definitions and changed values, for as long as is wanted:
//! `TRAMITE_FUZZ_SECONDS=600 cargo test --release -p tramite-domain --test form_fuzz -- --ignored --nocapture`.
//! `TRAMITE_FUZZ_SEED` repeats a run. Nothing panics, and it is told how long the slowest submission took.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a measurement says what it finds"
)]

#[path = "support/forms.rs"]
mod forms;

use std::time::{Duration, Instant};

use forms::{Office, definitions, published};
use serde_json::{Value, json};
use tramite_domain::form::submit;
use tramite_testkit::Random;

const SECONDS_DEFAULT: u64 = 10;
const SUBMITTED_MAX: Duration = Duration::from_millis(5);
/// Times that the slowest submission is worked out again: a machine that does something else meanwhile is not its fault.
const AGAIN: usize = 5;
/// Changes of one definition, and of the values of one submission, at most.
const CHANGES_MAX: usize = 4;
const SUBMISSIONS: usize = 6;

/// Every place of a document.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(name, one)| places(one, &format!("{at}/{}", name.replace('/', "~1")), found));
        }
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(index, one)| places(one, &format!("{at}/{index}"), found));
        }
        _ => {}
    }
    found.push(at.to_owned());
}

/// Something else for a place: of the same document, of nowhere, or longer than it was.
fn other(random: &mut Random, whole: &Value, found: &[String], there: &Value) -> Value {
    match (random.below(10), there) {
        (0..=3, _) => whole.pointer(&found[random.below(found.len())]).unwrap().clone(),
        (4, Value::String(text)) => json!(text.repeat(1 + random.below(40))),
        (4, Value::Array(list)) => Value::Array(list.iter().cycle().take(list.len() * 60).cloned().collect()),
        (5, Value::String(text)) => {
            let mut words: Vec<&str> = text.split(' ').collect();
            let (one, two) = (random.below(words.len()), random.below(words.len()));
            words.swap(one, two);
            json!(words.join(" "))
        }
        (6, _) => json!(i64::try_from(random.number() >> random.below(64)).unwrap_or(i64::MAX)),
        (7, _) => json!(random.hostile_text(60)),
        (8, _) => {
            random.pick(&[json!([]), json!({}), json!(null), json!(true), json!(0), json!(-1), json!("")]).clone()
        }
        _ => json!(random.digits(18)),
    }
}

fn changed(random: &mut Random, mut whole: Value) -> Value {
    for _ in 0..=random.below(CHANGES_MAX) {
        let mut found = Vec::new();
        places(&whole, "", &mut found);
        let place = random.pick(&found).clone();
        if place.is_empty() {
            continue;
        }
        let there = whole.pointer(&place).unwrap().clone();
        *whole.pointer_mut(&place).unwrap() = other(random, &whole.clone(), &found, &there);
    }
    whole
}

#[test]
#[ignore = "it runs for as long as is wanted"]
fn nothing_that_is_written_or_entered_breaks_a_form_or_takes_long() {
    let number = |name: &str, otherwise| std::env::var(name).ok().map_or(otherwise, |text| text.parse().unwrap());
    let until = Instant::now() + Duration::from_secs(number("TRAMITE_FUZZ_SECONDS", SECONDS_DEFAULT));
    let seed = number("TRAMITE_FUZZ_SEED", 1);
    let mut random = Random::new(seed);
    let office = Office::new();
    let all: Vec<Value> = definitions().iter().map(|(_, bytes)| serde_json::from_slice(bytes).unwrap()).collect();
    let now = "2026-06-10T10:00:00Z".parse().unwrap();
    let (mut tried, mut right, mut submitted, mut taken) = (0_u64, 0_u64, 0_u64, 0_u64);
    let (mut slowest, mut longest_check) = (Duration::ZERO, Duration::ZERO);
    while Instant::now() < until {
        let mut whole = random.pick(&all).clone();
        let tests = whole.as_object_mut().unwrap().remove("tests").unwrap();
        // Most changes of a definition make it wrong: of some nothing but the values is changed.
        let definition = if random.chance(80) { changed(&mut random, whole) } else { whole };
        let begun = Instant::now();
        let form = published(&office, &serde_json::to_vec(&definition).unwrap());
        longest_check = longest_check.max(begun.elapsed());
        tried += 1;
        let Ok(form) = form else { continue };
        right += 1;
        for _ in 0..SUBMISSIONS {
            let cases = tests.as_array().unwrap();
            let entered = random.pick(cases)["values"].clone();
            let values = changed(&mut random, entered);
            let Value::Object(values) = values else { continue };
            let timed = || {
                let begun = Instant::now();
                let outcome = submit(&form, &office.registries, &values, now);
                (begun.elapsed(), outcome)
            };
            let (mut took, outcome) = timed();
            submitted += 1;
            if took > SUBMITTED_MAX {
                took = (0..AGAIN).map(|_| timed().0).min().unwrap();
            }
            slowest = slowest.max(took);
            match outcome {
                Ok(_) => taken += 1,
                Err(faults) => {
                    assert!(faults.iter().all(|fault| fault.code != "too_costly"), "seed {seed}: {faults:?}")
                }
            }
        }
    }
    println!(
        "seed {seed}: {tried} definitions, {right} of them right; {submitted} submissions, {taken} of them taken; the slowest took \
         {slowest:?}, the slowest check of a definition {longest_check:?}"
    );
    assert!(right > 0 && taken > 0);
    assert!(slowest <= SUBMITTED_MAX, "{slowest:?}");
}
