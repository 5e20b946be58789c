// SPDX-License-Identifier: AGPL-3.0-or-later
//! Which columns a report has: those of the file, and those that it adds.

use tramite_domain::import::RowFault;

use crate::import::columns::{Target, named};
use crate::import::limits::{REPORT_FAULT_CHARS, REPORT_FAULTS_BYTES_MAX};
use crate::import::record::CELL_WITHOUT_COLUMN;
use crate::sheet::SheetCell;
use crate::sheet::limits::{CELL_READ_CHARS_MAX, COLUMNS_MAX};

use super::model::{ReportInstallment, ReportKind, ReportRow};
use super::original::Head;

/// A column that a report adds, by its English name.
type Added = &'static str;

const LOADING: [Added; 6] = ["line", "outcome", "iuv", "notice_number", "qr_code", "errors"];
const OUTCOMES: [Added; 9] =
    ["line", "outcome", "iuv", "notice_number", "payment_status", "paid_at", "paid_amount", "receipt_id", "psp"];

/// The columns of a report.
pub(super) struct Plan {
    /// Columns of the file that are kept, by their place in it, and what fills them where they are empty.
    kept: Vec<(usize, Option<Added>)>,
    added: Vec<Added>,
    names: Vec<String>,
    /// Columns of the file, and whether anything is taken from each.
    taken: Vec<bool>,
    /// Cells that a row may have.
    width: usize,
    /// Bytes of faults that may still be told, where that is bounded.
    faults_left: Option<usize>,
    /// Whether decimals follow a comma.
    comma: bool,
}

impl Plan {
    /// A column that an earlier report added is left out. One of a file of ours that the report would add is filled where it is empty; a
    /// table of others has its own columns for what they say, and these stay as they came.
    pub(super) fn new(head: &Head, kind: ReportKind) -> Self {
        let mut added: Vec<Added> = match kind {
            ReportKind::Loading => LOADING.to_vec(),
            ReportKind::Outcomes => OUTCOMES.to_vec(),
        };
        let mut kept = Vec::with_capacity(head.names.len());
        let mut names = Vec::with_capacity(head.names.len().saturating_add(added.len()));
        for (place, name) in head.names.iter().enumerate() {
            let column = named(name).map(|found| found.column);
            let english = column.and_then(|column| column.english.first()).copied();
            let of_report = column.is_some_and(|column| column.target == Target::Report);
            let doubled = !head.ours && matches!(english, Some("iuv" | "notice_number"));
            if place >= head.placed && (of_report || doubled) {
                continue;
            }
            let filler = added.iter().position(|one| head.ours && Some(*one) == english);
            let filler = filler.map(|place| added.remove(place));
            kept.push((place, filler));
            names.push(name.clone());
        }
        let own =
            |name: &Added| named(name).map_or_else(|| (*name).to_owned(), |found| found.column.name(head.italian, 0));
        names.extend(added.iter().map(own));
        let (taken, comma) = (head.taken.clone(), head.info.delimiter == Some(';'));
        Self { kept, added, names, taken, width: head.width, faults_left: None, comma }
    }

    /// The same for a report that is held in memory until it is whole.
    pub(super) fn held(self) -> Self {
        Self { faults_left: Some(REPORT_FAULTS_BYTES_MAX), ..self }
    }

    /// The names of the columns.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// The cells of a row. What stands beyond the last named column of the file comes after all others, as far as a table has room: a
    /// row that is wrong for it stays wrong until somebody takes it away. Where nothing can be written of what makes a row wrong, its code
    /// stands there. `original` are its cells, and how many there were.
    pub(super) fn cells(&mut self, line: u64, original: (&[SheetCell], usize), row: &ReportRow) -> Vec<SheetCell> {
        let (cells, width) = original;
        let errors = self.errors(&row.faults);
        let nothing = ReportInstallment::default();
        let installment = row.installments.first().unwrap_or(&nothing);
        let mut written = Vec::with_capacity(self.names.len());
        for (place, filler) in &self.kept {
            let cell = cells.get(*place).cloned().unwrap_or(SheetCell::Empty);
            written.push(match filler {
                Some(name) if cell == SheetCell::Empty => self.added(name, line, row, installment, &errors),
                _ => cell,
            });
        }
        written.extend(self.added.iter().map(|name| self.added(name, line, row, installment, &errors)));
        let room = COLUMNS_MAX.saturating_sub(written.len());
        written.extend(self.surplus(cells, width).into_iter().take(room));
        written
    }

    fn surplus(&self, cells: &[SheetCell], width: usize) -> Vec<SheetCell> {
        let mut surplus = Vec::new();
        for (place, cell) in cells.iter().enumerate() {
            let taken = self.taken.get(place);
            match cell {
                SheetCell::Empty => {}
                SheetCell::Unread(why) if taken != Some(&false) => {
                    surplus.push(SheetCell::Text(why.code().to_owned()));
                }
                cell if taken.is_none() => surplus.push(cell.clone()),
                _ => {}
            }
        }
        // It had more cells than the header, and nothing in them.
        if surplus.is_empty() && width > self.width {
            surplus.push(SheetCell::Text(CELL_WITHOUT_COLUMN.to_owned()));
        }
        surplus
    }

