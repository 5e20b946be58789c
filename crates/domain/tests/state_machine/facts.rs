// SPDX-License-Identifier: AGPL-3.0-or-later
//! What callers ask for and what has happened, as plain facts: from them the model tells the states. Instants are Unix
//! seconds.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

pub type At = i64;
/// So long the Node may hold a payment, and may bring its receipt.
pub const HALF_HOUR: At = 1_800;
pub const REDELIVERY: At = 48 * 3_600;

/// A way to pay: a reduced one ends at `term`, or `days` after the day of which its debtor was told.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Way {
    pub term: Option<At>,
    pub days: Option<u16>,
}

/// What is asked for an installment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Line {
    pub reference: String,
    pub way: usize,
    pub cents: i64,
    pub due: Option<NaiveDate>,
    pub end: Option<At>,
}

/// What is asked for a position. A way that repeats a reference of one that is there has its key, any other a new one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Terms {
    pub published: bool,
    pub from: Option<At>,
    pub dies: bool,
    pub ways: BTreeMap<usize, Way>,
    pub lines: Vec<Line>,
    pub wrong: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    Publish,
    Cancel,
    Reopen,
    Notify(NaiveDate),
    Replace(Terms),
    Erase,
}

/// Somebody asked for an installment, or a cart showed it.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    pub cents: i64,
    pub at: At,
    pub cart: bool,
}

/// An installment, with the amounts that were due before and until when.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Slip {
    pub line: Line,
    pub number: String,
    pub past: Vec<(i64, At)>,
    pub asks: Vec<Ask>,
    pub withdrawn: bool,
    pub paid: Option<At>,
    pub reported: bool,
}

/// A position, with the ways of which its debtor was told, and how often its terms were said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Debt {
    pub terms: Terms,
    pub said: usize,
    pub told: BTreeMap<usize, NaiveDate>,
    pub slips: Vec<Slip>,
    pub withdrawn: bool,
}

/// A checkout session: position, number and payment of each item; the end that a get puts off.
#[derive(Debug, Clone, Default)]
pub struct Trip {
    pub items: Vec<(usize, String, bool)>,
    pub ends: At,
    pub withdrawn: bool,
    pub cart: Option<String>,
    pub running: Option<At>,
}

impl Debt {
    /// The place of the installment of that number.
    pub fn place(&self, number: &str) -> usize {
        self.slips.iter().position(|one| one.number == number).unwrap()
    }

    /// Whether somebody asked for such an installment within half an hour.
    pub fn asked(&self, now: At, such: impl Fn(&Slip, &Ask) -> bool) -> bool {
        self.slips.iter().any(|slip| slip.asks.iter().any(|ask| ask.at + HALF_HOUR > now && such(slip, ask)))
    }
}

/// Midnight after a day in Rome: summer begins and ends on the last Sundays of March and October, in the small hours.
pub fn day_end(day: NaiveDate) -> At {
    let next = day.succ_opt().unwrap();
    let sunday = |month| {
        let last = NaiveDate::from_ymd_opt(next.year(), month, 31).unwrap();
        last - chrono::Days::new(u64::from(last.weekday().num_days_from_sunday()))
    };
    let summer = sunday(3) < next && next <= sunday(10);
    next.and_hms_opt(0, 0, 0).unwrap().and_utc().timestamp() - if summer { 7_200 } else { 3_600 }
}
