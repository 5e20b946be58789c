// SPDX-License-Identifier: AGPL-3.0-or-later
//! In which languages a notice speaks: Italian, and another beside it or on a par with it.

use chrono::NaiveDate;
use tramite_domain::money::Cents;
use tramite_domain::printed_notice::{NoticeLanguage, PrintedLanguage, printed_amount};

use crate::notice::words::{DE, EN, FR, IT, SL, Words};
use crate::pen::{Area, Block, Face, Ink, Micro, Pen, Span};

/// What stands between two languages.
const BETWEEN: &str = "/";

/// What stands between two things that are said in one line.
pub(super) const APART: &str = "·";

/// The languages of a notice.
#[derive(Clone, Copy)]
pub(super) struct Tongue {
    second: Option<(&'static Words, PrintedLanguage)>,
    equal: bool,
}

/// Which of the words are said.
pub(super) type Pick = fn(&'static Words) -> &'static str;

impl Tongue {
    pub(super) fn new(language: NoticeLanguage) -> Tongue {
        let second = language.second().and_then(|second| Some((words(second)?, second)));
        Tongue { second, equal: language == NoticeLanguage::ItDeEqual }
    }

    /// The words in each language.
    pub(super) fn say(self, pick: Pick, face: Face) -> Vec<Span<'static>> {
        self.count(pick, None, face)
    }

    /// The words in each language, with a number in them.
    pub(super) fn count(self, pick: Pick, number: Option<usize>, face: Face) -> Vec<Span<'static>> {
        self.each(|words| filled(pick(words), number), face)
    }

    /// A text in each language.
    pub(super) fn each(self, say: impl Fn(&'static Words) -> String, face: Face) -> Vec<Span<'static>> {
        let mut spans = vec![Span::new(say(&IT), face)];
        if let Some((words, _)) = self.second {
            spans.push(Span::new(BETWEEN, self.second_face(face)).in_ink(self.second_ink()));
            spans.push(self.second_span(say(words), words, face));
        }
        spans
    }

    /// An amount; in each language where they write it differently.
    pub(super) fn amount(self, amount: Cents) -> Vec<Span<'static>> {
        let italian = printed_amount(amount, PrintedLanguage::It);
        let other = self.second.map(|(words, language)| (words, printed_amount(amount, language)));
        let mut spans = vec![Span::new(format!("€\u{a0}{italian}"), Face::MonoBold)];
        if let Some((words, other)) = other.filter(|(_, other)| *other != italian) {
            spans.push(Span::new(BETWEEN, Face::Mono).in_ink(self.second_ink()));
            let other = Span { language: Some(words.tag), ..Span::new(other, Face::Mono).in_ink(self.second_ink()) };
            spans.push(other);
        }
        spans
    }

    /// Until when: a day, so many days after the notification, or whichever of both comes first.
    pub(super) fn until(self, pick: Pick, date: Option<NaiveDate>, days: Option<u16>) -> Vec<Span<'static>> {
        let mut spans = Vec::new();
        if let Some(date) = date {
            spans.extend(self.say(pick, Face::Text));
            spans.push(Span::new(day(date), Face::Strong));
        }
        if let Some(days) = days {
            if !spans.is_empty() {
                spans.push(Span::new(APART, Face::Text));
            }
            let pick: Pick = if days == 1 { |words| words.day } else { |words| words.days };
            spans.extend(self.count(pick, Some(days.into()), Face::Text));
        }
        spans
    }

    /// A longer text: a paragraph in each language, one below the other.
    pub(super) fn paragraphs(self, pen: &mut Pen, area: Area, pick: Pick, (size, least): (Micro, Micro)) {
        let Some((words, _)) = self.second else {
            pen.paragraph(area, &Block::new(vec![Span::new(pick(&IT), Face::Text)], size).down_to(least));
            return;
        };
        let half = area.height().part(1, 2);
        let italian = Block::new(vec![Span::new(pick(&IT), Face::Text)], size).down_to(least);
        let end = pen.paragraph(area.strip(Micro::ZERO, half), &italian);
        let other = Block::new(vec![self.second_span(pick(words).into(), words, Face::Text)], size).down_to(least);
        pen.paragraph(Area { top: end, ..area }, &other);
    }

    /// Words for who does not see a code; in one language, which is that of the document, or in both.
    pub(super) fn described(self, say: impl Fn(&'static Words, PrintedLanguage) -> String) -> String {
        let italian = say(&IT, PrintedLanguage::It);
        match self.second.filter(|_| self.equal) {
            Some((words, language)) => format!("{italian} {BETWEEN} {}", say(words, language)),
            None => italian,
        }
    }

    fn second_span(self, text: String, words: &'static Words, face: Face) -> Span<'static> {
        let span = Span::new(text, self.second_face(face)).in_ink(self.second_ink());
        Span { language: Some(words.tag), ..span }
    }

    fn second_face(self, face: Face) -> Face {
        if self.equal { face } else { Face::Text }
    }

    fn second_ink(self) -> Ink {
        if self.equal { Ink::Black } else { Ink::Second }
    }
}

/// A day as it is printed.
pub(super) fn day(date: NaiveDate) -> String {
    date.format("%d/%m/%Y").to_string()
}

pub(super) fn filled(words: &str, number: Option<usize>) -> String {
    match number {
        Some(number) => words.replace("{n}", &number.to_string()),
        None => words.to_owned(),
    }
}

/// Italian is none beside itself.
fn words(language: PrintedLanguage) -> Option<&'static Words> {
    match language {
        PrintedLanguage::It => None,
        PrintedLanguage::En => Some(&EN),
        PrintedLanguage::De => Some(&DE),
        PrintedLanguage::Fr => Some(&FR),
        PrintedLanguage::Sl => Some(&SL),
    }
}