    fn errors(&mut self, faults: &[RowFault]) -> String {
        let chars = if self.faults_left == Some(0) { REPORT_FAULT_CHARS } else { CELL_READ_CHARS_MAX };
        let told = errors(faults, chars);
        self.faults_left = self.faults_left.map(|left| left.saturating_sub(told.len()));
        told
    }

    fn added(
        &self,
        name: Added,
        line: u64,
        row: &ReportRow,
        installment: &ReportInstallment,
        errors: &str,
    ) -> SheetCell {
        let text = match name {
            "line" => return SheetCell::Number(line.to_string()),
            "outcome" => row.outcome.map(|outcome| outcome.name().to_owned()),
            "iuv" => installment.iuv.clone(),
            "notice_number" => installment.notice_number.clone(),
            "qr_code" => installment.qr_code.clone(),
            "errors" => Some(errors.to_owned()),
            "payment_status" => installment.status.clone(),
            "paid_at" => installment.paid_at.map(|at| at.to_string()),
            "paid_amount" => installment.paid_amount.map(|amount| amount.to_string()),
            "receipt_id" => installment.receipt_id.clone(),
            _ => installment.psp.clone(),
        };
        match text.filter(|text| !text.is_empty()) {
            None => SheetCell::Empty,
            Some(text) if name == "paid_amount" && self.comma => SheetCell::Number(text.replace('.', ",")),
            Some(text) if name == "paid_amount" => SheetCell::Number(text),
            Some(text) => SheetCell::Text(text),
        }
    }
}

/// Every fault as `column: code: detail`, cut after so many characters.
fn errors(faults: &[RowFault], chars: usize) -> String {
    let told = faults.iter().map(|fault| match &fault.column {
        Some(column) => format!("{column}: {}: {}", fault.code, fault.detail),
        None => format!("{}: {}", fault.code, fault.detail),
    });
    let all = told.collect::<Vec<String>>().join(" | ");
    all.chars().take(chars).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::columns::ColumnKind;
    use crate::import::limits::COLUMNS_NAMED_MAX;
    use crate::import::lines::REPORT_MARKS;
    use crate::sheet::SheetInfo;

    #[test]
    fn every_column_that_a_report_adds_is_left_out_when_it_is_loaded_again() {
        for name in LOADING.iter().chain(&OUTCOMES) {
            let column = named(name).unwrap().column;
            assert!(column.kind == ColumnKind::Report || matches!(*name, "iuv" | "notice_number"), "{name}");
        }
    }

    #[test]
    fn every_report_of_a_table_has_the_marks_by_which_it_is_known() {
        for kind in [LOADING.as_slice(), &OUTCOMES] {
            for mark in REPORT_MARKS {
                assert!(kind.contains(&mark), "{mark} in {kind:?}");
                assert_eq!(named(mark).map(|found| found.column.target), Some(Target::Report));
            }
        }
    }

    #[test]
    fn the_widest_table_has_room_for_every_column_of_a_report_and_for_one_more() {
        for kind in [LOADING.as_slice(), &OUTCOMES] {
            assert!(COLUMNS_NAMED_MAX + kind.len() < COLUMNS_MAX, "{kind:?}");
        }
    }

    #[test]
    fn a_report_that_is_held_in_memory_tells_so_much_of_faults_and_then_little() {
        let info = SheetInfo { encoding: None, delimiter: None, sheet: None };
        let (names, taken) = (vec!["a".to_owned()], vec![true]);
        let head = Head { names, placed: 0, taken, width: 1, italian: false, ours: true, info };
        let fault = RowFault { column: None, code: "c".to_owned(), detail: "d".repeat(CELL_READ_CHARS_MAX) };
        let row = ReportRow { faults: vec![fault], ..ReportRow::default() };
        let (mut free, mut held) =
            (Plan::new(&head, ReportKind::Loading), Plan::new(&head, ReportKind::Loading).held());
        let told = |plan: &mut Plan| match plan.cells(1, (&[], 0), &row).pop() {
            Some(SheetCell::Text(text)) => text.len(),
            _ => 0,
        };
        for _ in 0..REPORT_FAULTS_BYTES_MAX.div_ceil(CELL_READ_CHARS_MAX) {
            assert_eq!((told(&mut free), told(&mut held)), (CELL_READ_CHARS_MAX, CELL_READ_CHARS_MAX));
        }
        assert_eq!((told(&mut free), told(&mut held)), (CELL_READ_CHARS_MAX, REPORT_FAULT_CHARS));
    }
}
