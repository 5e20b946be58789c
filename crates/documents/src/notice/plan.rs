// SPDX-License-Identifier: AGPL-3.0-or-later
//! Which part of a notice stands where: rows of modules, and their pages. A part and its postal slip are never torn apart, and
//! a sheet has modules in two columns or in three, never both.

use tramite_domain::printed_notice::{NoticePart, NoticeTerms};

use crate::pen::{Area, Micro, mm};

/// The left edge of everything.
pub(super) const LEFT: Micro = mm(10);
/// The right edge of everything.
pub(super) const RIGHT: Micro = mm(200);
/// The lower edge of everything.
const BOTTOM: Micro = mm(287);
/// Where modules begin on the first page: below the institution, the recipient, the amount and where to pay.
const FIRST_TOP: Micro = mm(131);
/// Where they begin on the others: below the header.
const NEXT_TOP: Micro = mm(47);
/// Between modules.
pub(super) const GAP: Micro = mm(6);
/// From so many installments on their modules are dense.
const DENSE_MIN: usize = 9;

/// How a module is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Across the page.
    Wide,
    /// In one of two columns.
    Half,
    /// In one of three.
    Third,
    /// In one of three, and with no more than what is needed to pay.
    Dense,
}

/// What a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Title {
    Single,
    Whole,
    Installment(u16),
    Discounted,
    Reduced,
}

/// A part and where it stands.
pub(super) struct Module<'a> {
    pub(super) title: Title,
    pub(super) part: &'a NoticePart,
    pub(super) shape: Shape,
    pub(super) area: Area,
    /// Where its slip stands, if it has one.
    pub(super) slip_area: Area,
}

/// Parts side by side.
struct Row<'a> {
    shape: Shape,
    parts: Vec<(Title, &'a NoticePart)>,
}

impl Shape {
    const fn columns(self) -> usize {
        match self {
            Self::Wide => 1,
            Self::Half => 2,
            Self::Third | Self::Dense => 3,
        }
    }

    const fn height(self) -> Micro {
        match self {
            Self::Wide => mm(44),
            Self::Half => mm(65),
            Self::Third => mm(70),
            Self::Dense => mm(43),
        }
    }

    const fn slip_height(self) -> Micro {
        match self {
            Self::Wide => mm(44),
            Self::Half => mm(71),
            Self::Third => mm(79),
            Self::Dense => mm(55),
        }
    }

    fn width(self) -> Micro {
        let gaps = GAP.times(i32::try_from(self.columns()).unwrap_or(1)) - GAP;
        (RIGHT - LEFT - gaps).part(1, self.columns())
    }
}

/// The modules of each page.
pub(super) fn plan(terms: &NoticeTerms) -> Vec<Vec<Module<'_>>> {
    let mut pages = vec![Vec::new()];
    let mut top = FIRST_TOP;
    for row in rows(terms) {
        let height = row.height();
        if top + height > BOTTOM {
            pages.push(Vec::new());
            top = NEXT_TOP;
        }
        if let Some(page) = pages.last_mut() {
            page.extend(row.modules(top));
        }
        top = top + height + GAP;
    }
    pages
}

fn rows(terms: &NoticeTerms) -> Vec<Row<'_>> {
    let wide = |title, part| Row { shape: Shape::Wide, parts: vec![(title, part)] };
    match terms {
        NoticeTerms::Single(part) => vec![wide(Title::Single, part)],
        NoticeTerms::Fine { discounted, reduced } => {
            vec![wide(Title::Discounted, discounted), wide(Title::Reduced, reduced)]
        }
        NoticeTerms::Installments { whole, parts, .. } => {
            let mut rows: Vec<Row<'_>> = whole.iter().map(|part| wide(Title::Whole, part)).collect();
            let shape = shape(parts.len());
            rows.extend(parts.chunks(shape.columns()).map(|parts| {
                let parts = parts.iter().map(|part| (Title::Installment(part.number), part)).collect();
                Row { shape, parts }
            }));
            rows
        }
    }
}

/// One installment has the width of the page; two and four stand in two columns, the others in three.
const fn shape(installments: usize) -> Shape {
    match installments {
        1 => Shape::Wide,
        2 | 4 => Shape::Half,
        DENSE_MIN.. => Shape::Dense,
        _ => Shape::Third,
    }
}

impl<'a> Row<'a> {
    fn height(&self) -> Micro {
        let slips = self.parts.iter().any(|(_, part)| part.slip.is_some());
        self.shape.height() + if slips { GAP + self.shape.slip_height() } else { Micro::ZERO }
    }

    fn modules(self, top: Micro) -> impl Iterator<Item = Module<'a>> {
        let shape = self.shape;
        let mut left = LEFT;
        self.parts.into_iter().map(move |(title, part)| {
            let area = Area::at(left, top, shape.width(), shape.height());
            let slip_area = Area::at(left, area.bottom + GAP, shape.width(), shape.slip_height());
            left = area.right + GAP;
            Module { title, part, shape, area, slip_area }
        })
    }
}
