// SPDX-License-Identifier: AGPL-3.0-or-later
//! A file written back with what became of its rows: for the report of an import, and for its outcomes.

use std::io::Write;
use std::sync::Arc;

use actix_web::HttpRequest;
use tramite_documents::import::{
    OriginalFile, ReportError, ReportInstallment, ReportKind, ReportRow, ReportWriter, report_format,
};
use tramite_documents::sheet::{FileSource, SheetError};
use tramite_domain::debt_position::{installment_status, known_due};
use tramite_domain::ids::ImportId;
use tramite_domain::import::{FileFormat, Import, ImportStatus};
use tramite_domain::qr::NoticeQr;
use tramite_domain::tax_code::InstitutionTaxCode;
use tramite_domain::time::Instant;
use tramite_storage::ImportedInstallment;

use super::file::source;
use super::told::{Told, ToldRow};
use super::turn::Turn;
use super::view::{DETAIL_CHARS_MAX, visible};
use crate::auth::Tenant;
use crate::convention::{Answer, Download, download, unwritten};
use crate::gate::best;
use crate::gateway::Gateway;
use crate::problem::{Code, OrNotFound, Problem};

/// A file that is to be written back.
struct Back {
    source: Arc<dyn FileSource>,
    import: Import,
    told: Told,
    kind: ReportKind,
    creditor: InstitutionTaxCode,
    now: Instant,
}

/// The answer with the file of an import and what became of its rows.
///
/// # Errors
/// [`Code::NotFound`]; [`Code::ImportState`] while it is not over; [`Code::ImportFileGone`] where the file is kept no longer;
/// [`Code::NotAcceptable`] where the caller does not take the form of the file; [`Code::RateLimited`] where too many spreadsheets are
/// made.
pub(super) async fn written(
    gateway: &Gateway,
    tenant: &Tenant,
    id: ImportId,
    kind: ReportKind,
    request: &HttpRequest,
) -> Answer {
    let import = gateway.store().import(&tenant.scope, id).await?.or_not_found()?;
    let source = source(gateway, tenant, &import).await?;
    let told = Told::of(gateway, tenant, &import);
    let (media, ending) = form(report_format(import.file.format));
    // The gate has asked whether it takes any of the forms that files have.
    if best(request.headers(), [media]).is_none() {
        return Err(Problem::new(Code::NotAcceptable));
    }
    let name = match kind {
        ReportKind::Loading => format!("import-{}.{ending}", import.id),
        ReportKind::Outcomes => format!("outcomes-{}.{ending}", import.id),
    };
    let turn = Turn::of(import.file.format, tenant.institution_id())?;
    let rate_min = turn.rate_min();
    let back = Back { source, import, told, kind, creditor: tenant.creditor, now: gateway.now() };
    let file = Download { media, name: &name, bytes: None, etag: None, rate_min };
    download(gateway, tenant, file, move |out| back.write(turn.until_written(out))).await
}

/// The media type of a form, and how names of its files end.
const fn form(format: FileFormat) -> (&'static str, &'static str) {
    match format {
        FileFormat::Csv => ("text/csv", "csv"),
        FileFormat::Xlsx | FileFormat::Xls => {
            ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx")
        }
        FileFormat::Ods => ("application/vnd.oasis.opendocument.spreadsheet", "ods"),
        FileFormat::Ndjson => ("application/x-ndjson", "ndjson"),
    }
}

impl Back {
    fn write(mut self, out: impl Write) -> Result<(), Problem> {
        let file = &self.import.file;
        let mut original = OriginalFile::open(self.source.as_ref(), file.format, file.layout).map_err(unread)?;
        let mut writer = ReportWriter::new(&original, self.kind, out).map_err(failed)?;
        loop {
            let row = match original.next_row() {
                Ok(Some(row)) => row,
                Ok(None) => break,
                // The import ended here as well: what was read until then is told.
                Err(SheetError::File(_)) if self.import.status == ImportStatus::Failed => break,
                Err(error) => return Err(unread(error)),
            };
            let told = self.told.at(row.line)?;
            writer.row(&row, &self.row(told)).map_err(failed)?;
        }
        // What was read is not needed while the report goes out.
        drop(original);
        writer.finish().map_err(failed)?;
        Ok(())
    }

    fn row(&self, told: Option<ToldRow>) -> ReportRow {
        let Some(ToldRow { row, about }) = told else { return ReportRow::default() };
        ReportRow {
            outcome: Some(row.outcome),
            installments: about.iter().map(|one| self.installment(one)).collect(),
            faults: row.faults,
        }
    }

    /// An installment as it is now.
    fn installment(&self, about: &ImportedInstallment) -> ReportInstallment {
        let (position, one) = (about.position.as_ref(), &about.installment);
        let option = position.installment(one.id).map(|(option, _)| option);
        let status = option.map(|option| installment_status(position, option, one, self.now).name().to_owned());
        let due = option.and_then(|option| known_due(position, option, one, self.now));
        let amount = due.map_or(one.amount, |due| due.amount);
        let qr_code = one.notice_number.and_then(|number| NoticeQr::new(number, self.creditor, amount).ok());
        let receipt = about.receipt.as_ref().map(|receipt| &receipt.content);
        ReportInstallment {
            reference: Some(one.reference.to_string()),
            iuv: Some(one.iuv.to_string()),
            notice_number: one.notice_number.map(|number| number.to_string()),
            qr_code: qr_code.map(|code| code.to_string()),
            status,
            paid_at: one.payment.as_ref().map(|payment| payment.paid_at),
            paid_amount: one.payment.as_ref().map(|payment| payment.amount),
            receipt_id: receipt.map(|content| content.receipt_id.clone()),
            psp: receipt.map(|content| content.psp.company_name.clone()),
        }
    }
}

/// A file that cannot be read: it could not be read either when it was to be loaded.
fn unread(error: SheetError) -> Problem {
    match error {
        SheetError::File(fault) => {
            let told = visible(&format!("The file cannot be read: {}", fault.detail), DETAIL_CHARS_MAX);
            Problem::new(Code::ImportState).with_detail(told.unwrap_or_default())
        }
        SheetError::Io(error) => {
            tracing::warn!(cause = %error, "the file of an import cannot be reached");
            Problem::new(Code::Unavailable)
        }
    }
}

fn failed(error: ReportError) -> Problem {
    match error {
        ReportError::Io(error) => unwritten(error),
        ReportError::Table(error) => {
            tracing::error!(cause = %error, "a report cannot be written");
            Problem::new(Code::InternalError)
        }
    }
}
