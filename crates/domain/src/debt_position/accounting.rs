// SPDX-License-Identifier: AGPL-3.0-or-later
//! How a share is booked: the chapters of the institution's budget it goes to. It stays in Tramite, and comes back with
//! the receipt, so that this can be booked without looking anywhere else.

use serde::{Deserialize, Serialize};

use crate::money::Cents;
use crate::text::Text;
use crate::violation::{Place, Violations};

use super::texts::no_personal_data;

/// Entries of one transfer at most.
pub const ACCOUNTING_ENTRIES_MAX: usize = 20;
/// The earliest year of an entry.
pub const ACCOUNTING_YEAR_MIN: u16 = 1900;
/// The latest year of an entry.
pub const ACCOUNTING_YEAR_MAX: u16 = 2999;

/// A part of a share with the place it is booked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountingEntry {
    /// Chapter of the budget (capitolo).
    pub chapter: Text<1, 35>,
    /// Article below the chapter (articolo).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article: Option<Text<1, 35>>,
    /// The assessment that the income was entered by (accertamento).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessment: Option<Text<1, 35>>,
    /// Year of competence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<u16>,
    /// How much of the share.
    pub amount: Cents,
}

/// An entry, as given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountingEntryInput {
    /// Chapter.
    pub chapter: String,
    /// Article.
    pub article: Option<String>,
    /// Assessment.
    pub assessment: Option<String>,
    /// Year.
    pub year: Option<u16>,
    /// How much, cents.
    pub amount: i64,
}

/// Reads the entries of one share; none is right, and some add up to the share.
pub(super) fn accounting(
    wrong: &mut Violations,
    place: &Place,
    given: &[AccountingEntryInput],
    share: Option<Cents>,
) -> Option<Vec<AccountingEntry>> {
    if given.len() > ACCOUNTING_ENTRIES_MAX {
        wrong.add(place, "too_many", format!("at most {ACCOUNTING_ENTRIES_MAX} entries"));
    }
    let entries = given.iter().enumerate().take(ACCOUNTING_ENTRIES_MAX);
    let read: Vec<_> = entries.map(|(at, one)| entry(wrong, &place.at(at), one)).collect();
    let amounts: Option<Vec<Cents>> = given.iter().map(|one| Cents::payable(one.amount).ok()).collect();
    if let (Some(share), Some(amounts), false) = (share, amounts, given.is_empty())
        && Cents::sum(amounts) != Ok(share)
    {
        wrong.add(place, "accounting_sum", "the entries must add up to the amount of the transfer");
    }
    read.into_iter().collect()
}

fn entry(wrong: &mut Violations, place: &Place, one: &AccountingEntryInput) -> Option<AccountingEntry> {
    let mut text = |name: &str, text: &str| {
        let place = place.at(name);
        no_personal_data(wrong, &place, text);
        wrong.take(&place, "invalid_text", Text::<1, 35>::new(text))
    };
    let chapter = text("chapter", &one.chapter);
    let article = one.article.as_deref().map(|given| text("article", given));
    let assessment = one.assessment.as_deref().map(|given| text("assessment", given));
    if one.year.is_some_and(|year| !(ACCOUNTING_YEAR_MIN..=ACCOUNTING_YEAR_MAX).contains(&year)) {
        let detail = format!("a year is between {ACCOUNTING_YEAR_MIN} and {ACCOUNTING_YEAR_MAX}");
        wrong.add(&place.at("year"), "invalid_year", detail);
    }
    let amount = wrong.take(&place.at("amount"), "invalid_amount", Cents::payable(one.amount));
    Some(AccountingEntry {
        chapter: chapter?,
        article: article.flatten(),
        assessment: assessment.flatten(),
        year: one.year,
        amount: amount?,
    })
}
