// SPDX-License-Identifier: AGPL-3.0-or-later
//! What has to be found in the files, spelt here once more: nothing of it comes from what is tried.

use serde::Serialize;
use tramite_domain::printed_notice::NoticeLanguage;

use crate::spelt::logo_alternative;

/// All files, as `expected.json` tells of them.
#[derive(Serialize)]
pub(crate) struct Expected {
    pub(crate) files: Vec<ExpectedFile>,
}

/// One file.
#[derive(Serialize)]
pub(crate) struct ExpectedFile {
    pub(crate) file: String,
    pub(crate) model: String,
    pub(crate) language: &'static str,
    /// How a gathered file lists it: by its notice number, where it has one.
    pub(crate) listed: String,
    pub(crate) pages: usize,
    /// Whether there is a logo on each page.
    pub(crate) logo: bool,
    /// The texts of the QR codes, in the order of the paper.
    pub(crate) qr: Vec<String>,
    /// The texts of the Data Matrices, in the order of the paper.
    pub(crate) data_matrix: Vec<String>,
    /// What must stand beside each code, and nothing else of its kind.
    pub(crate) beside: Beside,
    /// The words for who does not see the logo or a code, in the order of reading.
    pub(crate) alternatives: Vec<String>,
    /// What must stand in a line, as often as it is here.
    pub(crate) words: Vec<String>,
    /// What must stand in the order of reading, in one line or in more, just as often as it is here.
    pub(crate) sentences: Vec<String>,
    /// What must stand somewhere, in one line or in more.
    pub(crate) texts: Vec<String>,
}

/// What must stand beside the codes, each in the order of the paper.
#[derive(Default, Serialize)]
pub(crate) struct Beside {
    pub(crate) qr: Vec<Vec<String>>,
    pub(crate) data_matrix: Vec<Vec<String>>,
}

impl ExpectedFile {
    /// The same file with the logo of an institution, which is read before all codes.
    pub(crate) fn with_logo(mut self, institution: &str) -> ExpectedFile {
        self.logo = true;
        self.alternatives.insert(0, logo_alternative(institution));
        self
    }
}

/// An amount in each language that writes it in its own way: `1.020,99`; in English `1,020.99`, in French `1 020,99`.
pub(crate) fn euros(cents: i64, language: NoticeLanguage) -> Vec<String> {
    let mut written = vec![separated(cents, '.', ',')];
    match language {
        NoticeLanguage::ItEn => written.push(separated(cents, ',', '.')),
        NoticeLanguage::ItFr if cents >= 100_000 => written.push(separated(cents, ' ', ',')),
        _ => {}
    }
    written
}

/// An amount with these between its thousands and before its cents.
pub(crate) fn separated(cents: i64, thousands: char, decimal: char) -> String {
    let digits = (cents / 100).to_string();
    let mut shown = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            shown.push(thousands);
        }
        shown.push(digit);
    }
    format!("{shown}{decimal}{:02}", cents % 100)
}

/// A notice number as paper shows it.
pub(crate) fn grouped(number: &str) -> String {
    let digits: Vec<char> = number.chars().collect();
    digits.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// The text of a QR code (codes.md 6.1).
pub(crate) fn qr(number: &str, institution: &str, cents: i64) -> String {
    format!("PAGOPA|002|{number}|{institution}|{cents:02}")
}

/// What the Data Matrix of the post says (codes.md 6.3).
pub(crate) struct Posted<'a> {
    pub(crate) number: &'a str,
    pub(crate) account: &'a str,
    pub(crate) cents: i64,
    pub(crate) institution: &'a str,
    pub(crate) payer_code: &'a str,
    pub(crate) payer_name: &'a str,
    pub(crate) subject: &'a str,
}

/// The text of a Data Matrix: 256 characters.
pub(crate) fn data_matrix(posted: &Posted<'_>) -> String {
    let Posted { number, account, cents, institution, payer_code, payer_name, subject } = posted;
    let text = format!(
        "codfase=NBPA;18{number}12{account:0>12}10{cents:010}38961P1{institution}{payer_code:<16}{payer_name:<40}{subject:<110}{:12}A",
        ""
    );
    assert_eq!(text.len(), 256, "{text}");
    text
}
