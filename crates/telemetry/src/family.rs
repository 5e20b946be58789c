// SPDX-License-Identifier: AGPL-3.0-or-later
//! Families of counters.

use std::fmt;

/// Millionths in one.
const MILLIONTHS: u64 = 1_000_000;

/// Upper bounds of a histogram's buckets: in microseconds, and as they are written, in seconds.
pub type Buckets = &'static [(u64, &'static str)];

/// What a family counts.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Something that happened; it only grows while the process lives.
    Counter,
    /// Something that is so now.
    Gauge,
    /// How long something took.
    Histogram(Buckets),
}

impl Kind {
    /// Its name in the text format.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram(_) => "histogram",
        }
    }
}

/// A family: one name, and a series for each set of labels.
#[derive(Debug)]
pub struct Family {
    /// Its name, with its unit at the end.
    pub name: &'static str,
    /// What it counts.
    pub kind: Kind,
    /// The names of its labels.
    pub labels: &'static [&'static str],
    /// What it says, in one sentence.
    pub help: &'static str,
}

/// The value of a gauge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Number {
    /// A whole number.
    Whole(u64),
    /// A number of millionths: microseconds where the unit is seconds, or a share.
    Millionths(u64),
}

impl fmt::Display for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(number) => write!(formatter, "{number}"),
            Self::Millionths(number) => write!(formatter, "{}.{:06}", number / MILLIONTHS, number % MILLIONTHS),
        }
    }
}
