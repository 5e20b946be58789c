// SPDX-License-Identifier: AGPL-3.0-or-later
//! Italian, unless somebody wants English.

use actix_web::HttpRequest;
use actix_web::http::header::ACCEPT_LANGUAGE;
use serde::Deserialize;
use tramite_domain::money::Cents;

use super::words::{ENGLISH, ITALIAN, Words};
use crate::http::query;

/// The language of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Italian,
    English,
}

#[derive(Deserialize)]
struct Asked {
    lang: Option<String>,
}

impl Language {
    /// The one that is asked for in the address, or else the first the browser names that we speak.
    pub(super) fn of(request: &HttpRequest) -> Language {
        let asked = query::<Asked>(request).ok().and_then(|asked| asked.lang);
        let header = request.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let wanted = asked.as_deref().or(header).unwrap_or_default();
        wanted.split(',').find_map(Language::named).unwrap_or(Language::Italian)
    }

    fn named(tag: &str) -> Option<Language> {
        let tag = tag.trim().to_ascii_lowercase();
        if tag.starts_with("it") {
            Some(Language::Italian)
        } else if tag.starts_with("en") {
            Some(Language::English)
        } else {
            None
        }
    }

    pub(super) const fn code(self) -> &'static str {
        match self {
            Language::Italian => "it",
            Language::English => "en",
        }
    }

    pub(super) const fn words(self) -> &'static Words {
        match self {
            Language::Italian => &ITALIAN,
            Language::English => &ENGLISH,
        }
    }

    /// An amount as it is written.
    pub(super) fn money(self, amount: Cents) -> String {
        match self {
            Language::Italian => format!("{} €", amount.to_string().replace('.', ",")),
            Language::English => format!("€{amount}"),
        }
    }
}
