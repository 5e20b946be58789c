// SPDX-License-Identifier: AGPL-3.0-or-later
//! Whether a notice can be paid now, and why not (rules.md 19).

use thiserror::Error;

use crate::debt_position::{
    DebtPosition, Installment, InstallmentStatus, PositionStatus, installment_status, position_status,
};
use crate::notice::NoticeNumber;
use crate::time::Instant;

/// Why a notice cannot be paid. The SOAP side knows each one's `PAA_` code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NodeRefusal {
    /// Draft, scheduled, of another institution, or not there.
    #[error("no payable position of that notice")]
    Unknown,
    /// Past its last payable instant.
    #[error("the position has expired")]
    Expired,
    /// Withdrawn, or another option of the position was used.
    #[error("the position was withdrawn")]
    Cancelled,
    /// Paid, by whatever channel.
    #[error("the position is paid")]
    Paid,
    /// The first version of the primitive cannot carry a digital stamp (rules.md 23).
    #[error("a digital stamp needs paGetPaymentV2")]
    StampNeedsV2,
    /// An account of the position is no longer declared: our own fault, not the citizen's.
    #[error("an account of the position is not declared")]
    AccountMissing,
}

/// The installment of a notice, payable now.
///
/// # Errors
/// [`NodeRefusal`] by the state of the installment.
pub fn payable<'a>(
    position: &'a DebtPosition,
    notice: &NoticeNumber,
    now: Instant,
) -> Result<&'a Installment, NodeRefusal> {
    let found = position.installments().find(|(_, one)| one.notice_number.as_ref() == Some(notice));
    let (option, installment) = found.ok_or(NodeRefusal::Unknown)?;
    match installment_status(position, option, installment, now) {
        InstallmentStatus::Open => Ok(installment),
        InstallmentStatus::Draft | InstallmentStatus::Scheduled => Err(NodeRefusal::Unknown),
        InstallmentStatus::Expired => Err(NodeRefusal::Expired),
        InstallmentStatus::Cancelled => Err(NodeRefusal::Cancelled),
        InstallmentStatus::Paid | InstallmentStatus::Reported => Err(NodeRefusal::Paid),
        // Another option was started: withdrawn while money is still due, paid once it is not (rules.md 13).
        InstallmentStatus::Superseded => match position_status(position, now) {
            PositionStatus::PartiallyPaid => Err(NodeRefusal::Cancelled),
            _ => Err(NodeRefusal::Paid),
        },
    }
}
