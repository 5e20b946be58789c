// SPDX-License-Identifier: AGPL-3.0-or-later
//! Damaged messages: no panic, no long thought, and what is understood stays understood.
//!
//! `TRAMITE_MUTATIONS` sets their number (default 100,000), `TRAMITE_SEED` the first seed.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of a test target are not seen as tests"
)]

mod support;

use std::time::{Duration, Instant};

use support::samples::Samples;
use support::{refusal, written};
use tramite_pagopa::current::Request;
use tramite_pagopa::embedded::guard_embedded;
use tramite_pagopa::soap::{self, Refused};
use tramite_pagopa::strict::{NoRegister, check_answer};
use tramite_pagopa::{Primitive, Reason};
use tramite_testkit::{Judge, Random, mutate};

const MUTATIONS: u64 = 100_000;

/// Far above what any message takes, far below what a sender could use against us.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often a message that took longer is read again.
const AGAIN_MAX: u8 = 10;

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().map_or(default, |text| text.parse().unwrap())
}

#[test]
fn no_damaged_message_brings_the_reader_down() {
    let total = number("TRAMITE_MUTATIONS", MUTATIONS);
    let seed = number("TRAMITE_SEED", 1);
    let threads = 2;
    std::thread::scope(|scope| {
        let runs: Vec<_> =
            (0..threads).map(|thread| scope.spawn(move || run(seed + thread, total / threads))).collect();
        let understood: u64 = runs.into_iter().map(|run| run.join().unwrap()).sum();
        // A run in which nothing is understood any more would test nothing.
        assert!(understood > total / 50, "only {understood} of {total} were understood");
    });
}

/// Returns how many damaged messages were still understood.
fn run(seed: u64, count: u64) -> u64 {
    let judge = Judge::of_answers();
    let mut samples = Samples::new(seed);
    let mut random = Random::new(seed.rotate_left(32));
    let requests: Vec<Vec<u8>> = (0..64).map(|_| soap::request(&samples.request())).collect();
    let answers: Vec<(Primitive, Vec<u8>)> = (0..64)
        .map(|_| {
            let answer = samples.answer();
            (answer.primitive(), written(&judge, &answer))
        })
        .collect();
    let mut understood = 0;
    for round in 0..count {
        let before = random.clone();
        let one = |random: &mut Random| {
            let started = Instant::now();
            let understood = match round % 8 {
                0..=5 => one_request(&judge, &requests, random),
                6 => one_answer(&judge, &answers, random),
                _ => one_document(&requests, random),
            };
            (understood, started.elapsed() < PATIENCE)
        };
        let (taken, quick) = one(&mut random);
        // A machine may stand still for a while; a message that is thought about for long is so every time.
        let quick = quick || (0..AGAIN_MAX).any(|_| one(&mut before.clone()).1);
        assert!(quick, "seed {seed}, round {round}");
        understood += u64::from(taken);
    }
    understood
}

fn one_request(judge: &Judge, requests: &[Vec<u8>], random: &mut Random) -> bool {
    let (message, other): (&Vec<u8>, &Vec<u8>) = (random.pick(requests), random.pick(requests));
    let bytes = mutate(message, other, random);
    match soap::receive(&bytes, Some("paSendRTV2")) {
        Ok(received) => {
            stays_understood(&received.request, &bytes);
            true
        }
        Err(refused) => {
            assert!(!refusal(judge, &refused, "99999000039").body.is_empty());
            false
        }
    }
}

/// What was understood, written again, is understood in the same way.
fn stays_understood(request: &Request, bytes: &[u8]) {
    let again = match soap::receive(&soap::request(request), None) {
        Ok(again) => again,
        // Texts are taken without the white space around them, which can leave one too short for the schema.
        Err(Refused::Schema { violation, .. }) if matches!(violation.reason, Reason::Empty | Reason::Length { .. }) => {
            return;
        }
        Err(refused) => panic!("{refused}, but understood before: {}", String::from_utf8_lossy(bytes)),
    };
    match (request, &again.request) {
        (Request::Receipt(first), Request::Receipt(second)) => {
            assert_eq!(first.notice_number, second.notice_number);
            assert_eq!(first.fiscal_code, second.fiscal_code);
            assert_eq!(first.outcome, second.outcome);
            assert_eq!(first.payment_amount, second.payment_amount);
            assert_eq!(first.transfers.len(), second.transfers.len());
        }
        (Request::Get(first), Request::Get(second)) => {
            assert_eq!((&first.notice, first.amount, first.due_date), (&second.notice, second.amount, second.due_date));
        }
        (Request::Verify(first), Request::Verify(second)) => assert_eq!(first.notice, second.notice),
        (Request::Demand(first), Request::Demand(second)) => assert_eq!(first.data, second.data),
        _ => panic!("another operation: {}", String::from_utf8_lossy(bytes)),
    }
}

fn one_answer(judge: &Judge, answers: &[(Primitive, Vec<u8>)], random: &mut Random) -> bool {
    let (primitive, bytes) = &answers[random.below(answers.len())];
    let (_, other) = &answers[random.below(answers.len())];
    let bytes = mutate(bytes, other, random);
    let Ok(answer) = check_answer(*primitive, &bytes, &NoRegister) else { return false };
    let again = written(judge, &answer);
    assert!(check_answer(*primitive, &again, &NoRegister).is_ok(), "{}", String::from_utf8_lossy(&bytes));
    true
}

fn one_document(requests: &[Vec<u8>], random: &mut Random) -> bool {
    let (message, other): (&Vec<u8>, &Vec<u8>) = (random.pick(requests), random.pick(requests));
    let bytes = mutate(message, other, random);
    guard_embedded(&bytes).is_ok()
}
