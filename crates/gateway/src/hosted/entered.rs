// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a browser sends of a form, as the values of a submission. A browser sends texts as people wrote them; what cannot be read stays
//! the text it is, so that the form says what is wrong with it and shows it again.

use std::collections::HashMap;

use serde_json::{Map, Value as Json, json};
use tramite_domain::form::{FieldInput, FieldType};

use super::language::Lang;

/// Names and values that one form sends at most: 200 fields, one of them a group of 50 rows.
const PAIRS_MAX: usize = 12_000;

/// A form as it was sent.
#[derive(Debug, Default)]
pub(super) struct Posted(HashMap<String, Vec<String>>);

impl Posted {
    /// Reads the body of a form; none where it is none.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(body).ok()?;
        if pairs.len() > PAIRS_MAX {
            return None;
        }
        let mut all: HashMap<String, Vec<String>> = HashMap::new();
        for (name, value) in pairs {
            all.entry(name).or_default().push(value);
        }
        Some(Self(all))
    }

    /// The last value of a name: a box that is ticked comes after the one that says that it is there.
    pub(super) fn last(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(|values| values.last()).map(String::as_str)
    }

    pub(super) fn all(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    /// What belongs to the form itself, for the next page to send again.
    pub(super) fn carried(&self) -> Vec<(&str, &str)> {
        let own = self.0.iter().filter(|(name, _)| name.starts_with(VALUE) || name.starts_with(COUNT));
        let mut pairs: Vec<(&str, &str)> =
            own.flat_map(|(name, values)| values.iter().map(move |value| (name.as_str(), value.as_str()))).collect();
        pairs.sort_unstable();
        pairs
    }

    /// How many rows of a group were sent; none where it was not on the page.
    pub(super) fn rows(&self, group: &str) -> Option<usize> {
        self.last(&format!("{COUNT}{group}"))?.parse().ok()
    }
}

/// What names of values begin with.
const VALUE: &str = "v.";
/// What the number of rows of a group begins with.
const COUNT: &str = "n.";

/// The name of a field's input.
pub(super) fn input_name(group: Option<(&str, usize)>, field: &str) -> String {
    match group {
        Some((group, row)) => format!("{VALUE}{group}.{row}.{field}"),
        None => format!("{VALUE}{field}"),
    }
}

/// The name under which the number of rows of a group is sent.
pub(super) fn count_name(group: &str) -> String {
    format!("{COUNT}{group}")
}

