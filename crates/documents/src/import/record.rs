// SPDX-License-Identifier: AGPL-3.0-or-later
//! One row, read by what its columns are.

use serde_json::Value;
use tramite_domain::import::{ROW_FAULTS_MAX, RowAction};

use crate::sheet::{SheetCell, SheetRow};

use super::columns::ColumnKind;
use super::header::{Binding, Only, Taker, Takes};
use super::model::PlacedFault;
use super::names::normal;
use super::spot::Spot;
use super::value::{CellFault, POSTAL_CODE_DIGITS, number_instead_of_text, value};

/// What stands between the name of an application and its key.
const PREFIX_ENDS_WITH: char = ':';
/// A cell stands under no column.
pub(super) const CELL_WITHOUT_COLUMN: &str = "cell_without_column";
/// A row is of another institution.
const ANOTHER_CREDITOR: &str = "another_creditor";

/// One row: what it says, and what is wrong with it.
#[derive(Debug)]
pub(super) struct Record<'a> {
    /// Its place in the group.
    pub(super) row: usize,
    pub(super) filled: Vec<Filled<'a>>,
    pub(super) faults: Vec<PlacedFault>,
    /// What would have been filled by cells with faults.
    pub(super) failed: Vec<&'a Spot>,
    pub(super) action: RowAction,
    pub(super) binding: &'a Binding,
}

/// A value, and where it comes from and goes.
#[derive(Debug)]
pub(super) struct Filled<'a> {
    pub(super) spot: &'a Spot,
    pub(super) column: &'a str,
    pub(super) value: Value,
}

impl<'a> Record<'a> {
    /// Reads a row.
    pub(super) fn read(binding: &'a Binding, row: usize, sheet_row: &SheetRow) -> Self {
        let filled = Vec::with_capacity(sheet_row.cells.len());
        let mut record = Self { row, filled, faults: Vec::new(), failed: Vec::new(), action: RowAction::Load, binding };
        let mut cancelled = false;
        for (place, cell) in sheet_row.cells.iter().enumerate() {
            match binding.columns.get(place) {
                None => record.unnamed(cell),
                Some(bound) => match &bound.takes {
                    Takes::Nothing => {}
                    Takes::Unnamed => record.unnamed(cell),
                    Takes::Only(only) => record.only(&bound.name, only, cell, sheet_row),
                    Takes::KeyPrefix => record.check_prefix(&bound.name, cell),
                    Takes::Creditor(own) => record.creditor(&bound.name, own.as_deref(), cell),
                    Takes::Value(taker) => {
                        cancelled |= taker.cancels.iter().any(|word| is_word(cell, word));
                        record.take(&bound.name, taker, cell, sheet_row);
                    }
                },
            }
        }
        record.check_postal_code();
        record.find_action();
        record.check_action();
        if cancelled {
            record.action = RowAction::Cancel;
        }
        if record.action == RowAction::Cancel {
            record.keep_keys();
        }
        record.check_width(sheet_row.width);
        record
    }

