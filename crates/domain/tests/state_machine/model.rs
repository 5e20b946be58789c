// SPDX-License-Identifier: AGPL-3.0-or-later
//! Table S of rules.md said a second time, from the table and not from the code: the states are derived the other way
//! round (a position's from its installments'), the end of a Roman day is counted by hand. Instants are Unix seconds.

use chrono::{Datelike, NaiveDate};

pub type At = i64;
pub const HALF_HOUR: At = 1_800;
const REDELIVERY: At = 48 * 3_600;

/// A way to pay: a reduced one ends at `term`, or `days` after the day it was `told`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Way {
    pub term: Option<At>,
    pub days: Option<u16>,
    pub told: Option<NaiveDate>,
}

/// An installment.
#[derive(Debug, Clone, Default)]
pub struct Slip {
    pub number: String,
    pub reference: String,
    pub way: usize,
    pub cents: i64,
    pub before: Option<(i64, At)>,
    pub due: Option<NaiveDate>,
    pub end: Option<At>,
    pub withdrawn: bool,
    pub paid: Option<At>,
}

/// Somebody asked for an installment, or a cart showed it.
#[derive(Debug, Clone)]
pub struct Ask {
    pub number: String,
    pub cents: i64,
    pub at: At,
    pub cart: bool,
}

/// A position; as an argument, the terms that a caller wants.
#[derive(Debug, Clone, Default)]
pub struct Debt {
    pub ways: Vec<Way>,
    pub slips: Vec<Slip>,
    pub published: bool,
    pub from: Option<At>,
    pub withdrawn: bool,
    pub dies: bool,
    pub asks: Vec<Ask>,
    pub wrong: bool,
}

/// A checkout session: position, number and payment of each item.
#[derive(Debug, Clone, Default)]
pub struct Trip {
    pub items: Vec<(usize, String, bool)>,
    pub ends: At,
    pub withdrawn: bool,
    pub cart: Option<String>,
    pub running: Option<At>,
    pub asked: Option<At>,
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

impl Debt {
    pub fn of(&self, way: usize) -> impl Iterator<Item = &Slip> {
        self.slips.iter().filter(move |one| one.way == way)
    }

    fn settled(&self, way: usize) -> bool {
        let gone = |one: &Slip| one.paid.is_some() || one.withdrawn || self.withdrawn;
        self.of(way).any(|one| one.paid.is_some()) && self.of(way).all(gone)
    }

    /// The way that excludes the others: a settled one, or else the one that money came for first.
    fn used(&self) -> Option<usize> {
        let money = |way| self.of(way).filter_map(|one| one.paid).min();
        let started = (0..self.ways.len()).filter_map(|way| Some((!self.settled(way), money(way)?, way)));
        started.min().map(|(_, _, way)| way)
    }

    pub fn own_end(&self, slip: &Slip) -> Option<At> {
        slip.end.or(slip.due.filter(|_| self.dies).map(day_end))
    }

    pub fn slip(&self, slip: &Slip, now: At) -> &'static str {
        let way = &self.ways[slip.way];
        let told = way.told.zip(way.days).map(|(day, days)| day_end(day + chrono::Days::new(u64::from(days))));
        let ended = [self.own_end(slip), way.term, told.filter(|_| way.term.is_none())];
        if slip.paid.is_some() {
            "paid"
        } else if self.withdrawn || slip.withdrawn {
            "cancelled"
        } else if self.used().is_some_and(|used| used != slip.way) {
            "superseded"
        } else if !self.published {
            "draft"
        } else if self.from.is_some_and(|from| now < from) {
            "scheduled"
        } else if ended.into_iter().flatten().any(|end| end <= now) {
            "expired"
        } else {
            "open"
        }
    }

    pub fn state(&self, now: At) -> &'static str {
        if let Some(used) = self.used() {
            return if self.settled(used) { "paid" } else { "partially_paid" };
        }
        let states: Vec<&str> = self.slips.iter().map(|one| self.slip(one, now)).collect();
        ["open", "scheduled", "draft", "expired"].into_iter().find(|one| states.contains(one)).unwrap_or("cancelled")
    }
}

impl Trip {
    fn end(&self) -> At {
        self.asked.map_or(self.ends, |at| self.ends.max(at + HALF_HOUR))
    }

    pub fn state(&self, now: At) -> &'static str {
        let paid = self.items.iter().filter(|(_, _, paid)| *paid).count();
        let unpaid = match self.running {
            _ if paid == self.items.len() => return "completed",
            _ if self.withdrawn => "cancelled",
            Some(since) if now < since + HALF_HOUR => "processing",
            Some(since) if now < since + REDELIVERY => "unresolved",
            Some(_) => "failed",
            None if self.end() <= now => "expired",
            None if self.cart.is_some() => "redirected",
            None => "open",
        };
        let runs = ["processing", "redirected", "open"].contains(&unpaid);
        if paid > 0 && !runs { "partially_completed" } else { unpaid }
    }
}
