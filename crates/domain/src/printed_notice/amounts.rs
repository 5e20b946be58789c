// SPDX-License-Identifier: AGPL-3.0-or-later
//! Amounts as they are printed: the same cents as in every code beside them (rules.md 50, documents.md).

use crate::money::Cents;

use super::NoticeLanguage;

const CENTS_PER_EURO: i64 = 100;
const GROUP_DIGITS: usize = 3;

/// One of the languages that are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PrintedLanguage {
    /// Italian, on every notice.
    It,
    /// English.
    En,
    /// German.
    De,
    /// French.
    Fr,
    /// Slovene.
    Sl,
}

impl NoticeLanguage {
    /// The language beside Italian; none where there is Italian alone.
    #[must_use]
    pub const fn second(self) -> Option<PrintedLanguage> {
        match self {
            Self::It => None,
            Self::ItEn => Some(PrintedLanguage::En),
            Self::ItDe | Self::ItDeEqual => Some(PrintedLanguage::De),
            Self::ItFr => Some(PrintedLanguage::Fr),
            Self::ItSl => Some(PrintedLanguage::Sl),
        }
    }
}

impl PrintedLanguage {
    /// What stands between thousands, and what before the cents. The French blank does not break, lest a line end in an amount.
    const fn separators(self) -> (char, char) {
        match self {
            Self::It | Self::De | Self::Sl => ('.', ','),
            Self::En => (',', '.'),
            Self::Fr => ('\u{a0}', ','),
        }
    }
}

/// An amount in euros as that language writes it, always with two decimals and without the sign of the currency: `1.020,99`
/// in Italian, German and Slovene, `1,020.99` in English, `1 020,99` with a no-break space in French.
#[must_use]
pub fn printed_amount(amount: Cents, language: PrintedLanguage) -> String {
    let (thousands, decimal) = language.separators();
    let euros = (amount.cents() / CENTS_PER_EURO).to_string();
    let rest = amount.cents() % CENTS_PER_EURO;
    let mut text = String::with_capacity(2 * euros.len() + GROUP_DIGITS);
    for (place, digit) in euros.chars().enumerate() {
        if place > 0 && (euros.len() - place).is_multiple_of(GROUP_DIGITS) {
            text.push(thousands);
        }
        text.push(digit);
    }
    text.push(decimal);
    text.push_str(&format!("{rest:02}"));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [PrintedLanguage; 5] =
        [PrintedLanguage::It, PrintedLanguage::En, PrintedLanguage::De, PrintedLanguage::Fr, PrintedLanguage::Sl];

    #[test]
    fn each_language_writes_thousands_and_cents_in_its_own_way() {
        for (cents, italian, english, french) in [
            (1, "0,01", "0.01", "0,01"),
            (10, "0,10", "0.10", "0,10"),
            (99_999, "999,99", "999.99", "999,99"),
            (100_000, "1.000,00", "1,000.00", "1\u{a0}000,00"),
            (102_099, "1.020,99", "1,020.99", "1\u{a0}020,99"),
            (9_999_999_999, "99.999.999,99", "99,999,999.99", "99\u{a0}999\u{a0}999,99"),
        ] {
            let written = ALL.map(|language| printed_amount(Cents::new(cents).unwrap(), language));
            assert_eq!(written, [italian, english, italian, french, italian]);
        }
    }

    #[test]
    fn a_notice_has_one_language_beside_italian_at_most() {
        let second = ["it", "it-en", "it-de", "it-fr", "it-sl", "it-de-equal"]
            .map(|name| NoticeLanguage::named(name).and_then(NoticeLanguage::second));
        let (en, de, fr, sl) = (PrintedLanguage::En, PrintedLanguage::De, PrintedLanguage::Fr, PrintedLanguage::Sl);
        assert_eq!(second, [None, Some(en), Some(de), Some(fr), Some(sl), Some(de)]);
    }
}