    /// The value at a place.
    pub(super) fn at(&self, spot: &Spot) -> Option<&Filled<'a>> {
        self.filled.iter().find(|filled| filled.spot == spot)
    }

    /// The text at a place.
    pub(super) fn text(&self, spot: &Spot) -> Option<&str> {
        self.at(spot).and_then(|filled| filled.value.as_str())
    }

    pub(super) fn fault(&mut self, column: Option<&str>, code: &str, detail: &str) {
        // No row is told more: a table of many columns may be wrong in all of them.
        if self.faults.len() < ROW_FAULTS_MAX {
            self.faults.push(PlacedFault::new(self.row, column, code, detail));
        }
    }

    fn take(&mut self, column: &'a str, taker: &'a Taker, cell: &SheetCell, sheet_row: &SheetRow) {
        if let Some(place) = taker.when {
            let says = sheet_row.cells.get(place);
            if says.is_none_or(is_blank) && !is_blank(cell) {
                let detail = "another column must say whether this one counts, and says nothing";
                self.failed.push(&taker.spot);
                return self.fault(Some(column), "unsupported_value", detail);
            }
            if !says.is_some_and(|says| is_word(says, "true")) {
                return;
            }
        }
        match taken(taker, cell) {
            Ok(None) => {}
            Ok(Some(value)) if taker.digits && !is_whole(&value) => {
                let detail = "only a whole number has a place here, and what it says would be lost";
                self.failed.push(&taker.spot);
                self.fault(Some(column), "unsupported_value", detail);
            }
            Ok(Some(value)) => {
                let twice = self
                    .at(&taker.spot)
                    .map(|other| format!("the column {} says it too; leave one empty", other.column));
                if let Some(detail) = twice {
                    return self.fault_of(taker, column, "two_columns_for_one_value", &detail);
                }
                self.filled.push(Filled { spot: &taker.spot, column, value });
                let sets = taker.sets.iter().map(|(spot, value)| Filled { spot, column, value: value.clone() });
                self.filled.extend(sets);
            }
            Err(fault) => {
                self.failed.push(&taker.spot);
                self.fault_of(taker, column, fault.code, fault.detail);
            }
        }
    }

    /// A fault of a value. That of a key is told whatever else is wrong: a row that cancels passes over all others, and would take
    /// back more than it says.
    fn fault_of(&mut self, taker: &Taker, column: &str, code: &str, detail: &str) {
        if is_key(&taker.spot) {
            self.make_room();
        }
        self.fault(Some(column), code, detail);
    }

    /// Room for one more fault.
    fn make_room(&mut self) {
        self.faults.truncate(ROW_FAULTS_MAX.saturating_sub(1));
    }

    fn unnamed(&mut self, cell: &SheetCell) {
        if *cell != SheetCell::Empty {
            self.fault(None, CELL_WITHOUT_COLUMN, "the row has a cell under which no column is named");
        }
    }

    /// A row that is wider than the header was parted where nobody meant it: `120,50` in a table whose cells commas part, with nothing
    /// in the last column. What stands behind is under the wrong column, be it a key of what is cancelled.
    fn check_width(&mut self, width: usize) {
        let told = self.faults.iter().any(|fault| fault.fault.code == CELL_WITHOUT_COLUMN);
        if width > self.binding.width && !told {
            self.make_room();
            let detail = "the row has more cells than the header; an amount with a comma may need quotes";
            self.fault(None, CELL_WITHOUT_COLUMN, detail);
        }
    }

    fn only(&mut self, column: &str, only: &Only, cell: &SheetCell, sheet_row: &SheetRow) {
        if is_blank(cell) {
            return;
        }
        if !only.words.iter().any(|word| is_word(cell, word)) {
            let detail = "nothing is taken from this column, and what it says would be lost; empty it";
            return self.fault(Some(column), "unsupported_value", detail);
        }
        let lacks = |place: usize| sheet_row.cells.get(place).is_none_or(is_blank);
        if only.needs.iter().any(|(word, place)| is_word(cell, word) && lacks(*place)) {
            let detail = "every debt has its number here: where this column says no, the row must bring one of its own";
            self.fault(Some(column), "unsupported_value", detail);
        }
    }

    fn check_prefix(&mut self, column: &str, cell: &SheetCell) {
        if let Err(fault) = key_prefix(cell) {
            // It is a part of the key: whatever else is wrong, this is told.
            self.make_room();
            self.fault(Some(column), fault.code, fault.detail);
        }
    }

    /// Money of another institution is not this one's to ask for.
    fn creditor(&mut self, column: &str, own: Option<&str>, cell: &SheetCell) {
        if !is_blank(cell) && own.is_some_and(|own| !is_word(cell, own)) {
            // Whatever else is wrong, this is told.
            self.make_room();
            self.fault(Some(column), ANOTHER_CREDITOR, "the row is of another institution than the one that loads it");
        }
    }

    /// A CSV does not tell a number from a text: an Italian postal code of fewer than five digits has lost its noughts.
    fn check_postal_code(&mut self) {
        let (postal_code, country) = (Spot::Address("postal_code"), Spot::Address("country"));
        let italian = self.text(&country).is_none_or(|country| country.eq_ignore_ascii_case("IT"));
        let Some(filled) = self.at(&postal_code).filter(|_| italian) else {
            return;
        };
        let cut = |code: &str| code.len() < POSTAL_CODE_DIGITS && code.bytes().all(|byte| byte.is_ascii_digit());
        if filled.value.as_str().is_some_and(cut) {
            let (column, fault) = (filled.column, number_instead_of_text());
            self.fault(Some(column), fault.code, fault.detail);
        }
    }

    fn find_action(&mut self) {
        if let Some(action) = self.text(&Spot::Action).and_then(RowAction::named) {
            self.action = action;
        }
    }

    /// A table of others says in each row what is to be done. One that says nothing may be of another version, whose columns stand
    /// elsewhere: it is not taken for a debt.
    fn check_action(&mut self) {
        let binding = self.binding;
        let column = if binding.ours { None } else { binding.column_of(&Spot::Action) };
        let Some(column) = column.filter(|_| self.at(&Spot::Action).is_none()) else {
            return;
        };
        if !self.faults.iter().any(|fault| fault.fault.column.as_deref() == Some(column)) {
            self.make_room();
            self.fault(Some(column), "required", "must say what is to be done");
        }
    }

    /// Of a cancellation nothing is looked at but what is cancelled, and whose it is.
    fn keep_keys(&mut self) {
        self.filled.retain(|filled| is_key(filled.spot));
        let binding = self.binding;
        let keys = binding.columns.iter().filter(|bound| match &bound.takes {
            Takes::Value(taker) => is_key(&taker.spot),
            Takes::KeyPrefix => true,
            _ => false,
        });
        let keys: Vec<&str> = keys.map(|bound| bound.name.as_str()).collect();
        self.faults.retain(|fault| {
            let of_key = fault.fault.column.as_deref().is_some_and(|column| keys.contains(&column));
            of_key || fault.fault.code == ANOTHER_CREDITOR
        });
    }
}

