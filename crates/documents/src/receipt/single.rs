// SPDX-License-Identifier: AGPL-3.0-or-later
//! One receipt on its page.

use tramite_domain::time::Instant;

use crate::DocumentError;
use crate::pen::{About, Align, Area, Block, Face, Ink, Layout, Micro, Pen, Role, Span, mm, pt10, tenths};
use crate::receipt::labels::{self, LANGUAGE, Label, euros, grouped, moment};
use crate::receipt::table::{Column, LEFT, RIGHT, TOP, page_number, table};
use crate::receipt::{ReceiptDocument, ReceiptTransfer};

const VALUE_LEFT: Micro = mm(90);
const LINE: Micro = mm(10);

pub(super) fn layout(receipt: &ReceiptDocument, written_at: Instant) -> Result<Layout, DocumentError> {
    let title = format!("{}: {}", labels::RECEIPT.0, receipt.purpose);
    let mut pen = Pen::new(About { title, language: LANGUAGE, written_at })?;
    page_number(&mut pen, 1);
    let top = title_lines(&mut pen, labels::RECEIPT, &receipt.institution_name);
    let top = pen.within(Role::Section, |pen| {
        let top = section(pen, top, labels::DATA);
        details(pen, top, receipt)
    });
    pen.within(Role::Section, |pen| {
        if !receipt.transfers.is_empty() {
            let top = section(pen, top + mm(6), labels::TRANSFERS);
            table(pen, top + mm(1), &columns(), &receipt.transfers.iter().map(row).collect::<Vec<_>>(), None);
        }
    });
    Ok(pen.finish())
}

/// The title and whose receipt it is; the answer is where the page goes on.
pub(super) fn title_lines(pen: &mut Pen, title: Label, institution: &str) -> Micro {
    let area = Area { left: LEFT, top: TOP, right: RIGHT, bottom: TOP + mm(9) };
    let mut spans = title.spans(Face::Strong);
    if let Some(first) = spans.first_mut() {
        first.ink = Ink::Brand;
    }
    pen.heading(1, area, &Block::new(spans, pt10(170)).down_to(pt10(100)));
    let area = area.strip(mm(10), mm(11));
    pen.paragraph(area, &Block::new(vec![Span::new(institution, Face::Strong)], pt10(130)).down_to(pt10(80)));
    pen.fill(Area { left: LEFT, top: mm(32), right: RIGHT, bottom: mm(32) + tenths(5) }, Ink::Brand);
    mm(36)
}

/// The bar of a section; the answer is its lower edge.
pub(super) fn section(pen: &mut Pen, top: Micro, title: Label) -> Micro {
    let bar = Area { left: LEFT, top, right: RIGHT, bottom: top + tenths(65) };
    pen.fill(bar, Ink::Section);
    let text = bar.padded(mm(2)).strip(tenths(9), tenths(50));
    pen.heading(2, text, &Block::new(title.spans(Face::Strong), pt10(105)));
    bar.bottom
}

fn details(pen: &mut Pen, top: Micro, receipt: &ReceiptDocument) -> Micro {
    let number = receipt.notice_number.as_deref().map(grouped);
    let lines = [
        (labels::PAID_AT, Some(moment(receipt.paid_at)), Face::Mono),
        (labels::AMOUNT, Some(euros(receipt.amount)), Face::MonoBold),
        (labels::PURPOSE, Some(receipt.purpose.clone()), Face::Strong),
        (labels::INSTITUTION, Some(receipt.institution_name.clone()), Face::Strong),
        (labels::INSTITUTION_TAX_CODE, Some(receipt.institution_tax_code.clone()), Face::Mono),
        (labels::IUV, Some(receipt.iuv.clone()), Face::Mono),
        (labels::NOTICE_NUMBER, number, Face::Mono),
        (labels::RECEIPT_ID, Some(receipt.receipt_id.clone()), Face::Mono),
        (labels::PSP, Some(receipt.psp_name.clone()), Face::Strong),
        (labels::PSP_TAX_CODE, receipt.psp_tax_code.clone(), Face::Mono),
    ];
    let mut top = top + tenths(15);
    pen.within(Role::List, |pen| {
        for (label, value, face) in lines {
            if let Some(value) = value {
                line(pen, top, label, (&value, face));
                top = top + LINE;
            }
        }
    });
    top
}

fn line(pen: &mut Pen, top: Micro, label: Label, (value, face): (&str, Face)) {
    let area = Area { left: LEFT, top, right: RIGHT, bottom: top + LINE }.padded(mm(2)).strip(tenths(12), tenths(84));
    pen.within(Role::Item, |pen| {
        let name = Area { right: VALUE_LEFT - mm(2), ..area };
        pen.text(Role::Label, name, &Block::new(label.spans(Face::Text), pt10(90)).down_to(pt10(65)));
        let value = Block::new(vec![Span::new(value, face)], pt10(105)).down_to(pt10(65));
        pen.text(Role::Value, Area { left: VALUE_LEFT, ..area }, &value);
    });
    let foot = area.bottom + tenths(4);
    pen.fill(Area { left: LEFT, top: foot - tenths(1), right: RIGHT, bottom: foot + tenths(1) }, Ink::Section);
}

fn columns() -> [Column; 3] {
    [
        Column { label: labels::PURPOSE, width: mm(92), align: Align::Left },
        Column { label: labels::IBAN, width: mm(63), align: Align::Left },
        Column { label: labels::AMOUNT, width: mm(35), align: Align::Right },
    ]
}

fn row(transfer: &ReceiptTransfer) -> Vec<(String, Face)> {
    vec![
        (transfer.remittance_information.clone(), Face::Text),
        (transfer.iban.clone().unwrap_or_else(|| "–".to_owned()), Face::Mono),
        (euros(transfer.amount), Face::Mono),
    ]
}
