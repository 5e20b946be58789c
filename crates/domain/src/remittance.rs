// SPDX-License-Identifier: AGPL-3.0-or-later
//! The structured remittance text (codes.md 5): `/RFB/<IUV>/<amount>/TXT/<text>`.

use crate::money::Cents;
use crate::notice::Iuv;
use crate::text::{Text, TextError};

/// The longest remittance text, in characters.
pub const REMITTANCE_CHARS_MAX: usize = 140;

/// A remittance text as the Node carries it.
pub type RemittanceText = Text<1, REMITTANCE_CHARS_MAX>;

const FREE_TEXT: &str = "TXT/";

/// What a structured remittance text says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remittance {
    /// The creditor reference, without blanks.
    pub iuv: Iuv,
    /// The amount, where it is given and readable.
    pub amount: Option<Cents>,
    /// The free text after `TXT`.
    pub text: Option<String>,
}

impl Remittance {
    /// Writes the text, cut to [`REMITTANCE_CHARS_MAX`] characters: `RFS` with groups of four for an ISO 11649
    /// reference, `RFB` for every other.
    ///
    /// # Errors
    /// [`TextError::ControlCharacter`] where the free text cannot be sent.
    pub fn render(&self) -> Result<RemittanceText, TextError> {
        let mut line = match self.iuv.rf_reference() {
            Some(reference) => format!("/RFS/{}", reference.grouped()),
            None => format!("/RFB/{}", self.iuv),
        };
        if let Some(amount) = self.amount {
            line.push_str(&format!("/{amount}"));
        }
        if let Some(text) = self.text.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            line.push('/');
            line.push_str(FREE_TEXT);
            line.push_str(text);
        }
        let cut: String = line.chars().take(REMITTANCE_CHARS_MAX).collect();
        Text::new(cut.trim_end())
    }

    /// Reads a text as it is met: with or without the first slash, `RFA` too, grouped or not, with an amount of
    /// any digits and points. `None` where the text is not structured; then it is free text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Remittance> {
        let text = text.strip_prefix('/').unwrap_or(text);
        let rest = ["RFA/", "RFB/", "RFS/"].iter().find_map(|prefix| text.strip_prefix(prefix))?;
        let (reference, rest) = match rest.split_once('/') {
            Some((reference, rest)) => (reference, Some(rest)),
            None => (rest, None),
        };
        let compact: String = reference.chars().filter(|character| *character != ' ').collect();
        let iuv = compact.parse().ok()?;
        let (amount, text) = match rest {
            None => (None, None),
            Some(rest) => parse_tail(rest)?,
        };
        Some(Remittance { iuv, amount, text })
    }
}

/// The remittance text of a transfer that was given none: reference, amount and description.
#[must_use]
pub fn compose(iuv: &Iuv, amount: Cents, description: &RemittanceText) -> RemittanceText {
    let remittance = Remittance { iuv: iuv.clone(), amount: Some(amount), text: Some(description.to_string()) };
    // Neither an IUV nor a description holds what cannot be sent, so there is always a text.
    remittance.render().unwrap_or_else(|_| description.clone())
}

/// What follows the reference: an amount, a free text, or one after the other.
fn parse_tail(tail: &str) -> Option<(Option<Cents>, Option<String>)> {
    if let Some(text) = tail.strip_prefix(FREE_TEXT) {
        return Some((None, Some(text.to_owned())));
    }
    let (amount, text) = match tail.split_once('/') {
        Some((amount, rest)) => (amount, Some(rest.strip_prefix(FREE_TEXT)?.to_owned())),
        None => (tail, None),
    };
    let written = !amount.is_empty() && amount.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    written.then(|| (amount.parse().ok(), text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn remittance(iuv: &str, cents: Option<i64>, text: Option<&str>) -> Remittance {
        Remittance {
            iuv: iuv.parse().unwrap(),
            amount: cents.map(|cents| Cents::new(cents).unwrap()),
            text: text.map(str::to_owned),
        }
    }

    fn parsed(text: &str) -> Remittance {
        Remittance::parse(text).unwrap()
    }

    #[test]
    fn every_worked_example_is_read() {
        for (text, expected) in [
            ("/RFS/RF23 5674 8393 7849 4505 5087 5/45.56", remittance("RF23567483937849450550875", Some(4_556), None)),
            ("/RFB/9876096598656344", remittance("9876096598656344", None, None)),
            (
                "/RFB/9876096598656344/12.34/TXT/Richiesta certificato",
                remittance("9876096598656344", Some(1_234), Some("Richiesta certificato")),
            ),
            (
                "/RFS/RF3301600201900000053964/263.00/TXT/TARI 2019",
                remittance("RF3301600201900000053964", Some(26_300), Some("TARI 2019")),
            ),
            ("RFA/1/TXT/a/b", remittance("1", None, Some("a/b"))),
            ("RFB/1/1.2.3", remittance("1", None, None)),
            ("/RFB/1/263/TXT/", remittance("1", None, Some(""))),
        ] {
            assert_eq!(parsed(text), expected, "{text}");
        }
        for free in [
            "",
            "/",
            "TARI 2026",
            "/RFX/1",
            "/RFB/",
            "/RFB//1.00",
            "/RFB/1/",
            "/RFB/1/uno",
            "/RFB/1/1.00/altro",
            "//RFB/1",
            "/rfb/1",
        ] {
            assert_eq!(Remittance::parse(free), None, "{free}");
        }
    }

    #[test]
    fn the_reference_decides_how_the_text_is_written() {
        let written = |remittance: Remittance| remittance.render().unwrap().to_string();
        assert_eq!(
            written(remittance("05000000001234586", Some(12_050), Some("TARI 2026"))),
            "/RFB/05000000001234586/120.50/TXT/TARI 2026"
        );
        assert_eq!(written(remittance("RF18539007547034", Some(1), Some(" "))), "/RFS/RF18 5390 0754 7034/0.01");
        // A reference with wrong check digits is not ISO 11649, whatever it looks like.
        assert_eq!(written(remittance("RF3301600201900000053964", None, None)), "/RFB/RF3301600201900000053964");
        let long = written(remittance("05000000001234586", Some(100), Some(&"è ".repeat(200))));
        assert!(long.chars().count() <= REMITTANCE_CHARS_MAX && long.ends_with('è'));
        assert_eq!(remittance("1", None, Some("a\nb")).render(), Err(TextError::ControlCharacter));
        let composed =
            compose(&"05000000001234586".parse().unwrap(), Cents::new(5).unwrap(), &Text::new("TARI").unwrap());
        assert_eq!(composed.as_str(), "/RFB/05000000001234586/0.05/TXT/TARI");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            digits in "[0-9]{17}", cents in prop::option::of(0_i64..=99_999_999_999), text in prop::option::of("[a-zA-Zàè0-9/.]{1,80}"),
        ) {
            let given = remittance(&digits, cents, text.as_deref());
            prop_assert_eq!(parsed(&given.render().unwrap()), given);
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "/?RF[ABS]/.{0,40}") {
            let _ = Remittance::parse(&text);
        }
    }
}
