// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the columns of a file are: known by their header, or by their place.

use serde_json::Value;

use crate::sheet::{FileFault, SheetCell, SheetError, SheetRow};

use super::columns::{ColumnKind, Target, named};
use super::layout::{Layout, LayoutColumn};
use super::limits::COLUMNS_NAMED_MAX;
use super::lines::REPORT_MARKS;
use super::model::ImportDefaults;
use super::names::{normal, shown};
use super::spot::Spot;
use super::value;

/// Names that are told of columns that are not known, at most.
const NAMES_TOLD_MAX: usize = 10;

/// The columns of a file.
#[derive(Debug)]
pub(super) struct Binding {
    pub(super) columns: Vec<Bound>,
    /// How many of them, from the first, are known by their place.
    pub(super) placed: usize,
    /// How many cells a row may have: those of the header, with the empty ones at its end.
    pub(super) width: usize,
    /// The language that its columns are called in.
    pub(super) italian: bool,
    pub(super) amount_of_transfers: bool,
    /// Whether the first row is a header.
    pub(super) headed: bool,
    pub(super) ours: bool,
}

/// One column of a file.
#[derive(Debug)]
pub(super) struct Bound {
    /// Its name in the file.
    pub(super) name: String,
    pub(super) takes: Takes,
}

/// What is taken from a column.
#[derive(Debug)]
pub(super) enum Takes {
    /// Nothing.
    Nothing,
    /// Nothing, and it may say nothing: it has no name.
    Unnamed,
    /// Nothing, and it may say nothing but this.
    Only(Only),
    /// What the key of the position begins with.
    KeyPrefix,
    /// Nothing, and it may name nobody but this institution.
    Creditor(Option<String>),
    /// A value.
    Value(Box<Taker>),
}

/// What a column may say from which nothing is taken.
#[derive(Debug)]
pub(super) struct Only {
    pub(super) words: Vec<String>,
    /// Words that may stand only where the column at that place says something.
    pub(super) needs: Vec<(String, usize)>,
}

/// How a value is taken.
#[derive(Debug)]
pub(super) struct Taker {
    pub(super) spot: Spot,
    pub(super) kind: ColumnKind,
    /// What its words stand for in a table of others.
    pub(super) words: Vec<(String, String)>,
    /// The column that must say `true` for this one to count. Where that says nothing, this one may not either.
    pub(super) when: Option<usize>,
    /// Whether nothing but a whole number has a place here.
    pub(super) digits: bool,
    pub(super) strip: Option<[String; 2]>,
    /// What else is set where it says something.
    pub(super) sets: Vec<(Spot, Value)>,
    /// What it says to cancel.
    pub(super) cancels: Vec<String>,
}

impl Binding {
    /// What the columns of a file are, by its first row.
    pub(super) fn of(first: &SheetRow, defaults: &ImportDefaults) -> Result<Self, SheetError> {
        let headers: Vec<String> = first.cells.iter().map(text).collect();
        let bound = match Layout::of(defaults.layout)? {
            Some(layout) if layout.positional => positional(&headers, &layout, defaults.creditor.as_ref()),
            Some(layout) => all_read(first).and_then(|()| by_name(&headers, &layout, defaults.creditor.as_ref())),
            None => all_read(first).and_then(|()| ours(&headers, defaults)),
        };
        let bound = bound.and_then(|binding| binding.check_count().map(|()| binding));
        let mut binding = bound.map_err(|fault| fault.in_line(first.line))?;
        binding.width = first.width.max(binding.columns.len());
        Ok(binding)
    }

    fn check_count(&self) -> Result<(), FileFault> {
        let own = self.columns.iter().filter(|bound| !is_of_report(&bound.name)).count();
        if own <= COLUMNS_NAMED_MAX {
            return Ok(());
        }
        let detail = format!("the table has more than {COLUMNS_NAMED_MAX} columns");
        Err(FileFault::new("too_many_columns", detail))
    }

    /// The column that fills a place.
    pub(super) fn column_of(&self, spot: &Spot) -> Option<&str> {
        self.columns.iter().find_map(|bound| match &bound.takes {
            Takes::Value(taker) if taker.spot == *spot => Some(bound.name.as_str()),
            _ => None,
        })
    }
}

fn text(cell: &SheetCell) -> String {
    match cell {
        SheetCell::Empty | SheetCell::Unread(_) => String::new(),
        SheetCell::Text(text) | SheetCell::Number(text) => shown(text),
        SheetCell::Day(day) => day.to_string(),
        SheetCell::Moment(moment) => moment.to_string(),
    }
}

/// Columns that are known by their names have all of them read.
fn all_read(first: &SheetRow) -> Result<(), FileFault> {
    let unread = first.cells.iter().find_map(|cell| match cell {
        SheetCell::Unread(why) => Some(*why),
        _ => None,
    });
    unread.map_or(Ok(()), |why| Err(FileFault::new(why.code(), why.detail())))
}

