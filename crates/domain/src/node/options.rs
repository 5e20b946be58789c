// SPDX-License-Identifier: AGPL-3.0-or-later
//! All the ways in which the debt behind a notice can be paid, as the Node shows them to a citizen (SANP 3.11;
//! current.md 9.6). Where verify tells one notice, this tells its alternatives and their installments too.

use chrono::NaiveDate;

use crate::debt_position::{
    DebtPosition, Installment, InstallmentStatus, PaymentOption, PositionStatus, installment_status, position_status,
};
use crate::institution::Institution;
use crate::money::Cents;
use crate::notice::{Iuv, NoticeNumber};
use crate::text::Text;
use crate::time::Instant;

use super::NodeRefusal;
use super::detail::verified;

/// One way to pay the whole debt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionTold {
    /// What the citizen reads.
    pub description: Text<1, 140>,
    /// The sum of its installments; absent where it is more than an amount can be.
    pub amount: Option<Cents>,
    /// The last day of its installments; absent where one of them has none.
    pub due_date: Option<NaiveDate>,
    /// How far it is.
    pub standing: OptionStanding,
    /// Whether every transfer of every installment can go to a postal account.
    pub all_postal: bool,
    /// Its installments, without those that were withdrawn by themselves.
    pub installments: Vec<InstallmentTold>,
}

/// One payment of an option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstallmentTold {
    /// Its notice.
    pub notice_number: NoticeNumber,
    /// Its creditor reference.
    pub iuv: Iuv,
    /// What is due now; once it is paid, what was paid.
    pub amount: Cents,
    /// What the citizen reads.
    pub description: Text<1, 140>,
    /// Until when.
    pub due_date: Option<NaiveDate>,
    /// How far it is.
    pub standing: InstallmentStanding,
}

/// How far an option is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptionStanding {
    /// Nothing of it is paid, and it can be.
    Unpaid,
    /// All of it is paid.
    Paid,
    /// Some of it is paid.
    PartiallyPaid,
    /// Past its due date, and still payable.
    Overdue,
    /// Past its last payable instant.
    Expired,
    /// Withdrawn, or excluded by another option.
    Invalid,
}

/// How far an installment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstallmentStanding {
    /// It can be paid.
    Unpaid,
    /// Paid.
    Paid,
    /// Past its due date, and still payable.
    Overdue,
    /// Past its last payable instant.
    Expired,
    /// Withdrawn, or excluded by another option.
    Invalid,
}

/// The options of the position behind a notice, in their order.
///
/// # Errors
/// `Unknown` where the notice is not of this position, and for a draft and before its first payable instant; `Paid`,
/// `Expired` or `Cancelled` by the state of the position where nothing of it can be paid any more; `AccountMissing` where
/// an account is no longer declared.
pub fn options(
    institution: &Institution,
    position: &DebtPosition,
    notice: &NoticeNumber,
    now: Instant,
) -> Result<Vec<OptionTold>, NodeRefusal> {
    let asked = position.installments().map(|(_, one)| one).find(|one| one.notice_number.as_ref() == Some(notice));
    let asked = asked.ok_or(NodeRefusal::Unknown)?;
    match position_status(position, now) {
        PositionStatus::Draft | PositionStatus::Scheduled => return Err(NodeRefusal::Unknown),
        PositionStatus::Paid | PositionStatus::Reported => return Err(NodeRefusal::Paid),
        PositionStatus::Expired => return Err(NodeRefusal::Expired),
        PositionStatus::Cancelled => return Err(NodeRefusal::Cancelled),
        // Withdrawn by itself: it stands among no options any more.
        _ if asked.cancelled_at.is_some() => return Err(NodeRefusal::Cancelled),
        PositionStatus::Open | PositionStatus::PartiallyPaid => {}
    }
    let told = position.options.iter().filter_map(|option| tell(institution, position, option, now).transpose());
    told.collect()
}

/// One option; none where every installment of it was withdrawn or has no notice.
fn tell(
    institution: &Institution,
    position: &DebtPosition,
    option: &PaymentOption,
    now: Instant,
) -> Result<Option<OptionTold>, NodeRefusal> {
    let mut all_postal = true;
    let mut installments = Vec::with_capacity(option.installments.len());
    for one in option.installments.iter().filter(|one| one.cancelled_at.is_none()) {
        let Some(notice_number) = one.notice_number else { continue };
        let standing = standing(position, option, one, now);
        let amount = match (&one.payment, standing) {
            (Some(payment), _) => payment.amount,
            (None, InstallmentStanding::Unpaid | InstallmentStanding::Overdue) => {
                let due = verified(institution, position, one, now, now)?;
                all_postal &= due.all_postal;
                due.amount
            }
            (None, _) => one.amount,
        };
        installments.push(InstallmentTold {
            notice_number,
            iuv: one.iuv.clone(),
            amount,
            description: position.description_of(one).clone(),
            due_date: one.due_date,
            standing,
        });
    }
    let Some(first) = installments.first() else { return Ok(None) };
    let description = if installments.len() == 1 { first.description.clone() } else { position.description.clone() };
    Ok(Some(OptionTold {
        description,
        amount: Cents::sum(installments.iter().map(|one| one.amount)).ok(),
        due_date: installments.iter().map(|one| one.due_date).collect::<Option<Vec<_>>>().and_then(last),
        standing: of_option(&installments),
        all_postal,
        installments,
    }))
}

fn last(days: Vec<NaiveDate>) -> Option<NaiveDate> {
    days.into_iter().max()
}

fn standing(position: &DebtPosition, option: &PaymentOption, one: &Installment, now: Instant) -> InstallmentStanding {
    match installment_status(position, option, one, now) {
        InstallmentStatus::Paid | InstallmentStatus::Reported => InstallmentStanding::Paid,
        InstallmentStatus::Expired => InstallmentStanding::Expired,
        InstallmentStatus::Open => {
            let over = one.due_date.is_some_and(|day| day < now.rome_date());
            if over { InstallmentStanding::Overdue } else { InstallmentStanding::Unpaid }
        }
        InstallmentStatus::Cancelled
        | InstallmentStatus::Superseded
        | InstallmentStatus::Draft
        | InstallmentStatus::Scheduled => InstallmentStanding::Invalid,
    }
}

/// From its installments; the rules are ordered.
fn of_option(installments: &[InstallmentTold]) -> OptionStanding {
    let any = |standing| installments.iter().any(|one| one.standing == standing);
    let all = |standing| installments.iter().all(|one| one.standing == standing);
    if all(InstallmentStanding::Paid) {
        OptionStanding::Paid
    } else if any(InstallmentStanding::Paid) {
        OptionStanding::PartiallyPaid
    } else if any(InstallmentStanding::Invalid) {
        // What excludes one installment of an option excludes them all.
        OptionStanding::Invalid
    } else if any(InstallmentStanding::Unpaid) {
        OptionStanding::Unpaid
    } else if any(InstallmentStanding::Overdue) {
        OptionStanding::Overdue
    } else {
        OptionStanding::Expired
    }
}
