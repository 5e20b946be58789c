// SPDX-License-Identifier: AGPL-3.0-or-later
//! The notice of a file, and what must be found on it.

use chrono::{Days, NaiveDate};
use tramite_domain::debt_position::Address;
use tramite_domain::ids::InstallmentId;
use tramite_domain::money::Cents;
use tramite_domain::personal::Personal;
use tramite_domain::printed_notice::{
    NoticeCreditor, NoticeDebtor, NoticeLanguage, NoticePart, NoticeTerms, PostalSlip, PrintedNotice,
};
use tramite_domain::text::Text;

use crate::expected::{Beside, ExpectedFile, Posted, data_matrix, euros, grouped, qr};
use crate::random::Numbers;
use crate::shapes::{Due, Offer, Shape};
use crate::spelt::{alternative, from_notification};
use crate::texts::{ADDRESSES, AMOUNTS, DEBTOR_CODES, HOLDERS, INSTITUTIONS, NAMES, SECTORS, SUBJECTS};

/// The tax code of all of them.
pub(crate) const INSTITUTION: &str = "99999000013";
const CENTS_MAX: u64 = 9_999_999_999;
/// What of a long name of an institution is on the paper at the least.
pub(crate) const INSTITUTION_CHARS: usize = 50;

/// One thing to pay, as facts.
struct Part {
    number: u16,
    cents: i64,
    due: Option<NaiveDate>,
    /// Days from the notification.
    days: Option<u16>,
    notice: String,
}

/// The notice at a place, and what must be found on it.
pub(crate) fn case(place: usize) -> (PrintedNotice, NoticeLanguage, ExpectedFile) {
    let shape = Shape::of(place);
    let mut numbers = Numbers::of(u64::try_from(place).unwrap());
    // The first files have the texts one after the other, so that few files have all of them.
    let subject = &SUBJECTS[place % SUBJECTS.len()];
    let name = &NAMES[place % NAMES.len()];
    let debtor_code = *numbers.one_of(&DEBTOR_CODES);
    let institution = *numbers.one_of(&INSTITUTIONS);
    let (holder, account) = (*numbers.one_of(&HOLDERS), numbers.one_of(&["1016", "16302093", "999999999999"]));
    let authorization = numbers.one_of(&[None, Some("AUT. DB/SSIC/E 12345 DEL 01/02/2026")]);
    let parts = parts(shape, &mut numbers);
    let sector = numbers.one_of(&SECTORS).map(text);
    let cbill = *numbers.one_of(&[None, Some("AB1CD"), Some("ab1cd")]);

    let slip = shape.postal.then(|| PostalSlip {
        account: format!("{account:0>12}"),
        holder: text(holder),
        authorization: authorization.map(text),
    });
    let notice = PrintedNotice {
        creditor: NoticeCreditor {
            name: text(institution),
            tax_code: INSTITUTION.parse().unwrap(),
            sector,
            cbill_code: cbill.map(text),
        },
        debtor: NoticeDebtor {
            full_name: Personal::new(text(name.text)),
            tax_code: debtor_code.map(|code| Personal::new(code.parse().unwrap())),
            address: address(numbers.one_of(&ADDRESSES)),
        },
        subject: text(subject.text),
        terms: terms(shape.offer, parts.iter().map(|part| printed(part, slip.as_ref())).collect()),
    };

    let posted = |part: &Part| {
        data_matrix(&Posted {
            number: &part.notice,
            account,
            cents: part.cents,
            institution: INSTITUTION,
            payer_code: debtor_code.unwrap_or("ANONIMO"),
            payer_name: name.posted,
            subject: subject.posted,
        })
    };
    let words = words(shape, debtor_code, &parts);
    let mut texts = vec![institution.chars().take(INSTITUTION_CHARS).collect()];
    texts.extend(authorization.filter(|_| shape.postal).map(str::to_owned));
    let file = ExpectedFile {
        file: format!("{place:05}.pdf"),
        model: shape.name(),
        language: shape.language.name(),
        listed: parts.first().map(|part| part.notice.clone()).unwrap(),
        pages: shape.pages,
        logo: false,
        qr: parts.iter().map(|part| qr(&part.notice, INSTITUTION, part.cents)).collect(),
        data_matrix: parts.iter().filter(|_| shape.postal).map(posted).collect(),
        beside: Beside {
            qr: parts.iter().map(|part| beside(shape, part, cbill)).collect(),
            data_matrix: parts.iter().filter(|_| shape.postal).map(|part| beside(shape, part, None)).collect(),
        },
        alternatives: alternatives(shape, &parts),
        words,
        sentences: sentences(shape, &parts),
        texts,
    };
    (notice, shape.language, file)
}

/// What must be read, as often as it is printed: above, with each part, and with each slip.
fn words(shape: Shape, debtor_code: Option<&str>, parts: &[Part]) -> Vec<String> {
    let copies = if shape.postal { 2 } else { 1 };
    let mut words = vec![INSTITUTION.to_owned(); 1 + parts.len()];
    words.extend(debtor_code.map(str::to_owned));
    for part in parts {
        words.extend(vec![grouped(&part.notice); copies]);
        for written in euros(part.cents, shape.language) {
            words.extend(vec![written; copies]);
        }
        words.extend(part.due.iter().flat_map(|due| vec![day(*due); copies]));
    }
    let above: Vec<&Part> = match shape.offer {
        Offer::Single | Offer::Whole(_) => parts.iter().take(1).collect(),
        Offer::Fine => parts.iter().collect(),
        Offer::Alone(_) => Vec::new(),
    };
    for part in above {
        words.extend(euros(part.cents, shape.language));
        words.extend(part.due.map(day));
    }
    if matches!(shape.offer, Offer::Alone(_)) {
        // All together, unless it is more than Tramite can hold; and until when the first of them is due.
        let sum = parts.iter().map(|part| part.cents).sum();
        words.extend(Cents::new(sum).map(|sum| euros(sum.cents(), shape.language)).unwrap_or_default());
        words.extend(parts.first().and_then(|part| part.due).map(day));
    }
    words
}