/// What is done to the rows of a group before the form is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows<'a> {
    AsSent,
    OneMore(&'a str),
    Without(&'a str, usize),
}

/// The values of a submission.
pub(super) fn values(fields: &[FieldInput], posted: &Posted, rows: Rows<'_>, lang: Lang) -> Map<String, Json> {
    let mut values = Map::new();
    for field in fields {
        let value = match field.kind {
            FieldType::Group => Some(group(field, posted, rows, lang)),
            _ => value(field, posted.all(&input_name(None, &field.name)), lang),
        };
        values.extend(value.map(|value| (field.name.clone(), value)));
    }
    values
}

/// The rows of a group; as many empty ones as it must have where it was not on the page.
fn group(field: &FieldInput, posted: &Posted, rows: Rows<'_>, lang: Lang) -> Json {
    let most = field.max_rows.unwrap_or(tramite_domain::form::limits::GROUP_ROWS_MAX);
    let least = field.min_rows.unwrap_or(0);
    let sent = posted.rows(&field.name).map_or(least, |count| count.min(most));
    let mut all: Vec<Json> = (0..sent)
        .map(|row| {
            let inner = field.fields.iter().filter_map(|inner| {
                let name = input_name(Some((&field.name, row)), &inner.name);
                Some((inner.name.clone(), value(inner, posted.all(&name), lang)?))
            });
            Json::Object(inner.collect())
        })
        .collect();
    match rows {
        Rows::OneMore(name) if name == field.name && all.len() < most => all.push(json!({})),
        Rows::Without(name, row) if name == field.name && row < all.len() => {
            all.remove(row);
        }
        _ => {}
    }
    Json::Array(all)
}

fn value(field: &FieldInput, sent: &[String], lang: Lang) -> Option<Json> {
    let text = sent.last()?.trim();
    match field.kind {
        FieldType::Boolean => return Some(json!(text == "1")),
        FieldType::Choices => {
            return Some(json!(sent.iter().filter(|one| !one.is_empty()).collect::<Vec<_>>()));
        }
        _ if text.is_empty() => return None,
        _ => {}
    }
    let read = match field.kind {
        FieldType::Integer | FieldType::Year => whole(text).map(Json::from),
        FieldType::Money => cents(text, lang).map(Json::from),
        FieldType::Decimal => Some(json!(text.replace(' ', "").replace(',', "."))),
        FieldType::Date => day(text).map(Json::from),
        FieldType::Month => month(text).map(Json::from),
        _ => None,
    };
    Some(read.unwrap_or_else(|| json!(text)))
}

fn whole(text: &str) -> Option<i64> {
    text.replace(' ', "").parse().ok()
}

/// Euro as people write them, in cents: `1.234,5` in Italian, `1,234.5` in English; the other sign of decimals is taken where it
/// can mean nothing else.
pub(super) fn cents(text: &str, lang: Lang) -> Option<i64> {
    let text: String = text.chars().filter(|one| !one.is_whitespace() && *one != '€').collect();
    let (decimal, group) = match lang {
        Lang::It => (',', '.'),
        Lang::En => ('.', ','),
    };
    let (whole, rest) = match text.rsplit_once([decimal, group]) {
        None => (text.as_str(), ""),
        // Three digits behind the sign of groups are a group.
        Some((_, rest)) if rest.len() == 3 && text.contains(group) && !text.contains(decimal) => (text.as_str(), ""),
        Some((whole, rest)) => (whole, rest),
    };
    let digits = ungrouped(whole, group)?;
    let right = rest.len() <= 2 && rest.bytes().all(|byte| byte.is_ascii_digit());
    let rest: i64 = format!("{rest:0<2}").parse().ok().filter(|_| right)?;
    digits.parse::<i64>().ok()?.checked_mul(100)?.checked_add(rest)
}

/// The digits of a number that may be written in groups of three.
fn ungrouped(text: &str, separator: char) -> Option<String> {
    let mut groups = text.split(separator);
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let right = digits(first)
        && (rest.is_empty() || first.len() <= 3)
        && rest.iter().all(|group| digits(group) && group.len() == 3);
    right.then(|| format!("{first}{}", rest.concat()))
}

/// `2026-10-31`, or `31/10/2026` where a browser offers no calendar.
fn day(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split(['/', '.']).collect();
    match parts.as_slice() {
        [day, month, year] if year.len() == 4 => Some(format!("{year}-{month:0>2}-{day:0>2}")),
        _ => None,
    }
}

/// `10/2026` as `2026-10`.
fn month(text: &str) -> Option<String> {
    let (month, year) = text.split_once(['/', '.'])?;
    (year.len() == 4).then(|| format!("{year}-{month:0>2}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn euro_become_cents_exactly_as_they_are_written_in_each_language() {
        for (text, it, en) in [
            ("12", Some(1_200), Some(1_200)),
            ("12,34", Some(1_234), Some(1_234)),
            ("12.34", Some(1_234), Some(1_234)),
            ("12,5", Some(1_250), Some(1_250)),
            ("0,07 €", Some(7), Some(7)),
            ("€ 1.234,56", Some(123_456), None),
            ("1,234.56", None, Some(123_456)),
            ("1.234", Some(123_400), None),
            ("1,234", None, Some(123_400)),
            ("1.234.567", Some(123_456_700), None),
            ("12,345", None, Some(1_234_500)),
            ("12.34.56", None, None),
            ("1.2345,00", None, None),
            ("-5", None, None),
            ("dieci", None, None),
            ("", None, None),
            (",50", None, None),
            ("99999999999999999999", None, None),
        ] {
            assert_eq!((cents(text, Lang::It), cents(text, Lang::En)), (it, en), "{text}");
        }
    }

    fn field(kind: &str) -> FieldInput {
        serde_json::from_value(json!({"name": "x", "type": kind, "label": {"it": "X"}})).unwrap()
    }

    #[test]
    fn texts_become_values_and_what_cannot_be_read_stays_as_it_was_written() {
        for (kind, text, expected) in [
            ("text", " Rossi ", json!("Rossi")),
            ("integer", "1 200", json!(1_200)),
            ("integer", "molti", json!("molti")),
            ("decimal", "12,5", json!("12.5")),
            ("money", "12,3x", json!("12,3x")),
            ("date", "2026-10-31", json!("2026-10-31")),
            ("date", "31/10/2026", json!("2026-10-31")),
            ("date", "1.2.2026", json!("2026-02-01")),
            ("month", "9/2026", json!("2026-09")),
            ("time", "09:30", json!("09:30")),
            ("choice", "a", json!("a")),
        ] {
            assert_eq!(value(&field(kind), &[text.to_owned()], Lang::It), Some(expected), "{kind}: {text}");
        }
        assert_eq!(value(&field("text"), &["  ".to_owned()], Lang::It), None);
        assert_eq!(value(&field("text"), &[], Lang::It), None);
        let sent = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        assert_eq!(value(&field("boolean"), &sent(&["0"]), Lang::It), Some(json!(false)));
        assert_eq!(value(&field("boolean"), &sent(&["0", "1"]), Lang::It), Some(json!(true)));
        assert_eq!(value(&field("boolean"), &[], Lang::It), None, "it was not on the page");
        assert_eq!(value(&field("choices"), &sent(&["", "a", "b"]), Lang::It), Some(json!(["a", "b"])));
        assert_eq!(value(&field("choices"), &sent(&[""]), Lang::It), Some(json!([])));
    }

    #[test]
    fn rows_of_a_group_come_as_they_are_and_one_more_or_one_less() {
        let stays: FieldInput = serde_json::from_value(json!({
            "name": "stays", "type": "group", "label": {"it": "Soggiorni"}, "min_rows": 1, "max_rows": 3,
            "fields": [{"name": "nights", "type": "integer", "label": {"it": "Notti"}}]
        }))
        .unwrap();
        let rows = |body: &str, change| {
            let posted = Posted::read(body.as_bytes()).unwrap();
            values(std::slice::from_ref(&stays), &posted, change, Lang::It)["stays"].clone()
        };
        let two = "n.stays=2&v.stays.0.nights=3&v.stays.1.nights=4";
        assert_eq!(rows("", Rows::AsSent), json!([{}]), "as many as there must be");
        assert_eq!(rows(two, Rows::AsSent), json!([{"nights": 3}, {"nights": 4}]));
        assert_eq!(rows(two, Rows::OneMore("stays")), json!([{"nights": 3}, {"nights": 4}, {}]));
        assert_eq!(rows(two, Rows::Without("stays", 0)), json!([{"nights": 4}]));
        assert_eq!(rows(two, Rows::Without("stays", 7)).as_array().unwrap().len(), 2);
        assert_eq!(rows("n.stays=99999999", Rows::OneMore("stays")).as_array().unwrap().len(), 3, "never more");
    }
}
