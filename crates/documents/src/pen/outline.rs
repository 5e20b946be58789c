// SPDX-License-Identifier: AGPL-3.0-or-later
//! The outlines of glyphs, for pictures of a page: they need no font to be seen.

use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::{GlyphId, MetadataProvider};

use crate::pen::face::Loaded;

/// In how many parts a unit of a font is counted: curves meet half way between two points of it.
pub(crate) const PARTS: i64 = 2;

/// A place in the parts of a font's unit, to the right and down from where the glyph stands on its line.
pub(crate) type Place = (i32, i32);

/// A step along an outline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Move(Place),
    Line(Place),
    Quad(Place, Place),
    Cubic(Place, Place, Place),
    Close,
}

/// The outline of a glyph; without a step for what is not seen, such as a space.
pub(crate) fn outline(font: &Loaded, glyph: u32) -> Vec<Step> {
    let mut steps = Steps(Vec::new());
    let settings = DrawSettings::unhinted(Size::unscaled(), LocationRef::default());
    match font.tables.outline_glyphs().get(GlyphId::new(glyph)).map(|glyph| glyph.draw(settings, &mut steps)) {
        Some(Ok(_)) => steps.0,
        // The fonts are ours, and the PDF is made of the same glyphs.
        Some(Err(_)) | None => Vec::new(),
    }
}

struct Steps(Vec<Step>);

impl OutlinePen for Steps {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.push(Step::Move(place(x, y)));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.0.push(Step::Line(place(x, y)));
    }

    fn quad_to(&mut self, control_x: f32, control_y: f32, x: f32, y: f32) {
        self.0.push(Step::Quad(place(control_x, control_y), place(x, y)));
    }

    fn curve_to(&mut self, one_x: f32, one_y: f32, other_x: f32, other_y: f32, x: f32, y: f32) {
        self.0.push(Step::Cubic(place(one_x, one_y), place(other_x, other_y), place(x, y)));
    }

    fn close(&mut self) {
        self.0.push(Step::Close);
    }
}

/// Fonts count upwards, pictures downwards.
#[expect(
    clippy::float_arithmetic,
    clippy::as_conversions,
    reason = "coordinates of glyphs are whole numbers or halves of them"
)]
fn place(x: f32, y: f32) -> Place {
    let parts = PARTS as f32;
    ((x * parts).round() as i32, (-y * parts).round() as i32)
}
