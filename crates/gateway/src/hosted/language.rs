// SPDX-License-Identifier: AGPL-3.0-or-later
//! The language of a page: what its address says, else what the browser asks for, else Italian.

use actix_web::HttpRequest;
use actix_web::http::header::ACCEPT_LANGUAGE;
use chrono::{Datelike, NaiveDate};
use tramite_domain::session::Language;

/// The parameter of an address that names a language.
const PARAMETER: &str = "lang";

/// A language that hosted pages are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lang {
    It,
    En,
}

/// The language of a page, and whether its address says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spoken {
    pub(super) lang: Lang,
    pub(super) said: bool,
}

impl Lang {
    pub(super) const ALL: [Self; 2] = [Self::It, Self::En];

    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::It => "it",
            Self::En => "en",
        }
    }

    /// What it calls itself.
    pub(super) const fn own_name(self) -> &'static str {
        match self {
            Self::It => "Italiano",
            Self::En => "English",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lang| lang.code() == name)
    }

    /// Of the two texts the one in this language.
    pub(super) const fn of<'a>(self, it: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::It => it,
            Self::En => en,
        }
    }

    /// An amount for people.
    pub(super) fn euros(self, cents: i64) -> String {
        let sign = if cents < 0 { "−" } else { "" };
        let (whole, rest) = (cents.unsigned_abs().div_euclid(100), cents.unsigned_abs().rem_euclid(100));
        match self {
            Self::It => format!("{sign}{},{rest:02} €", grouped(whole, '.')),
            Self::En => format!("{sign}€{}.{rest:02}", grouped(whole, ',')),
        }
    }

    /// A day for people.
    pub(super) fn day(self, day: NaiveDate) -> String {
        const IT: [&str; 12] = [
            "gennaio",
            "febbraio",
            "marzo",
            "aprile",
            "maggio",
            "giugno",
            "luglio",
            "agosto",
            "settembre",
            "ottobre",
            "novembre",
            "dicembre",
        ];
        const EN: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        let months = match self {
            Self::It => IT,
            Self::En => EN,
        };
        let month = usize::try_from(day.month0()).ok().and_then(|at| months.get(at)).copied().unwrap_or_default();
        format!("{} {month} {}", day.day(), day.year())
    }
}

impl From<Language> for Lang {
    fn from(language: Language) -> Self {
        match language {
            Language::It => Self::It,
            Language::En | Language::De => Self::En,
        }
    }
}

impl Spoken {
    pub(super) fn of(request: &HttpRequest) -> Self {
        let mut said = request.query_string().split('&').filter_map(|pair| pair.split_once('='));
        if let Some(lang) = said.find(|(name, _)| *name == PARAMETER).and_then(|(_, value)| Lang::named(value)) {
            return Self { lang, said: true };
        }
        let wanted = request.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let mut names = wanted.split(',').filter_map(|one| one.trim_start().get(..2).map(str::to_ascii_lowercase));
        Self { lang: names.find_map(|name| Lang::named(&name)).unwrap_or(Lang::It), said: false }
    }

    /// What stands behind addresses so that the language stays.
    pub(super) fn query(self) -> String {
        if self.said { format!("?{PARAMETER}={}", self.lang.code()) } else { String::new() }
    }
}

/// Digits in groups of three.
fn grouped(number: u64, separator: char) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && digits.len().saturating_sub(at) % 3 == 0 {
            text.push(separator);
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn spoken(uri: &str, accept: &str) -> Spoken {
        Spoken::of(&TestRequest::default().uri(uri).insert_header((ACCEPT_LANGUAGE, accept)).to_http_request())
    }

    #[test]
    fn the_address_decides_then_the_browser_then_italian() {
        assert_eq!(spoken("/p/a?lang=en", "it").lang, Lang::En);
        assert_eq!(spoken("/p/a?lang=xx", "en-GB,it;q=0.5"), Spoken { lang: Lang::En, said: false });
        assert_eq!(spoken("/p/a", "de-AT,de;q=0.9,en;q=0.8").lang, Lang::En, "the first that is spoken here");
        assert_eq!(spoken("/p/a", "fr").lang, Lang::It);
        assert_eq!(spoken("/p/a?lang=en", "it").query(), "?lang=en");
        assert_eq!(spoken("/p/a", "en").query(), "", "who never chose is asked again");
    }

    #[test]
    fn amounts_and_days_are_written_as_people_write_them() {
        for (cents, it, en) in [
            (5, "0,05 €", "€0.05"),
            (123_456, "1.234,56 €", "€1,234.56"),
            (100_000_000, "1.000.000,00 €", "€1,000,000.00"),
            (-250, "−2,50 €", "−€2.50"),
        ] {
            assert_eq!((Lang::It.euros(cents).as_str(), Lang::En.euros(cents).as_str()), (it, en));
        }
        let day = NaiveDate::from_ymd_opt(2026, 7, 1).unwrap();
        assert_eq!((Lang::It.day(day).as_str(), Lang::En.day(day).as_str()), ("1 luglio 2026", "1 July 2026"));
    }
}
