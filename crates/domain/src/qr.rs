// SPDX-License-Identifier: AGPL-3.0-or-later
//! The text of the QR code on a notice (codes.md 6.1): `PAGOPA|002|<notice>|<tax code>|<cents>`.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::money::{Cents, MoneyError, PAYABLE_CENTS_MAX};
use crate::notice::NoticeNumber;
use crate::serde_text::serde_text;
use crate::tax_code::InstitutionTaxCode;

const PREFIX: &str = "PAGOPA";
const VERSION: &str = "002";
const AMOUNT_DIGITS_MIN: usize = 2;
const AMOUNT_DIGITS_MAX: usize = 10;

/// A text is not that of a notice's QR code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not the text of a pagoPA QR code")]
pub struct QrError;

/// What the QR code of a notice says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NoticeQr {
    notice: NoticeNumber,
    institution: InstitutionTaxCode,
    amount: Cents,
}

impl NoticeQr {
    /// The QR code of a notice; an amount of zero means that it is not known.
    ///
    /// # Errors
    /// [`MoneyError::TooLarge`] above what ten digits of cents can say.
    pub fn new(notice: NoticeNumber, institution: InstitutionTaxCode, amount: Cents) -> Result<NoticeQr, MoneyError> {
        if amount.cents() > PAYABLE_CENTS_MAX {
            return Err(MoneyError::TooLarge { max: PAYABLE_CENTS_MAX });
        }
        Ok(NoticeQr { notice, institution, amount })
    }

    /// The notice number.
    #[must_use]
    pub const fn notice(&self) -> NoticeNumber {
        self.notice
    }

    /// The tax code of the creditor.
    #[must_use]
    pub const fn institution(&self) -> InstitutionTaxCode {
        self.institution
    }

    /// The amount; zero where it is not known.
    #[must_use]
    pub const fn amount(&self) -> Cents {
        self.amount
    }
}

impl fmt::Display for NoticeQr {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cents = self.amount.cents();
        write!(formatter, "{PREFIX}|{VERSION}|{}|{}|{cents:02}", self.notice, self.institution)
    }
}

impl FromStr for NoticeQr {
    type Err = QrError;

    /// Readers take amounts with zeros before them, which are met on paper.
    fn from_str(text: &str) -> Result<NoticeQr, QrError> {
        let fields: Vec<&str> = text.split('|').take(6).collect();
        let [PREFIX, VERSION, notice, institution, amount] = fields.as_slice() else {
            return Err(QrError);
        };
        let written = (AMOUNT_DIGITS_MIN..=AMOUNT_DIGITS_MAX).contains(&amount.len())
            && amount.bytes().all(|byte| byte.is_ascii_digit());
        if !written {
            return Err(QrError);
        }
        let notice = notice.parse().map_err(|_| QrError)?;
        let institution = institution.parse().map_err(|_| QrError)?;
        let cents = amount.parse().map_err(|_| QrError)?;
        let amount = Cents::new(cents).map_err(|_| QrError)?;
        NoticeQr::new(notice, institution, amount).map_err(|_| QrError)
    }
}

serde_text!(NoticeQr);

#[cfg(test)]
mod tests {
    use super::*;

    fn qr(notice: &str, institution: &str, cents: i64) -> Result<NoticeQr, MoneyError> {
        let amount = Cents::new(cents).unwrap();
        NoticeQr::new(notice.parse().unwrap(), institution.parse().unwrap(), amount)
    }

    #[test]
    fn every_worked_example_is_written_and_read() {
        for (notice, institution, cents, text) in [
            ("305000000001234586", "99999000013", 12_050, "PAGOPA|002|305000000001234586|99999000013|12050"),
            ("322201151398574181", "81005750021", 1, "PAGOPA|002|322201151398574181|81005750021|01"),
            ("302722280174467480", "00050800523", 0, "PAGOPA|002|302722280174467480|00050800523|00"),
            (
                "302722280174467480",
                "00050800523",
                9_999_999_999,
                "PAGOPA|002|302722280174467480|00050800523|9999999999",
            ),
        ] {
            let code = qr(notice, institution, cents).unwrap();
            assert_eq!(code.to_string(), text);
            assert_eq!(text.parse(), Ok(code));
        }
        let padded: NoticeQr = "PAGOPA|002|302722280174467480|00050800523|0000012345".parse().unwrap();
        assert_eq!(padded.amount(), Cents::new(12_345).unwrap());
        assert_eq!(
            qr("302722280174467480", "00050800523", 10_000_000_000),
            Err(MoneyError::TooLarge { max: PAYABLE_CENTS_MAX })
        );
    }

    #[test]
    fn any_other_text_is_not_the_code_of_a_notice() {
        for wrong in [
            "",
            "PAGOPA|002|305000000001234586|99999000013",
            "PAGOPA|002|305000000001234586|99999000013|12050|extra",
            "PAGOPA|001|305000000001234586|99999000013|12050",
            "pagopa|002|305000000001234586|99999000013|12050",
            "PAGOPA|002|30500000000123458|99999000013|12050",
            "PAGOPA|002|305000000001234586|9999900001|12050",
            "PAGOPA|002|305000000001234586|99999000013|1",
            "PAGOPA|002|305000000001234586|99999000013|120.50",
            "PAGOPA|002|305000000001234586|99999000013|+12050",
            "PAGOPA|002|305000000001234586|99999000013|00000012050",
        ] {
            assert_eq!(wrong.parse::<NoticeQr>(), Err(QrError), "{wrong}");
        }
    }
}
