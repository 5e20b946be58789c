// SPDX-License-Identifier: AGPL-3.0-or-later
//! Messages to test with.
#![expect(clippy::unwrap_used, reason = "helpers of a test target are not seen as tests")]
#![allow(dead_code, reason = "each test target uses a part of it")]

pub(crate) mod samples;

use tramite_pagopa::current::Answer;
use tramite_pagopa::soap::{self, Refused, RefusedAnswer};
use tramite_testkit::Judge;

/// Writes an answer, on which the official schema has its say when the judge is dropped.
pub(crate) fn written(judge: &Judge, answer: &Answer) -> Vec<u8> {
    let message = soap::answer(answer);
    judge.keep(&message);
    message
}

/// Refuses a message for its form. What names no operation is SOAP's own fault, which the schema knows nothing of.
pub(crate) fn refusal(judge: &Judge, refused: &Refused, broker: &str) -> RefusedAnswer {
    let answer = refused.answer(broker);
    if answer.fault.is_some() {
        judge.keep(&answer.body);
    }
    answer
}
