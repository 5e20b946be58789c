// SPDX-License-Identifier: AGPL-3.0-or-later
//! Which notice of a position is answered to a demand (rules.md 25).

use crate::debt_position::{DebtPosition, Installment};
use crate::notice::NoticeNumber;
use crate::time::Instant;

use super::{NodeRefusal, payable};

/// The first installment that can be paid now.
///
/// # Errors
/// [`NodeRefusal`] of the first installment, where none can.
pub fn payable_first(position: &DebtPosition, now: Instant) -> Result<(&Installment, NoticeNumber), NodeRefusal> {
    let mut refusal = None;
    for (_, one) in position.installments() {
        let Some(number) = one.notice_number else { continue };
        match payable(position, &number, now) {
            Ok(installment) => return Ok((installment, number)),
            Err(why) => _ = refusal.get_or_insert(why),
        }
    }
    Err(refusal.unwrap_or(NodeRefusal::Unknown))
}