/// What belongs to a code: whoever reads it and whoever scans it pay the same.
fn beside(shape: Shape, part: &Part, cbill: Option<&str>) -> Vec<String> {
    let mut words = vec![grouped(&part.notice)];
    words.extend(euros(part.cents, shape.language));
    words.extend(part.due.map(day));
    words.extend(terms_of(shape, part));
    words.extend(cbill.map(str::to_uppercase));
    words
}

/// The days from the notification within which a part is to be paid, in words: above, with the part, and with its slip.
fn sentences(shape: Shape, parts: &[Part]) -> Vec<String> {
    let copies = if shape.postal { 3 } else { 2 };
    parts.iter().flat_map(|part| terms_of(shape, part)).flat_map(|term| vec![term; copies]).collect()
}

fn terms_of(shape: Shape, part: &Part) -> Vec<String> {
    part.days.map(|days| from_notification(days, shape.language)).unwrap_or_default()
}

/// The words for each code: a part's QR code is followed by the Data Matrix of its slip.
fn alternatives(shape: Shape, parts: &[Part]) -> Vec<String> {
    let kinds: &[bool] = if shape.postal { &[false, true] } else { &[false] };
    let said = |part: &Part, postal| alternative(postal, &part.notice, INSTITUTION, part.cents, shape.language);
    parts.iter().flat_map(|part| kinds.iter().map(move |postal| said(part, *postal))).collect()
}

fn day(date: NaiveDate) -> String {
    date.format("%d/%m/%Y").to_string()
}

/// What is to be paid.
fn parts(shape: Shape, numbers: &mut Numbers) -> Vec<Part> {
    let whole = matches!(shape.offer, Offer::Whole(_));
    let first_day = NaiveDate::from_ymd_opt(2026, 1, 31).unwrap();
    (0..shape.codes())
        .map(|place| {
            let known = match shape.due {
                Due::All => true,
                Due::None => false,
                Due::AllButTheFirst => place > 0,
            };
            let number = if whole { place.max(1) } else { place + 1 };
            Part {
                number: u16::try_from(number).unwrap(),
                cents: cents(numbers),
                due: known.then(|| first_day + Days::new(numbers.below(800))),
                days: shape.days.filter(|_| place == 0),
                notice: notice_number(numbers),
            }
        })
        .collect()
}

/// One of the amounts that are hard, or a drawn one of any length.
pub(crate) fn cents(numbers: &mut Numbers) -> i64 {
    if numbers.below(2) == 0 {
        return *numbers.one_of(&AMOUNTS);
    }
    let digits = u32::try_from(numbers.below(10)).unwrap() + 1;
    i64::try_from((numbers.below(10_u64.pow(digits)) + 1).min(CENTS_MAX)).unwrap()
}

/// 18 digits: aux digit 3, with its check digits, and what follows the other aux digits.
pub(crate) fn notice_number(numbers: &mut Numbers) -> String {
    let aux = numbers.one_of(&[3_u64, 3, 3, 0, 1, 2]);
    let prefix = aux * 1_000_000_000_000_000 + numbers.below(1_000_000_000_000_000);
    format!("{prefix:016}{:02}", prefix % 93)
}

fn printed(part: &Part, slip: Option<&PostalSlip>) -> NoticePart {
    NoticePart {
        installment_id: format!("01890a5d-ac96-774b-bcce-{:012}", part.number).parse::<InstallmentId>().unwrap(),
        number: part.number,
        amount: Cents::payable(part.cents).unwrap(),
        due_date: part.due,
        notice_number: part.notice.parse().unwrap(),
        days_from_notification: part.days,
        slip: slip.cloned(),
    }
}

fn terms(offer: Offer, parts: Vec<NoticePart>) -> NoticeTerms {
    let mut parts = parts.into_iter();
    match offer {
        Offer::Single => NoticeTerms::Single(parts.next().unwrap()),
        Offer::Whole(_) => NoticeTerms::Installments { whole: parts.next(), parts: parts.collect(), complete: true },
        Offer::Alone(_) => NoticeTerms::Installments { whole: None, parts: parts.collect(), complete: true },
        Offer::Fine => NoticeTerms::Fine { discounted: parts.next().unwrap(), reduced: parts.next().unwrap() },
    }
}

fn address(fields: &[Option<&str>; 6]) -> Option<Personal<Address>> {
    let [street, number, postal_code, city, province, country] = *fields;
    fields.iter().any(Option::is_some).then(|| {
        Personal::new(Address {
            street: street.map(text),
            number: number.map(text),
            postal_code: postal_code.map(text),
            city: city.map(text),
            province: province.map(text),
            country: country.map(text),
        })
    })
}

fn text<const MIN: usize, const MAX: usize>(written: &str) -> Text<MIN, MAX> {
    Text::new(written).unwrap_or_else(|error| panic!("{written}: {error}"))
}
