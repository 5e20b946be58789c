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
    let received = receipts.iter().map(received).collect::<Result<Vec<_>, _>>()?;
    let total = sum(received.iter().copied())?;
    let title = labels::STATEMENT.0.to_owned();
    let mut pen = Pen::new(About { title, language: LANGUAGE, written_at })?;
    page_number(&mut pen, 1);
    let institution = receipts.first().map_or("", |receipt| receipt.institution_name.as_str());
    let top = title_lines(&mut pen, labels::STATEMENT, institution);
    pen.within(Role::Section, |pen| {
        let top = section(pen, top, labels::RECEIPTS) + mm(1);
        let rows: Vec<_> = receipts.iter().zip(received).map(|(receipt, received)| row(receipt, received)).collect();
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

/// What came to the institution: others may have had their part of the same payment.
fn received(receipt: &ReceiptDocument) -> Result<Cents, DocumentError> {
    sum(receipt.transfers.iter().map(|transfer| transfer.amount))
}

fn sum(amounts: impl Iterator<Item = Cents>) -> Result<Cents, DocumentError> {
    Cents::sum(amounts).map_err(|error| DocumentError::of(&error))
}

fn row(receipt: &ReceiptDocument, received: Cents) -> Vec<(String, Face)> {
    let number = receipt.notice_number.as_deref().map(grouped).unwrap_or_default();
    let psp = format!("{} {}", receipt.psp_name, receipt.psp_tax_code.as_deref().unwrap_or_default());
    vec![
        (moment(receipt.paid_at), Face::Mono),
        (format!("{} {number}", receipt.iuv), Face::Mono),
        (receipt.receipt_id.clone(), Face::Mono),
        (psp, Face::Text),
        (receipt.purpose.clone(), Face::Text),
        (euros(received), Face::Mono),
    ]
}
