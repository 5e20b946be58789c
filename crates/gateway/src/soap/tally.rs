// SPDX-License-Identifier: AGPL-3.0-or-later
//! How many messages were answered in the calendar month, and how many of them in time: pagoPA measures each station by it
//! (sla.md 1). A process counts, and adds what it has counted to the database from time to time; a crash loses the last
//! seconds of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{Datelike, NaiveDate};
use tokio::time::timeout;
use tramite_domain::time::Instant;
use tramite_storage::{NodeAnswers, Store};

/// In time is who is answered within so many microseconds.
const WITHIN_US: u64 = 2_000_000;
/// How often what was counted is added, in seconds.
pub(crate) const ADD_EVERY_SECONDS: u64 = 10;
/// How long that may take, in seconds.
const ADD_SECONDS_MAX: u64 = 5;
/// Series that are counted at most between two additions: months, stations and operations are few.
const SERIES_MAX: usize = 10_000;

type Key = (NaiveDate, String, &'static str);

/// What was counted and is not added yet.
#[derive(Debug, Default)]
pub(crate) struct Tally(Mutex<BTreeMap<Key, (u64, u64)>>);

impl Tally {
    /// One more answer, to a message that came at that instant.
    pub(crate) fn add(&self, at: Instant, station: &str, primitive: &'static str, duration_us: u64) {
        self.put((month_of(at), station.to_owned(), primitive), (1, u64::from(duration_us <= WITHIN_US)));
    }

    /// Adds it to what the database holds. What could not be added is kept for the next time.
    pub(crate) async fn write(&self, store: &Store) {
        let counted = std::mem::take(&mut *self.counts());
        if counted.is_empty() {
            return;
        }
        // In the order of their keys, as all who add keep it.
        let rows: Arc<[NodeAnswers]> = counted
            .iter()
            .map(|((month, station, primitive), (answered, within))| NodeAnswers {
                month: *month,
                station_id: station.clone(),
                primitive: (*primitive).to_owned(),
                answered: *answered,
                within: *within,
            })
            .collect();
        let system = store.system();
        let adding = timeout(Duration::from_secs(ADD_SECONDS_MAX), system.add_node_answers(rows));
        let Ok(outcome) = adding.await else {
            // It may have been written all the same: what is lost is little, and what counts twice would be untrue.
            tracing::warn!("what was counted of the month was not added in time");
            return;
        };
        if let Err(error) = outcome {
            tracing::warn!(cause = %error, "what was counted of the month could not be added yet");
            for (key, count) in counted {
                self.put(key, count);
            }
        }
    }

    fn put(&self, key: Key, (answered, within): (u64, u64)) {
        let mut counts = self.counts();
        if counts.len() >= SERIES_MAX && !counts.contains_key(&key) {
            return;
        }
        let count = counts.entry(key).or_default();
        count.0 = count.0.saturating_add(answered);
        count.1 = count.1.saturating_add(within);
    }

    fn counts(&self) -> MutexGuard<'_, BTreeMap<Key, (u64, u64)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first day of the calendar month (Europe/Rome) of an instant.
#[must_use]
pub fn month_of(at: Instant) -> NaiveDate {
    let day = at.rome_date();
    day.with_day(1).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_answered_within_two_seconds_is_in_time_and_the_month_is_romes() {
        let tally = Tally::default();
        // In Rome it is the first of January already.
        let at = Instant::new("2026-12-31T23:30:00Z".parse().unwrap());
        for duration_us in [1, 2_000_000, 2_000_001] {
            tally.add(at, "99999000039_01", "paSendRT", duration_us);
        }
        let counts = tally.counts();
        let key = (NaiveDate::from_ymd_opt(2027, 1, 1).unwrap(), "99999000039_01".to_owned(), "paSendRT");
        assert_eq!(counts.get(&key), Some(&(3, 2)));
    }
}
