// SPDX-License-Identifier: AGPL-3.0-or-later
//! Counters of this process. Labels are route templates, methods, statuses and stable codes: never what a caller wrote.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};

use actix_web::http::Method;

/// Upper bounds of the buckets of durations, in microseconds, with their names in seconds.
const BUCKETS: [(u64, &str); 9] = [
    (5_000, "0.005"),
    (10_000, "0.01"),
    (25_000, "0.025"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (250_000, "0.25"),
    (500_000, "0.5"),
    (1_000_000, "1"),
    (2_000_000, "2"),
];
const MICROSECONDS: u64 = 1_000_000;

/// The counters.
#[derive(Debug, Default)]
pub struct Metrics {
    requests: Mutex<BTreeMap<(String, String), Requests>>,
    events: Mutex<BTreeMap<(&'static str, &'static str), u64>>,
}

#[derive(Debug, Default)]
struct Requests {
    by_status: BTreeMap<u16, u64>,
    within: [u64; BUCKETS.len()],
    count: u64,
    total_us: u64,
}

impl Metrics {
    /// Counts a request that was answered.
    pub(crate) fn request(&self, route: &str, method: &Method, status: u16, duration_us: u64) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let counted = requests.entry((route.to_owned(), known_method(method).to_owned())).or_default();
        *counted.by_status.entry(status).or_default() += 1;
        for (count, (bound, _)) in counted.within.iter_mut().zip(BUCKETS) {
            *count += u64::from(duration_us <= bound);
        }
        counted.count += 1;
        counted.total_us = counted.total_us.saturating_add(duration_us);
    }

    /// Counts something that happened, by a stable name and a stable code.
    pub fn event(&self, name: &'static str, code: &'static str) {
        *self.events.lock().unwrap_or_else(PoisonError::into_inner).entry((name, code)).or_default() += 1;
    }

    /// The counters in the text format of Prometheus.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing into a String cannot fail.
        let _ = self.write_requests(&mut text);
        let _ = self.write_events(&mut text);
        text
    }

    fn write_requests(&self, text: &mut String) -> std::fmt::Result {
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(text, "# TYPE tramite_http_requests_total counter")?;
        for ((route, method), counted) in requests.iter() {
            for (status, count) in &counted.by_status {
                let labels = format!("route=\"{route}\",method=\"{method}\",status=\"{status}\"");
                writeln!(text, "tramite_http_requests_total{{{labels}}} {count}")?;
            }
        }
        writeln!(text, "# TYPE tramite_http_request_duration_seconds histogram")?;
        for ((route, method), counted) in requests.iter() {
            let labels = format!("route=\"{route}\",method=\"{method}\"");
            let bounded = counted.within.iter().zip(BUCKETS).map(|(count, (_, name))| (*count, name));
            for (count, name) in bounded.chain([(counted.count, "+Inf")]) {
                writeln!(text, "tramite_http_request_duration_seconds_bucket{{{labels},le=\"{name}\"}} {count}")?;
            }
            let (seconds, rest) = (counted.total_us / MICROSECONDS, counted.total_us % MICROSECONDS);
            writeln!(text, "tramite_http_request_duration_seconds_sum{{{labels}}} {seconds}.{rest:06}")?;
            writeln!(text, "tramite_http_request_duration_seconds_count{{{labels}}} {}", counted.count)?;
        }
        Ok(())
    }

    fn write_events(&self, text: &mut String) -> std::fmt::Result {
        let events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        let mut previous = "";
        for ((name, code), count) in events.iter() {
            if *name != previous {
                writeln!(text, "# TYPE tramite_{name}_total counter")?;
                previous = name;
            }
            writeln!(text, "tramite_{name}_total{{code=\"{code}\"}} {count}")?;
        }
        Ok(())
    }
}

/// Methods that are no methods of ours count as one: a caller cannot make labels, nor write into the log.
pub(crate) fn known_method(method: &Method) -> &str {
    let known = [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::HEAD, Method::OPTIONS, Method::PATCH];
    if known.contains(method) { method.as_str() } else { "other" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_told_by_template_and_add_up() {
        let metrics = Metrics::default();
        metrics.request("/v1/services/{code}", &Method::GET, 200, 4_000);
        metrics.request("/v1/services/{code}", &Method::GET, 404, 3_000_000);
        metrics.event("refused_peers", "unlisted");
        let text = metrics.text();
        for line in [
            "tramite_http_requests_total{route=\"/v1/services/{code}\",method=\"GET\",status=\"200\"} 1",
            "tramite_http_request_duration_seconds_bucket{route=\"/v1/services/{code}\",method=\"GET\",le=\"0.005\"} 1",
            "tramite_http_request_duration_seconds_bucket{route=\"/v1/services/{code}\",method=\"GET\",le=\"+Inf\"} 2",
            "tramite_http_request_duration_seconds_sum{route=\"/v1/services/{code}\",method=\"GET\"} 3.004000",
            "tramite_refused_peers_total{code=\"unlisted\"} 1",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
    }
}
