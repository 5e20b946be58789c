// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the codes of a notice say (codes.md 6.1, 6.3). Every amount in them is the integer of cents that is printed beside.

use crate::money::{Cents, MoneyError, PAYABLE_CENTS_MAX};
use crate::notice::NoticeNumber;
use crate::qr::NoticeQr;
use crate::tax_code::ANONYMOUS;

use super::plain::field;
use super::{NoticePart, PostalSlip, PrintedNotice};

/// Length of the text of a Data Matrix, in characters.
pub const DATA_MATRIX_CHARS: usize = 256;
/// Length of the codeline of a postal slip, in characters.
pub const CODELINE_CHARS: usize = 50;

/// What a Data Matrix begins with; the only small letters in it.
const PHASE_CODE: &str = "codfase=NBPA;";
/// The number of the code on the slip, and the phase of the payment.
const CODE_AND_PHASE: &str = "1P1";
const END: &str = "A";
/// The kind of the slip: one of pagoPA.
const SLIP_KIND: &str = "896";

const ACCOUNT_DIGITS: usize = 12;
const PAYER_CODE_CHARS: usize = 16;
const PAYER_NAME_CHARS: usize = 40;
const SUBJECT_CHARS: usize = 110;
const FILLER_CHARS: usize = 12;

impl PrintedNotice {
    /// The QR code of a part; its text is `to_string`.
    ///
    /// # Errors
    /// [`MoneyError::TooLarge`] above what ten digits of cents can say; no part of a debt position is.
    pub fn qr(&self, part: &NoticePart) -> Result<NoticeQr, MoneyError> {
        NoticeQr::new(part.notice_number, self.creditor.tax_code, part.amount)
    }

    /// The text of the Data Matrix of a part, always [`DATA_MATRIX_CHARS`] characters of ASCII; none where no postal slip goes
    /// with it. Names and subjects are cut to their fields, so that no reader finds anything in another place. A debtor without
    /// tax code is written as everywhere else on the platform: `ANONIMO`.
    ///
    /// # Errors
    /// [`MoneyError::TooLarge`], as of [`codeline`].
    pub fn data_matrix(&self, part: &NoticePart) -> Result<Option<String>, MoneyError> {
        let Some(slip) = &part.slip else { return Ok(None) };
        let payer = self.debtor.tax_code.as_ref().map_or(ANONYMOUS, |code| code.expose().as_str());
        Ok(Some(
            [
                PHASE_CODE,
                &codeline(part.notice_number, slip, part.amount)?,
                CODE_AND_PHASE,
                self.creditor.tax_code.as_str(),
                &field(payer, PAYER_CODE_CHARS),
                &field(self.debtor.full_name.expose(), PAYER_NAME_CHARS),
                &field(&self.subject, SUBJECT_CHARS),
                &field("", FILLER_CHARS),
                END,
            ]
            .concat(),
        ))
    }
}

/// The codeline of a postal slip, [`CODELINE_CHARS`] digits: notice number, postal account and cents, each with its length
/// before it, and the kind of the slip.
///
/// # Errors
/// [`MoneyError::TooLarge`] above what ten digits of cents can say.
pub fn codeline(notice: NoticeNumber, slip: &PostalSlip, amount: Cents) -> Result<String, MoneyError> {
    let cents = amount.cents();
    if cents > PAYABLE_CENTS_MAX {
        return Err(MoneyError::TooLarge { max: PAYABLE_CENTS_MAX });
    }
    let account = account_digits(&slip.account);
    Ok(format!("18{notice}12{account:0>ACCOUNT_DIGITS$}10{cents:010}3{SLIP_KIND}"))
}

/// Never more digits than the account has in the codeline: one too many would move the amount.
fn account_digits(account: &str) -> String {
    let digits: String = account.chars().filter(char::is_ascii_digit).collect();
    let before = digits.len().saturating_sub(ACCOUNT_DIGITS);
    digits.chars().skip(before).collect()
}

#[cfg(test)]
#[path = "texts_tests.rs"]
mod tests;
