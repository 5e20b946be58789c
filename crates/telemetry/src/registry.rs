// SPDX-License-Identifier: AGPL-3.0-or-later
//! The counters of one process.

use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::catalogue::ALL;
use crate::family::{Family, Kind, Number};
use crate::label::Label;

/// Series of one family at most: what would be one more is not counted. Labels are bounded by what they may hold; this
/// stands behind it.
pub const SERIES_MAX: usize = 10_000;

/// Microseconds in a second.
const MICROSECONDS: u64 = 1_000_000;

/// The counters of one process, in the families of the catalogue.
#[derive(Debug)]
pub struct Metrics(BTreeMap<&'static str, Mutex<Series>>);

/// The series of a family, by their labels as they are written.
type Series = BTreeMap<String, Sample>;

#[derive(Debug)]
enum Sample {
    Counter(u64),
    Gauge(Number),
    Histogram { within: Vec<u64>, count: u64, total_us: u64 },
}

impl Default for Metrics {
    fn default() -> Self {
        let metrics = Self(ALL.iter().map(|family| (family.name, Mutex::default())).collect());
        // A series that appears with its first value has not grown, for whoever watches its growth.
        for family in ALL.iter().filter(|family| matches!(family.kind, Kind::Counter) && family.labels.is_empty()) {
            metrics.add(family, &[], 0);
        }
        metrics
    }
}

impl Metrics {
    /// One more.
    pub fn count(&self, family: &'static Family, labels: &[Label<'_>]) {
        self.add(family, labels, 1);
    }

    /// So many more.
    pub fn add(&self, family: &'static Family, labels: &[Label<'_>], more: u64) {
        self.with(
            family,
            labels,
            || Sample::Counter(0),
            |sample| {
                if let Sample::Counter(count) = sample {
                    *count = count.saturating_add(more);
                }
            },
        );
    }

    /// Something took so many microseconds.
    pub fn observe_us(&self, family: &'static Family, labels: &[Label<'_>], duration_us: u64) {
        let Kind::Histogram(buckets) = family.kind else { return };
        let empty = || Sample::Histogram { within: vec![0; buckets.len()], count: 0, total_us: 0 };
        self.with(family, labels, empty, |sample| {
            if let Sample::Histogram { within, count, total_us } = sample {
                for (inside, (bound, _)) in within.iter_mut().zip(buckets) {
                    *inside = inside.saturating_add(u64::from(duration_us <= *bound));
                }
                *count = count.saturating_add(1);
                *total_us = total_us.saturating_add(duration_us);
            }
        });
    }

    /// It is so now.
    pub fn set(&self, family: &'static Family, labels: &[Label<'_>], number: Number) {
        self.with(family, labels, || Sample::Gauge(number), |sample| *sample = Sample::Gauge(number));
    }

    /// Nothing is known of it now: the family has no series until something is set again.
    pub fn forget(&self, family: &'static Family) {
        if let Some(series) = self.series(family) {
            { series }.clear();
        }
    }

    /// All of it in the text format of Prometheus. Families without a series are named too.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for family in ALL {
            // Writing into a String cannot fail.
            let _ = self.write(family, &mut text);
        }
        text
    }

    fn with(
        &self,
        family: &'static Family,
        labels: &[Label<'_>],
        empty: impl FnOnce() -> Sample,
        change: impl FnOnce(&mut Sample),
    ) {
        let Some(mut series) = self.series(family) else { return };
        let Ok(key) = key(family, labels) else { return };
        if let Some(sample) = series.get_mut(&key) {
            change(sample);
        } else if series.len() < SERIES_MAX {
            change(series.entry(key).or_insert_with(empty));
        }
    }

    fn series(&self, family: &'static Family) -> Option<MutexGuard<'_, Series>> {
        // A number is whole at every moment: a panic elsewhere leaves nothing half done.
        self.0.get(family.name).map(|series| series.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn write(&self, family: &'static Family, text: &mut String) -> fmt::Result {
        let Some(series) = self.series(family) else { return Ok(()) };
        let name = family.name;
        writeln!(text, "# HELP {name} {}", family.help)?;
        writeln!(text, "# TYPE {name} {}", family.kind.name())?;
        for (labels, sample) in series.iter() {
            match sample {
                Sample::Counter(count) => writeln!(text, "{name}{} {count}", braced(labels))?,
                Sample::Gauge(number) => writeln!(text, "{name}{} {number}", braced(labels))?,
                Sample::Histogram { within, count, total_us } => {
                    write_histogram(family, labels, (within, *count, *total_us), text)?;
                }
            }
        }
        Ok(())
    }
}

fn write_histogram(
    family: &Family,
    labels: &str,
    (within, count, total_us): (&[u64], u64, u64),
    text: &mut String,
) -> fmt::Result {
    let Kind::Histogram(buckets) = family.kind else { return Ok(()) };
    let (name, comma) = (family.name, if labels.is_empty() { "" } else { "," });
    let bounded = within.iter().zip(buckets).map(|(inside, (_, bound))| (*inside, *bound));
    for (inside, bound) in bounded.chain([(count, "+Inf")]) {
        writeln!(text, "{name}_bucket{{{labels}{comma}le=\"{bound}\"}} {inside}")?;
    }
    writeln!(text, "{name}_sum{} {}", braced(labels), Number::Millionths(total_us))?;
    writeln!(text, "{name}_count{} {count}", braced(labels))
}

fn braced(labels: &str) -> String {
    if labels.is_empty() { String::new() } else { format!("{{{labels}}}") }
}

/// The labels of a series as they are written.
fn key(family: &Family, labels: &[Label<'_>]) -> Result<String, fmt::Error> {
    debug_assert_eq!(family.labels.len(), labels.len(), "{} has other labels", family.name);
    let mut text = String::new();
    for (name, value) in family.labels.iter().zip(labels) {
        if !text.is_empty() {
            text.write_char(',')?;
        }
        write!(text, "{name}=\"")?;
        value.write(&mut text)?;
        text.write_char('"')?;
    }
    Ok(text)
}

/// Whole seconds as a gauge of seconds.
impl Number {
    /// So many seconds; nothing below zero.
    #[must_use]
    pub fn seconds(seconds: i64) -> Self {
        Self::Whole(u64::try_from(seconds).unwrap_or(0))
    }

    /// The share that a part has in the whole, cut to millionths; one where there is no whole.
    #[must_use]
    pub fn share(part: u64, whole: u64) -> Self {
        let millionths = u128::from(part).saturating_mul(u128::from(MICROSECONDS)).checked_div(u128::from(whole));
        Self::Millionths(u64::try_from(millionths.unwrap_or(u128::from(MICROSECONDS))).unwrap_or(MICROSECONDS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{HTTP_DURATION, HTTP_REQUESTS, JOURNAL_LINES, NODE_DURATION, REFUSED_PEERS};

    #[test]
    fn what_is_counted_is_told_with_its_labels_and_adds_up() {
        let metrics = Metrics::default();
        let route = Label::registered("/v1/services/{code}");
        metrics.count(&HTTP_REQUESTS, &[route, "GET".into(), "200".into()]);
        metrics.count(&HTTP_REQUESTS, &[route, "GET".into(), "200".into()]);
        metrics.observe_us(&HTTP_DURATION, &[route, "GET".into()], 4_000);
        metrics.observe_us(&HTTP_DURATION, &[route, "GET".into()], 16_000_000);
        metrics.observe_us(&NODE_DURATION, &["paSendRT".into(), "2".into()], 200_001);
        metrics.count(&REFUSED_PEERS, &[Label::registered("a\"b\\c\nd")]);
        metrics.set(&JOURNAL_LINES, &[], Number::Whole(7));
        let text = metrics.text();
        for line in [
            "# TYPE tramite_http_requests_total counter",
            "tramite_http_requests_total{route=\"/v1/services/{code}\",method=\"GET\",status=\"200\"} 2",
            "tramite_http_request_duration_seconds_bucket{route=\"/v1/services/{code}\",method=\"GET\",le=\"0.005\"} 1",
            "tramite_http_request_duration_seconds_bucket{route=\"/v1/services/{code}\",method=\"GET\",le=\"15\"} 1",
            "tramite_http_request_duration_seconds_bucket{route=\"/v1/services/{code}\",method=\"GET\",le=\"+Inf\"} 2",
            "tramite_http_request_duration_seconds_sum{route=\"/v1/services/{code}\",method=\"GET\"} 16.004000",
            "tramite_node_request_duration_seconds_bucket{primitive=\"paSendRT\",version=\"2\",le=\"0.2\"} 0",
            "tramite_node_request_duration_seconds_bucket{primitive=\"paSendRT\",version=\"2\",le=\"0.5\"} 1",
            "tramite_refused_peers_total{code=\"a\\\"b\\\\c\\nd\"} 1",
            "tramite_journal_buffer_lines 7",
        ] {
            assert!(text.lines().any(|said| said == line), "{line} in {text}");
        }
        metrics.forget(&JOURNAL_LINES);
        assert!(!metrics.text().contains("\ntramite_journal_buffer_lines 7"));
    }

    #[test]
    fn a_family_has_an_end() {
        let metrics = Metrics::default();
        for number in 0..SERIES_MAX + 5 {
            metrics.count(&REFUSED_PEERS, &[Label::registered(&number.to_string())]);
        }
        assert_eq!(metrics.text().matches("tramite_refused_peers_total{").count(), SERIES_MAX);
    }

    #[test]
    fn a_share_is_cut_and_nothing_of_nothing_is_all() {
        assert_eq!(Number::share(2, 3).to_string(), "0.666666");
        assert_eq!(Number::share(0, 0).to_string(), "1.000000");
        assert_eq!(Number::seconds(-4).to_string(), "0");
    }
}
