// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is written is read as it was meant.

mod support;

use support::samples::Samples;
use support::written;
use tramite_pagopa::soap::{self, SoapAction};
use tramite_pagopa::strict::{NoRegister, check_answer};
use tramite_testkit::Judge;

const ROUNDS: u64 = 2_000;

#[test]
fn every_request_is_received_as_it_was_written() {
    for seed in 0..ROUNDS {
        let request = Samples::new(seed).request();
        let received = soap::receive(&soap::request(&request), Some(request.primitive().operation())).unwrap();
        assert_eq!(received.request, request, "seed {seed}");
        assert!(received.irregular.is_empty(), "seed {seed}: {:?}", received.irregular);
        assert_eq!(received.soap_action, SoapAction::Same);
    }
}

#[test]
fn every_answer_is_judged_sound_and_understood_as_it_was_written() {
    let judge = Judge::of_answers();
    for seed in 0..ROUNDS {
        let answer = Samples::new(seed).answer();
        let judged = check_answer(answer.primitive(), &written(&judge, &answer), &NoRegister);
        assert_eq!(judged.unwrap(), answer, "seed {seed}");
    }
}

#[test]
fn whatever_texts_an_answer_holds_the_node_takes_it() {
    let judge = Judge::of_answers();
    for seed in 0..ROUNDS {
        let answer = Samples::hostile(seed).answer();
        let bytes = written(&judge, &answer);
        let judged = check_answer(answer.primitive(), &bytes, &NoRegister);
        assert!(judged.is_ok(), "seed {seed}: {judged:?}\n{}", String::from_utf8_lossy(&bytes));
    }
}
