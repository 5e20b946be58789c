// SPDX-License-Identifier: AGPL-3.0-or-later
//! When a delivery is tried again: the schedule of Standard Webhooks, stretched to fourteen days.

use crate::time::Instant;

/// How long a delivery is tried, in days since its first attempt; the last attempt is at the end of them.
pub const DELIVERY_DAYS_MAX: i64 = 14;
/// How long deliveries are kept, in days: longer than they are tried.
pub const RETENTION_DAYS: i64 = 30;
/// By how much a wait is longer or shorter than the schedule says, in percent at most: what failed together does not come back
/// together.
pub const JITTER_PERCENT_MAX: i64 = 5;

const DAY_SECONDS: i64 = 86_400;
/// Waits after the first, second, … attempt, in seconds; after the last of them, the last again.
const WAITS_SECONDS: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, DAY_SECONDS];
/// Shares of the jitter that chance chooses between.
const STEPS: i64 = 1_000;

/// How long a delivery that failed waits for its next attempt, in seconds; none where its days are over. `attempts` counts
/// those made, `began_at` is the first of them, `chance` is any number.
#[must_use]
pub fn wait_seconds(attempts: u32, began_at: Instant, now: Instant, chance: u32) -> Option<i64> {
    let left = DELIVERY_DAYS_MAX.saturating_mul(DAY_SECONDS).saturating_sub(now.seconds_since(began_at));
    if left <= 0 {
        return None;
    }
    let at = usize::try_from(attempts.saturating_sub(1)).unwrap_or(usize::MAX).min(WAITS_SECONDS.len() - 1);
    let wait = WAITS_SECONDS.get(at).copied().unwrap_or(DAY_SECONDS);
    // From -STEPS to STEPS.
    let share = i64::from(chance).rem_euclid(2 * STEPS + 1) - STEPS;
    let jitter = wait.saturating_mul(JITTER_PERCENT_MAX).saturating_mul(share) / (100 * STEPS);
    Some(wait.saturating_add(jitter).min(left).max(1))
}

/// Whether an endpoint that failed again has failed for as long as a delivery is tried.
#[must_use]
pub fn disables(failing_since: Instant, now: Instant) -> bool {
    now.seconds_since(failing_since) >= DELIVERY_DAYS_MAX.saturating_mul(DAY_SECONDS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOUR: i64 = 3_600;

    /// The instants of all attempts of a delivery that always fails, in seconds since the first.
    fn attempts(chance: u32) -> Vec<i64> {
        let began_at = Instant::UNIX_EPOCH.plus_hours(1);
        let mut made = vec![0];
        let mut now = began_at;
        let mut chance = chance;
        while let Some(wait) = wait_seconds(u32::try_from(made.len()).unwrap(), began_at, now, chance) {
            now = now.plus_seconds(wait);
            made.push(now.seconds_since(began_at));
            chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        }
        made
    }

    proptest! {
        #[test]
        fn a_delivery_is_tried_by_the_schedule_within_a_tenth_and_to_the_end_of_fourteen_days(chance in any::<u32>()) {
            let made = attempts(chance);
            let waits: Vec<i64> = made.windows(2).map(|two| two[1] - two[0]).collect();
            let expected = [5, 300, 1_800, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR];
            let rest = std::iter::repeat(24 * HOUR);
            let (_, whole) = waits.split_last().unwrap();
            for (wait, expected) in whole.iter().zip(expected.into_iter().chain(rest)) {
                prop_assert!((wait - expected).abs() * 10 <= expected, "{} instead of {}", wait, expected);
            }
            prop_assert_eq!(made.last(), Some(&(14 * 24 * HOUR)));
            prop_assert!((19..=22).contains(&made.len()), "{}", made.len());
        }
    }

    #[test]
    fn an_endpoint_that_failed_for_fourteen_days_is_told_nothing_more() {
        let since = Instant::UNIX_EPOCH;
        assert!(!disables(since, since.plus_hours(14 * 24 - 1)));
        assert!(disables(since, since.plus_hours(14 * 24)));
        const { assert!(RETENTION_DAYS > DELIVERY_DAYS_MAX) };
    }
}
