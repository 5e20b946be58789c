// SPDX-License-Identifier: AGPL-3.0-or-later
//! A message was answered: one line of the log, and what is counted of it. Codes alone, nothing of anybody's data; a
//! station is named where an operator declared it, and not where only the message says so.

use tramite_pagopa::current::PaaFault;
use tramite_telemetry::Label;
use tramite_telemetry::catalogue::{NODE_DURATION, NODE_PROBES, NODE_REQUESTS, NODE_STATION_ANSWERS};

use super::answer::{KO, OK};
use super::door::Soap;
use super::exchange::Exchange;
use super::journal::Facts;

/// What stands where it is not known.
const UNKNOWN: &str = "unknown";
/// How the second version of an operation is told from the first.
const SECOND: &str = "V2";

/// Tells it. `outcome` is `esito` of the journal.
pub(crate) fn tell(soap: &Soap, exchange: &Exchange, facts: &Facts, institution: Option<&str>, outcome: &'static str) {
    let duration_us = exchange.elapsed_us();
    let fault = Some(outcome).filter(|code| ![OK, KO].contains(code));
    let told = if outcome == OK { OK } else { KO };
    let operation = facts.operation().unwrap_or(UNKNOWN);
    tracing::info!(primitive = operation, institution, outcome = told, fault, duration_us, "message answered");
    count(soap, exchange, facts, outcome, u64::try_from(duration_us).unwrap_or(0));
}

fn count(soap: &Soap, exchange: &Exchange, facts: &Facts, outcome: &'static str, duration_us: u64) {
    let metrics = soap.metrics();
    let (primitive, version) = versioned(facts.operation().unwrap_or(UNKNOWN));
    let said = if outcome == OK { "ok" } else { outcome };
    metrics.count(&NODE_REQUESTS, &[primitive.into(), version.into(), said.into()]);
    metrics.observe_us(&NODE_DURATION, &[primitive.into(), version.into()], duration_us);
    if facts.is_probe() {
        let lived = outcome == PaaFault::UnknownPayment.code();
        metrics.count(&NODE_PROBES, &[if lived { "ok" } else { "failed" }.into()]);
    }
    let station = facts.station().filter(|station| soap.registry().was_declared(station));
    let result = match outcome {
        OK => "ok",
        code if code == PaaFault::SystemError.code() => "failed",
        _ => "refused",
    };
    metrics.count(&NODE_STATION_ANSWERS, &[Label::registered(station.unwrap_or(UNKNOWN)), result.into()]);
    if let Some(station) = station {
        soap.tally().add(exchange.at, station, primitive, duration_us);
    }
}

/// An operation without its version, and the version.
fn versioned(operation: &'static str) -> (&'static str, &'static str) {
    match operation.strip_suffix(SECOND) {
        Some(first) => (first, "2"),
        None => (operation, "1"),
    }
}

#[cfg(test)]
mod tests {
    use tramite_pagopa::Primitive;

    use super::*;

    #[test]
    fn a_primitive_is_told_with_its_version_apart() {
        let told: Vec<_> = Primitive::ALL.into_iter().map(|one| versioned(one.operation())).collect();
        assert_eq!(
            told,
            [
                ("paVerifyPaymentNotice", "1"),
                ("paGetPayment", "1"),
                ("paGetPayment", "2"),
                ("paSendRT", "1"),
                ("paSendRT", "2"),
                ("paDemandPaymentNotice", "1")
            ]
        );
    }
}
