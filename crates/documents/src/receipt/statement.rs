// SPDX-License-Identifier: AGPL-3.0-or-later
//! Several receipts in one table.

use tramite_domain::money::Cents;
use tramite_domain::time::Instant;

use crate::DocumentError;
use crate::pen::{About, Align, Face, Layout, Pen, Role, mm};
use crate::receipt::ReceiptDocument;
use crate::receipt::labels::{self, LANGUAGE, euros, grouped, moment};
use crate::receipt::single::{section, title_lines};
use crate::receipt::table::{Column, page_number, table};

pub(super) fn layout(receipts: &[ReceiptDocument], written_at: Instant) -> Result<Layout, DocumentError> {
    let total = Cents::sum(receipts.iter().map(|receipt| receipt.amount)).map_err(|error| DocumentError::of(&error))?;
    let title = labels::STATEMENT.0.to_owned();
    let mut pen = Pen::new(About { title, language: LANGUAGE, written_at })?;
    page_number(&mut pen, 1);
    let institution = receipts.first().map_or("", |receipt| receipt.institution_name.as_str());
    let top = title_lines(&mut pen, labels::STATEMENT, institution);
    pen.within(Role::Section, |pen| {
        let top = section(pen, top, labels::RECEIPTS) + mm(1);
        let rows: Vec<_> = receipts.iter().map(row).collect();
        table(pen, top, &columns(), &rows, Some((labels::TOTAL, euros(total))));
    });
    Ok(pen.finish())
}

fn columns() -> [Column; 6] {
    let left = |label, width| Column { label, width: mm(width), align: Align::Left };
    [
        left(labels::PAID_AT, 23),
        left(labels::IUV, 36),
        left(labels::RECEIPT_ID, 36),
        left(labels::PSP_SHORT, 30),
        left(labels::PURPOSE, 37),
        Column { label: labels::AMOUNT, width: mm(28), align: Align::Right },
    ]
}

/// What the receipt's own paper says: of the owner all that was paid, though its transfers be missing or went to others too.
fn row(receipt: &ReceiptDocument) -> Vec<(String, Face)> {
    let number = receipt.notice_number.as_deref().map(grouped).unwrap_or_default();
    let psp = format!("{} {}", receipt.psp_name, receipt.psp_tax_code.as_deref().unwrap_or_default());
    vec![
        (moment(receipt.paid_at), Face::Mono),
        (format!("{} {number}", receipt.iuv), Face::Mono),
        (receipt.receipt_id.clone(), Face::Mono),
        (psp, Face::Text),
        (receipt.purpose.clone(), Face::Text),
        (euros(receipt.amount), Face::Mono),
    ]
}
