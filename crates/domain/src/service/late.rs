// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a service adds to an installment that is paid after its due date: interest by the day, and a fixed sum.
//!
//! Which rate the law allows depends on what is collected: for local taxes the legal rate and three points at most (law 296/2006,
//! art. 1, c. 165), between companies the rate of the European Central Bank and eight points (d.lgs. 231/2002). The rate is the
//! institution's to say; the limit here only keeps a slip of the pen from citizens.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::ident::AccountCode;
use crate::money::{Cents, PAYABLE_CENTS_MAX};

/// The highest rate of interest, in hundredths of a percent for a year: 30 %, above every rate that the law allows.
pub const LATE_RATE_BASIS_POINTS_MAX: u32 = 3_000;
/// Rates of one service at most: one a year for longer than any debt lives.
pub const LATE_RATES_MAX: usize = 100;

/// Hundredths of a percent in the whole.
const BASIS_POINTS: i128 = 10_000;
/// Days of the year of interest: the actual days over 365, in leap years too.
const YEAR_DAYS: i128 = 365;

/// What is added after the due date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateCharges {
    /// Rates of interest, by their first days; each holds until the next begins, and before the first there is none.
    pub rates: Vec<LateRate>,
    /// A fixed sum, added once; zero where there is none.
    pub surcharge: Cents,
    /// Interest and fixed sum together never exceed it.
    pub most: Option<Cents>,
    /// What is added goes with the transfer to this account; with the first transfer that is no stamp where an installment has
    /// none to it.
    pub account_id: Option<AccountCode>,
}

/// A rate of interest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateRate {
    /// Its first day, Europe/Rome.
    pub from: NaiveDate,
    /// Hundredths of a percent for a year.
    pub annual_rate_basis_points: u32,
}

/// What was added to an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LateCharge {
    /// Days since the due date, 1 or more.
    pub days: i64,
    /// Interest.
    pub interest: Cents,
    /// The fixed sum.
    pub surcharge: Cents,
}

impl LateCharge {
    /// All of it.
    #[must_use]
    pub fn total(&self) -> Cents {
        self.interest.checked_add(self.surcharge).unwrap_or(self.interest)
    }
}

impl LateCharges {
    /// What is added to an amount that was due by the end of a day, when it is paid on a later one; none on the due date and
    /// before. It never falls from one day to the next, and with it the amount stays one that a notice can carry.
    #[must_use]
    pub fn on(&self, amount: Cents, due: NaiveDate, day: NaiveDate) -> Option<LateCharge> {
        let days = day.signed_duration_since(due).num_days();
        if days < 1 {
            return None;
        }
        let room = PAYABLE_CENTS_MAX.saturating_sub(amount.cents()).max(0);
        let room = self.most.map_or(room, |most| room.min(most.cents()));
        let surcharge = self.surcharge.cents().min(room);
        let left = room.saturating_sub(surcharge);
        // What does not fit is more than there is room for.
        let interest = i64::try_from(self.interest(amount, due, day)).unwrap_or(left).min(left);
        let cents = |value| Cents::new(value).unwrap_or(Cents::ZERO);
        let charge = LateCharge { days, interest: cents(interest), surcharge: cents(surcharge) };
        (!charge.total().is_zero()).then_some(charge)
    }

    /// Interest of each day after the due date at the rate of that day, rounded half up to the cent once at the end.
    fn interest(&self, amount: Cents, due: NaiveDate, day: NaiveDate) -> i128 {
        let first = due.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX);
        let mut weighted = 0_i128;
        for (at, rate) in self.rates.iter().enumerate() {
            let ends = self.rates.get(at.saturating_add(1)).and_then(|next| next.from.pred_opt()).unwrap_or(day);
            let (from, to) = (rate.from.max(first), ends.min(day));
            let days = to.signed_duration_since(from).num_days().saturating_add(1).max(0);
            weighted =
                weighted.saturating_add(i128::from(days).saturating_mul(i128::from(rate.annual_rate_basis_points)));
        }
        let (parts, whole) = (i128::from(amount.cents()).saturating_mul(weighted), BASIS_POINTS * YEAR_DAYS);
        parts.saturating_mul(2).saturating_add(whole) / (2 * whole)
    }
}
