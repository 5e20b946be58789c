// SPDX-License-Identifier: AGPL-3.0-or-later
//! A value and what it is, one above the other; and the bars above modules.

use crate::pen::{Area, Block, Ink, Micro, Pen, Role, Span, mm, pt10, tenths};

/// How high the name of a value is.
const LABEL_HEIGHT: Micro = tenths(29);
/// How much space is left and right of the text in a bar.
pub(super) const RIM: Micro = mm(2);
/// Between the name of a value and its column's end.
const APART: Micro = mm(1);

/// A value and what it is.
pub(super) struct Field<'a> {
    pub(super) label: Vec<Span<'static>>,
    pub(super) value: Vec<Span<'a>>,
    /// The size of the value.
    pub(super) size: Micro,
    /// How much room both have together.
    pub(super) height: Micro,
}

impl Field<'_> {
    /// The same in another room, where much has to stand beside a code.
    pub(super) fn within(self, height: Micro) -> Self {
        Self { height, ..self }
    }
}

/// Fields below one another, as a list.
pub(super) fn fields(pen: &mut Pen, columns: Vec<(Area, Vec<Field<'_>>)>) {
    pen.within(Role::List, |pen| {
        for (area, fields) in columns {
            let mut below = Micro::ZERO;
            for field in fields {
                one(pen, area.strip(below, field.height), &field);
                below = below + field.height;
            }
        }
    });
}

fn one(pen: &mut Pen, area: Area, field: &Field<'_>) {
    let room = Area { right: area.right - APART, ..area };
    pen.within(Role::Item, |pen| {
        let label = Block::new(field.label.clone(), pt10(65)).down_to(pt10(45));
        pen.text(Role::Label, room.strip(Micro::ZERO, LABEL_HEIGHT), &label);
        let value = Block::new(field.value.clone(), field.size).down_to(pt10(60));
        pen.text(Role::Value, room.strip(LABEL_HEIGHT, field.height - LABEL_HEIGHT), &value);
    });
}

/// The bar of a section with its title.
pub(super) fn bar(pen: &mut Pen, area: Area, title: Vec<Span<'_>>) {
    pen.fill(area, Ink::Section);
    let strip = area.padded(RIM).strip(tenths(9), area.height() - tenths(9));
    pen.heading(2, strip, &Block::new(title, pt10(100)).down_to(pt10(60)));
}

/// A bar with a title and, at its end or below it, until when.
pub(super) fn bar_with_due(pen: &mut Pen, area: Area, title: Vec<Span<'_>>, due: Vec<Span<'_>>, two_lines: bool) {
    pen.fill(area, Ink::Section);
    let (title_area, due_area) = if two_lines {
        let text = area.padded(RIM);
        (text.strip(tenths(6), tenths(44)), text.strip(tenths(50), tenths(44)))
    } else {
        let text = area.padded(RIM).strip(tenths(11), tenths(48));
        let half = text.width().part(1, 2);
        (Area { right: text.left + half, ..text }, Area { left: text.left + half, ..text })
    };
    pen.heading(2, title_area, &Block::new(title, pt10(100)).down_to(pt10(45)));
    if !due.is_empty() {
        let due = Block::new(due, pt10(95)).down_to(pt10(45));
        pen.paragraph(due_area, &if two_lines { due } else { due.right() });
    }
}
