// SPDX-License-Identifier: AGPL-3.0-or-later
//! A table over as many pages as it takes: its columns are named on each, and read once.

use crate::pen::{Align, Area, Block, Face, Ink, Micro, Pen, Role, Span, mm, pt10, tenths};
use crate::receipt::labels::{Label, PAGE};

/// The left edge of everything.
pub(super) const LEFT: Micro = mm(10);
/// The right edge of everything.
pub(super) const RIGHT: Micro = mm(200);
/// Where a page begins.
pub(super) const TOP: Micro = mm(10);
/// Rows end above the number of the page.
const BOTTOM: Micro = mm(280);
const ROW: Micro = tenths(125);
const HEAD: Micro = mm(9);
const RIM: Micro = tenths(12);

/// A column: its name, its width, and on which side its texts begin.
pub(super) struct Column {
    pub(super) label: Label,
    pub(super) width: Micro,
    pub(super) align: Align,
}

/// A cell: its text and its font.
pub(super) type Cell = (String, Face);

/// Draws a table below `top`; `foot` is what the last column adds up to. The answer is its lower edge.
pub(super) fn table(
    pen: &mut Pen,
    top: Micro,
    columns: &[Column],
    rows: &[Vec<Cell>],
    foot: Option<(Label, String)>,
) -> Micro {
    pen.within(Role::Table, |pen| {
        let mut top = top;
        pen.within(Role::TableHead, |pen| pen.within(Role::Row, |pen| head(pen, top, columns, true)));
        top = top + HEAD;
        pen.within(Role::TableBody, |pen| {
            for row in rows {
                top = room(pen, top, columns);
                pen.within(Role::Row, |pen| cells(pen, top, columns, row));
                top = top + ROW;
            }
        });
        if let Some((label, amount)) = foot {
            top = room(pen, top, columns);
            pen.within(Role::TableFoot, |pen| pen.within(Role::Row, |pen| total(pen, top, columns, label, amount)));
            top = top + ROW;
        }
        top
    })
}

/// The number of the page, which is not read.
pub(super) fn page_number(pen: &mut Pen, page: usize) {
    let area = Area { left: LEFT, top: tenths(2830), right: RIGHT, bottom: mm(287) };
    let mut number = PAGE.spans(Face::Text);
    number.push(Span::new(page.to_string(), Face::Strong));
    pen.repeated(area, &Block::new(number, pt10(75)).right());
}

/// Where the next row stands: on a new page where this one is full.
fn room(pen: &mut Pen, top: Micro, columns: &[Column]) -> Micro {
    if top + ROW <= BOTTOM {
        return top;
    }
    pen.turn_page();
    let page = pen.page_count();
    page_number(pen, page);
    head(pen, TOP, columns, false);
    TOP + HEAD
}

fn head(pen: &mut Pen, top: Micro, columns: &[Column], read: bool) {
    pen.fill(Area { left: LEFT, top, right: RIGHT, bottom: top + HEAD }, Ink::Section);
    for (area, column) in places(top, HEAD, columns) {
        let block = Block { align: column.align, ..Block::new(column.label.spans(Face::Strong), pt10(80)) };
        let block = block.down_to(pt10(55));
        if read {
            pen.text(Role::ColumnTitle, area, &block);
        } else {
            pen.repeated(area, &block);
        }
    }
}

fn cells(pen: &mut Pen, top: Micro, columns: &[Column], row: &[Cell]) {
    for ((area, column), (text, face)) in places(top, ROW, columns).zip(row) {
        let block = Block::new(vec![Span::new(text.as_str(), *face)], pt10(85)).down_to(pt10(55));
        pen.text(Role::Cell, area, &Block { align: column.align, ..block });
    }
    rule(pen, top + ROW);
}

fn total(pen: &mut Pen, top: Micro, columns: &[Column], label: Label, amount: String) {
    let Some((area, _)) = places(top, ROW, columns).last() else { return };
    let title = Area { left: LEFT + RIM, right: area.left - RIM, ..area };
    let others = u32::try_from(columns.len()).unwrap_or(u32::MAX).saturating_sub(1);
    pen.text(Role::RowTitle { columns: others }, title, &Block::new(label.spans(Face::Strong), pt10(110)).right());
    let amount = Block::new(vec![Span::new(amount, Face::MonoBold)], pt10(100)).down_to(pt10(60)).right();
    pen.text(Role::Cell, area, &amount);
    rule(pen, top + ROW);
}

fn rule(pen: &mut Pen, at: Micro) {
    pen.fill(Area { left: LEFT, top: at - tenths(1), right: RIGHT, bottom: at + tenths(1) }, Ink::Section);
}

/// The room of each cell of a row.
fn places(top: Micro, height: Micro, columns: &[Column]) -> impl Iterator<Item = (Area, &Column)> {
    let mut left = LEFT;
    columns.iter().map(move |column| {
        let area = Area::at(left, top + tenths(10), column.width, height - tenths(12)).padded(RIM);
        left = left + column.width;
        (area, column)
    })
}
