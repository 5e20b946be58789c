// SPDX-License-Identifier: AGPL-3.0-or-later
//! What reading and answering costs. Says something in an optimised build alone:
//! `cargo test --release -p tramite-pagopa --test cost -- --ignored --nocapture`.
#![expect(clippy::print_stdout, reason = "a measurement prints what it found")]

mod support;

use std::hint::black_box;
use std::time::{Duration, Instant};

use support::samples::Samples;
use tramite_pagopa::current::{Answer, Request, Version};
use tramite_pagopa::soap;

const ROUNDS: u32 = 20_000;

fn each(mut act: impl FnMut()) -> Duration {
    for _ in 0..ROUNDS / 10 {
        act();
    }
    let started = Instant::now();
    for _ in 0..ROUNDS {
        act();
    }
    started.elapsed() / ROUNDS
}

#[test]
#[ignore = "a measurement, for people to read"]
fn what_a_message_costs() {
    let mut samples = Samples::new(7);
    let mut of = |wanted: fn(&Request) -> bool| loop {
        let request = samples.request();
        if wanted(&request) {
            return soap::request(&request);
        }
    };
    let verify = of(|request| matches!(request, Request::Verify(_)));
    let get = of(|request| matches!(request, Request::Get(_)));
    let receipt = of(|request| matches!(request, Request::Receipt(receipt) if receipt.transfers.len() == 2));
    let verify_answer = Answer::Verify(samples.verify_answer());
    let get_answer = Answer::Get(Version::V2, Box::new(samples.get_answer(Version::V2)));
    for (name, bytes) in [("verify", &verify), ("get", &get), ("receipt of two shares", &receipt)] {
        let cost = each(|| drop(black_box(soap::receive(black_box(bytes), None))));
        println!("receive {name}: {cost:?} ({} bytes)", bytes.len());
        assert!(soap::receive(bytes, None).is_ok());
    }
    for (name, answer) in [("verify", &verify_answer), ("get", &get_answer)] {
        let cost = each(|| drop(black_box(soap::answer(black_box(answer)))));
        println!("answer {name}: {cost:?} ({} bytes)", soap::answer(answer).len());
    }
    let both = each(|| {
        let received = soap::receive(black_box(&verify), Some("paVerifyPaymentNotice")).unwrap();
        black_box((received, soap::answer(black_box(&verify_answer))));
    });
    println!("receive and answer verify: {both:?}");
}