/// A table of ours: every column is known by its name, in any order.
fn ours(headers: &[String], defaults: &ImportDefaults) -> Result<Binding, FileFault> {
    let reported = has_marks(headers);
    let mut columns: Vec<Bound> = Vec::with_capacity(headers.len());
    let mut seen: Vec<String> = Vec::new();
    let mut unknown = Vec::new();
    let (mut italian, mut english) = (0_usize, 0_usize);
    for header in headers {
        let found = named(header);
        let takes = match found {
            _ if header.is_empty() => Takes::Unnamed,
            Some(found) if reported || found.column.target != Target::Report => {
                Spot::of(found).map_or(Takes::Nothing, |spot| plain(spot, found.column.kind))
            }
            _ => match Spot::pair(header) {
                Some(spot) => plain(spot, ColumnKind::Text),
                None => {
                    unknown.push(header.clone());
                    continue;
                }
            },
        };
        if let Some(found) = found {
            if found.italian { italian += 1 } else { english += 1 }
        }
        // One column may be called in many ways: what it is counts.
        let is = found.map_or_else(|| pair_name(&takes), |found| found.column.name(false, found.number));
        if !is.is_empty() && seen.contains(&is) {
            let detail = format!("the column {header} is there twice; one may be called in Italian and in English");
            return Err(FileFault::new("duplicate_column", detail).in_column(header));
        }
        seen.push(is);
        columns.push(Bound { name: header.clone(), takes });
    }
    check_known(&unknown, columns.iter().filter(|bound| !matches!(bound.takes, Takes::Unnamed)).count())?;
    let italian = italian > english;
    let binding =
        Binding { columns, placed: 0, width: 0, italian, amount_of_transfers: false, headed: true, ours: true };
    check_required(&binding, defaults)?;
    Ok(binding)
}

fn pair_name(takes: &Takes) -> String {
    match takes {
        Takes::Value(taker) => taker.spot.path(),
        _ => String::new(),
    }
}

fn plain(spot: Spot, kind: ColumnKind) -> Takes {
    let (words, sets, cancels) = (vec![], vec![], vec![]);
    let taker = Taker { spot, kind, words, when: None, digits: false, strip: None, sets, cancels };
    Takes::Value(Box::new(taker))
}

/// A first row of which nothing is known is no header: its cells may be persons, and are not told.
fn check_known(unknown: &[String], known: usize) -> Result<(), FileFault> {
    if known == 0 {
        let detail = "the first row names no column that is known; it must be the header of the table";
        return Err(FileFault::new("no_header", detail));
    }
    let Some(first) = unknown.first() else {
        return Ok(());
    };
    let told: Vec<&str> = unknown.iter().take(NAMES_TOLD_MAX).map(String::as_str).collect();
    let detail = format!("columns that are not known: {}", told.join(", "));
    Err(FileFault::new("unknown_column", detail).in_column(first))
}

fn check_required(binding: &Binding, defaults: &ImportDefaults) -> Result<(), FileFault> {
    let has = |spot: &Spot| binding.column_of(spot).is_some();
    let needed = |key: &str, there: bool| {
        if there {
            return Ok(());
        }
        let name = named(key).map_or_else(|| key.to_owned(), |found| found.column.name(binding.italian, found.number));
        let detail = format!("the table needs a column {name}");
        Err(FileFault::new("missing_column", detail).in_column(name))
    };
    needed("external_id", has(&Spot::Root("external_id")))?;
    needed("service_code", defaults.service_code.is_some() || has(&Spot::Root("service_code")))?;
    // A table of cancellations says no more than what is cancelled.
    if has(&Spot::Action) {
        return Ok(());
    }
    needed("debtor_tax_code", has(&Spot::Debtor("tax_code")))?;
    let name = has(&Spot::Debtor("full_name")) || (has(&Spot::FirstName) && has(&Spot::LastName));
    needed("debtor_full_name", name)
}

/// A table of others whose columns are known by their place.
fn positional(headers: &[String], layout: &Layout, creditor: Option<&String>) -> Result<Binding, FileFault> {
    let first = layout.first_header.as_deref().map(normal);
    let headed = headers.first().map(|header| normal(header)) == first;
    let expected = layout.columns.len();
    if headed && headers.len() < expected {
        let missing = layout.columns.get(headers.len()).map(|column| column.name.clone()).unwrap_or_default();
        let detail = format!("this layout has {expected} columns and the file has {}", headers.len());
        return Err(FileFault::new("missing_column", detail).in_column(missing));
    }
    let mut columns: Vec<Bound> = layout
        .columns
        .iter()
        .map(|column| Bound { name: column.name.clone(), takes: takes(column, layout, creditor) })
        .collect();
    if headed {
        for (bound, header) in columns.iter_mut().zip(headers) {
            bound.name.clone_from(header);
        }
        // What stands before them is the layout's by its place, whatever it is called.
        let added = headers.get(expected..).unwrap_or_default();
        let reported = has_marks(added);
        for header in added {
            if !reported || !is_of_report(header) {
                let detail = format!("this layout has {expected} columns and the file has {}", headers.len());
                return Err(FileFault::new("unknown_column", detail).in_column(header));
            }
            columns.push(Bound { name: header.clone(), takes: Takes::Nothing });
        }
    }
    let amount_of_transfers = layout.amount_of_transfers;
    Ok(Binding { columns, placed: expected, width: 0, italian: true, amount_of_transfers, headed, ours: false })
}

