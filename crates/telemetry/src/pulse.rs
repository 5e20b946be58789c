// SPDX-License-Identifier: AGPL-3.0-or-later
//! Whether work that should go on goes on: each piece says when it has come round, and how long that may take.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The pulse of a process.
#[derive(Debug, Default)]
pub struct Pulse(Mutex<BTreeMap<&'static str, Beat>>);

#[derive(Debug, Clone, Copy)]
struct Beat {
    last: Instant,
    allowed: Duration,
}

impl Pulse {
    /// From now on the piece of work comes round within that time, again and again.
    pub fn expect(&self, work: &'static str, allowed: Duration) {
        self.beats().insert(work, Beat { last: Instant::now(), allowed });
    }

    /// It has come round. Work that nobody expects is not looked after.
    pub fn beat(&self, work: &'static str) {
        if let Some(beat) = self.beats().get_mut(work) {
            beat.last = Instant::now();
        }
    }

    /// It has ended in good order, and is looked after no more.
    pub fn end(&self, work: &'static str) {
        self.beats().remove(work);
    }

    /// What should have come round and has not.
    #[must_use]
    pub fn late(&self) -> Vec<&'static str> {
        self.late_at(Instant::now())
    }

    /// How long ago each piece of work came round.
    #[must_use]
    pub fn ages(&self) -> Vec<(&'static str, Duration)> {
        self.beats().iter().map(|(work, beat)| (*work, beat.last.elapsed())).collect()
    }

    fn late_at(&self, now: Instant) -> Vec<&'static str> {
        let beats = self.beats();
        let late = beats.iter().filter(|(_, beat)| now.saturating_duration_since(beat.last) > beat.allowed);
        late.map(|(work, _)| *work).collect()
    }

    fn beats(&self) -> MutexGuard<'_, BTreeMap<&'static str, Beat>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_that_does_not_come_round_in_its_time_is_late_until_it_does() {
        let pulse = Pulse::default();
        pulse.expect("feed", Duration::from_secs(10));
        pulse.expect("upkeep", Duration::from_secs(100));
        let later = Instant::now() + Duration::from_secs(50);
        assert_eq!(pulse.late_at(later), ["feed"]);
        pulse.beat("feed");
        assert!(pulse.late().is_empty());
        assert_eq!(pulse.ages().len(), 2);
        pulse.end("feed");
        pulse.beat("feed");
        assert_eq!(pulse.late_at(later + Duration::from_secs(100)), ["upkeep"]);
    }
}
