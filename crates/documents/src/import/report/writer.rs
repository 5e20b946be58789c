// SPDX-License-Identifier: AGPL-3.0-or-later
//! A report that is being written, in the form in which the file came.

use std::io::Write;

use tramite_domain::import::FileFormat;

use crate::sheet::{Encoding, SheetCell};

use super::columns::Plan;
use super::encoded;
use super::line::line;
use super::model::{ReportError, ReportKind, ReportRow};
use super::ods::Ods;
use super::original::{Content, OriginalFile, OriginalRow};
use super::xlsx::Xlsx;

/// The form of the report of a file: its own, but that a spreadsheet from before 2007 is answered as one since.
#[must_use]
pub const fn report_format(format: FileFormat) -> FileFormat {
    match format {
        FileFormat::Xls => FileFormat::Xlsx,
        other => other,
    }
}

/// A report that is being written. CSV and JSON lines go out row by row; a spreadsheet goes out when it is finished.
pub struct ReportWriter<W: Write> {
    out: W,
    kind: ReportKind,
    form: Form,
}

enum Form {
    Csv { plan: Plan, delimiter: char, encoding: Option<Encoding> },
    Xlsx { plan: Plan, xlsx: Box<Xlsx> },
    Ods { plan: Plan, ods: Box<Ods> },
    Lines,
}

impl<W: Write> ReportWriter<W> {
    /// Begins the report of a file, and writes its header.
    ///
    /// # Errors
    /// [`ReportError`] where `out` takes nothing.
    pub fn new(file: &OriginalFile, kind: ReportKind, mut out: W) -> Result<Self, ReportError> {
        let Some(head) = file.head() else {
            return Ok(Self { out, kind, form: Form::Lines });
        };
        let plan = Plan::new(head, kind);
        let sheet_name = match (kind, head.italian) {
            (ReportKind::Loading, true) => "Caricamento",
            (ReportKind::Loading, false) => "Import",
            (ReportKind::Outcomes, true) => "Esiti",
            (ReportKind::Outcomes, false) => "Outcomes",
        };
        let form = match report_format(file.format()) {
            FileFormat::Ods => Form::Ods { ods: Box::new(Ods::new(sheet_name, plan.names())?), plan: plan.held() },
            FileFormat::Xlsx | FileFormat::Xls => {
                Form::Xlsx { xlsx: Box::new(Xlsx::new(sheet_name, plan.names())?), plan: plan.held() }
            }
            FileFormat::Csv | FileFormat::Ndjson => {
                let (delimiter, encoding) = (head.info.delimiter.unwrap_or(';'), head.info.encoding);
                let mark = if encoding == Some(Encoding::Windows1252) { "" } else { encoded::BYTE_ORDER_MARK };
                let names: Vec<SheetCell> = plan.names().iter().map(|name| SheetCell::Text(name.clone())).collect();
                let header = format!("{mark}{}", encoded::row(&names, delimiter));
                out.write_all(&encoded::bytes(header, encoding))?;
                Form::Csv { plan, delimiter, encoding }
            }
        };
        Ok(Self { out, kind, form })
    }

    /// Writes a row of the file and what became of it.
    ///
    /// # Errors
    /// [`ReportError`] where `out` takes no more.
    pub fn row(&mut self, original: &OriginalRow, row: &ReportRow) -> Result<(), ReportError> {
        let cells = |plan: &mut Plan| match &original.content {
            Content::Cells(cells, width) => plan.cells(original.line, (cells, *width), row),
            Content::Line(_) => vec![],
        };
        match &mut self.form {
            Form::Csv { plan, delimiter, encoding } => {
                let written = encoded::row(&cells(plan), *delimiter);
                self.out.write_all(&encoded::bytes(written, *encoding))?;
            }
            Form::Xlsx { plan, xlsx } => xlsx.row(&cells(plan))?,
            Form::Ods { plan, ods } => ods.row(&cells(plan))?,
            Form::Lines => {
                if let Content::Line(bytes) = &original.content {
                    self.out.write_all(&line(original.line, bytes, row, self.kind)?)?;
                }
            }
        }
        Ok(())
    }

    /// Where it is written to: what is there may be taken away between rows.
    pub const fn out_mut(&mut self) -> &mut W {
        &mut self.out
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// [`ReportError`] where `out` takes no more.
    pub fn finish(mut self) -> Result<W, ReportError> {
        match self.form {
            Form::Csv { .. } | Form::Lines => {}
            Form::Xlsx { xlsx, .. } => self.out.write_all(&xlsx.finish()?)?,
            Form::Ods { ods, .. } => self.out.write_all(&ods.finish()?)?,
        }
        self.out.flush()?;
        Ok(self.out)
    }
}
