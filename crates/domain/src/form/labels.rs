// SPDX-License-Identifier: AGPL-3.0-or-later
//! Texts for people, in the languages of a form: plain text, which whoever shows it escapes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::limits::LABEL_CHARS_MAX;
use crate::text::Text;
use crate::violation::{Place, Violations};

/// The languages that hosted pages speak.
pub const LANGUAGES: [&str; 5] = ["it", "en", "de", "fr", "sl"];

/// One text in each language, by its two letters.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Labels(pub BTreeMap<String, String>);

impl Labels {
    /// One text in Italian.
    #[must_use]
    pub fn italian(text: &str) -> Labels {
        Labels(BTreeMap::from([("it".to_owned(), text.to_owned())]))
    }

    /// The text in a language, or in Italian.
    #[must_use]
    pub fn of(&self, language: &str) -> &str {
        self.0.get(language).or_else(|| self.0.get("it")).map_or("", String::as_str)
    }

    /// Every language of the form, no other, and texts that can be shown.
    pub(crate) fn check(&self, languages: &[String], place: &Place, wrong: &mut Violations) {
        for language in languages.iter().filter(|one| LANGUAGES.contains(&one.as_str()) && !self.0.contains_key(*one)) {
            let detail = format!("The text is missing in `{language}`, a language of this form.");
            wrong.add(place, "label_missing", detail);
        }
        for (language, text) in &self.0 {
            let at = place.at(language);
            if !languages.contains(language) {
                wrong.add(&at, "unknown_language", "This language is none of the form's languages.");
            }
            wrong.take(&at, "invalid_text", text.parse::<Text<1, LABEL_CHARS_MAX>>());
        }
    }
}
