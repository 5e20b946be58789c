// SPDX-License-Identifier: AGPL-3.0-or-later
//! The logo of the institution, at the top right of each page (documents.md, Notice).

use crate::logo::Logo;
use crate::notice::plan::RIGHT;
use crate::pen::{Area, Micro, Pen, mm};

/// The box is a square of this side.
const SIDE: Micro = mm(30);
const TOP: Micro = mm(10);

/// Draws it; it is read on the first page.
pub(super) fn draw(pen: &mut Pen, logo: &Logo, institution: &str, page: usize) {
    let area = placed(logo.width(), logo.height());
    if page == 0 {
        pen.logo(area, logo.clone(), &format!("Logo di {institution}"));
    } else {
        pen.repeated_logo(area, logo.clone());
    }
}

/// Where a logo of such a shape stands: as large as its box lets it, in the corner.
fn placed(width: u32, height: u32) -> Area {
    let longest = width.max(height);
    let side = |pixels: u32| {
        let [pixels, longest] = [pixels, longest].map(|count| usize::try_from(count).unwrap_or(usize::MAX));
        SIDE.part(pixels, longest).max(Micro::new(1))
    };
    Area::at(RIGHT - side(width), TOP, side(width), side(height))
}