/// Whether it says what is cancelled, and whose it is.
fn is_key(spot: &Spot) -> bool {
    matches!(spot, Spot::Action | Spot::Root("external_id" | "service_code") | Spot::Installment("reference"))
}

/// The key of a position, as far as a row says it: service and external id.
pub(super) fn key_of(binding: &Binding, sheet_row: &SheetRow) -> (Option<String>, Option<String>) {
    let (mut service, mut external) = (None, None);
    let mut prefix = Ok(None);
    for (bound, cell) in binding.columns.iter().zip(&sheet_row.cells) {
        let taker = match &bound.takes {
            Takes::Value(taker) => taker,
            Takes::KeyPrefix => {
                prefix = key_prefix(cell);
                continue;
            }
            _ => continue,
        };
        let place = match taker.spot {
            Spot::Root("service_code") => &mut service,
            Spot::Root("external_id") => &mut external,
            _ => continue,
        };
        *place = taken(taker, cell).ok().flatten().and_then(|value| value.as_str().map(ToOwned::to_owned));
    }
    let external = match prefix {
        Ok(None) => external,
        Ok(Some(prefix)) => external.map(|external| format!("{prefix}{PREFIX_ENDS_WITH}{external}")),
        Err(_) => None,
    };
    (service, external)
}

/// The application whose key it is. Two of them may have the same keys, and mean different debts.
fn key_prefix(cell: &SheetCell) -> Result<Option<String>, CellFault> {
    let prefix = value(ColumnKind::Code, cell)?.and_then(|prefix| prefix.as_str().map(ToOwned::to_owned));
    if prefix.as_ref().is_some_and(|prefix| prefix.contains(PREFIX_ENDS_WITH)) {
        return Err(CellFault::new("unsupported_value", "a colon has no place here: it stands before the key"));
    }
    Ok(prefix)
}

fn taken(taker: &Taker, cell: &SheetCell) -> Result<Option<Value>, CellFault> {
    if taker.words.is_empty() && taker.strip.is_none() {
        return value(taker.kind, cell);
    }
    let SheetCell::Text(text) = cell else {
        return value(taker.kind, cell);
    };
    let mut text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if let Some([before, after]) = &taker.strip {
        text = text.strip_prefix(before.as_str()).unwrap_or(text);
        text = text.strip_suffix(after.as_str()).unwrap_or(text);
    }
    if taker.words.is_empty() {
        return value(taker.kind, &SheetCell::Text(text.to_owned()));
    }
    let given = normal(text);
    let meaning = taker.words.iter().find(|(word, _)| *word == given).map(|(_, meaning)| meaning.clone());
    let unknown = CellFault::new("unknown_value", "none of the words that this column knows");
    value(taker.kind, &SheetCell::Text(meaning.ok_or(unknown)?))
}

fn is_whole(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
}

fn is_blank(cell: &SheetCell) -> bool {
    matches!(cell, SheetCell::Empty) || is_word(cell, "")
}

fn is_word(cell: &SheetCell, word: &str) -> bool {
    match cell {
        SheetCell::Text(text) | SheetCell::Number(text) => text.trim().eq_ignore_ascii_case(word),
        SheetCell::Empty | SheetCell::Day(_) | SheetCell::Moment(_) | SheetCell::Unread(_) => false,
    }
}