/// A table of others whose columns are known by their name.
fn by_name(headers: &[String], layout: &Layout, creditor: Option<&String>) -> Result<Binding, FileFault> {
    let mut columns: Vec<Bound> = Vec::with_capacity(headers.len());
    let mut unknown = Vec::new();
    let mut known = 0_usize;
    let reported = has_marks(headers);
    for header in headers {
        let found = layout.columns.iter().find(|column| normal(&column.name) == normal(header));
        let takes = match found {
            _ if header.is_empty() => Takes::Unnamed,
            Some(column) => {
                known += 1;
                takes(column, layout, creditor)
            }
            None if reported && is_of_report(header) => Takes::Nothing,
            None => {
                unknown.push(header.clone());
                continue;
            }
        };
        if found.is_some() && columns.iter().any(|bound| normal(&bound.name) == normal(header)) {
            return Err(
                FileFault::new("duplicate_column", format!("the column {header} is there twice")).in_column(header)
            );
        }
        columns.push(Bound { name: header.clone(), takes });
    }
    check_known(&unknown, known)?;
    for column in layout.columns.iter().filter(|column| column.required) {
        if !headers.iter().any(|header| normal(header) == normal(&column.name)) {
            let detail = format!("the table needs a column {}", column.name);
            return Err(FileFault::new("missing_column", detail).in_column(&column.name));
        }
    }
    for bound in &mut columns {
        resolve_when(bound, headers, layout);
    }
    let amount_of_transfers = layout.amount_of_transfers;
    Ok(Binding { columns, placed: 0, width: 0, italian: true, amount_of_transfers, headed: true, ours: false })
}

/// Where columns are known by their name, the one that another looks at may stand anywhere.
fn resolve_when(bound: &mut Bound, headers: &[String], layout: &Layout) {
    if let Takes::Value(taker) = &mut bound.takes {
        let name = taker.when.and_then(|place| layout.columns.get(place)).map(|column| normal(&column.name));
        taker.when = name.and_then(|name| headers.iter().position(|header| normal(header) == name));
    }
}

/// Whether columns hold the marks of a report: what it added is passed over beside them alone. Elsewhere such a column is the caller's
/// own, and what it says would be lost, be it a number that is printed already.
fn has_marks(headers: &[String]) -> bool {
    let is_called = |header: &String, mark: &str| {
        named(header).is_some_and(|found| found.column.english.first().copied() == Some(mark))
    };
    REPORT_MARKS.iter().all(|mark| headers.iter().any(|header| is_called(header, mark)))
}

/// Whether a report of a table of others adds a column of this name.
fn is_of_report(header: &str) -> bool {
    named(header).is_some_and(|found| {
        found.column.target == Target::Report
            || matches!(found.column.target, Target::Installment("iuv" | "notice_number"))
    })
}

fn takes(column: &LayoutColumn, layout: &Layout, creditor: Option<&String>) -> Takes {
    let place_of = |name: &String| layout.columns.iter().position(|other| other.name == *name);
    if let Some(words) = &column.only {
        let needs = column.needs.iter().filter_map(|(word, name)| Some((word.clone(), place_of(name)?)));
        return Takes::Only(Only { words: words.clone(), needs: needs.collect() });
    }
    if column.key_prefix {
        return Takes::KeyPrefix;
    }
    if column.creditor {
        return Takes::Creditor(creditor.cloned());
    }
    if column.budget {
        return plain(Spot::Chapter(1), ColumnKind::Budget);
    }
    let Some(spot) = column.key.as_deref().and_then(Spot::named) else {
        return Takes::Nothing;
    };
    let kind = |key: &str| named(key).map_or(ColumnKind::Text, |found| found.column.kind);
    let set = |(key, word): (&String, &String)| {
        let value = value::value(kind(key), &SheetCell::Text(word.clone())).ok().flatten()?;
        Some((Spot::named(key)?, value))
    };
    Takes::Value(Box::new(Taker {
        spot,
        kind: column.key.as_deref().map_or(ColumnKind::Text, kind),
        words: column.values.iter().map(|(word, meaning)| (normal(word), meaning.clone())).collect(),
        when: column.when.as_ref().and_then(place_of),
        digits: column.digits,
        strip: column.strip.clone(),
        sets: column.sets.iter().filter_map(set).collect(),
        cancels: column.cancels.clone(),
    }))
}
