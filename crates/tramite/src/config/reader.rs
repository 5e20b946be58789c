// SPDX-License-Identifier: AGPL-3.0-or-later
//! Reads settings one by one, and keeps both what is wrong and what holds.

use std::fmt::Display;

use super::problem::{Problem, WrongConfiguration};

/// The longest wrong value that is repeated in a text, in characters.
const QUOTED_CHARS_MAX: usize = 80;

/// A setting as it holds, for `config check`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Effective {
    /// The variable.
    pub(crate) variable: &'static str,
    /// The value, without secrets; none where it is not set.
    pub(crate) value: Option<String>,
    /// Whether it was given, on the command line or in the environment.
    pub(crate) given: bool,
}

/// Collects what is wrong and what holds.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    problems: Vec<Problem>,
    effective: Vec<Effective>,
}

impl Reader {
    /// A setting that may be left out.
    pub(crate) fn optional<T: Display>(
        &mut self,
        variable: &'static str,
        given: Option<&str>,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let Some(text) = present(given) else {
            self.hold(variable, None, false);
            return None;
        };
        let value = parse(text);
        match &value {
            Some(value) => self.hold(variable, Some(value.to_string()), true),
            None => self.wrong(variable, format!("{} is wrong; expected {expected}", quoted(text))),
        }
        value
    }

    /// A setting with a default.
    pub(crate) fn or_default<T: Display>(
        &mut self,
        variable: &'static str,
        given: Option<&str>,
        expected: &str,
        default: T,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> T {
        if present(given).is_none() {
            self.hold(variable, Some(default.to_string()), false);
            return default;
        }
        self.optional(variable, given, expected, parse).unwrap_or(default)
    }

    /// A setting that must be there.
    pub(crate) fn required<T: Display>(
        &mut self,
        variable: &'static str,
        given: Option<&str>,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        if present(given).is_none() {
            self.wrong(variable, format!("is not set; expected {expected}"));
            return None;
        }
        self.optional(variable, given, expected, parse)
    }

    /// Says what is wrong with a setting.
    pub(crate) fn wrong(&mut self, variable: &'static str, text: impl Into<String>) {
        self.problems.push(Problem::new(variable, text));
    }

    /// Says what holds.
    pub(crate) fn hold(&mut self, variable: &'static str, value: Option<String>, given: bool) {
        self.effective.push(Effective { variable, value, given });
    }

    /// Whether something was wrong so far.
    #[cfg(test)]
    pub(crate) fn has_problems(&self) -> bool {
        !self.problems.is_empty()
    }

    /// What holds and what is wrong.
    pub(crate) fn into_parts(self) -> (Vec<Effective>, Vec<Problem>) {
        (self.effective, self.problems)
    }

    /// The whole configuration, or everything that is wrong with it.
    pub(crate) fn finish<T>(self, settings: Option<T>) -> Result<T, WrongConfiguration> {
        match settings {
            Some(settings) if self.problems.is_empty() => Ok(settings),
            _ => Err(WrongConfiguration(self.problems)),
        }
    }
}

/// Reads a switch that is off unless said otherwise.
pub(crate) fn flag(reader: &mut Reader, variable: &'static str, given: Option<&str>) -> bool {
    reader.or_default(variable, given, "true or false", false, |text| text.parse().ok())
}

/// An empty variable is not set: that is how files of variables leave one out.
pub(crate) fn present(given: Option<&str>) -> Option<&str> {
    given.map(str::trim).filter(|text| !text.is_empty())
}

fn quoted(text: &str) -> String {
    let short: String = text.chars().take(QUOTED_CHARS_MAX).collect();
    format!("{short:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBER: &str = "a number, for example 8";

    fn number(text: &str) -> Option<u16> {
        text.parse().ok()
    }

    #[test]
    fn every_wrong_setting_is_named_with_what_is_expected() {
        let mut reader = Reader::default();
        assert_eq!(reader.required("A", None, NUMBER, number), None);
        assert_eq!(reader.required("B", Some("x\ny"), NUMBER, number), None);
        assert_eq!(reader.or_default("C", Some("70000"), NUMBER, 7, number), 7);
        assert_eq!(reader.or_default("D", Some(" "), NUMBER, 7, number), 7);
        let wrong = reader.finish(Some(())).unwrap_err();
        assert_eq!(
            wrong.to_string(),
            "A: is not set; expected a number, for example 8\n\
             B: \"x\\ny\" is wrong; expected a number, for example 8\n\
             C: \"70000\" is wrong; expected a number, for example 8"
        );
    }

    #[test]
    fn what_holds_is_known_with_where_it_comes_from() {
        let mut reader = Reader::default();
        assert_eq!(reader.required("A", Some("8"), NUMBER, number), Some(8));
        reader.or_default("B", None, NUMBER, 7, number);
        reader.optional("C", None, NUMBER, number);
        let (effective, problems) = reader.into_parts();
        assert!(problems.is_empty());
        let held: Vec<_> = effective.iter().map(|e| (e.variable, e.value.as_deref(), e.given)).collect();
        assert_eq!(held, [("A", Some("8"), true), ("B", Some("7"), false), ("C", None, false)]);
    }
}
