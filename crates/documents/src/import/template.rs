// SPDX-License-Identifier: AGPL-3.0-or-later
//! An empty table of a service, to be filled in and loaded.

use rust_xlsxwriter::{
    DataValidation, DataValidationRule, ExcelDateTime, Format, Formula, Workbook, Worksheet, XlsxError,
};

use crate::sheet::{Encoding, SheetCell};
use crate::table::TableError;

use super::columns::{Column, ColumnKind, Target, named};
use super::report::encoded;

/// Rows of the spreadsheet that are checked as they are filled in.
const CHECKED_ROWS: u32 = 10_000;
const COLUMN_WIDTH: f64 = 22.0;
const NOTES_WIDTH: f64 = 60.0;

/// The columns of a template, by their English names: what an office fills in. The others may be added.
const FILLED_IN: [&str; 22] = [
    "external_id",
    "action",
    "description",
    "debtor_type",
    "debtor_tax_code",
    "debtor_full_name",
    "debtor_email",
    "debtor_street",
    "debtor_street_number",
    "debtor_postal_code",
    "debtor_city",
    "debtor_province",
    "debtor_country",
    "option",
    "option_kind",
    "available_until",
    "reference",
    "notice_number",
    "amount",
    "due_date",
    "expires_at",
    "installment_description",
];

/// What a template is for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Template {
    /// Whether its columns are called in Italian.
    pub italian: bool,
    /// Whether every row must say when it is due.
    pub due_date_required: bool,
    /// Whether every row must say how much: not where the service has a fixed amount.
    pub amount_required: bool,
    /// Keys of the service's own that each installment has, as `metadata.KEY`.
    pub metadata: Vec<String>,
}

/// The template as CSV: a header alone, in UTF-8 with a byte order mark, with semicolons.
#[must_use]
pub fn csv_template(template: &Template) -> Vec<u8> {
    let cells: Vec<SheetCell> = template.names().into_iter().map(SheetCell::Text).collect();
    let header = format!("{}{}", encoded::BYTE_ORDER_MARK, encoded::row(&cells, ';'));
    encoded::bytes(header, Some(Encoding::Utf8Bom))
}

/// The template as a spreadsheet: codes are texts, so that none loses a digit, and what is filled in is checked.
///
/// # Errors
/// [`TableError`] for a defect of ours.
pub fn xlsx_template(template: &Template) -> Result<Vec<u8>, TableError> {
    template.xlsx().map_err(TableError::of)
}

impl Template {
    fn columns() -> impl Iterator<Item = &'static Column> {
        FILLED_IN.iter().filter_map(|name| named(name)).map(|found| found.column)
    }

    fn names(&self) -> Vec<String> {
        let own = Self::columns().map(|column| column.name(self.italian, 0));
        let prefix = if self.italian { "metadati" } else { "metadata" };
        own.chain(self.metadata.iter().map(|key| format!("{prefix}.{key}"))).collect()
    }

    fn xlsx(&self) -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        let (bold, text) = (Format::new().set_bold(), Format::new().set_num_format("@"));
        let sheet = book.add_worksheet();
        sheet.set_name(if self.italian { "Posizioni" } else { "Positions" })?.set_freeze_panes(1, 0)?;
        for (place, name) in (0_u16..).zip(self.names()) {
            sheet.set_column_width(place, COLUMN_WIDTH)?.set_column_format(place, &text)?;
            sheet.write_string_with_format(0, place, &name, &bold)?;
        }
        for (place, column) in (0_u16..).zip(Self::columns()) {
            self.check(sheet, place, column)?;
        }
        let notes = book.add_worksheet();
        notes.set_name(if self.italian { "Istruzioni" } else { "Instructions" })?;
        notes.set_column_width(0, COLUMN_WIDTH)?.set_column_width(1, NOTES_WIDTH)?;
        for ((row, column), name) in (0_u32..).zip(Self::columns()).zip(self.names()) {
            notes.write_string_with_format(row, 0, &name, &bold)?;
            notes.write_string(row, 1, self.note(column))?;
        }
        book.save_to_buffer()
    }

    /// What may be filled in: a day, an amount above zero, one of some words.
    fn check(&self, sheet: &mut Worksheet, place: u16, column: &Column) -> Result<(), XlsxError> {
        let rule = match column.kind {
            ColumnKind::Day | ColumnKind::From | ColumnKind::Until => {
                sheet.set_column_format(place, &Format::new().set_num_format("dd/mm/yyyy"))?;
                let least = ExcelDateTime::from_ymd(2000, 1, 1)?;
                DataValidation::new().allow_date(DataValidationRule::GreaterThanOrEqualTo(least))
            }
            ColumnKind::Amount => {
                sheet.set_column_format(place, &Format::new().set_num_format("0.00"))?;
                DataValidation::new().allow_decimal_number(DataValidationRule::GreaterThan(0.0))
            }
            ColumnKind::Choice(_) => {
                let words = format!("\"{}\"", self.words(column).join(","));
                DataValidation::new().allow_list_formula(Formula::new(words))
            }
            _ => return Ok(()),
        };
        let rule = rule.set_error_title(column.name(self.italian, 0))?.set_error_message(self.note(column))?;
        sheet.add_data_validation(1, place, CHECKED_ROWS, place, &rule)?;
        Ok(())
    }

    /// The words of a column in one language, one for each meaning.
    fn words(&self, column: &Column) -> Vec<&'static str> {
        match (column.target, self.italian) {
            (Target::Action, true) => vec!["carica", "inserisci", "aggiorna", "annulla"],
            (Target::Action, false) => vec!["load", "insert", "update", "cancel"],
            (Target::Option(_), true) => vec!["unica", "rate", "ridotta"],
            (Target::Option(_), false) => vec!["single", "installments", "reduced"],
            (_, true) => vec!["F", "G"],
            (_, false) => vec!["natural_person", "legal_person"],
        }
    }

    fn note(&self, column: &Column) -> String {
        let required = match column.target {
            Target::Root("external_id") | Target::Debtor("tax_code" | "full_name") => true,
            Target::Installment("amount") => self.amount_required,
            Target::Installment("due_date") => self.due_date_required,
            _ => false,
        };
        let words = self.words(column).join(", ");
        let what = match (column.kind, self.italian) {
            (ColumnKind::Day | ColumnKind::From | ColumnKind::Until, true) => {
                "una data, per esempio 31/12/2026".to_owned()
            }
            (ColumnKind::Day | ColumnKind::From | ColumnKind::Until, false) => "a day, such as 31/12/2026".to_owned(),
            (ColumnKind::Amount, true) => "un importo in euro maggiore di zero, per esempio 120,50".to_owned(),
            (ColumnKind::Amount, false) => "an amount in euros above zero, such as 120,50".to_owned(),
            (ColumnKind::Choice(_), true) => format!("una di queste parole: {words}"),
            (ColumnKind::Choice(_), false) => format!("one of these words: {words}"),
            (ColumnKind::Identifier | ColumnKind::Code | ColumnKind::PostalCode, true) => {
                "un codice, come testo".to_owned()
            }
            (ColumnKind::Identifier | ColumnKind::Code | ColumnKind::PostalCode, false) => {
                "a code, as a text".to_owned()
            }
            (_, true) => "un testo".to_owned(),
            (_, false) => "a text".to_owned(),
        };
        match (required, self.italian) {
            (true, true) => format!("obbligatorio: {what}"),
            (true, false) => format!("required: {what}"),
            (false, _) => what,
        }
    }
}
