// SPDX-License-Identifier: AGPL-3.0-or-later
//! The debtor was notified: a reduced option that ends some days later has its end now (rules.md 10).

use chrono::NaiveDate;

use crate::given::Given;
use crate::refusal::Refusal;
use crate::time::Instant;
use crate::violation::Violation;

use super::change::{Activity, changed};
use super::{
    DebtPosition, Decided, Installment, InstallmentStatus, PaymentOption, PositionStatus, installment_status,
    position_status,
};

/// Records the day of notification, Europe/Rome, on every option that waits for it; the same day again writes nothing.
///
/// # Errors
/// `PositionState` for a draft and where nothing is left to pay; `Invalid` for a day to come, and where no option ends some
/// days after notification; `PaymentInProgress` while somebody pays, unless forced (rules.md 11).
pub fn notify(
    given: &mut Given<'_>,
    position: &DebtPosition,
    day: NaiveDate,
    activity: Activity<'_>,
    force: bool,
) -> Result<Decided, Refusal> {
    match position_status(position, given.now) {
        PositionStatus::Scheduled | PositionStatus::Open | PositionStatus::PartiallyPaid | PositionStatus::Expired => {}
        status => return Err(Refusal::PositionState { status }),
    }
    if day > given.now.rome_date() {
        return Err(wrong("/notified_on", "notified_on_to_come", "Nobody is notified on a day that is still to come."));
    }
    if !position.options.iter().any(|option| waits(position, option, given.now)) {
        let detail = "No payment option that can still be used ends some days after notification.";
        return Err(wrong("", "nothing_to_notify", detail));
    }
    let mut after = position.clone();
    for (option, before) in after.options.iter_mut().zip(&position.options) {
        if waits(position, before, given.now) {
            option.notified_on = Some(day);
        }
    }
    if after == *position {
        return Ok(Decided::unchanged(position));
    }
    activity.check_free(given.now, force)?;
    Ok(changed(given, position, after))
}

/// Whether its end depends on the notification, and something of it is left to pay.
fn waits(position: &DebtPosition, option: &PaymentOption, now: Instant) -> bool {
    let left = |one: &Installment| {
        use InstallmentStatus::{Expired, Open, Scheduled};
        matches!(installment_status(position, option, one, now), Scheduled | Open | Expired)
    };
    option.available_days.is_some() && option.installments.iter().any(left)
}

fn wrong(pointer: &str, code: &'static str, detail: &str) -> Refusal {
    Refusal::Invalid(vec![Violation { pointer: pointer.to_owned(), code, detail: detail.to_owned() }])
}
