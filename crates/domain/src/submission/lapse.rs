// SPDX-License-Identifier: AGPL-3.0-or-later
//! Whoever fills a hosted page in has proved nothing of who they are: what nobody pays of it does not stay (decision 0016).

use chrono::{Days, NaiveDate};

use crate::debt_position::{DebtPosition, PositionStatus, StatusFacts, position_status};
use crate::form::Submission;
use crate::person::{LATE_RECEIPT_DAYS, Occasion, Terms, Verdict, of_position, receipt_until};
use crate::time::Instant;

use super::model::KeptSubmission;

/// For how many days what was submitted on a page is kept where nobody pays it and its form says no date.
pub const LAPSE_DAYS: i64 = 30;
/// For how many of them it can be paid: after the last one a receipt may still come.
pub const PAYABLE_DAYS: i64 = LAPSE_DAYS - LATE_RECEIPT_DAYS;

/// When what nobody has paid is looked at again that can still be paid after all, in days.
const AGAIN_DAYS: i64 = 1;
const DAY_SECONDS: i64 = 24 * 60 * 60;

/// The same with an end: what its form gives no date can be paid for [`PAYABLE_DAYS`], and is told so. A date of the form stands, and
/// ends it where it lies later, or where all of its service ends with its due date.
#[must_use]
pub fn with_an_end(submission: Submission, ends_with_due_date: bool, now: Instant) -> Submission {
    let has_an_end = submission.expires_at.is_some() || (ends_with_due_date && submission.due_date.is_some());
    if has_an_end || submission.amount.cents() == 0 {
        return submission;
    }
    let last = last_day(now);
    let due_date = submission.due_date.unwrap_or(last);
    Submission {
        due_date: Some(due_date),
        expires_at: Some(Instant::end_of_rome_day(due_date.max(last))),
        ..submission
    }
}

/// The last day on which something can be paid that is submitted now.
fn last_day(now: Instant) -> NaiveDate {
    let days = Days::new(u64::try_from(PAYABLE_DAYS).unwrap_or(0));
    now.rome_date().checked_add_days(days).unwrap_or(NaiveDate::MAX)
}

/// When it is looked at whether anybody has paid what was submitted on a page: once no receipt can come for it any more.
#[must_use]
pub(super) fn lapses_at(position: &DebtPosition, found: bool, now: Instant) -> Instant {
    // Of a debt that was there the form knows no date.
    match StatusFacts::of(position).ends_at.filter(|_| !found) {
        Some(ends_at) => receipt_until(ends_at),
        None => now.plus_seconds(LAPSE_DAYS.saturating_mul(DAY_SECONDS)),
    }
}

/// What becomes of a submission of a page whose time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lapse {
    /// It was paid: it stays, as its debt position does.
    Stays,
    /// It can still be paid, or a receipt may come: it is looked at again then.
    Later(Instant),
    /// Nobody has paid it: it goes with the debt position that was made for it.
    Goes,
}

/// What becomes of a submission of a page whose time is over, with its debt position, where that is there: as if its person asked for it.
#[must_use]
pub fn lapse(kept: &KeptSubmission, position: Option<&DebtPosition>, terms: &Terms) -> Lapse {
    let Some(position) = position else { return Lapse::Goes };
    let again = terms.now.plus_seconds(AGAIN_DAYS.saturating_mul(DAY_SECONDS));
    let later = |until: Option<Instant>| Lapse::Later(until.map_or(again, |until| until.max(again)));
    let asked = Terms { occasion: Occasion::Request, ..*terms };
    let payments = || position.installments().filter_map(|(_, one)| one.payment.as_ref());
    match (position_status(position, terms.now), of_position(position, &asked)) {
        // What was there before stays with whoever made it. What was entered to find it goes, unless somebody has paid since.
        _ if kept.found && payments().all(|payment| payment.paid_at < kept.created_at) => Lapse::Goes,
        // That something was paid outside of pagoPA may be taken back.
        (PositionStatus::PartiallyPaid | PositionStatus::Paid | PositionStatus::Reported, _) => {
            if payments().any(|payment| payment.receipt_id.is_some()) {
                Lapse::Stays
            } else {
                Lapse::Later(terms.now.plus_seconds(LAPSE_DAYS.saturating_mul(DAY_SECONDS)))
            }
        }
        // Its institution took it back, to change it.
        (PositionStatus::Draft, _) => later(None),
        (_, Verdict::Keep { until, .. }) => later(until),
        (_, Verdict::Erase | Verdict::Pseudonymise | Verdict::Reduce { .. }) => Lapse::Goes,
    }
}
